"""The grid of a city: which cells it has, and how they are drawn anew when a border or a resolution changes.

The rule (docs/decisions/0003-cells.md): a point's cell is its resolution-9 index climbed to 7; a cell is split while
the neighbourhood that holds its centre asks for a finer one. So the cells of a city are the leaves of a tree, each
point has exactly one, and finding it needs no geometry: it is the one ancestor of its index that is in the grid.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import h3
from django.db import models, transaction
from geopy.distance import geodesic

from spaces.borders import Neighbourhoods
from spaces.models import Cell, City, Neighbourhood, Space

COARSEST, FINEST = 7, 9
REACH = 50_000  # metres from its label point that a city without border may reach: an index in a URL can make a row


@dataclass(frozen=True, slots=True)
class Grid:
    """A city's cells when this was read: those of the drawing, and leftovers on which something stands."""

    cells: dict[str, Cell]
    leftovers: dict[str, Cell]

    def everything(self) -> Iterator[Cell]:
        """Every cell in which something may stand."""
        return chain(self.cells.values(), self.leftovers.values())

    def leaf(self, finest: str) -> str | None:
        """The cell of the drawing that a resolution-9 index belongs to."""
        return _leaf(self.cells, finest)


def grid_of(city: City) -> Grid:
    """The city's grid, remembered; drawn now if it never was."""
    if not city.grid_version:
        _draw_for_the_first_time(city)
    return remembered(city.pk, city.grid_version)


@lru_cache(maxsize=128)
def remembered(city_pk: int, version: int) -> Grid:
    """The grid of a drawn city. The version is part of the question, so an old answer is never given to a new one."""
    rows = Cell.objects.filter(city=city_pk).select_related("neighbourhood").defer("neighbourhood__border")
    grid = Grid({}, {})
    for cell in rows.order_by("index"):
        (grid.cells if cell.in_grid else grid.leftovers)[cell.index] = cell
    return grid


@transaction.atomic
def _draw_for_the_first_time(city: City) -> None:
    locked = City.objects.select_for_update().get(pk=city.pk)
    if not locked.grid_version:  # else somebody else was faster
        redraw(locked)
    city.grid_version = locked.grid_version


@dataclass(frozen=True, slots=True)
class Redrawn:
    """What a drawing changed: cells now, cells new, cells gone, cells kept outside because something stands there."""

    cells: int
    added: int
    removed: int
    kept: int


@transaction.atomic
def redraw(city: City) -> Redrawn:
    """Write the city's cells anew, and move what stood in a cell that is no more to the one that took its place.

    To be called after a border, a neighbourhood or a resolution changed. Twice is once.
    """
    locked = City.objects.select_for_update().get(pk=city.pk)
    # Locked, so that nothing can come to stand in a cell while it is being cleared away.
    before = {cell.index: cell for cell in Cell.objects.select_for_update().filter(city=city).order_by("pk")}
    drawn = _draw(locked) if locked.border else _draw_without_border(locked, before)
    _write(locked, drawn)
    rows = {cell.index: cell for cell in Cell.objects.filter(city=city, index__in=drawn)}
    stale = [cell for index, cell in before.items() if index not in drawn]
    kept = _clear(stale, rows)
    _renew_version(city)
    return Redrawn(len(drawn), len(drawn.keys() - before.keys()), len(stale) - kept, kept)


def make_cell(city: City, index: str) -> Cell:
    """A row for a cell of a city without border. Safe to call twice, and at once."""
    with transaction.atomic():
        _write(city, _with_neighbourhoods(city, [index]))
        _renew_version(city)
    return grid_of(city).cells[index]


def is_within_reach(city: City, index: str) -> bool:
    """Whether a city without border may use this cell."""
    return bool(geodesic((city.lat, city.lon), h3.cell_to_latlng(index)).meters <= REACH)


def _renew_version(city: City) -> None:
    # Random, not counted up: what a process remembers of a drawing that was rolled back can never pass for another one.
    city.grid_version = secrets.randbelow(2**31 - 1) + 1
    City.objects.filter(pk=city.pk).update(grid_version=city.grid_version)


type Drawing = dict[str, Neighbourhood | None]


def _draw(city: City) -> Drawing:
    """The leaves of the tree that touch the city, and whose each is."""
    touching, areas = _touching(city.border), Neighbourhoods(city)
    drawing: Drawing = {}
    level = sorted(touching[COARSEST])
    for resolution in range(COARSEST, FINEST + 1):
        finer: list[str] = []
        holders = areas.holding([h3.cell_to_latlng(index) for index in level])
        for index, area in zip(level, holders, strict=True):
            if resolution < _resolution(city, area):
                finer += [child for child in h3.cell_to_children(index) if child in touching[resolution + 1]]
            else:
                drawing[index] = area
        level = finer
    return drawing


def _resolution(city: City, area: Neighbourhood | None) -> int:
    return (area and area.resolution) or city.resolution


def _touching(border: Any) -> dict[int, set[str]]:
    """By resolution, the cells that touch the city: themselves, or one of the smaller cells they stand for.

    H3's children stick out of their parent a little, so a home near the border may lie outside its own cell's hexagon.
    """
    outline = h3.geo_to_h3shape(border)
    touching: dict[int, set[str]] = {}
    for resolution in range(FINEST, COARSEST - 1, -1):
        overlapping = h3.h3shape_to_cells_experimental(outline, resolution, contain="overlap")
        parents = {h3.cell_to_parent(child) for child in touching.get(resolution + 1, ())}
        touching[resolution] = parents | set(overlapping)
    return touching


def _draw_without_border(city: City, before: Iterable[str]) -> Drawing:
    """Cells of resolution 7 wherever something was: others follow when they are asked for."""
    coarse = {h3.cell_to_parent(index, COARSEST) for index in before}
    return _with_neighbourhoods(city, [index for index in sorted(coarse) if is_within_reach(city, index)])


def _with_neighbourhoods(city: City, indexes: list[str]) -> Drawing:
    holders = Neighbourhoods(city).holding([h3.cell_to_latlng(index) for index in indexes])
    return dict(zip(indexes, holders, strict=True))


def _write(city: City, drawing: Drawing) -> None:
    rows = []
    for index, area in drawing.items():
        lat, lon = h3.cell_to_latlng(index)
        rows.append(Cell(city=city, index=index, neighbourhood=area, lat=lat, lon=lon))
    Cell.objects.bulk_create(
        rows,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["city", "index"],
        update_fields=["neighbourhood", "lat", "lon", "in_grid"],
    )


def _clear(stale: list[Cell], rows: dict[str, Cell]) -> int:
    """Move what stands in stale cells and delete them; how many must stay, because no new cell replaces them."""
    _move_spaces(stale, rows)
    occupied = {pk for relation in _relations() for pk in _occupied(relation, stale)}
    orphans = {cell.pk for cell in stale if cell.pk in occupied and not _move_everything(cell, rows)}
    Cell.objects.filter(pk__in=orphans).update(in_grid=False)
    Cell.objects.filter(pk__in={cell.pk for cell in stale} - orphans).delete()
    return len(orphans)


def _move_spaces(stale: list[Cell], rows: dict[str, Cell]) -> None:
    """A space's own place is public, so it moves by that, not by the centre of the cell it was in."""
    for space in Space.objects.filter(cell__in=stale, lat__isnull=False, lon__isnull=False):
        leaf = _leaf(rows, h3.latlng_to_cell(space.lat, space.lon, FINEST))
        if leaf:
            Space.objects.filter(pk=space.pk).update(cell=rows[leaf])


def _move_everything(cell: Cell, rows: dict[str, Cell]) -> bool:
    """Let all that stands in `cell` stand in the cell that now holds its centre; False if there is none."""
    leaf = _leaf(rows, h3.cell_to_center_child(cell.index, FINEST))
    if not leaf:
        return False
    for relation in _relations():
        _standing(relation).filter(**{relation.field.name: cell}).update(**{relation.field.name: rows[leaf]})
    return True


def _leaf(cells: dict[str, Cell], finest: str) -> str | None:
    ancestors = (h3.cell_to_parent(finest, resolution) for resolution in range(COARSEST, FINEST + 1))
    return next((index for index in ancestors if index in cells), None)


def _relations() -> list[Any]:
    """Whatever may stand in a cell, whichever package declares it: `spaces` need not know `mutual_aid`."""
    fields = Cell._meta.get_fields(include_hidden=True)
    return [field for field in fields if field.auto_created and not field.concrete]


def _standing(relation: Any) -> models.QuerySet[Any]:
    return relation.related_model._base_manager.all()  # type: ignore[no-any-return]  # a relation found at run time


def _occupied(relation: Any, cells: list[Cell]) -> set[int]:
    name = relation.field.name
    return set(_standing(relation).filter(**{f"{name}__in": cells}).values_list(name, flat=True).distinct())
