"""The real asgi.py behind the real door, asked over the network."""

import asyncio
import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import brotli
import h3
import httpx
import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from spaces.models import City
from tests.conftest import SAN_BORTOLO
from tests.live.running import RunningServer
from tests.project.database_line import DatabaseLine, database_url

SERVE = (
    "import sys, asgi; from live.door import serve; serve(asgi.application, host='127.0.0.1', port=int(sys.argv[1]))"
)
HOME = {"lat": 45.07701, "lon": 11.79352}
AWAY = {"lat": 45.47, "lon": 9.19}


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[RunningServer]:
    with django_db_blocker.unblock():
        url = database_url()
    with TemporaryDirectory() as tiles, RunningServer("-c", SERVE, DATABASE_URL=url, FILO_TILES=tiles) as server:
        yield server


# Health


@pytest.mark.django_db
async def test_ready_only_while_the_database_answers() -> None:
    line = await asyncio.to_thread(DatabaseLine)
    url = await asyncio.to_thread(database_url, line.folder)
    server = await asyncio.to_thread(RunningServer, "-c", SERVE, DATABASE_URL=url)
    with server:
        async with httpx.AsyncClient(base_url=server.url) as client:
            assert (await client.get("/healthz")).text == "ok"
            assert (await client.get("/readyz")).status_code == 503
            async with line.open():
                assert (await client.get("/readyz")).status_code == 200
                line.silent = True
                answer = await client.get("/readyz")
                assert (answer.status_code, answer.text) == (503, "the database does not answer")
                assert 1.9 < answer.elapsed.total_seconds() < 3
                line.silent = False
                assert (await client.get("/readyz")).text == "ready"
            assert (await client.get("/readyz")).status_code == 503
            assert (await client.get("/healthz")).text == "ok"
        assert "Traceback" not in server.log()


@pytest.mark.django_db(transaction=True)
def test_not_ready_while_a_migration_is_missing(house: RunningServer) -> None:
    applied = MigrationRecorder(connection)
    applied.record_unapplied("spaces", "0001_initial")
    try:
        answer = httpx.get(f"{house.url}/readyz")
    finally:
        applied.record_applied("spaces", "0001_initial")
    assert (answer.status_code, answer.text) == (503, "1 migrations to apply")
    assert httpx.get(f"{house.url}/readyz").status_code == 200


# Files


@pytest.fixture
def collected(house: RunningServer, settings: Any, tmp_path: Path) -> dict[str, str]:
    """The manifest of three collected files: original name to hashed name."""
    sources = {
        "large.css": "body{background:url(dot.svg)}" + "p{margin:0}" * 1000,
        "dot.svg": "<svg/>",
        "raw.woff2": "w" * 999,
    }
    for name, content in sources.items():
        (tmp_path / name).write_text(content)
    settings.STATICFILES_DIRS = [tmp_path]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = house.folder / "data" / "static"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "project.static.PrecompressedStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    names: dict[str, str] = json.loads((settings.STATIC_ROOT / "staticfiles.json").read_text())["paths"]
    return names


def fetch(server: RunningServer, path: str, accept: str = "", **headers: str) -> tuple[httpx.Response, bytes]:
    """An answer and its bytes as they came over the wire."""
    headers = {"Accept-Encoding": accept, **headers}
    with httpx.stream("GET", server.url + path, headers=headers) as answer:
        return answer, b"".join(answer.iter_raw())


def test_files_come_packed_as_the_browser_likes(house: RunningServer, collected: dict[str, str]) -> None:
    path = f"/static/{collected['large.css']}"
    plain, content = fetch(house, path)
    assert b"dot." in content and "content-encoding" not in plain.headers
    tags = {plain.headers["etag"]}
    for accept, coding, unpack in [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip, br;q=0", "gzip", gzip.decompress),
        ("gzip;q=0.5", "gzip", gzip.decompress),
    ]:
        answer, packed = fetch(house, path, accept)
        assert answer.headers["content-encoding"] == coding
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert unpack(packed) == content and len(packed) < len(content) / 10
        tags.add(answer.headers["etag"])
    assert len(tags) == 3


def test_hashed_names_are_kept_for_ever_and_others_asked_again(house: RunningServer, collected: dict[str, str]) -> None:
    for name, expected in [(collected["raw.woff2"], "public, max-age=31536000, immutable"), ("raw.woff2", "no-cache")]:
        answer, _ = fetch(house, f"/static/{name}", "br")
        assert answer.headers["cache-control"] == expected
        assert answer.headers["x-content-type-options"] == "nosniff"
        again, content = fetch(house, f"/static/{name}", "br", **{"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, content) == (304, b"")
        assert again.headers["vary"] == "Accept-Encoding"


def test_what_packing_does_not_make_smaller_stays_unpacked(house: RunningServer, collected: dict[str, str]) -> None:
    folder = house.folder / "data" / "static"
    assert {file.name.rpartition(".")[2] for file in folder.glob("large.*.*")} == {"css", "br", "gz"}
    assert len(list(folder.glob("dot.*.svg*"))) == 1
    assert list(folder.glob("*.new")) == []


def test_collecting_again_gives_the_same_bytes(house: RunningServer, collected: dict[str, str]) -> None:
    packed = sorted((house.folder / "data" / "static").glob("large.*.[bg]*"))
    before = [file.read_bytes() for file in packed]
    for file in packed:
        file.unlink()
    call_command("collectstatic", interactive=False, verbosity=0)
    assert [file.read_bytes() for file in packed] == before
    assert before[1][4:8] == bytes(4)  # where gzip would write the time of day


@pytest.mark.parametrize("path", ["/static/nowhere.css", "/static/", "/static/..%2f..%2fsecret_key"])
def test_what_is_not_there_is_a_plain_404(house: RunningServer, path: str) -> None:
    answer = httpx.get(house.url + path)
    assert (answer.status_code, answer.text) == (404, "Not Found")


def test_nothing_else_is_answered_before_the_gate() -> None:
    """Photos in particular: they pass the gate of their post, in Django."""
    from asgi import door

    answered = {getattr(route, "path", "") for route in door.routes}
    assert answered == {"/healthz", "/readyz", "/cells", "/static", ""}


def test_tiles_come_from_a_folder_of_the_city_if_it_names_one(house: RunningServer) -> None:
    tile = Path(house.environment["FILO_TILES"]) / "7" / "68" / "45.png"
    tile.parent.mkdir(parents=True)
    tile.write_bytes(b"PNG")
    answer = httpx.get(f"{house.url}/tiles/7/68/45.png")
    assert (answer.content, answer.headers["content-type"]) == (b"PNG", "image/png")
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert httpx.get(f"{house.url}/tiles/7/68/46.png").status_code == 404


# Cells


def ask(server: RunningServer, body: Any, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.post(f"{server.url}/cells", content=content, headers={"Content-Type": "application/json", **headers})


def test_a_position_becomes_a_cell_and_leaves_no_trace(house: RunningServer) -> None:
    before = house.log()
    cookies = {"Cookie": "filo=somebody; filo-csrf=x; django_language=en"}
    answers = [ask(house, HOME), ask(house, HOME, **cookies), ask(house, HOME, Origin=house.url)]
    for answer in answers:
        assert answer.json() == {"cell": h3.latlng_to_cell(*HOME.values(), 8)}
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
    assert len({json.dumps(sorted(answer.headers.items())) for answer in answers}) == 1
    for refused in [
        {"lat": 451.07701, "lon": 11.79352},
        {"lat": "45.07701"},
        b"45.07701",
        {**HOME, "city": "atlantis"},
    ]:
        assert ask(house, refused).is_client_error
    assert house.log() == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"lat=45", 400),
        (b"\xff", 400),
        (b"[" * 199, 400),
        ({**HOME, "note": "x" * 200}, 413),
        ([45.07, 11.79], 422),
        ({"lat": 45.07}, 422),
        ({"lat": "45.07", "lon": "11.79"}, 422),
        ({"lat": True, "lon": False}, 422),
        ({"lat": 0, "lon": 0}, 422),
        ({"lat": 90.1, "lon": 0}, 422),
        ({"lat": 0.1, "lon": -180.1}, 422),
        (b'{"lat": NaN, "lon": 11.79}', 422),
        (b'{"lat": 1e999, "lon": 11.79}', 422),
        (b'{"lat": 1%s, "lon": 11.79}' % (b"0" * 150), 422),
        ({**HOME, "city": 7}, 422),
        ({**HOME, "city": "atlantis"}, 422),
        ({**HOME, "city": "\0"}, 422),
    ],
)
def test_what_is_no_place_gets_a_problem_document(house: RunningServer, body: Any, status: int) -> None:
    answer = ask(house, body)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert "45.07" not in answer.text and "11.79" not in answer.text


def test_only_json_from_our_own_pages(house: RunningServer) -> None:
    assert ask(house, HOME, **{"Content-Type": "text/plain"}).status_code == 415
    assert ask(house, HOME, **{"Content-Type": "application/json; charset=utf-8"}).status_code == 200
    for origin in ["null", "http://elsewhere.example", "http://127.0.0.1:1", house.url.replace("http", "https")]:
        assert ask(house, HOME, Origin=origin).status_code == 403
    assert ask(house, HOME, Host="elsewhere.example", Origin="http://elsewhere.example").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_city_has_a_grid_of_its_own(house: RunningServer, rovigo: City) -> None:
    lat, lon = SAN_BORTOLO
    answer = ask(house, {"lat": lat, "lon": lon, "city": "rovigo"})
    assert answer.json()["cell"] == h3.cell_to_parent(h3.latlng_to_cell(lat, lon, 9), 8)
    outside = ask(house, {**AWAY, "city": "rovigo"})
    assert (outside.status_code, outside.json()["detail"]) == (422, "Questo posto è fuori da Rovigo.")


# Sockets and pages


def test_an_unknown_socket_is_told_so(house: RunningServer) -> None:
    for path in ["/", "/nowhere", "/a/b?q=badante", "/%ff"]:
        with connect(house.socket_url + path, origin=Origin(house.url)) as line:
            with pytest.raises(ConnectionClosed) as closed:
                line.recv(timeout=2)
            assert closed.value.rcvd and closed.value.rcvd.code == 4404
    time.sleep(1.2)  # Daphne looks once a second for what went wrong inside
    assert "Traceback" not in house.log()
    assert "badante" not in house.log()


@pytest.mark.parametrize("origin", ["null", "http://elsewhere.example", "http://127.0.0.1:1", "https://localhost"])
def test_a_foreign_page_opens_no_socket(house: RunningServer, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(house.socket_url, origin=Origin(origin)):
        pass
    assert refused.value.response.status_code == 403


def test_a_host_that_is_not_ours_opens_no_socket(house: RunningServer) -> None:
    place = f"elsewhere.example:{house.port}"
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://{place}", origin=Origin(f"http://{place}"), sock=house.connect())
    assert refused.value.response.status_code == 403


def test_everything_else_is_django(house: RunningServer) -> None:
    answer = httpx.get(f"{house.url}/?q=badante", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.headers["location"]) == (302, "/en/")
    assert "content-security-policy" in answer.headers
    assert "server" not in answer.headers
    assert "filo.access: GET / 302" in house.log()
    assert "badante" not in house.log()
