"""The board, and one post. A public page is the same for everybody: it never asks who is looking."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mutual_aid import board as boards
from mutual_aid.categories import Category
from mutual_aid.filters import Filters
from mutual_aid.models import Post
from residents.languages import language_choices
from spaces import location
from spaces.access import Action, gate, may
from spaces.cities import city_or_404
from spaces.models import Space


@require_safe
def board(request: HttpRequest, city: str) -> HttpResponse:
    """Who near you asks and who offers; with htmx only the list, to be put under the one that stands."""
    filters = Filters.read(city_or_404(city), request.GET)
    problems = list(filters.problems)
    try:
        cursor = boards.Cursor.read(request.GET["cursor"]) if "cursor" in request.GET else None
        page = boards.page(filters, cursor)
    except boards.ForgedCursor:
        problems.append(_("Non troviamo il punto da cui continuare. Ecco la bacheca dall’inizio."))
        page = boards.page(filters)
    context = {
        "city": filters.city,
        "filters": filters,
        "page": page,
        "problems": problems,
        "next_url": filters.url(cursor=str(page.next)) if page.next else None,
        "wider": None if page.posts else boards.wider(filters),
        "category": Category(filters.category) if filters.category else None,
        "neighbourhoods": _neighbourhood_counts(filters) if filters.view == "map" else None,
    }
    return render(request, "mutual_aid/board.html", context)


def _neighbourhood_counts(filters: Filters) -> list[dict[str, Any]]:
    """The map in words: for each neighbourhood its counts, and the board around it."""
    counts = boards.counts_by_cell(filters)
    rows: dict[str, dict[str, Any]] = {}
    for cell in filters.city.cells.filter(pk__in=counts).select_related("neighbourhood").order_by("index"):
        cell.city = filters.city
        row = rows.setdefault(cell.place_name, {"name": cell.place_name, "requests": 0, "offers": 0})
        row["requests"] += counts[cell.pk][Post.Kind.REQUEST]
        row["offers"] += counts[cell.pk][Post.Kind.OFFER]
        row.setdefault("url", filters.but(near=cell, view="list").url())
    return sorted(rows.values(), key=lambda row: str(row["name"]))


@require_safe
def filters(request: HttpRequest, city: str) -> HttpResponse:
    """Every filter on a page of its own: a plain form that leads back to the board."""
    chosen = Filters.read(city_or_404(city), request.GET)
    neighbourhoods = chosen.city.neighbourhoods.defer("border")
    context = {
        "city": chosen.city,
        "filters": chosen,
        "categories": Category,
        "languages": language_choices(),
        "radii": location.RADII,
        "spaces": chosen.city.spaces.all(),
        "zones": [(area, location.cell_of_area(area)) for area in neighbourhoods],
    }
    return render(request, "mutual_aid/filters.html", context)


@require_safe
def board_map(request: HttpRequest, city: str) -> JsonResponse:
    """GeoJSON of the cells in which something stands, with their counts."""
    filters = Filters.read(city_or_404(city), request.GET)
    counts = boards.counts_by_cell(filters)
    cells = filters.city.cells.filter(pk__in=counts).select_related("neighbourhood").order_by("index")
    return JsonResponse(
        {"type": "FeatureCollection", "features": [_feature(filters, cell, counts[cell.pk]) for cell in cells]}
    )


def _feature(filters: Filters, cell: Any, count: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(cell.lon, 5), round(cell.lat, 5)]},
        "properties": {
            "cell": cell.index,
            "name": cell.neighbourhood.name if cell.neighbourhood else filters.city.name,
            "requests": count[Post.Kind.REQUEST],
            "offers": count[Post.Kind.OFFER],
            "url": filters.but(near=cell, view="list").url(),
        },
    }


@require_safe
def post(request: HttpRequest, city: str, pk: UUID) -> HttpResponse:
    """One post, as everybody sees it. One that stands no more says so, kindly, and only its own people read on."""
    found = _post_or_404(city, pk)
    if not found.is_open and not may(request.user, Action.POST_READ_UNLISTED, found):
        if found.state in (Post.State.PENDING, Post.State.REMOVED):
            raise Http404
        return render(request, "mutual_aid/post_gone.html", {"city": found.city, "post": found}, status=410)
    context = {
        "city": found.city,
        "post": found,
        "picture": location.cell_picture(found.cell) if found.precision == Post.Precision.CELL else None,
        "desk": _desk(found),
    }
    return render(request, "mutual_aid/post.html", context)


def _desk(post: Post) -> Space | None:
    """Who answers the telephone for a post: its own space, else the nearest."""
    if post.space and post.space.phone:
        return post.space
    return Space.objects.who_answers(post.city, post.cell.lat, post.cell.lon)


@require_safe
def photo(request: HttpRequest, city: str, pk: UUID) -> FileResponse:
    """The picture of a post, for whom may see it. Kept for minutes only: a hidden post takes its picture along."""
    found = _post_or_404(city, pk)
    if not found.photo or (not found.is_open and not may(request.user, Action.POST_READ_UNLISTED, found)):
        raise Http404
    response = FileResponse(found.photo.open("rb"), content_type="image/webp")
    patch_cache_control(response, **({"public": True, "max_age": 300} if found.is_open else {"no_store": True}))
    return response


@require_safe
@never_cache
def own(request: HttpRequest, city: str, pk: UUID) -> HttpResponse:
    """What only the author and the coordinators find under a post: fetched by the page, which is the same for all."""
    found = _post_or_404(city, pk)
    gate(request, Action.POST_READ_UNLISTED, found)
    last_word = found.changes.exclude(why="").last()
    context = {
        "city": found.city,
        "post": found,
        "is_author": found.author_id == request.user.pk,
        "why": last_word.why if last_word else "",
    }
    return render(request, "mutual_aid/_post_own.html", context)


def _post_or_404(city: str, pk: UUID) -> Post:
    return get_object_or_404(Post.objects.for_cards().select_related("author"), pk=pk, city__slug=city)
