"""The files of the house, as they would be committed: what stands in .gitignore is not ours."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = ("frontend/static/vendor/", "tests/browser/vendor/")


@cache
def files(*endings: str) -> tuple[str, ...]:
    """Paths from the root, with "/" between their parts, whose names end in one of `endings`; all if there is none."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    ours = [name for name in listed if name and not name.startswith(NOT_OURS) and (ROOT / name).is_file()]
    return tuple(sorted({name for name in ours if name.endswith(endings or "")}))


@cache
def text(name: str) -> str:
    """What stands in a file; nothing if it is not text."""
    content = (ROOT / name).read_bytes()
    return "" if b"\0" in content else content.decode(errors="replace")


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(text(name), filename=name)


def modules() -> list[str]:
    """The Python files that run: neither tests nor migrations."""
    return [name for name in files(".py") if not name.startswith("tests/") and "/migrations/" not in name]
