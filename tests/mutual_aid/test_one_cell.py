"""The promise about homes: two homes in one cell cannot be told apart by anything that anybody else may see.

The same script of writes is played for each home, in a world of its own that is undone afterwards; then every public
page, fragment, file and refusal, the log, the mails and the arguments of the jobs must be the same, byte for byte, once
ids, tokens and cursors are masked. The clock stands still.
"""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from uuid import UUID

import h3
import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from mutual_aid.models import ExactPlace, Post
from residents.models import Resident
from spaces import location
from spaces.access import ROUTES, TABLE, Role
from spaces.models import Street
from tests.conftest import COMMENDA, SAN_BORTOLO
from tests.mutual_aid.writer import Writer

pytestmark = pytest.mark.django_db
type Home = tuple[float, float]
type SignIn = Callable[[Resident], Client]
HOMES = 11  # in each of five cells: fifty pairs with the first of each
MASKS = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID"),
    (r'(name="csrfmiddlewaretoken" value=")[^"]+', r"\1TOKEN"),
    (r"cursor=[\w%=-]+", "CURSOR"),
    (r"seed=\w+|token=\w+", "TOKEN"),
]


@pytest.mark.parametrize("corner", range(5))
def test_two_homes_in_one_cell_give_the_same_public_output(
    cast: SimpleNamespace, sign_in: SignIn, caplog: pytest.LogCaptureFixture, corner: int
) -> None:
    location.redraw(cast.city)
    centre = [SAN_BORTOLO, COMMENDA, (45.0900, 11.8000), (45.0700, 11.8400), (45.0350, 11.7400)][corner]
    homes = homes_around(cast, centre, random.Random(corner))
    neighbours_write(cast, homes[0])
    seen = []
    for home, other in zip(homes, homes[1:] + homes[:1], strict=True):
        with a_world(caplog) as world:
            play(cast, sign_in, world, home, other)
            world.public = everything_public(cast, sign_in, caplog)
        seen.append(world.public)
    for told in seen[1:]:
        for name, text in told.items():
            assert text == seen[0][name], name


def test_the_comparison_would_see_a_leak(
    cast: SimpleNamespace, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    """The same play, with the title telling the home: the pages must differ, or the test above sees nothing."""
    location.redraw(cast.city)
    told = []
    for home in homes_around(cast, SAN_BORTOLO, random.Random(0))[:2]:
        with a_world(caplog) as world:
            play(cast, sign_in, world, home, home, title=f"Abito a {home[0]:.5f} gradi")
            told.append(everything_public(cast, sign_in, caplog))
    differing = {name for name in told[0] if told[0][name] != told[1][name]}
    assert {"board", "post", "board ?near="} <= differing


def homes_around(cast: SimpleNamespace, point: Home, chance: random.Random) -> list[Home]:
    """Points of the cell over `point`, each with a street of its own in the register."""
    index = location.cell_for(cast.city, *point)
    lat, lon = h3.cell_to_latlng(index)
    homes: list[Home] = []
    while len(homes) < HOMES:
        home = (lat + chance.uniform(-0.005, 0.005), lon + chance.uniform(-0.007, 0.007))
        if location.cell_for(cast.city, *home) == index:
            homes.append(home)
    for n, home in enumerate(homes):
        name = f"via segreta {'abcdefghilmnop'[n] * 4}"
        Street.objects.create(city=cast.city, name=name.title(), search_name=name, lat=home[0], lon=home[1])
    return homes


def neighbours_write(cast: SimpleNamespace, home: Home) -> None:
    """Posts of others around the home, which an attacker may have put there to compare distances with."""
    here = location.cell_of_point(cast.city, *home)
    ranked = [cell for cell, _metres in location.ranked_cells(cast.city, here)]
    for n, cell in enumerate([*ranked[:8], *ranked[20:28]]):
        Post.objects.create(
            city=cast.city, cell_id=cell, author=cast.rachid, kind="offer", category="food", title=f"Esca {n}",
            state="open", published_at="2026-11-20T10:00Z", expires_at="2026-12-20T10:00Z",
        )  # fmt: skip


@contextmanager
def a_world(caplog: pytest.LogCaptureFixture) -> Iterator[SimpleNamespace]:
    """Everything done in it is undone, and its clock stands still."""
    caplog.clear()
    cache.clear()
    mail.outbox.clear()
    still = time_machine.travel("2026-11-22T09:00Z", tick=False)
    with still as clock, transaction.atomic(), caplog.at_level(logging.INFO):
        yield SimpleNamespace(clock=clock)
        transaction.set_rollback(True)


def play(
    cast: SimpleNamespace,
    sign_in: SignIn,
    world: SimpleNamespace,
    home: Home,
    other: Home,
    title: str = "Chi mi aiuta?",
) -> None:
    """Write from home, move within the cell, be reported, held and approved, renew; and write once more by street."""
    elena, nives = sign_in(cast.elena), sign_in(cast.nives)
    writer = Writer(elena).begin().tell(title=title)
    writer.put("point", lat=home[0], lon=home[1], note="il campanello rotto").publish()
    post = writer.post
    own = f"/it/rovigo/post/{post.pk}"
    moved = Writer(elena)
    moved.pk = change(elena, own, "write-place")
    version = post.version
    moved.put("point", lat=other[0], lon=other[1]).publish()
    post.refresh_from_db()
    assert post.version == version, "moving within a cell changes nothing that others see"
    assert ExactPlace.objects.get(post=post).lat == pytest.approx(other[0])
    Client().post(f"{own}/segnala/", {"reason": "other", "words": "Mi pare strano"})
    post.hide(cast.nives, "La rileggo")
    post.approve(cast.nives)
    elena.post(f"{own}/rinnova/", {"version": post.version + 2})
    nives.post(f"{own}/indirizzo/")
    world.clock.shift(60)  # one after the other, so that no tie is broken by a random id
    street = Street.objects.get(city=cast.city, lat=home[0], lon=home[1])
    Writer(elena).begin(kind="offer").tell(title="Un caffè").put("street", street=f"{street.name} 7").publish()


def change(client: Client, own: str, step: str) -> UUID:
    """Begin to change a post; the draft's id."""
    answer = client.post(f"{own}/cambia/", {"step": step})
    found = re.search(r"/scrivi/([0-9a-f-]{36})/", answer.headers["Location"])
    assert found
    return UUID(found[1])


def everything_public(cast: SimpleNamespace, sign_in: SignIn, caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    """What a stranger and a neighbour who is nothing to the post can get hold of, masked."""
    post = Post.objects.get(author=cast.elena, kind="request")
    told = {name: answer(Client(), url) for name, url in public_addresses(cast, post).items()}
    rachid = sign_in(cast.rachid)
    for name in ("post", "post-own", "post-history", "post-address", "mine", "queue"):
        told[f"{name}, a neighbour"] = answer(rachid, addresses(cast, post)[name])
    told["log"] = masked("\n".join(record.getMessage() for record in caplog.records if record.name != "asyncio"))
    told["mail"] = masked("\n".join(f"{m.subject}\n{m.body}\n{m.to}" for m in mail.outbox))
    told["jobs"] = masked(job_arguments())
    return told


def public_addresses(cast: SimpleNamespace, post: Post) -> dict[str, str]:
    board = reverse("board", args=["rovigo"])
    cell, far = post.cell.index, cast.far.index
    queries = [
        f"near={cell}", f"near={far}", f"near={cell}&order=new", f"near={far}&radius=1", f"near={far}&radius=2",
        f"near={cell}&radius=1&kind=request", "q=aiuta", "q=segreta", "view=map", f"view=map&near={cell}", "urgent=1",
        "cursor=x", "near=x",
    ]  # fmt: skip
    told = {f"board ?{query.replace(cell, '').replace(far, 'far')}": f"{board}?{query}" for query in queries}
    lost = [f"{board}post/{cast.city.pk:032x}/", "/it/altrove/", f"/en{board[3:]}", f"/ar{board[3:]}"]
    return addresses(cast, post) | told | {f"elsewhere {url}": url for url in lost}


def addresses(cast: SimpleNamespace, post: Post) -> dict[str, str]:
    """An address of every route of the house: one that is added later is in it by itself."""
    told = {}
    for name in ROUTES:
        for arguments in (["rovigo", post.pk], ["rovigo", "casa"], ["rovigo"], [], ["rovigo", "casa", cast.li.pk]):
            try:
                told[name] = reverse(name, args=arguments)
            except Exception:
                continue
            break
    reached = {name for name in told if Role.STRANGER in TABLE[ROUTES[name]]}
    assert {"board", "post", "board-map", "city", "space", "report"} <= reached
    return told


def answer(client: Client, url: str) -> str:
    """Status, headers and body."""
    response = client.get(url)
    body = response.getvalue()
    headers = "\n".join(f"{k}: {v}" for k, v in sorted(response.headers.items()))
    return masked(f"{response.status_code}\n{headers}\n{body.decode(errors='replace')}")


def masked(text: str) -> str:
    for pattern, mask in MASKS:
        text = re.sub(pattern, mask, text)
    return text


def job_arguments() -> str:
    with connection.cursor() as sql:
        sql.execute("SELECT task_name, args::text FROM procrastinate_jobs ORDER BY id")
        return "\n".join(f"{task} {arguments}" for task, arguments in sql.fetchall())
