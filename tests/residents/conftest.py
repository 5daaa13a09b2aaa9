"""What the tests of people need: a mailbox to look into, and a moment that does not lie across the end of an hour."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client

DOOR, CODE, AGAIN, ME = "/it/entra/", "/it/entra/codice/", "/it/entra/codice/ancora/", "/it/io/"


@pytest.fixture(autouse=True)
def ten_past(db: None) -> Iterator[time_machine.Traveller]:
    """Limits are counted by the hour of the clock: the tests of one evening all happen within one."""
    cache.clear()
    with time_machine.travel("2026-11-22 17:10:00+01:00", tick=True) as traveller:
        yield traveller


def digits() -> str:
    """The six digits of the last letter, as its subject shows them."""
    found = re.match(r"(\d{3})\N{NO-BREAK SPACE}(\d{3}) ", str(mail.outbox[-1].subject))
    assert found, mail.outbox[-1].subject
    return found[1] + found[2]


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 10**6:06}"


@pytest.fixture
def knock() -> Callable[..., Client]:
    """A browser that asked for a code for this address."""

    def make(email: str, client: Client | None = None, **fields: str) -> Client:
        client = client or Client()
        assert client.post(DOOR, {"email": email, **fields}).status_code == 302
        return client

    return make
