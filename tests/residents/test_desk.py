"""The desk: who has no e-mail is welcomed by a person and goes home with a key on their own phone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from residents.models import Resident
from tests.residents.authenticator import Phone
from tests.residents.conftest import ME

DESK = "/it/rovigo/luoghi/casa/sportello/"
WANDA: dict[str, Any] = {
    "name": "Wanda", "languages": ["ro", "it"], "interface_language": "it",
    "key": "0b4f7b5e-1111-4a52-9a52-000000000001",
}  # fmt: skip

type Someone = Callable[[Resident], Client]


def path_in(page: str) -> str:
    found = re.search(r"http://testserver(/\w+/entra/link/[\w-]+/)", page)
    assert found, page
    return found[1]


@pytest.mark.parametrize(
    ("name", "status"),
    [("ada", 200), ("marta", 200), ("nives", 200), ("ottavio", 200), ("elena", 403), ("li", 403), ("bruno", 403)],
)
def test_who_may_stand_at_the_desk(cast: SimpleNamespace, sign_in: Someone, name: str, status: int) -> None:
    client = sign_in(getattr(cast, name))
    assert client.get(DESK).status_code == status
    assert client.post(DESK, WANDA).status_code == status
    assert Resident.objects.filter(name="Wanda").exists() is (status == 200)


def test_wanda_goes_home_with_a_key(cast: SimpleNamespace, sign_in: Someone) -> None:
    page = sign_in(cast.ada).post(DESK, {**WANDA, "neighbourhood": cast.commenda.pk}).content.decode()
    wanda = Resident.objects.get(name="Wanda")
    assert (wanda.email, wanda.languages, wanda.residence.neighbourhood) == (None, ["ro", "it"], cast.commenda)
    assert wanda.memberships.get().role == "member"
    telephone, phone = Client(headers={"host": "localhost"}), Phone()
    assert "Wanda" in telephone.get(path_in(page)).content.decode()
    assert telephone.post(path_in(page))["Location"] == "/it/io/chiavi/"
    credential = phone.create(telephone.post("/it/io/chiavi/sfida/").json())
    telephone.post("/it/io/chiavi/", {"credential": json.dumps(credential)})
    telephone.post("/it/esci/")
    answer = phone.get(telephone.post("/it/entra/chiave/sfida/").json())
    assert telephone.post("/it/entra/chiave/", {"credential": json.dumps(answer)})["Location"] == ME
    assert Client().post(path_in(page)).status_code == 410, "the QR opens once"


def test_the_drawing_is_the_address(cast: SimpleNamespace, sign_in: Someone) -> None:
    """Read back from the SVG, with its quiet zone, the modules are those of the address on the page."""
    import segno

    page = sign_in(cast.ada).post(DESK, WANDA).content.decode()
    size = int(re.search(r'viewBox="0 0 (\d+) \1"', page)[1])  # type: ignore[index]  # a test may fall here
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", page)}
    rows = segno.make("http://testserver" + path_in(page), error="m", micro=False).matrix_iter(border=4)
    assert dark == {(x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
    assert {x for x, _ in dark} | {y for _, y in dark} <= set(range(4, size - 4))


def test_sent_twice_it_is_one_person(cast: SimpleNamespace, sign_in: Someone) -> None:
    client = sign_in(cast.ada)
    first = path_in(client.post(DESK, WANDA).content.decode())
    second = path_in(client.post(DESK, WANDA).content.decode())
    assert Resident.objects.filter(name="Wanda").count() == 1
    assert [Client().post(path).status_code for path in [first, second]] == [410, 302], "the newest link alone is good"
    again = client.post(DESK, WANDA)
    assert again["Location"] == DESK


def test_who_lost_the_paper_gets_another_until_they_come_in(cast: SimpleNamespace, sign_in: Someone) -> None:
    client = sign_in(cast.ada)
    client.post(DESK, WANDA)
    wanda = Resident.objects.get(name="Wanda")
    assert "Wanda" in client.get(DESK).content.decode()
    again = path_in(client.post(f"{DESK}{wanda.pk}/").content.decode())
    Client().post(again)
    assert client.post(f"{DESK}{wanda.pk}/").status_code == 404, "nobody is impersonated"
    assert "Wanda" not in client.get(DESK).content.decode()


@pytest.mark.parametrize("name", ["li", "elena", "nives"])
def test_no_link_is_made_for_who_has_an_address(cast: SimpleNamespace, sign_in: Someone, name: str) -> None:
    assert sign_in(cast.ada).post(f"{DESK}{getattr(cast, name).pk}/").status_code == 404


def test_what_is_missing_is_said_and_nothing_is_made(cast: SimpleNamespace, sign_in: Someone) -> None:
    before = Resident.objects.count()
    slips: list[dict[str, Any]] = [{"name": ""}, {"key": "x"}, {"languages": ["klingon"]}, {"neighbourhood": "999999"}]
    for slip in slips:
        page = sign_in(cast.ada).post(DESK, WANDA | slip)
        assert (page.status_code, "entra/link" in page.content.decode()) == (200, False)
    assert Resident.objects.count() == before


@pytest.mark.parametrize("office", ["coordinator", "city_administrator"])
def test_a_link_of_the_desk_never_gives_an_office(cast: SimpleNamespace, sign_in: Someone, office: str) -> None:
    client = sign_in(cast.ada)
    client.post(DESK, WANDA)
    wanda = Resident.objects.get(name="Wanda")
    if office == "coordinator":
        wanda.memberships.update(role=office)
    else:
        wanda.city_roles.create(city=cast.city, role=office)
    assert client.post(f"{DESK}{wanda.pk}/").status_code == 404
