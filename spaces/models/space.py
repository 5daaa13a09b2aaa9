"""A space: a real place or an online room where neighbours meet."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from geopy.distance import geodesic

from residents.languages import LANGUAGES
from spaces.models.city import Cell, City

if TYPE_CHECKING:
    from residents.models import Resident
    from spaces.models.people import Ban, Membership


END_OF_DAY = time(23, 59)  # from then on a stretch lasts until midnight, where the next day's may go on


END_OF_DAY = time(23, 59)  # from then on a stretch lasts until midnight, where the next day's may go on


class SpaceQuerySet(models.QuerySet["Space"]):
    """Spaces, by what one needs them for."""

    def who_answers(self, city: City, lat: float, lon: float) -> Space | None:
        """The nearest space of the city that has a telephone: somebody to talk to."""
        here = (lat, lon)
        answering = self.filter(city=city, kind=Space.Kind.PHYSICAL).exclude(phone="")
        return min(answering, key=lambda space: geodesic(here, (space.lat, space.lon)), default=None)


class Space(models.Model):
    """Physical: address, opening hours, accessibility. Virtual: a link. Its address is public, unlike a home."""

    class Kind(models.TextChoices):
        PHYSICAL = "physical", _("Luogo")
        VIRTUAL = "virtual", _("Stanza online")

    city = models.ForeignKey(City, models.CASCADE, related_name="spaces")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PHYSICAL)
    about = models.TextField(max_length=1000, blank=True)
    run_by = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=160, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    cell = models.ForeignKey(Cell, models.PROTECT, null=True, blank=True, related_name="+")
    link = models.URLField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    phone_hours = models.CharField(max_length=120, blank=True)
    languages = ArrayField(models.CharField(max_length=8, choices=LANGUAGES), default=list, blank=True)
    step_free = models.BooleanField(null=True, blank=True)
    accessible_toilet = models.BooleanField(null=True, blank=True)
    hearing_loop = models.BooleanField(null=True, blank=True)
    reserved_parking = models.BooleanField(null=True, blank=True)
    holds_first_posts = models.BooleanField(default=False, help_text="first posts of new people wait for a coordinator")

    objects = SpaceQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(fields=["city", "slug"], name="one_space_of_a_name_per_city"),
            models.CheckConstraint(
                condition=~Q(kind="physical")
                | (~Q(address="") & Q(lat__isnull=False, lon__isnull=False, cell__isnull=False)),
                name="a_physical_space_has_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    # Hours are those of the city's clock, so that summer time changes nothing that stands on the door.

    def is_open(self, at: datetime) -> bool:
        """Whether the door is open at a moment (with its time zone)."""
        return self.open_until(at) is not None

    def open_until(self, at: datetime) -> datetime | None:
        """When the door closes that is open now; None if it is closed. Past midnight if the next day goes on."""
        here = self._on_the_clock(at)
        stretch = next((hours for hours in self.opening_on(here) if hours.holds(here.time())), None)
        if stretch is None:
            return None
        if not stretch.lasts_until_midnight:
            return self._at(here, stretch.closes)
        tomorrow = here + timedelta(days=1)
        goes_on = next((hours for hours in self.opening_on(tomorrow) if hours.opens == time.min), None)
        return self._at(tomorrow, goes_on.closes if goes_on else time.min)

    def opens_next(self, at: datetime) -> datetime | None:
        """When a closed door opens again, within a week; None if it never does."""
        here = self._on_the_clock(at)
        for days in range(8):
            on = here + timedelta(days=days)
            for hours in self.opening_on(on):
                if days or hours.opens > here.time():
                    return self._at(on, hours.opens)
        return None

    def opening_today(self, at: datetime) -> list[OpeningHours]:
        """Today's stretches, by the city's clock."""
        return self.opening_on(self._on_the_clock(at))

    def opening_on(self, day: datetime) -> list[OpeningHours]:
        """The stretches of a day of the week, the earliest first. No query if `opening_hours` are prefetched."""
        return [hours for hours in self.opening_hours.all() if hours.weekday == day.weekday()]

    def _on_the_clock(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.city.time_zone))

    def _at(self, day: datetime, clock: time) -> datetime:
        return datetime.combine(day.date(), clock, day.tzinfo)

    def welcome(self, resident: Resident, role: str = "member") -> Membership:
        """`resident` takes part from now, as `role`; who does already stays what they are."""
        return self.memberships.get_or_create(resident=resident, defaults={"role": role})[0]

    def ban(self, resident: Resident, *, by: Resident, reason: str, until: datetime | None = None) -> Ban:
        """Nothing more of `resident`'s here, until then or for good. Raises Ban.Answers, Ban.Already."""
        return self.bans.impose(resident, self.city, self, by=by, reason=reason, until=until)


class OpeningHours(models.Model):
    """One stretch of a week in which a space is open, in the city's time zone."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday")
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="a_week_has_seven_days"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="a_space_closes_after_it_opens"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens}–{self.closes}"

    @property
    def lasts_until_midnight(self) -> bool:
        return self.closes >= END_OF_DAY

    def holds(self, clock: time) -> bool:
        return self.opens <= clock and (self.lasts_until_midnight or clock < self.closes)
