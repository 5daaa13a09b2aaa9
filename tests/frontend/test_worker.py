"""Installing, and the last board without a network: what may be kept and what never."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client
from PIL import Image

from frontend import worker
from mutual_aid.models import Post

STATIC = Path(worker.__file__).parent / "static"


def facts_of(script: str) -> dict[str, object]:
    """What stands above the script: VERSION, FILES, OFFLINE."""
    return {
        name: json.loads(fact) for name, fact in re.findall(r"^const (VERSION|FILES|OFFLINE) = (.+)$", script, re.M)
    }


def test_the_worker_is_asked_for_anew_and_serves_the_whole_house(client: Client, db: None) -> None:
    answer = client.get("/sw.js")
    assert answer["Content-Type"] == "text/javascript"
    assert answer["Cache-Control"] == "no-cache"


def test_it_keeps_sheets_scripts_letters_and_drawings_and_nothing_else(client: Client, db: None) -> None:
    facts = facts_of(client.get("/sw.js").content.decode())
    kept = facts["FILES"]
    assert isinstance(kept, list)
    for path in kept:
        name = path.removeprefix("/static/")
        assert name.split("/")[0] in ("css", "js", "fonts", "img", "vendor") and (STATIC / name).is_file()
    for path in facts["OFFLINE"]:  # type: ignore[attr-defined]  # JSON knows no types
        page = client.get(path)
        assert page.status_code == 200 and f'lang="{path[1:3]}"' in page.content.decode()


def test_its_version_changes_with_what_it_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    def version() -> object:
        worker._script.cache_clear()
        return facts_of(worker._script())["VERSION"]

    before = version()
    assert version() == before
    monkeypatch.setattr(worker, "static", lambda name: f"/static/{name}.0123456789ab")
    assert version() != before
    monkeypatch.undo()
    assert version() == before


def test_only_a_board_says_that_it_may_be_kept(
    client: Client, cast: SimpleNamespace, make_post: Callable[..., Post], sign_in: Callable[..., Client]
) -> None:
    """The worker keeps a page only if its body says so: never a post, a place, or anything of one person."""
    post = make_post()
    pages = {
        "/it/rovigo/": True,
        f"/it/rovigo/?near={cast.near.index}": True,
        post.get_absolute_url(): False,
        f"{post.get_absolute_url()}mio/": False,
        "/it/rovigo/mie/": False,
        "/it/rovigo/luoghi/": False,
        "/it/io/": False,
    }
    elena = sign_in(cast.elena)
    found = {path: bool(re.search(r"<body[^>]* data-keep", elena.get(path).content.decode())) for path in pages}
    assert found == pages


def test_it_can_be_installed(client: Client, db: None) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    facts = answer.json()
    assert (facts["name"], facts["display"], facts["start_url"]) == ("Filò", "standalone", "/")
    assert "maskable" in [icon.get("purpose") for icon in facts["icons"]]
    for icon in facts["icons"]:
        with Image.open(STATIC / icon["src"].removeprefix("/static/")) as image:
            assert "x".join(map(str, image.size)) == icon["sizes"]
