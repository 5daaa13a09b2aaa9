"""Every sentence is there in every language, whole, and pages in another language say nothing in Italian."""

from __future__ import annotations

import gettext
import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polib
import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.timezone import localtime

from mutual_aid.models import Post
from project.translations import compile_stale
from residents.models import Resident
from tests.architecture.routes import address, routes
from tests.architecture.sources import ROOT, text
from tests.architecture.test_routes import knock
from tests.frontend.messages import Message, all_messages, asked_at_import, templates

type SignIn = Callable[[Resident], Client]

FOLDER = ROOT / "frontend" / "locale"
OTHERS = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
DIRECTION = {"it": "ltr", "en": "ltr", "ar": "rtl"}
in_each_language = pytest.mark.parametrize("language", OTHERS)

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[a-z%]|{\w+}")
TAG = re.compile(r"</?\w[^>]*>")


@pytest.fixture(autouse=True)
def italian_again() -> Iterator[None]:
    """A page leaves its language behind in the process."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@cache
def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(FOLDER / language / "LC_MESSAGES" / "django.po"))


def texts(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Each form beside the Italian it stands for."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    return [(entry.msgid_plural, form) for form in entry.msgstr_plural.values()]


@in_each_language
def test_the_catalogue_holds_what_the_house_says_and_nothing_else(language: str) -> None:
    entries = [entry for entry in catalogue(language) if not entry.obsolete]
    assert {Message(entry.msgid, entry.msgid_plural or None, entry.msgctxt) for entry in entries} == all_messages()
    assert catalogue(language).obsolete_entries() == []


@in_each_language
def test_every_sentence_is_translated_by_somebody(language: str) -> None:
    """Neither empty nor «fuzzy», which is a machine's guess."""
    assert [entry.msgid for entry in catalogue(language) if not entry.translated()] == []


@in_each_language
@pytest.mark.parametrize("marks", [PLACEHOLDER, TAG], ids=["placeholders", "tags"])
def test_what_is_not_words_stays(language: str, marks: re.Pattern[str]) -> None:
    single = [entry for entry in catalogue(language) if not entry.msgid_plural]
    assert [e.msgid for e in single if sorted(marks.findall(e.msgid)) != sorted(marks.findall(e.msgstr))] == []


@in_each_language
def test_spaces_at_the_edges_stay(language: str) -> None:
    def edges(words: str) -> tuple[bool, bool]:
        return words[:1].isspace(), words[-1:].isspace()

    pairs = [pair for entry in catalogue(language) for pair in texts(entry)]
    assert [translated for italian, translated in pairs if edges(italian) != edges(translated)] == []


@in_each_language
def test_plural_forms_are_complete(language: str) -> None:
    """A form may leave out the number only if it is said of a single number: «one note», never «some notes»."""
    said_of = numbers_of_forms(language)
    for entry in [entry for entry in catalogue(language) if entry.msgid_plural]:
        assert sorted(entry.msgstr_plural) == sorted(said_of), entry.msgid
        needed, allowed = (set(PLACEHOLDER.findall(words)) for words in (entry.msgid, entry.msgid_plural))
        for form, words in entry.msgstr_plural.items():
            held = set(PLACEHOLDER.findall(words))
            assert (needed & allowed if len(said_of[form]) == 1 else allowed) <= held <= allowed, words


def numbers_of_forms(language: str) -> dict[int, list[int]]:
    """Which numbers, of the first thousand, each plural form is said of."""
    rule = re.fullmatch(r"nplurals=(\d+); plural=(.+);", catalogue(language).metadata["Plural-Forms"])
    assert rule
    form_of = gettext.c2py(rule[2])
    said_of: dict[int, list[int]] = {form: [] for form in range(int(rule[1]))}
    for number in range(1000):
        said_of[form_of(number)].append(number)
    assert all(said_of.values()), "a form that is said of no number"
    return said_of


@in_each_language
def test_the_head_says_the_language_and_names_nobody(language: str) -> None:
    head = catalogue(language).metadata
    assert head["Language"] == language
    assert head["Content-Type"] == "text/plain; charset=UTF-8"
    assert not catalogue(language).metadata_is_fuzzy
    assert not re.search(r"@|FULL NAME|YEAR|PACKAGE|LANGUAGE|/[a-z]+/", f"{catalogue(language).header} {head}")


@in_each_language
def test_it_is_compiled_on_demand_with_every_sentence_in_it(language: str, tmp_path: Path) -> None:
    folder = tmp_path / "frontend" / "locale" / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    shutil.copy(FOLDER / language / "LC_MESSAGES" / "django.po", folder)
    [compiled] = compile_stale(tmp_path)
    with compiled.open("rb") as file:
        read = gettext.GNUTranslations(file)
    single = [entry for entry in catalogue(language) if not entry.msgid_plural and not entry.msgctxt]
    assert len(single) > 500
    assert [entry.msgid for entry in single if read.gettext(entry.msgid) != entry.msgstr] == []


def test_no_sentence_is_chosen_before_anybody_asks() -> None:
    assert asked_at_import() == []


def test_templates_have_no_words_outside_gettext() -> None:
    comments = r"{% comment %}.*?{% endcomment %}|<!--.*?-->"
    marked = r"{% blocktranslate\b.*?{% endblocktranslate %}"
    code = r"{%.*?%}|{{.*?}}"
    spoken = re.compile(r'>([^<>]*)<|\b(?:alt|title|placeholder|aria-label)="([^"]*)"')
    found = set()
    for name in templates():
        markup = re.sub(f"{comments}|{marked}|{code}", "", text(name), flags=re.S)
        words = [*map("".join, spoken.findall(markup))] if name.endswith(".html") else [markup]
        found |= {(name, " ".join(said.split())) for said in words if re.search(r"[^\W\d_]{2}", said)}
    assert [(name, said) for name, said in found if said not in NOT_WORDS] == []


# What a template may say by itself: the name, a unit, and attributes for the frame of the page.
NOT_WORDS = {"Filò", "· Filò", "km", "data-keep panes mapped"}


SAME = {"no", "1 km", "2 km", "5 km", "10 km"}


@in_each_language
def test_pages_in_another_language_say_nothing_in_italian(
    world: SimpleNamespace, sign_in: SignIn, language: str
) -> None:
    """A page names people and places in every language; whatever else reads the same in two is in one of them only."""
    said = {code: own_words(world, pages(world, sign_in, code), code) for code in ("it", language)}
    assert len(said["it"]) > 300 < len(said[language])
    assert said["it"] & said[language] - SAME == set()


def pages(world: SimpleNamespace, sign_in: SignIn, language: str) -> Iterator[BeautifulSoup]:
    """Every page, and what every form answers when nothing is filled in, as the first who gets there sees it."""
    people = [sign_in(world.elena), sign_in(world.nives), Client()]
    with translation.override(language):
        paths = [address(route, world) for route in routes() if route != "root"] + [f"/{language}/rovigo/niente/"]
    for path in paths:
        for method in ("GET", "POST"):
            answers = (knock(person, method, path) for person in people)
            answer = next((some for some in answers if some.status_code in {200, 404, 422}), None)
            if answer and "html" in answer.headers.get("Content-Type", ""):
                yield BeautifulSoup(answer.content, "html.parser")


def own_words(world: SimpleNamespace, answers: Iterator[BeautifulSoup], language: str) -> set[str]:
    """What the house itself says on these pages, in texts and in labels."""
    post: Post = world.post
    names = [post.title, post.words, *post.words.split(": "), world.casa.phone_hours, world.casa.address]
    names += [world.casa.name, world.city.name, world.city.province]
    names += [area.name for area in world.city.neighbourhoods.all()]
    names += [person.public_name for person in Resident.objects.exclude(name="")]
    names += [name for _code, name in settings.LANGUAGES] + ["Filò"]
    people = re.compile("|".join(map(re.escape, sorted(filter(None, names), key=len, reverse=True))))
    said: set[str] = set()
    for page in answers:
        if page.html:
            assert (page.html["lang"], page.html["dir"]) == (language, DIRECTION[language])
        said |= {" ".join(people.sub("", words).split()).strip(" ,.:·") for words in spoken_by(page)}
    return {words for words in said if re.search(r"[^\W\d_]{2}", words)}


def spoken_by(page: Any) -> Iterator[str]:
    for somebodys in page.select("script, style, body [lang], bdi, [dir=auto]"):
        somebodys.decompose()
    yield from page.stripped_strings
    for tag in page.find_all(True):
        yield from (tag[name] for name in ("alt", "title", "placeholder", "aria-label") if tag.get(name))


def test_a_letter_speaks_the_language_of_the_page(client: Client, rovigo: Any, mailoutbox: list[Any]) -> None:
    client.post("/en/entra/", {"email": "kevin@example.org"})
    [letter] = mailoutbox
    assert letter.subject.endswith(" is your code for Filò")
    assert "It lasts 15 minutes" in letter.body


def test_english_says_the_day_before_the_month(client: Client, make_post: Callable[..., Post]) -> None:
    post = make_post()
    day, month = f"{localtime(post.expires_at):%d %B}".lstrip("0").split()
    assert f"Stays up until {day} {month}" in client.get(f"/en/rovigo/post/{post.pk}/").content.decode()
