"""Taking part in a space and leaving it; who answers for a space and for a city."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from residents.entrance import SignedIn
from spaces.access import Action, gate, may
from spaces.cities import city_or_404
from spaces.models import Ban, City, CityRole, Membership, Space
from spaces.people.forms import Appointment, RoleForm

PER_PAGE = 50
form_page = require_http_methods(["GET", "HEAD", "POST"])


def _space_or_404(city: str, slug: str) -> Space:
    return get_object_or_404(Space.objects.select_related("city").defer("city__border"), city__slug=city, slug=slug)


def _somebody_was_first(request: HttpRequest) -> None:
    messages.info(request, _("Ci ha già pensato qualcun altro."))


@form_page
def join(request: SignedIn, city: str, slug: str) -> HttpResponse:
    """Taking part: what it means, one tap, and afterwards the same page says that you do."""
    space = _space_or_404(city, slug)
    gate(request, Action.SPACE_JOIN, space)
    if request.method == "POST":
        space.welcome(request.user)
        return redirect("space-join", city, slug)
    membership = space.memberships.filter(resident=request.user).first()
    return _space_page(request, "spaces/people_join.html", space, membership=membership)


@form_page
def leave(request: SignedIn, city: str, slug: str) -> HttpResponse:
    """Taking part no more. Nobody is asked why; the last coordinator reads who stands in."""
    space = _space_or_404(city, slug)
    gate(request, Action.SPACE_LEAVE, space)
    membership = space.memberships.filter(resident=request.user).first()
    if request.method == "POST" and membership:
        membership.delete()
        return redirect("space-leave", city, slug)
    return _space_page(request, "spaces/people_leave.html", space, membership=membership)


@form_page
def space_people(request: SignedIn, city: str, slug: str) -> HttpResponse:
    """Who takes part in a space and as what, who is suspended; and a form that adds somebody by their address."""
    space = _space_or_404(city, slug)
    gate(request, Action.SPACE_APPOINT, space)
    form = Appointment(request.POST or None, city=space.city, space=space)
    if request.method == "POST" and form.is_valid():
        membership = space.welcome(form.cleaned_data["resident"], form.cleaned_data["role"])
        return redirect("space-person", city, slug, membership.pk)
    people = Paginator(space.memberships.by_role().select_related("resident"), PER_PAGE)
    bans = space.bans.in_force().select_related("resident", "made_by").order_by("-made_at")
    return _space_page(
        request, "spaces/people.html", space, form=form, people=people.get_page(request.GET.get("page")), bans=bans
    )


@form_page
def person(request: SignedIn, city: str, slug: str, pk: int) -> HttpResponse:
    """One who takes part, and the role they have here."""
    space = _space_or_404(city, slug)
    gate(request, Action.SPACE_APPOINT, space)
    membership = get_object_or_404(space.memberships.select_related("resident"), pk=pk)
    form = RoleForm(request.POST or None, membership=membership)
    if request.method == "POST" and form.is_valid():
        return _change_role(request, membership, form.cleaned_data)
    ban = Ban.objects.in_force().on(membership.resident, space.city, space).first()
    return _space_page(request, "spaces/people_person.html", space, membership=membership, form=form, ban=ban)


def _change_role(request: SignedIn, membership: Membership, wish: dict[str, Any]) -> HttpResponse:
    space = membership.space
    try:
        membership.role = wish["seen"]
        membership.appoint(wish["role"])
    except Membership.Moved:
        _somebody_was_first(request)
    else:
        name, role = membership.resident.public_name, membership.get_role_display()
        messages.success(request, _("%(name)s, da adesso: %(role)s.") % {"name": name, "role": role})
    # Who gave their own office away may no longer read the list.
    if not may(request.user, Action.SPACE_APPOINT, space):
        return redirect("space-join", space.city.slug, space.slug)
    return redirect("space-people", space.city.slug, space.slug)


@require_POST
def lift_here(request: SignedIn, city: str, slug: str, pk: int) -> HttpResponse:
    """End somebody's suspension from a space."""
    space = _space_or_404(city, slug)
    gate(request, Action.SPACE_BAN, space)
    _lift(request, get_object_or_404(space.bans, pk=pk))
    return redirect("space-people", city, slug)


@form_page
def city_people(request: SignedIn, city: str) -> HttpResponse:
    """Who answers for the city, who is suspended in it; and, for administrators, a form that appoints."""
    found = city_or_404(city)
    gate(request, Action.CITY_BAN, found)
    form = None
    if may(request.user, Action.CITY_APPOINT, found):
        form = Appointment(request.POST or None, city=found)
    if request.method == "POST":
        gate(request, Action.CITY_APPOINT, found)
        if form and form.is_valid() and _appoint_in_city(request, found, form):
            return redirect("city-people", city)
    context = {
        "city": found,
        "form": form,
        "roles": found.roles.select_related("resident").order_by("role", "resident__name"),
        "bans": found.bans.in_force().select_related("resident", "space", "made_by").order_by("-made_at"),
        "spaces": found.spaces.only("name", "slug"),
    }
    return render(request, "spaces/people_city.html", context)


def _appoint_in_city(request: HttpRequest, city: City, form: Appointment) -> bool:
    resident, role = form.cleaned_data["resident"], form.cleaned_data["role"]
    try:
        city.appoint(resident, role)
    except CityRole.LastAdministrator:
        form.add_error("role", _last_administrator())
    except CityRole.Moved:
        _somebody_was_first(request)
    else:
        label = CityRole.Role(role).label
        messages.success(request, _("%(name)s, da adesso: %(role)s.") % {"name": resident.public_name, "role": label})
    return form.is_valid()


def _last_administrator() -> str:
    return _("È l’unica persona che amministra la città: prima serve qualcun altro che lo faccia.")


@require_POST
def end_city_role(request: SignedIn, city: str, pk: int) -> HttpResponse:
    """Take somebody's office in the city away."""
    found = city_or_404(city)
    gate(request, Action.CITY_APPOINT, found)
    role = get_object_or_404(found.roles.select_related("resident"), pk=pk)
    try:
        role.end()
    except CityRole.LastAdministrator:
        messages.error(request, _last_administrator())
    except CityRole.Moved:
        _somebody_was_first(request)
    else:
        messages.success(request, _("%(name)s non ha più un ruolo in città.") % {"name": role.resident.public_name})
    # Who gave their own office away may no longer read the list.
    return redirect("city-people", city) if may(request.user, Action.CITY_BAN, found) else redirect("me")


@require_POST
def lift_in_city(request: SignedIn, city: str, pk: int) -> HttpResponse:
    """End somebody's suspension, from the city or from one of its spaces."""
    found = city_or_404(city)
    gate(request, Action.CITY_BAN, found)
    _lift(request, get_object_or_404(found.bans, pk=pk))
    return redirect("city-people", city)


def _lift(request: SignedIn, ban: Ban) -> None:
    try:
        ban.lift(by=request.user)
    except Ban.Moved:
        _somebody_was_first(request)
    else:
        name = ban.resident.public_name
        messages.success(request, _("%(name)s può di nuovo scrivere e partecipare.") % {"name": name})


def _space_page(request: HttpRequest, template: str, space: Space, **context: Any) -> HttpResponse:
    desk = space if space.phone else None
    return render(request, template, {"city": space.city, "space": space, "desk": desk} | context)
