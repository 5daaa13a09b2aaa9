"""Pages that belong to no domain: the way in, what a city owes its people in writing, and when all fails."""

from __future__ import annotations

import re

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request
from django.views.decorators.http import require_safe

from spaces.models import City

SLUG = re.compile("[-a-z0-9]{1,80}")


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """To the list of cities, in the language the device asks for."""
    response = HttpResponseRedirect(f"/{get_language_from_request(request)}/")
    patch_vary_headers(response, ["Accept-Language"])
    return response


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "frontend/privacy.html", {"city": _city(request.GET.get("city", ""))})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "frontend/accessibility.html", {"city": _city(request.GET.get("city", ""))})


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the service worker shows when there is no network and it has kept no board."""
    return render(request, "frontend/problem.html", {"kind": "offline"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A view that raises BadRequest may give a sentence for the person."""
    words = str(exception) if isinstance(exception, BadRequest) else ""
    return _problem(request, 400, words=words)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open for too long, or cookies are off: nothing is lost if the person goes back."""
    return _problem(request, 403, kind="form")


def too_many(request: HttpRequest) -> HttpResponse:
    """For views that limit how often something may be tried."""
    return _problem(request, 429)


def broken(request: HttpRequest) -> HttpResponse:
    """Something of ours broke. It may be the database: so nothing here asks it, not even for what was just done."""
    context = {"kind": "500", "status": 500, "city": None, "personal": False}
    return render(request, "frontend/problem.html", context, status=500)


def _problem(request: HttpRequest, status: int, kind: str = "", words: str = "") -> HttpResponse:
    context = {"kind": kind or str(status), "status": status, "words": words, "city": _city_in(request.path_info)}
    return render(request, "frontend/problem.html", context, status=status)


def _city_in(path: str) -> City | None:
    """The city whose page was asked for, so that even here somebody's telephone number stands."""
    parts = path.split("/")
    return _city(parts[2]) if len(parts) > 3 else None


def _city(slug: str) -> City | None:
    """A city that may be there or not: what cannot be a slug is nobody's."""
    return City.objects.defer("border").filter(slug=slug).first() if SLUG.fullmatch(slug) else None
