"""The queue's own housekeeping, seen through a real worker on the real queue."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from mutual_aid.tasks import take_down, write_reminder
from project import tasks

NOBODYS = "00000000-0000-0000-0000-000000000000"  # a letter about it is quickly written
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_queue(db: None) -> None:
    with connection.cursor() as sql:
        sql.execute("TRUNCATE procrastinate_jobs, procrastinate_periodic_defers, procrastinate_workers CASCADE")


def put_in(task: Any) -> None:
    task.defer(timestamp=0)


def work() -> None:
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]  # Django's connector
        app.run_worker(wait=False, listen_notify=False, install_signal_handlers=False)


def jobs(task: str) -> list[str]:
    """How the jobs of a task stand, in the order they came."""
    found = ProcrastinateJob.objects.filter(task_name=f"mutual_aid.{task}")
    return list(found.order_by("id").values_list("status", flat=True))


def fall(seconds_ago: int) -> None:
    """The worker that was doing what is to be done gave its last sign of life then."""
    with connection.cursor() as sql:
        sql.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - make_interval(secs => %s)) RETURNING id",
            [seconds_ago],
        )
        [worker] = sql.fetchone()
        sql.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [worker])


def test_what_a_fallen_worker_left_is_done_by_the_next() -> None:
    write_reminder.defer(post_id=NOBODYS)
    fall(seconds_ago=600)
    put_in(tasks.take_up_stalled_jobs)
    work()
    assert jobs("write_reminder") == ["succeeded"]


def test_what_waits_already_is_not_put_in_twice() -> None:
    """A round was begun and never ended; the next one is in the queue, where there is room for one only."""
    put_in(take_down)
    fall(seconds_ago=600)
    put_in(take_down)
    put_in(tasks.take_up_stalled_jobs)
    work()
    assert "doing" not in jobs("take_down")
    assert "failed" not in list(ProcrastinateJob.objects.values_list("status", flat=True))


def test_what_a_living_worker_does_is_left_to_it() -> None:
    write_reminder.defer(post_id=NOBODYS)
    fall(seconds_ago=1)
    put_in(tasks.take_up_stalled_jobs)
    work()
    assert jobs("write_reminder") == ["doing"]


def test_old_jobs_are_cleared_away() -> None:
    for _ in range(2):
        write_reminder.defer(post_id=NOBODYS)
        work()
    with connection.cursor() as sql:
        sql.execute(
            "UPDATE procrastinate_events SET at = now() - interval '8 days'"
            " WHERE job_id = (SELECT min(id) FROM procrastinate_jobs WHERE task_name = 'mutual_aid.write_reminder')"
        )
    put_in(tasks.clear_old_jobs)
    work()
    assert jobs("write_reminder") == ["succeeded"]
