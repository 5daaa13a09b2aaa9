"""Finding an address in the city's own register of streets, so that it never leaves the server.

What is here is tried first; `spaces.remote_geocoder` only where a city has named one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db import connection, transaction
from geopy.adapters import BaseSyncAdapter
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from spaces.models import City, Street
from spaces.street_names import proper_name, search_name, take_apart

TOLERANCE = 0.45  # how much of a name must be right, from 0 to 1: one slip in eight letters passes, two in five do not


@dataclass(frozen=True, slots=True)
class Found:
    """An address and where it is, in degrees; `number` is None if none was asked for."""

    address: str
    lat: float
    lon: float
    street: str
    number: int | None


def find(city: City, words: str, limit: int = 5) -> list[Found]:
    """The addresses of the city that the words may mean, the likeliest first."""
    locations = LocalGazetteer(city).geocode(words, exactly_one=False, limit=limit) or []
    return [location.raw["found"] for location in locations]


class NoNetwork(BaseSyncAdapter):
    """geopy's way out to the world, closed: a local gazetteer that tries to ask anybody breaks."""

    def get_json(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AssertionError("the local gazetteer asks nobody")

    get_text = get_json


class LocalGazetteer(Geocoder):
    """geopy's geocoder interface over the streets a city imported; it forgives abbreviations and slips of the key."""

    def __init__(self, city: City) -> None:
        super().__init__(adapter_factory=NoNetwork)
        self.city = city

    def geocode(self, query: str, *, exactly_one: bool = True, limit: int = 5) -> Location | list[Location] | None:
        """A place or places for an address; None if there is none. `raw["found"]` holds the parts."""
        written = take_apart(query, self.city.name)
        names = self._names_like(search_name(written.street), 1 if exactly_one else limit)
        found = [_place(stretches, written.number) for stretches in self._stretches(names)]
        locations = [Location(one.address, (one.lat, one.lon, 0), {"found": one}) for one in found]
        if exactly_one:
            return locations[0] if locations else None
        return locations or None

    def _names_like(self, name: str, limit: int) -> list[str]:
        """The names in the register that resemble this one: first by what tells streets apart, then by the whole."""
        proper = proper_name(name)
        if len(proper) < 2:
            return []
        with transaction.atomic(), connection.cursor() as cursor:
            # The index can only be asked through an operator, whose threshold is a setting.
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(TOLERANCE)])
            streets = Street.objects.filter(city=self.city, search_name__trigram_word_similar=proper)
            closest = [
                TrigramWordSimilarity(proper, "search_name").desc(),
                TrigramSimilarity("search_name", name).desc(),
            ]
            ordered = streets.order_by(*closest, "search_name")
            names = list(ordered.values_list("search_name", flat=True).distinct()[:limit])
        # Written in full it is meant: nobody is asked to choose between a street and others that sound like it.
        return [n for n in names if n == name] or [n for n in names if proper_name(n) == name] or names

    def _stretches(self, names: Sequence[str]) -> list[list[Street]]:
        """The stretches of each street, by number, in the order of the names."""
        by_name: dict[str, list[Street]] = {name: [] for name in names}
        rows = Street.objects.filter(city=self.city, search_name__in=names)
        for street in rows.order_by("number_from", "number_to", "pk"):
            by_name[street.search_name].append(street)
        return list(by_name.values())


def _place(stretches: list[Street], number: int | None) -> Found:
    """Where a number of a street is; without a number, the middle stretch."""
    name = stretches[0].name
    numbered = [stretch for stretch in stretches if stretch.number_from is not None]
    if number is None or not numbered:
        middle = stretches[len(stretches) // 2]
        return Found(name if number is None else f"{name} {number}", middle.lat, middle.lon, name, number)
    lat, lon = _along(numbered, number)
    return Found(f"{name} {number}", lat, lon, name, number)


def _along(stretches: list[Street], number: int) -> tuple[float, float]:
    """The point of the stretch that holds the number; between two stretches, in proportion; beyond them, the end."""
    for stretch in stretches:
        if _first(stretch) <= number <= _last(stretch):
            return stretch.lat, stretch.lon
    for before, after in pairwise(stretches):
        if _last(before) < number < _first(after):
            share = (number - _last(before)) / (_first(after) - _last(before))
            return before.lat + share * (after.lat - before.lat), before.lon + share * (after.lon - before.lon)
    end = stretches[0] if number < _first(stretches[0]) else stretches[-1]
    return end.lat, end.lon


def _first(stretch: Street) -> int:
    return stretch.number_from or 0


def _last(stretch: Street) -> int:
    return stretch.number_to or _first(stretch)
