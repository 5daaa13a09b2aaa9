"""Small files, small functions, reasons for exceptions; and nothing of the machine on which they were written."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, files, text, tree

LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 300, 40

# Longer than that, and why.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[tuple[str, str], str] = {}


def test_files_are_small() -> None:
    code = [name for name in files(".py", ".html", ".js", ".css", ".txt") if "/migrations/" not in name]
    code += [name for name in files() if name.startswith(("bin/", ".ci/"))]
    long = {name for name in code if len(text(name).splitlines()) > LINES_OF_A_FILE}
    assert long == LONG_FILES.keys()


def test_functions_are_small() -> None:
    long = {
        (name, node.name)
        for name in files(".py")
        for node in ast.walk(tree(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LINES_OF_A_FUNCTION
    }
    assert long == LONG_FUNCTIONS.keys()


@pytest.mark.parametrize(
    ("exception", "reason"),
    [(r"# type: ignore", r"# type: ignore\[[a-z, -]+\]  # .{8,}"), (r"# noqa", r"# noqa: [A-Z0-9, ]+ \(.{8,}\)")],
)
def test_every_exception_to_a_rule_says_why(exception: str, reason: str) -> None:
    marked = re.compile(rf"^(?!\s*#).*\S  {exception}", re.M)
    lines = [(name, line) for name in files(".py") for line in text(name).splitlines() if marked.match(line)]
    assert [(name, line.strip()) for name, line in lines if not re.search(reason, line)] == []


def test_no_test_is_left_out() -> None:
    left_out = re.compile(r"^\s*@?pytest\.(mark\.)?(skip|skipif|xfail)\b|^\s*@?unittest\.skip", re.M)
    assert [name for name in files(".py") if name.startswith("tests/") and left_out.search(text(name))] == []


# In pieces, so that this file does not hold them.
REGISTRIES = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry.npm" + "js.org",
    "npm" + "js.com",
    "un" + "pkg.com",
    "js" + "delivr",
    "cdn" + "js.",
    "fonts.google" + "apis",
    "crates" + ".io",
    "rubygems" + ".org",
    "proxy.golang" + ".org",
    "docker" + ".io",
    "ghcr" + ".io",
    "quay" + ".io",
    "--index" + "-url",
    "--extra-index" + "-url",
]
MACHINES = [
    "/ro" + "ot/",
    "/wo" + "rk/",
    "/ho" + "me/",
    "/Us" + "ers/",
    "C:" + "\\",
    "/tmp/" + "b",
    "local" + "host:5432",
]


@pytest.mark.parametrize("word", REGISTRIES + MACHINES)
def test_nothing_tells_where_it_was_written_or_fetched(word: str) -> None:
    assert [name for name in files() if word in text(name)] == []


def test_no_file_names_this_very_folder() -> None:
    here = [str(folder) + "/" for folder in (ROOT, Path.home()) if len(folder.parts) > 1]
    assert [name for name in files() for folder in here if folder in text(name)] == []
