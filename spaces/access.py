"""Who may do what. One table; every view, fragment and file passes through it.

A person is several things at once to an object: anybody is a stranger, who signed in is a resident, who wrote a post is
its author, who coordinates its space or its city is that too. An action is allowed if one of these roles is in its row.
`tests/spaces/test_access.py` walks the whole table, and a route that is missing from `ROUTES` fails the build.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

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
    SPACE_LEAVE = "space.leave"
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
    POST_WITHDRAW = "post.withdraw"
    POST_REPORT = "post.report"
    POST_READ_EXACT_PLACE = "post.read_exact_place"
    QUEUE_READ = "queue.read"
    QUEUE_DECIDE = "queue.decide"
    SELF_READ = "self.read"
    SELF_CHANGE = "self.change"
    DOOR_KNOCK = "door.knock"


_EVERYBODY = frozenset(Role) - {Role.BANNED}
_SIGNED_IN = _EVERYBODY - {Role.STRANGER}
_CITY_PEOPLE = frozenset({Role.CITY_COORDINATOR, Role.CITY_ADMINISTRATOR})
_COORDINATORS = _CITY_PEOPLE | {Role.COORDINATOR}
_AUTHOR = frozenset({Role.AUTHOR})

# A ban takes away writing, joining and every office; never reading, reporting, leaving or one's own data: in those rows
# BANNED stands too.
_EVEN_BANNED = frozenset({Role.BANNED})

TABLE: dict[Action, frozenset[Role]] = {
    Action.BOARD_READ: _EVERYBODY | _EVEN_BANNED,
    Action.PLACES_READ: _EVERYBODY | _EVEN_BANNED,
    Action.SPACE_JOIN: _SIGNED_IN,
    Action.SPACE_LEAVE: _SIGNED_IN | _EVEN_BANNED,
    Action.SPACE_APPOINT: _COORDINATORS,
    Action.SPACE_BAN: _COORDINATORS,
    Action.CITY_APPOINT: frozenset({Role.CITY_ADMINISTRATOR}),
    Action.CITY_BAN: _CITY_PEOPLE,
    Action.DESK_WELCOME: _COORDINATORS | {Role.DESK},
    Action.DRAFT_WRITE: _EVERYBODY,
    Action.POST_PUBLISH: _SIGNED_IN,
    Action.POST_READ: _EVERYBODY | _EVEN_BANNED,
    Action.POST_READ_UNLISTED: _COORDINATORS | _AUTHOR | _EVEN_BANNED,
    Action.POST_CHANGE: _AUTHOR,
    Action.POST_WITHDRAW: _AUTHOR | _EVEN_BANNED,
    Action.POST_REPORT: _EVERYBODY | _EVEN_BANNED,
    Action.POST_READ_EXACT_PLACE: _COORDINATORS | _AUTHOR | _EVEN_BANNED,
    Action.QUEUE_READ: _COORDINATORS,
    Action.QUEUE_DECIDE: _COORDINATORS,
    Action.SELF_READ: _SIGNED_IN | _EVEN_BANNED,
    Action.SELF_CHANGE: _SIGNED_IN | _EVEN_BANNED,
    Action.DOOR_KNOCK: _EVERYBODY | _EVEN_BANNED,
}


class Located(Protocol):
    """What an object must tell so that somebody's roles towards it can be found."""

    @property
    def city(self) -> City: ...
    @property
    def space(self) -> Space | None: ...


type Person = Resident | AnonymousUser
type Thing = Located | City | Space | None


class Suspended(PermissionDenied):
    """Refused because of a ban, which the page of refusal quotes: why, until when, and whom to call."""

    def __init__(self, ban: Ban) -> None:
        super().__init__("suspended")
        self.ban = ban


def may(person: Person, action: Action, thing: Thing = None) -> bool:
    """Whether `person` may do `action` to `thing`: the only question about rights that is ever asked."""
    roles, row = roles_of(person, thing), TABLE[action]
    if Role.BANNED in roles and Role.BANNED not in row:
        return False
    return bool(roles & row - {Role.BANNED})


def gate(request: HttpRequest, action: Action, thing: Thing = None) -> None:
    """Pass, or raise PermissionDenied. Views call it with the object in hand; the middleware sees that they did.

    Raises Suspended, a PermissionDenied, when a ban is what stands in the way.
    """
    if not may(request.user, action, thing):
        ban = _ban_on(request.user, thing)
        raise Suspended(ban) if ban else PermissionDenied
    request.META.setdefault("filo.passed", set()).add(action)


def roles_of(person: Person, thing: Thing = None) -> frozenset[Role]:
    """Everything `person` is to `thing`; at most three queries. Under a ban only what one wrote remains one's own."""
    if not person.is_authenticated:
        return frozenset({Role.STRANGER})
    roles = {Role.STRANGER, Role.RESIDENT}
    if thing is None:
        return frozenset(roles)
    if getattr(thing, "author_id", None) == person.pk:
        roles.add(Role.AUTHOR)
    if _ban_on(person, thing):
        return frozenset(roles | {Role.BANNED})
    city, space = _where(thing)
    return frozenset(roles | _roles_in_city(person, city) | _roles_in_space(person, space))


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


def _ban_on(person: Person, thing: Thing) -> Ban | None:
    """The ban that keeps `person` from `thing`: the city's, or that of the space."""
    if thing is None or not person.is_authenticated:
        return None
    city, space = _where(thing)
    return Ban.objects.in_force().on(person, city, space).select_related("city", "space").defer("city__border").first()


# What each route is for. A route that is everybody's opens at once; one for whoever is signed in asks them to sign in;
# for any other the view itself calls `gate` with its object, and an answer that was not gated never leaves the house.
ROUTES: dict[str, Action] = {
    # coming in and going out
    "sign-in": Action.DOOR_KNOCK,
    "sign-in-code": Action.DOOR_KNOCK,
    "sign-in-again": Action.DOOR_KNOCK,
    "sign-in-key": Action.DOOR_KNOCK,
    "sign-in-key-challenge": Action.DOOR_KNOCK,
    "sign-in-link": Action.DOOR_KNOCK,
    "sign-out": Action.DOOR_KNOCK,
    "erased": Action.DOOR_KNOCK,
    # one's own
    "me": Action.SELF_READ,
    "my-data": Action.SELF_READ,
    "profile": Action.SELF_CHANGE,
    "my-home": Action.SELF_CHANGE,
    "my-address": Action.SELF_CHANGE,
    "my-address-code": Action.SELF_CHANGE,
    "keys": Action.SELF_CHANGE,
    "key-challenge": Action.SELF_CHANGE,
    "remove-key": Action.SELF_CHANGE,
    "erase-me": Action.SELF_CHANGE,
    # the desk of a space
    "desk": Action.DESK_WELCOME,
    "desk-link": Action.DESK_WELCOME,
    # the way in, cities and places
    "root": Action.PLACES_READ,
    "manifest": Action.PLACES_READ,
    "worker": Action.PLACES_READ,
    "cities": Action.PLACES_READ,
    "privacy": Action.PLACES_READ,
    "accessibility": Action.PLACES_READ,
    "offline": Action.PLACES_READ,
    "city": Action.PLACES_READ,
    "city-ground": Action.PLACES_READ,
    "spaces": Action.PLACES_READ,
    "space": Action.PLACES_READ,
    # the board
    "board": Action.BOARD_READ,
    "board-map": Action.BOARD_READ,
    "filters": Action.BOARD_READ,
    "post": Action.POST_READ,
    "post-photo": Action.POST_READ,
    "post-own": Action.POST_READ_UNLISTED,
    # writing
    "write": Action.DRAFT_WRITE,
    "write-what": Action.DRAFT_WRITE,
    "write-words": Action.DRAFT_WRITE,
    "draft-photo": Action.DRAFT_WRITE,
    "write-place": Action.DRAFT_WRITE,
    "write-check": Action.DRAFT_WRITE,
    "write-publish": Action.DRAFT_WRITE,  # strangers are led to the door and back; then the view asks for post.publish
    "post-change": Action.POST_CHANGE,
    "post-withdraw": Action.POST_WITHDRAW,
    "post-renew": Action.POST_CHANGE,
    "post-done": Action.POST_READ_UNLISTED,
    "post-history": Action.POST_READ_UNLISTED,
    "post-address": Action.POST_READ_EXACT_PLACE,
    "mine": Action.SELF_READ,
    # reports and the queue
    "report": Action.POST_REPORT,
    "report-thanks": Action.POST_REPORT,
    "queue": Action.QUEUE_READ,
    "queue-decide": Action.QUEUE_DECIDE,
    # people of a space and of a city
    "space-join": Action.SPACE_JOIN,
    "space-leave": Action.SPACE_LEAVE,
    "space-people": Action.SPACE_APPOINT,
    "space-person": Action.SPACE_APPOINT,
    "space-ban-lift": Action.SPACE_BAN,
    "suspend-here": Action.SPACE_BAN,
    "city-people": Action.CITY_BAN,
    "city-role-end": Action.CITY_APPOINT,
    "city-ban-lift": Action.CITY_BAN,
    "suspend-in-city": Action.CITY_BAN,
}


def gated(action: Action) -> bool:
    """Whether the right to `action` hangs on the object (an office, authorship, a ban), so only the view can ask."""
    return not {Role.RESIDENT, Role.BANNED} <= TABLE[action]
