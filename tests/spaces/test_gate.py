"""The gate itself: what it lets pass, what it says, and that no answer leaves the house without it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from spaces import access
from spaces.access import ROUTES, Action, Person, Suspended, gate
from spaces.middleware import AccessMiddleware
from spaces.models import Ban


def request_of(person: Person, route: str = "board", method: str = "GET") -> HttpRequest:
    request = RequestFactory().generic(method, "/it/rovigo/")
    request.user = person
    request.resolver_match = SimpleNamespace(view_name=route)  # type: ignore[assignment]  # all that is asked of it
    return request


def test_it_opens_or_refuses_and_quotes_the_widest_ban(cast: SimpleNamespace) -> None:
    gate(request_of(cast.marta), Action.SPACE_BAN, cast.casa)
    with pytest.raises(PermissionDenied) as refused:
        gate(request_of(cast.elena), Action.SPACE_BAN, cast.casa)
    assert not isinstance(refused.value, Suspended)
    Ban.objects.create(city=cast.city, space=cast.casa, resident=cast.bruno, reason="Qui.")
    with pytest.raises(Suspended) as suspended:
        gate(request_of(cast.bruno), Action.SPACE_JOIN, cast.casa)
    assert suspended.value.ban.reason == "Ha offeso più volte"


@pytest.mark.parametrize("status", [200, 204, 302, 304])
@pytest.mark.parametrize("route", ["space-people", "space-join", "write", "queue-decide"])
def test_an_answer_that_nobody_gated_never_leaves_the_house(route: str, status: int, cast: SimpleNamespace) -> None:
    def answer(gated: bool) -> HttpResponse:
        request = request_of(cast.nives, route, "POST")

        def view(request: HttpRequest) -> HttpResponse:
            middleware.process_view(request)
            if gated:
                gate(request, ROUTES[route], cast.casa)
            return HttpResponse(status=status)

        middleware = AccessMiddleware(view)
        return middleware(request)

    assert answer(gated=True).status_code == status
    with pytest.raises(ImproperlyConfigured, match="without gate"):
        answer(gated=False)


def test_a_refusal_may_leave_ungated(cast: SimpleNamespace) -> None:
    """What is not found is not found before anybody asks who may."""

    def view(request: HttpRequest) -> HttpResponse:
        middleware.process_view(request)
        return HttpResponse(status=404)

    middleware = AccessMiddleware(view)
    assert middleware(request_of(cast.nives, "queue")).status_code == 404


def test_a_route_without_a_row_does_not_open(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    middleware = AccessMiddleware(lambda request: HttpResponse())
    assert middleware.process_view(request_of(cast.nives)) is None
    monkeypatch.delitem(access.ROUTES, "board")
    with pytest.raises(ImproperlyConfigured, match="missing"):
        middleware.process_view(request_of(cast.nives))
