"""The one way to an exact place: keeping it, reading it, forgetting it.

No other module imports the model (tests/architecture/test_exact_place.py): what everybody sees is reckoned from the
cell, and a query that could join the two would have to be written here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from mutual_aid.models.exact_place import ExactPlace, ExactPlaceReading
from mutual_aid.models.post import Post
from spaces.access import Action, may

if TYPE_CHECKING:
    from residents.models import Resident


Why = ExactPlaceReading.Why


@dataclass(frozen=True)
class Place:
    """Where exactly: an address, what helps to find the door, a point in degrees. All of it optional."""

    address: str = ""
    note: str = ""
    lat: float | None = None
    lon: float | None = None

    def __bool__(self) -> bool:
        return self != Place()

    @classmethod
    def read(cls, facts: dict[str, Any] | None) -> Self:
        """From what `as_facts` gave."""
        return cls(**(facts or {}))

    def as_facts(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)


def keep(post: Post, place: Place) -> None:
    """Remember where `post` is, in place of what was known before. Others see no difference: no version, no history."""
    if place:
        ExactPlace.objects.update_or_create(post=post, defaults=place.as_facts())
    else:
        forget(post)


def read(post: Post, reader: Resident, why: Why) -> Place:
    """Where `post` is, for whom the table of rights lets read it, which is noted. Raises PermissionDenied."""
    if not may(reader, Action.POST_READ_EXACT_PLACE, post):
        raise PermissionDenied
    kept = ExactPlace.objects.filter(pk=post.pk).first()
    if kept is None:
        return Place()
    ExactPlaceReading.objects.create(post=post, reader=reader, why=why)
    return Place(kept.address, kept.note, kept.lat, kept.lon)


def readings(post: Post) -> QuerySet[ExactPlaceReading]:
    """Who read where `post` is, when and why; the latest first."""
    return ExactPlaceReading.objects.filter(post=post).select_related("reader").order_by("-at")


def forget(post: Post) -> None:
    """Know no more than the cell."""
    ExactPlace.objects.filter(pk=post.pk).delete()


def forget_all(posts: QuerySet[Post]) -> None:
    """Know no more of these than their cells."""
    ExactPlace.objects.filter(post__in=posts).delete()
