"""What every page knows."""

import re
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_bidi

from residents.entrance import ON_THE_WAY
from spaces.access import ROUTES, Action
from spaces.models import City, Residence

# Pages that are the same for whoever opens them. They read no session, so what was just done is not told there.
PUBLIC = {Action.BOARD_READ, Action.PLACES_READ, Action.POST_READ}


class Language(NamedTuple):
    """A language of the house, and this page in it."""

    code: str
    name: str
    url: str


def page(request: HttpRequest) -> dict[str, Any]:
    """Nothing here asks the database or the session for a public page: those are the same for everybody."""
    action = ROUTES.get(route_name(request))
    personal = action is not None and action not in PUBLIC
    languages = [Language(code, name, in_language(request, code)) for code, name in settings.LANGUAGES]
    return {
        "LANGUAGE_CODE": get_language(),
        "direction": "rtl" if get_language_bidi() else "ltr",
        "home": f"{get_script_prefix()}{get_language()}/",
        "page_languages": languages,
        "language_name": dict(settings.LANGUAGES).get(get_language() or "", ""),
        "personal": personal,
        "city": SimpleLazyObject(partial(city_of, request)) if personal else None,
        "source_code": settings.SOURCE_URL,
    }


def city_of(request: HttpRequest) -> City | None:
    """The city of a page that names none, so that it still ends with a telephone near who reads it.

    Where they live; else, for who is on the way in, where they are going: to publish what they wrote, say.
    """
    if request.user.is_authenticated:
        homes = Residence.objects.filter(resident=request.user).select_related("city").defer("city__border")
        return next((home.city for home in homes), None)
    going = str(request.GET.get("next") or request.session.get(ON_THE_WAY, {}).get("next", ""))
    slug = re.match(r"/[a-z-]+/([-\w]+)/", going)
    return City.objects.filter(slug=slug[1]).defer("border").first() if slug else None


def route_name(request: HttpRequest) -> str:
    """The name of the route that answers; empty where none does."""
    return request.resolver_match.view_name if request.resolver_match else ""


def in_language(request: HttpRequest, code: str) -> str:
    """The address of the same page in another language: the first part of the path, and nothing else, changes."""
    first, _, rest = request.get_full_path().removeprefix(get_script_prefix()).partition("/")
    if first not in dict(settings.LANGUAGES):
        rest = ""
    return f"{get_script_prefix()}{code}/{rest}"
