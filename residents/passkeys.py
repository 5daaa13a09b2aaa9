"""The two ceremonies of a passkey: adding one, and proving that one has it.

What a browser sends goes through several parsers (JSON, CBOR, DER, COSE); whatever they make of hostile bytes, the
answer is `Refused`. allauth keeps the challenge in the session and the key in its `Authenticator`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError

from residents.models import Resident


class Refused(Exception):
    """This is not a passkey that opens here."""


MALFORMED = (
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    ValidationError,
    struct.error,
)


@contextmanager
def _whatever_is_sent() -> Iterator[None]:
    try:
        yield
    except MALFORMED as reason:
        raise Refused from reason


def of(resident: Resident) -> Any:
    """The passkeys of `resident`, oldest first."""
    mine = Authenticator.objects.filter(user=resident, type=Authenticator.Type.WEBAUTHN)
    return mine.order_by("created_at")


def ask_for_new(resident: Resident) -> dict[str, Any]:
    """What the browser needs to make a key; the device itself asks for finger, face or PIN."""
    options: dict[str, Any] = auth.begin_registration(resident, passwordless=True)
    return options


def add(resident: Resident, name: str, credential: Any) -> None:
    """Keep a new key. Raises Refused."""
    with _whatever_is_sent():
        auth.parse_registration_response(credential)
        auth.complete_registration(credential)
    auth.WebAuthn.add(resident, name, credential)


def ask_for_proof(resident: Resident | None = None) -> dict[str, Any]:
    """What the browser needs to show a key: one of `resident`, or whichever its owner picks."""
    options: dict[str, Any] = auth.begin_authentication(resident)
    return options


def owner(credential: Any, resident: Resident | None = None) -> Resident:
    """Whose key this is, its proof checked; of `resident` if one is given. Raises Refused."""
    with _whatever_is_sent():
        auth.parse_authentication_response(credential)
        person: Resident = resident or auth.extract_user_from_response(credential)
        auth.complete_authentication(person, credential).record_usage()
    return person
