"""From a GeoJSON geometry, which anybody may have written, to a shape that is a border, or a sentence saying why not.

The sentences leave `%(which)s` open for the name of the feature.
"""

from __future__ import annotations

from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

ITALY = shapely.box(6.5, 35.2, 18.7, 47.2)  # degrees east and north
DIGITS = 6  # decimals of a degree: a hand's breadth


class NotABorder(ValueError):
    """The geometry is no border; the message says why, with `%(which)s` in it."""


def read_border(geometry: Any, frame: BaseGeometry | None) -> MultiPolygon:
    """The border that a geometry draws, with holes and islands. `frame` is where it is expected; without one, in Italy.

    Raises NotABorder.
    """
    if not isinstance(geometry, dict) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise NotABorder(_("Il confine %(which)s deve essere un «Polygon» o un «MultiPolygon»."))
    polygons = geometry.get("coordinates")
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    if not isinstance(polygons, list) or not polygons:
        raise NotABorder(_("Il confine %(which)s è vuoto."))
    outline = MultiPolygon([_polygon(rings) for rings in polygons])
    _check_place(outline, frame or ITALY)
    _check_shape(outline)
    return outline


def _polygon(rings: Any) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise NotABorder(_("Il confine %(which)s è vuoto."))
    outer, *holes = [_ring(ring) for ring in rings]
    return Polygon(outer, holes)


def _ring(ring: Any) -> list[tuple[float, float]]:
    if not isinstance(ring, list):
        raise NotABorder(_("Le coordinate del confine %(which)s non sono numeri."))
    points = [_point(point) for point in ring]
    if points and points[0] != points[-1]:
        raise NotABorder(_("Il confine %(which)s non è chiuso: l’ultimo punto deve essere uguale al primo."))
    if len(set(points)) < 3:
        raise NotABorder(_("Il confine %(which)s ha meno di tre punti."))
    return points


def _point(point: Any) -> tuple[float, float]:
    """Longitude and latitude; a height is left out."""
    if not isinstance(point, list) or len(point) not in (2, 3) or not all(_is_number(one) for one in point):
        raise NotABorder(_("Le coordinate del confine %(which)s non sono numeri."))
    return round(float(point[0]), DIGITS), round(float(point[1]), DIGITS)


def _is_number(one: Any) -> bool:
    """A number that could be a coordinate: neither NaN nor infinity passes, nor `true`."""
    return isinstance(one, int | float) and not isinstance(one, bool) and abs(one) <= 1e9


def _check_place(outline: MultiPolygon, frame: BaseGeometry) -> None:
    """Whether it lies where it should, as far as that is a matter of how the coordinates were written."""
    if outline.envelope.intersects(frame):
        return
    turned = shapely.transform(outline.envelope, lambda points: points[:, ::-1])
    if turned.intersects(frame) or (turned.intersects(ITALY) and not outline.envelope.intersects(ITALY)):
        raise NotABorder(_("Sembra che latitudine e longitudine siano scambiate nel confine %(which)s."))
    west, south, east, north = outline.bounds
    if min(west, south) < -180 or max(east, north) > 180:
        raise NotABorder(
            _("Le coordinate del confine %(which)s non sono gradi: esporta il file in WGS 84 (EPSG:4326).")
        )
    if frame is ITALY:
        raise NotABorder(_("Il confine %(which)s è fuori dall’Italia."))


def _check_shape(outline: MultiPolygon) -> None:
    reason = shapely.is_valid_reason(outline)
    if "Self-intersection" in reason:
        raise NotABorder(_("Il confine %(which)s si incrocia da solo."))
    if reason != "Valid Geometry":
        raise NotABorder(
            _("Il confine %(which)s non è una superficie: le sue parti si sovrappongono o si toccano male.")
        )
