"""An address added or changed: only who proves it has it, and nobody learns whose it is."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from residents.models import Resident, SigninCode
from tests.residents.conftest import CODE, ME, digits, wrong

ADDRESS, PROOF = "/it/io/indirizzo/", "/it/io/indirizzo/codice/"

type Someone = Callable[[Resident], Client]


@pytest.fixture
def from_the_desk(cast: SimpleNamespace) -> Resident:
    """Somebody without an address."""
    return Resident.objects.welcome(name="Wanda")


def test_who_has_no_address_adds_one_and_comes_in_with_it(
    from_the_desk: Resident, sign_in: Someone, knock: Callable[..., Client]
) -> None:
    client = sign_in(from_the_desk)
    assert client.post(ADDRESS, {"email": "Wanda@Example.org"})["Location"] == PROOF
    from_the_desk.refresh_from_db()
    assert from_the_desk.email is None, "not before it is proved"
    assert "Non è questo il codice" in client.post(PROOF, {"code": wrong(digits())}).content.decode()
    assert client.post(PROOF, {"code": digits()})["Location"] == "/it/io/profilo/"
    elsewhere = knock("wanda@example.org")
    elsewhere.post(CODE, {"code": digits()})
    assert "Wanda" in elsewhere.get(ME).content.decode()


def test_who_changes_it_tells_the_old_one(cast: SimpleNamespace, sign_in: Someone) -> None:
    client = sign_in(cast.elena)
    client.post(ADDRESS, {"email": "nuova@example.org"})
    client.post(PROOF, {"code": digits()})
    cast.elena.refresh_from_db()
    assert cast.elena.email == "nuova@example.org"
    assert mail.outbox[-1].to == ["elena@example.org"]
    assert "nuova@example.org" not in str(mail.outbox[-1].body)


def test_an_address_of_somebody_else_looks_the_same_on_the_page_and_the_letter_explains(
    cast: SimpleNamespace, sign_in: Someone
) -> None:
    client, pages = sign_in(cast.elena), []
    for email in ["libera@example.org", "rachid@example.org"]:
        answer = client.post(ADDRESS, {"email": email})
        page = client.get(PROOF).content.decode().replace(email, "")
        pages.append((answer["Location"], page.split('name="csrfmiddlewaretoken"')[0], page.rsplit("</form>", 1)[1]))
    assert pages[0] == pages[1]
    letter = mail.outbox[-1]
    assert letter.to == ["rachid@example.org"]
    assert "ha già un profilo" in letter.subject
    assert SigninCode.objects.get().digits not in str(letter.body), "the owner is not talked into handing it over"
    assert Resident.objects.filter(email="rachid@example.org").get() == cast.rachid


def test_an_address_taken_meanwhile_stays_whose_it_is(cast: SimpleNamespace, sign_in: Someone) -> None:
    client = sign_in(cast.elena)
    client.post(ADDRESS, {"email": "contesa@example.org"})
    Resident.objects.welcome("contesa@example.org", name="Prima")
    assert "altro profilo" in client.post(PROOF, {"code": digits()}, follow=True).content.decode()
    cast.elena.refresh_from_db()
    assert cast.elena.email == "elena@example.org"


def test_a_code_that_adds_does_not_sign_in_and_the_other_way_round(
    cast: SimpleNamespace, sign_in: Someone, knock: Callable[..., Client]
) -> None:
    client, stranger = sign_in(cast.elena), knock("nuova@example.org")
    client.post(ADDRESS, {"email": "nuova@example.org"})
    adding = digits()
    assert stranger.post(CODE, {"code": adding}).status_code == 200
    assert client.post(PROOF, {"code": adding})["Location"] == "/it/io/profilo/"


def test_five_wrong_codes_end_this_code_too(cast: SimpleNamespace, sign_in: Someone) -> None:
    client = sign_in(cast.elena)
    client.post(ADDRESS, {"email": "nuova@example.org"})
    right = digits()
    for _ in range(5):
        client.post(PROOF, {"code": wrong(right)})
    assert "non vale più" in client.post(PROOF, {"code": right}).content.decode()


def test_limits_and_a_mute_mail_server_keep_what_was_typed(
    cast: SimpleNamespace, sign_in: Someone, settings: Any
) -> None:
    client, working = sign_in(cast.elena), settings.MAILERS
    settings.MAILERS = {"default": {"BACKEND": "tests.residents.mute.Mute"}}
    answer = client.post(ADDRESS, {"email": "nuova@example.org"})
    assert (answer.status_code, 'value="nuova@example.org"' in answer.content.decode()) == (503, True)
    settings.MAILERS = working
    answers = [client.post(ADDRESS, {"email": "nuova@example.org"}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]


def test_ones_own_address_needs_no_proof(cast: SimpleNamespace, sign_in: Someone) -> None:
    assert "già il tuo" in sign_in(cast.elena).post(ADDRESS, {"email": "Elena@example.org"}).content.decode()
    assert not mail.outbox


def test_without_a_code_under_way_one_starts_from_the_address(cast: SimpleNamespace, sign_in: Someone) -> None:
    assert sign_in(cast.elena).get(PROOF)["Location"] == ADDRESS
