"""Reading a GeoJSON of borders, and saying in plain words what is wrong with it. Nothing here writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from django.utils.text import slugify
from django.utils.translation import gettext as _
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from spaces.borders import Point, border_of
from spaces.models import City
from spaces.rings import NotABorder, read_border

LARGEST = 20 * 1024 * 1024  # bytes
MOST_FEATURES = 500
LONGEST_NAME = 80
NEARBY = 0.5  # degrees: some 50 km


class Refused(Exception):
    """The file cannot be taken; `sentences` says why, one for each thing to put right."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class Boundary:
    """One feature that is in order."""

    number: int
    name: str
    istat: str
    resolution: int | None
    label: Point
    shape: BaseGeometry

    @property
    def slug(self) -> str:
        return slugify(self.name)[:LONGEST_NAME]

    @property
    def border(self) -> dict[str, Any]:
        return border_of(self.shape)


def read(path: Path, within: City | None) -> list[Boundary]:
    """The borders in a file: of a city's neighbourhoods, or of whole cities. Raises Refused with all that is wrong."""
    frame = _frame(within) if within else None
    boundaries, problems = [], []
    for number, feature in enumerate(_features(path), start=1):
        reading = _Reading(number, feature, frame, within)
        boundaries += reading.boundary()
        problems += reading.problems
    problems += _repeated(boundaries)
    if problems:
        raise Refused(*problems)
    return boundaries


def _frame(city: City) -> BaseGeometry:
    """Where the neighbourhoods of a city may lie: within its border, or near it if nobody knows the border."""
    return shape(city.border) if city.border else shapely.Point(city.lon, city.lat).buffer(NEARBY)


def overlaps(boundaries: list[Boundary]) -> Iterator[tuple[Boundary, Boundary]]:
    """The pairs that share some ground, in the order in which the first of each two wins: by name."""
    ordered = sorted(boundaries, key=lambda one: one.name.lower())
    tree = shapely.STRtree([one.shape for one in ordered])
    for i, one in enumerate(ordered):
        for j in sorted(tree.query(one.shape, predicate="intersects").tolist()):
            # A hundredth of the smaller one: neighbours that were drawn by hand always share a hair's breadth.
            smaller = min(one.shape.area, ordered[j].shape.area)
            if i < j and one.shape.intersection(ordered[j].shape).area > smaller / 100:
                yield one, ordered[j]


def _features(path: Path) -> list[Any]:
    """What the file holds, as far as it is GeoJSON at all."""
    try:
        size = path.stat().st_size
    except OSError:
        raise Refused(_("Il file %(name)s non si trova.") % {"name": path.name}) from None
    if size > LARGEST:
        megabytes = {"size": f"{size / 1024 / 1024:.0f}", "most": LARGEST // 1024 // 1024}
        raise Refused(_("Il file pesa %(size)s MB: può pesarne al massimo %(most)s.") % megabytes)
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError, OSError):
        raise Refused(_("Il file non è un GeoJSON: non si riesce a leggerlo come JSON.")) from None
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        raise Refused(_("Il file non è un GeoJSON: deve essere una «FeatureCollection»."))
    features = content.get("features")
    if not isinstance(features, list) or not features:
        raise Refused(_("Nel file non c’è nessun confine."))
    if len(features) > MOST_FEATURES:
        count = {"count": len(features), "most": MOST_FEATURES}
        raise Refused(_("Nel file ci sono %(count)s confini: possono essere al massimo %(most)s.") % count)
    return features


def _repeated(boundaries: list[Boundary]) -> Iterator[str]:
    seen: dict[str, Boundary] = {}
    for one in boundaries:
        first = seen.setdefault(one.istat or one.slug, one)
        if first is not one:
            yield _("«%(name)s» c’è due volte: nei confini n. %(first)s e n. %(second)s.") % {
                "name": one.name,
                "first": first.number,
                "second": one.number,
            }


class _Reading:
    """One feature under the eye: what it says, and what is wrong with it."""

    def __init__(self, number: int, feature: Any, frame: BaseGeometry | None, city: City | None) -> None:
        is_feature = isinstance(feature, dict) and feature.get("type") == "Feature"
        properties = feature.get("properties") if is_feature else None
        self.number = number
        self.geometry = feature.get("geometry") if is_feature else None
        self.properties: dict[str, Any] = properties if isinstance(properties, dict) else {}
        self.frame, self.city = frame, city
        self.problems: list[str] = []

    def boundary(self) -> list[Boundary]:
        """The feature as a boundary; none if anything is wrong with it."""
        name, istat, resolution = self._name(), self._istat(), self._resolution()
        outline = self._outline()
        label = self._label(outline) if outline else None
        if self.problems or outline is None or label is None:
            return []
        return [Boundary(self.number, name, istat, resolution, label, outline)]

    def _complain(self, sentence: str, **facts: str) -> None:
        self.problems.append(sentence % {"which": self._which(), **facts})

    def _which(self) -> str:
        name = self.properties.get("name")
        if isinstance(name, str) and slugify(name) and name.isprintable():
            return f"«{name.strip()[:LONGEST_NAME]}»"
        return f"n. {self.number}"

    def _name(self) -> str:
        name = self.properties.get("name")
        if not isinstance(name, str) or not slugify(name):
            self._complain(_("Al confine %(which)s manca il nome."))
            return ""
        name = " ".join(name.split())
        if len(name) > LONGEST_NAME or not name.isprintable():
            self._complain(_("Il nome del confine %(which)s è troppo lungo o contiene caratteri che non si vedono."))
        return name

    def _istat(self) -> str:
        """The code of the city whose own border this is; nothing for a neighbourhood."""
        if self.city:
            return ""
        istat = str(self.properties.get("istat") or "")
        if not (len(istat) == 6 and istat.isascii() and istat.isdigit()):
            self._complain(_("Al confine %(which)s manca il codice ISTAT del comune (sei cifre in «istat»)."))
        return istat

    def _resolution(self) -> int | None:
        resolution = self.properties.get("resolution")
        if resolution is not None and resolution not in (7, 8, 9):
            self._complain(_("La risoluzione del confine %(which)s può essere 7, 8 o 9."))
            return None
        return resolution

    def _outline(self) -> BaseGeometry | None:
        try:
            outline = read_border(self.geometry, self.frame)
        except NotABorder as problem:
            self._complain(str(problem))
            return None
        if self.frame and outline.intersection(self.frame).area < outline.area / 2:
            self._complain(_("Il confine %(which)s è fuori da %(city)s."), city=str(self.city))
        return outline

    def _label(self, outline: BaseGeometry) -> Point | None:
        """Where its name stands: as `label` (longitude, latitude) says, else anywhere inside."""
        given = self.properties.get("label")
        if given is None:
            inside = outline.representative_point()
            return round(inside.y, 6), round(inside.x, 6)
        try:
            lon, lat = (float(degree) for degree in given)
        except (TypeError, ValueError):
            self._complain(_("L’etichetta del confine %(which)s deve essere [longitudine, latitudine]."))
            return None
        if not outline.covers(shapely.Point(lon, lat)):
            self._complain(_("L’etichetta del confine %(which)s è fuori dal suo confine."))
        return lat, lon
