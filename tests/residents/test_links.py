"""A link that signs in once."""

from __future__ import annotations

import logging
from io import StringIO
from types import SimpleNamespace

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client

from residents.models import SigninLink
from tests.residents.conftest import ME


def printed(email: str, *options: str) -> str:
    out = StringIO()
    call_command("signin_link", email, *options, stdout=out)
    return out.getvalue().strip()


def path_of(email: str) -> str:
    return printed(email).removeprefix("http://localhost:8000")


def test_the_command_prints_an_address_that_opens_with_one_button(cast: SimpleNamespace) -> None:
    path, client = path_of("Elena@Example.org"), Client()
    page = client.get(path)
    assert (page.status_code, "Elena" in page.content.decode()) == (200, True)
    assert client.post(path)["Location"] == ME
    assert "Elena" in client.get(ME).content.decode()
    assert client.cookies["filo_in"].value == "1"


def test_the_address_may_start_elsewhere(cast: SimpleNamespace) -> None:
    assert printed("elena@example.org", "--base", "https://filo.example/").startswith(
        "https://filo.example/it/entra/link/"
    )


def test_nobody_is_made_by_the_command(cast: SimpleNamespace) -> None:
    with pytest.raises(CommandError):
        printed("nessuno@example.org")


def test_programs_that_look_into_mails_use_nothing_up(cast: SimpleNamespace) -> None:
    path = path_of("elena@example.org")
    for _ in range(3):
        assert Client().get(path).status_code == Client().head(path).status_code == 200
    assert Client().post(path)["Location"] == ME


def test_used_old_or_invented_it_says_so_and_shows_the_way_on(
    cast: SimpleNamespace, ten_past: time_machine.Traveller
) -> None:
    used, old = path_of("elena@example.org"), path_of("rachid@example.org")
    Client().post(used)
    ten_past.shift(12 * 60 * 60 + 1)
    for path in [used, old, "/it/entra/link/inventato/"]:
        for answer in [Client().get(path), Client().post(path)]:
            assert answer.status_code == 410
            assert 'href="/it/entra/"' in answer.content.decode()
            assert "filo_in" not in answer.cookies


def test_one_person_takes_the_place_of_another_on_the_same_device(cast: SimpleNamespace) -> None:
    client = Client()
    client.post(path_of("elena@example.org"))
    session = client.session
    session["drafts"] = ["di Elena"]
    session.save()
    client.post(path_of("rachid@example.org"))
    assert "Rachid" in client.get(ME).content.decode()
    assert "drafts" not in client.session


def test_only_a_digest_is_kept(cast: SimpleNamespace) -> None:
    token = SigninLink.make(cast.elena)
    assert token not in str(SigninLink.objects.values().get())


def test_a_link_that_breaks_is_not_written_into_the_log(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The database may go away just then, and the link is still good afterwards."""

    def gone(token: str) -> None:
        raise OperationalError("the database went away")

    path = path_of("elena@example.org")
    monkeypatch.setattr(SigninLink.objects, "good", gone)
    assert Client(raise_request_exception=False).get(path).status_code == 500
    [console] = [handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler]
    written = "\n".join(map(console.format, caplog.records))
    assert "/it/entra/link/…/" in written and "the database went away" in written
    assert path.split("/")[4] not in written
