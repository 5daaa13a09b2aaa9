"""What the tests of moderation share: a coordinator's browser, and the small forms they send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils.timezone import now

from moderation.models import Report
from mutual_aid.models import Post
from residents.models import Resident

QUEUE = "/it/rovigo/da-vedere/"


@pytest.fixture
def wait(cast: SimpleNamespace, make_post: Callable[..., Post]) -> Callable[..., Post]:
    """A post that waits to be read: Elena's, at the Casa di quartiere, unless told otherwise."""

    def make(**facts: Any) -> Post:
        post = make_post(**{"state": "pending", "space": cast.casa} | facts)
        post.changes.create(what="held", by=post.author, at=facts.get("published_at", now()))
        return post

    return make


@pytest.fixture
def decide(sign_in: Callable[[Resident], Client]) -> Callable[..., HttpResponse]:
    """A coordinator opens the queue and presses one of the buttons under a post."""

    def press(by: Resident, post: Post, decision: str, why: str = "", **seen: int) -> HttpResponse:
        browser = sign_in(by)
        last = Report.objects.filter(post=post).order_by("-pk").values_list("pk", flat=True).first()
        form = {"decision": decision, "why": why, "version": post.version, "last_report": last or 0} | seen
        return browser.post(f"{QUEUE}{post.pk}/", form, follow=True)  # type: ignore[return-value]  # the stubs call it otherwise

    return press


@pytest.fixture
def no_jobs_left(transactional_db: None) -> Iterator[None]:
    """After a test that commits, pytest empties our tables but not those of the jobs, which Django does not manage."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
