"""When something is not there, not allowed or broken: a plain sentence, a way on, and nobody's fault but ours."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from frontend import views
from residents.models import Resident
from residents.sessions import SessionStore

NOT_OURS = ["errore", "sistema", "utente"]


def page(answer: Any) -> Any:
    return BeautifulSoup(answer.content, "html.parser")


@pytest.fixture
def request_of_rovigo(cast: SimpleNamespace, rf: RequestFactory) -> Any:
    request = rf.get("/it/rovigo/scrivi/")
    request.resolver_match = None  # as where no route was found
    return request


@pytest.mark.parametrize(
    ("view", "status", "says"),
    [
        (lambda request: views.bad_request(request, BadRequest("Il 31 novembre non esiste.")), 400, "Il 31 novembre"),
        (lambda request: views.bad_request(request, ValueError("x")), 400, "non si capisce"),
        (lambda request: views.forbidden(request, PermissionDenied()), 403, "Questa porta non si apre."),
        (views.csrf_failure, 403, "rimasta aperta a lungo"),
        (lambda request: views.not_found(request, Exception()), 404, "Qui non c’è niente."),
        (views.too_many, 429, "Aspetta qualche minuto"),
        (views.broken, 500, "Non è colpa tua."),
    ],
)
def test_each_says_what_it_is_and_where_to_go(request_of_rovigo: Any, view: Any, status: int, says: str) -> None:
    answer = view(request_of_rovigo)
    html = page(answer)
    assert answer.status_code == status
    assert html.main and says in html.main.text
    assert not [word for word in NOT_OURS if word in html.text.lower()]
    assert html.select_one("main a.button") and html.select_one("footer h2")


def test_when_all_is_broken_nobody_asks_the_database(request_of_rovigo: Any) -> None:
    with CaptureQueriesContext(connection) as asked:
        views.broken(request_of_rovigo)
    assert len(asked) == 0


def test_a_view_that_breaks_ends_on_that_page(
    client: Client, cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("mutual_aid.board.page", fall)
    client.raise_request_exception = False
    answer = client.get("/it/rovigo/")
    assert answer.status_code == 500
    assert "Qualcosa si è rotto, da noi." in answer.content.decode()


@pytest.mark.parametrize("path", ["/it/io/", "/it/rovigo/scrivi/", "/it/rovigo/da-vedere/"])
def test_when_the_database_is_away_who_is_signed_in_reads_that_page_too(
    sign_in: Callable[[Resident], Client], cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Each further question to a database that is away would take its ten seconds."""
    client, asked = sign_in(cast.elena), []

    def gone(session: SessionStore) -> None:
        asked.append(session)
        raise OperationalError

    monkeypatch.setattr(SessionStore, "load", gone)
    client.raise_request_exception = False
    answer = client.get(path)
    assert answer.status_code == 500
    assert "Qualcosa si è rotto, da noi." in answer.content.decode()
    assert len(asked) == 1


def test_a_token_that_is_no_more_is_said_without_blame(cast: SimpleNamespace) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/it/rovigo/scrivi/")
    assert answer.status_code == 403
    assert "rimasta aperta a lungo" in answer.content.decode()
