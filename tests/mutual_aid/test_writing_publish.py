"""Publishing: proved afterwards with nothing lost, once however often it is sent, held where somebody reads first."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.test import Client

from mutual_aid import exact_places
from mutual_aid.models import Draft, ExactPlace, Post, PostChange
from mutual_aid.writing import drafts
from residents.models import Resident
from tests.conftest import SAN_BORTOLO
from tests.mutual_aid.test_writing_photo import picture, stored, upload
from tests.mutual_aid.writer import Writer

pytestmark = pytest.mark.django_db
type SignIn = Callable[[Resident], Client]
type MakePost = Callable[..., Post]


def prove(client: Client, url: str, email: str) -> str:
    """Through the door by a code; returns where it leads."""
    page = client.get(url).content.decode()
    wanted = {"next": parse_qs(urlsplit(url).query)["next"][0]}
    assert wanted["next"] in page
    answer = client.post(urlsplit(url).path, {"email": email, **wanted})
    code = "".join(re.findall(r"\d", str(mail.outbox[-1].subject))[:6])
    return str(client.post(answer.headers["Location"], {"code": code}).headers["Location"])


@pytest.mark.parametrize("email", ["nuova@example.org", "elena@example.org"])
def test_one_writes_first_and_proves_the_address_afterwards(stranger: Writer, email: str) -> None:
    lat, lon = SAN_BORTOLO
    stranger.begin(kind="offer", category="repairs")
    stranger.tell(
        title="Aggiusto biciclette", words="Ho gli attrezzi.", languages=["it", "ar"], people="2", urgent="on",
        weekdays=["5"], part_of_day="morning", show_name="on", photo=upload(picture()), photo_alt="La mia officina",
    )  # fmt: skip
    stranger.put("point", lat=lat, lon=lon, note="citofono Bici").goes_to  # noqa: B018 (it asserts)
    before = preview(stranger.look())
    assert "Ti mandiamo un codice per e-mail" in stranger.page
    door = stranger.publish().goes_to
    assert door.startswith("/it/entra/?next=")
    assert not Post.objects.exists()
    assert prove(stranger.client, door, email) == stranger.url("controlla/")
    assert preview(stranger.look()) == before
    assert stranger.publish().goes_to == f"/it/rovigo/post/{stranger.pk}/fatto/"
    post = stranger.post
    assert post.author is not None and post.author.email == email
    assert (post.title, post.words, post.languages) == ("Aggiusto biciclette", "Ho gli attrezzi.", ["it", "ar"])
    assert (post.people, post.urgent, post.weekdays, post.part_of_day) == (2, True, [5], "morning")
    assert (post.show_name, post.photo_alt, post.photo.name) == (True, "La mia officina", f"posts/{stored()[0]}")
    kept = ExactPlace.objects.get()
    assert (kept.lat, kept.lon, kept.note) == (lat, lon, "citofono Bici")
    assert not Draft.objects.exists()


def preview(page: str) -> str:
    return re.sub(r' (datetime|data-published)="[^"]*"', "", page[page.index("<article") : page.index("</article>")])


def test_a_draft_follows_its_author_to_another_device(cast: SimpleNamespace, stranger: Writer, sign_in: SignIn) -> None:
    door = stranger.written(cast, title="Cominciato sul telefono").publish().goes_to
    prove(stranger.client, door, "elena@example.org")
    stranger.look()
    elsewhere = sign_in(cast.elena)
    assert "Cominciato sul telefono" in elsewhere.get("/it/rovigo/scrivi/").content.decode()
    assert elsewhere.get(stranger.url("controlla/")).status_code == 200
    assert sign_in(cast.rachid).get(stranger.url("controlla/")).status_code == 404


def test_sent_twice_it_is_one_post_and_the_same_answer(cast: SimpleNamespace, elena: Writer) -> None:
    first = elena.written(cast).publish().goes_to
    assert elena.publish().goes_to == first
    assert elena.client.get(elena.url("controlla/")).headers["Location"] == first
    assert Post.objects.count() == PostChange.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_sent_many_times_at_once_it_is_one_post(cast: SimpleNamespace, elena: Writer) -> None:
    elena.begin().tell(photo=upload(picture())).put("point", lat=SAN_BORTOLO[0], lon=SAN_BORTOLO[1])
    cookies = elena.client.cookies

    def send(_: int) -> tuple[int, str]:
        client = Client()
        client.cookies = cookies
        answer = client.post(elena.url("pubblica/"))
        connections.close_all()
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, range(8)))
    assert answers == {(302, f"/it/rovigo/post/{elena.pk}/fatto/")}
    assert Post.objects.count() == PostChange.objects.count() == ExactPlace.objects.count() == 1
    assert len(stored()) == 1
    assert not Draft.objects.exists()


@pytest.mark.parametrize("post", ["", "none", "x" * 36, "9" * 5000])
def test_an_answer_to_a_draft_that_is_no_more(cast: SimpleNamespace, elena: Writer, post: str) -> None:
    elena.written(cast).publish()
    Post.objects.all().delete()
    assert elena.publish(post=post).answer.status_code == 404


def test_a_machine_that_begins_one_after_the_other_is_stopped(stranger: Writer, elena: Writer) -> None:
    for _ in range(drafts.BEGUN_PER_CLIENT.amount):
        stranger.begin()
    assert "Riprova fra un’ora" in stranger.begin().page
    assert Draft.objects.count() == drafts.BEGUN_PER_CLIENT.amount
    assert elena.begin().goes_to, "who is signed in goes on"


def test_a_look_at_the_address_publishes_nothing(cast: SimpleNamespace, elena: Writer) -> None:
    elena.written(cast)
    assert elena.client.get(elena.url("pubblica/")).headers["Location"] == elena.url("controlla/")
    assert not Post.objects.exists()


def test_an_unfinished_draft_leads_to_what_is_missing(elena: Writer) -> None:
    assert elena.begin().publish().goes_to == elena.url("parole/")
    assert elena.tell().publish().goes_to == elena.url("dove/")
    assert not Post.objects.exists()


def hold(cast: SimpleNamespace, writer: Writer) -> Post:
    writer.written(cast, space=cast.casa.pk).publish()
    return writer.post


def test_the_first_post_of_somebody_new_waits(cast: SimpleNamespace, elena: Writer) -> None:
    elena.written(cast, space=cast.casa.pk)
    assert "lo legge prima qualcuno di Casa di quartiere" in elena.look()
    elena.publish()
    assert elena.post.state == "pending"
    assert [change.what for change in elena.post.changes.all()] == ["held"]
    assert "Prima lo legge qualcuno di Casa di quartiere" in elena.client.get(elena.goes_to).content.decode()
    assert "Chi mi prende la spesa?" not in Client().get("/it/rovigo/").content.decode()
    assert hold(cast, elena).state == "pending", "waiting makes nobody known"
    Post.objects.earliest("created_at").approve(cast.marta)
    assert hold(cast, elena).state == "open"


@pytest.mark.parametrize(
    ("who", "state"),
    [
        ("elena", "pending"),
        ("li", "pending"),
        ("ada", "open"),
        ("marta", "open"),
        ("nives", "open"),
        ("ottavio", "open"),
    ],
)
def test_who_holds_an_office_waits_for_nobody(cast: SimpleNamespace, sign_in: SignIn, who: str, state: str) -> None:
    """Taking part (Li) is no office: anybody may, a minute before writing."""
    assert hold(cast, Writer(sign_in(getattr(cast, who)))).state == state


@pytest.mark.parametrize("state", ["open", "expired"])
def test_who_was_on_a_board_is_not_new(cast: SimpleNamespace, elena: Writer, make_post: MakePost, state: str) -> None:
    make_post(state=state)
    assert hold(cast, elena).state == "open"


def test_after_a_removal_the_next_one_waits_wherever_it_is(
    cast: SimpleNamespace, elena: Writer, make_post: MakePost
) -> None:
    make_post().refuse(cast.marta, "Pubblicità")
    elena.written(cast).publish()
    assert elena.post.state == "pending"
    elena.post.approve(cast.ottavio)
    elena.written(cast).publish()
    assert elena.post.state == "open"


@pytest.mark.parametrize("then", ["leaves it", "takes it back"])
def test_after_a_removal_writing_twice_leads_past_nobody(
    cast: SimpleNamespace, elena: Writer, make_post: MakePost, then: str
) -> None:
    make_post().refuse(cast.marta, "Pubblicità")
    elena.written(cast).publish()
    if then == "takes it back":
        elena.post.withdraw(cast.elena)
    elena.written(cast).publish()
    assert elena.post.state == "pending"


def test_while_one_that_was_taken_down_waits_the_next_one_does_too(
    cast: SimpleNamespace, elena: Writer, make_post: MakePost
) -> None:
    make_post().hide(cast.ottavio)
    elena.written(cast).publish()
    assert elena.post.state == "pending"


def test_days_of_waiting_are_not_taken_from_it(cast: SimpleNamespace, elena: Writer) -> None:
    post = hold(cast, elena)
    before = post.expires_at - post.published_at
    Post.objects.filter(pk=post.pk).update(published_at="2026-01-01T00:00Z", expires_at="2026-01-15T00:00Z")
    post.refresh_from_db()
    post.approve(cast.marta)
    assert post.expires_at - post.published_at == before
    assert post.is_open


def test_the_exact_place_is_read_by_few_and_each_reading_is_noted(
    cast: SimpleNamespace, elena: Writer, sign_in: SignIn
) -> None:
    elena.begin().tell(space=cast.casa.pk).put("point", lat=SAN_BORTOLO[0], lon=SAN_BORTOLO[1], note="citofono Rossi")
    elena.publish()
    url = f"/it/rovigo/post/{elena.pk}/indirizzo/"
    shown: dict[str, Any] = {}
    for who in ["elena", "marta", "ottavio", "nives", "rachid", "ada", "li"]:
        client = sign_in(getattr(cast, who))
        looked = client.get(url)
        assert "citofono Rossi" not in looked.content.decode(), "a look shows nothing yet"
        answer = client.post(url)
        assert looked.status_code == answer.status_code
        shown[who] = "citofono Rossi" in answer.content.decode()
    assert shown == {who: who in ("elena", "marta", "ottavio", "nives") for who in shown}
    assert Client().post(url).status_code == 302
    with pytest.raises(PermissionDenied):
        exact_places.read(elena.post, cast.rachid, exact_places.Why.ASKED)
    read = exact_places.readings(elena.post)
    assert [reading.reader for reading in read] == [cast.nives, cast.ottavio, cast.marta, cast.elena]
    page = elena.client.get(f"/it/rovigo/post/{elena.pk}/storia/").content.decode()
    assert "Marta: ha chiesto di vederlo" in " ".join(re.sub("<[^>]+>", "", page).split())
