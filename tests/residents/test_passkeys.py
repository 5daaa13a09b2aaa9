"""Another key to the same house: added, shown, taken away; and for administrators the second proof."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from residents.models import Resident
from tests.residents.authenticator import Phone
from tests.residents.conftest import CODE, DOOR, ME, digits

RUBBISH = ["", "null", "[]", "3", "{}", '{"response":{}}', '"x"', "{", "[" * 5000, '{"response":{"userHandle":"9"}}']
RUBBISH += ["[" * 100_000, "9" * 5000]  # which break the parser itself
KEYS, NEW = "/it/io/chiavi/", "/it/io/chiavi/sfida/"
SHOW, CHALLENGE = "/it/entra/chiave/", "/it/entra/chiave/sfida/"

type Someone = Callable[[Resident], Client]
type Knock = Callable[..., Client]


def browser() -> Client:
    """Passkeys belong to a host; browsers know `localhost` as one that is safe without https."""
    return Client(headers={"host": "localhost"})


@pytest.fixture
def at_home() -> Someone:
    def make(resident: Resident) -> Client:
        client = browser()
        client.force_login(resident, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


def add(client: Client, phone: Phone, name: str = "") -> Any:
    credential = phone.create(client.post(NEW).json())
    return client.post(KEYS, {"name": name, "credential": json.dumps(credential)})


def show(client: Client, phone: Phone, **fields: str) -> Any:
    return client.post(SHOW, {"credential": json.dumps(phone.get(client.post(CHALLENGE).json())), **fields})


def test_a_key_is_added_named_shown_and_taken_away(cast: SimpleNamespace, at_home: Someone) -> None:
    phone, client = Phone(), at_home(cast.elena)
    assert add(client, phone, "Il  telefono\u202e nuovo").status_code == 302
    assert "Il telefono nuovo" in client.get(KEYS).content.decode()
    stranger = browser()
    answer = show(stranger, phone, next="/it/io/profilo/")
    assert (answer.status_code, answer["Location"]) == (302, "/it/io/profilo/")
    assert stranger.cookies["filo_in"].value == "1"
    assert "Elena" in stranger.get(ME).content.decode()
    key = Authenticator.objects.get()
    assert key.last_used_at
    assert client.post(f"{KEYS}{key.pk}/togli/").status_code == 302
    assert "qui non apre" in show(browser(), phone).content.decode()


def test_keys_without_a_name_are_numbered(cast: SimpleNamespace, at_home: Someone) -> None:
    for _ in range(2):
        add(at_home(cast.elena), Phone())
    assert [key.wrap().name for key in Authenticator.objects.order_by("pk")] == ["Chiave 1", "Chiave 2"]


def test_what_is_in_the_session_survives_a_key_too(cast: SimpleNamespace, at_home: Someone) -> None:
    phone, stranger = Phone(), browser()
    add(at_home(cast.elena), phone)
    stranger.post(CHALLENGE)
    session = stranger.session
    session["drafts"] = ["un-appunto"]
    session.save()
    show(stranger, phone)
    assert stranger.session["drafts"] == ["un-appunto"]


def test_nobody_removes_or_shows_somebody_elses_key(cast: SimpleNamespace, at_home: Someone) -> None:
    phone = Phone()
    add(at_home(cast.elena), phone)
    key = Authenticator.objects.get()
    assert at_home(cast.bruno).post(f"{KEYS}{key.pk}/togli/").status_code == 404
    phone.owner = b"%d" % cast.bruno.pk
    assert "qui non apre" in show(browser(), phone).content.decode()


@pytest.mark.parametrize(
    "phone",
    [Phone(origin="https://evil.example"), Phone(origin="http://localhost.evil.example"), Phone(verifies=False)],
    ids=["another site", "a site that resembles", "a thief without finger"],
)
def test_a_key_from_elsewhere_or_unverified_is_neither_kept_nor_opens(
    cast: SimpleNamespace, at_home: Someone, phone: Phone
) -> None:
    refused = add(at_home(cast.elena), phone)
    assert (refused.status_code, Authenticator.objects.count()) == (200, 0)
    honest, phone.origin, verifies = phone.origin, "http://localhost", phone.verifies
    phone.verifies = True
    add(at_home(cast.elena), phone)
    phone.origin, phone.verifies = honest, verifies
    assert "qui non apre" in show(browser(), phone).content.decode()


def test_an_answer_opens_once(cast: SimpleNamespace, at_home: Someone) -> None:
    phone, first, second = Phone(), browser(), browser()
    add(at_home(cast.elena), phone)
    answer = json.dumps(phone.get(first.post(CHALLENGE).json()))
    second.post(CHALLENGE)
    for client, status in [(second, 200), (first, 302)]:
        assert client.post(SHOW, {"credential": answer}).status_code == status
    first.post("/it/esci/")
    assert first.post(SHOW, {"credential": answer}).status_code == 200


def test_hostile_answers_are_refused_with_a_sentence(cast: SimpleNamespace, at_home: Someone) -> None:
    phone, home = Phone(), at_home(cast.elena)
    add(home, phone)
    stranger, chance = browser(), random.Random(2026)
    made, shown = phone.create(home.post(NEW).json()), phone.get(stranger.post(CHALLENGE).json())
    for _ in range(150):
        assert home.post(KEYS, {"credential": json.dumps(spoilt(made, chance))}).status_code in (200, 302)
        # what was spoilt may be a part that nobody reads
        assert stranger.post(SHOW, {"credential": json.dumps(spoilt(shown, chance))}).status_code in (200, 302)
    stranger.post("/it/esci/")
    for rubbish in RUBBISH:
        assert stranger.post(SHOW, {"credential": rubbish}).status_code == 200, rubbish
        assert home.post(KEYS, {"credential": rubbish}).status_code == 200, rubbish


def spoilt(credential: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A copy in which one part is missing, of another kind, or has a byte or its end changed."""
    copied = copy.deepcopy(credential)
    part = chance.choice([copied, copied["response"]])
    name = chance.choice(list(part))
    value = part[name]
    if not isinstance(value, str) or chance.random() < 0.3:
        part[name] = chance.choice([None, 7, [], {}, "é", "", "A" * 5])
    elif chance.random() < 0.5:
        part[name] = value[: chance.randrange(len(value))]
    else:
        at = chance.randrange(len(value))
        part[name] = value[:at] + chance.choice("AZaz09_-%") + value[at + 1 :]
    return copied


def test_an_administrator_with_a_key_shows_it_after_the_code(
    cast: SimpleNamespace, at_home: Someone, knock: Knock
) -> None:
    phone, other = Phone(), Phone()
    add(at_home(cast.nives), phone)
    add(at_home(cast.elena), other)
    client = knock("nives@example.org", browser(), next="/it/io/profilo/")
    assert client.post(CODE, {"code": digits()})["Location"] == SHOW
    assert client.get(ME)["Location"].startswith(DOOR), "the code alone does not open"
    assert "amministra" in client.get(SHOW).content.decode()
    assert show(client, other).status_code == 200, "a key of somebody else is no second proof"
    assert show(client, phone)["Location"] == "/it/io/profilo/"
    assert client.get(ME).status_code == 200


def test_the_second_proof_waits_a_quarter_of_an_hour(
    cast: SimpleNamespace, at_home: Someone, knock: Knock, ten_past: Any
) -> None:
    add(at_home(cast.nives), Phone())
    client = knock("nives@example.org", browser())
    client.post(CODE, {"code": digits()})
    ten_past.shift(16 * 60)
    assert client.get(SHOW)["Location"] == DOOR


def test_an_administrator_without_a_key_comes_in_and_is_asked_to_add_one(cast: SimpleNamespace, knock: Knock) -> None:
    client = knock("nives@example.org", browser())
    assert client.post(CODE, {"code": digits()})["Location"] == ME
    assert "aggiungi una chiave, così nessuno" in client.get(ME).content.decode()
    add(client, Phone())
    assert "aggiungi una chiave, così nessuno" not in client.get(ME).content.decode()


def test_for_everybody_else_a_key_is_no_second_lock(cast: SimpleNamespace, at_home: Someone, knock: Knock) -> None:
    add(at_home(cast.ottavio), Phone())
    client = knock("ottavio@example.org", browser())
    assert client.post(CODE, {"code": digits()})["Location"] == ME


def test_challenges_are_counted(cast: SimpleNamespace) -> None:
    client = browser()
    answers = [client.post(CHALLENGE).status_code for _ in range(61)]
    assert (answers[59], answers[60]) == (200, 429)


def test_the_only_way_in_is_not_thrown_away_unawares(cast: SimpleNamespace, at_home: Someone) -> None:
    Resident.objects.filter(pk=cast.li.pk).update(email=None)
    client = at_home(cast.li)
    assert "non hai un modo per rientrare" in client.get(ME).content.decode()
    add(client, Phone())
    assert "non hai un modo per rientrare" not in client.get(ME).content.decode()
    assert "il tuo unico modo di entrare" in client.get(KEYS).content.decode()
