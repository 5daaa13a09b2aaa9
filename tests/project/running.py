"""bin/run as a real process, on a port of its own."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from tempfile import TemporaryFile

import psutil

from project.data_folder import ROOT

STARTED = "Ctrl-C stops it"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Run:
    """`with Run(data) as run:` is bin/run with its output; whatever is left of it is killed at the end."""

    def __init__(self, data: Path | str, *options: str, port: int = 0, **environment: str) -> None:
        self.port = port or free_port()
        self.command = ["bin/run", "--port", str(self.port), "--data", str(data), *options]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FILO_", "DATABASE_"))}
        self.environment = {**kept, **environment}

    def __enter__(self) -> "Run":
        self._output = TemporaryFile("w+")
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.environment,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return self

    def __exit__(self, *reason: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._output.close()

    @property
    def output(self) -> str:
        self._output.seek(0)
        return self._output.read()

    def wait_for(self, words: str, seconds: float = 120) -> None:
        """Wait until `words` were printed."""
        until = time.monotonic() + seconds
        while words not in self.output:
            assert self.process.poll() is None and time.monotonic() < until, self.output
            time.sleep(0.05)

    def ends(self, seconds: float = 120) -> int:
        """Wait for the end; the exit code."""
        return self.process.wait(seconds)

    def send(self, number: signal.Signals) -> None:
        """To the whole group, as a terminal does with Ctrl-C."""
        os.killpg(self.process.pid, number)

    def get(self, path: str) -> int:
        """The status of one page."""
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refusal:
            return refusal.code


def wait_for_end(process: psutil.Process, seconds: float = 10) -> None:
    """Wait until a process that is not our child has ended, be it as a zombie that nobody collects."""
    until = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until, f"{process} still runs"
        time.sleep(0.02)
