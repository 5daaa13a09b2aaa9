"""A server of one's own: started as a process, asked over the network, measured from outside."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
DOOR_APP = str(Path(__file__).with_name("door_app.py"))


class RunningServer:
    """`command PORT …` as a process of its own, with a data folder of its own, from /healthz to the end of the test."""

    def __init__(self, *command: str, patience: float = 30, **environment: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="filo-door-"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.errors = (self.folder / "stderr").open("w")
        self.command = [sys.executable, *command, str(self.port), str(patience)]
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "FILO_DATA": str(self.folder / "data"),
            **environment,
        }
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=self.errors
        )
        self.url = f"http://127.0.0.1:{self.port}"
        self.socket_url = f"ws://127.0.0.1:{self.port}"
        self.wait_until_healthy()
        self.rss_at_start = self.rss()

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(self.url + "/healthz").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        pytest.fail(f"the server did not start:\n{self.log()}")

    def rss(self) -> float:
        """Megabytes of memory in use."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def grown(self) -> float:
        return self.rss() - self.rss_at_start

    def kept_files(self) -> list[str]:
        """Files without a name that the process still holds: where Twisted and Django put large bodies."""
        handles = Path(f"/proc/{self.process.pid}/fd").iterdir()
        return [target for handle in handles if "(deleted)" in (target := str(handle.readlink()))]

    def log(self) -> str:
        return Path(self.errors.name).read_text()

    def connect(self, receive_buffer: int = 0) -> socket.socket:
        """A bare connection, for what a decent client would not do. `receive_buffer` in bytes makes a small one."""
        line = socket.socket()
        line.settimeout(10)
        if receive_buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        line.connect(("127.0.0.1", self.port))
        return line

    def another_at_the_same_port(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command, cwd=ROOT, env=self.environment, capture_output=True, text=True)

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.process.kill()
        self.process.wait()
        self.errors.close()
        shutil.rmtree(self.folder)
