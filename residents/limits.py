"""How often somebody may try something: counted in the cache, which all processes share, under a keyed hash of who."""

from __future__ import annotations

import ipaddress
import time
from typing import NamedTuple

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac


class TooMany(Exception):
    """The limit is reached; `wait` seconds from now there is room again."""

    def __init__(self, wait: int) -> None:
        self.wait = wait


class Limit(NamedTuple):
    """At most `amount` times in each window of `seconds`."""

    name: str
    amount: int
    seconds: int

    def take(self, who: str) -> str:
        """Use one up for `who` and return its slot, which `cache.delete` gives back. Raises TooMany.

        A slot is a row that only one can add, so requests that come at the same moment are all counted.
        """
        window, passed = divmod(int(time.time()), self.seconds)
        mark = salted_hmac("residents.limits", who, algorithm="sha256").hexdigest()[:32]
        slots = [f"{self.name}:{window}:{mark}:{number}" for number in range(self.amount)]
        taken = cache.get_many(slots)
        for slot in slots:
            if slot not in taken and cache.add(slot, 1, self.seconds):
                return slot
        raise TooMany(self.seconds - passed)


HOUR = 60 * 60
CODES_PER_ADDRESS = Limit("code-to", 5, HOUR)
CODES_PER_CLIENT = Limit("code-from", 20, HOUR)
KEYS_PER_CLIENT = Limit("key-from", 60, HOUR)


def client(request: HttpRequest) -> str:
    """Who knocks: the address; of IPv6 the network, since one household has all of it."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
