"""The places of the demo: cities as they are; neighbourhoods, streets and spaces as they might be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import StringIO
from typing import Any

from django.core.management import call_command

from project.demo.people import DEMO
from spaces import location
from spaces.models import City, OpeningHours, Space, Street
from spaces.packaged import add_city, twelve
from spaces.street_file import read, street_of

SPACES: list[dict[str, Any]] = json.loads((DEMO / "spaces.json").read_text("utf-8"))


def build_cities() -> dict[str, City]:
    """The twelve cities by slug, with their neighbourhoods and streets. One that exists keeps what it has."""
    slugs = [add_city(municipality).slug for municipality in twelve()]
    cities = City.objects.defer("border").in_bulk(slugs, field_name="slug")
    for city in cities.values():
        _import_neighbourhoods(city)
        _import_streets(city)
    return cities


def _import_neighbourhoods(city: City) -> None:
    """As the city itself would bring them; one without a file is a single neighbourhood."""
    file = DEMO / "neighbourhoods" / f"{city.slug}.geojson"
    if file.exists():
        call_command("import_boundaries", str(file), city=city.slug, stdout=StringIO())
        city.refresh_from_db(fields=["grid_version"])


def _import_streets(city: City) -> None:
    """Without the command's progress bar: a stretch that is here already stays."""
    streets = [street_of(row, city) for row in read(DEMO / "streets" / f"{city.slug}.csv")]
    Street.objects.bulk_create(streets, ignore_conflicts=True)


def build_spaces(cities: Mapping[str, City]) -> None:
    """The spaces with their opening hours."""
    for facts in SPACES:
        _build_space(**facts | {"city": cities[facts["city"]]})


def _build_space(*, hours: list[tuple[int, str, str]], city: City, **facts: Any) -> None:
    cell = location.cell_of_point(city, facts["lat"], facts["lon"]) if facts["kind"] == Space.Kind.PHYSICAL else None
    space = Space.objects.create(city=city, cell=cell, **facts)
    OpeningHours.objects.bulk_create(
        OpeningHours(space=space, weekday=weekday, opens=opens, closes=closes) for weekday, opens, closes in hours
    )
