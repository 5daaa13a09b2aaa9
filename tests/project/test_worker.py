"""The child that does the jobs: started again when it falls, gone when its parent is."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from project import worker
from project.data_folder import ROOT
from project.worker import Worker
from tests.project.running import wait_for_end

PARENT = """
import time
from project import worker
worker.COMMAND = {command}
worker.Worker().__enter__()
time.sleep(60)
"""
CHILD = """
import os, time
from project.worker import follow_parent
with open({pids!r}, "a") as file:
    print(os.getpid(), file=file)
follow_parent()
time.sleep(60)
"""


def child_that_writes(pids: Path, before: str = "") -> list[str]:
    """Arguments for Python: add the child's pid to a file, then work until told to stop."""
    return ["-c", before + CHILD.format(pids=str(pids))]


def pid_number(index: int, pids: Path) -> int:
    """Wait for the pid of the child that was started as the `index`th."""
    until = time.monotonic() + 10
    while not pids.exists() or len(pids.read_text().splitlines()) <= index:
        assert time.monotonic() < until, "no child wrote its pid"
        time.sleep(0.02)
    return int(pids.read_text().splitlines()[index])


def test_a_fallen_worker_is_started_again_and_a_stopped_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pids = tmp_path / "pids"
    monkeypatch.setattr(worker, "COMMAND", child_that_writes(pids))
    monkeypatch.setattr(worker, "PAUSE", 0.05)
    with Worker() as jobs:
        psutil.Process(pid_number(0, pids)).kill()
        second = pid_number(1, pids)
        jobs.stop()
        jobs.stop()
    assert not psutil.pid_exists(second)
    assert len(pids.read_text().splitlines()) == 2
    assert capsys.readouterr().out.count("starting it again") == 1


def test_a_worker_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = tmp_path / "pids"
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    monkeypatch.setattr(worker, "COMMAND", child_that_writes(pids, before=deaf))
    monkeypatch.setattr(worker, "GRACE", 0.2)
    with Worker():
        child = pid_number(0, pids)
        asked = time.monotonic()
    assert not psutil.pid_exists(child)
    assert time.monotonic() - asked < 30  # it would have gone on for 60


def test_a_worker_ends_with_its_parent_however_that_ends(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    parent = subprocess.Popen([sys.executable, "-c", PARENT.format(command=child_that_writes(pids))], cwd=ROOT)
    child = psutil.Process(pid_number(0, pids))
    parent.kill()
    parent.wait()
    wait_for_end(child)
