"""What authors do with what they wrote: change, withdraw, renew, look back; and what is theirs on a city's board."""

from __future__ import annotations

from contextlib import suppress
from typing import cast
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from mutual_aid import exact_places
from mutual_aid.models import Post
from mutual_aid.writing import composing, drafts
from mutual_aid.writing.earlier import earlier
from residents.models import Resident
from spaces.access import Action, gate
from spaces.cities import city_or_404

page = require_http_methods(["GET", "HEAD", "POST"])
STANDING = [Post.State.PENDING, Post.State.OPEN, Post.State.EXPIRED]
MOST_OF_MINE = 20


def _post_for(request: HttpRequest, city: str, pk: UUID, action: Action) -> tuple[Post, Resident]:
    """The post, and who is signed in, if they may do this to it."""
    post = get_object_or_404(Post.objects.for_cards().select_related("author"), pk=pk, city__slug=city)
    gate(request, action, post)
    return post, cast(Resident, request.user)


@never_cache
@page
def change(request: HttpRequest, city: str, pk: UUID) -> HttpResponse:
    """What there is to change; each choice leads through the pages on which it was written."""
    post, author = _post_for(request, city, pk, Action.POST_CHANGE)
    step = request.POST.get("step", "")
    if (
        request.method == "POST"
        and post.state in STANDING
        and step in ("write-what", "write-words", "write-place", "write-check")
    ):
        draft = composing.begin_change(post, author)
        return redirect(step, city, draft.pk)
    return _render(request, "change", post, standing=post.state in STANDING)


@never_cache
@page
def withdraw(request: HttpRequest, city: str, pk: UUID) -> HttpResponse:
    """Take it off the board; where exactly it was is forgotten at once."""
    post, author = _post_for(request, city, pk, Action.POST_WITHDRAW)
    if request.method != "POST":
        return _render(request, "withdraw", post, standing=post.state in STANDING)
    with suppress(Post.Moved), transaction.atomic():  # done already, or taken away: the next page says which
        post.withdraw(author)
        exact_places.forget(post)
    return redirect("post-done", city, pk)


@never_cache
@page
def renew(request: HttpRequest, city: str, pk: UUID) -> HttpResponse:
    """Keep it for another while. The page names the version it saw, so that two taps renew once."""
    post, author = _post_for(request, city, pk, Action.POST_CHANGE)
    if request.method != "POST":
        until = now() + Post.LIFETIME[Post.Kind(post.kind)]
        return _render(
            request, "renew", post, until=until, possible=post.state in (Post.State.OPEN, Post.State.EXPIRED)
        )
    seen = request.POST.get("version") == str(post.version)
    with suppress(Post.Moved):  # renewed already, or it no longer stands: the next page says which
        if seen:
            post.renew(author, version=post.version)
    return redirect("post-done", city, pk)


@never_cache
@require_safe
def done(request: HttpRequest, city: str, pk: UUID) -> HttpResponse:
    """What became of it, in a sentence, and what comes next."""
    post, _reader = _post_for(request, city, pk, Action.POST_READ_UNLISTED)
    return _render(request, "done", post)


@never_cache
@require_safe
def history(request: HttpRequest, city: str, pk: UUID) -> HttpResponse:
    """Everything that happened to it, for its author and the coordinators alone."""
    post, _reader = _post_for(request, city, pk, Action.POST_READ_UNLISTED)
    changes = [(change, earlier(change)) for change in post.changes.select_related("by")]
    return _render(request, "history", post, changes=changes, readings=exact_places.readings(post))


@never_cache
@page
def address(request: HttpRequest, city: str, pk: UUID) -> HttpResponse:
    """Where exactly it is: shown on request, and every request is noted."""
    post, reader = _post_for(request, city, pk, Action.POST_READ_EXACT_PLACE)
    place = exact_places.read(post, reader, exact_places.Why.ASKED) if request.method == "POST" else None
    return _render(request, "address", post, place=place, asked=request.method == "POST")


@never_cache
@require_safe
def mine(request: HttpRequest, city: str) -> HttpResponse:
    """A fragment: what is one's own on this city's board, with what was left unfinished."""
    here = city_or_404(city)
    author = cast(Resident, request.user)
    posts = Post.objects.written_by(author).filter(city=here).exclude(state=Post.State.WITHDRAWN)
    facts = {
        "city": here,
        "posts": posts.for_cards().order_by("-created_at")[:MOST_OF_MINE],
        "unfinished": drafts.unfinished(request, here),
    }
    return render(request, "mutual_aid/_mine.html", facts)


def _render(request: HttpRequest, name: str, post: Post, **facts: object) -> HttpResponse:
    is_author = post.author_id == request.user.pk
    facts = {"city": post.city, "post": post, "is_author": is_author, **facts}
    return render(request, f"mutual_aid/writing/{name}.html", facts)
