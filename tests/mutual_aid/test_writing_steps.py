"""Writing a post, page by page: what each asks, what it answers to what cannot be, and that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from mutual_aid.lasting import today
from mutual_aid.models import Draft, Post
from residents.models import Resident
from tests.mutual_aid.writer import Writer, errors

pytestmark = pytest.mark.django_db
SignIn = Callable[[Resident], Client]


@pytest.fixture
def elena(cast: SimpleNamespace, sign_in: SignIn) -> Writer:
    return Writer(sign_in(cast.elena))


def test_four_steps_lead_to_the_board(cast: SimpleNamespace, elena: Writer) -> None:
    assert elena.begin(kind="offer", category="rides").goes_to == elena.url("parole/")
    assert elena.tell(title="Passaggi al mercato", people="3", timing="weekly", weekdays=["1", "3"]).goes_to == elena.url("dove/")
    assert elena.put(neighbourhood=cast.san_bortolo.pk).goes_to == elena.url("controlla/")
    assert "Così ti vedono gli altri" in elena.look()
    assert elena.publish().goes_to == f"/it/rovigo/post/{elena.pk}/fatto/"
    post = elena.post
    assert (post.state, post.author, post.kind, post.category, post.people) == ("open", cast.elena, "offer", "rides", 3)
    assert (post.timing, post.weekdays, post.precision, post.version) == ("weekly", [1, 3], "neighbourhood", 1)
    assert [change.what for change in post.changes.all()] == ["published"]
    assert not Draft.objects.exists()
    assert "Passaggi al mercato" in elena.client.get("/it/rovigo/").content.decode()
