"""From a draft to a post, and back. What the preview shows and what publishing saves is made by the same function."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from mutual_aid import exact_places
from mutual_aid.exact_places import Place
from mutual_aid.holding import must_wait
from mutual_aid.lasting import day_of, end_of_day, today
from mutual_aid.models import Draft, Post
from mutual_aid.writing import photo
from spaces import location
from spaces.models import Space

if TYPE_CHECKING:
    from residents.models import Resident

PLAIN = [
    *["kind", "category", "title", "words", "language", "languages", "urgent", "people", "show_name"],
    *["timing", "weekdays", "part_of_day", "photo_alt", "precision"],
]
CHANGEABLE = [*PLAIN, "by_date", "cell", "space", "photo"]


class Unfinished(Exception):
    """The draft is no post yet; `step` asks for what is missing, and the text says why if that is not plain."""

    def __init__(self, step: str, why: str = "") -> None:
        super().__init__(why)
        self.step = step


def compose(draft: Draft) -> Post:
    """The post as it would stand, not saved. Reads the cell alone, never the exact place. Raises `Unfinished`."""
    fields = draft.fields
    if not fields.get("category"):
        raise Unfinished("write-what")
    if not fields.get("title"):
        raise Unfinished("write-words")
    by_date = _date(fields.get("by_date"))
    if by_date and by_date < today(draft.city):
        raise Unfinished("write-words", _("Il giorno che avevi scelto è passato: scegline un altro."))
    space = space_of(draft)
    if not fields.get("cell") or (fields["precision"] == Post.Precision.SPACE and space is None):
        raise Unfinished("write-place")
    published_at = draft.post.published_at if draft.post else now()
    return Post(
        **{name: fields[name] for name in PLAIN},
        id=draft.post_id or draft.pk,
        version=draft.post_version or 1,
        city=draft.city,
        author=draft.author,
        space=space,
        cell=_cell(draft),
        by_date=by_date,
        photo=draft.photo.name,
        state=draft.post.state if draft.post else Post.State.OPEN,
        published_at=published_at,
        expires_at=_expires_at(draft, by_date, published_at),
    )


def space_of(draft: Draft) -> Space | None:
    """The space to which the draft is entrusted, while there is such a space."""
    key = draft.fields.get("space")
    return draft.city.spaces.select_related("cell__neighbourhood").filter(pk=key).first() if key else None


def _cell(draft: Draft) -> Any:
    try:
        return location.cell_row(draft.city, draft.fields["cell"])
    except location.UnknownCell:  # the city's grid was drawn anew since
        raise Unfinished("write-place", _("Le zone della città sono cambiate: di’ di nuovo dove.")) from None


def _expires_at(draft: Draft, by_date: date | None, published_at: datetime) -> datetime:
    """The day the author chose, else the day by which it is needed, else what is usual; in a change, what it was."""
    if chosen := _date(draft.fields.get("until")) or by_date:
        return max(end_of_day(draft.city, chosen), end_of_day(draft.city, today(draft.city)))
    if draft.post:
        return draft.post.expires_at
    return published_at + Post.LIFETIME[Post.Kind(draft.fields["kind"])]


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@transaction.atomic
def publish(draft: Draft, author: Resident) -> Post:
    """Make the post that the draft was for, and end the draft.

    Sent twice, even at once, it happens once: the second finds no draft. Raises Draft.DoesNotExist, Unfinished.
    """
    draft = Draft.objects.select_for_update(of=("self",)).select_related("city").get(pk=draft.pk)
    post = compose(draft)
    post.author = author
    post.publish(waits=must_wait(post, author))
    exact_places.keep(post, Place.read(draft.fields.get("exact")))
    draft.delete()
    return post


def begin_change(post: Post, author: Resident) -> Draft:
    """A draft in which the author changes a post that stands."""
    exact = exact_places.read(post, author, exact_places.Why.CHANGE)
    fields = {name: getattr(post, name) for name in PLAIN}
    fields |= {"by_date": post.by_date, "cell": post.cell.index, "space": post.space_id, "exact": exact.as_facts()}
    ends = day_of(post.city, post.expires_at)
    if post.by_date and ends != post.by_date:
        fields["until"] = ends
    draft = Draft(city=post.city, author=author, post=post, post_version=post.version, photo=post.photo.name)
    draft.fields = fields
    draft.save()
    return draft


@transaction.atomic
def change(draft: Draft, author: Resident) -> Post:
    """Change the post as the draft says, and end the draft.

    Raises Post.Moved if it changed meanwhile in another window or by another hand, Draft.DoesNotExist if this was sent
    twice, and Unfinished.
    """
    draft = Draft.objects.select_for_update(of=("self",)).select_related("city", "post").get(pk=draft.pk)
    assert draft.post_id is not None
    wanted, post = compose(draft), Post.objects.for_cards().get(pk=draft.post_id)
    facts = {name: getattr(wanted, name) for name in CHANGEABLE} | {"photo": wanted.photo.name}
    if abs(wanted.expires_at - post.expires_at).total_seconds() >= 1:
        facts |= {"expires_at": wanted.expires_at, "reminded_at": None}
    before = post.photo.name or ""
    post.edit(author, facts, version=wanted.version)
    exact_places.keep(post, Place.read(draft.fields.get("exact")))
    draft.delete()
    if before != post.photo.name:
        photo.discard(before)
    return post
