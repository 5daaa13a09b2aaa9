"""Maps without tiles: GeoJSON for the city's map, and the small picture of one cell that the server draws itself.

Both are made from borders, names and cells alone: never from anything that somebody wrote.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import h3
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from spaces import grid
from spaces.borders import border_of
from spaces.models import Cell, City, Neighbourhood

DIGITS = 5  # decimals of a degree: about a metre
METRES_PER_DEGREE = 111_195

# The picture, in its own units: half its width and height, and how long the edge of its own cell is.
HALF_WIDTH, HALF_HEIGHT, EDGE = 170, 85, 41
RINGS = 4  # of cells around it, until the box is full
LABELS = 3


def outline(city: City) -> dict[str, Any]:
    """A GeoJSON Feature of the city's border; without one, its label point."""
    border = border_of(shape(city.border), DIGITS) if city.border else _point(city.lat, city.lon)
    return _feature(border, kind="city", name=city.name)


def map_of(city: City) -> dict[str, Any]:
    """A GeoJSON FeatureCollection: the outline, the cells (polygon, index, neighbourhood), the neighbourhoods' labels.

    The feature's `kind` tells which: "city", "cell", "neighbourhood". Remembered and shared: it must not be changed.
    """
    grid.grid_of(city)
    return _map_of(city.pk, city.grid_version)


@lru_cache(maxsize=32)
def _map_of(city_pk: int, version: int) -> dict[str, Any]:
    city = City.objects.get(pk=city_pk)
    cells = [_cell_feature(city, cell) for cell in grid.remembered(city_pk, version).cells.values()]
    labels = [
        _feature(_point(area.lat, area.lon), kind="neighbourhood", name=area.name, slug=area.slug)
        for area in city.neighbourhoods.defer("border")
    ]
    return {"type": "FeatureCollection", "features": [outline(city), *cells, *labels]}


def _cell_feature(city: City, cell: Cell) -> dict[str, Any]:
    ring = [[round(lon, DIGITS), round(lat, DIGITS)] for lat, lon in h3.cell_to_boundary(cell.index)]
    name = cell.neighbourhood.name if cell.neighbourhood else city.name
    polygon = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return _feature(polygon, kind="cell", index=cell.index, neighbourhood=name)


def _feature(geometry: dict[str, Any], **properties: str) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _point(lat: float, lon: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(lon, DIGITS), round(lat, DIGITS)]}


@dataclass(frozen=True, slots=True)
class Label:
    """A name on the picture; x and y are the middle of its base line."""

    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class CellPicture:
    """What `spaces/_cell_picture.html` draws: SVG paths in a box of 340 × 170 around the cell's centre."""

    city: str
    cells: str
    mine: str
    labels: tuple[Label, ...]


def cell_picture(cell: Cell) -> CellPicture:
    """The cell, those around it, the city's border and up to three names. It depends on the cell only."""
    grid.grid_of(cell.city)
    return _cell_picture(cell.city_id, cell.city.grid_version, cell.index, cell.place_name)


@lru_cache(maxsize=1024)
def _cell_picture(city_pk: int, version: int, index: str, place_name: str) -> CellPicture:
    city, paper = City.objects.get(pk=city_pk), Paper(index)
    around = _indexes_around(city, version, index) - {index}
    return CellPicture(
        city=paper.clipped(shape(city.border)) if city.border else "",
        cells="".join(paper.hexagon(other) for other in sorted(around) if paper.shows(other)),
        mine=paper.hexagon(index),
        labels=_labels(paper, place_name, city.neighbourhoods.defer("border")),
    )


def _indexes_around(city: City, version: int, index: str) -> set[str]:
    """The cells around one, none smaller than it is: the picture stays light beside a finely divided quarter."""
    disk = h3.grid_disk(index, RINGS)
    if not city.border:
        return set(disk)
    leaf = grid.remembered(city.pk, version).leaf
    pairs = [(other, leaf(h3.cell_to_center_child(other, grid.FINEST))) for other in disk]
    return {min(other, known, key=h3.get_resolution) for other, known in pairs if known}


def _labels(paper: Paper, place_name: str, areas: Iterable[Neighbourhood]) -> tuple[Label, ...]:
    """The place's own name under its cell, then the nearest others that fit in and touch no other name."""
    labels = [Label(0, 66, place_name)]
    others = [(paper.place(area.lat, area.lon), area.name) for area in areas if area.name != place_name]
    for (x, y), name in sorted(others, key=lambda other: math.hypot(*other[0])):
        label = Label(round(x), round(y), name)
        if len(labels) < LABELS and _fits(label) and all(_apart(label, other) for other in labels):
            labels.append(label)
    return tuple(labels)


def _half_length(label: Label) -> float:
    return 4.6 * len(label.text)  # half of the mean width of a letter, at the size the sheet gives


def _fits(label: Label) -> bool:
    """Whether it stands whole in the box, and not on the cell: that has a name of its own."""
    beside = abs(label.x) - _half_length(label) > EDGE or not -EDGE < label.y < EDGE + 18
    return beside and abs(label.x) + _half_length(label) < HALF_WIDTH and -HALF_HEIGHT + 18 < label.y < HALF_HEIGHT - 6


def _apart(one: Label, other: Label) -> bool:
    return abs(one.y - other.y) > 20 or abs(one.x - other.x) > _half_length(one) + _half_length(other)


class Paper:
    """Degrees turned into the picture's units: equirectangular around a cell whose edge is always equally long."""

    def __init__(self, index: str) -> None:
        self.lat, self.lon = h3.cell_to_latlng(index)
        edge = h3.average_hexagon_edge_length(h3.get_resolution(index), unit="m")
        self.up = METRES_PER_DEGREE * EDGE / edge
        self.right = self.up * math.cos(math.radians(self.lat))

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        return (lon - self.lon) * self.right, (self.lat - lat) * self.up

    def shows(self, index: str) -> bool:
        """Whether any of a cell comes into the box, more or less."""
        corners = [self.place(*corner) for corner in h3.cell_to_boundary(index)]
        across, down = [x for x, _y in corners], [y for _x, y in corners]
        beside = min(across) > HALF_WIDTH or max(across) < -HALF_WIDTH
        above_or_below = min(down) > HALF_HEIGHT or max(down) < -HALF_HEIGHT
        return not (beside or above_or_below)

    def hexagon(self, index: str) -> str:
        return _path([self.place(*corner) for corner in h3.cell_to_boundary(index)])

    def clipped(self, border: BaseGeometry) -> str:
        """A border as far as the box shows it, cut a little outside so that the cut is not seen."""
        flat = shapely.transform(border, lambda points: (points - [self.lon, self.lat]) * [self.right, -self.up])
        seen = shapely.clip_by_rect(flat, -HALF_WIDTH - 9, -HALF_HEIGHT - 9, HALF_WIDTH + 9, HALF_HEIGHT + 9)
        polygons = [part for part in shapely.get_parts(seen) if isinstance(part, shapely.Polygon)]
        rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
        return "".join(_path(ring.coords[:-1]) for ring in rings)


def _path(points: Iterable[tuple[float, float]]) -> str:
    """A closed SVG path in whole units, each point told from the one before: half the length."""
    whole = [(round(x), round(y)) for x, y in points]
    steps = pairwise(whole)
    moves = [f"{x - from_x} {y - from_y}" for (from_x, from_y), (x, y) in steps if (x, y) != (from_x, from_y)]
    return f"M{whole[0][0]} {whole[0][1]}l{' '.join(moves)}z".replace(" -", "-") if moves else ""
