"""What is said of days, doors and numbers, and that the script and the server speak of distances in the same steps."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import translation

from frontend import words
from mutual_aid.models import Post
from spaces import location

type MakePost = Callable[..., Post]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({}, "quando capita"),
        ({"timing": "now", "part_of_day": "evening"}, "appena si può, sera"),
        ({"timing": "by", "by_date": date(2026, 11, 27)}, "entro venerdì 27 novembre"),
        ({"timing": "weekly", "weekdays": [1], "part_of_day": "morning"}, "ogni martedì mattina"),
        ({"timing": "weekly", "weekdays": [3, 0, 1]}, "ogni lunedì, martedì e giovedì"),
        ({"timing": "weekly", "weekdays": list(range(7)), "part_of_day": "afternoon"}, "ogni giorno, pomeriggio"),
    ],
)
@time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False)
def test_when(facts: dict[str, Any], says: str) -> None:
    assert words.when(Post(**facts)) == says


@time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False)
def test_a_day_of_another_year_says_which() -> None:
    assert words.day(date(2026, 11, 27)) == "27 novembre"
    assert words.day(date(2020, 4, 3)) == "3 aprile 2020"


def test_a_moment_is_told_in_the_day_it_had_here() -> None:
    """Half an hour before midnight in Greenwich it is the next day in Rovigo."""
    with time_machine.travel(datetime(2026, 11, 27, tzinfo=UTC), tick=False):
        assert words.day(datetime(2026, 11, 26, 23, 30, tzinfo=UTC)) == "27 novembre"


@pytest.mark.parametrize(
    ("requests", "offers", "says"),
    [
        (1, 0, "una richiesta"),
        (0, 1, "un’offerta"),
        (2, 1, "2 richieste e un’offerta"),
        (1, 3, "una richiesta e 3 offerte"),
    ],
)
def test_so_many(requests: int, offers: int, says: str) -> None:
    assert words.so_many(requests, offers) == says


def test_the_script_gets_the_steps_of_the_server() -> None:
    told = json.loads(words.for_script())
    assert told["steps"] == [[limit, step.label] for limit, step in location.STEPS]
    for metres in range(0, 20_000, 50):
        for close in (True, False):
            steps = told["steps"] if close else told["steps"][1:]
            said = next((label for limit, label in steps if metres < limit), told["far"])
            assert said == location.step(metres, public_end=close).label, metres


def test_the_script_is_told_in_the_language_of_the_page() -> None:
    with translation.override("it"):
        italian = set(json.loads(words.for_script()))
    with translation.override("ar"):
        assert set(json.loads(words.for_script())) == italian


def test_a_post_without_distance_is_placed_by_the_name_of_its_area(make_post: MakePost) -> None:
    assert words.place(make_post()) == "San Bortolo"
    assert words.place(make_post(precision="city")) == "tutta Rovigo"
    post = make_post()
    assert words.place(make_post(precision="space", space=post.city.spaces.get())) == "Casa di quartiere"


def test_a_posts_last_day_is_shown(client: Any, make_post: MakePost) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False):
        post = make_post(expires_at=datetime(2026, 11, 22, 12, tzinfo=UTC) + timedelta(days=5))
        assert "Resta esposto fino al 27 novembre" in client.get(post.get_absolute_url()).content.decode()
