"""What waits: who sees it, in which order, and what a decision does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

from bs4 import BeautifulSoup
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import DjangoAssertNumQueries

from moderation.models import Report
from moderation.queue import count_for
from moderation.tasks import write_about_refusal
from mutual_aid.models import Post, PostChange
from residents.models import Resident
from spaces.models import CityRole, Membership, Space
from tests.moderation.conftest import QUEUE

type SignIn = Callable[[Resident], Client]
type Make = Callable[..., Post]
type Decide = Callable[..., HttpResponse]


def titles(page: HttpResponse) -> list[str]:
    """The titles on a page of the queue, from top to bottom."""
    return [h2.a.get_text() for h2 in BeautifulSoup(page.content, "html.parser").select("main article h2")]  # type: ignore[union-attr]  # every card has its link


def states(post: Post) -> tuple[str, list[str]]:
    """Where the post stands, and its history."""
    post.refresh_from_db()
    return post.state, [change.what for change in post.changes.all()]


# Who sees what


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


# Decisions


def test_approved_it_is_on_the_board(cast: SimpleNamespace, client: Client, wait: Make, decide: Decide) -> None:
    post = wait(title="Chi mi porta al mercato?")
    assert "Chi mi porta al mercato?" not in client.get("/it/rovigo/").content.decode()
    page = decide(cast.marta, post, "approve")
    assert "è sulla bacheca" in page.content.decode()
    assert "Chi mi porta al mercato?" in client.get("/it/rovigo/").content.decode()
    assert states(post) == ("open", ["held", "approved"])
    assert post.changes.get(what="approved").by == cast.marta


def test_refused_the_author_reads_why_on_the_page_and_by_mail(
    cast: SimpleNamespace, client: Client, sign_in: SignIn, wait: Make, decide: Decide
) -> None:
    post = wait(title="Vendo pentole")
    decide(cast.marta, post, "refuse", "Qui ci si aiuta senza soldi.")
    assert states(post) == ("removed", ["held", "removed"])
    assert client.get(f"/it/rovigo/post/{post.pk}/").status_code == 404
    job = ProcrastinateJob.objects.get(task_name="moderation.write_about_refusal")
    change = post.changes.get(what="removed")
    assert job.args == {"change_id": change.pk}, "ids only"
    write_about_refusal(**job.args)
    [letter] = mail.outbox
    assert letter.to == ["elena@example.org"]
    assert "Qui ci si aiuta senza soldi." in letter.body and "«Vendo pentole»" in letter.body
    assert f"/it/rovigo/post/{post.pk}/" in letter.body


def test_the_letter_about_a_refusal_speaks_the_authors_language(
    cast: SimpleNamespace, wait: Make, decide: Decide
) -> None:
    Resident.objects.filter(pk=cast.elena.pk).update(interface_language="en")
    post = wait()
    decide(cast.marta, post, "refuse", "Perché sì.")
    write_about_refusal(post.changes.get(what="removed").pk)
    assert f"/en/rovigo/post/{post.pk}/" in mail.outbox[0].body


def test_nobody_is_written_to_who_has_no_address_or_is_gone(cast: SimpleNamespace, wait: Make, decide: Decide) -> None:
    without = wait(author=Resident.objects.welcome(name="Ines"))
    decide(cast.marta, without, "refuse", "Perché sì.")
    assert not ProcrastinateJob.objects.exists()
    write_about_refusal(without.changes.get(what="removed").pk)
    write_about_refusal(PostChange.objects.latest("pk").pk + 1)
    assert mail.outbox == []


def test_a_refusal_needs_a_reason_and_what_was_typed_stays(cast: SimpleNamespace, wait: Make, decide: Decide) -> None:
    post, other = wait(), wait(title="Un’altra")
    page = decide(cast.marta, post, "refuse", "   ")
    assert states(post) == ("pending", ["held"])
    html = page.content.decode()
    assert page.status_code == 422 and "Scrivi perché" in html and f'href="#{post.pk}-why"' in html
    page = decide(cast.marta, other, "refuse", "x" * 501)
    assert "x" * 501 in page.content.decode() and "501" in page.content.decode()
    assert states(other) == ("pending", ["held"])


def test_hidden_it_waits_again(cast: SimpleNamespace, client: Client, make_post: Make, decide: Decide) -> None:
    post = make_post(space=cast.casa, title="Da rileggere")
    Report.objects.make(post, by=cast.li, reason="unkind")
    decide(cast.marta, post, "hide")
    assert states(post) == ("pending", ["hidden"])
    assert "Da rileggere" not in client.get("/it/rovigo/").content.decode()
    assert count_for(cast.marta, cast.city) == 1
    assert Report.objects.open().count() == 1, "why it was hidden is still to be read"


def test_all_is_well_closes_the_reports_that_were_read(cast: SimpleNamespace, make_post: Make, decide: Decide) -> None:
    post = make_post(space=cast.casa)
    Report.objects.make(post, by=cast.li, reason="false")
    decide(cast.marta, post, "keep")
    assert states(post) == ("open", [])
    assert count_for(cast.marta, cast.city) == 0
    assert Report.objects.get().closed_by == cast.marta


def test_a_report_that_came_in_meanwhile_stays_open(cast: SimpleNamespace, make_post: Make, decide: Decide) -> None:
    post = make_post(space=cast.casa)
    Report.objects.make(post, by=cast.li, reason="false")
    read = Report.objects.get()
    Report.objects.make(post, by=cast.ada, reason="unsafe")
    decide(cast.marta, post, "keep", last_report=read.pk)
    assert Report.objects.open().get().reason == "unsafe"
    assert count_for(cast.marta, cast.city) == 1


def test_a_refusal_closes_all_reports(cast: SimpleNamespace, make_post: Make, decide: Decide) -> None:
    post = make_post(space=cast.casa)
    Report.objects.make(post, by=cast.li, reason="false")
    Report.objects.make(post, by=None, reason="other")
    decide(cast.marta, post, "refuse", "È pubblicità.")
    assert not Report.objects.open().exists()


def test_the_second_coordinator_reads_that_somebody_was_first(
    cast: SimpleNamespace, make_post: Make, wait: Make, decide: Decide
) -> None:
    waiting, reported = wait(), make_post(space=cast.casa)
    Report.objects.make(reported, by=cast.li, reason="false")
    for post, first, second in [(waiting, "approve", "refuse"), (reported, "keep", "hide")]:
        decide(cast.marta, post, first)
        page = decide(cast.ottavio, post, second, "Perché sì.")
        assert "Ci ha già pensato qualcun altro." in page.content.decode()
    assert states(waiting) == ("open", ["held", "approved"])
    assert states(reported) == ("open", [])


def test_words_that_changed_are_to_be_read_again(cast: SimpleNamespace, wait: Make, decide: Decide) -> None:
    post = wait()
    Post.objects.get(pk=post.pk).edit(cast.elena, {"words": "Tutt’altro."}, version=1)
    page = decide(cast.marta, post, "approve")
    assert "rileggilo" in page.content.decode()
    assert states(post) == ("pending", ["held", "edited"])


def test_nonsense_decides_nothing(cast: SimpleNamespace, sign_in: SignIn, wait: Make) -> None:
    post, browser = wait(), sign_in(cast.marta)
    for form in [
        {},
        {"decision": "burn", "version": 1, "last_report": 0},
        {"decision": "approve", "version": "x", "last_report": 0},
    ]:
        assert browser.post(f"{QUEUE}{post.pk}/", form).status_code == 422
    assert browser.get(f"{QUEUE}{post.pk}/").status_code == 405
    assert states(post) == ("pending", ["held"])


def test_nobody_decides_for_a_space_of_others(cast: SimpleNamespace, wait: Make, decide: Decide) -> None:
    room = Space.objects.create(city=cast.city, name="Stanza", slug="stanza", kind="virtual", link="https://a.example")
    Membership.objects.create(space=room, resident=cast.rachid, role="coordinator")
    post = wait()
    for person in [cast.rachid, cast.elena, cast.ada, cast.li, cast.bruno]:
        assert decide(person, post, "approve").status_code == 403
    assert states(post) == ("pending", ["held"])


def test_a_city_decides_only_on_its_own(cast: SimpleNamespace, sign_in: SignIn, wait: Make) -> None:
    from spaces.models import City

    monza = City.objects.create(
        name="Monza", slug="monza", istat="108033", province="MB", region="Lombardia", lat=45.58, lon=9.27
    )
    CityRole.objects.create(city=monza, resident=cast.rachid, role="city_administrator")
    post, browser = wait(), sign_in(cast.rachid)
    assert titles(browser.get("/it/monza/da-vedere/")) == []
    form = {"decision": "approve", "version": 1, "last_report": 0}
    assert browser.post(f"/it/monza/da-vedere/{post.pk}/", form).status_code == 404
    assert browser.post(f"{QUEUE}{post.pk}/", form).status_code == 403
