"""What somebody wants to see on the board: one address per state, and every address read with patience."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any, Self

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from mutual_aid.categories import Category
from mutual_aid.models import Post
from residents.languages import LANGUAGES
from spaces import location
from spaces.models import Cell, City, Space

LONGEST_WORDS = 100


@dataclass(frozen=True, kw_only=True)
class Filters:
    """One state of the board. `problems` are sentences about what in the address could not be understood."""

    city: City
    kind: str = ""
    category: str = ""
    language: str = ""
    urgent: bool = False
    space: Space | None = None
    words: str = ""
    near: Cell | None = None
    radius: int = 0  # km; 0 is the whole city
    order: str = ""
    view: str = "list"
    problems: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def read(cls, city: City, query: QueryDict) -> Self:
        """What the address asks for. Nothing in it can break a page: what is not understood is left out and said."""
        asked = {name: str(value).replace("\0", " ") for name, value in query.items()}
        problems: list[str] = []
        near = _zone(city, asked.get("near", ""), problems)
        space = _space(city, asked.get("space", ""), problems)
        radius = _one_of(asked.get("radius"), {str(km) for km in location.RADII})
        if radius and near is None and not problems:
            problems.append(_("Per vedere chi è vicino, scegli prima una zona."))
        return cls(
            city=city,
            kind=_one_of(asked.get("kind"), Post.Kind.values),
            category=_one_of(asked.get("category"), Category.values),
            language=_one_of(asked.get("language"), {code for code, _name in LANGUAGES}),
            urgent=asked.get("urgent") == "1",
            space=space,
            words=" ".join(asked.get("q", "").split())[:LONGEST_WORDS],
            near=near,
            radius=int(radius) if radius and near else 0,
            order=_one_of(asked.get("order"), {"near", "new"}),
            view=_one_of(asked.get("view"), {"map"}) or "list",
            problems=tuple(problems),
        )

    @property
    def nearest_first(self) -> bool:
        """Nearest first if a zone is known and the newest are not asked for."""
        return self.near is not None and self.order != "new"

    @property
    def is_plain(self) -> bool:
        """Whether this is the board as everybody finds it."""
        return not self.as_query()

    def as_query(self) -> dict[str, Any]:
        """The address's query, always in the same order, without what goes without saying."""
        query = {
            "kind": self.kind,
            "category": self.category,
            "near": self.near.index if self.near else "",
            "radius": self.radius or "",
            "language": self.language,
            "urgent": "1" if self.urgent else "",
            "space": self.space.slug if self.space else "",
            "q": self.words,
            "order": self.order if self.near else "",
            "view": "" if self.view == "list" else self.view,
        }
        return {name: value for name, value in query.items() if value}

    def url(self, route: str = "board", **extra: str) -> str:
        """The address of this state."""
        query = urlencode(self.as_query() | extra)
        return reverse(route, args=[self.city.slug]) + (f"?{query}" if query else "")

    def but(self, **changes: Any) -> Self:
        """The same state with something changed; what hangs on a zone goes with it."""
        changed = replace(self, problems=(), **changes)
        return changed if changed.near else replace(changed, radius=0, order="")


def _zone(city: City, index: str, problems: list[str]) -> Cell | None:
    try:
        return location.cell_row(city, index) if index else None
    except location.UnknownCell:
        problems.append(_("Questa zona non c’è a %(city)s. Ecco tutta la città.") % {"city": city.name})
        return None


def _space(city: City, slug: str, problems: list[str]) -> Space | None:
    space = Space.objects.filter(city=city, slug=slug[:80]).first() if slug else None
    if slug and space is None:
        problems.append(_("Questo luogo non c’è a %(city)s. Ecco tutta la bacheca.") % {"city": city.name})
    return space


def _one_of(value: str | None, known: Collection[str]) -> str:
    return value if value and value in known else ""
