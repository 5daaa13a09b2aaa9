"""What neighbours report, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from mutual_aid.models import Post

if TYPE_CHECKING:
    from residents.models import Resident


class ReportQuerySet(models.QuerySet["Report"]):
    """What was reported, as the queue needs it."""

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def make(self, post: Post, *, by: Resident | None, reason: str, words: str = "") -> None:
        """Tell the coordinators. Who says it twice while it is open has said it once."""
        self.bulk_create([Report(post=post, reporter=by, reason=reason, words=words)], ignore_conflicts=True)

    def close(self, by: Resident) -> int:
        """Close those still open; how many they were."""
        return self.open().update(closed_at=now(), closed_by=by)


class Report(models.Model):
    """Somebody thinks a post should not stand. It leads to the queue; nobody but coordinators reads it."""

    class Reason(models.TextChoices):
        """The gravest first: so they are read, and so the queue is ordered."""

        UNSAFE = "unsafe", _("Mi sembra pericoloso")
        PRIVATE = "private", _("Dice cose private di qualcuno")
        MONEY = "money", _("Chiede o offre soldi")
        UNKIND = "unkind", _("Offende qualcuno")
        FALSE = "false", _("Non è vero, o è pubblicità")
        OTHER = "other", _("Altro")

    post = models.ForeignKey(Post, models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=7, choices=Reason)
    words = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "reporter"],
                condition=Q(closed_at=None, reporter__isnull=False),
                name="one_open_report_per_person_and_post",
            ),
        ]
        indexes = [models.Index(fields=["post"], name="open_reports", condition=Q(closed_at=None))]

    def __str__(self) -> str:
        return f"report {self.pk}"


# The graver the reason of a report, the higher; 1 is the least.
GRAVITY = Case(
    *[When(reason=reason, then=Value(weight)) for weight, reason in enumerate(reversed(Report.Reason.values), start=1)],
    output_field=models.IntegerField(),
)
