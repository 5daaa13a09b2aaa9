"""Erase me: everything that is a person's goes, and of what they wrote on what stays with others, the words go.

Rows that belong to a person go by the cascade of the database models, with their files. An app says here, when it
starts, what the cascade cannot know: rows that outlive their writer, and things that are no rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.core.files.storage import Storage
from django.db import models, router, transaction
from django.db.models.deletion import Collector

from residents import letters
from residents.models import Resident, SigninCode


class Outliving(NamedTuple):
    """Rows of `model` stay when the person in their field `by` goes; what that person wrote in `words` is emptied."""

    model: type[models.Model]
    by: str
    words: tuple[str, ...]
    confidential: bool

    def of(self, resident: Resident) -> models.QuerySet[Any]:
        return self.model._base_manager.filter(**{self.by: resident})

    def empty(self, resident: Resident) -> None:
        blank = {name: self.model._meta.get_field(name).get_default() for name in self.words}  # type: ignore[union-attr]  # words are columns
        if blank:
            self.of(resident).update(**blank)


outliving: list[Outliving] = []
_erasers: list[Callable[[Resident], None]] = []
_warners: list[Callable[[Resident], str | None]] = []


def outlives(model: type[models.Model], *, by: str, words: tuple[str, ...] = (), confidential: bool = False) -> None:
    """Rows of `model` that somebody else needs stay without their writer, and without the writer's `words`.

    A confidential row about a person's things is never handed to them, only to who wrote it.
    """
    outliving.append(Outliving(model, by, words, confidential))


def register_eraser(eraser: Callable[[Resident], None]) -> None:
    """`eraser` takes away what is no row of the person's: it runs first, in the same transaction."""
    _erasers.append(eraser)


def register_warning(warner: Callable[[Resident], str | None]) -> None:
    """`warner` may have a sentence to read before erasing; it never prevents it."""
    _warners.append(warner)


def warnings(resident: Resident) -> list[str]:
    return [sentence for warner in _warners if (sentence := warner(resident))]


@transaction.atomic
def erase(resident: Resident) -> None:
    """Erase the person and all that is theirs; files go after the commit, so that a rollback loses none."""
    # Locked, so that no row of theirs is added between the looking and the deleting.
    Resident.objects.select_for_update().get(pk=resident.pk)
    for eraser in _erasers:
        eraser(resident)
    for rows in outliving:
        rows.empty(resident)
    for storage, name in list(_files(resident)):
        transaction.on_commit(lambda storage=storage, name=name: storage.delete(name))  # type: ignore[misc]  # mypy cannot infer defaults of a lambda
    if resident.email:
        _forget_address(resident.email)
    resident.delete()


def _forget_address(email: str) -> None:
    SigninCode.objects.filter(email=email).delete()
    transaction.on_commit(lambda: letters.burn(email))


def rows_of(resident: Resident) -> list[models.QuerySet[Any]]:
    """Every row that goes with the person, the person's own first: one query set for each model."""
    collector = Collector(using=router.db_for_write(Resident), origin=resident)
    collector.collect([resident])
    found = [
        model._base_manager.filter(pk__in=[row.pk for row in rows]) for model, rows in collector.data.items() if rows
    ]
    return [*found, *collector.fast_deletes]


def _files(resident: Resident) -> Iterator[tuple[Storage, str]]:
    for rows in rows_of(resident):
        for field in rows.model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                names = rows.values_list(field.name, flat=True)
                yield from ((field.storage, name) for name in names if name)
