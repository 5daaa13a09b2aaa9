"""What a remote geocoder was asked, so that the arguments of the job are ids."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.timezone import now

from spaces.models.city import City


class GeocodingRequest(models.Model):
    """An address on its way to the geocoder that the city runs. Nobody's name stands beside it.

    The words go as soon as they are answered, the row within an hour or two.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    city = models.ForeignKey(City, models.CASCADE, related_name="+")
    words = models.CharField(max_length=120, blank=True)
    places = models.JSONField(null=True, help_text="what was found; none: not answered yet")
    asked_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="geocoding_requests_by_age")]

    def __str__(self) -> str:
        return f"geocoding request {self.pk}"
