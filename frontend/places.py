"""Cities and their spaces, as everybody sees them. These pages ask neither the session nor who is looking."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.utils.timezone import now
from django.views.decorators.http import require_safe
from geopy.distance import geodesic

from mutual_aid.models import Post
from spaces import location
from spaces.cities import city_or_404
from spaces.models import Cell, City, Space

MANY = 999  # counting goes no further: a round «oltre 999» costs the same in a town and in a metropolis
A_FEW = 5  # posts on the page of a space; the board has them all


@require_safe
def cities(request: HttpRequest) -> HttpResponse:
    """Choose your city."""
    words = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:80]
    found = City.objects.only("name", "slug", "province", "lat", "lon")
    if words:
        found = found.filter(name__unaccent__icontains=words)
    return render(request, "frontend/cities.html", {"cities": found, "words": words})


@require_safe
def city(request: HttpRequest, city: str) -> HttpResponse:
    """What a city is here: its neighbourhoods, its spaces, how it works and who answers."""
    found = city_or_404(city)
    context = {
        "city": found,
        "neighbourhoods": [(area, location.cell_of_area(area)) for area in _neighbourhoods(found)],
        "spaces": found.spaces.prefetch_related("opening_hours"),
        "at": now(),
        "requests": _how_many(found, Post.Kind.REQUEST),
        "offers": _how_many(found, Post.Kind.OFFER),
        "many": MANY,
    }
    return render(request, "frontend/city.html", context)


def _neighbourhoods(city: City) -> list[Any]:
    areas = list(city.neighbourhoods.defer("border"))
    for area in areas:
        area.city = city
    return areas


def _how_many(city: City, kind: Post.Kind) -> int:
    return Post.objects.open().filter(city=city, kind=kind).order_by()[: MANY + 1].count()


@require_safe
def ground(request: HttpRequest, city: str) -> JsonResponse:
    """GeoJSON of what the map draws under the posts: outline, cells, names. It seldom changes."""
    response = JsonResponse(location.map_of(city_or_404(city)))
    patch_cache_control(response, public=True, max_age=3600)
    return response


@require_safe
def spaces(request: HttpRequest, city: str) -> HttpResponse:
    """Where neighbours meet: the nearest first if the page knows from where, else by name."""
    found = city_or_404(city)
    near = _near(found, request.GET.get("near", ""))
    all_spaces = list(found.spaces.select_related("cell").prefetch_related("opening_hours"))
    if near:
        all_spaces.sort(key=lambda space: _metres(near, space))
    context = {"city": found, "near": near, "spaces": all_spaces, "at": now()}
    return render(request, "spaces/spaces.html", context)


def _near(city: City, index: str) -> Cell | None:
    """The zone in the address; one that is not of this city is as none."""
    try:
        return location.cell_row(city, index) if index else None
    except location.UnknownCell:
        return None


def _metres(near: Cell, space: Space) -> float:
    """How far a space is; online rooms come after all places."""
    if space.lat is None or space.lon is None:
        return float("inf")
    return float(geodesic((near.lat, near.lon), (space.lat, space.lon)).meters)


@require_safe
def space(request: HttpRequest, city: str, slug: str) -> HttpResponse:
    """One space: when it is open, how one gets in, who answers, and what people ask and offer there."""
    found = get_object_or_404(_whole_spaces(), city__slug=city, slug=slug)
    posts = Post.objects.open().filter(space=found).order_by("-published_at", "id").for_cards()
    context = {
        "city": found.city,
        "space": found,
        "desk": found if found.phone else None,
        "near": found if found.lat is not None else None,
        "at": now(),
        "posts": posts[:A_FEW],
    }
    return render(request, "spaces/space.html", context)


def _whole_spaces() -> Any:
    return Space.objects.select_related("city", "cell").defer("city__border").prefetch_related("opening_hours")
