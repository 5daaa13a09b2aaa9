"""Days as people write them, those that cannot be, and until when a post stays: all counted in the city."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine

from mutual_aid.lasting import end_of_day, today
from mutual_aid.models import Post
from tests.mutual_aid.writer import Writer, errors

pytestmark = pytest.mark.django_db
NOVEMBER = time_machine.travel("2026-11-22T10:00:00+01:00", tick=False)


@NOVEMBER
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31/11/2026", "Il 31 novembre non esiste. Novembre ha 30 giorni. Forse il 30?"),
        ("29-02-2027", "Il 29 febbraio non esiste. Nel 2027 febbraio ha 28 giorni. Forse il 28?"),
        ("2026-12-32", "Il 32 dicembre non esiste. Dicembre ha 31 giorni. Forse il 31?"),
        ("12/31/2026", "Il mese 31 non esiste. Prima il giorno, poi il mese. Forse 31/12/2026?"),
        ("1/0/2027", "Il mese 0 non esiste. I mesi sono dodici: da 1 a 12."),
        ("0/12/2026", "Il 0 dicembre non esiste. I giorni cominciano da 1."),
        ("21/11/2026", "Il 21 novembre è già passato. Scegli un giorno da oggi in poi."),
        ("1/6/2027", "Il 1 giugno è troppo lontano. Un biglietto resta al massimo 90 giorni: fino al 20 febbraio."),
        ("31/12/9999", "L’anno 9999 non va. Scrivi un giorno dei prossimi mesi."),
        ("quando puoi", "Non capisco il giorno. Scrivilo così: 22/11/2026."),
        ("<b>1</b>", "Non capisco il giorno. Scrivilo così: 22/11/2026."),
        ("9" * 5000, "Non capisco il giorno. Scrivilo così: 22/11/2026."),
        ("", "Scrivi entro quale giorno."),
    ],
)
def test_a_day_that_cannot_be_gets_a_sentence(elena: Writer, typed: str, sentence: str) -> None:
    page = elena.begin().tell(timing="by", by_date=typed).page
    assert errors(page) == [sentence]
    assert f'value="{typed}"'.replace("<", "&lt;").replace(">", "&gt;") in page or not typed
    assert "Chi mi prende la spesa?" in page


@NOVEMBER
@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("31/12/2026", "2026-12-31"), ("31-12-2026", "2026-12-31"), ("31.12.26", "2026-12-31"),
        ("31 12", "2026-12-31"),
        ("2026-12-31", "2026-12-31"), ("31 dicembre", "2026-12-31"), ("1° gennaio", "2027-01-01"),
        ("3/1", "2027-01-03"),
        ("Domani", "2026-11-23"), ("dopodomani", "2026-11-24"), ("oggi", "2026-11-22"), ("domenica", "2026-11-29"),
        ("sabato 5 dicembre", "2026-12-05"), ("٣١/١٢/٢٠٢٦", "2026-12-31"),
    ],
)  # fmt: skip
def test_days_as_people_write_them(elena: Writer, typed: str, day: str) -> None:
    assert elena.begin().tell(timing="by", by_date=typed).goes_to == elena.url("dove/")
    assert elena.draft.fields["by_date"] == day
    assert f"{day[8:]}/{day[5:7]}/{day[:4]}" in elena.look("parole/")


def test_the_day_is_the_citys(cast: SimpleNamespace, elena: Writer) -> None:
    with time_machine.travel("2026-11-22T23:30:00+00:00", tick=False):  # half past midnight of the 23rd in Rovigo
        assert elena.begin().tell(timing="by", by_date="oggi").goes_to
        assert elena.draft.fields["by_date"] == "2026-11-23"


@NOVEMBER
def test_what_was_filled_in_is_meant(elena: Writer) -> None:
    """Who writes a day, or ticks Tuesday, and leaves «Quando capita» as it stood, means the day."""
    elena.begin().tell(by_date="30/11")
    assert (elena.draft.fields["timing"], elena.draft.fields["by_date"]) == ("by", "2026-11-30")
    elena.tell(weekdays=["1"])
    assert (elena.draft.fields["timing"], elena.draft.fields["weekdays"]) == ("weekly", [1])
    assert elena.draft.fields["by_date"] is None


@NOVEMBER
def test_who_changes_their_mind_need_not_correct_the_day(elena: Writer) -> None:
    assert elena.begin().tell(timing="weekly", weekdays=["1"], by_date="31/11").goes_to == elena.url("dove/")
    assert elena.draft.fields["by_date"] is None


@NOVEMBER
def test_how_long_it_stays(cast: SimpleNamespace, elena: Writer) -> None:
    elena.written(cast)
    assert "fino al 6 dicembre" in elena.look()
    assert errors(elena.until("1/6/2027").page) == [
        "Il 1 giugno è troppo lontano. Un biglietto resta al massimo 90 giorni: fino al 20 febbraio."
    ]
    assert elena.until("10/12").goes_to == elena.url("controlla/")
    assert "fino al 10 dicembre" in elena.look()
    elena.publish()
    assert elena.post.expires_at == end_of_day(cast.city, today(cast.city) + timedelta(days=18))


@NOVEMBER
@pytest.mark.parametrize(
    ("kind", "words", "days"),
    [("request", {}, 14), ("offer", {}, 30), ("offer", {"by_date": "25/11"}, 3)],
)
def test_the_usual_time(cast: SimpleNamespace, elena: Writer, kind: str, words: dict[str, str], days: int) -> None:
    elena.begin(kind=kind).tell(**words).put("city").goes_to  # noqa: B018 (it asserts)
    elena.publish()
    stays = elena.post.expires_at - elena.post.published_at
    assert timedelta(days=days) <= stays < timedelta(days=days + 1)


def test_a_day_that_passed_meanwhile_is_asked_again(cast: SimpleNamespace, elena: Writer) -> None:
    with time_machine.travel("2026-11-22T10:00:00+01:00", tick=False):
        elena.written(cast, by_date="23/11")
    with time_machine.travel("2026-11-25T10:00:00+01:00", tick=False):
        assert elena.publish().goes_to == elena.url("parole/")
        assert "Il giorno che avevi scelto è passato" in elena.look("parole/")
    assert not Post.objects.exists()
