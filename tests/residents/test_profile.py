"""My page, my profile, my neighbourhood, my data."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from moderation.models import Report
from mutual_aid.models import Post
from residents.models import Resident
from spaces.models import Membership, Residence, Space
from tests.residents.conftest import DOOR, ME

PROFILE, HOME, DATA = "/it/io/profilo/", "/it/io/quartiere/", "/it/io/dati/"
PAGES = [ME, PROFILE, HOME, HOME + "?citta=rovigo", DATA, "/it/io/chiavi/", "/it/io/indirizzo/", "/it/io/cancella/"]

type Someone = Callable[[Resident], Client]


@pytest.mark.parametrize("page", [*PAGES, "/it/io/indirizzo/codice/"])
def test_who_is_not_in_is_asked_to_come_in_and_brought_back(page: str, cast: SimpleNamespace) -> None:
    answer = Client().get(page)
    assert answer.status_code == 302
    assert answer["Location"] == f"{DOOR}?{urlencode({'next': page})}"


def test_my_page_shows_who_i_am_and_where_i_belong(cast: SimpleNamespace, sign_in: Someone) -> None:
    page = sign_in(cast.marta).get(ME).content.decode()
    for words in ["Marta", "San Bortolo, Rovigo", "Casa di quartiere", "Coordina", 'href="/it/rovigo/"']:
        assert words in page


@pytest.mark.parametrize("page", [page for page in PAGES if page != DATA])
def test_my_pages_end_with_the_telephone_near_me(page: str, cast: SimpleNamespace, sign_in: Someone) -> None:
    assert "tel:0425000012" in sign_in(cast.marta).get(page).content.decode()


def test_name_and_languages_are_mine_to_say(cast: SimpleNamespace, sign_in: Someone) -> None:
    wish = {"name": " Elena \u202e\u0007 P. 🌻 ", "languages": ["it", "ar", "lis"], "interface_language": "en"}
    answer = sign_in(cast.elena).post(PROFILE, wish)
    assert answer["Location"] == "/en/io/", "the pages go on in the language that was chosen"
    cast.elena.refresh_from_db()
    assert (cast.elena.name, cast.elena.languages, cast.elena.interface_language) == (
        "Elena P. 🌻",
        ["it", "ar", "lis"],
        "en",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "\u200b \u202e"),
        ("name", "x" * 41),
        ("name", "a\0b"),
        ("languages", ["klingon"]),
        ("interface_language", "de"),
    ],
)
def test_what_cannot_be_stays_written_beside_a_sentence(
    cast: SimpleNamespace, sign_in: Someone, field: str, value: Any
) -> None:
    wish = {"name": "Elena", "languages": ["it"], "interface_language": "it", field: value}
    page = sign_in(cast.elena).post(PROFILE, wish)
    assert (page.status_code, "Quello che hai scritto è rimasto" in page.content.decode()) == (200, True)
    cast.elena.refresh_from_db()
    assert cast.elena.name == "Elena"


def test_a_name_is_shown_as_it_is_never_as_html(cast: SimpleNamespace, sign_in: Someone) -> None:
    client = sign_in(cast.elena)
    client.post(PROFILE, {"name": "<b>Elena</b>", "interface_language": "it"})
    assert "&lt;b&gt;Elena&lt;/b&gt;" in client.get(ME).content.decode()


def test_a_home_is_chosen_in_two_steps(cast: SimpleNamespace, sign_in: Someone) -> None:
    newcomer = Resident.objects.welcome("nuova@example.org")
    client = sign_in(newcomer)
    assert '<option value="rovigo"' in client.get(HOME).content.decode()
    assert "Commenda" in client.get(HOME, {"citta": "rovigo"}).content.decode()
    assert client.post(HOME + "?citta=rovigo", {"neighbourhood": cast.commenda.pk})["Location"] == PROFILE
    assert Residence.objects.get(resident=newcomer).neighbourhood == cast.commenda
    client.post(HOME + "?citta=rovigo", {"neighbourhood": ""})
    home = Residence.objects.get(resident=newcomer)
    assert (home.city, home.neighbourhood) == (cast.city, None)


@pytest.mark.parametrize("choice", ["999999", "x", "\0"])
def test_a_neighbourhood_of_elsewhere_is_not_taken(cast: SimpleNamespace, sign_in: Someone, choice: str) -> None:
    client = sign_in(cast.elena)
    assert client.post(HOME + "?citta=rovigo", {"neighbourhood": choice}).status_code == 200
    assert client.get(HOME, {"citta": "atlantide"}).status_code == 200
    assert Residence.objects.get(resident=cast.elena).neighbourhood == cast.san_bortolo


def test_my_data_are_all_there_and_nobody_elses(
    cast: SimpleNamespace, sign_in: Someone, make_post: Callable[..., Post]
) -> None:
    post = make_post(title="Cerco un violino")
    Report.objects.create(post=post, reporter=cast.bruno, reason="other", words="Lo dice Bruno")
    theirs = make_post(author=cast.rachid, title="Offro un pianoforte")
    Report.objects.create(post=theirs, reporter=cast.elena, reason="other", words="Lo dico io")
    client = sign_in(cast.elena)
    answer = client.get(DATA)
    assert (answer["Content-Type"], "attachment" in answer["Content-Disposition"]) == ("application/json", True)
    told = answer.content.decode()
    for mine in ["elena@example.org", "Cerco un violino", "San Bortolo", "Lo dico io"]:
        assert mine in told, mine
    keys = [client.session.session_key or "", cast.elena.password]
    for foreign in ["bruno", "Bruno", "rachid", "Rachid", "pianoforte", *keys]:
        assert foreign not in told, foreign
    assert json.loads(told)["mutual_aid.Post"][0]["city"] == "Rovigo"


def test_my_pages_ask_the_database_a_fixed_number_of_times(
    cast: SimpleNamespace, sign_in: Someone, make_post: Callable[..., Post]
) -> None:
    client, seen = sign_in(cast.elena), []
    for crowd in [1, 12]:
        for number in range(crowd):
            slug = f"sala-{crowd}-{number}"
            space = Space.objects.create(city=cast.city, name=slug, slug=slug, kind="virtual")
            Membership.objects.create(space=space, resident=cast.elena)
            make_post()
        seen.append([queries_of(client, page) for page in PAGES])
    assert seen[0] == seen[1]
    assert max(seen[0][:4]) <= 12


def queries_of(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(page).status_code == 200
        return len(queries)


def test_a_city_that_cannot_be_leads_to_the_list_of_cities(
    cast: SimpleNamespace, sign_in: Callable[[Resident], Client]
) -> None:
    for name in ["altrove", "\0", "rovigo\0"]:
        page = sign_in(cast.elena).get(HOME, {"citta": name})
        assert (page.status_code, "Rovigo" in page.content.decode()) == (200, True)
