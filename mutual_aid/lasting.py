"""Until when a post stands. Days are the city's own: they end with its evening, wherever the server is."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.timezone import localdate

from spaces.models import City


def today(city: City) -> date:
    """The day it is in the city."""
    return localdate(timezone=ZoneInfo(city.time_zone))


def day_of(city: City, moment: datetime) -> date:
    """The city's day in which a moment falls."""
    return localdate(moment, timezone=ZoneInfo(city.time_zone))


def end_of_day(city: City, day: date) -> datetime:
    """The last second of a day in the city."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=ZoneInfo(city.time_zone))
