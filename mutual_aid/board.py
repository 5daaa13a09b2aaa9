"""The board: which posts, in which order, from where on. Everything is reckoned from cells.

Nearest first goes through the city's cells from the nearest outwards and takes the newest of each: an index read per
cell, whatever the number of posts (docs/decisions/0004-nearest-first.md).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Self
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db import OperationalError, connection, transaction
from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.db.models.expressions import RawSQL

from mutual_aid.filters import Filters
from mutual_aid.models import Post
from mutual_aid.models.post import PostQuerySet
from mutual_aid.search import ITALIAN
from spaces import location

PAGE = 20
FIRST_RING = 19  # cells: the own one and two rings around it, where most pages are filled
FEW = 2_000  # posts that are sorted by distance at once; more are walked through cell by cell
# How alike words must be, of 1 («spsa» finds «spesa», «casa» does not), and how long looking for them may take.
LENIENT = {"pg_trgm__word_similarity_threshold": "0.5", "statement_timeout": "1s"}


class ForgedCursor(Exception):
    """Not a cursor of ours."""


class Cursor(NamedTuple):
    """Where a page ended: the last post's cell, time and id. It holds nothing that is not public."""

    cell: int
    published_at: datetime
    id: UUID

    @classmethod
    def after(cls, post: Post) -> Self:
        return cls(post.cell_id, post.published_at, post.id)

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ForgedCursor for whatever we did not write."""
        try:
            cell, at, id_ = json.loads(base64.urlsafe_b64decode(text[:200].encode()))
            cursor = cls(int(cell), datetime.fromisoformat(at), UUID(id_))
            if cursor.published_at.tzinfo is None or not 0 < cursor.cell < 2**63:
                raise ForgedCursor
            # Near the first and the last year some offsets lead out of the calendar: in the database too.
            return cursor._replace(published_at=cursor.published_at.astimezone(UTC))
        except (ValueError, TypeError, AttributeError, binascii.Error, OverflowError) as error:
            raise ForgedCursor from error

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(
            json.dumps([self.cell, self.published_at.isoformat(), str(self.id)]).encode()
        ).decode()


@dataclass(frozen=True)
class Page:
    """Some posts of the board, and the cursor to go on from, if there is more."""

    posts: list[Post]
    next: Cursor | None
    resembling: bool = False  # no post holds the words themselves; these hold words that look like them


def page(filters: Filters, cursor: Cursor | None = None, size: int = PAGE) -> Page:
    """The posts of one page in the order the filters ask for. At most six queries."""
    found = _in_order(filters, _matching(filters), cursor, size + 1)
    resembling = []
    if filters.words and not found and cursor is None:
        found = resembling = _resembling(filters, size)
    more = len(found) > size
    return Page(found[:size], Cursor.after(found[size - 1]) if more else None, bool(resembling))


def _matching(filters: Filters) -> PostQuerySet:
    posts = _chosen(filters)
    if filters.words:
        posts = posts.filter(search=SearchQuery(filters.words, config=ITALIAN, search_type="websearch"))
    return posts


def _chosen(filters: Filters) -> PostQuerySet:
    """Open posts by everything but where they are and which words they hold."""
    asked = {
        "city": filters.city,
        "kind": filters.kind,
        "category": filters.category,
        "space": filters.space,
        "urgent": filters.urgent,
        "languages__contains": [filters.language] if filters.language else None,
    }
    return Post.objects.open().filter(**{name: value for name, value in asked.items() if value})


def _in_order(filters: Filters, posts: PostQuerySet, cursor: Cursor | None, size: int) -> list[Post]:
    if filters.words:
        # Asked for in order at once, a word that nobody wrote would lead PostgreSQL through every post of the city.
        found = list(posts.order_by().values_list("pk", flat=True)[: FEW + 1])
        if len(found) <= FEW:
            few = Post.objects.filter(pk__in=found)
            return (_nearest_of_few if filters.nearest_first else _newest)(filters, few, cursor, size)
    return (_nearest if filters.nearest_first else _newest)(filters, posts, cursor, size)


def _resembling(filters: Filters, size: int) -> list[Post]:
    """Posts with a title in which a word looks like the words asked for; none if looking takes too long."""
    plain = RawSQL("filo_plain(%s)", [filters.words])
    posts = _chosen(filters).filter(resembling__trigram_word_similar=plain)
    try:
        with transaction.atomic(), _settings(**LENIENT):
            return _in_order(filters, posts, None, size)
    except OperationalError:  # the patience of LENIENT ended
        return []


@contextmanager
def _settings(**settings: str) -> Iterator[None]:
    """Settings of PostgreSQL for what is asked within, inside a transaction."""
    with connection.cursor() as sql:
        for name, value in settings.items():
            sql.execute("SELECT set_config(%s, %s, true)", [name.replace("__", "."), value])
        yield
        for name in settings:
            sql.execute(f"SET LOCAL {name.replace('__', '.')} TO DEFAULT")


def _newest(filters: Filters, posts: PostQuerySet, cursor: Cursor | None, size: int) -> list[Post]:
    if filters.radius:
        posts = posts.filter(cell__in=_cells(filters))
    if cursor:
        posts = posts.filter(_older_than(cursor))
    return list(posts.for_cards().order_by("-published_at", "id")[:size])


def _older_than(cursor: Cursor) -> Q:
    same_moment = Q(published_at=cursor.published_at, id__gt=cursor.id)
    return Q(published_at__lte=cursor.published_at) & (Q(published_at__lt=cursor.published_at) | same_moment)


def _cells(filters: Filters) -> list[int]:
    """The cells the filters reach, nearest first; within the radius, from centre to centre."""
    assert filters.near is not None
    reach = filters.radius * 1000 or float("inf")
    return [cell for cell, metres in location.ranked_cells(filters.city, filters.near) if metres <= reach]


def _nearest_of_few(filters: Filters, posts: PostQuerySet, cursor: Cursor | None, size: int) -> list[Post]:
    """Few posts hold the words: sort those by the rank of their cell."""
    cells = _cells(filters)
    rank = Case(*(When(cell=cell, then=Value(n)) for n, cell in enumerate(cells)), output_field=IntegerField())
    ranked = posts.filter(cell__in=cells).for_cards().annotate(rank=rank)
    if cursor:
        here = _rank_of(cursor, cells)
        ranked = ranked.filter(Q(rank__gt=here) | Q(_older_than(cursor), rank=here))
    return list(ranked.order_by("rank", "-published_at", "id")[:size])


def _nearest(filters: Filters, posts: PostQuerySet, cursor: Cursor | None, size: int) -> list[Post]:
    """Walk outwards: first what is left of the cursor's cell, then the near cells, then all others."""
    cells = _cells(filters)
    ids: list[UUID] = []
    if cursor:
        here = _rank_of(cursor, cells)
        left = posts.filter(_older_than(cursor), cell=cursor.cell)
        ids += left.order_by("-published_at", "id").values_list("id", flat=True)[:size]
        cells = cells[here + 1 :]
    for ring in (cells[:FIRST_RING], cells[FIRST_RING:]):
        if ring and len(ids) < size:
            ids += _newest_of_each(posts, ring, size - len(ids))
    by_id = Post.objects.for_cards().in_bulk(ids)
    return [by_id[id_] for id_ in ids if id_ in by_id]


def _rank_of(cursor: Cursor, cells: list[int]) -> int:
    try:
        return cells.index(cursor.cell)
    except ValueError as error:
        raise ForgedCursor from error


def _newest_of_each(posts: PostQuerySet, cells: list[int], size: int) -> list[UUID]:
    """Ids of the first `size` posts by (rank of the cell in `cells`, newest): one short index read per cell."""
    of_a_cell = posts.filter(cell=RawSQL("ranked.cell", [])).order_by("-published_at", "id")
    inner, params = of_a_cell.values("id", "published_at")[:size].query.sql_with_params()
    with connection.cursor() as sql:
        sql.execute(
            "SELECT post.id FROM unnest(%s::bigint[]) WITH ORDINALITY AS ranked (cell, rank)"  # noqa: S608 (the inner text is Django's own, its values are parameters)
            f" CROSS JOIN LATERAL ({inner}) AS post ORDER BY rank, post.published_at DESC, post.id LIMIT %s",
            [cells, *params, size],
        )
        return [row[0] for row in sql.fetchall()]


def counts_by_cell(filters: Filters) -> dict[int, Counter[str]]:
    """How many requests and offers stand in each cell that the filters reach: for the map. Two queries."""
    cells = _cells(filters) if filters.radius else list(filters.city.cells.values_list("pk", flat=True))
    posts = _matching(filters).filter(cell__in=cells)
    counts: dict[int, Counter[str]] = {}
    for cell, kind, n in posts.order_by().values_list("cell", "kind").annotate(n=Count("id")):
        counts.setdefault(cell, Counter())[kind] = n
    return counts


@dataclass(frozen=True)
class Wider:
    """What an empty board offers instead: the nearest radius in which there is something."""

    filters: Filters
    requests: int
    offers: int


def wider(filters: Filters) -> Wider | None:
    """The next radius (or the whole city) that holds anything; None if the city holds nothing of the kind."""
    if not filters.near or not filters.radius:
        return None
    counts = counts_by_cell(filters.but(radius=0))
    distances = location.ranked_cells(filters.city, filters.near)
    for radius in [*(km for km in location.RADII if km > filters.radius), 0]:
        reach = radius * 1000 or float("inf")
        total = sum((counts[cell] for cell, metres in distances if metres <= reach and cell in counts), Counter())
        if total:
            return Wider(filters.but(radius=radius), total[Post.Kind.REQUEST], total[Post.Kind.OFFER])
    return None
