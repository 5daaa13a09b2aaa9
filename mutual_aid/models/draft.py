"""What somebody is writing. A draft belongs to the browser's session until its author's address is proved."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q
from django.utils.timezone import now

from mutual_aid.models.post import Post
from spaces.models import City

if TYPE_CHECKING:
    from residents.models import Resident


class DraftQuerySet(models.QuerySet["Draft"]):
    def written_by(self, resident: Resident) -> Self:
        return self.filter(author=resident)

    def left_lying(self) -> Self:
        """Nobody went on with them for a week."""
        return self.filter(touched_at__lt=now() - Draft.LIFETIME)


class Draft(models.Model):
    """The words typed so far, step by step, with the exact place if one was given. Never public; pruned after a week.

    `fields` holds the names of `Post` (days as ISO text, the cell as its index, the space as its key) and, under
    `exact`, what `exact_places.Place` holds. A draft that changes a post names it, and the version it began from.
    """

    LIFETIME = timedelta(days=7)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    city = models.ForeignKey(City, models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="drafts")
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="+", help_text="the post that it changes")
    post_version = models.PositiveIntegerField(null=True, help_text="what the author saw when beginning to change it")
    fields: dict[str, Any] = models.JSONField(default=dict, encoder=DjangoJSONEncoder)  # type: ignore[assignment]  # the stubs do not know what JSON we keep
    photo = models.ImageField(upload_to="posts", blank=True)
    touched_at = models.DateTimeField(default=now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["touched_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(post=None, post_version=None) | Q(post__isnull=False, post_version__isnull=False),
                name="a_draft_of_a_change_knows_its_version",
            ),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"

    @transaction.atomic
    def put(self, **facts: Any) -> None:
        """Keep what one step asked for. Two windows on two steps do not undo each other."""
        self.fields = Draft.objects.select_for_update().get(pk=self.pk).fields | facts
        self.touched_at = now()
        self.save(update_fields=["fields", "touched_at"])
        self.refresh_from_db(fields=["fields"])  # as JSON gives it back: days are text now
