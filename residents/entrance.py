"""Coming in and going out: what the browser's session remembers on the way, and what it is told afterwards.

Whatever else stands in the session of who was a stranger (drafts, above all) is still there once they are in.
"""

from __future__ import annotations

import time

from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from residents.models import Resident, SigninCode

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
COOKIE = "filo_in"  # tells a public page's script that there is something of one's own to fetch; it names nobody
PATIENCE = 15 * 60  # seconds between the first proof and the second
ON_THE_WAY, HALF_IN = "signin", "signin.half"


class SignedIn(HttpRequest):
    """A request behind the gate: somebody is signed in."""

    user: Resident


def safe_next(wanted: str | None) -> str:
    """Where to go afterwards: a page of ours, else one's own page."""
    if wanted and wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def expect(request: HttpRequest, code: SigninCode, destination: str) -> None:
    """Remember which code this browser waits for; the address itself does not stand in the session."""
    request.session[ON_THE_WAY] = {"code": str(code.pk), "next": destination}


def expected(request: HttpRequest) -> tuple[SigninCode | None, str]:
    """The code this browser waits for, if any, and where it leads."""
    waiting = request.session.get(ON_THE_WAY, {})
    code = SigninCode.objects.filter(pk=waiting["code"]).first() if waiting else None
    return code, safe_next(waiting.get("next"))


def let_in(request: HttpRequest, resident: Resident, destination: str) -> HttpResponseRedirect:
    """After a code: sign in, or ask for the passkey of who must show it too (the adapter knows who)."""
    request.session.pop(ON_THE_WAY, None)
    if get_adapter().is_mfa_enabled(resident):
        request.session[HALF_IN] = {"resident": resident.pk, "next": destination, "at": time.time()}
        return redirect("sign-in-key")
    return sign_in(request, resident, destination)


def half_in(request: HttpRequest) -> tuple[Resident | None, str]:
    """Who has shown their code here and still owes the passkey, and where they want to go."""
    half = request.session.get(HALF_IN, {})
    fresh = half and time.time() - half["at"] < PATIENCE
    resident = Resident.objects.filter(pk=half["resident"]).first() if fresh else None
    return resident, safe_next(half.get("next"))


def sign_in(request: HttpRequest, resident: Resident, destination: str) -> HttpResponseRedirect:
    request.session.pop(ON_THE_WAY, None)
    request.session.pop(HALF_IN, None)
    login(request, resident, backend=BACKEND)
    response = HttpResponseRedirect(destination)
    response.set_cookie(
        COOKIE, "1", max_age=settings.SESSION_COOKIE_AGE, samesite="Lax", secure=bool(settings.SESSION_COOKIE_SECURE)
    )
    return response


def sign_out(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    logout(request)
    response.delete_cookie(COOKIE, samesite="Lax")
    return response
