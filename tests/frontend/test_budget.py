"""How much a telephone must fetch. Whoever pays by the megabyte, or stands in a stairwell, is asked for little."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import brotli
import pytest
from bs4 import BeautifulSoup
from django.test import Client

from frontend import worker
from mutual_aid.models import Post

STATIC = Path(worker.__file__).parent / "static"
KILOBYTE = 1024
FACE = re.compile(r"@font-face \{(.*?)\}", re.S)


@pytest.fixture
def board(client: Client, make_post: Callable[..., Post], cast: SimpleNamespace) -> bytes:
    """The first page of a full board, not yet packed; its words do not repeat as a machine's would."""
    for n in range(25):
        letters = " ".join(f"{(n * 7919 + k * 104729) % 99991:x}" for k in range(22))
        make_post(title=f"Biglietto {n} {letters[:40]}", words=letters, languages=["it", "ro", "ar"], urgent=n % 5 == 0)
    return client.get(f"/it/rovigo/?near={cast.near.index}&radius=2").content


def on_the_wire(name: str) -> int:
    """Bytes of a static file as the door sends it: packed beforehand, unless it is packed in itself."""
    content = (STATIC / name).read_bytes()
    return len(content) if name.endswith((".woff2", ".png")) else len(brotli.compress(content, quality=11))


def fetched_by(page: bytes) -> set[str]:
    """The static files a page needs to be shown; the installer's icons come later, if ever."""
    html = BeautifulSoup(page, "html.parser")
    links = html.select("link[rel=stylesheet], script, img, use, link[rel=icon]")
    found = [str(link.get("href") or link.get("src")).partition("#")[0] for link in links]
    return {path.removeprefix("/static/") for path in found if path.startswith("/static/")}


def letters(*, arabic: bool) -> set[str]:
    """The faces a page of Italian and Romanian words brings, and those that Arabic words bring besides."""
    faces = FACE.findall((STATIC / "css" / "tokens.css").read_text())
    named = {re.search(r"fonts/[\w-]+\.woff2", face)[0] for face in faces}  # type: ignore[index]  # each names one
    return {name for name in named if arabic or "arabic" not in name}


def test_the_first_visit(board: bytes) -> None:
    files = fetched_by(board) | letters(arabic=False)
    assert {"css/tokens.css", "js/filo.js", "vendor/htmx.min.js", "img/sprite.svg"} <= files
    weight = len(gzip.compress(board)) + sum(map(on_the_wire, files))
    assert weight <= 120 * KILOBYTE


def test_the_first_visit_with_arabic_words(board: bytes) -> None:
    files = fetched_by(board) | letters(arabic=True)
    assert len(gzip.compress(board)) + sum(map(on_the_wire, files)) <= 220 * KILOBYTE


def test_a_repeat(client: Client, board: bytes) -> None:
    """Files have names that never change their content, so only the page comes again, and the worker is looked at."""
    assert len(gzip.compress(board)) + len(gzip.compress(client.get("/sw.js").content)) <= 20 * KILOBYTE


def test_our_script_is_small_enough_to_be_read() -> None:
    assert (STATIC / "js" / "filo.js").stat().st_size <= 6 * KILOBYTE


def test_the_map_is_paid_by_whoever_asks_for_it(client: Client, board: bytes) -> None:
    heavy = {"vendor/leaflet/leaflet.js", "vendor/leaflet/leaflet.css", "js/map.js"}
    assert not heavy & fetched_by(board)
    assert heavy <= fetched_by(client.get("/it/rovigo/?view=map").content)
