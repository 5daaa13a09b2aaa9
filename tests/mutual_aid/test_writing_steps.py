"""Writing a post, page by page: what each asks, what it answers to what cannot be, and that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.test import Client

from mutual_aid.models import Draft, Post
from residents.models import Resident
from spaces.models import Space
from tests.mutual_aid.writer import Writer, errors

pytestmark = pytest.mark.django_db
NOVEMBER = time_machine.travel("2026-11-22T10:00:00+01:00", tick=False)


def test_four_steps_lead_to_the_board(cast: SimpleNamespace, elena: Writer) -> None:
    assert elena.begin(kind="offer", category="rides").goes_to == elena.url("parole/")
    told = elena.tell(title="Passaggi al mercato", people="3", timing="weekly", weekdays=["3", "1"])
    assert told.goes_to == elena.url("dove/")
    assert elena.put(neighbourhood=cast.san_bortolo.pk).goes_to == elena.url("controlla/")
    assert "Così ti vedono gli altri" in elena.look()
    assert elena.publish().goes_to == f"/it/rovigo/post/{elena.pk}/fatto/"
    post = elena.post
    assert (post.state, post.author, post.kind, post.category, post.people) == ("open", cast.elena, "offer", "rides", 3)
    assert (post.timing, post.weekdays, post.precision, post.version) == ("weekly", [1, 3], "neighbourhood", 1)
    assert [change.what for change in post.changes.all()] == ["published"]
    assert not Draft.objects.exists()
    assert "Passaggi al mercato" in elena.client.get("/it/rovigo/").content.decode()
    assert "È in bacheca" in elena.client.get(f"/it/rovigo/post/{elena.pk}/fatto/").content.decode()


def test_step_one_asks_for_both(elena: Writer) -> None:
    page = elena.begin(kind="", category="").page
    assert errors(page) == ["Scegli se chiedi o se offri.", "Scegli per che cosa."]
    assert errors(elena.begin(kind="gift", category="gold").page) == errors(page)
    assert not Draft.objects.exists()
    chosen = elena.begin(kind="offer", category="").page
    assert 'value="offer" checked' in " ".join(chosen.split()) or "checked" in chosen.split('value="offer"')[1][:80]


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("", "Manca il titolo: scrivi almeno due parole."),
        ("   ", "Manca il titolo: scrivi almeno due parole."),
        ("\x00\x07", "Manca il titolo: scrivi almeno due parole."),
        ("Spesa", "Scrivi almeno due parole."),
        ("🙂 🙂 🙂", "Scrivi almeno due parole."),
        ("a b" * 40, "Il titolo è di 120 lettere: ce ne stanno 80."),
    ],
)
def test_a_title_is_two_words_at_least(elena: Writer, title: str, sentence: str) -> None:
    page = elena.begin().tell(title=title, words="Devo portare via un armadio.").page
    assert errors(page) == [sentence]
    assert "Quello che hai scritto è rimasto." in page
    assert "Devo portare via un armadio." in page
    assert title.strip("\x00\x07 ") in page


def test_letters_of_chinese_are_words(elena: Writer) -> None:
    assert elena.begin().tell(title="需要帮助", language="zh").goes_to == elena.url("dove/")


def test_two_thousand_letters_fit_and_no_more(elena: Writer) -> None:
    long = "è" * 2001
    page = elena.begin().tell(words=long).page
    assert errors(page) == ["Il racconto è di 2001 lettere: ce ne stanno 2000."]
    assert long in page
    assert elena.tell(words="e\u0301" * 2000).goes_to == elena.url("dove/")  # composed, these are 2000


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"timing": "weekly"}, "Scegli almeno un giorno della settimana."),
        ({"timing": "weekly", "weekdays": ["9"]}, "Scegli fra i sette giorni della settimana."),
        ({"people": "0"}, "Scrivi quante persone, da 1 a 50."),
        ({"people": "51"}, "Scrivi quante persone, da 1 a 50."),
        ({"people": "tre"}, "Scrivi quante persone, da 1 a 50."),
        ({"people": ""}, "Scrivi quante persone, da 1 a 50."),
        ({"languages": ["it", "klingon"]}, "Scegli fra le lingue qui sotto."),
        ({"language": "xx"}, "Scegli in che lingua hai scritto."),
        ({"space": "999999"}, "Quel luogo non è fra quelli di questa città."),
        ({"photo_alt": "o" * 161}, "La descrizione è di 161 lettere: ce ne stanno 160."),
    ],
)
def test_what_cannot_be_gets_its_sentence(elena: Writer, facts: dict[str, Any], sentence: str) -> None:
    page = elena.begin().tell(words="Due borse e il pane.", **facts).page
    assert errors(page) == [sentence]
    assert "Due borse e il pane." in page
    assert "title" not in elena.draft.fields


def test_words_come_out_as_they_went_in(cast: SimpleNamespace, elena: Writer) -> None:
    """HTML is shown as typed, emoji and right-to-left words stay whole; what turns or rings the bell goes."""
    title = "<b>Aiuto</b> 👨‍👩‍👧‍👦 لمساعدة"
    words = "Riga uno\x07\r\nriga\u202e due & <script>alert(1)</script>\x00 e\u0301 \u2066fine\u2069"
    elena.written(cast, title=title, words=words, language="ar").publish()
    post = elena.post
    assert post.title == title
    assert post.words == "Riga uno\nriga due & <script>alert(1)</script> é fine"
    for page in (f"/it/rovigo/post/{post.pk}/", "/it/rovigo/"):
        html = elena.client.get(page).content.decode()
        assert "&lt;b&gt;Aiuto&lt;/b&gt; 👨‍👩‍👧‍👦 لمساعدة" in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "<script>alert" not in html
        assert 'lang="ar" dir="auto"' in html


def test_going_back_finds_what_was_written(cast: SimpleNamespace, elena: Writer) -> None:
    elena.written(cast, words="Pane e latte.", people="4", part_of_day="morning", urgent="on", space=cast.casa.pk)
    page = elena.look("parole/")
    assert "Pane e latte." in page
    assert 'value="4"' in page
    assert f'value="{cast.casa.pk}" selected' in page
    assert "San Bortolo" in elena.look("dove/")
    assert elena.put("kept").goes_to == elena.url("controlla/")
    assert elena.tell(words="Solo il pane.").goes_to == elena.url("controlla/")
    assert "Solo il pane." in elena.look()


def test_an_unfinished_draft_is_offered(cast: SimpleNamespace, elena: Writer, stranger: Writer) -> None:
    for writer in (elena, stranger):
        assert "a metà" not in writer.client.get("/it/rovigo/scrivi/").content.decode()
        writer.begin().tell(title="Un passaggio per il mercato")
        page = writer.client.get("/it/rovigo/scrivi/").content.decode()
        assert "a metà" in page
        assert "Un passaggio per il mercato" in page
        assert str(writer.pk) in page
        assert writer.client.get(writer.url("controlla/")).headers["Location"] == writer.url("dove/")


def test_nobody_else_finds_a_draft(cast: SimpleNamespace, elena: Writer, stranger: Writer, sign_in: Any) -> None:
    elena.written(cast)
    stranger.written(cast)
    other = Client()
    for client in (other, sign_in(cast.rachid), sign_in(cast.marta), sign_in(cast.nives)):
        for writer in (elena, stranger):
            for page in ("", "parole/", "dove/", "controlla/", "foto/", "pubblica/"):
                assert client.get(writer.url(page)).status_code == 404
            assert client.post(writer.url("pubblica/")).status_code == 404
    assert elena.client.get(elena.url("controlla/").replace("rovigo", "padova")).status_code == 404


def test_pages_of_writing_are_never_stored(cast: SimpleNamespace, elena: Writer) -> None:
    elena.written(cast)
    for page in ("", "parole/", "dove/", "controlla/"):
        assert "no-store" in elena.client.get(elena.url(page)).headers["Cache-Control"]


def test_the_preview_is_the_card(cast: SimpleNamespace, elena: Writer) -> None:
    """What the author saw is, byte for byte, what stands on the board; only where it leads and when differ."""
    with time_machine.travel("2026-11-22T10:00:00+01:00", tick=False):
        elena.written(cast, title="Chi mi aiuta domani?", urgent="on", languages=["it", "ro"], weekdays=["1"])
        preview = card(elena.look()).replace("#card", elena_url(elena))
        elena.publish()
        board = card(elena.client.get("/it/rovigo/").content.decode())
    assert preview == board


def elena_url(elena: Writer) -> str:
    return f"/it/rovigo/post/{elena.pk}/"


def card(page: str) -> str:
    return page[page.index("<article") : page.index("</article>")]


@pytest.mark.parametrize(
    ("words", "notice"),
    [
        ("Chiamate il 349 000 0000.", "C’è un numero di telefono."),
        ("Chiamate il 349 1234567 o suonate", "C’è un numero di telefono."),
        ("Chiamate il 349 1234567 o suonate in via Roma 12", "C’è un indirizzo."),
        ("Scrivi a elena@example.org", "C’è un indirizzo e-mail."),
        ("IT60 X054 2811 1010 0000 0123 456", "C’è un conto bancario."),
        ("Abito in via Roma 12, secondo piano", "C’è un indirizzo."),
        ("Mia madre ha l’Alzheimer", "Si parla di salute."),
    ],
)
def test_a_gentle_notice_that_blocks_nothing(cast: SimpleNamespace, elena: Writer, words: str, notice: str) -> None:
    page = elena.written(cast, words=words).look()
    assert notice in page
    assert "Cambia il testo" in page
    elena.publish()
    assert elena.post.is_open


@pytest.mark.parametrize(
    "words",
    [
        "Dal 10/11/2026 alle 15.30",
        "Vado via alle 3",
        "Due borse da 5 kg, 12 uova",
        "Il 12, 13 e 14 dicembre",
        "CAP 45100",
    ],
)
def test_plain_words_get_no_notice(cast: SimpleNamespace, elena: Writer, words: str) -> None:
    assert "Cambia il testo" not in elena.written(cast, words=words).look()


def test_who_is_suspended_reads_why_and_keeps_the_words(
    cast: SimpleNamespace, stranger: Writer, sign_in: Callable[[Resident], Client]
) -> None:
    assert "Ha offeso più volte" in sign_in(cast.bruno).get("/it/rovigo/scrivi/").content.decode()
    stranger.written(cast, title="Scritto prima di entrare")
    stranger.client.force_login(cast.bruno, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = stranger.client.session
    session["drafts"] = [str(stranger.pk)]
    session.save()
    answer = stranger.publish().answer
    assert answer.status_code == 403
    assert "Ha offeso più volte" in stranger.page
    assert "Quello che hai scritto è rimasto." in stranger.page
    assert not Post.objects.exists()
    assert "Scritto prima di entrare" in stranger.look()


def test_a_ban_from_a_space_holds_for_what_is_entrusted_to_it(cast: SimpleNamespace, elena: Writer) -> None:
    Space.objects.get(pk=cast.casa.pk).ban(cast.elena, by=cast.marta, reason="Solo qui")
    elena.written(cast, space=cast.casa.pk)
    assert elena.publish().answer.status_code == 403
    elena.tell()
    assert elena.publish().goes_to.endswith("/fatto/")
