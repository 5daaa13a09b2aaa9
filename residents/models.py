"""Who people are. A resident has an e-mail address or none, a name as neighbours see it, and no password."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from residents.languages import LANGUAGES


def same_address(email: str) -> str:
    """The one way in which an address is stored and compared.

    A domain may be written in several ways that mail takes for one: with its accents, as `xn--…`, in wide letters.
    """
    name, at, domain = email.strip().lower().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("idna")
    return f"{name}{at}{domain}"


class ResidentManager(BaseUserManager["Resident"]):
    def welcome(self, email: str | None = None, **facts: Any) -> Resident:
        """The resident with this address, made if there is none. Without an address: always a new one."""
        facts["password"] = make_password(None)
        if email is None:
            return self.create(**facts)
        # Two tabs that prove the same new address at once get the same person: the database lets only one be made.
        return self.get_or_create(email=same_address(email), defaults=facts)[0]

    def get_by_natural_key(self, username: str | None) -> Resident:
        return self.get(email=same_address(username or ""))


class Resident(AbstractBaseUser):
    """A person. What they are to a space or a city stands in `spaces.Membership` and `spaces.CityRole`."""

    email = models.EmailField(_("indirizzo e-mail"), unique=True, null=True, blank=True)
    name = models.CharField(_("nome per i vicini"), max_length=40, blank=True)
    languages = ArrayField(models.CharField(max_length=8, choices=LANGUAGES), default=list, blank=True)
    interface_language = models.CharField(max_length=8, default="it")
    joined_at = models.DateTimeField(default=now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = ResidentManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="addresses_are_stored_in_lower_case"),
            models.CheckConstraint(condition=Q(password__startswith="!"), name="nobody_has_a_password"),  # noqa: S106 (the mark of an unusable one)
        ]

    def __str__(self) -> str:
        return self.name or f"resident {self.pk}"

    @property
    def public_name(self) -> str:
        """The name neighbours see; a gentle stand-in for who gave none."""
        return self.name or str(_("Una persona del quartiere"))


class Session(AbstractBaseSession):
    """What a browser is remembered by. It knows its person, so that whoever is erased is signed out everywhere."""

    # Not kept by the database: Django takes any refusal of a new session for a key that exists, and would try for ever.
    resident = models.ForeignKey(Resident, models.CASCADE, null=True, db_constraint=False, related_name="sessions")

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        from residents.sessions import SessionStore

        return SessionStore


def digest(secret: str) -> str:
    """What we keep of a secret that a person holds: its SHA-256. The secrets are random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


class SigninCodeQuerySet(models.QuerySet["SigninCode"]):
    def alive(self) -> Self:
        return self.filter(tries_left__gt=0, expires_at__gt=now())


class SigninCode(models.Model):
    """Six digits sent to an address. It is good for 15 minutes, five tries and one use."""

    LIFETIME = timedelta(minutes=15)
    TRIES = 5

    class Wrong(Exception):
        """The digits are not those; `tries_left` says how many more may be tried."""

        def __init__(self, tries_left: int) -> None:
            self.tries_left = tries_left

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField()
    resident = models.ForeignKey(
        Resident, models.CASCADE, null=True, related_name="+", help_text="who adds this address; nobody: it signs in"
    )
    tries_left = models.PositiveSmallIntegerField(default=TRIES)
    expires_at = models.DateTimeField()

    objects = SigninCodeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["expires_at"])]

    def __str__(self) -> str:
        return f"code {self.pk}"

    @classmethod
    def make(cls, email: str, resident: Resident | None = None) -> SigninCode:
        return cls.objects.create(email=same_address(email), resident=resident, expires_at=now() + cls.LIFETIME)

    @property
    def digits(self) -> str:
        """The six digits. They follow from the id and the secret key, so the database alone never tells them."""
        mark = salted_hmac("residents.SigninCode", str(self.pk), algorithm="sha256").digest()
        return f"{int.from_bytes(mark) % 10**6:06}"

    def prove(self, digits: str) -> None:
        """Use the code up. Raises Wrong. However many guess at once, no more than TRIES are ever compared."""
        mine = SigninCode.objects.filter(pk=self.pk)
        if not mine.alive().update(tries_left=F("tries_left") - 1):
            raise self.Wrong(0)
        if not constant_time_compare(digits, self.digits):
            raise self.Wrong(mine.values_list("tries_left", flat=True).first() or 0)
        if not mine.delete()[0]:
            raise self.Wrong(0)


class SigninLinkQuerySet(models.QuerySet["SigninLink"]):
    def good(self, token: str) -> Self:
        return self.filter(token_digest=digest(token), used_at=None, expires_at__gt=now())


class SigninLink(models.Model):
    """A link that signs one person in, once: printed by a command, or shown as a QR at the desk to enrol a passkey."""

    LIFETIME = timedelta(hours=12)

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    enrols_passkey = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = SigninLinkQuerySet.as_manager()

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
        if not cls.objects.good(token).update(used_at=now()):
            return None
        return cls.objects.select_related("resident").get(token_digest=digest(token))
