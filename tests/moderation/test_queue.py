"""What waits: who sees it, in which order, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from bs4 import BeautifulSoup
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from moderation.models import Report
from moderation.queue import count_for
from mutual_aid.models import Post
from residents.models import Resident
from spaces.models import Space
from tests.moderation.conftest import QUEUE

type SignIn = Callable[[Resident], Client]
type Make = Callable[..., Post]
type Decide = Callable[..., HttpResponse]


def titles(page: Any) -> list[str]:
    """The titles on a page of the queue, from top to bottom."""
    return [h2.a.get_text() for h2 in BeautifulSoup(page.content, "html.parser").select("main article h2")]  # type: ignore[union-attr]  # every card has its link


def test_a_coordinator_sees_what_waits_in_their_spaces_only(cast: SimpleNamespace, sign_in: SignIn, wait: Make) -> None:
    elsewhere = Space.objects.create(
        city=cast.city, name="Stanza", slug="stanza", kind="virtual", link="https://a.example"
    )
    wait(title="Alla Casa")
    wait(title="Nella Stanza", space=elsewhere)
    wait(title="Di nessun luogo", space=None)
    assert titles(sign_in(cast.marta).get(QUEUE)) == ["Alla Casa"]
    for city_person in [cast.ottavio, cast.nives]:
        assert set(titles(sign_in(city_person).get(QUEUE))) == {"Alla Casa", "Nella Stanza", "Di nessun luogo"}
    assert (count_for(cast.marta, cast.city), count_for(cast.nives, cast.city), count_for(cast.elena, cast.city)) == (
        1,
        3,
        0,
    )


def test_only_coordinators_open_the_queue(cast: SimpleNamespace, sign_in: SignIn, client: Client) -> None:
    for person in [cast.elena, cast.li, cast.ada, cast.bruno]:
        assert sign_in(person).get(QUEUE).status_code == 403, person
    assert client.get(QUEUE).status_code == 302


def test_what_is_open_and_nobody_reported_does_not_wait(
    cast: SimpleNamespace, sign_in: SignIn, make_post: Make
) -> None:
    make_post(space=cast.casa)
    make_post(space=cast.casa, state="withdrawn")
    page = sign_in(cast.marta).get(QUEUE)
    assert titles(page) == []
    assert "Niente che aspetti" in page.content.decode()


def test_the_gravest_comes_first_then_the_oldest(
    cast: SimpleNamespace, sign_in: SignIn, make_post: Make, wait: Make
) -> None:
    hours = [now() - timedelta(hours=n) for n in range(10)]
    wait(title="attende da tre ore", published_at=hours[3])
    wait(title="attende da cinque ore", published_at=hours[5])
    for title, reason, at in [
        ("altro", "other", hours[9]),
        ("pericolo", "unsafe", hours[1]),
        ("pericolo antico", "unsafe", hours[2]),
    ]:
        Report.objects.create(post=make_post(title=title, space=cast.casa), reason=reason, made_at=at)
    expected = ["pericolo antico", "pericolo", "altro", "attende da cinque ore", "attende da tre ore"]
    assert titles(sign_in(cast.marta).get(QUEUE)) == expected


def test_an_item_tells_why_since_when_and_who(
    cast: SimpleNamespace, sign_in: SignIn, make_post: Make, wait: Make
) -> None:
    long_words = "Due borse. " * 30 + "E un segreto in fondo."
    post = wait(title="La mia prima", words=long_words, published_at=now() - timedelta(hours=3))
    reported = make_post(author=cast.rachid, space=cast.casa, title="Strana")
    for person in [cast.li, cast.ada]:
        Report.objects.make(reported, by=person, reason="money", words=f"Mi ha chiesto dieci euro: {person.name}")
    page = sign_in(cast.marta).get(QUEUE).content.decode().replace("\xa0", " ")
    waiting, told = page[page.index("La mia prima") - 3000 :], page
    assert "da 3 ore" in waiting and "Elena" in waiting and "prima richiesta" in waiting
    assert "E un segreto in fondo." in page, "the whole text is there, beyond what the card shows"
    assert "Chiede o offre soldi ×2" in told and "Mi ha chiesto dieci euro: Ada" in told
    assert page.count(f"/post/{post.pk}/") >= 1


def test_who_has_written_before_is_not_new(cast: SimpleNamespace, sign_in: SignIn, make_post: Make, wait: Make) -> None:
    make_post(state="expired")
    wait()
    page = sign_in(cast.marta).get(QUEUE).content.decode()
    assert "prima richiesta" not in page


def test_no_decision_is_suggested(cast: SimpleNamespace, sign_in: SignIn, wait: Make) -> None:
    wait()
    page = BeautifulSoup(sign_in(cast.marta).get(QUEUE).content, "html.parser")
    buttons = page.select("main form button")
    assert [button["value"] for button in buttons] == ["approve", "refuse"]
    assert all("quiet" in button["class"] for button in buttons)


def test_fifty_posts_cost_as_many_queries_as_five(
    cast: SimpleNamespace,
    sign_in: SignIn,
    make_post: Make,
    wait: Make,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = sign_in(cast.marta)

    def fill(amount: int) -> None:
        for number in range(amount):
            author = Resident.objects.welcome(name=f"N{Post.objects.count()}")
            post = wait(author=author) if number % 2 else make_post(author=author, space=cast.casa)
            if not number % 2:
                Report.objects.make(post, by=cast.li, reason="other")

    for amount in (5, 45):
        fill(amount)
        with django_assert_num_queries(11):
            page = browser.get(QUEUE)
    assert len(titles(page)) == 50
    with django_assert_num_queries(1):
        assert count_for(cast.marta, cast.city) == 50


def test_what_does_not_fit_the_page_is_announced(cast: SimpleNamespace, sign_in: SignIn, wait: Make) -> None:
    for _ in range(52):
        wait()
    page = sign_in(cast.marta).get(QUEUE)
    assert len(titles(page)) == 50
    assert "E altri 2, dopo questi." in page.content.decode()


def test_the_way_to_the_queue_tells_how_many_wait(cast: SimpleNamespace, wait: Make) -> None:
    wait()
    page = engines["django"].from_string("{% load queue %}{% queue_link city %}")
    for person, expected in [(cast.marta, "1"), (cast.ottavio, "1"), (cast.elena, ""), (AnonymousUser(), "")]:
        request = RequestFactory().get("/")
        request.user = person
        link = page.render({"city": cast.city}, request)
        assert ("da-vedere/" in link, expected in link) == (bool(expected), True)
