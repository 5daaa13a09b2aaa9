"""Who may do what, cell by cell. The tables below are written by hand, not made from the one that they test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from mutual_aid.models import Post
from residents.models import Resident
from spaces.access import TABLE, Action, Person, Role, may, roles_of
from spaces.models import Ban, City, CityRole, Membership, Space

# A line is an action, a column a person: # may, . may not.
#   str  a stranger                         coo  coordinator of the Casa di quartiere
#   res  signed in, nothing more            cco  coordinator of the city
#   aut  author of the posts                adm  administrator of the city
#   mem  takes part in the Casa             ban  suspended from the city
#   hst  host at the Casa                   bnh  takes part in the Casa and is suspended from it
#   dsk  desk of the Casa                   bau  author of the posts, suspended from the city
#   oth  coordinator of another space       bco  coordinator of the Casa, suspended from the city
#   far  administrator of another city
CELLS = {
    "nothing": """
                             str res aut mem hst dsk coo oth cco adm far ban bnh bau bco
        board.read            #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        places.read           #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        space.join            .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        space.leave           .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        space.appoint         .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        space.ban             .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        city.appoint          .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        city.ban              .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        desk.welcome          .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        draft.write           #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        post.publish          .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        post.read             #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        post.read_unlisted    .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        post.change           .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        post.withdraw         .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        post.report           #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        post.read_exact_place .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        queue.read            .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        queue.decide          .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        self.read             .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        self.change           .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        door.knock            #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
    """,
    "the city": """
                             str res aut mem hst dsk coo oth cco adm far ban bnh bau bco
        board.read            #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        places.read           #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        space.join            .   #   #   #   #   #   #   #   #   #   #   .   #   .   .
        space.leave           .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        space.appoint         .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        space.ban             .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        city.appoint          .   .   .   .   .   .   .   .   .   #   .   .   .   .   .
        city.ban              .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        desk.welcome          .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        draft.write           #   #   #   #   #   #   #   #   #   #   #   .   #   .   .
        post.publish          .   #   #   #   #   #   #   #   #   #   #   .   #   .   .
        post.read             #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        post.read_unlisted    .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        post.change           .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        post.withdraw         .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        post.report           #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        post.read_exact_place .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        queue.read            .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        queue.decide          .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        self.read             .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        self.change           .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        door.knock            #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
    """,
    "the Casa": """
                             str res aut mem hst dsk coo oth cco adm far ban bnh bau bco
        board.read            #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        places.read           #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        space.join            .   #   #   #   #   #   #   #   #   #   #   .   .   .   .
        space.leave           .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        space.appoint         .   .   .   .   .   .   #   .   #   #   .   .   .   .   .
        space.ban             .   .   .   .   .   .   #   .   #   #   .   .   .   .   .
        city.appoint          .   .   .   .   .   .   .   .   .   #   .   .   .   .   .
        city.ban              .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        desk.welcome          .   .   .   .   .   #   #   .   #   #   .   .   .   .   .
        draft.write           #   #   #   #   #   #   #   #   #   #   #   .   .   .   .
        post.publish          .   #   #   #   #   #   #   #   #   #   #   .   .   .   .
        post.read             #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        post.read_unlisted    .   .   .   .   .   .   #   .   #   #   .   .   .   .   .
        post.change           .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        post.withdraw         .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
        post.report           #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        post.read_exact_place .   .   .   .   .   .   #   .   #   #   .   .   .   .   .
        queue.read            .   .   .   .   .   .   #   .   #   #   .   .   .   .   .
        queue.decide          .   .   .   .   .   .   #   .   #   #   .   .   .   .   .
        self.read             .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        self.change           .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        door.knock            #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
    """,
    "a post at the Casa": """
                             str res aut mem hst dsk coo oth cco adm far ban bnh bau bco
        board.read            #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        places.read           #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        space.join            .   #   #   #   #   #   #   #   #   #   #   .   .   .   .
        space.leave           .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        space.appoint         .   .   .   .   .   .   #   .   #   #   .   .   .   .   .
        space.ban             .   .   .   .   .   .   #   .   #   #   .   .   .   .   .
        city.appoint          .   .   .   .   .   .   .   .   .   #   .   .   .   .   .
        city.ban              .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        desk.welcome          .   .   .   .   .   #   #   .   #   #   .   .   .   .   .
        draft.write           #   #   #   #   #   #   #   #   #   #   #   .   .   .   .
        post.publish          .   #   #   #   #   #   #   #   #   #   #   .   .   .   .
        post.read             #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        post.read_unlisted    .   .   #   .   .   .   #   .   #   #   .   .   .   #   .
        post.change           .   .   #   .   .   .   .   .   .   .   .   .   .   .   .
        post.withdraw         .   .   #   .   .   .   .   .   .   .   .   .   .   #   .
        post.report           #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        post.read_exact_place .   .   #   .   .   .   #   .   #   #   .   .   .   #   .
        queue.read            .   .   .   .   .   .   #   .   #   #   .   .   .   .   .
        queue.decide          .   .   .   .   .   .   #   .   #   #   .   .   .   .   .
        self.read             .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        self.change           .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        door.knock            #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
    """,
    "a post of no space": """
                             str res aut mem hst dsk coo oth cco adm far ban bnh bau bco
        board.read            #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        places.read           #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        space.join            .   #   #   #   #   #   #   #   #   #   #   .   #   .   .
        space.leave           .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        space.appoint         .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        space.ban             .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        city.appoint          .   .   .   .   .   .   .   .   .   #   .   .   .   .   .
        city.ban              .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        desk.welcome          .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        draft.write           #   #   #   #   #   #   #   #   #   #   #   .   #   .   .
        post.publish          .   #   #   #   #   #   #   #   #   #   #   .   #   .   .
        post.read             #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        post.read_unlisted    .   .   #   .   .   .   .   .   #   #   .   .   .   #   .
        post.change           .   .   #   .   .   .   .   .   .   .   .   .   .   .   .
        post.withdraw         .   .   #   .   .   .   .   .   .   .   .   .   .   #   .
        post.report           #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        post.read_exact_place .   .   #   .   .   .   .   .   #   #   .   .   .   #   .
        queue.read            .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        queue.decide          .   .   .   .   .   .   .   .   #   #   .   .   .   .   .
        self.read             .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        self.change           .   #   #   #   #   #   #   #   #   #   #   #   #   #   #
        door.knock            #   #   #   #   #   #   #   #   #   #   #   #   #   #   #
    """,
}


@pytest.fixture
def people(cast: SimpleNamespace) -> dict[str, Person]:
    """Everybody who has a column."""
    extra = {name: Resident.objects.welcome(name=name) for name in ("oth", "far", "hst", "bnh", "bau", "bco")}
    room = Space.objects.create(city=cast.city, name="Stanza", slug="stanza", kind="virtual", link="https://a.example")
    monza = City.objects.create(
        name="Monza", slug="monza", istat="108033", province="MB", region="Lombardia", lat=45.58, lon=9.27
    )
    Membership.objects.create(space=room, resident=extra["oth"], role="coordinator")
    for name, role in [("hst", "host"), ("bnh", "member"), ("bco", "coordinator")]:
        Membership.objects.create(space=cast.casa, resident=extra[name], role=role)
    CityRole.objects.create(city=monza, resident=extra["far"], role="city_administrator")
    Ban.objects.create(city=cast.city, space=cast.casa, resident=extra["bnh"], reason="Basta.")
    for name in ("bau", "bco"):
        Ban.objects.create(city=cast.city, resident=extra[name], reason="Basta.")
    named = {
        "res": "rachid",
        "aut": "elena",
        "mem": "li",
        "dsk": "ada",
        "coo": "marta",
        "cco": "ottavio",
        "adm": "nives",
    }
    cast_of = {column: getattr(cast, name) for column, name in named.items()}
    return {"str": AnonymousUser(), "ban": cast.bruno} | cast_of | extra


def read(table: str) -> dict[tuple[str, str], bool]:
    """{(action, column): whether they may}."""
    head, *lines = [line.split() for line in table.strip().splitlines()]
    assert all(len(line) == len(head) + 1 and set(line[1:]) <= {"#", "."} for line in lines)
    return {(action, column): cell == "#" for action, *cells in lines for column, cell in zip(head, cells, strict=True)}


@pytest.mark.parametrize("name", CELLS)
def test_cell_by_cell(
    name: str, cast: SimpleNamespace, people: dict[str, Person], make_post: Callable[..., Post]
) -> None:
    def thing(column: str) -> Any:
        author = people["bau"] if column == "bau" else cast.elena
        match name:
            case "nothing":
                return None
            case "the city":
                return cast.city
            case "the Casa":
                return cast.casa
            case "a post at the Casa":
                return make_post(author=author, space=cast.casa)
            case _:
                return make_post(author=author)

    expected = read(CELLS[name])
    things = {column: thing(column) for column in people}
    found = {
        (action.value, column): may(person, action, things[column])
        for action in Action
        for column, person in people.items()
    }
    wrong = [f"{a} for {c}: {found[a, c]}" for a, c in found if found[a, c] is not expected.get((a, c))]
    assert found.keys() == expected.keys()
    assert not wrong


def test_every_action_has_its_line_and_no_line_is_idle() -> None:
    assert set(TABLE) == set(Action)
    assert all(row - {Role.BANNED} for row in TABLE.values())


# Roles


def test_somebody_is_several_things_at_once(cast: SimpleNamespace, make_post: Callable[..., Post]) -> None:
    post = make_post(author=cast.marta, space=cast.casa)
    assert roles_of(cast.marta, post) == {Role.STRANGER, Role.RESIDENT, Role.AUTHOR, Role.COORDINATOR}
    assert roles_of(cast.marta, cast.city) == {Role.STRANGER, Role.RESIDENT}
    assert roles_of(cast.ada, cast.casa) == {Role.STRANGER, Role.RESIDENT, Role.DESK}
    assert roles_of(AnonymousUser(), post) == {Role.STRANGER}


def test_a_post_that_nobody_signed_has_no_author(cast: SimpleNamespace, make_post: Callable[..., Post]) -> None:
    post = make_post(author=None, source="elenco", source_id="1")
    assert Role.AUTHOR not in roles_of(cast.elena, post) | roles_of(AnonymousUser(), post)
    assert not may(AnonymousUser(), Action.POST_CHANGE, post)


def test_a_suspension_holds_from_its_first_moment_to_its_last(cast: SimpleNamespace) -> None:
    end = now() + timedelta(hours=1)
    cast.casa.ban(cast.li, by=cast.marta, reason="Basta.", until=end)
    assert not may(cast.li, Action.SPACE_JOIN, cast.casa)
    with time_machine.travel(end - timedelta(seconds=1), tick=False):
        assert not may(cast.li, Action.SPACE_JOIN, cast.casa)
    with time_machine.travel(end, tick=False):
        assert may(cast.li, Action.SPACE_JOIN, cast.casa)


def test_it_costs_at_most_three_queries(
    cast: SimpleNamespace, make_post: Callable[..., Post], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    post = make_post(space=cast.casa)
    for person in [cast.elena, cast.marta, cast.nives, cast.bruno]:
        with django_assert_max_num_queries(3):
            roles_of(person, post)
