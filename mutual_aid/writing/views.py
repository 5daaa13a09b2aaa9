"""The four pages on which a post is written, and its publication."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mutual_aid.categories import Category
from mutual_aid.holding import must_wait
from mutual_aid.models import Draft, Post
from mutual_aid.writing import drafts, photo
from mutual_aid.writing.composing import Unfinished, change, compose, publish, space_of
from mutual_aid.writing.notices import notices
from mutual_aid.writing.place import PlaceForm
from mutual_aid.writing.steps import UntilForm, WhatForm, WordsForm
from residents.languages import LANGUAGES
from residents.limits import TooMany
from spaces import location
from spaces.access import Action, gate, may
from spaces.cities import city_or_404

type Step = Callable[[HttpRequest, Draft], HttpResponseBase]


def step(view: Step) -> Callable[..., HttpResponseBase]:
    """A page of one draft, for whom it belongs to; after its publication it leads to the post. Others find nothing."""

    @wraps(view)
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def found(request: HttpRequest, city: str, pk: UUID) -> HttpResponseBase:
        here = city_or_404(city)
        gate(request, Action.DRAFT_WRITE)  # whoever may not publish may still read what they wrote
        if draft := drafts.find(request, here, pk):
            return view(request, draft)
        if post := _already_published(request, pk):
            return redirect("post-done", city, post.pk)
        raise Http404

    return found


def _already_published(request: HttpRequest, pk: UUID) -> Post | None:
    """What became of a draft that is no more: the post that took its id, or the one that it changed."""
    if not request.user.is_authenticated:
        return None
    ids = [pk]
    with suppress(ValueError):
        ids.append(UUID(request.POST.get("post", "")))
    return Post.objects.written_by(request.user).filter(pk__in=ids).first()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, city: str) -> HttpResponse:
    """Step 1 of a new post. What was left unfinished is offered first."""
    here = city_or_404(city)
    gate(request, Action.DRAFT_WRITE, here)
    form = WhatForm(request.POST if request.method == "POST" else None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            draft = drafts.begin(request, here)
        except TooMany:
            form.add_error(
                None, _("Da qui sono già cominciati tanti biglietti. Riprova fra un’ora, oppure prima entra.")
            )
        else:
            draft.put(**form.cleaned_data)
            return _go_on(draft)
    unfinished = drafts.unfinished(request, here) if request.method == "GET" else None
    return _page(request, "what", here, 1, form=form, categories=Category, unfinished=unfinished)


@step
def what(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Step 1 again."""
    form = WhatForm(request.POST if request.method == "POST" else None, initial=draft.fields)
    if request.method == "POST" and form.is_valid():
        draft.put(**form.cleaned_data)
        return _go_on(draft)
    return _page(request, "what", draft.city, 1, draft=draft, form=form, categories=Category)


@step
def words(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Step 2. A good picture is kept even if something else has to be put right: nobody chooses it twice."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = WordsForm(
        *sent,
        city=draft.city,
        kind=draft.fields.get("kind", Post.Kind.REQUEST),
        has_photo=bool(draft.photo),
        initial=_words_so_far(request, draft),
    )
    if request.method == "POST":
        valid = form.is_valid()
        _keep_picture(draft, form.cleaned_data)
        if valid:
            draft.put(**_words_to_keep(draft, form.cleaned_data))
            return _go_on(draft)
    return _page(request, "words", draft.city, 2, draft=draft, form=form)


def _words_so_far(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    if "title" in draft.fields:
        by_date = draft.fields["by_date"]
        return draft.fields | {"by_date": date.fromisoformat(by_date) if by_date else None}
    language = get_language() or draft.city.language
    speaks = request.user.languages if request.user.is_authenticated else []
    return {"language": language, "languages": speaks or [language]}


def _words_to_keep(draft: Draft, facts: dict[str, Any]) -> dict[str, Any]:
    space = facts.get("space")
    kept = {name: value for name, value in facts.items() if name not in ("photo", "remove_photo", "space")}
    kept["space"] = space.pk if space else None
    if draft.fields.get("precision") == Post.Precision.SPACE and kept["space"] != draft.fields.get("space"):
        kept |= {"cell": None, "precision": None}  # it stood at the space
    return kept


def _keep_picture(draft: Draft, facts: dict[str, Any]) -> None:
    if not facts.get("photo") and not facts.get("remove_photo"):
        return
    before, draft.photo = draft.photo.name, photo.keep(facts["photo"]) if facts.get("photo") else ""
    draft.save(update_fields=["photo"])
    photo.discard(before or "")


@step
def picture(request: HttpRequest, draft: Draft) -> FileResponse:
    """The picture of a draft, which nobody else sees."""
    if not draft.photo:
        raise Http404
    return FileResponse(draft.photo.open("rb"), content_type="image/webp")


@step
def place(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Step 3."""
    form = PlaceForm(request.POST if request.method == "POST" else None, draft=draft, space=space_of(draft))
    if request.method == "POST" and form.is_valid():
        draft.put(**form.cleaned_data)
        return _go_on(draft)
    return _page(request, "place", draft.city, 3, draft=draft, form=form)


@step
def check(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Step 4: exactly what others will see, and until when. A POST changes until when."""
    try:
        post = compose(draft)
    except Unfinished as unfinished:
        return _back_to(request, draft, unfinished)
    form = UntilForm(request.POST if request.method == "POST" else None, city=draft.city)
    if request.method == "POST" and form.is_valid():
        draft.put(until=form.cleaned_data["until"])
        return redirect("write-check", draft.city.slug, draft.pk)
    author = request.user if request.user.is_authenticated else None
    waits = must_wait(post, author) if author else post.space is not None and post.space.holds_first_posts
    shown = {
        "post": post,
        "picture": location.cell_picture(post.cell) if post.precision == Post.Precision.CELL else None,
        "notices": notices(post),
        "waits": waits and draft.post is None,
    }
    return _page(request, "check", draft.city, 4, draft=draft, form=form, **shown)


@step
def send(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Publish, or change what stands. Who is not signed in comes back to the preview with everything still there."""
    if request.method != "POST":
        return redirect("write-check", draft.city.slug, draft.pk)
    try:
        post = compose(draft)
        if not request.user.is_authenticated:
            back = reverse("write-check", args=[draft.city.slug, draft.pk])
            return redirect(reverse("sign-in", query={"next": back}))
        if not may(request.user, Action.POST_PUBLISH, post):
            messages.info(request, _("Quello che hai scritto è rimasto."))
        gate(request, Action.POST_PUBLISH, post)
        if draft.post:
            return _change(request, draft)
        publish(draft, request.user)
    except Unfinished as unfinished:
        return _back_to(request, draft, unfinished)
    except Draft.DoesNotExist:  # sent twice at once: the other one published it
        pass
    return redirect("post-done", draft.city.slug, post.pk)


def _change(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Save over what stands if it is what the author saw, or if they have seen what it is now and say so."""
    assert draft.post is not None and request.user.is_authenticated
    gate(request, Action.POST_CHANGE, draft.post)
    if request.POST.get("over") == str(draft.post.version):
        Draft.objects.filter(pk=draft.pk).update(post_version=draft.post.version)
    try:
        change(draft, request.user)
    except Post.Moved:
        now_stands = Post.objects.for_cards().get(pk=draft.post.pk)
        gone = now_stands.state in (Post.State.WITHDRAWN, Post.State.REMOVED)
        seen = {"draft": draft, "stands": now_stands, "mine": compose(draft), "gone": gone, "city": draft.city}
        return render(request, "mutual_aid/writing/conflict.html", seen, status=409)
    return redirect("post-done", draft.city.slug, draft.post_id)


def _go_on(draft: Draft) -> HttpResponse:
    """To the first step that still misses something, else to the preview."""
    try:
        compose(draft)
    except Unfinished as unfinished:
        return redirect(unfinished.step, draft.city.slug, draft.pk)
    return redirect("write-check", draft.city.slug, draft.pk)


def _back_to(request: HttpRequest, draft: Draft, unfinished: Unfinished) -> HttpResponse:
    if str(unfinished):
        messages.info(request, str(unfinished))
    return redirect(unfinished.step, draft.city.slug, draft.pk)


def _page(request: HttpRequest, name: str, city: Any, number: int, **facts: Any) -> HttpResponse:
    facts = {"draft": None, "city": city, "number": number, "steps": range(1, 5), "languages": LANGUAGES, **facts}
    return render(request, f"mutual_aid/writing/{name}.html", facts)
