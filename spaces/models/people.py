"""What a person is to a place: where they live, where they belong, what they may do, and when they may not."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from spaces.models.city import City, Neighbourhood
from spaces.models.space import Space


class Residence(models.Model):
    """A person's city and neighbourhood: what they say it is, never derived from a point."""

    resident = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="residence")
    city = models.ForeignKey(City, models.CASCADE, related_name="+")
    neighbourhood = models.ForeignKey(Neighbourhood, models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.resident_id} lives in {self.city_id}"


class Membership(models.Model):
    """Who belongs to a space, and as what."""

    class Role(models.TextChoices):
        MEMBER = "member", _("Partecipa")
        HOST = "host", _("Accoglie")
        DESK = "desk", _("Sta allo sportello")
        COORDINATOR = "coordinator", _("Coordina")

    space = models.ForeignKey(Space, models.CASCADE, related_name="memberships")
    resident = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "resident"], name="one_membership_per_person_and_space")
        ]

    def __str__(self) -> str:
        return f"{self.resident_id}: {self.role} of {self.space_id}"


class CityRole(models.Model):
    """Who answers for a whole city."""

    class Role(models.TextChoices):
        COORDINATOR = "city_coordinator", _("Coordina la città")
        ADMINISTRATOR = "city_administrator", _("Amministra la città")

    city = models.ForeignKey(City, models.CASCADE, related_name="roles")
    resident = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="city_roles")
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "resident"], name="one_role_per_person_and_city")]

    def __str__(self) -> str:
        return f"{self.resident_id}: {self.role} of {self.city_id}"


class BanQuerySet(models.QuerySet["Ban"]):
    def in_force(self) -> BanQuerySet:
        return self.filter(lifted_at=None).filter(Q(until=None) | Q(until__gt=now()))


class Ban(models.Model):
    """A person may not write here (in a space) or in the city, until a date or for good. Lifting closes the row."""

    city = models.ForeignKey(City, models.CASCADE, related_name="bans")
    space = models.ForeignKey(Space, models.CASCADE, null=True, blank=True, related_name="bans")
    resident = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bans")
    reason = models.CharField(max_length=300)
    until = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=now)
    lifted_at = models.DateTimeField(null=True, blank=True)

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
