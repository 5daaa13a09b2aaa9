"""The desk of a space: who has no e-mail is welcomed by a person, and goes home with a key on their own phone."""

from __future__ import annotations

from typing import Any

import segno
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from residents.models import Resident, SigninLink
from spaces.access import Action, gate
from spaces.models import Membership, Residence, Space
from spaces.profile_forms import WelcomeForm

DAY = 24 * 60 * 60
QUIET_ZONE = 4  # modules of white around the QR, without which telephones do not find it
MODULE = 6  # pixels


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def desk(request: HttpRequest, city: str, slug: str) -> HttpResponse:
    """A form for who is standing there, and the few who were welcomed and have not come in yet."""
    space = _space_behind_gate(request, city, slug)
    form = WelcomeForm(request.POST or None, city=space.city)
    if request.method == "POST" and form.is_valid():
        resident = _welcomed(space, form)
        return show_link(request, space, resident) if resident else redirect("desk", city, slug)
    context = {"form": form, "space": space, "city": space.city, "waiting": waiting_for(space)}
    return render(request, "spaces/desk.html", context)


@require_POST
@never_cache
def desk_link(request: HttpRequest, city: str, slug: str, pk: int) -> HttpResponse:
    """Another link for somebody whose first one was lost before they came in."""
    space = _space_behind_gate(request, city, slug)
    return show_link(request, space, get_object_or_404(waiting_for(space), pk=pk))


def waiting_for(space: Space) -> QuerySet[Resident]:
    """Who was welcomed here and never came in. Only for them may the desk make a link: nobody is impersonated.

    Nor does a link give the desk an office that somebody was appointed to in the meantime.
    """
    newcomers = Resident.objects.filter(email=None, last_login=None, city_roles=None)
    offices = Membership.objects.exclude(role=Membership.Role.MEMBER).values("resident")
    return newcomers.filter(memberships__space=space).exclude(pk__in=offices).order_by("-joined_at")


def show_link(request: HttpRequest, space: Space, resident: Resident) -> HttpResponse:
    """The page with the QR, to be scanned or printed. It is shown once; the newest link is the only good one."""
    SigninLink.objects.filter(resident=resident, used_at=None).delete()
    with translation.override(resident.interface_language):
        path = reverse("sign-in-link", args=[SigninLink.make(resident, enrols_passkey=True)])
    address = request.build_absolute_uri(path)
    context = {"space": space, "city": space.city, "resident": resident, "address": address}
    return render(request, "spaces/desk_link.html", {**context, **qr(address)})


def qr(text: str) -> dict[str, Any]:
    """`size`: its side in modules, quiet zone included; `pixels`: on screen; `dark`: the drawing, as an SVG path."""
    rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=QUIET_ZONE))
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return {"size": len(rows), "dark": "".join(dark), "pixels": len(rows) * MODULE}


def _space_behind_gate(request: HttpRequest, city: str, slug: str) -> Space:
    spaces = Space.objects.select_related("city").defer("city__border")
    space = get_object_or_404(spaces, city__slug=city, slug=slug)
    gate(request, Action.DESK_WELCOME, space)
    return space


def _welcomed(space: Space, form: WelcomeForm) -> Resident | None:
    """The new resident, a member here; sent again, the form finds the same one. None while the first is under way."""
    slot = f"desk:{form.cleaned_data['key']}"
    if not cache.add(slot, 0, DAY):
        return waiting_for(space).filter(pk=cache.get(slot, 0)).first()
    with transaction.atomic():
        names = ("name", "languages", "interface_language")
        resident = Resident.objects.welcome(**{name: form.cleaned_data[name] for name in names})
        Residence.objects.create(resident=resident, city=space.city, neighbourhood=form.cleaned_data["neighbourhood"])
        space.welcome(resident)
    cache.set(slot, resident.pk, DAY)
    return resident
