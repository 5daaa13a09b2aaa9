"""Who may import whom, and which names and words never stand in the house. Read from the sources, nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import files, modules, text, tree

# From the ground up: a package imports its own and what stands on the floors below. Two on one floor are strangers.
FLOORS = [
    {"residents", "live"},
    {"notifications"},
    {"spaces"},
    {"mutual_aid"},
    {"events"},
    {"moderation"},
    {"frontend"},
    {"project", "asgi"},  # these two wire the house together, so they may know each other
    {"manage", "bench"},  # programs that somebody starts
]
TOGETHER = {("project", "asgi"), ("asgi", "project")}
FLOOR = {package: floor for floor, packages in enumerate(FLOORS) for package in packages}

# What a file may import against the order, and why.
EXCEPTIONS: dict[tuple[str, str], str] = {}

# Who may know exactly where somebody is.
MAY_KNOW_EXACT_PLACES = {"mutual_aid/models/__init__.py", "mutual_aid/exact_places.py"}


def package_of(name: str) -> str:
    """The package of a file or of a module: the first part of either."""
    return re.split(r"[/.]", name)[0]


def imported(name: str) -> Iterator[str]:
    """The modules that a file imports, with every `from x import y` as x.y too; a relative import by its full name."""
    here = name.removesuffix(".py").split("/")
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = (
                ".".join([*here[: -node.level], *([node.module] if node.module else [])]) if node.level else node.module
            )
            yield base or ""
            yield from (f"{base}.{alias.name}" for alias in node.names)


def against_the_order(name: str) -> list[str]:
    """What a file imports that stands on its own floor or above it, in another package."""
    here = package_of(name)
    theirs = {package_of(module) for module in imported(name)} & FLOOR.keys() - {here}
    return [
        other
        for other in sorted(theirs)
        if FLOOR[other] >= FLOOR[here] and (here, other) not in TOGETHER and (name, other) not in EXCEPTIONS
    ]


def test_every_package_has_its_floor() -> None:
    packages = {package_of(name) for name in modules()}
    assert packages <= FLOOR.keys()
    assert {"residents", "live", "spaces", "mutual_aid", "moderation", "frontend", "project"} <= packages


def test_imports_go_downwards() -> None:
    assert {name: wrong for name in modules() if (wrong := against_the_order(name))} == {}


def test_no_exception_outlives_its_need() -> None:
    for name, other in EXCEPTIONS:
        assert other in {package_of(module) for module in imported(name)}, f"{name} no longer imports {other}"


def test_nothing_that_runs_imports_the_tests() -> None:
    assert [name for name in modules() if "tests" in {package_of(module) for module in imported(name)}] == []


def test_two_modules_know_exact_places() -> None:
    knowing = {name for name in modules() if re.search(r"\bExactPlace\b", text(name))}
    assert knowing == MAY_KNOW_EXACT_PLACES | {"mutual_aid/models/exact_place.py"}


@pytest.mark.parametrize("word", ["core", "common", "utils", "util", "helpers", "misc", "services", "signals"])
def test_no_name_says_nothing(word: str) -> None:
    assert [name for name in files(".py") if word in Path(name).with_suffix("").parts] == []


# Words that never stand in the sources. Built in pieces, so that this file does not hold them.
FORBIDDEN_IN_CODE = {
    "csrf_" + "exempt": "every form carries its token",
    "mark_" + "safe": "format_html escapes what it is given",
    "Safe" + "Data": "likewise",
    "html_" + "safe": "likewise",
    "TO" + "DO": "done, or an issue",
    "FIX" + "ME": "done, or an issue",
    "X" + "XX": "done, or an issue",
}


@pytest.mark.parametrize("word", FORBIDDEN_IN_CODE)
def test_some_words_never_stand_in_code(word: str) -> None:
    assert [name for name in files(".py", ".html", ".js", ".css") if re.search(rf"\b{word}\b", text(name))] == []


IN_TEMPLATES = {
    "unescaped words": r"\|\s*safe(seq)?\b|\{%\s*autoescape\s+off",
    "an inline style": r"<style\b|\sstyle\s*=",
    "an inline script": r"<script\b(?![^>]*\ssrc=)",
    "a handler": r"\son[a-z]+\s*=|\shx-on\b|javascript:|\sjs:",
    "something of another house": r"<(script|link|img|iframe|source|video|audio)\b[^>]*(src|href)=[\"']?(https?:)?//",
}


@pytest.mark.parametrize("what", IN_TEMPLATES)
def test_templates_hold_nothing_that_the_browser_should_refuse(what: str) -> None:
    templates = files(".html")
    assert templates
    assert [name for name in templates if re.search(IN_TEMPLATES[what], text(name), re.I)] == []


@pytest.mark.parametrize(
    ("what", "sample"),
    [
        ("unescaped words", "{{ post.words|safe }}"),
        ("an inline style", '<p style="color:red">'),
        ("an inline script", '<script type="module">1</script>'),
        ("a handler", '<a onclick="go()">'),
        ("something of another house", '<img alt="" src="//elsewhere.example/x.png">'),
    ],
)
def test_the_patterns_find_what_they_are_for(what: str, sample: str) -> None:
    assert re.search(IN_TEMPLATES[what], sample, re.I)
    assert not re.search(
        IN_TEMPLATES[what], '<script src="/static/js/filo.js" defer></script><p class="on style">', re.I
    )
