"""The demo: loaded once, whole, and such that a stranger smiles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.timezone import now

from moderation.models import Report
from mutual_aid import exact_places
from mutual_aid.categories import Category
from mutual_aid.models import Post
from mutual_aid.writing.notices import notices
from project.demo.people import DEMO_PEOPLE
from project.demo.posts import read_posts
from residents.models import Resident
from spaces import location
from spaces.models import City, CityRole, Membership, Neighbourhood, Residence, Space

pytestmark = pytest.mark.django_db
FICTIONAL = re.compile(r"0\d{1,3} 000 \d{3,4}")


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demo, loaded once for all tests here and rolled back after them; where its pictures went."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        call_command("demo")
        yield media
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def own_media(demo: Path) -> None:
    """In place of the one for single tests: the pictures are where the demo was loaded."""


def everything() -> dict[str, int]:
    """How many rows every table of ours holds."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_a_second_loading_writes_nothing(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = everything()
    call_command("demo")
    assert everything() == before
    assert len(list((demo / "posts").iterdir())) == Post.objects.exclude(photo="").count() == 4
    assert "ci sono già" in capsys.readouterr().out


def test_who_erased_themselves_stays_erased() -> None:
    Resident.objects.get(email="elena@example.org").delete()
    call_command("demo")
    assert not Resident.objects.filter(email="elena@example.org").exists()


def test_twelve_cities_stand_and_one_has_no_space() -> None:
    assert City.objects.count() == 12
    assert City.objects.filter(spaces=None).count() == 1
    assert min(City.objects.annotate(many=Count("posts", distinct=True)).values_list("many", flat=True)) >= 6


def test_rovigo_is_alive() -> None:
    rovigo = City.objects.get(slug="rovigo")
    standing = rovigo.posts.filter(state="open", expires_at__gt=now())
    assert standing.count() >= 110
    assert set(standing.values_list("category", flat=True)) == set(Category.values)
    assert set(standing.values_list("language", flat=True)) == {"it", "en", "ro", "ar", "uk", "fr"}
    assert 0.5 < standing.filter(kind="offer").count() / standing.count() < 0.6
    assert 3 <= standing.filter(urgent=True).count() <= 10
    assert rovigo.spaces.filter(kind="physical").count() == 6
    assert rovigo.spaces.filter(kind="virtual").count() == 2
    assert rovigo.neighbourhoods.count() >= 16


def test_the_board_shows_them_newest_first() -> None:
    page = Client().get(reverse("board", args=["rovigo"])).content.decode()
    newest = Post.objects.filter(city__slug="rovigo", state="open").order_by("-published_at")[:3]
    places = [page.index(post.title) for post in newest]
    assert places == sorted(places)


def test_every_post_is_inside_its_city_and_counted_from_today() -> None:
    for post in Post.objects.select_related("cell", "city").defer("city__border"):
        assert location.cell_row(post.city, post.cell.index) == post.cell
        assert post.created_at <= post.published_at <= now()
        assert (post.state == "expired") == (post.expires_at <= now())


def test_every_exact_place_is_in_the_cell_that_everybody_knows() -> None:
    at_streets = 0
    for post in Post.objects.select_related("cell", "city", "author").defer("city__border"):
        assert post.author
        place = exact_places.read(post, post.author, exact_places.Why.CHANGE)
        if post.precision == Post.Precision.CELL:
            at_streets += 1
            assert place.address
            assert place.lat and place.lon
            assert location.holds(post.city, place.lat, place.lon)
            assert location.cell_for(post.city, place.lat, place.lon) == post.cell.index
        else:
            assert not place
    assert at_streets > 50


def test_every_post_is_in_the_state_the_file_says() -> None:
    said = Counter(line.get("state", "open") for line in read_posts())
    assert Counter(Post.objects.values_list("state", flat=True)) == said
    assert said.keys() == {"open", "pending", "withdrawn", "expired"}


def test_every_post_has_its_history() -> None:
    ends = {"open": "published", "pending": "held", "withdrawn": "withdrawn", "expired": "expired"}
    for post in Post.objects.prefetch_related("changes"):
        changes = list(post.changes.all())
        assert changes[0].at == post.published_at
        assert changes[-1].what == ends[post.state]


def test_a_coordinator_has_something_to_read() -> None:
    assert Post.objects.filter(city__slug="rovigo", state="pending").count() == 3
    assert Report.objects.open().values("post").distinct().count() == 2


def test_everybody_lives_somewhere() -> None:
    assert Residence.objects.count() == Resident.objects.count() == len(DEMO_PEOPLE)
    assert Resident.objects.filter(email=None).count() == 1
    assert Residence.objects.filter(city__slug="rovigo").count() >= 40
    assert all(person.email.endswith("@example.org") for person in DEMO_PEOPLE if person.email)


def test_the_three_who_are_shown_may_what_is_said_of_them() -> None:
    resident, coordinator, administrator = (Resident.objects.get(email=person.email) for person in DEMO_PEOPLE[:3])
    assert not resident.memberships.exists()
    assert Membership.objects.get(resident=coordinator, space__slug="casa-san-bortolo").role == "coordinator"
    assert CityRole.objects.get(resident=administrator).role == "city_administrator"


def test_no_telephone_is_anybodys() -> None:
    phones = Space.objects.values_list("phone", flat=True)
    assert len(phones) >= 8
    assert all(FICTIONAL.fullmatch(phone) for phone in phones)
    written = " ".join(Post.objects.values_list("words", flat=True))
    assert all(FICTIONAL.fullmatch(number) for number in re.findall(r"\d[\d ]{6,}\d", written))


def test_what_stands_needs_no_gentle_notice() -> None:
    noticed = {post.title: notices(post) for post in Post.objects.all() if notices(post)}
    assert list(noticed) == ["Chitarra per ragazzi, tre accordi per cominciare"]  # which waits for just that reason


@pytest.mark.parametrize("quotes", ["'", '"', "…", " ,", "  "])
def test_words_are_set_with_care(quotes: str) -> None:
    texts = Post.objects.values_list("title", "words")
    spaces = Space.objects.values_list("name", "about")
    assert not [text for pair in (*texts, *spaces) for text in pair if quotes in text]


def test_a_post_by_neighbourhood_says_the_name_its_author_chose() -> None:
    for area in Neighbourhood.objects.select_related("city").defer("border", "city__border"):
        assert location.cell_of_area(area).place_name == area.name
