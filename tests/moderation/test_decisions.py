"""What a coordinator decides, what follows from it, and who may not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from traceback import format_exception
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from moderation.models import Report
from moderation.queue import count_for
from moderation.tasks import write_about_refusal
from mutual_aid.letters import NotSent
from mutual_aid.models import Post, PostChange
from residents.models import Resident
from spaces.models import City, CityRole, Membership, Space
from tests.moderation.conftest import QUEUE

type SignIn = Callable[[Resident], Client]
type Make = Callable[..., Post]
type Decide = Callable[..., HttpResponse]


def states(post: Post) -> tuple[str, list[str]]:
    """Where the post stands, and its history."""
    post.refresh_from_db()
    return post.state, [change.what for change in post.changes.all()]


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
    job = ProcrastinateJob.objects.latest("id")
    change = post.changes.get(what="removed")
    assert (job.task_name, job.args) == ("moderation.write_about_refusal", {"change_id": change.pk}), "ids only"
    write_about_refusal(**job.args)
    [letter] = mail.outbox
    assert letter.to == ["elena@example.org"]
    assert "Qui ci si aiuta senza soldi." in letter.body and "«Vendo pentole»" in letter.body
    assert f"/it/rovigo/post/{post.pk}/" in letter.body


def test_a_mail_server_that_refuses_tells_the_log_nobodys_address(
    cast: SimpleNamespace, wait: Make, decide: Decide, settings: Any, tmp_path: Path
) -> None:
    """What a job raises is what the worker writes into its log."""
    no_folder = tmp_path / "elena@example.org"
    no_folder.touch()
    post = wait()
    decide(cast.marta, post, "refuse", "No.")
    backend = "django.core.mail.backends.filebased.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"file_path": str(no_folder)}}}
    with pytest.raises(NotSent) as failure:
        write_about_refusal(change_id=post.changes.get(what="removed").pk)
    assert "elena@example.org" not in "".join(format_exception(failure.value))


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
    refusal = without.changes.get(what="removed")
    assert not ProcrastinateJob.objects.filter(args__change_id=refusal.pk).exists()
    write_about_refusal(refusal.pk)
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


def test_what_nobody_reported_can_be_taken_off_the_board(
    cast: SimpleNamespace, client: Client, sign_in: SignIn, make_post: Make, decide: Decide
) -> None:
    post = make_post(space=cast.casa, title="Nessuno se n’è accorto")
    page = sign_in(cast.marta).get(f"{QUEUE}{post.pk}/").content.decode()
    assert 'value="hide"' in page and 'value="refuse"' in page and 'value="keep"' not in page
    decide(cast.marta, post, "hide")
    assert states(post) == ("pending", ["hidden"])
    assert "Nessuno se n’è accorto" not in client.get("/it/rovigo/").content.decode()


def test_of_what_stands_no_more_there_is_nothing_to_decide(
    cast: SimpleNamespace, sign_in: SignIn, make_post: Make, decide: Decide
) -> None:
    for state in ["removed", "withdrawn", "expired"]:
        post = make_post(space=cast.casa, state=state)
        page = sign_in(cast.marta).get(f"{QUEUE}{post.pk}/").content.decode()
        assert "niente da decidere" in page and 'name="decision"' not in page
        for decision in ["approve", "keep", "hide", "refuse"]:
            decide(cast.marta, post, decision, "Perché sì.")
        assert states(post) == (state, [])


def test_nonsense_decides_nothing(cast: SimpleNamespace, sign_in: SignIn, wait: Make) -> None:
    post, browser = wait(), sign_in(cast.marta)
    for form in [
        {},
        {"decision": "burn", "version": 1, "last_report": 0},
        {"decision": "approve", "version": "x", "last_report": 0},
    ]:
        assert browser.post(f"{QUEUE}{post.pk}/", form).status_code == 422
    assert states(post) == ("pending", ["held"])


def test_nobody_decides_for_a_space_of_others(cast: SimpleNamespace, wait: Make, decide: Decide) -> None:
    room = Space.objects.create(city=cast.city, name="Stanza", slug="stanza", kind="virtual", link="https://a.example")
    Membership.objects.create(space=room, resident=cast.rachid, role="coordinator")
    post = wait()
    for person in [cast.rachid, cast.elena, cast.ada, cast.li, cast.bruno]:
        assert decide(person, post, "approve").status_code == 403
    assert states(post) == ("pending", ["held"])


def test_a_city_decides_only_on_its_own(cast: SimpleNamespace, sign_in: SignIn, wait: Make) -> None:
    monza = City.objects.create(
        name="Monza", slug="monza", istat="108033", province="MB", region="Lombardia", lat=45.58, lon=9.27
    )
    CityRole.objects.create(city=monza, resident=cast.rachid, role="city_administrator")
    post, browser = wait(), sign_in(cast.rachid)
    assert "Niente che aspetti" in browser.get("/it/monza/da-vedere/").content.decode()
    form = {"decision": "approve", "version": 1, "last_report": 0}
    assert browser.post(f"/it/monza/da-vedere/{post.pk}/", form).status_code == 404
    assert browser.post(f"{QUEUE}{post.pk}/", form).status_code == 403
