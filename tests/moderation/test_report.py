"""Whoever reads may say that something is wrong: once, in two taps, without saying who they are."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from moderation.models import Report
from moderation.queue import count_for
from mutual_aid.models import Post
from residents.models import Resident

type SignIn = Callable[[Resident], Client]
type Make = Callable[..., Post]


def page_of(post: Post) -> str:
    return f"/it/rovigo/post/{post.pk}/segnala/"


def test_a_stranger_reports_in_two_taps_and_it_leads_to_the_queue(
    cast: SimpleNamespace, client: Client, make_post: Make
) -> None:
    post = make_post(space=cast.casa)
    form = client.get(page_of(post)).content.decode()
    assert form.count('type="radio"') == 6
    thanks = client.post(page_of(post), {"reason": "money"}, follow=True)
    assert thanks.redirect_chain == [(f"{page_of(post)}grazie/", 302)]
    assert "La tua segnalazione è da chi coordina." in thanks.content.decode()
    report = Report.objects.get()
    assert (report.post, report.reporter, report.reason) == (post, None, "money")
    assert count_for(cast.marta, cast.city) == count_for(cast.nives, cast.city) == 1


def test_a_post_of_no_space_goes_to_the_people_of_the_city(
    cast: SimpleNamespace, client: Client, make_post: Make
) -> None:
    client.post(page_of(make_post()), {"reason": "unsafe"})
    assert (count_for(cast.marta, cast.city), count_for(cast.ottavio, cast.city)) == (0, 1)


def test_who_says_it_twice_has_said_it_once_and_reads_the_same(
    cast: SimpleNamespace, sign_in: SignIn, make_post: Make
) -> None:
    post = make_post()
    for browser in [sign_in(cast.rachid), Client()]:
        answers = [browser.post(page_of(post), {"reason": reason}, follow=True) for reason in ("money", "other")]
        assert answers[0].content == answers[1].content
    kept = list(Report.objects.order_by("pk").values_list("reporter", "reason"))
    assert kept == [(cast.rachid.pk, "money"), (None, "money")]


def test_after_a_decision_the_same_person_may_report_again(
    cast: SimpleNamespace, sign_in: SignIn, make_post: Make
) -> None:
    post, browser = make_post(), sign_in(cast.rachid)
    browser.post(page_of(post), {"reason": "money"})
    Report.objects.close(cast.nives)
    browser.post(page_of(post), {"reason": "unsafe"})
    assert Report.objects.open().get().reason == "unsafe"


def test_who_is_suspended_may_still_report(cast: SimpleNamespace, sign_in: SignIn, make_post: Make) -> None:
    sign_in(cast.bruno).post(page_of(make_post()), {"reason": "unsafe"})
    assert Report.objects.get().reporter == cast.bruno


def test_the_same_address_reports_five_posts_an_hour(
    cast: SimpleNamespace, client: Client, sign_in: SignIn, make_post: Make
) -> None:
    posts = [make_post() for _ in range(6)]
    assert [client.post(page_of(post), {"reason": "other"}).status_code for post in posts] == [302] * 5 + [429]
    later = client.post(page_of(posts[5]), {"reason": "other"})
    assert "Questa non è partita." in later.content.decode(), "said again, since the first time nothing was kept"
    assert Report.objects.count() == 5
    assert client.post(page_of(posts[5]), {"reason": "other"}, REMOTE_ADDR="192.0.2.9").status_code == 302
    assert sign_in(cast.li).post(page_of(posts[5]), {"reason": "other"}).status_code == 302


def test_who_knocks_is_kept_nowhere_in_clear(cast: SimpleNamespace, client: Client, make_post: Make) -> None:
    client.post(page_of(make_post()), {"reason": "other"}, REMOTE_ADDR="192.0.2.77")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache")
        keys = [key for (key,) in cursor.fetchall()]
    assert len(keys) == 2 and not [key for key in keys if "192.0.2" in key]
    cache.clear()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"reason": ""}, "Scegli che cosa non va."),
        ({"reason": "spite", "words": "resta qui"}, "resta qui"),
        ({"reason": "other", "words": "x" * 501}, "Al massimo 500"),
    ],
)
def test_what_cannot_be_sent_is_said_and_stays(
    form: dict[str, str], sentence: str, client: Client, make_post: Make
) -> None:
    page = client.post(page_of(make_post()), form)
    assert sentence in page.content.decode() and form.get("words", "") in page.content.decode()
    assert not Report.objects.exists()


def test_only_what_is_open_can_be_reported(client: Client, make_post: Make) -> None:
    for state in ["pending", "removed", "withdrawn", "expired"]:
        assert client.get(page_of(make_post(state=state))).status_code == 404
        assert client.post(page_of(make_post(state=state)), {"reason": "other"}).status_code == 404
    assert not Report.objects.exists()


def test_the_author_never_learns_who_reported(cast: SimpleNamespace, sign_in: SignIn, make_post: Make) -> None:
    post = make_post()
    Report.objects.make(post, by=cast.rachid, reason="unkind", words="parola segreta")
    browser = sign_in(cast.elena)
    for address in [f"/it/rovigo/post/{post.pk}/", f"/it/rovigo/post/{post.pk}/mio/"]:
        page = browser.get(address).content.decode()
        assert "Rachid" not in page and "parola segreta" not in page
