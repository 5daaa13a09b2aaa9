"""A row becomes a post: its kind, its words, its dates."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil import parser
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.timezone import get_current_timezone, make_aware, now

from mutual_aid.categories import Category
from mutual_aid.importing.places import Place
from mutual_aid.importing.table import Row
from mutual_aid.models import Post

OPEN_FOR = timedelta(days=30)  # from the day that --as-of names
FIRST_YEAR = 1990  # no list of a neighbourhood is older
IDS = uuid.UUID("5f6c2f0e-5a0f-4a52-9d3c-6f696c6f6669")  # the name space of imported ids: the same row, the same post
KINDS = {
    "offer": Post.Kind.OFFER,
    "offro": Post.Kind.OFFER,
    "offerta": Post.Kind.OFFER,
    "request": Post.Kind.REQUEST,
    "chiedo": Post.Kind.REQUEST,
    "richiesta": Post.Kind.REQUEST,
}
CLOSED = {"closed", "chiuso", "chiusa", "risolta"}

# The words of covid19italia.help in spring 2020, beside our own names.
CATEGORIES = {
    "consegne e commissioni": Category.SHOPPING,
    "supporto psicologico": Category.COMPANY,
    "donazioni beni e offerte servizi": Category.THINGS,
    "attivita culturali e ricreative": Category.TOGETHER,
    "didattica a distanza e-learning": Category.HOMEWORK,
    "sostegno lavoro e imprese": Category.PAPERWORK,
    "giochi/intrattenimento bambini": Category.CHILDREN,
}


class Rejected(Exception):
    """The row cannot be a post; the message says why, for the report."""


@dataclass(frozen=True)
class Calendar:
    """How the dates of a list become ours: `shift` is added to each; `today` is the day it is brought in as of."""

    shift: timedelta
    keeps_open: bool

    @classmethod
    def of(cls, rows: list[Row], as_of: date | None) -> Calendar:
        """With a day to bring the list in as of, its newest row is new on that day, and open rows stay open."""
        dates = [when for row in rows if (when := _when(row))]
        if as_of is None or not dates:
            return cls(timedelta(), keeps_open=as_of is not None)
        newest = max(dates)
        day = make_aware(datetime.combine(as_of, time(12)), get_current_timezone())
        return cls(min(day, now()) - newest, keeps_open=True)


def post_of(row: Row, place: Place, calendar: Calendar, source: str) -> Post:
    """An unsaved post. Raises `Rejected`."""
    if not row["id"]:
        raise Rejected("manca il codice della riga (id)")
    title, words = _title_and_words(row)
    published = (_when(row) or now() - calendar.shift) + calendar.shift
    kind = _kind(row)
    state, expires = _state(row, kind, published, calendar)
    return Post(
        id=uuid.uuid5(IDS, f"{source}:{row['id']}"),
        city=place.city,
        cell=place.cell,
        precision=place.precision,
        kind=kind,
        category=_category(row),
        title=title,
        words=words,
        state=state,
        created_at=published,
        published_at=published,
        expires_at=expires,
        source=source,
        source_id=row["id"][:80],
        source_name=row["provider"][:160],
        source_url=_url(row),
    )


def _kind(row: Row) -> Post.Kind:
    try:
        return KINDS[row["kind"].lower()]
    except KeyError:
        raise Rejected(f"non si capisce se offre o chiede: «{row['kind'][:40]}»") from None


def _category(row: Row) -> Category:
    name = row["category"].lower()
    if name in CATEGORIES:
        return CATEGORIES[name]
    return next((ours for ours in Category if name in (ours.value, str(ours.label).lower())), Category.OTHER)


def _title_and_words(row: Row) -> tuple[str, str]:
    """A title that fits a card; one that is too long is cut at a word, and stands whole above the other words."""
    title = " ".join(row["title"].split())
    if not title:
        raise Rejected("manca il titolo")
    longest = Post._meta.get_field("title").max_length or 80
    facts = [("Per chi", row["recipients"]), ("Quando", row["hours"])]
    words = [row["words"], *(f"{name}: {fact}" for name, fact in facts if fact)]
    if len(title) > longest:
        words.insert(0, title)
        title = title[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,.:;–-") + "…"
    return title, "\n\n".join(part for part in words if part)


def _when(row: Row) -> datetime | None:
    """When it was written; a day on which that cannot have been is as none, or it would move all the others."""
    try:
        when = make_aware(parser.parse(row["created_at"]).replace(tzinfo=None), get_current_timezone())
    except (ValueError, OverflowError):
        return None
    return when if when.year >= FIRST_YEAR and when <= now() + timedelta(days=1) else None


def _state(row: Row, kind: Post.Kind, published: datetime, calendar: Calendar) -> tuple[Post.State, datetime]:
    expires = published + Post.LIFETIME[kind]
    if row["state"].lower() in CLOSED:
        return Post.State.WITHDRAWN, expires
    if calendar.keeps_open:
        return Post.State.OPEN, max(expires, now() + OPEN_FOR)
    return (Post.State.OPEN if expires > now() else Post.State.EXPIRED), expires


def _url(row: Row) -> str:
    try:
        URLValidator(schemes=["http", "https"])(row["url"])
    except ValidationError:
        return ""
    return row["url"] if len(row["url"]) <= 500 else ""
