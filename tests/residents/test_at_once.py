"""Many at the same moment: what holds for one after the other holds for all at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from residents.limits import Limit, TooMany
from residents.models import Resident, SigninCode, SigninLink
from tests.residents.conftest import CODE, ME, digits, wrong

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6  # each takes a connection of its own


def at_once(does: Callable[[Any], Any], those: Iterable[Any]) -> list[Any]:
    """Do it to each, AT_ONCE of them starting at the same moment."""
    start = threading.Barrier(AT_ONCE)

    def alone(one: Any) -> Any:
        try:
            start.wait()
            return does(one)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(alone, those))


def same_browser(client: Client) -> Client:
    """Another window of it."""
    twin = Client()
    twin.cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    return twin


def test_parallel_guesses_are_five_in_all(knock: Callable[..., Client]) -> None:
    client = knock("anna@example.org")
    typed, windows = wrong(digits()), [same_browser(client) for _ in range(24)]
    said = at_once(lambda window: window.post(CODE, {"code": typed}).content.decode(), windows)
    assert sum("uoi provare ancora" in page for page in said) <= 4
    assert SigninCode.objects.get().tries_left == 0


def test_a_right_code_opens_one_window(knock: Callable[..., Client]) -> None:
    client = knock("anna@example.org")
    right, windows = digits(), [same_browser(client) for _ in range(AT_ONCE)]
    answers = at_once(lambda window: window.post(CODE, {"code": right}), windows)
    assert [answer.headers.get("Location") for answer in answers].count(ME) == 1


def test_two_browsers_that_prove_one_new_address_are_one_person(knock: Callable[..., Client]) -> None:
    spellings = ["Anna@example.org", "anna@example.org", "ANNA@EXAMPLE.ORG", " anna@Example.org", "aNNa@example.org"]
    waiting = [(knock(address), digits()) for address in [*spellings, "bruno@example.org"]]
    answers = at_once(lambda one: one[0].post(CODE, {"code": one[1]})["Location"], waiting)
    assert answers == [ME] * AT_ONCE
    assert set(Resident.objects.values_list("email", flat=True)) == {"anna@example.org", "bruno@example.org"}


def test_a_link_opens_for_one() -> None:
    anna = Resident.objects.welcome("anna@example.org")
    for token in [SigninLink.make(anna) for _ in range(8)]:
        answers = at_once(lambda path: Client().post(path).status_code, [f"/it/entra/link/{token}/"] * AT_ONCE)
        assert sorted(answers) == [302] + [410] * (AT_ONCE - 1)


def test_a_limit_holds_for_requests_of_one_moment() -> None:
    def take(_: int) -> bool:
        try:
            return bool(Limit("probe", 5, 3600).take("somebody"))
        except TooMany:
            return False

    assert at_once(take, range(30)).count(True) == 5
