"""A suspension works at once, where and as long as it says; and two who decide at once never both win."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from moderation import decisions
from moderation.forms import SuspensionForm
from moderation.models import Report
from moderation.queue import count_for
from mutual_aid.models import Post
from residents.models import Resident
from spaces.access import Action, may
from spaces.models import Ban, Space

type SignIn = Callable[[Resident], Client]
type Make = Callable[..., Post]

HERE = "/it/rovigo/luoghi/casa/persone/sospendi/"
IN_CITY = "/it/rovigo/persone/sospendi/"
FORM = {"reason": "Ha insistito.", "how_long": "week", "take_back": "on"}


def room_of(cast: SimpleNamespace) -> Space:
    return Space.objects.create(city=cast.city, name="Stanza", slug="stanza", kind="virtual", link="https://a.example")


# How somebody is suspended


def test_from_the_queue_to_the_form_and_the_author_is_suspended_here(
    cast: SimpleNamespace, sign_in: SignIn, make_post: Make
) -> None:
    browser, post = sign_in(cast.marta), make_post(space=cast.casa)
    Report.objects.make(post, by=cast.li, reason="unkind")
    link = f"{HERE}?post={post.pk}"
    assert link in browser.get("/it/rovigo/da-vedere/").content.decode()
    page = browser.get(link).content.decode()
    assert "Sospendi Elena" in page and 'name="email"' not in page
    answer = browser.post(link, FORM, follow=True)
    assert "La sospensione di Elena vale da adesso." in answer.content.decode()
    ban = Ban.objects.get(resident=cast.elena)
    assert (ban.space, ban.reason, ban.made_by) == (cast.casa, "Ha insistito.", cast.marta)
    assert ban.until is not None and timedelta(days=6, hours=23) < ban.until - now() <= timedelta(days=7)


def test_by_the_exact_address_and_in_no_other_way(cast: SimpleNamespace, sign_in: SignIn) -> None:
    browser = sign_in(cast.nives)
    for wrong in ["elena", "elena@", "nessuno@example.org", "lena@example.org"]:
        assert browser.post(IN_CITY, FORM | {"email": wrong}).status_code == 200
    assert not Ban.objects.filter(resident=cast.elena).exists()
    assert browser.post(IN_CITY, FORM | {"email": " Elena@Example.ORG"}).status_code == 302
    assert Ban.objects.get(resident=cast.elena).space is None


def test_a_link_points_only_at_people_of_the_place(cast: SimpleNamespace, sign_in: SignIn, make_post: Make) -> None:
    elsewhere, browser = make_post(space=None), sign_in(cast.marta)
    for query in [f"post={elsewhere.pk}", "post=nonsense", "membro=999999", "membro=x", "membro=" + "9" * 30]:
        page = browser.get(f"{HERE}?{query}").content.decode()
        assert "Elena" not in page and 'name="email"' in page
    member = cast.casa.memberships.get(resident=cast.li)
    assert "Sospendi Li" in browser.get(f"{HERE}?membro={member.pk}").content.decode()
    assert "Sospendi Li" in sign_in(cast.nives).get(f"{IN_CITY}?membro={member.pk}").content.decode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": ""}, "Scrivi perché: la persona deve poterlo capire."),
        ({"how_long": ""}, "Scegli per quanto tempo."),
        ({"how_long": "day", "day": ""}, "Manca il giorno."),
        ({"how_long": "day", "day": "31/11"}, "Il 31 novembre non esiste"),
        ({"how_long": "day", "day": "1/1/2020"}, "è già passato"),
        ({"email": ""}, "Manca l’indirizzo."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    change: dict[str, str], sentence: str, cast: SimpleNamespace, sign_in: SignIn
) -> None:
    page = sign_in(cast.marta).post(HERE, FORM | {"email": "li@example.org"} | change).content.decode()
    assert sentence in page
    assert not Ban.objects.exclude(resident=cast.bruno).exists()
    assert change.get("reason", "Ha insistito.") in page


def test_until_a_day_means_to_its_end_in_the_city(cast: SimpleNamespace) -> None:
    form = SuspensionForm(FORM | {"how_long": "day", "day": "domani"}, city=cast.city, resident=cast.li)
    assert form.is_valid() and form.until is not None
    assert form.until.strftime("%H:%M:%S") == "23:59:59" and str(form.until.tzinfo) == "Europe/Rome"


def test_who_answers_for_a_place_is_not_suspended_from_it(cast: SimpleNamespace, sign_in: SignIn) -> None:
    for by, place, whom in [
        (cast.marta, HERE, "marta"),
        (cast.marta, HERE, "nives"),
        (cast.marta, HERE, "ottavio"),
        (cast.ottavio, IN_CITY, "nives"),
    ]:
        page = sign_in(by).post(place, FORM | {"email": f"{whom}@example.org"})
        assert "prima va tolto il suo ruolo" in page.content.decode()
    assert not Ban.objects.exclude(resident=cast.bruno).exists()


def test_who_is_suspended_already_stays_as_they_are(cast: SimpleNamespace, sign_in: SignIn) -> None:
    page = sign_in(cast.nives).post(IN_CITY, FORM | {"email": "bruno@example.org"})
    assert "È già sospesa" in page.content.decode()
    assert Ban.objects.get(resident=cast.bruno).until is None


def test_after_a_suspension_ran_out_there_may_be_another(cast: SimpleNamespace) -> None:
    cast.casa.ban(cast.li, by=cast.marta, reason="Prima volta", until=now() + timedelta(hours=1))
    with time_machine.travel(now() + timedelta(hours=2)):
        assert may(cast.li, Action.SPACE_JOIN, cast.casa)
        cast.casa.ban(cast.li, by=cast.marta, reason="Seconda volta")
        assert not may(cast.li, Action.SPACE_JOIN, cast.casa)
    first, second = Ban.objects.filter(resident=cast.li).order_by("pk")
    assert first.lifted_at == first.until and second.lifted_at is None


def test_the_space_can_be_changed_for_the_city_by_its_people_only(cast: SimpleNamespace, sign_in: SignIn) -> None:
    assert "Oppure in tutta la città" in sign_in(cast.ottavio).get(HERE).content.decode()
    assert "Oppure in tutta la città" not in sign_in(cast.marta).get(HERE).content.decode()
    assert sign_in(cast.marta).get(IN_CITY).status_code == 403


# What it takes away


def test_open_posts_there_go_back_to_waiting_unless_told_otherwise(
    cast: SimpleNamespace, client: Client, sign_in: SignIn, make_post: Make
) -> None:
    here, elsewhere = make_post(space=cast.casa, title="Qui dentro"), make_post(title="Altrove")
    page = sign_in(cast.marta).get(HERE).content.decode()
    assert "checked" in page[page.index('name="take_back"') :].partition(">")[0]
    sign_in(cast.marta).post(HERE, FORM | {"email": "elena@example.org"})
    here.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (here.state, elsewhere.state) == ("pending", "open")
    assert [change.what for change in here.changes.all()] == ["hidden"]
    assert "Qui dentro" not in client.get("/it/rovigo/").content.decode()
    assert count_for(cast.marta, cast.city) == 1
    sign_in(cast.nives).post(IN_CITY, {"reason": "Basta.", "how_long": "for_good", "email": "elena@example.org"})
    elsewhere.refresh_from_db()
    assert elsewhere.state == "open", "the box was not ticked"
    assert not Ban.objects.get(resident=cast.elena, space=None).until


def test_it_works_at_once_here_and_not_elsewhere(cast: SimpleNamespace, sign_in: SignIn) -> None:
    room = room_of(cast)
    browser = sign_in(cast.li)
    assert browser.get("/it/rovigo/luoghi/casa/partecipa/").status_code == 200
    cast.casa.ban(cast.li, by=cast.marta, reason="Ha insistito.")
    refused = browser.get("/it/rovigo/luoghi/casa/partecipa/")
    assert refused.status_code == 403
    assert browser.post(f"/it/rovigo/luoghi/{room.slug}/partecipa/").status_code == 302
    assert not may(cast.li, Action.POST_PUBLISH, Post(city=cast.city, space=cast.casa))
    assert may(cast.li, Action.POST_PUBLISH, Post(city=cast.city, space=room))
    assert may(cast.li, Action.POST_PUBLISH, cast.city)


def test_in_the_city_it_holds_everywhere_and_ends_when_it_says(cast: SimpleNamespace, sign_in: SignIn) -> None:
    places = ["/it/rovigo/luoghi/casa/partecipa/", f"/it/rovigo/luoghi/{room_of(cast).slug}/partecipa/"]
    cast.city.ban(cast.elena, by=cast.nives, reason="Ha insistito.", until=now() + timedelta(days=2))
    for place in places:
        assert sign_in(cast.elena).get(place).status_code == 403
    with time_machine.travel(now() + timedelta(days=2, minutes=1)):
        for place in places:
            assert sign_in(cast.elena).get(place).status_code == 200


def test_who_is_suspended_reads_why_until_when_and_whom_to_call(cast: SimpleNamespace, sign_in: SignIn) -> None:
    cast.casa.ban(cast.li, by=cast.marta, reason="Ha insistito.", until=now().replace(2031, 5, 6))
    page = sign_in(cast.li).get("/it/rovigo/luoghi/casa/partecipa/")
    html = page.content.decode()
    assert page.status_code == 403
    for words in ["Casa di quartiere", "Ha insistito.", "6 Maggio 2031", "0425 000 012"]:
        assert words.lower() in html.lower(), words
    html = sign_in(cast.bruno).post("/it/rovigo/luoghi/casa/partecipa/").content.decode()
    assert "Ha offeso più volte" in html and "Non c’è una data in cui finisce." in html
    assert not cast.casa.memberships.filter(resident=cast.bruno).exists()


def test_a_ban_in_the_city_takes_an_office_in_a_space_away(
    cast: SimpleNamespace, sign_in: SignIn, make_post: Make
) -> None:
    post = make_post(space=cast.casa, state="pending")
    cast.city.ban(cast.marta, by=cast.nives, reason="Per ora no.")
    browser = sign_in(cast.marta)
    form = {"decision": "approve", "version": 1, "last_report": 0}
    assert browser.get("/it/rovigo/da-vedere/").status_code == 403
    assert browser.post(f"/it/rovigo/da-vedere/{post.pk}/", form).status_code == 403
    assert browser.get(f"/it/rovigo/post/{post.pk}/").status_code == 404


# Two at once


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all at the same moment, each on a connection of its own; what each returned or raised."""
    ready = Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def do(number: int, act: Callable[[], Any]) -> None:
        ready.wait()
        try:
            results[number] = act()
        except Exception as refusal:
            results[number] = refusal
        finally:
            connection.close()

    threads = [Thread(target=do, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "pair", [("approve", "refuse"), ("approve", "approve"), ("keep", "hide"), ("keep", "refuse"), ("keep", "keep")]
)
@pytest.mark.usefixtures("no_jobs_left")
def test_two_decide_at_once_and_one_wins(pair: tuple[str, str], cast: SimpleNamespace, make_post: Make) -> None:
    for _ in range(5):
        post = make_post(space=cast.casa, state="pending" if pair[0] == "approve" else "open")
        Report.objects.make(post, by=cast.li, reason="other")
        seen = {"why": "Perché sì.", "version": 1, "last_report": Report.objects.latest("pk").pk}

        def act(by: Resident, decision: str, post: Post = post, seen: dict[str, Any] = seen) -> None:
            decisions.decide(Post.objects.get(pk=post.pk), decision, by=by, **seen)

        results = at_once(lambda: act(cast.marta, pair[0]), lambda: act(cast.ottavio, pair[1]))
        assert sorted(type(result).__name__ for result in results) == ["Moved", "NoneType"]
        winner = pair[results.index(None)]
        assert post.changes.count() == (0 if winner == "keep" else 1)


@pytest.mark.django_db(transaction=True)
def test_two_suspend_at_once_and_there_is_one_ban(cast: SimpleNamespace) -> None:
    for who in [cast.elena, cast.rachid, cast.li]:
        suspend = [lambda by=by, who=who: cast.casa.ban(who, by=by, reason="Basta.") for by in (cast.marta, cast.nives)]
        results = at_once(*suspend)
        assert sorted(type(result).__name__ for result in results) == ["Already", "Ban"]
        assert Ban.objects.filter(resident=who).count() == 1
