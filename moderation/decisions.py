"""What a coordinator may decide about a post, and what follows. Two who decide at once: the first one's word holds."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from moderation.tasks import tell_the_author_why
from mutual_aid.models import Post
from spaces.models import Ban, City, Space

if TYPE_CHECKING:
    from residents.models import Resident


class Decision(models.TextChoices):
    APPROVE = "approve", _("Approva")
    KEEP = "keep", _("Va bene così")
    HIDE = "hide", _("Togli per ora")
    REFUSE = "refuse", _("Rifiuta")


def possible(post: Post, reported: bool) -> list[Decision]:
    """What can be decided about a post where it stands. Nobody needs a report to take one off the board."""
    match post.state:
        case Post.State.PENDING:
            return [Decision.APPROVE, Decision.REFUSE]
        case Post.State.OPEN:
            return [*([Decision.KEEP] if reported else []), Decision.HIDE, Decision.REFUSE]
    return []


class Rewritten(Exception):
    """The author changed the words after the coordinator had read them: they are to be read again."""


@transaction.atomic
def decide(post: Post, decision: str, *, by: Resident, why: str = "", version: int, last_report: int = 0) -> None:
    """Decide on the `version` that was read, and on the reports that were read (up to the id `last_report`; 0: none).

    Raises Post.Moved if somebody decided first, and Rewritten.
    """
    read = _as_it_was_read(post, version)
    reports = read.reports.open()
    reports_read = reports.filter(pk__lte=last_report)  # what came in later has not been read: it stays in the queue
    if last_report and not reports_read.exists():
        raise Post.Moved
    match Decision(decision):
        case Decision.APPROVE:
            read.approve(by)
            reports_read.close(by)
        case Decision.KEEP:
            reports_read.close(by)
        case Decision.HIDE:
            read.hide(by, why)
        case Decision.REFUSE:
            read.refuse(by, why)
            reports.close(by)
            tell_the_author_why(read)


def _as_it_was_read(post: Post, version: int) -> Post:
    """The post, held until the decision is made, if it is still what the coordinator read."""
    stands = Post.objects.select_for_update().get(pk=post.pk)
    if stands.version == version:
        return stands
    change = stands.changes.last()
    raise Rewritten if change and change.by_id == stands.author_id else Post.Moved


@transaction.atomic
def suspend(
    resident: Resident, place: City | Space, *, by: Resident, reason: str, until: datetime | None, take_back: bool
) -> Ban:
    """Suspend somebody from a place; `take_back` puts what they have open there back among what waits to be read.

    Raises Ban.Already, Ban.Answers.
    """
    ban = place.ban(resident, by=by, reason=reason, until=until)
    if take_back:
        there = {"space": place} if isinstance(place, Space) else {"city": place}
        for post in Post.objects.open().written_by(resident).filter(**there):
            with suppress(Post.Moved):  # withdrawn or decided on this very moment: then it stands no more anyway
                post.hide(by, why=reason)
    return ban
