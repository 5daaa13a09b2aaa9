"""What a person is to a place: where they live, where they belong, what they may do, and when they may not."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, F, Q, When
from django.db.models.functions import Lower
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from spaces.models.city import City, Neighbourhood
from spaces.models.space import Space

if TYPE_CHECKING:
    from residents.models import Resident


class Residence(models.Model):
    """A person's city and neighbourhood: what they say it is, never derived from a point."""

    resident = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="residence")
    city = models.ForeignKey(City, models.CASCADE, related_name="+")
    neighbourhood = models.ForeignKey(Neighbourhood, models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.resident_id} lives in {self.city_id}"


class Moved(Exception):
    """Somebody else changed the row first: it is no longer what the verb starts from."""


class MembershipQuerySet(models.QuerySet["Membership"]):
    def coordinators(self) -> Self:
        return self.filter(role=Membership.Role.COORDINATOR)

    def by_role(self) -> Self:
        """Who answers for most first, then by name."""
        highest_first = [When(role=role, then=place) for place, role in enumerate(reversed(Membership.Role.values))]
        return self.order_by(Case(*highest_first), Lower("resident__name"), "pk")


class Membership(models.Model):
    """Who belongs to a space, and as what."""

    class Role(models.TextChoices):
        MEMBER = "member", _("Partecipa")
        HOST = "host", _("Accoglie")
        DESK = "desk", _("Sta allo sportello")
        COORDINATOR = "coordinator", _("Coordina")

    Moved = Moved

    space = models.ForeignKey(Space, models.CASCADE, related_name="memberships")
    resident = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "resident"], name="one_membership_per_person_and_space"),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id}: {self.role} of {self.space_id}"

    @property
    def is_last_coordinator(self) -> bool:
        """Whether the space would be without, so that the people of the city stand in."""
        others = Membership.objects.filter(space=self.space_id).coordinators().exclude(pk=self.pk)
        return self.role == self.Role.COORDINATOR and not others.exists()

    def appoint(self, role: str) -> None:
        """Give the person another role here. Raises Moved if it is no longer the one we believed."""
        if not Membership.objects.filter(pk=self.pk, role=self.role).update(role=role):
            raise self.Moved
        self.role = role


class CityRole(models.Model):
    """Who answers for a whole city."""

    class Role(models.TextChoices):
        COORDINATOR = "city_coordinator", _("Coordina la città")
        ADMINISTRATOR = "city_administrator", _("Amministra la città")

    class LastAdministrator(Exception):
        """A city is never left without anybody who administers it."""

    Moved = Moved

    city = models.ForeignKey(City, models.CASCADE, related_name="roles")
    resident = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="city_roles")
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "resident"], name="one_role_per_person_and_city")]

    def __str__(self) -> str:
        return f"{self.resident_id}: {self.role} of {self.city_id}"

    @transaction.atomic
    def appoint(self, role: str) -> None:
        """Change the role. Raises Moved if it is no longer the one we believed, and LastAdministrator."""
        self._leave_somebody_who_administers()
        if not CityRole.objects.filter(pk=self.pk, role=self.role).update(role=role):
            raise self.Moved
        self.role = role

    @transaction.atomic
    def end(self) -> None:
        """Take the role away. Raises Moved if it is no longer the one we believed, and LastAdministrator."""
        self._leave_somebody_who_administers()
        if not CityRole.objects.filter(pk=self.pk, role=self.role).delete()[0]:
            raise self.Moved

    def _leave_somebody_who_administers(self) -> None:
        """Two administrators who remove each other at once would leave nobody: so their rows are locked together."""
        if self.role != self.Role.ADMINISTRATOR:
            return
        administrators = CityRole.objects.filter(city=self.city_id, role=self.role).order_by("pk").select_for_update()
        if [role.pk for role in administrators] == [self.pk]:
            raise self.LastAdministrator


class BanQuerySet(models.QuerySet["Ban"]):
    def in_force(self) -> Self:
        return self.filter(lifted_at=None).filter(Q(until=None) | Q(until__gt=now()))

    def on(self, resident: Resident, city: City, space: Space | None = None) -> Self:
        """Those that keep `resident` from the city, or from this space of it; the widest first."""
        here = Q(space=None) | Q(space=space) if space else Q(space=None)
        return self.filter(here, resident=resident, city=city).order_by(F("space").asc(nulls_first=True))

    @transaction.atomic
    def impose(
        self, resident: Resident, city: City, space: Space | None, *, by: Resident, reason: str, until: datetime | None
    ) -> Ban:
        """Suspend `resident`, from now. Raises Ban.Answers if they answer for the place, and Ban.Already."""
        coordinates = space and space.memberships.coordinators().filter(resident=resident).exists()
        if coordinates or city.roles.filter(resident=resident).exists():
            raise Ban.Answers
        same = {"resident": resident, "city": city, "space": space, "lifted_at": None}
        self.filter(**same, until__lte=now()).update(lifted_at=F("until"))  # what ran out makes room for the next
        ban, made = self.get_or_create(**same, defaults={"made_by": by, "reason": reason, "until": until})
        if not made:
            raise Ban.Already
        return ban


class Ban(models.Model):
    """A person may not write here (in a space) or in the city, until a date or for good. Lifting closes the row."""

    class Already(Exception):
        """The person is suspended there already; the ban that stands holds."""

    class Answers(Exception):
        """Who answers for a place is not suspended from it: first somebody takes their role away."""

    Moved = Moved

    city = models.ForeignKey(City, models.CASCADE, related_name="bans")
    space = models.ForeignKey(Space, models.CASCADE, null=True, blank=True, related_name="bans")
    resident = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bans")
    reason = models.CharField(max_length=300)
    until = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=now)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = BanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "city", "space"],
                condition=Q(lifted_at=None),
                nulls_distinct=False,
                name="one_open_ban_per_person_and_place",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("made_at")), name="a_ban_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"ban {self.pk}"

    def lift(self, by: Resident) -> None:
        """End it now. Raises Moved if somebody else lifted it."""
        if not Ban.objects.filter(pk=self.pk, lifted_at=None).update(lifted_at=now(), lifted_by=by):
            raise self.Moved
