"""Who may do what. One table; every view, fragment and file passes through it.

A person is several things at once to an object: anybody is a stranger, who signed in is a resident, who wrote a post is
its author, who coordinates its space or its city is that too. An action is allowed if one of these roles is in its row.
`tests/spaces/test_access.py` walks the whole table, and a route that is missing from `ROUTES` fails the build.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from spaces.models import Ban, City, CityRole, Membership, Space

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from residents.models import Resident


class Role(StrEnum):
    """What somebody is to an object."""

    STRANGER = "stranger"
    RESIDENT = "resident"
    BANNED = "banned"
    AUTHOR = "author"
    MEMBER = "member"
    HOST = "host"
    DESK = "desk"
    COORDINATOR = "coordinator"
    CITY_COORDINATOR = "city_coordinator"
    CITY_ADMINISTRATOR = "city_administrator"


class Action(StrEnum):
    """What somebody may want to do. The part before the dot is the kind of object."""

    BOARD_READ = "board.read"
    PLACES_READ = "places.read"
    SPACE_JOIN = "space.join"
    SPACE_APPOINT = "space.appoint"
    SPACE_BAN = "space.ban"
    CITY_APPOINT = "city.appoint"
    CITY_BAN = "city.ban"
    DESK_WELCOME = "desk.welcome"
    DRAFT_WRITE = "draft.write"
    POST_PUBLISH = "post.publish"
    POST_READ = "post.read"
    POST_READ_UNLISTED = "post.read_unlisted"
    POST_CHANGE = "post.change"
    POST_REPORT = "post.report"
    POST_READ_EXACT_PLACE = "post.read_exact_place"
    QUEUE_READ = "queue.read"
    QUEUE_DECIDE = "queue.decide"
    SELF_READ = "self.read"
    SELF_CHANGE = "self.change"
    DOOR_KNOCK = "door.knock"


_EVERYBODY = frozenset(Role) - {Role.BANNED}
_SIGNED_IN = frozenset(Role) - {Role.STRANGER, Role.BANNED}
_CITY_PEOPLE = frozenset({Role.CITY_COORDINATOR, Role.CITY_ADMINISTRATOR})
_COORDINATORS = _CITY_PEOPLE | {Role.COORDINATOR}

# A ban takes away what it is about (writing, joining, deciding), never reading, leaving or one's own data.
BANNED_MAY = frozenset(
    {
        Action.BOARD_READ,
        Action.PLACES_READ,
        Action.POST_READ,
        Action.POST_REPORT,
        Action.SELF_READ,
        Action.SELF_CHANGE,
        Action.DOOR_KNOCK,
        Action.POST_READ_UNLISTED,
    }
)

TABLE: dict[Action, frozenset[Role]] = {
    Action.BOARD_READ: _EVERYBODY,
    Action.PLACES_READ: _EVERYBODY,
    Action.SPACE_JOIN: _SIGNED_IN,
    Action.SPACE_APPOINT: _COORDINATORS,
    Action.SPACE_BAN: _COORDINATORS,
    Action.CITY_APPOINT: frozenset({Role.CITY_ADMINISTRATOR}),
    Action.CITY_BAN: _CITY_PEOPLE,
    Action.DESK_WELCOME: _COORDINATORS | {Role.DESK},
    Action.DRAFT_WRITE: _EVERYBODY,
    Action.POST_PUBLISH: _SIGNED_IN,
    Action.POST_READ: _EVERYBODY,
    Action.POST_READ_UNLISTED: _COORDINATORS | {Role.AUTHOR},
    Action.POST_CHANGE: frozenset({Role.AUTHOR}),
    Action.POST_REPORT: _EVERYBODY,
    Action.POST_READ_EXACT_PLACE: _COORDINATORS | {Role.AUTHOR},
    Action.QUEUE_READ: _COORDINATORS,
    Action.QUEUE_DECIDE: _COORDINATORS,
    Action.SELF_READ: _SIGNED_IN,
    Action.SELF_CHANGE: _SIGNED_IN,
    Action.DOOR_KNOCK: _EVERYBODY,
}


class Located(Protocol):
    """What an object must tell so that somebody's roles towards it can be found."""

    @property
    def city(self) -> City: ...
    @property
    def space(self) -> Space | None: ...


type Person = Resident | AnonymousUser
type Thing = Located | City | Space | None


def may(person: Person, action: Action, thing: Thing = None) -> bool:
    """Whether `person` may do `action` to `thing`: the only question about rights that is ever asked."""
    roles = roles_of(person, thing)
    if Role.BANNED in roles and action not in BANNED_MAY:
        return False
    return bool(TABLE[action] & roles)


def gate(request: HttpRequest, action: Action, thing: Thing = None) -> None:
    """Pass, or raise PermissionDenied. Views call it with the object in hand; the middleware sees that they did."""
    if not may(request.user, action, thing):
        raise PermissionDenied
    request.META.setdefault("filo.passed", set()).add(action)


def roles_of(person: Person, thing: Thing = None) -> frozenset[Role]:
    """Everything `person` is to `thing`; at most three queries."""
    if not person.is_authenticated:
        return frozenset({Role.STRANGER})
    roles = {Role.STRANGER, Role.RESIDENT}
    if thing is None:
        return frozenset(roles)
    city, space = _where(thing)
    roles |= _roles_in_city(person, city) | _roles_in_space(person, space)
    if getattr(thing, "author_id", None) == person.pk:
        roles.add(Role.AUTHOR)
    if _is_banned(person, city, space):
        roles.add(Role.BANNED)
    return frozenset(roles)


def _where(thing: Located | City | Space) -> tuple[City, Space | None]:
    match thing:
        case City():
            return thing, None
        case Space():
            return thing.city, thing
        case _:
            return thing.city, thing.space


def _roles_in_city(person: Resident, city: City) -> set[Role]:
    return {Role(role) for role in CityRole.objects.filter(city=city, resident=person).values_list("role", flat=True)}


def _roles_in_space(person: Resident, space: Space | None) -> set[Role]:
    if space is None:
        return set()
    mine = Membership.objects.filter(space=space, resident=person)
    return {Role(role) for role in mine.values_list("role", flat=True)}


def _is_banned(person: Resident, city: City, space: Space | None) -> bool:
    bans = Ban.objects.in_force().filter(resident=person, city=city)
    here = [None] if space is None else [None, space.pk]
    return any(where in here for where in bans.values_list("space", flat=True))


# What each route is for. A route that strangers may use opens at once; one for whoever is signed in asks them to sign in;
# for any other the view itself calls `gate` with its object, and an answer that was not gated never leaves the house.
ROUTES: dict[str, Action] = {
    # the board
    "board": Action.BOARD_READ,
    "board-map": Action.BOARD_READ,
    "filters": Action.BOARD_READ,
    "post": Action.POST_READ,
    "post-photo": Action.POST_READ,
    "post-own": Action.POST_READ_UNLISTED,
}


class AccessMiddleware:
    """The gate in front of every view, and behind it: a route without a row does not open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        needed = request.META.get("filo.needed")
        if needed and response.status_code < 300 and needed not in request.META.get("filo.passed", ()):
            raise ImproperlyConfigured(f"a view answered without gate({needed})")
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name not in ROUTES:
            raise ImproperlyConfigured(f"the route {name!r} is missing from spaces.access.ROUTES")
        action = ROUTES[name]
        if Role.STRANGER in TABLE[action]:
            return None  # not even asking who it is: a public page touches no session
        if not request.user.is_authenticated:
            return redirect(f"{reverse('sign-in')}?{urlencode({'next': request.get_full_path()})}")
        if Role.RESIDENT not in TABLE[action]:
            request.META["filo.needed"] = action
        return None
