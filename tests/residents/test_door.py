"""One field, one door: the code, who may guess it how often, and what is still there afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from residents.models import Resident, SigninCode
from tests.residents.conftest import AGAIN, CODE, DOOR, ME, digits, wrong

type Knock = Callable[..., Client]


def test_a_newcomer_writes_an_address_reads_a_code_and_is_in(knock: Knock) -> None:
    client = knock("Anna@Example.org ")
    assert Resident.objects.count() == 0, "nobody is made before the address is proved"
    assert mail.outbox[0].to == ["anna@example.org"]
    answer = client.post(CODE, {"code": f" {digits()[:3]} {digits()[3:]} "})
    assert (answer.status_code, answer["Location"]) == (302, ME)
    assert client.get(ME).status_code == 200
    assert Resident.objects.get().email == "anna@example.org"


def test_the_letter_says_the_code_first_and_speaks_the_language_of_the_page(knock: Knock) -> None:
    knock("anna@example.org")
    letter = mail.outbox[0]
    code = f"{digits()[:3]}\N{NO-BREAK SPACE}{digits()[3:]}"
    assert letter.subject == f"{code} è il tuo codice per Filò"
    assert str(letter.body).startswith(f"{code}\n")
    assert not getattr(letter, "alternatives", None), "plain text alone"


def test_a_code_typed_in_arabic_numerals_is_the_same_code(knock: Knock) -> None:
    client = knock("anna@example.org")
    arabic = digits().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert client.post(CODE, {"code": arabic})["Location"] == ME


def test_one_person_however_the_address_is_written(knock: Knock) -> None:
    for address in ["A@X.it", "a@x.it ", " a@X.IT"]:
        client = knock(address)
        client.post(CODE, {"code": digits()})
        assert client.get(ME).status_code == 200
    assert Resident.objects.get().email == "a@x.it"


def test_one_person_however_the_domain_is_spelled(knock: Knock) -> None:
    spelled_out = "città.it".encode("idna").decode()
    for domain in ["città.it", spelled_out, "CITTÀ.it", "cit\u200bta\u0300.it", "ｃittà.it"]:
        client = knock(f"anna@{domain}")
        client.post(CODE, {"code": digits()})
        assert client.get(ME).status_code == 200
    assert Resident.objects.get().email == "anna@città.it"


def test_known_and_unknown_addresses_get_the_same_answers_by_the_same_queries(cast: SimpleNamespace) -> None:
    assert seen_by("elena@example.org") == seen_by("nuova@example.org")


def seen_by(email: str) -> list[Any]:
    """All that a stranger learns by typing this address and a wrong code, what is new each time masked."""
    client = Client()
    with CaptureQueriesContext(connection) as queries:
        first = client.post(DOOR, {"email": email})
        asked = [re.sub(r'"s\d+_x\d+"', "", query["sql"])[:40] for query in queries.captured_queries]
    typed = wrong(digits())
    pages = [client.get(CODE).content.decode(), client.post(CODE, {"code": typed}).content.decode()]
    letter = str(mail.outbox[-1].body)[7:]
    assert asked and letter
    return [first.status_code, first["Location"], asked, letter, *(masked(page, email, typed) for page in pages)]


def masked(page: str, *new: str) -> str:
    for word in new:
        page = page.replace(word, "")
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page)


def test_five_wrong_codes_and_the_code_is_dead(knock: Knock) -> None:
    client, right = knock("anna@example.org"), digits()
    said = [client.post(CODE, {"code": wrong(right)}).content.decode() for _ in range(5)]
    assert ["4 volte" in said[0], "una volta" in said[3], "non vale più" in said[4]] == [True, True, True]
    assert "non vale più" in client.post(CODE, {"code": right}).content.decode()
    assert Resident.objects.count() == 0
    client.post(AGAIN)
    assert client.post(CODE, {"code": digits()})["Location"] == ME


def test_what_is_no_code_costs_no_try(knock: Knock) -> None:
    client = knock("anna@example.org")
    for typed in ["", "12345", "1234567", "ciao", "\0", "9" * 300]:
        assert client.post(CODE, {"code": typed}).status_code == 200
    assert SigninCode.objects.get().tries_left == SigninCode.TRIES


def test_a_code_lives_fifteen_minutes(knock: Knock, ten_past: time_machine.Traveller) -> None:
    client = knock("anna@example.org")
    ten_past.shift(15 * 60 + 1)
    assert "non vale più" in client.post(CODE, {"code": digits()}).content.decode()


def test_a_code_works_once_and_in_the_browser_that_asked(knock: Knock) -> None:
    client, other = knock("anna@example.org"), knock("bruno@example.org")
    code_of_bruno = digits()
    answer = client.post(CODE, {"code": code_of_bruno})
    assert "Non è questo il codice" in answer.content.decode()
    other.post(CODE, {"code": code_of_bruno})
    assert other.get(ME).status_code == 200
    assert Client().post(CODE, {"code": code_of_bruno})["Location"] == DOOR


def test_another_code_takes_the_place_of_the_first(knock: Knock) -> None:
    client, first = knock("anna@example.org"), digits()
    assert client.post(AGAIN)["Location"] == CODE
    second = digits()
    if first != second:
        assert "Non è questo il codice" in client.post(CODE, {"code": first}).content.decode()
    assert client.post(CODE, {"code": second})["Location"] == ME


def test_who_changes_the_address_finds_the_one_they_typed(knock: Knock) -> None:
    client = knock("ana@example.org", next="/it/rovigo/")
    page = client.get(DOOR).content.decode()
    assert 'value="ana@example.org"' in page
    assert 'value="/it/rovigo/"' in page


NO_ADDRESSES = ["", "anna", "anna@", "anna@example", "<b>@example.org", "a" * 250 + "@example.org"]
NO_LETTER_CAN_BE_ADDRESSED_SO = ["ſ@example.org", "\u0130@example.org", f"anna@{'ä' * 60}.org"]


@pytest.mark.parametrize("typed", [*NO_ADDRESSES, *NO_LETTER_CAN_BE_ADDRESSED_SO])
def test_what_is_no_address_stays_written_beside_a_sentence(typed: str) -> None:
    page = Client().post(DOOR, {"email": typed}).content.decode()
    assert 'aria-invalid="true"' in page
    assert not mail.outbox


def test_what_is_in_the_session_is_still_there_afterwards(knock: Knock) -> None:
    client = Client()
    session = client.session
    session["drafts"] = ["0195-un-appunto"]
    session.save()
    client.cookies = SimpleCookie({"filo": session.session_key or ""})
    before = session.session_key
    knock("anna@example.org", client)
    client.post(CODE, {"code": digits()})
    assert client.session["drafts"] == ["0195-un-appunto"]
    assert client.session.session_key != before, "a session known to a stranger is never one of a resident"


@pytest.mark.parametrize(
    "next_page",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "///evil.example",
        "it/io/",
    ],
)
def test_afterwards_nobody_is_sent_out_of_the_house(knock: Knock, next_page: str) -> None:
    client = knock("anna@example.org", next=next_page)
    assert client.post(CODE, {"code": digits()})["Location"] == ME
    assert client.get(DOOR, {"next": next_page})["Location"] == ME


def test_afterwards_one_is_where_one_wanted_to_be(knock: Knock) -> None:
    client = Client()
    page = client.get(client.get("/it/io/profilo/")["Location"]).content.decode()
    assert 'name="next" value="/it/io/profilo/"' in page
    knock("anna@example.org", client, next="/it/io/profilo/")
    assert client.post(CODE, {"code": digits()})["Location"] == "/it/io/profilo/"


def test_five_codes_an_hour_go_to_an_address_however_written(ten_past: time_machine.Traveller) -> None:
    for number in range(5):
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        assert client.post(DOOR, {"email": "anna@example.org"}).status_code == 302
    refused = Client(REMOTE_ADDR="198.51.100.9").post(DOOR, {"email": "ANNA@example.org"})
    assert (refused.status_code, refused["Retry-After"]) == (429, str(50 * 60))
    assert "50 minuti" in refused.content.decode() and 'value="ANNA@example.org"' in refused.content.decode()
    assert len(mail.outbox) == 5
    ten_past.shift(50 * 60)
    assert Client().post(DOOR, {"email": "anna@example.org"}).status_code == 302


@pytest.mark.parametrize("others", ["203.0.113.7", "2001:db8:1:2::{}"])
def test_twenty_codes_an_hour_leave_for_one_client(others: str) -> None:
    for number in range(1, 21):
        answer = Client(REMOTE_ADDR=others.format(number)).post(DOOR, {"email": f"{number}@example.org"})
        assert answer.status_code == 302
    assert Client(REMOTE_ADDR=others.format(99)).post(DOOR, {"email": "x@example.org"}).status_code == 429
    assert Client(REMOTE_ADDR="203.0.113.8").post(DOOR, {"email": "x@example.org"}).status_code == 302


def test_asking_again_counts_too(knock: Knock) -> None:
    client = knock("anna@example.org")
    answers = [client.post(AGAIN).status_code for _ in range(5)]
    assert answers == [302, 302, 302, 302, 429]
    assert client.post(CODE, {"code": digits()})["Location"] == ME, "the last one sent still opens"


def test_nothing_is_lost_when_the_mail_server_does_not_answer(knock: Knock, settings: Any) -> None:
    working = settings.MAILERS
    settings.MAILERS = {"default": {"BACKEND": "tests.residents.mute.Mute"}}
    for _ in range(7):
        answer = Client().post(DOOR, {"email": "anna@example.org"})
        assert (answer.status_code, answer["Retry-After"]) == (503, "60")
        assert 'value="anna@example.org"' in answer.content.decode()
    assert not SigninCode.objects.exists()
    settings.MAILERS = working
    knock("anna@example.org")


def test_the_demo_shows_the_code_on_the_page_and_nothing_else_does(knock: Knock, settings: Any) -> None:
    client = knock("anna@example.org")
    shown = f'data-code="{digits()}"'
    assert shown not in client.get(CODE).content.decode()
    settings.DEMO = True
    assert shown in client.get(CODE).content.decode()


def test_a_readable_cookie_says_that_one_is_in_and_no_more(knock: Knock) -> None:
    client = knock("anna@example.org")
    assert "filo_in" not in client.cookies
    client.post(CODE, {"code": digits()})
    cookie = client.cookies["filo_in"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("1", "", "Lax")
    client.post("/it/esci/")
    assert client.cookies["filo_in"].value == ""


def test_going_out_is_going_out_and_twice_is_no_harm(cast: SimpleNamespace, sign_in: Callable[..., Client]) -> None:
    client = sign_in(cast.elena)
    assert client.get("/it/esci/").status_code == 405
    for _ in range(2):
        assert client.post("/it/esci/")["Location"] == DOOR
    assert client.get(ME)["Location"].startswith(DOOR)


def test_who_is_banned_comes_in_reads_and_may_erase(cast: SimpleNamespace, knock: Knock) -> None:
    client = knock("bruno@example.org")
    client.post(CODE, {"code": digits()})
    for page in [ME, "/it/io/profilo/", "/it/io/dati/", "/it/io/cancella/"]:
        assert client.get(page).status_code == 200, page


def test_pages_of_the_door_are_never_kept_and_every_form_is_guarded(knock: Knock) -> None:
    client = knock("anna@example.org")
    for page in [DOOR, CODE]:
        answer = client.get(page)
        assert "no-store" in answer["Cache-Control"]
        assert "csrfmiddlewaretoken" in answer.content.decode()
    guarded = Client(enforce_csrf_checks=True)
    for page in [DOOR, CODE, AGAIN, "/it/esci/", "/it/entra/chiave/", "/it/entra/chiave/sfida/", "/it/entra/link/x/"]:
        assert guarded.post(page, {"email": "a@example.org"}).status_code == 403, page


def test_a_page_without_a_form_sets_no_cookie() -> None:
    assert not Client().get("/it/cancellato/").cookies
