"""Two homes in one cell, the same script of writes: every page is byte for byte the same, but for ids and tokens."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import h3
import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mutual_aid import letters
from mutual_aid.models import Post
from residents.models import Resident
from spaces import location
from spaces.models import Street
from tests.conftest import SAN_BORTOLO
from tests.mutual_aid.test_writing_own import change, own
from tests.mutual_aid.writer import Writer

pytestmark = pytest.mark.django_db
type SignIn = Callable[[Resident], Client]
PAIRS = 6


def homes(cast: SimpleNamespace) -> Iterator[tuple[float, float]]:
    """Points of one cell, some of them hard by its edge."""
    index = location.cell_for(cast.city, *SAN_BORTOLO)
    centre, chance = h3.cell_to_latlng(index), random.Random(7)
    for corner in h3.cell_to_boundary(index):
        share = chance.choice([0.2, 0.6, 0.97])
        lat, lon = (middle + share * (end - middle) for middle, end in zip(centre, corner, strict=True))
        if location.cell_for(cast.city, lat, lon) == index:
            yield lat, lon


def masked(page: str) -> str:
    page = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", page)
    page = re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]*"', r"\1TOKEN", page)
    page = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.+Z-]+", "TIME", page)
    return re.sub(r"\b\d\d:\d\d\b", "TIME", page)


def everything_shown(writer: Writer, by: tuple[str, dict[str, object]]) -> list[str]:
    """The script of writes, and all that is shown meanwhile: preview, public pages, history, mail."""
    shown = []
    writer.begin().tell(words="Due borse.").put(by[0], **by[1]).goes_to  # noqa: B018 (it asserts)
    shown.append(writer.look())
    writer.publish()
    change(writer.post, writer.client).tell(words="Tre borse.").publish()
    change(writer.post, writer.client, "write-place").put(by[0], **by[1]).publish()
    writer.client.post(own(writer.post, "rinnova"), {"version": str(writer.post.version)})
    post = writer.post
    shown += [f"version {post.version}"]
    stranger = Client()
    pages = [own(post, "")[:-1], "/it/rovigo/", f"/it/rovigo/?near={post.cell.index}&radius=1", "/it/rovigo/mappa.json"]
    for page in pages:
        shown.append(stranger.get(page).content.decode())
    for page in [own(post, "fatto"), own(post, "storia"), own(post, "cambia"), own(post, "mio"), "/it/rovigo/mie/"]:
        shown.append(writer.client.get(page).content.decode())
    letters.remind(post)
    shown.append(f"{mail.outbox[-1].subject}\n{mail.outbox[-1].body}")
    writer.client.post(own(post, "ritira"))
    shown.append(stranger.get(own(post, "")[:-1]).content.decode())
    Post.objects.all().delete()
    return [masked(page) for page in shown]


def test_homes_of_one_cell_cannot_be_told_apart(cast: SimpleNamespace, elena: Writer) -> None:
    ways: list[tuple[str, dict[str, object]]] = [
        ("point", {"lat": lat, "lon": lon, "note": f"citofono {lat}"}) for lat, lon in homes(cast)
    ]
    assert len(ways) >= PAIRS
    first, *others = [everything_shown(elena, way) for way in ways]
    for other in others:
        assert other == first
    assert "Due borse." in first[0]


def test_streets_of_one_cell_cannot_be_told_apart(cast: SimpleNamespace, elena: Writer) -> None:
    ways: list[tuple[str, dict[str, object]]] = []
    for n, (lat, lon) in enumerate(homes(cast)):
        name = f"via {'abcdef'[n] * 7}"
        Street.objects.create(city=cast.city, name=name.title(), search_name=name, lat=lat, lon=lon)
        ways.append(("street", {"street": f"{name} {n + 1}"}))
    first, *others = [everything_shown(elena, way) for way in ways]
    for other in others:
        assert other == first


def test_no_page_but_the_authors_own_holds_the_point(cast: SimpleNamespace, elena: Writer, sign_in: SignIn) -> None:
    lat, lon = next(homes(cast))
    elena.begin().tell().put("point", lat=lat, lon=lon, note="citofono Rossi").publish()
    for client in (Client(), sign_in(cast.rachid), sign_in(cast.ottavio)):
        for page in [own(elena.post, "")[:-1], own(elena.post, "storia"), own(elena.post, "indirizzo"), "/it/rovigo/"]:
            answer = client.get(page)
            html = answer.content.decode()
            assert f"{lat:.4f}" not in html
            assert "citofono" not in html


def test_nothing_is_logged_of_where_it_is(
    cast: SimpleNamespace, elena: Writer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    lat, lon = next(homes(cast))
    elena.begin().tell().put("point", lat=lat, lon=lon).publish()
    elena.begin().tell().put("point", lat=45.4001, lon=11.9001)
    kept = "\n".join(record.getMessage() for record in caplog.records if record.name != "django.db.backends")
    assert f"{lat:.3f}" not in kept
    assert "45.400" not in kept


def test_no_query_of_a_page_for_others_touches_the_table(cast: SimpleNamespace, elena: Writer, sign_in: SignIn) -> None:
    lat, lon = next(homes(cast))
    elena.begin().tell().put("point", lat=lat, lon=lon).publish()
    pages = [
        own(elena.post, "")[:-1],
        own(elena.post, "mio"),
        own(elena.post, "storia"),
        "/it/rovigo/",
        "/it/rovigo/mappa.json",
    ]
    for client in (Client(), sign_in(cast.elena), sign_in(cast.ottavio)):
        with CaptureQueriesContext(connection) as queries:
            for page in pages:
                client.get(page)
        assert queries.captured_queries
        assert not [query["sql"] for query in queries if 'mutual_aid_exactplace"' in query["sql"]]
