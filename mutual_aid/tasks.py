"""What is done by itself: reminders, posts whose time is over, and forgetting what nobody needs.

Arguments are ids only. Every task may run twice, at once or again after a fall: each change is a compare-and-set.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager

from mutual_aid import exact_places, letters
from mutual_aid.models import Draft, Post
from mutual_aid.models.post import PostQuerySet
from mutual_aid.writing import photo

BATCH = 200
PATIENT = RetryStrategy(max_attempts=10, exponential_wait=3)  # after 3 s, 9 s, 27 s … for about a day


@app.periodic(cron="*/5 * * * *")
@app.task(name="mutual_aid.take_down", queueing_lock="mutual_aid.take_down")
def take_down(timestamp: int) -> None:
    """Posts whose time is over leave the board."""
    for post in _in_batches(Post.objects.over(now())):
        with suppress(Post.Moved):
            post.expire()


@app.periodic(cron="*/10 * * * *")
@app.task(name="mutual_aid.remind_authors", queueing_lock="mutual_aid.remind_authors")
def remind_authors(timestamp: int) -> None:
    """Posts that end in three days: that they were reminded and the job that writes are one transaction."""
    for post in _in_batches(Post.objects.to_be_reminded(now())):
        with suppress(Post.Moved), transaction.atomic():
            post.remind()
            _defer_within_transaction(write_reminder, post_id=str(post.pk))


@app.task(name="mutual_aid.write_reminder", retry=PATIENT)
def write_reminder(post_id: str) -> None:
    """Write to the author, unless the post was renewed or left the board meanwhile."""
    still = Post.objects.open().filter(pk=post_id, reminded_at__isnull=False, author__email__isnull=False)
    if post := still.select_related("author", "city").first():
        letters.remind(post)


@app.periodic(cron="37 * * * *")
@app.task(name="mutual_aid.forget", queueing_lock="mutual_aid.forget")
def forget(timestamp: int) -> None:
    """Drafts that nobody went on with, and the pictures and exact places of posts that left the board long ago."""
    for draft in Draft.objects.left_lying():
        name = draft.photo.name or ""
        if Draft.objects.left_lying().filter(pk=draft.pk).delete()[0]:
            photo.discard(name)
    gone = Post.objects.long_gone(now())
    exact_places.forget_all(gone)
    for post in gone.exclude(photo=""):
        name = post.photo.name or ""
        Post.objects.filter(pk=post.pk).update(photo="", photo_alt="")
        photo.discard(name)


def _in_batches(posts: PostQuerySet) -> Iterator[Post]:
    """All of them, a few at a time; those that a round leaves as they were are not met again."""
    last = None
    while batch := list(posts.filter(pk__gt=last).order_by("pk")[:BATCH] if last else posts.order_by("pk")[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _defer_within_transaction(task: Any, **ids: str) -> None:
    """Put a job in the queue as part of the transaction of this thread.

    In a worker `task.defer` writes on a connection of its own: the job would survive a rollback here.
    """
    JobDeferrer(job=task.configure().job, job_manager=JobManager(DjangoConnector())).defer(**ids)
