"""What the worker does, seen through a real run of the worker on the real queue."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.db import connection, connections
from django.utils.timezone import now
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from mutual_aid import tasks
from mutual_aid.models import Draft, ExactPlace, Post
from tests.mutual_aid.test_writing_photo import picture, stored, upload
from tests.mutual_aid.writer import Writer

pytestmark = [pytest.mark.django_db(transaction=True)]
type MakePost = Callable[..., Post]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def empty_queue(db: None) -> None:
    """Django does not empty the queue's tables between tests: they are not its own."""
    with connection.cursor() as sql:
        sql.execute("TRUNCATE procrastinate_jobs, procrastinate_periodic_defers, procrastinate_workers CASCADE")


def work() -> None:
    """Let a worker do all that is due, and end."""
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]  # Django's connector
        app.run_worker(wait=False, listen_notify=False, install_signal_handlers=False)


def run(task: Any) -> None:
    """One round of a periodic task, by the worker, then whatever it put in the queue."""
    task.defer(timestamp=0)
    work()


def jobs(task: str) -> list[ProcrastinateJob]:
    return list(ProcrastinateJob.objects.filter(task_name=f"mutual_aid.{task}"))


def hurry() -> None:
    """Let what waits for another try be due now."""
    with connection.cursor() as sql:
        sql.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")


@pytest.fixture
def ending(make_post: MakePost) -> Post:
    return make_post(published_at=now() - 12 * DAY, expires_at=now() + 2 * DAY)


@pytest.fixture
def server_down(monkeypatch: pytest.MonkeyPatch) -> Any:
    """It takes nothing, and repeats the address, as they do."""

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("no route to elena@example.org")

    monkeypatch.setattr("mutual_aid.letters.send_mail", refuse)
    return monkeypatch


def test_posts_whose_time_is_over_leave_the_board(make_post: MakePost) -> None:
    over = make_post(published_at=now() - 2 * DAY, expires_at=now() - HOUR)
    still = make_post(expires_at=now() + HOUR)
    for _ in range(2):
        run(tasks.take_down)
    for post in (over, still):
        post.refresh_from_db()
    assert (over.state, over.version, still.state, still.version) == ("expired", 2, "open", 1)
    assert [change.what for change in over.changes.all()] == ["expired"]


def test_more_than_a_batch_leaves_in_one_round(make_post: MakePost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "BATCH", 3)
    for _ in range(8):
        make_post(published_at=now() - 2 * DAY, expires_at=now() - HOUR)
    run(tasks.take_down)
    assert Post.objects.filter(state="expired").count() == 8


def test_a_renewal_in_the_last_moment_wins(make_post: MakePost, cast: SimpleNamespace) -> None:
    """The task believes the post is over; its author was a moment quicker."""
    post = make_post(published_at=now() - 2 * DAY, expires_at=now() - HOUR)
    believed = Post.objects.get()
    post.renew(cast.elena, version=1)
    with pytest.raises(Post.Moved):
        believed.expire()
    assert Post.objects.get().is_open


def test_authors_are_reminded_once(ending: Post, make_post: MakePost, settings: Any) -> None:
    settings.SITE_URL = "https://filo.example"
    make_post(title="Dura ancora", expires_at=now() + 9 * DAY)
    make_post(title="Di pochi giorni", published_at=now() - DAY, expires_at=now() + DAY)
    make_post(
        title="Portato da una lista", author=None, source="lista", expires_at=now() + DAY, published_at=now() - 9 * DAY
    )
    for _ in range(3):
        run(tasks.remind_authors)
    [letter] = mail.outbox
    assert letter.to == ["elena@example.org"]
    assert ending.title in letter.body
    for page in ("rinnova", "ritira"):
        assert f"https://filo.example/it/rovigo/post/{ending.pk}/{page}/" in letter.body
    ending.refresh_from_db()
    assert (ending.version, ending.state) == (1, "open"), "others see no difference"
    assert ending.reminded_at
    assert [change.what for change in ending.changes.all()] == ["reminded"]


def test_the_letter_speaks_its_readers_language(ending: Post, cast: SimpleNamespace) -> None:
    cast.elena.interface_language = "en"
    cast.elena.save()
    run(tasks.remind_authors)
    assert f"/en/rovigo/post/{ending.pk}/rinnova/" in mail.outbox[0].body


def test_nothing_personal_stands_in_the_queue(ending: Post) -> None:
    ExactPlace.objects.create(post=ending, address="Via Roma 12", lat=45.07, lon=11.79)
    run(tasks.remind_authors)
    [job] = jobs("write_reminder")
    assert job.args == {"post_id": str(ending.pk)}
    assert "Via Roma" not in mail.outbox[0].body


def test_without_a_mail_server_nothing_is_lost_or_doubled(
    ending: Post, server_down: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for _ in range(3):
        run(tasks.remind_authors)
        hurry()
        work()
    [job] = jobs("write_reminder")
    assert (job.status, job.attempts >= 3) == ("todo", True)
    assert mail.outbox == []
    assert "elena@" not in caplog.text, "what the server says is kept out of the log"
    server_down.undo()
    hurry()
    work()
    assert len(mail.outbox) == 1
    run(tasks.remind_authors)
    assert len(mail.outbox) == 1
    assert jobs("write_reminder")[0].status == "succeeded"


def test_a_try_that_fails_waits_longer_each_time(ending: Post, server_down: Any) -> None:
    waits = []
    run(tasks.remind_authors)
    for _ in range(3):
        [job] = jobs("write_reminder")
        assert job.scheduled_at
        waits.append(job.scheduled_at - now())
        hurry()
        work()
    assert timedelta(0) < waits[0] < waits[1] < waits[2]


def test_the_reminder_and_its_job_are_one_transaction(ending: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """The queue cannot be written: then the post was not reminded either, and the next round tries again."""

    def full(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(tasks, "_defer_within_transaction", full)
    run(tasks.remind_authors)
    ending.refresh_from_db()
    assert ending.reminded_at is None
    assert not ending.changes.exists()
    monkeypatch.undo()
    run(tasks.remind_authors)
    assert len(mail.outbox) == 1


def test_a_job_put_in_by_a_worker_goes_with_its_transaction(ending: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails after the job was put in takes the job along: nobody is written to twice."""
    put_in = tasks._defer_within_transaction

    def fall(*args: Any, **ids: Any) -> None:
        put_in(*args, **ids)
        raise OSError("the machine fell")

    monkeypatch.setattr(tasks, "_defer_within_transaction", fall)
    run(tasks.remind_authors)
    assert jobs("write_reminder") == []
    assert mail.outbox == []


def test_two_workers_remind_once(ending: Post) -> None:
    def remind(_: int) -> None:
        tasks.remind_authors(timestamp=0)
        connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(remind, range(4)))
    assert len(jobs("write_reminder")) == 1
    work()
    assert len(mail.outbox) == 1


def test_who_renewed_meanwhile_gets_no_letter(ending: Post, cast: SimpleNamespace) -> None:
    tasks.remind_authors(timestamp=0)
    ending.renew(cast.elena, version=1)
    work()
    assert mail.outbox == []


def test_drafts_that_lie_for_a_week_are_forgotten(cast: SimpleNamespace, elena: Writer, stranger: Writer) -> None:
    for writer in (elena, stranger):
        writer.begin().tell(photo=upload(picture()))
    fresh = Writer(elena.client).begin().tell(photo=upload(picture()))
    Draft.objects.exclude(pk=fresh.pk).update(touched_at=now() - 8 * DAY)
    for _ in range(2):
        run(tasks.forget)
    assert [draft.pk for draft in Draft.objects.all()] == [fresh.pk]
    assert [f"posts/{name}" for name in stored()] == [fresh.draft.photo.name]


def test_a_picture_that_a_post_shows_outlives_the_draft_of_a_change(cast: SimpleNamespace, elena: Writer) -> None:
    elena.begin().tell(photo=upload(picture())).put("city").publish()
    elena.client.post(f"/it/rovigo/post/{elena.pk}/cambia/", {"step": "write-words"})
    Draft.objects.update(touched_at=now() - 8 * DAY)
    run(tasks.forget)
    assert not Draft.objects.exists()
    assert len(stored()) == 1


def test_of_what_is_long_gone_pictures_and_addresses_go(cast: SimpleNamespace, elena: Writer) -> None:
    elena.begin().tell(photo=upload(picture())).put("point", lat="45.0770", lon="11.7935").publish()
    long_ago = now() - 91 * DAY
    Post.objects.update(state="expired", published_at=long_ago - DAY, expires_at=long_ago)
    run(tasks.forget)
    assert stored() == []
    assert not ExactPlace.objects.exists()
    assert elena.post.photo.name == ""
