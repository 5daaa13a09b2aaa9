"""Drawing the cells of a city anew: nothing that stands in one is lost."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import h3
import pytest
from django.db import transaction

from mutual_aid.models import Post
from spaces import location
from spaces.models import Cell, City, Space
from tests.conftest import COMMENDA, SAN_BORTOLO
from tests.spaces.places import (
    EAST,
    NORTH,
    by_the_rule,
    redrawn,
)

pytestmark = pytest.mark.django_db


def test_drawing_twice_is_drawing_once(mixed: City) -> None:
    rows = list(mixed.cells.order_by("pk").values())
    drawn = location.redraw(mixed)
    assert list(mixed.cells.order_by("pk").values()) == rows
    assert (drawn.cells, drawn.added, drawn.removed, drawn.kept) == (len(rows), 0, 0, 0)


@pytest.mark.parametrize("resolution", [7, 9])
def test_what_stood_in_a_cell_moves_to_the_one_that_took_its_place(
    cast: SimpleNamespace, make_post: Callable[..., Post], resolution: int
) -> None:
    city = redrawn(cast.city)
    post = make_post()
    old = Cell.objects.get(pk=cast.near.pk)
    City.objects.filter(pk=city.pk).update(resolution=resolution)
    location.redraw(city)
    post.refresh_from_db()
    space = Space.objects.get(pk=cast.casa.pk)
    assert space.cell is not None
    assert post.cell.index == location.cell_for(city, old.lat, old.lon), "a post, by the centre of its cell"
    assert space.cell.index == location.cell_for(city, cast.casa.lat, cast.casa.lon), "a space, by its public point"
    assert {h3.get_resolution(post.cell.index), h3.get_resolution(space.cell.index)} == {resolution}
    assert not Cell.objects.filter(pk=old.pk).exists()
    assert {h3.get_resolution(index) for index in city.cells.values_list("index", flat=True)} == {resolution}


def test_nothing_is_lost_when_the_border_moves_away(cast: SimpleNamespace, make_post: Callable[..., Post]) -> None:
    city = redrawn(cast.city)
    post, border = make_post(), city.border
    east = [[[11.84, 45.02], [11.90, 45.02], [11.90, 45.12], [11.84, 45.12], [11.84, 45.02]]]
    City.objects.filter(pk=city.pk).update(border={"type": "MultiPolygon", "coordinates": [east]})
    drawn = location.redraw(city)
    post.refresh_from_db()
    assert (drawn.kept, post.cell_id) == (1, cast.near.pk)
    assert cast.near.pk in dict(location.ranked_cells(city, location.cell_of_point(city, 45.07, 11.87)))
    city.refresh_from_db()
    with pytest.raises(location.OutsideCity):
        location.cell_for(city, *SAN_BORTOLO)
    with pytest.raises(location.UnknownCell):
        location.cell_row(city, cast.near.index)

    City.objects.filter(pk=city.pk).update(border=border)
    location.redraw(city)
    city.refresh_from_db()
    assert location.cell_row(city, cast.near.index).pk == cast.near.pk


def test_a_city_that_was_never_drawn_draws_itself(rovigo: City) -> None:
    assert not rovigo.grid_version
    assert location.cell_for(rovigo, *COMMENDA) == by_the_rule(rovigo, *COMMENDA)
    assert City.objects.get(pk=rovigo.pk).grid_version == rovigo.grid_version != 0


def test_a_drawing_that_is_rolled_back_is_not_remembered(rovigo: City) -> None:
    redrawn(rovigo)
    before = location.cell_for(rovigo, *COMMENDA)
    with transaction.atomic():
        City.objects.filter(pk=rovigo.pk).update(resolution=9)
        location.redraw(rovigo)
        assert h3.get_resolution(location.cell_for(rovigo, *COMMENDA)) == 9
        transaction.set_rollback(True)
    rovigo.refresh_from_db()
    assert location.cell_for(rovigo, *COMMENDA) == before
    location.redraw(rovigo)
    assert location.cell_for(rovigo, *COMMENDA) == before


def test_whose_border_holds_a_point(rovigo: City, frassinelle: City) -> None:
    assert location.city_holding(*COMMENDA) == rovigo
    assert location.city_holding(frassinelle.lat, frassinelle.lon) is None
    assert not location.holds(rovigo, NORTH + 0.0001, EAST)
    assert location.holds(rovigo, NORTH - 0.0001, EAST - 0.0001)
