"""The municipalities of Italy that come with the house, and the borders of the first twelve cities.

Sources and licences: spaces/data/README.md.
"""

from __future__ import annotations

import csv
import json
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from geopy.distance import geodesic

from spaces.grid import redraw
from spaces.models import City

DATA = Path(__file__).parent / "data"
LITTLE_WORDS = (
    " a al alla d da dal dall de degli dei del dell della delle dello di e ed in l la le nel nell nella sul sulla "
)


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality as ISTAT counts it; `lat` and `lon` are a point inside, in degrees."""

    istat: str
    name: str
    province: str
    region: str
    belfiore: str
    lat: float
    lon: float
    population: int
    over_65: int

    @property
    def slug(self) -> str:
        """What stands in addresses; of two with one name each adds its province."""
        slug = _slug(self.name)
        return slug if len(_by_slug()[slug]) == 1 else f"{slug}-{self.province.lower()}"


def by_istat(code: str) -> Municipality | None:
    return _by_istat().get(code)


def by_slug(slug: str) -> Municipality | None:
    """The municipality whose city would have this slug."""
    return next((one for ones in _by_slug().values() for one in ones if one.slug == slug), None)


def named(name: str) -> list[Municipality]:
    """Every municipality of this name. Accents, apostrophes, spaces, case and little words may be missing."""
    return _by_name().get(_key(name)) or (_by_loose_name().get(_loose_key(name)) if _loose_key(name) else None) or []


def by_name(name: str, province: str | None = None, region: str | None = None) -> Municipality | None:
    """The one municipality of this name; None if there is none, or several that province and region do not tell apart.

    `province` is a code (RO) or the name of its chief town.
    """
    found = named(name)
    if len(found) > 1 and province:
        codes = {province.strip().upper(), *(chief.province for chief in named(province))}
        found = [one for one in found if one.province in codes] or found
    if len(found) > 1 and region:
        found = [one for one in found if _key(region) in map(_key, one.region.split("/"))] or found
    return found[0] if len(found) == 1 else None


def nearest(lat: float, lon: float) -> tuple[Municipality, float]:
    """The municipality whose inner point is nearest to a point, and how far that is in metres."""
    shrink = math.cos(math.radians(lat))
    everyone = _by_istat().values()
    near = min(everyone, key=lambda one: (one.lat - lat) ** 2 + ((one.lon - lon) * shrink) ** 2)
    return near, float(geodesic((lat, lon), (near.lat, near.lon)).meters)


def twelve() -> list[Municipality]:
    """The ten cities of WILL, Monza and Cuneo, by name."""
    return sorted((_by_istat()[code] for code in _borders()), key=lambda one: one.name)


@transaction.atomic
def add_city(municipality: Municipality) -> City:
    """The city of a municipality, with its border if it is one of the twelve, and its grid drawn.

    One that exists stays as it is. Safe to call twice, and at once.
    """
    lat, lon = _label_points().get(municipality.istat, (municipality.lat, municipality.lon))
    facts = {
        "name": municipality.name,
        "slug": municipality.slug,
        "belfiore": municipality.belfiore,
        "province": municipality.province,
        "region": municipality.region,
        "population": municipality.population,
        "over_65": municipality.over_65,
        "lat": lat,
        "lon": lon,
        "border": _borders().get(municipality.istat),
    }
    city, made = City.objects.get_or_create(istat=municipality.istat, defaults=facts)
    if made:
        redraw(city)
    return city


@cache
def _by_istat() -> dict[str, Municipality]:
    with (DATA / "comuni.csv").open(encoding="utf-8", newline="") as file:
        return {row["istat"]: _municipality(row) for row in csv.DictReader(file)}


def _municipality(row: dict[str, str]) -> Municipality:
    return Municipality(
        istat=row["istat"],
        name=row["name"],
        province=row["province"],
        region=row["region"],
        belfiore=row["belfiore"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        population=int(row["population"]),
        over_65=int(row["over_65"]),
    )


@cache
def _borders() -> dict[str, dict[str, Any]]:
    features = json.loads((DATA / "cities.geojson").read_text(encoding="utf-8"))["features"]
    return {feature["properties"]["istat"]: feature["geometry"] for feature in features}


@cache
def _label_points() -> dict[str, tuple[float, float]]:
    cities = json.loads((DATA / "cities.json").read_text(encoding="utf-8"))
    return {city["istat"]: (city["lat"], city["lon"]) for city in cities}


@cache
def _by_slug() -> dict[str, list[Municipality]]:
    return _grouped(lambda one: {_slug(one.name)})


@cache
def _by_name() -> dict[str, list[Municipality]]:
    return _grouped(lambda one: {_key(name) for name in (one.name, *one.name.split("/"))})


@cache
def _by_loose_name() -> dict[str, list[Municipality]]:
    return _grouped(lambda one: {_loose_key(name) for name in one.name.split("/")})


def _grouped(keys: Callable[[Municipality], set[str]]) -> dict[str, list[Municipality]]:
    groups = defaultdict(list)
    for one in _by_istat().values():
        for key in keys(one):
            groups[key].append(one)
    return dict(groups)


def _words(name: str) -> list[str]:
    """Lower case, without accents; apostrophes, hyphens and the like part words."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(letter)
    )
    return re.findall(r"[^\W_]+", plain)


def _key(name: str) -> str:
    return "".join(_words(name))


def _loose_key(name: str) -> str:
    return "".join(word for word in _words(name) if f" {word} " not in LITTLE_WORDS)


def _slug(name: str) -> str:
    return slugify(re.sub("['’/]", "-", name))
