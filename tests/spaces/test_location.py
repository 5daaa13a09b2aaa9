"""Cells: which one a point has, what is reckoned from it, and what is refused."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import h3
import pytest
import shapely
from geopy.distance import geodesic
from pytest_django import DjangoAssertNumQueries

from spaces import location
from spaces.models import Cell, City, Neighbourhood
from tests.conftest import COMMENDA, SAN_BORTOLO
from tests.spaces.places import (
    EAST,
    NORTH,
    SOUTH,
    WEST,
    by_the_rule,
    holder,
    homes,
    redrawn,
)

pytestmark = pytest.mark.django_db


# Which cell


def test_a_cell_is_split_while_the_neighbourhood_of_its_centre_asks_for_a_finer_one(mixed: City) -> None:
    found = {point: location.cell_for(mixed, *point) for point in homes()}
    assert found == {point: by_the_rule(mixed, *point) for point in found}
    assert {h3.get_resolution(index) for index in found.values()} == {7, 8, 9}


def test_each_cell_has_the_neighbourhood_that_holds_its_centre(mixed: City) -> None:
    for cell in mixed.cells.all():
        assert cell.neighbourhood == holder(mixed, cell.lat, cell.lon)


def test_no_cell_lies_within_another(mixed: City) -> None:
    indexes = set(mixed.cells.values_list("index", flat=True))
    for index in indexes:
        coarser = range(7, h3.get_resolution(index))
        assert not indexes & {h3.cell_to_parent(index, resolution) for resolution in coarser}


def test_the_first_by_name_wins_where_two_neighbourhoods_overlap(rovigo: City) -> None:
    san_bortolo = rovigo.neighbourhoods.get(slug="san-bortolo")
    Neighbourhood.objects.create(
        city=rovigo, name="Alba", slug="alba", lat=san_bortolo.lat, lon=san_bortolo.lon, border=san_bortolo.border
    )
    assert location.cell_of_point(rovigo, *SAN_BORTOLO).place_name == "Alba"


def test_without_polygons_the_city_is_one_neighbourhood(rovigo: City) -> None:
    rovigo.neighbourhoods.update(border=None, resolution=9)
    cells = {location.cell_of_point(rovigo, *point) for point in homes()}
    assert {cell.neighbourhood for cell in cells} == {None}
    assert {h3.get_resolution(cell.index) for cell in cells} == {rovigo.resolution}
    assert {cell.place_name for cell in cells} == {"Rovigo"}


def test_all_that_is_known_of_two_homes_in_one_cell_is_the_same(cast: SimpleNamespace) -> None:
    city = redrawn(cast.city)
    cell = location.cell_of_area(cast.san_bortolo)
    inside = [point for point in h3.cell_to_boundary(cell.index) if location.cell_for(city, *point) == cell.index]
    inside += [h3.cell_to_latlng(child) for child in h3.cell_to_children(cell.index, 9)]
    assert len(inside) >= 7
    for point in inside:
        found = location.cell_of_point(city, *point)
        assert (found.pk, found.lat, found.lon, found.place_name) == (cell.pk, cell.lat, cell.lon, cell.place_name)
        assert location.cell_picture(found) == location.cell_picture(cell)
        assert location.ranked_cells(city, found) == location.ranked_cells(city, cell)


def test_a_cell_knows_no_point_but_its_centre(mixed: City) -> None:
    for cell in mixed.cells.all():
        assert (cell.lat, cell.lon) == h3.cell_to_latlng(cell.index)


def test_a_place_is_accepted_if_its_cell_touches_the_city(rovigo: City) -> None:
    """All around the border, cell by cell: it touches, or a smaller cell it stands for does, or it is out."""
    redrawn(rovigo)
    city, within, accepted, refused = shapely.box(WEST, SOUTH, EAST, NORTH), 0, 0, 0
    for index in h3.grid_disk(h3.latlng_to_cell(rovigo.lat, rovigo.lon, 8), 15):
        smaller = h3.cell_to_children(index, 9)
        hexagons = [shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(one)]) for one in (index, *smaller)]
        for home in map(h3.cell_to_latlng, smaller):
            if any(hexagon.intersects(city) for hexagon in hexagons):
                assert location.cell_for(rovigo, *home) == index
                within += city.covers(shapely.Point(*home[::-1]))
                accepted += 1
            else:
                with pytest.raises(location.OutsideCity, match="fuori da Rovigo"):
                    location.cell_for(rovigo, *home)
                refused += 1
    assert accepted > within > 1000
    assert refused > 1000


def test_a_city_at_the_very_edge_of_a_cell_is_touched_by_it(frassinelle: City) -> None:
    """A point just within a hexagon, but in a smaller cell of the neighbour's: both cells touch the city."""
    cell = h3.latlng_to_cell(frassinelle.lat, frassinelle.lon, 8)
    centre = h3.cell_to_latlng(cell)
    rim = shapely.Polygon(h3.cell_to_boundary(cell)).buffer(-1e-5).exterior
    edge = next(
        point for point in rim.segmentize(1e-4).coords if h3.cell_to_parent(h3.latlng_to_cell(*point, 9), 8) != cell
    )
    tiny = shapely.Point(*edge[::-1]).buffer(1e-6)
    frassinelle.border = {"type": "MultiPolygon", "coordinates": [[[list(point) for point in tiny.exterior.coords]]]}
    frassinelle.save()
    assert location.cell_for(frassinelle, *centre) == cell
    assert location.cell_for(frassinelle, *edge) != cell


def test_every_home_of_the_city_has_a_cell(rovigo: City) -> None:
    edge = [(lat, lon) for lat in (SOUTH, NORTH) for lon in (WEST, EAST)]
    for point in [*homes(2000), *edge]:
        location.cell_for(rovigo, *point)


def test_an_area_has_the_cell_of_its_label_point(cast: SimpleNamespace) -> None:
    assert location.cell_of_area(cast.commenda).index == location.cell_for(cast.city, *COMMENDA)
    assert location.cell_of_area(cast.city).index == location.cell_for(cast.city, cast.city.lat, cast.city.lon)


def test_an_area_whose_label_is_outside_has_the_nearest_cell(rovigo: City) -> None:
    beyond = Neighbourhood.objects.create(city=rovigo, name="Oltre", slug="oltre", lat=NORTH + 0.05, lon=11.80)
    found = location.cell_of_area(beyond)
    every = [geodesic((cell.lat, cell.lon), (beyond.lat, beyond.lon)).meters for cell in rovigo.cells.all()]
    assert geodesic((found.lat, found.lon), (beyond.lat, beyond.lon)).meters == min(every)


def test_a_city_may_be_named_by_its_slug(rovigo: City) -> None:
    assert location.cell_for("rovigo", *COMMENDA) == location.cell_for(rovigo, *COMMENDA)
    for slug in ["adria", "", "ro\0vigo", "x" * 5000, "ROVIGO'--"]:
        with pytest.raises(City.DoesNotExist):
            location.cell_for(slug, *COMMENDA)


def test_without_a_city_any_point_has_a_cell_of_resolution_8(db: None) -> None:
    for point in [COMMENDA, (-33.9, 151.2), (90, 180)]:
        assert location.cell_for(None, *point) == h3.latlng_to_cell(*point, 8)


# What is refused


NOWHERE: list[Any] = [
    (0, 0), (0.0, -0.0), (math.nan, 11.8), (45.0, math.inf), (91, 11.8), (45.0, 181), (45.0, -180.1),
    ("x", 11.8), (None, 11.8), (10**400, 11.8), ([45], 11.8),
]  # fmt: skip


@pytest.mark.parametrize("point", NOWHERE, ids=str)
def test_no_place_is_nowhere(rovigo: City, point: Any) -> None:
    for city in (rovigo, None):
        with pytest.raises(location.NoSuchPlace, match=r"^Questo punto non esiste sulla carta\.$"):
            location.cell_for(city, *point)


def test_a_refusal_does_not_repeat_the_point(rovigo: City) -> None:
    with pytest.raises(location.PlaceRefused) as refused:
        location.cell_for(rovigo, 44.123456, 12.654321)
    assert "44" not in str(refused.value)
    assert "12" not in str(refused.value)


@pytest.mark.parametrize(
    "index",
    [
        "", "rovigo", "8", "x" * 100_000, "88\0" + "1" * 12, "８81ea0a6d3fffff", "881ea0a6d3fffff\n",
        "0" * 15, "f" * 15,
        h3.latlng_to_cell(*COMMENDA, 8).upper(),
        h3.latlng_to_cell(*COMMENDA, 7),
        h3.latlng_to_cell(*COMMENDA, 9),
        h3.latlng_to_cell(*COMMENDA, 6),
        h3.latlng_to_cell(45.44, 12.33, 8),
        h3.cell_to_vertex(h3.latlng_to_cell(*COMMENDA, 8), 0),
        h3.origin_to_directed_edges(h3.latlng_to_cell(*COMMENDA, 8))[0],
    ],
    ids=lambda index: repr(index[:20]),
)  # fmt: skip
def test_only_a_cell_of_the_city_is_known(rovigo: City, index: str) -> None:
    with pytest.raises(location.UnknownCell, match=r"^Questa zona non c’è a Rovigo\.$"):
        location.cell_row(rovigo, index)


def test_a_cell_of_the_city_is_known_without_asking_the_database(
    rovigo: City, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = location.cell_of_point(rovigo, *COMMENDA)
    lat = first.lat
    with django_assert_num_queries(0):
        again = location.cell_row(rovigo, first.index)
        assert (again, again.place_name, again.city) == (first, "Commenda", rovigo)
    again.lat = 0
    assert location.cell_row(rovigo, first.index).lat == lat, "what one caller does to its row, others must not see"


# A city without border


def test_without_border_any_cell_of_resolution_7_will_do(frassinelle: City) -> None:
    far = geodesic(kilometers=45).destination((frassinelle.lat, frassinelle.lon), bearing=200)
    for point in [(frassinelle.lat, frassinelle.lon), (far.latitude, far.longitude)]:
        cell = location.cell_of_point(frassinelle, *point)
        assert cell.index == h3.cell_to_parent(h3.latlng_to_cell(*point, 9), 7)
        assert location.cell_row(frassinelle, cell.index).pk == cell.pk
    assert frassinelle.cells.count() == 2


def test_without_border_there_is_an_end_to_the_rows_an_address_can_cause(frassinelle: City) -> None:
    far = geodesic(kilometers=60).destination((frassinelle.lat, frassinelle.lon), bearing=200)
    with pytest.raises(location.OutsideCity):
        location.cell_for(frassinelle, far.latitude, far.longitude)
    near = h3.latlng_to_cell(44.99, 11.70, 7)
    others = [h3.latlng_to_cell(far.latitude, far.longitude, 7), h3.latlng_to_cell(44.99, 11.70, 8)]
    for index in [*others, near.upper(), f"0x{near}", f" {near}", f"0{near}", "", "871ea\0"]:
        with pytest.raises(location.UnknownCell):
            location.cell_row(frassinelle, index)
    assert not frassinelle.cells.exists()


def test_a_cell_that_was_just_made_is_ranked(frassinelle: City) -> None:
    here = location.cell_of_area(frassinelle)
    assert location.ranked_cells(frassinelle, here) == [(here.pk, 0.0)]
    there = location.cell_of_point(frassinelle, 45.03, 11.75)
    assert [pk for pk, _metres in location.ranked_cells(frassinelle, here)] == [here.pk, there.pk]


def test_redrawing_a_city_without_border_keeps_its_cells(frassinelle: City) -> None:
    cell = location.cell_of_area(frassinelle)
    location.redraw(frassinelle)
    assert location.cell_of_area(frassinelle).pk == cell.pk


# Distances


def test_cells_are_ranked_by_the_distance_between_centres(mixed: City) -> None:
    near = location.cell_of_point(mixed, *SAN_BORTOLO)
    ranked = location.ranked_cells(mixed, near)
    cells = {cell.pk: cell for cell in mixed.cells.all()}
    assert ranked[0] == (near.pk, 0.0)
    assert set(dict(ranked)) == set(cells)
    for pk, metres in ranked:
        assert metres == geodesic((near.lat, near.lon), (cells[pk].lat, cells[pk].lon)).meters
    assert [metres for _pk, metres in ranked] == sorted(metres for _pk, metres in ranked)


def test_cells_equally_far_stand_in_the_order_of_their_index(rovigo: City) -> None:
    """Three leftovers on one spot, written in no order: it cannot be the database's that decides."""
    redrawn(rovigo)
    near = location.cell_of_point(rovigo, *COMMENDA)
    twins = ["8f1", "8c3", "8d2"]
    rows = [Cell.objects.create(city=rovigo, index=index, lat=44.0, lon=11.0, in_grid=False) for index in twins]
    rovigo.grid_version += 1
    order = [pk for pk, _metres in location.ranked_cells(rovigo, near)][-3:]
    assert order == [row.pk for row in sorted(rows, key=lambda row: row.index)]


STEPS = [
    (0, {"same_cell": True}, "nella tua zona"),
    (9_999, {"same_cell": True, "fine": True, "public_end": True}, "nella tua zona"),
    (300, {}, "circa 1 km"),
    (300, {"public_end": True}, "circa 500 m"),
    (300, {"fine": True}, "circa 500 m"),
    (749, {"fine": True}, "circa 500 m"),
    (750, {"fine": True, "public_end": True}, "circa 1 km"),
    (916, {}, "circa 1 km"),
    (1_500, {}, "circa 2 km"),
    (2_400, {}, "circa 2 km"),
    (3_500, {}, "circa 5 km"),
    (7_500, {}, "circa 10 km"),
    (12_500, {}, "più lontano"),
    (1_000_000, {"fine": True}, "più lontano"),
]


@pytest.mark.parametrize(("metres", "facts", "words"), STEPS)
def test_distances_are_words_in_steps(metres: float, facts: dict[str, bool], words: str) -> None:
    found = location.step(metres, **facts)
    assert (str(found), str(found.label)) == (words, words)


def test_radii_are_these() -> None:
    assert location.RADII == (1, 2, 5, 10)
