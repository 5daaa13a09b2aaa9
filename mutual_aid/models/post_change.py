"""The private history of a post: who did what to it, when and why."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from mutual_aid.models.post import Post


class PostChange(models.Model):
    """One line of a post's history; written in the transaction of the change itself."""

    class What(models.TextChoices):
        PUBLISHED = "published", _("pubblicato")
        HELD = "held", _("in attesa di una lettura")
        EDITED = "edited", _("cambiato")
        APPROVED = "approved", _("approvato")
        REMOVED = "removed", _("rifiutato")
        HIDDEN = "hidden", _("rimesso in attesa")
        WITHDRAWN = "withdrawn", _("ritirato")
        RENEWED = "renewed", _("rinnovato")
        EXPIRED = "expired", _("scaduto")
        REMINDED = "reminded", _("ricordato per posta")
        IMPORTED = "imported", _("portato da un elenco")

    post = models.ForeignKey(Post, models.CASCADE, related_name="changes")
    what = models.CharField(max_length=10, choices=What)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    why = models.CharField(max_length=500, blank=True)
    before = models.JSONField(default=dict, help_text="the fields that changed, as they were")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.post_id} {self.what}"
