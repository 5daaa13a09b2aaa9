"""The pages of a city and of its spaces, and the clock on their doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client

from mutual_aid.models import Post
from spaces.models import Space

ROME = ZoneInfo("Europe/Rome")
MONDAY, SATURDAY, SUNDAY = 0, 5, 6


@pytest.fixture
def casa(cast: SimpleNamespace) -> Space:
    """Open on Mondays 9–12:30 and 15–18:30, and from Saturday 20:30 until 1:30 on Sunday."""
    hours = [
        (MONDAY, time(9), time(12, 30)),
        (MONDAY, time(15), time(18, 30)),
        (SATURDAY, time(20, 30), time(23, 59, 59)),
        (SUNDAY, time(0), time(1, 30)),
    ]
    for weekday, opens, closes in hours:
        cast.casa.opening_hours.create(weekday=weekday, opens=opens, closes=closes)
    casa: Space = cast.casa
    return casa


def page(client: Client, path: str) -> Any:
    """Its markup; Any, since a part that is missing fails the test by itself."""
    return BeautifulSoup(client.get(path).content, "html.parser")


def words(part: Any) -> str:
    return " ".join(part.get_text(" ").split())


# In the year 2026: the 2nd of November is a Monday; clocks go back on Sunday 25 October, forward on Sunday 29 March.
@pytest.mark.parametrize(
    ("at", "until"),
    [
        (datetime(2026, 11, 2, 8, 59), None),
        (datetime(2026, 11, 2, 9, 0), datetime(2026, 11, 2, 12, 30)),
        (datetime(2026, 11, 2, 12, 29), datetime(2026, 11, 2, 12, 30)),
        (datetime(2026, 11, 2, 12, 30), None),
        (datetime(2026, 11, 2, 16, 0), datetime(2026, 11, 2, 18, 30)),
        (datetime(2026, 11, 3, 10, 0), None),
        # past midnight the door stays open, and says so the evening before
        (datetime(2026, 11, 7, 22, 0), datetime(2026, 11, 8, 1, 30)),
        (datetime(2026, 11, 7, 23, 59, 59), datetime(2026, 11, 8, 1, 30)),
        (datetime(2026, 11, 8, 0, 0), datetime(2026, 11, 8, 1, 30)),
        (datetime(2026, 11, 8, 1, 30), None),
    ],
)
def test_a_space_is_open_by_the_clock_of_its_city(casa: Space, at: datetime, until: datetime | None) -> None:
    here = at.replace(tzinfo=ROME)
    expected = until.replace(tzinfo=ROME) if until else None
    for moment in (here, here.astimezone(ZoneInfo("UTC")), here.astimezone(ZoneInfo("Asia/Tokyo"))):
        assert casa.is_open(moment) is (until is not None)
        assert casa.open_until(moment) == expected


def test_the_last_second_of_the_day_is_the_day(casa: Space) -> None:
    """Nobody is locked out between 23:59:59 and midnight."""
    assert casa.is_open(datetime(2026, 11, 7, 23, 59, 59, 900_000, tzinfo=ROME))


@pytest.mark.parametrize("monday", [datetime(2026, 10, 26), datetime(2026, 3, 30)])
def test_when_summer_time_comes_or_goes_the_door_keeps_its_hours(casa: Space, monday: datetime) -> None:
    sunday = monday.replace(day=monday.day - 1, hour=20, tzinfo=ROME)
    opens = casa.opens_next(sunday)
    assert opens == monday.replace(hour=9, tzinfo=ROME)
    assert casa.is_open(opens) and opens.utcoffset() == monday.replace(hour=9, tzinfo=ROME).utcoffset()


def test_in_another_time_zone_the_same_moment_is_another_hour(casa: Space) -> None:
    at = datetime(2026, 11, 2, 9, 30, tzinfo=ROME)
    casa.city.time_zone = "Atlantic/Azores"
    assert not casa.is_open(at)
    assert casa.is_open(datetime(2026, 11, 2, 9, 30, tzinfo=ZoneInfo("Atlantic/Azores")))


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (datetime(2026, 11, 2, 8, 0), datetime(2026, 11, 2, 9, 0)),
        (datetime(2026, 11, 2, 13, 0), datetime(2026, 11, 2, 15, 0)),
        (datetime(2026, 11, 2, 19, 0), datetime(2026, 11, 7, 20, 30)),
        (datetime(2026, 11, 8, 2, 0), datetime(2026, 11, 9, 9, 0)),
    ],
)
def test_a_closed_door_says_when_it_opens(casa: Space, at: datetime, opens: datetime) -> None:
    assert casa.opens_next(at.replace(tzinfo=ROME)) == opens.replace(tzinfo=ROME)


def test_a_door_that_opens_once_a_week_says_so_on_the_very_evening(cast: SimpleNamespace) -> None:
    cast.casa.opening_hours.create(weekday=MONDAY, opens=time(9), closes=time(10))
    assert cast.casa.opens_next(datetime(2026, 11, 2, 11, tzinfo=ROME)) == datetime(2026, 11, 9, 9, tzinfo=ROME)


def test_a_space_without_hours_is_never_said_to_be_open(cast: SimpleNamespace) -> None:
    at = datetime(2026, 11, 2, 10, tzinfo=ROME)
    assert not cast.casa.is_open(at)
    assert cast.casa.opens_next(at) is None
    assert cast.casa.opening_today(at) == []


@pytest.mark.parametrize(
    ("at", "says"),
    [
        (datetime(2026, 11, 2, 10), "Aperto ora fino alle 12:30"),
        (datetime(2026, 11, 2, 8), "Chiuso, apre alle 9:00"),
        (datetime(2026, 11, 1, 20), "Chiuso, apre domani alle 9:00"),
        (datetime(2026, 11, 3, 10), "Chiuso, apre sabato alle 20:30"),
        (datetime(2026, 11, 7, 23), "Aperto ora fino alle 1:30"),
    ],
)
@pytest.mark.parametrize("path", ["/it/rovigo/citta/", "/it/rovigo/luoghi/", "/it/rovigo/luoghi/casa/"])
def test_every_page_says_whether_it_is_open_now(
    client: Client, casa: Space, at: datetime, says: str, path: str
) -> None:
    with time_machine.travel(at.replace(tzinfo=ROME), tick=False):
        assert says in words(page(client, path).main)


def test_the_week_stands_on_the_page_with_today_marked(client: Client, casa: Space) -> None:
    with time_machine.travel(datetime(2026, 11, 2, 10, tzinfo=ROME), tick=False):
        week = page(client, "/it/rovigo/luoghi/casa/").select_one("#orari dl")
    assert week and words(week).startswith("Lunedì 9:00–12:30 , 15:00–18:30 Martedì chiuso")
    assert [words(day) for day in week.select("dt.today")] == ["Lunedì"]


@pytest.mark.parametrize(
    ("there", "says"),
    [(True, "Ingresso senza gradini : sì"), (False, "Ingresso senza gradini: no"), (None, "non lo sappiamo, chiedi")],
)
def test_what_nobody_knows_is_not_a_no(client: Client, casa: Space, there: bool | None, says: str) -> None:
    Space.objects.filter(pk=casa.pk).update(step_free=there)
    rows = [words(row) for row in page(client, "/it/rovigo/luoghi/casa/").select("main .list li")]
    assert [row for row in rows if row.startswith("Ingresso senza gradini") and says in row]


def test_a_space_tells_how_to_reach_it(client: Client, casa: Space) -> None:
    Space.objects.filter(pk=casa.pk).update(languages=["it", "ar"], about="Una cucina grande.", run_by="Comune")
    main = page(client, "/it/rovigo/luoghi/casa/").main
    for said in ["Via del Molino 12", "Una cucina grande.", "Se ne occupa Comune", "Allo sportello:", "arabo"]:
        assert said in words(main)
    assert main.select_one('a[href="tel:0425000012"]')
    for path in ["partecipa", "lascia", "persone"]:
        assert main.select_one(f'a[href="/it/rovigo/luoghi/casa/{path}/"]')


def test_a_room_online_opens_only_when_it_is_touched(client: Client, cast: SimpleNamespace) -> None:
    cast.city.spaces.create(name="Italiano insieme", slug="italiano", kind="virtual", link="https://meet.example.org/x")
    html = page(client, "/it/rovigo/luoghi/italiano/")
    links = html.select('[href*="example.org"], [src*="example.org"]')
    assert [link.name for link in links] == ["a"]
    assert {"noopener", "noreferrer"} <= set(links[0]["rel"])
    assert "fuori da Filò" in words(html.main) and "meet.example.org" in words(html.main)
    assert "Aperto ora" not in words(html.main) and "Ingresso senza gradini" not in words(html.main)


def test_spaces_stand_by_name_or_the_nearest_first(client: Client, cast: SimpleNamespace) -> None:
    cast.city.spaces.create(
        name="Biblioteca", slug="biblioteca", address="Piazza 1", lat=45.061, lon=11.78, cell=cast.far
    )
    cast.city.spaces.create(name="Aula online", slug="aula", kind="virtual", link="https://meet.example.org/x")

    def names(path: str) -> list[str]:
        return [words(link) for link in page(client, path).select("main .list a")]

    assert names("/it/rovigo/luoghi/") == ["Aula online", "Biblioteca", "Casa di quartiere"]
    near_casa, near_biblioteca = cast.near.index, cast.far.index
    assert names(f"/it/rovigo/luoghi/?near={near_casa}") == ["Casa di quartiere", "Biblioteca", "Aula online"]
    assert names(f"/it/rovigo/luoghi/?near={near_biblioteca}") == ["Biblioteca", "Casa di quartiere", "Aula online"]
    assert names("/it/rovigo/luoghi/?near=nonsense\0") == names("/it/rovigo/luoghi/")


def test_the_posts_of_a_space_stand_on_its_page(
    client: Client, cast: SimpleNamespace, make_post: Callable[..., Post]
) -> None:
    here, elsewhere = make_post(space=cast.casa, title="Qui in casa"), make_post(title="Altrove")
    waiting = make_post(space=cast.casa, title="In attesa", state="pending")
    main = words(page(client, "/it/rovigo/luoghi/casa/").main)
    assert here.title in main
    assert elsewhere.title not in main and waiting.title not in main


def test_a_city_page_leads_to_the_board_of_each_neighbourhood(
    client: Client, cast: SimpleNamespace, make_post: Callable[..., Post]
) -> None:
    make_post(title="Qui vicino"), make_post(kind="offer"), make_post(kind="offer"), make_post(state="pending")
    html = page(client, "/it/rovigo/citta/")
    assert "una richiesta e 2 offerte" in words(html.main)
    links = {words(link): link["href"] for link in html.select("main .pick")}
    assert list(links) == ["Commenda", "San Bortolo"]
    board = page(client, str(links["San Bortolo"]))
    assert "Zona San Bortolo" in words(board.main) and "Qui vicino" in words(board.main)


def test_counting_goes_no_further_than_is_worth_saying(
    client: Client, cast: SimpleNamespace, make_post: Callable[..., Post], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("frontend.places.MANY", 2)
    for _ in range(4):
        make_post()
    assert "più di 2 biglietti" in words(page(client, "/it/rovigo/citta/").main)


def test_a_space_of_another_city_is_not_here(client: Client, cast: SimpleNamespace) -> None:
    assert client.get("/it/padova/luoghi/casa/").status_code == 404
