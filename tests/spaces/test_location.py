"""Cells: which one a point has, what is reckoned from it, and what is refused."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import h3
import pytest
import shapely
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.template.loader import render_to_string
from geopy.distance import geodesic
from pytest_django import DjangoAssertNumQueries

from mutual_aid.models import Post
from spaces import location
from spaces.models import Cell, City, Neighbourhood, Space
from tests.conftest import COMMENDA, SAN_BORTOLO

pytestmark = pytest.mark.django_db

WEST, EAST, SOUTH, NORTH = 11.70, 11.90, 45.02, 45.12  # the border of the cast's Rovigo


def homes(number: int = 300) -> list[tuple[float, float]]:
    """Points all over the city, the same at each run."""
    chance = random.Random(7)
    return [(chance.uniform(SOUTH, NORTH), chance.uniform(WEST, EAST)) for _ in range(number)]


def redrawn(city: City) -> City:
    location.redraw(city)
    prefetch_related_objects([city], "neighbourhoods")
    return city


@pytest.fixture
def mixed(rovigo: City) -> City:
    """San Bortolo is dense and asks for 9, Commenda for 7, the rest is content with the city's 8."""
    rovigo.neighbourhoods.filter(slug="san-bortolo").update(resolution=9)
    rovigo.neighbourhoods.filter(slug="commenda").update(resolution=7)
    Neighbourhood.objects.create(city=rovigo, name="Sarzano", slug="sarzano", lat=45.09, lon=11.86)
    bank = [[[11.72, 45.025], [11.89, 45.025], [11.89, 45.045], [11.72, 45.045], [11.72, 45.025]]]
    Neighbourhood.objects.create(  # long and narrow: its far end is nearer to others' labels
        city=rovigo, name="Argine", slug="argine", lat=45.03, lon=11.73, resolution=9,
        border={"type": "MultiPolygon", "coordinates": [bank]},
    )  # fmt: skip
    return redrawn(rovigo)


@pytest.fixture
def frassinelle(db: None) -> City:
    """A municipality whose border nobody has."""
    return City.objects.create(
        name="Frassinelle Polesine", slug="frassinelle-polesine", istat="029022", province="RO", region="Veneto",
        lat=44.9925, lon=11.7020,
    )  # fmt: skip


# Which cell


def holder(city: City, lat: float, lon: float) -> Neighbourhood:
    """Whose a point is, said naively: the rectangle it lies in, else the nearest label."""
    areas = city.neighbourhoods.all()
    for area in areas:
        corners = area.border["coordinates"][0][0] if area.border else []
        if corners and min(corners)[0] <= lon <= max(corners)[0] and min(corners)[1] <= lat <= max(corners)[1]:
            return area
    return min(areas, key=lambda area: math.hypot(lat - area.lat, (lon - area.lon) * math.cos(math.radians(city.lat))))


def by_the_rule(city: City, lat: float, lon: float) -> str:
    """DESIGN.md's sentence, word by word."""
    finest = h3.latlng_to_cell(lat, lon, 9)
    cell = h3.cell_to_parent(finest, 7)
    while h3.get_resolution(cell) < (holder(city, *h3.cell_to_latlng(cell)).resolution or city.resolution):
        cell = h3.cell_to_parent(finest, h3.get_resolution(cell) + 1)
    return str(cell)


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


# Drawing anew


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


# Maps


def test_the_map_has_the_outline_the_cells_and_the_names(mixed: City) -> None:
    drawing = location.map_of(mixed)
    assert json.loads(json.dumps(drawing)) == drawing
    kinds = {
        kind: [f for f in drawing["features"] if f["properties"]["kind"] == kind]
        for kind in ("city", "cell", "neighbourhood")
    }
    assert [f["properties"]["name"] for f in kinds["city"]] == ["Rovigo"]
    assert {f["properties"]["index"] for f in kinds["cell"]} == set(mixed.cells.values_list("index", flat=True))
    assert {f["properties"]["neighbourhood"] for f in kinds["cell"]} == {"Argine", "Commenda", "San Bortolo", "Sarzano"}
    assert [f["properties"]["name"] for f in kinds["neighbourhood"]] == ["Argine", "Commenda", "San Bortolo", "Sarzano"]
    ring = kinds["cell"][0]["geometry"]["coordinates"][0]
    assert (len(ring), ring[0]) == (7, ring[-1])
    assert all(round(degree, 5) == degree and abs(degree) > 10 for point in ring for degree in point)


def test_a_map_without_border_shows_where_the_city_is(frassinelle: City) -> None:
    [city] = location.map_of(frassinelle)["features"]
    assert city["geometry"] == {"type": "Point", "coordinates": [11.702, 44.9925]}


def test_the_picture_of_a_cell_is_small_and_says_its_place(mixed: City) -> None:
    for cell in mixed.cells.select_related("neighbourhood", "city"):
        html = render_to_string("spaces/_cell_picture.html", {"picture": location.cell_picture(cell)})
        assert len(html) < 3000
        assert html.count("<text") <= 3
        assert f">{cell.place_name}</text>" in html
        assert "style=" not in html
        assert 'class="mine" d="M' in html


def test_a_picture_has_three_names_that_do_not_touch(rovigo: City) -> None:
    for number in range(8):
        lat, lon = SAN_BORTOLO[0] + (number % 3 - 1) * 0.006, SAN_BORTOLO[1] + (number // 3 - 1) * 0.013
        Neighbourhood.objects.create(city=rovigo, name=f"Rione {number}", slug=f"rione-{number}", lat=lat, lon=lon)
    labels = location.cell_picture(location.cell_of_point(rovigo, *SAN_BORTOLO)).labels
    assert (len(labels), labels[0].text) == (3, "San Bortolo")
    for label in labels:
        assert abs(label.x) < 150
        assert abs(label.y) < 85
        assert abs(label.x) > 41 or abs(label.y) > 41, "no other name stands on the cell"
        assert all(abs(label.y - other.y) > 20 or abs(label.x - other.x) > 60 for other in labels if other is not label)


def test_the_picture_shows_the_border_only_where_it_is_near(rovigo: City) -> None:
    redrawn(rovigo)
    middle, edge = location.cell_of_point(rovigo, 45.07, 11.80), location.cell_of_point(rovigo, NORTH - 0.001, 11.80)
    assert location.cell_picture(middle).city == "M-179-94l0 188 358 0 0-188z"
    assert location.cell_picture(edge).city not in ("", location.cell_picture(middle).city)


def test_a_picture_without_border_has_cells_all_around(frassinelle: City) -> None:
    picture = location.cell_picture(location.cell_of_area(frassinelle))
    assert picture.city == ""
    assert picture.cells.count("M") > 18
    assert [label.text for label in picture.labels] == ["Frassinelle Polesine"]
