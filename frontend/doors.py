"""What stands on the door of a space: whether it is open, its week, and how one gets in."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from frontend.words import weekday
from spaces.models import OpeningHours, Space


class Door(NamedTuple):
    """Until when it is open, or when it opens, as words; both empty where nobody knows."""

    until: str = ""
    next: str = ""


def door(space: Space, at: datetime) -> Door:
    """By the clock of the city the space is in."""
    if until := space.open_until(at):
        return Door(until=clock(until))
    opens = space.opens_next(at)
    return Door(next=_when_it_opens(opens, at.astimezone(ZoneInfo(space.city.time_zone)))) if opens else Door()


def _when_it_opens(opens: datetime, at: datetime) -> str:
    facts = {"day": weekday(opens.weekday()), "hour": clock(opens)}
    match (opens.date() - at.date()).days:
        case 0:
            return _("Chiuso, apre alle %(hour)s") % facts
        case 1:
            return _("Chiuso, apre domani alle %(hour)s") % facts
        case _:
            return _("Chiuso, apre %(day)s alle %(hour)s") % facts


def clock(at: datetime) -> str:
    """«9:00»"""
    return f"{at.hour}:{at:%M}"


class Day(NamedTuple):
    """A day of the week at a space."""

    name: str
    hours: list[OpeningHours]
    today: bool


def week(space: Space, at: datetime) -> list[Day]:
    """Monday first."""
    today = at.astimezone(ZoneInfo(space.city.time_zone)).weekday()
    hours = list(space.opening_hours.all())
    return [Day(weekday(n), [stretch for stretch in hours if stretch.weekday == n], n == today) for n in range(7)]


class Comfort(NamedTuple):
    """Something that lets somebody in. Where nobody looked yet, `there` is None: it is not the same as no."""

    icon: str
    label: str
    there: bool | None


def comforts(space: Space) -> list[Comfort]:
    return [
        Comfort("ramp", _("Ingresso senza gradini"), space.step_free),
        Comfort("wheel", _("Bagno per chi usa la carrozzina"), space.accessible_toilet),
        Comfort("ear", _("Anello magnetico per chi sente poco"), space.hearing_loop),
        Comfort("car", _("Parcheggio riservato"), space.reserved_parking),
    ]
