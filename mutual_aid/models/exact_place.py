"""Where exactly a post is: a row of its own in a table of its own, which no public query ever joins.

Only two modules import this one: `mutual_aid.exact_places`, through which it is written and read, and the package that
declares the models. A test keeps it so.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from mutual_aid.models.post import Post


class ExactPlace(models.Model):
    """A home: street, number, bell. For its author, the agreed helper, the coordinator who acts; readings are noted."""

    post = models.OneToOneField(Post, models.CASCADE, related_name="+", primary_key=True)
    address = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=200, blank=True, help_text="the bell, the floor, the courtyard")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"place of {self.pk}"


class ExactPlaceReading(models.Model):
    """Who read an exact place, when and why."""

    class Why(models.TextChoices):
        CHANGE = "change", _("per cambiare il biglietto")
        ASKED = "asked", _("ha chiesto di vederlo")

    post = models.ForeignKey(Post, models.CASCADE, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    why = models.CharField(max_length=40, choices=Why)
    at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"reading {self.pk}"
