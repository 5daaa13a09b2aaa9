"""What neighbours report, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from mutual_aid.models import Post


class Report(models.Model):
    """Somebody thinks a post should not stand. It leads to the queue; nobody but coordinators reads it."""

    class Reason(models.TextChoices):
        MONEY = "money", _("Chiede o offre soldi")
        PRIVATE = "private", _("Dice cose private di qualcuno")
        UNKIND = "unkind", _("Offende qualcuno")
        UNSAFE = "unsafe", _("Mi sembra pericoloso")
        FALSE = "false", _("Non è vero, o è pubblicità")
        OTHER = "other", _("Altro")

    post = models.ForeignKey(Post, models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=7, choices=Reason)
    words = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

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
