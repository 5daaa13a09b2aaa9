"""The gate in front of every view, and behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from spaces.access import ROUTES, TABLE, Role, Suspended, gated


class AccessMiddleware:
    """The gate in front of every view, and behind it: a route without a row does not open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        needed = request.META.get("filo.needed")
        # Redirections too: that is how a POST answers.
        if needed and response.status_code < 400 and needed not in request.META.get("filo.passed", ()):
            raise ImproperlyConfigured(f"a view answered without gate({needed})")
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name not in ROUTES:
            raise ImproperlyConfigured(f"the route {name!r} is missing from spaces.access.ROUTES")
        action = ROUTES[name]
        # Where strangers may, not even asking who it is: a public page touches no session.
        if Role.STRANGER not in TABLE[action] and not request.user.is_authenticated:
            return _to_sign_in(request)
        if gated(action):
            request.META["filo.needed"] = action
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Who is suspended reads why, until when and whom to call; any other refusal has its ordinary page."""
        if not isinstance(exception, Suspended):
            return None
        ban = exception.ban
        context = {"ban": ban, "city": ban.city, "desk": ban.space}
        return render(request, "spaces/suspended.html", context, status=403)


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Afterwards they are brought back to the page they wanted; a form they sent is not sent again by itself."""
    back = {"next": request.get_full_path()} if request.method in ("GET", "HEAD") else {}
    return redirect(reverse("sign-in", query=back))
