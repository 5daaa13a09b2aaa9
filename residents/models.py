"""Who people are. A resident has an e-mail address or none, a name as neighbours see it, and no password."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from residents.languages import LANGUAGES


class ResidentManager(BaseUserManager["Resident"]):
    def welcome(self, email: str | None = None, **facts: Any) -> Resident:
        """The resident with this address, made if there is none. Without an address: always a new one."""
        if email is None:
            return self._make(**facts)
        email = email.strip().lower()
        return self.filter(email=email).first() or self._make(email=email, **facts)

    def _make(self, **facts: Any) -> Resident:
        resident = self.model(**facts)
        resident.set_unusable_password()
        resident.save(using=self._db)
        return resident

    def get_by_natural_key(self, username: str | None) -> Resident:
        return self.get(email=(username or "").strip().lower())


class Resident(AbstractBaseUser):
    """A person. What they are to a space or a city stands in `spaces.Membership` and `spaces.CityRole`."""

    email = models.EmailField(_("indirizzo e-mail"), unique=True, null=True, blank=True)  # noqa: DJ001 (no address is NULL: unique)
    name = models.CharField(_("nome per i vicini"), max_length=40, blank=True)
    languages = ArrayField(models.CharField(max_length=8, choices=LANGUAGES), default=list, blank=True)
    interface_language = models.CharField(max_length=8, default="it")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = ResidentManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="addresses_are_stored_in_lower_case"),
            models.CheckConstraint(condition=Q(password__startswith="!"), name="nobody_has_a_password"),
        ]

    def __str__(self) -> str:
        return self.name or f"resident {self.pk}"

    @property
    def public_name(self) -> str:
        """The name neighbours see; a gentle stand-in for who gave none."""
        return self.name or str(_("Una persona del quartiere"))


def digest(secret: str) -> str:
    """What we keep of a secret that a person holds: its SHA-256. The secrets are random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


class SigninCode(models.Model):
    """Six digits sent to an address. It is good for 15 minutes, five tries and one use."""

    LIFETIME = timedelta(minutes=15)
    TRIES = 5

    class Wrong(Exception):
        """The digits are not those; `tries_left` says how many more may be tried."""

        def __init__(self, tries_left: int) -> None:
            self.tries_left = tries_left

    id = models.UUIDField(primary_key=True)
    email = models.EmailField()
    code_digest = models.CharField(max_length=64)
    tries_left = models.PositiveSmallIntegerField(default=TRIES)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"])]

    def __str__(self) -> str:
        return f"code {self.pk}"


class SigninLink(models.Model):
    """A link that signs one person in, once: printed by a command, or shown as a QR at the desk to enrol a passkey."""

    LIFETIME = timedelta(hours=12)

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    enrols_passkey = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link {self.pk}"

    @classmethod
    def make(cls, resident: Resident, *, enrols_passkey: bool = False) -> str:
        """A fresh token for `resident`; only its digest is kept."""
        token = secrets.token_urlsafe(24)
        cls.objects.create(
            resident=resident,
            token_digest=digest(token),
            enrols_passkey=enrols_passkey,
            expires_at=now() + cls.LIFETIME,
        )
        return token

    @classmethod
    def use(cls, token: str) -> SigninLink | None:
        """Use the token up; None if it is unknown, used or too old. Two people can never use the same one."""
        good = cls.objects.filter(token_digest=digest(token), used_at=None, expires_at__gt=now())
        if not good.update(used_at=now()):
            return None
        return cls.objects.select_related("resident").get(token_digest=digest(token))
