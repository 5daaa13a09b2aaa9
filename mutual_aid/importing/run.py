"""The import itself: small transactions, no doubles, a reason for every row that stays out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import batched

from django.db import transaction

from mutual_aid.importing.places import Finder, NoPlace
from mutual_aid.importing.posts import Calendar, Rejected, post_of
from mutual_aid.importing.table import Row
from mutual_aid.models import Post, PostChange
from spaces.models import City

BATCH = 50  # rows a transaction: an import never holds others up


@dataclass
class Report:
    """What became of each row."""

    brought: list[Post] = field(default_factory=list)
    already_there: int = 0
    rejected: list[tuple[Row, str]] = field(default_factory=list)
    cities: list[City] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.brought) + self.already_there + len(self.rejected)


def bring(
    rows: list[Row],
    *,
    source: str,
    as_of: date | None = None,
    creates_cities: bool = False,
    only: City | None = None,
    progress: Callable[[Iterable[Row]], Iterable[Row]] = iter,
) -> Report:
    """Bring rows onto the boards. Repeatable: a row that came before, by `source` and id, is left as it is."""
    report = Report()
    finder = Finder(creates_cities=creates_cities, only=only)
    calendar = Calendar.of(rows, as_of)
    for batch in batched(progress(rows), BATCH):
        with transaction.atomic():
            _bring_batch(batch, report, finder, calendar, source)
    report.cities = finder.created
    return report


def _bring_batch(batch: tuple[Row, ...], report: Report, finder: Finder, calendar: Calendar, source: str) -> None:
    ids = [row["id"][:80] for row in batch]
    there = set(Post.objects.filter(source=source, source_id__in=ids).values_list("source_id", flat=True))
    posts = []
    for row in batch:
        if row["id"][:80] in there:
            report.already_there += 1
            continue
        try:
            posts.append(post_of(row, finder.place_of(row), calendar, source))
            there.add(row["id"][:80])
        except (NoPlace, Rejected) as reason:
            report.rejected.append((row, str(reason)))
    Post.objects.bulk_create(posts)
    PostChange.objects.bulk_create(PostChange(post=post, what=PostChange.What.IMPORTED) for post in posts)
    report.brought += posts
