"""Whose draft it is: its author's, once they are signed in; before that, the browser's in which it was begun."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest

from mutual_aid.models import Draft
from mutual_aid.models.draft import DraftQuerySet
from residents.limits import HOUR, Limit, client
from spaces.models import City

IN_SESSION = "drafts"
MOST_IN_SESSION = 10
BEGUN_PER_CLIENT = Limit("drafts-from", 60, HOUR)


def begin(request: HttpRequest, city: City) -> Draft:
    """A draft of whoever is at this browser. Raises TooMany for a machine that begins one after the other."""
    if request.user.is_authenticated:
        return Draft.objects.create(city=city, author=request.user)
    BEGUN_PER_CLIENT.take(client(request))
    draft = Draft.objects.create(city=city)
    request.session[IN_SESSION] = [*request.session.get(IN_SESSION, []), str(draft.pk)][-MOST_IN_SESSION:]
    return draft


def of(request: HttpRequest, city: City) -> DraftQuerySet:
    """The drafts in this city of whoever is at this browser.

    Who signed in meanwhile becomes the author of what was begun here before: from then on it is theirs, on any device.
    """
    begun_here = Q(pk__in=request.session.get(IN_SESSION, []), author=None)
    drafts = Draft.objects.filter(city=city).select_related("city", "author", "post")
    if not request.user.is_authenticated:
        return drafts.filter(begun_here)
    drafts.filter(begun_here).update(author=request.user)
    return drafts.filter(author=request.user)


def unfinished(request: HttpRequest, city: City) -> Draft | None:
    """What to offer to go on with: the latest new post that was left with some words in it."""
    return of(request, city).filter(post=None, fields__has_key="title").order_by("-touched_at").first()


def find(request: HttpRequest, city: City, pk: UUID) -> Draft | None:
    return of(request, city).filter(pk=pk).first()
