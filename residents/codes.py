"""Sending the six digits, within limits, and saying why when they could not be sent."""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents import letters
from residents.limits import CODES_PER_ADDRESS, CODES_PER_CLIENT, TooMany, client
from residents.models import Resident, SigninCode


class NotSent(Exception):
    """No code went out: `sentence` says why, `status` tells the browser, `wait` is in how many seconds to try again."""

    def __init__(self, sentence: str, status: int, wait: int) -> None:
        super().__init__(sentence)
        self.sentence, self.status, self.wait = sentence, status, wait


def send_code(request: HttpRequest, email: str) -> SigninCode:
    """A code that signs in, the same for known and unknown addresses: nobody is looked up. Raises NotSent."""
    return _send(request, SigninCode.make, email, letters.send_code)


def send_code_to_add(request: HttpRequest, email: str, resident: Resident) -> SigninCode:
    """A code by which `resident` proves a new address. Raises NotSent.

    An address that is somebody else's gets a letter that says so; on the page nothing tells the one from the other.
    """

    def make(email: str) -> SigninCode:
        SigninCode.objects.filter(resident=resident).delete()
        return SigninCode.make(email, resident)

    def write(code: SigninCode) -> None:
        if Resident.objects.filter(email=code.email).exists():
            letters.tell_taken(code.email)
        else:
            letters.send_code(code)

    return _send(request, make, email, write)


def _send(
    request: HttpRequest, make: Callable[[str], SigninCode], email: str, write: Callable[[SigninCode], None]
) -> SigninCode:
    slot = _within_limits(request, email)
    code = make(email)
    try:
        write(code)
    except OSError as reason:
        code.delete()
        cache.delete(slot)  # it never arrived, so it does not count
        words = _("La posta in questo momento non parte. Il tuo indirizzo è rimasto scritto: riprova tra un minuto.")
        raise NotSent(words, 503, 60) from reason
    return code


def _within_limits(request: HttpRequest, email: str) -> str:
    """Count this code, and return the slot of the address."""
    try:
        CODES_PER_CLIENT.take(client(request))
        return CODES_PER_ADDRESS.take(email)
    except TooMany as limit:
        minutes = -(-limit.wait // 60)
        words = ngettext(
            "Da qui sono partiti molti codici. Guarda se uno è già arrivato, o riprova tra un minuto.",
            "Da qui sono partiti molti codici. Guarda se uno è già arrivato, o riprova tra %(minutes)s minuti.",
            minutes,
        ) % {"minutes": minutes}
        raise NotSent(words, 429, limit.wait) from None
