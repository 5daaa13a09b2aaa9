"""Where a row belongs: by its position if it has one, else by the municipality it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mutual_aid.importing.table import Row
from mutual_aid.models import Post
from spaces import location, packaged
from spaces.models import Cell, City

ITALY_REACHES = 30_000  # metres from a municipality's inner point; farther out is sea or another country


class NoPlace(Exception):
    """The row is nowhere; the message says why, for the report."""


@dataclass(frozen=True)
class Place:
    """The board a row goes to, and its cell there."""

    city: City
    cell: Cell
    precision: Post.Precision


class Finder:
    """Finds the place of each row, making cities on the way if it may."""

    def __init__(self, *, creates_cities: bool, only: City | None = None) -> None:
        self.creates_cities = creates_cities
        self.only = only
        self.created: list[City] = []

    def place_of(self, row: Row) -> Place:
        """Raises `NoPlace`."""
        point = _point(row)
        place = self._by_position(*point) if point else None
        place = place or self._by_name(row)
        if place is None:
            raise NoPlace("no place named: né posizione né comune" if point is None else "la posizione non è in Italia")
        if self.only and place.city != self.only:
            raise NoPlace(f"non è a {self.only}")
        return place

    def _by_position(self, lat: float, lon: float) -> Place | None:
        city = location.city_holding(lat, lon)
        if city is None:
            municipality, metres = packaged.nearest(lat, lon)
            if metres > ITALY_REACHES:
                return None
            city = self._city(municipality)
        try:
            return Place(city, location.cell_of_point(city, lat, lon), Post.Precision.CELL)
        except location.OutsideCity:
            # The nearest municipality by its inner point may be one whose border the point is just outside of.
            return Place(city, location.cell_of_area(city), Post.Precision.CITY)

    def _by_name(self, row: Row) -> Place | None:
        for name, province, region in _names(row):
            municipality = packaged.by_name(name, province=province, region=region)
            if municipality:
                city = self._city(municipality)
                return Place(city, location.cell_of_area(city), Post.Precision.CITY)
        return None

    def _city(self, municipality: packaged.Municipality) -> City:
        city = City.objects.filter(istat=municipality.istat).first()
        if city is None and not self.creates_cities:
            raise NoPlace(f"{municipality.name} non ha ancora una bacheca (si può fare con --create-cities)")
        if city is None:
            city = packaged.add_city(municipality)
            self.created.append(city)
        return city


def _point(row: Row) -> tuple[float, float] | None:
    """Degrees north and east; a longitude written the long way round the world comes back into its range."""
    try:
        lat, lon = float(row["lat"].replace(",", ".")), float(row["lon"].replace(",", "."))
    except ValueError:
        return None
    if not (-90 <= lat <= 90 and -1000 < lon < 1000) or (lat, lon) == (0, 0):
        return None
    return lat, (lon + 180) % 360 - 180


def _names(row: Row) -> Iterator[tuple[str, str | None, str | None]]:
    """The municipality a row names: in its column, else as #Comune in the title."""
    if row["municipality"]:
        yield row["municipality"], row["province"] or None, row["region"] or None
    for tag in re.findall(r"#([\w'’]+)", row["title"]):
        yield re.sub(r"(?<=[a-zà-ù])(?=[A-Z])", " ", tag), None, None  # #SanDonàDiPiave
