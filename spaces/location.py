"""Where something is, as far as anybody may know: its cell, and what is reckoned from the cell alone.

Two points in one cell give the same answer to every question here but `cell_for`, which turns points into cells.
Refusals are `PlaceRefused`; as text they are a sentence for the person, and never hold the point.
"""

from __future__ import annotations

import copy
import re
from functools import lru_cache

import h3
import shapely
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from geopy.distance import geodesic
from shapely.geometry.base import BaseGeometry

from spaces import grid
from spaces.borders import shape_of
from spaces.grid import COARSEST, FINEST, Redrawn, redraw
from spaces.maps import CellPicture, cell_picture, map_of, outline
from spaces.models import Cell, City, Neighbourhood

__all__ = [
    "RADII",
    "CellPicture",
    "NoSuchPlace",
    "OutsideCity",
    "PlaceRefused",
    "Redrawn",
    "Step",
    "UnknownCell",
    "cell_for",
    "cell_of_area",
    "cell_of_point",
    "cell_picture",
    "cell_row",
    "city_holding",
    "holds",
    "map_of",
    "outline",
    "ranked_cells",
    "redraw",
    "step",
]

RADII = (1, 2, 5, 10)  # km; beyond them, the city
ANYWHERE = 8  # the resolution of a cell that is no city's


class PlaceRefused(ValueError):
    """This cannot be a place here; the message says so to the person."""


class NoSuchPlace(PlaceRefused):
    def __init__(self) -> None:
        super().__init__(_("Questo punto non esiste sulla carta."))


class OutsideCity(PlaceRefused):
    def __init__(self, city: City) -> None:
        super().__init__(_("Questo posto è fuori da %(city)s.") % {"city": city.name})


class UnknownCell(PlaceRefused):
    def __init__(self, city: City) -> None:
        super().__init__(_("Questa zona non c’è a %(city)s.") % {"city": city.name})


def cell_for(city: City | str | None, lat: float, lon: float) -> str:
    """The index of the cell over a point (degrees north, east) in the grid of a city (or its slug), or of none.

    Raises NoSuchPlace, OutsideCity; City.DoesNotExist for a slug that is nobody's.
    """
    lat, lon = _on_the_globe(lat, lon)
    if city is None:
        return str(h3.latlng_to_cell(lat, lon, ANYWHERE))
    city = _city(city)
    finest = h3.latlng_to_cell(lat, lon, FINEST)
    index = grid.grid_of(city).leaf(finest)
    if index is None and city.border is None:
        coarsest = h3.cell_to_parent(finest, COARSEST)
        index = coarsest if grid.is_within_reach(city, coarsest) else None
    if index is None:
        raise OutsideCity(city)
    return index


def cell_row(city: City | str, index: str) -> Cell:
    """The row of a cell of the city, made on demand where the city has no border. Any string may be asked for.

    Raises UnknownCell; City.DoesNotExist for a slug that is nobody's.
    """
    city = _city(city)
    if not re.fullmatch("[0-9a-f]{15}", index) or not h3.is_valid_cell(index):
        raise UnknownCell(city)
    cell = grid.grid_of(city).cells.get(index)
    if cell is None:
        if city.border is not None or h3.get_resolution(index) != COARSEST or not grid.is_within_reach(city, index):
            raise UnknownCell(city)
        cell = grid.make_cell(city, index)
    row = copy.copy(cell)  # the remembered one is shared by all threads
    row.city = city
    return row


def cell_of_point(city: City | str, lat: float, lon: float) -> Cell:
    """The row of the cell over a point. Raises what `cell_for` raises."""
    city = _city(city)
    return cell_row(city, cell_for(city, lat, lon))


def cell_of_area(area: Neighbourhood | City) -> Cell:
    """The cell of an area's label point: for what is placed by neighbourhood or municipality.

    A label that a new border left outside has the city's nearest cell: pages list all areas, and must not break on one.
    """
    city = area.city if isinstance(area, Neighbourhood) else area
    try:
        return cell_of_point(city, area.lat, area.lon)
    except OutsideCity:
        label = (area.lat, area.lon)
        cells = grid.grid_of(city).cells.values()
        nearest = min(cells, key=lambda cell: geodesic(label, (cell.lat, cell.lon)), default=None)
        if nearest is None:
            raise
        return cell_row(city, nearest.index)


def holds(city: City, lat: float, lon: float) -> bool:
    """Whether a point lies within the city's border; never, in a city without border."""
    grid.grid_of(city)  # whose version tells one border from the next
    border = _border(city.pk, city.grid_version)
    return border is not None and bool(shapely.intersects_xy(border, lon, lat))


@lru_cache(maxsize=128)
def _border(city_pk: int, version: int) -> BaseGeometry | None:
    border = City.objects.values_list("border", flat=True).get(pk=city_pk)
    return shape_of(border) if border else None


def city_holding(lat: float, lon: float) -> City | None:
    """The city within whose border a point lies."""
    cities = City.objects.filter(border__isnull=False).defer("border").order_by("pk")
    return next((city for city in cities if holds(city, lat, lon)), None)


def ranked_cells(city: City, near: Cell) -> list[tuple[int, float]]:
    """The ids of all the city's cells with their distance from `near` in metres, centre to centre, nearest first.

    Cells equally far stand in the order of their index. The list is remembered and shared: it must not be changed.
    """
    grid.grid_of(city)
    return _ranked(city.pk, city.grid_version, near.lat, near.lon)


@lru_cache(maxsize=256)
def _ranked(city_pk: int, version: int, lat: float, lon: float) -> list[tuple[int, float]]:
    cells = grid.remembered(city_pk, version).everything()
    far = [(float(geodesic((lat, lon), (cell.lat, cell.lon)).meters), cell.index, cell.pk) for cell in cells]
    return [(pk, metres) for metres, _index, pk in sorted(far)]


class Step(models.TextChoices):
    """How far something is, in words: all that is ever said of a distance."""

    HERE = "nella tua zona", gettext_lazy("nella tua zona")
    HALF_A_KILOMETRE = "circa 500 m", gettext_lazy("circa 500 m")
    ONE_KILOMETRE = "circa 1 km", gettext_lazy("circa 1 km")
    TWO_KILOMETRES = "circa 2 km", gettext_lazy("circa 2 km")
    FIVE_KILOMETRES = "circa 5 km", gettext_lazy("circa 5 km")
    TEN_KILOMETRES = "circa 10 km", gettext_lazy("circa 10 km")
    FARTHER = "più lontano", gettext_lazy("più lontano")


# Each word stands for what rounds to it; metres, the upper end excluded.
STEPS = (
    (750, Step.HALF_A_KILOMETRE),
    (1_500, Step.ONE_KILOMETRE),
    (3_500, Step.TWO_KILOMETRES),
    (7_500, Step.FIVE_KILOMETRES),
    (12_500, Step.TEN_KILOMETRES),
)


def step(metres: float, *, public_end: bool = False, same_cell: bool = False, fine: bool = False) -> Step:
    """A distance between two centres in words.

    `public_end`: one end is a public place; `fine`: both are cells of resolution 9. Only these may be "500 m".
    """
    if same_cell:
        return Step.HERE
    nearest = next((word for limit, word in STEPS if metres < limit), Step.FARTHER)
    if nearest is Step.HALF_A_KILOMETRE and not (public_end or fine):
        return Step.ONE_KILOMETRE
    return nearest


def _city(city: City | str) -> City:
    """By its slug if it is not one yet. Slugs come from addresses: what cannot be one is nobody's."""
    if isinstance(city, City):
        return city
    if not re.fullmatch("[-a-z0-9_]{1,80}", city):
        raise City.DoesNotExist
    return City.objects.get(slug=city)


def _on_the_globe(lat: float, lon: float) -> tuple[float, float]:
    """Degrees as plain numbers. 0/0 is what devices say when they do not know, and nobody lives there."""
    try:
        lat, lon = float(lat), float(lon)
    except (TypeError, ValueError, OverflowError):
        raise NoSuchPlace from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat, lon) == (0, 0):
        raise NoSuchPlace
    return lat, lon
