"""What somebody is writing. A draft belongs to the browser's session until its author's address is proved."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.timezone import now

from spaces.models import City


class Draft(models.Model):
    """The words typed so far, step by step, with the exact place if one was given. Never public; pruned after a week."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    city = models.ForeignKey(City, models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="drafts")
    fields: dict[str, Any] = models.JSONField(default=dict, encoder=DjangoJSONEncoder)  # type: ignore[assignment]  # the stubs do not know what JSON we keep
    photo = models.ImageField(upload_to="drafts", blank=True)
    touched_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["touched_at"])]

    def __str__(self) -> str:
        return f"draft {self.pk}"
