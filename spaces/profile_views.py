"""My page: what is mine, who I am to my neighbours, and where I live."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from residents.entrance import SignedIn
from residents.models import Resident
from spaces.models import City, CityRole, Residence
from spaces.profile_forms import NeighbourhoodForm, ProfileForm

form_page = require_http_methods(["GET", "HEAD", "POST"])


def home_of(resident: Resident) -> Residence | None:
    homes = Residence.objects.filter(resident=resident).select_related("city", "neighbourhood")
    return homes.defer("city__border", "neighbourhood__border").first()


@require_safe
@never_cache
def me(request: SignedIn) -> HttpResponse:
    """What is mine, at a glance, and the way out."""
    home, has_key = home_of(request.user), get_adapter().has_passkey(request.user)
    roles = request.user.city_roles.select_related("city").defer("city__border")
    context = {
        "home_place": home,
        "city": home and home.city,
        "city_roles": roles,
        "memberships": request.user.memberships.select_related("space__city").defer("space__city__border"),
        "owes_key": not has_key and any(role.role == CityRole.Role.ADMINISTRATOR for role in roles),
        "locked_out_later": not has_key and not request.user.email,
    }
    return render(request, "spaces/me.html", context)


@form_page
@never_cache
def profile(request: SignedIn) -> HttpResponse:
    """Name and languages. The pages go on in the language that was chosen."""
    home = home_of(request.user)
    me = request.user
    known = {"name": me.name, "languages": me.languages, "interface_language": me.interface_language}
    form = ProfileForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        Resident.objects.filter(pk=me.pk).update(**form.cleaned_data)
        with translation.override(form.cleaned_data["interface_language"]):
            messages.success(request, _("Salvato."))
            return redirect("me")
    return render(request, "spaces/profile.html", {"form": form, "home_place": home, "city": home and home.city})


@form_page
@never_cache
def home(request: SignedIn) -> HttpResponse:
    """First the city, then the neighbourhood: it is what one says it is, whatever the map says."""
    city = City.objects.filter(slug=request.GET.get("citta", "").replace("\0", " ")).defer("border").first()
    mine = home_of(request.user)
    if city is None:
        cities = City.objects.only("name", "slug", "province")
        return render(request, "spaces/home_city.html", {"cities": cities, "home_place": mine})
    here = mine.neighbourhood_id if mine and mine.city_id == city.pk else None
    form = NeighbourhoodForm(request.POST or None, city=city, initial={"neighbourhood": here})
    if request.method == "POST" and form.is_valid():
        place = {"city": city, "neighbourhood": form.cleaned_data["neighbourhood"]}
        Residence.objects.update_or_create(resident=request.user, defaults=place)
        messages.success(request, _("Salvato."))
        return redirect("profile")
    return render(request, "spaces/home.html", {"form": form, "city": city, "back": reverse("my-home")})
