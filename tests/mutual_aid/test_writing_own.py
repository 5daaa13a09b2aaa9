"""What authors do with what stands: change, withdraw, renew, look back. No window overwrites another unseen."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client
from django.utils.timezone import now

from mutual_aid.models import Draft, ExactPlace, Post
from residents.models import Resident
from spaces import location
from tests.conftest import COMMENDA, SAN_BORTOLO
from tests.mutual_aid.test_writing_photo import picture, stored, upload
from tests.mutual_aid.writer import Writer

pytestmark = pytest.mark.django_db
type SignIn = Callable[[Resident], Client]
type MakePost = Callable[..., Post]


def change(post: Post, client: Client, step: str = "write-words") -> Writer:
    """A window in which the author changes the post."""
    writer = Writer(client)
    writer.answer = client.post(own(post, "cambia"), {"step": step})
    writer.pk = UUID(writer.goes_to.split("/")[4])
    return writer


def own(post: Post, page: str) -> str:
    return f"/it/rovigo/post/{post.pk}/{page}/"


@pytest.fixture
def post(cast: SimpleNamespace, elena: Writer) -> Post:
    elena.begin().tell(photo=upload(picture())).put("point", lat=SAN_BORTOLO[0], lon=SAN_BORTOLO[1], note="in fondo")
    elena.publish()
    return elena.post


def test_a_change_goes_through_the_same_pages(post: Post, elena: Writer) -> None:
    window = change(post, elena.client)
    page = window.look("parole/")
    assert "Chi mi prende la spesa?" in page
    assert "La foto che hai scelto è rimasta." in page
    assert window.tell(title="Chi mi prende il pane?").goes_to == window.url("controlla/")
    assert "Salva i cambiamenti" in window.look()
    assert elena.post.title == "Chi mi prende la spesa?", "nothing changes before it is saved"
    assert window.publish(post=post.pk).goes_to == own(post, "fatto")
    assert (elena.post.title, elena.post.version, elena.post.expires_at) == (
        "Chi mi prende il pane?",
        2,
        post.expires_at,
    )
    assert elena.post.photo == post.photo
    edited = elena.post.changes.get(what="edited")
    assert (edited.before, edited.by) == ({"title": "Chi mi prende la spesa?"}, post.author)
    assert ExactPlace.objects.get().note == "in fondo"
    assert not Draft.objects.exists()


def test_a_change_sent_twice_is_made_once(post: Post, elena: Writer) -> None:
    window = change(post, elena.client).tell(title="Chi mi prende il pane?")
    assert window.publish(post=post.pk).goes_to == window.publish(post=post.pk).goes_to == own(post, "fatto")
    assert elena.post.version == 2


def test_the_second_window_gets_a_sentence_and_both_stay(post: Post, elena: Writer) -> None:
    one, two = change(post, elena.client), change(post, elena.client)
    one.tell(title="Scritto nella prima").publish()
    two.tell(title="Scritto nella seconda", words="Con tante parole.")
    answer = two.publish(post=post.pk).answer
    assert answer.status_code == 409
    for words in ["È cambiato nel frattempo", "Scritto nella prima", "Scritto nella seconda", "Con tante parole."]:
        assert words in two.page
    assert (elena.post.title, elena.post.version) == ("Scritto nella prima", 2)
    assert two.publish(post=post.pk).answer.status_code == 409, "sent again it still does not overwrite"
    over = re.search(r'name="over" value="(\d+)"', two.page)
    assert over
    assert two.publish(post=post.pk, over=over[1]).goes_to == own(post, "fatto")
    assert (elena.post.title, elena.post.version) == ("Scritto nella seconda", 3)


def test_what_was_seen_in_a_conflict_may_change_again(post: Post, elena: Writer) -> None:
    windows = [change(post, elena.client).tell(title=f"Finestra numero {n}") for n in range(3)]
    windows[0].publish()
    windows[1].publish()
    windows[2].publish(over="2")
    assert windows[1].publish(over="2").answer.status_code == 409
    assert elena.post.title == "Finestra numero 2"


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once(cast: SimpleNamespace, post: Post, elena: Writer) -> None:
    windows = [change(post, elena.client).tell(title=f"Finestra numero {n}") for n in range(4)]

    def save(window: Writer) -> int:
        client = Client()
        client.cookies = elena.client.cookies
        status = client.post(window.url("pubblica/"), {"post": post.pk}).status_code
        connections.close_all()
        return int(status)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(save, windows)) == [302, 409, 409, 409]
    assert (elena.post.version, elena.post.changes.filter(what="edited").count()) == (2, 1)


def test_a_post_taken_away_meanwhile(post: Post, cast: SimpleNamespace, elena: Writer) -> None:
    window = change(post, elena.client).tell(title="Tante parole nuove")
    post.refuse(cast.marta, "Pubblicità")
    assert window.publish().answer.status_code == 409
    assert "è stato tolto dalla bacheca" in window.page
    assert "Tante parole nuove" in window.page
    assert "Metti il mio" not in window.page


def test_moving_within_a_cell_changes_nothing_that_others_see(post: Post, cast: SimpleNamespace, elena: Writer) -> None:
    lat, lon = SAN_BORTOLO[0] + 0.0004, SAN_BORTOLO[1] - 0.0004
    assert location.cell_for(cast.city, lat, lon) == post.cell.index
    before = seen(post), Post.objects.values().get(), list(post.changes.values())
    change(post, elena.client, "write-place").put("point", lat=lat, lon=lon, note="in fondo").publish()
    assert (ExactPlace.objects.get().lat, ExactPlace.objects.get().lon) == (lat, lon)
    assert (seen(post), Post.objects.values().get(), list(post.changes.values())) == before
    change(post, elena.client, "write-place").put("point", lat=COMMENDA[0], lon=COMMENDA[1]).publish()
    assert elena.post.version == 2
    assert seen(post) != before[0]


def seen(post: Post) -> list[bytes]:
    return [Client().get(page).content for page in (f"/it/rovigo/post/{post.pk}/", "/it/rovigo/")]


def test_a_picture_is_replaced_and_removed(post: Post, elena: Writer, django_capture_on_commit_callbacks: Any) -> None:
    [first] = stored()
    with django_capture_on_commit_callbacks(execute=True):
        window = change(post, elena.client).tell(photo=upload(picture("PNG")))
    assert first in stored(), "it stands until the change is saved"
    with django_capture_on_commit_callbacks(execute=True):
        window.publish()
    assert [f"posts/{name}" for name in stored()] == [elena.post.photo.name] != [f"posts/{first}"]
    with django_capture_on_commit_callbacks(execute=True):
        change(post, elena.client).tell(remove_photo="on").publish()
    assert (stored(), elena.post.photo.name) == ([], "")


def test_the_end_can_be_changed(post: Post, elena: Writer) -> None:
    assert change(post, elena.client, "write-check").until("domani").publish().goes_to
    assert elena.post.expires_at < now() + timedelta(days=2)


def test_withdrawing_forgets_the_address(post: Post, elena: Writer, stranger: Writer) -> None:
    assert "Non serve più?" in elena.client.get(own(post, "ritira")).content.decode()
    assert elena.post.is_open, "a look withdraws nothing"
    for _ in range(2):
        assert elena.client.post(own(post, "ritira")).headers["Location"] == own(post, "fatto")
    assert (elena.post.state, elena.post.version) == ("withdrawn", 2)
    assert not ExactPlace.objects.exists()
    assert "Ritirato, grazie" in elena.client.get(own(post, "fatto")).content.decode()
    assert stranger.client.get(f"/it/rovigo/post/{post.pk}/").status_code == 410


def test_who_is_suspended_may_still_withdraw(make_post: MakePost, cast: SimpleNamespace, sign_in: SignIn) -> None:
    post = make_post(author=cast.bruno)
    client = sign_in(cast.bruno)
    assert client.post(own(post, "ritira")).status_code == 302
    assert Post.objects.get().state == "withdrawn"
    assert client.get(own(post, "cambia")).status_code == 403


def test_renewing(make_post: MakePost, elena: Writer) -> None:
    soon = now() + timedelta(days=1)
    post = make_post(published_at=now() - timedelta(days=13), expires_at=soon, reminded_at=now())
    page = elena.client.get(own(post, "rinnova")).content.decode()
    assert "Serve ancora?" in page
    assert Post.objects.get().expires_at == soon, "a look renews nothing"
    for _ in range(2):
        answer = elena.client.post(own(post, "rinnova"), {"version": "1"})
        assert answer.headers["Location"] == own(post, "fatto")
    post.refresh_from_db()
    assert (post.version, post.reminded_at) == (2, None)
    assert post.expires_at > now() + timedelta(days=13)
    assert post.changes.filter(what="renewed").count() == 1


def test_what_ran_out_comes_back_without_its_day(make_post: MakePost, elena: Writer) -> None:
    past = now() - timedelta(days=3)
    post = make_post(
        state="expired", timing="by", by_date=past.date(), published_at=past - timedelta(days=3), expires_at=past
    )
    elena.client.post(own(post, "rinnova"), {"version": "1"})
    post.refresh_from_db()
    assert (post.state, post.timing, post.by_date) == ("open", "any", None)


@pytest.mark.parametrize("state", ["pending", "withdrawn", "removed"])
def test_what_does_not_stand_is_not_renewed(make_post: MakePost, elena: Writer, state: str) -> None:
    post = make_post(state=state)
    assert "non si può rinnovare" in elena.client.get(own(post, "rinnova")).content.decode()
    elena.client.post(own(post, "rinnova"), {"version": "1"})
    post.refresh_from_db()
    assert (post.state, post.version) == (state, 1)


def test_only_the_author_changes(post: Post, cast: SimpleNamespace, sign_in: SignIn) -> None:
    for who in ["rachid", "marta", "ottavio", "nives"]:
        client = sign_in(getattr(cast, who))
        for page in ["cambia", "ritira", "rinnova"]:
            assert client.get(own(post, page)).status_code == client.post(own(post, page)).status_code == 403
    assert Client().get(own(post, "cambia")).headers["Location"].startswith("/it/entra/")
    assert not Draft.objects.exists()


def test_the_history_is_for_the_author_and_the_coordinators(
    post: Post, cast: SimpleNamespace, elena: Writer, sign_in: SignIn
) -> None:
    change(post, elena.client).tell(title="Chi mi prende <il> pane?").publish()
    change(post, elena.client).tell(title="Chi mi prende il latte?").publish()
    post.refuse(cast.ottavio, "Sembra pubblicità")
    for who, status in [("elena", 200), ("ottavio", 200), ("nives", 200), ("rachid", 403), ("marta", 403)]:
        assert sign_in(getattr(cast, who)).get(own(post, "storia")).status_code == status
    page = elena.client.get(own(post, "storia")).content.decode()
    for words in [
        "Pubblicato",
        "Chi mi prende la spesa?",
        "Chi mi prende &lt;il&gt; pane?",
        "Sembra pubblicità",
        "Ottavio",
    ]:
        assert words in page
    assert "Il perché sta qui" in elena.client.get(own(post, "fatto")).content.decode()


def test_mine_shows_ones_own_on_this_board(
    make_post: MakePost, cast: SimpleNamespace, elena: Writer, sign_in: SignIn
) -> None:
    for state in ["open", "pending", "expired", "removed", "withdrawn"]:
        make_post(title=f"Biglietto {state}", state=state)
    elena.begin().tell(title="Lasciato a metà")
    answer = elena.client.get("/it/rovigo/mie/")
    page = answer.content.decode()
    for words in ["Biglietto open", "Biglietto pending", "Biglietto expired", "Biglietto removed", "Lasciato a metà"]:
        assert words in page
    assert "Biglietto withdrawn" not in page
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Biglietto" not in sign_in(cast.rachid).get("/it/rovigo/mie/").content.decode()
    assert Client().get("/it/rovigo/mie/").status_code == 302


def test_mine_asks_the_database_a_few_times(
    make_post: MakePost, elena: Writer, django_assert_max_num_queries: Any
) -> None:
    for n in range(25):
        make_post(title=f"Biglietto numero {n}")
    with django_assert_max_num_queries(8):
        elena.client.get("/it/rovigo/mie/")
