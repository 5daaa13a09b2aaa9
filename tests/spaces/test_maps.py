"""Maps without tiles, and the small picture of a cell."""

from __future__ import annotations

import json

import pytest
from django.template.loader import render_to_string

from spaces import location
from spaces.models import City, Neighbourhood
from tests.conftest import SAN_BORTOLO
from tests.spaces.places import (
    NORTH,
    redrawn,
)

pytestmark = pytest.mark.django_db


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
