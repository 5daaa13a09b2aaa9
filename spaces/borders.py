"""Borders as shapes: whether a city holds a point, and which neighbourhood does.

Shapes are planar, in degrees of longitude and latitude: over one city the roundness of the globe does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import shapely
from django.db.models.functions import Lower
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry

from spaces.models import City, Neighbourhood

type Point = tuple[float, float]  # degrees north, degrees east, as people say it; shapes and GeoJSON turn it round


def shape_of(border: dict[str, Any]) -> BaseGeometry:
    """A GeoJSON border as a shape that answers quickly."""
    outline = shape(border)
    shapely.prepare(outline)
    return outline


def border_of(outline: BaseGeometry, digits: int = 6) -> dict[str, Any]:
    """A shape as the GeoJSON MultiPolygon that is kept, without heights, in degrees of at most `digits` decimals."""
    polygons = [part for part in shapely.get_parts(outline) if isinstance(part, Polygon)]
    rings = [[_ring(ring, digits) for ring in (polygon.exterior, *polygon.interiors)] for polygon in polygons]
    return {"type": "MultiPolygon", "coordinates": rings}


def _ring(ring: BaseGeometry, digits: int) -> list[list[float]]:
    return [[round(point[0], digits), round(point[1], digits)] for point in ring.coords]


class Neighbourhoods:
    """Who holds a point: the neighbourhood whose polygon covers it (the first by name), else that of the nearest label.

    A city without polygons is one neighbourhood, and nobody holds anything.
    """

    def __init__(self, city: City) -> None:
        self._all = list(city.neighbourhoods.order_by(Lower("name"), "pk"))
        self._drawn = [area for area in self._all if area.border]
        self._polygons = shapely.STRtree([shape(area.border) for area in self._drawn if area.border])
        # A degree of longitude is shorter than one of latitude: without this, nearness would be skewed.
        self._shrink = math.cos(math.radians(city.lat))
        self._labels = shapely.STRtree([self._flat(area.lat, area.lon) for area in self._all])

    def holding(self, points: Sequence[Point]) -> list[Neighbourhood | None]:
        """The neighbourhood of each point, in the same order."""
        if not (self._drawn and points):  # shapely has no answer to no question
            return [None] * len(points)
        covering = self._covering(points)
        return [covering[i] if i in covering else self._nearest(point) for i, point in enumerate(points)]

    def _covering(self, points: Sequence[Point]) -> dict[int, Neighbourhood]:
        asked, found = self._polygons.query([shapely.Point(lon, lat) for lat, lon in points], predicate="covered_by")
        firsts: dict[int, int] = {}
        for point, area in zip(asked.tolist(), found.tolist(), strict=True):
            firsts[point] = min(area, firsts.get(point, area))
        return {point: self._drawn[area] for point, area in firsts.items()}

    def _nearest(self, point: Point) -> Neighbourhood:
        lat, lon = point
        return self._all[int(self._labels.nearest(self._flat(lat, lon)))]

    def _flat(self, lat: float, lon: float) -> shapely.Point:
        return shapely.Point(lon * self._shrink, lat)
