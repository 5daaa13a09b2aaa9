"""The child process that does the jobs (mails, reminders), begun and ended with the server."""

import os
import signal
import subprocess
import sys
import threading
import time
from types import TracebackType

from project.bilingual import say
from project.data_folder import ROOT

FOLLOWS = "FILO_FOLLOWS_PARENT"  # set for children; their standard input closes when the parent ends, however it ends
GRACE = 8  # seconds that running jobs have to finish
MARGIN = 0.3  # seconds more until a worker that hangs is killed
PAUSE = 5.0  # seconds before a fallen worker is started again
COMMAND = ["manage.py", "procrastinate", "--skip-checks", "worker", f"--shutdown-graceful-timeout={GRACE}"]


class Worker:
    """`with Worker():` jobs are done meanwhile; a worker that falls is started again."""

    def __enter__(self) -> "Worker":
        self._stopping = threading.Event()
        self._process = self._start()
        self._watch = threading.Thread(target=self._keep_alive, name="worker-watch", daemon=True)
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._watch.join(timeout=self._deadline - time.monotonic())
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to finish what it is doing; returns at once and may be called again."""
        if not self._stopping.is_set():
            self._deadline = time.monotonic() + GRACE + MARGIN
            self._stopping.set()
            self._process.terminate()

    def _keep_alive(self) -> None:
        while not self._ended():
            say("Il lavoro in coda si è fermato: riparte.", "The queue of jobs came to a halt: starting it again.")
            self._process = self._start()
            if self._stopping.is_set():
                self._process.terminate()

    def _ended(self) -> bool:
        """Wait for the worker's end. True if it was meant to be, False when it should be started again."""
        self._process.wait()
        return self._stopping.wait(PAUSE)

    def _start(self) -> subprocess.Popen[bytes]:
        # A session of its own: the terminal's Ctrl-C reaches the parent alone, which passes it on once.
        return subprocess.Popen(
            [sys.executable, *COMMAND],
            cwd=ROOT,
            env={**os.environ, FOLLOWS: "1"},
            stdin=subprocess.PIPE,
            start_new_session=True,
        )


def follow_parent() -> None:
    """In a child: end politely when the parent is gone. Does nothing in a process that nobody asked to follow."""
    if os.environ.pop(FOLLOWS, ""):
        threading.Thread(target=_wait_for_the_end, name="follow-parent", daemon=True).start()


def _wait_for_the_end() -> None:
    os.read(sys.stdin.fileno(), 1)  # blocks until the other end is closed; nothing is ever written
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE + MARGIN)
    os._exit(1)
