"""Reporting a post, reading what waits, deciding, suspending."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from moderation import decisions
from moderation.decisions import Decision, Rewritten
from moderation.forms import DecisionForm, Pointer, ReportForm, SuspensionForm
from moderation.models import Report
from moderation.queue import Waiting, desk_of, gravest_first, waiting_for
from mutual_aid.models import Post
from residents.entrance import SignedIn
from residents.limits import HOUR, Limit, TooMany, client
from residents.models import Resident
from spaces.access import Action, gate, may
from spaces.cities import city_or_404
from spaces.models import Ban, City, Membership, Space

REPORTS_PER_CLIENT = Limit("report-from", 5, HOUR)
REPORT_ONCE = Limit("report-of", 1, 24 * HOUR)
AT_ONCE = 50  # posts on one page of the queue
form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
def report(request: HttpRequest, city: str, pk: UUID) -> HttpResponse:
    """Six reasons and, for who wants, some words. Who tells us need not say who they are."""
    post = get_object_or_404(Post.objects.open().for_cards(), pk=pk, city__slug=city)
    gate(request, Action.POST_REPORT, post)
    form = ReportForm(request.POST or None)
    context = {"city": post.city, "post": post, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            _tell(request, post, form.cleaned_data["reason"], form.cleaned_data["words"])
        except TooMany:
            return render(request, "moderation/report_later.html", context, status=429)
        return redirect("report-thanks", city, pk)
    return render(request, "moderation/report.html", context)


def _tell(request: HttpRequest, post: Post, reason: str, words: str) -> None:
    """Keep a report. Who is signed in is counted by name, anybody else by where they knock from. Raises TooMany."""
    if request.user.is_authenticated:
        Report.objects.make(post, by=request.user, reason=reason, words=words)
        return
    who = client(request)
    try:
        once = REPORT_ONCE.take(f"{who} {post.pk}")
    except TooMany:
        return  # said already: answered like the first time
    try:
        REPORTS_PER_CLIENT.take(who)
    except TooMany:
        cache.delete(once)
        raise
    Report.objects.make(post, by=None, reason=reason, words=words)


@require_safe
def report_thanks(request: HttpRequest, city: str, pk: UUID) -> HttpResponse:
    """What happens next. The post may be gone from the board by now, so it is not named."""
    post = get_object_or_404(Post.objects.for_cards(), pk=pk, city__slug=city)
    return render(request, "moderation/report_thanks.html", {"city": post.city})


@require_safe
def queue(request: SignedIn, city: str) -> HttpResponse:
    """Everything that waits for this coordinator: the gravest first, then the oldest."""
    found = city_or_404(city)
    gate(request, Action.QUEUE_READ, desk_of(request.user, found))
    posts = waiting_for(request.user, found)
    waiting = [Waiting(post, DecisionForm(post=post)) for post in gravest_first(posts)[:AT_ONCE]]
    more = max(posts.count() - AT_ONCE, 0)
    return render(request, "moderation/queue.html", {"city": found, "waiting": waiting, "more": more})


@form_page
def decide(request: SignedIn, city: str, pk: UUID) -> HttpResponse:
    """One post on a page of its own, whether it waits or not, and a decision about it."""
    post = get_object_or_404(gravest_first(Post.objects.filter(city__slug=city)), pk=pk)
    gate(request, Action.QUEUE_DECIDE, post)
    form = DecisionForm(request.POST if request.method == "POST" else None, post=post)
    if form.is_valid():
        _carry_out(request, post, form)
        return redirect("queue", city)
    context = {"city": post.city, "item": Waiting(post, form), "form": form}
    return render(request, "moderation/decide.html", context, status=422 if form.errors else 200)


def _carry_out(request: SignedIn, post: Post, form: DecisionForm) -> None:
    try:
        decisions.decide(post, by=request.user, **form.cleaned_data)
    except Post.Moved:
        messages.info(request, _("Ci ha già pensato qualcun altro."))
    except Rewritten:
        messages.info(request, _("Nel frattempo chi l’ha scritto ci ha messo mano. Se è ancora qui, rileggilo."))
    else:
        messages.success(request, _said(Decision(form.cleaned_data["decision"]), post))


def _said(decision: Decision, post: Post) -> str:
    sentence = {
        Decision.APPROVE: _("«%(title)s» è sulla bacheca."),
        Decision.KEEP: _("«%(title)s» resta sulla bacheca."),
        Decision.HIDE: _("«%(title)s» non si vede più: aspetta qui una decisione."),
        Decision.REFUSE: _("«%(title)s» è rifiutato. Chi l’ha scritto legge perché."),
    }
    return sentence[decision] % {"title": post.title}


@form_page
def suspend_here(request: SignedIn, city: str, slug: str) -> HttpResponse:
    """Suspend somebody from one space."""
    space = get_object_or_404(Space.objects.select_related("city").defer("city__border"), city__slug=city, slug=slug)
    gate(request, Action.SPACE_BAN, space)
    return _suspend(request, space.city, space)


@form_page
def suspend_in_city(request: SignedIn, city: str) -> HttpResponse:
    """Suspend somebody from a whole city."""
    found = city_or_404(city)
    gate(request, Action.CITY_BAN, found)
    return _suspend(request, found, found)


def _suspend(request: SignedIn, city: City, place: City | Space) -> HttpResponse:
    space = place if isinstance(place, Space) else None
    resident = _pointed_at(request, place)
    form = SuspensionForm(request.POST or None, city=city, resident=resident)
    if request.method == "POST" and form.is_valid() and _suspended(request, form, place):
        messages.success(request, _("La sospensione di %(name)s vale da adesso.") % {"name": form.person.public_name})
        return redirect("space-people", city.slug, space.slug) if space else redirect("city-people", city.slug)
    context = {
        "city": city,
        "space": space,
        "resident": resident,
        "form": form,
        "in_city_too": space is not None and may(request.user, Action.CITY_BAN, city),
    }
    return render(request, "moderation/suspend.html", context)


def _pointed_at(request: HttpRequest, place: City | Space) -> Resident | None:
    """The author of the post, or who takes part, at whom the link points. Nobody from elsewhere can be pointed at."""
    pointer = Pointer(request.GET)
    if not pointer.is_valid():
        return None
    post, member = pointer.cleaned_data["post"], pointer.cleaned_data["membro"]
    if post:
        return Resident.objects.filter(posts__in=place.posts.filter(pk=post)).first()
    if member:
        here = {"space": place} if isinstance(place, Space) else {"space__city": place}
        return Resident.objects.filter(memberships__in=Membership.objects.filter(pk=member, **here)).first()
    return None


def _suspended(request: SignedIn, form: SuspensionForm, place: City | Space) -> bool:
    try:
        decisions.suspend(
            form.person,
            place,
            by=request.user,
            reason=form.cleaned_data["reason"],
            until=form.until,
            take_back=form.cleaned_data["take_back"],
        )
    except Ban.Already:
        form.add_error(None, _("È già sospesa da qui."))
    except Ban.Answers:
        form.add_error(None, _("Chi coordina o amministra non si sospende: prima va tolto il suo ruolo."))
    return form.is_valid()
