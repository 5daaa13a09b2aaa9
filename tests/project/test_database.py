"""The embedded PostgreSQL, started, struck down and found again for real."""

import os
import resource
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from project import account
from project.bilingual import CannotStart
from project.data_folder import ROOT
from project.postgres import DATABASE, ROLE, SUPERUSER, Cluster
from tests.project.folders import clean_up, data_folder

HOLD = """
import sys
from project import database
print(database.ensure_running(), flush=True)
sys.stdin.read()
database.stop()
"""


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


@pytest.fixture
def cluster(data: Path) -> Iterator[Cluster]:
    """A running server, the same files for the whole module."""
    running = Cluster(data)
    running.ensure_running()
    yield running
    running.stop()


def connect(cluster: Cluster, user: str = ROLE) -> psycopg.Connection[Any]:
    return psycopg.connect(host=str(cluster.socket_folder), user=user, dbname=DATABASE, autocommit=True)


def postmaster(cluster: Cluster) -> int:
    return int((cluster.folder / "postmaster.pid").read_text().splitlines()[0])


def another_process(data: Path) -> subprocess.Popen[str]:
    """A process that uses the database until its input is closed; its first line says whether it started the server."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=ROOT,
        env={**os.environ, "FILO_DATA": str(data), "DATABASE_URL": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_database_sorts_by_code_point_and_belongs_to_an_ordinary_role(cluster: Cluster) -> None:
    with connect(cluster) as db:
        made = "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = %s"
        assert db.execute(made, [DATABASE]).fetchone() == ("b", "C.UTF-8", "UTF8")
        assert db.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
        for name in ("pg_trgm", "unaccent", "btree_gist", "cube"):
            db.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")


def test_nobody_else_can_reach_it(cluster: Cluster) -> None:
    assert stat.S_IMODE(cluster.folder.stat().st_mode) == 0o700
    with connect(cluster) as db:
        assert db.execute("SHOW listen_addresses").fetchone() == ("",)


def test_what_people_wrote_never_reaches_the_log(cluster: Cluster) -> None:
    with connect(cluster) as db:
        db.execute("CREATE TABLE person (id int PRIMARY KEY, email text UNIQUE, age int CHECK (age > 0))")
        db.execute("INSERT INTO person VALUES (1, 'elena@example.org', 81)")
        for statement in (
            "INSERT INTO person VALUES (2, 'elena@example.org', 81)",
            "INSERT INTO person VALUES (3, 'rachid@example.org', -1)",
            "INSERT INTO person VALUES ('via Mazzini 12', 'x', 1)",
            "SELECT 'elena@example.org' ~ '(via Mazzini 12'",
        ):
            with pytest.raises(psycopg.Error):
                db.execute(statement)
        db.execute("DROP TABLE person")
    log = cluster.log.read_text()
    assert "ready to accept connections" in log
    assert "example.org" not in log
    assert "Mazzini" not in log


def test_a_backend_killed_in_the_middle_of_a_query_leaves_no_words_in_the_log(cluster: Cluster) -> None:
    with connect(cluster) as asking, pytest.raises(psycopg.OperationalError):
        os.kill(asking.info.backend_pid, signal.SIGSTOP)
        asking.pgconn.send_query(b"SELECT pg_sleep(60), 'elena@example.org'")
        os.kill(asking.info.backend_pid, signal.SIGCONT)
        wait_until_asked(cluster, asking.info.backend_pid)
        os.kill(asking.info.backend_pid, signal.SIGKILL)
        asking.wait(psycopg.generators.fetch(asking.pgconn))
    wait_until_recovered(cluster)
    log = cluster.log.read_text()
    assert "terminated by signal 9" in log
    assert "example.org" not in log


def wait_until_asked(cluster: Cluster, pid: int) -> None:
    with connect(cluster, SUPERUSER) as db:
        running = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND query LIKE %s AND state = 'active'"
        while not db.execute(running, [pid, "SELECT pg_sleep%"]).fetchone():
            time.sleep(0.02)


def wait_until_recovered(cluster: Cluster) -> None:
    while True:
        try:
            connect(cluster).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)


def test_after_kill_9_it_starts_again_with_all_that_was_committed(cluster: Cluster) -> None:
    with connect(cluster) as db:
        db.execute("CREATE TABLE kept AS SELECT 'la spesa del martedì' AS title")
    os.kill(postmaster(cluster), signal.SIGKILL)

    assert cluster.ensure_running() is True
    with connect(cluster) as db:
        assert db.execute("SELECT title FROM kept").fetchone() == ("la spesa del martedì",)
        db.execute("DROP TABLE kept")


def test_a_stale_pid_that_now_belongs_to_another_program_is_harmless(data: Path) -> None:
    cluster = Cluster(data)
    cluster.ensure_running()
    pid_file = (cluster.folder / "postmaster.pid").read_text()
    cluster.stop()
    (cluster.folder / "postmaster.pid").write_text(pid_file.replace(pid_file.split()[0], str(os.getpid()), 1))

    assert cluster.ensure_running() is True
    cluster.stop()


def test_a_server_left_behind_is_taken_over_and_stopped_by_the_last_who_uses_it(data: Path) -> None:
    left_behind = another_process(data)
    assert left_behind.stdout and left_behind.stdout.readline() == "True\n"
    server = postmaster(Cluster(data))
    left_behind.kill()
    left_behind.wait()

    first, second = Cluster(data), another_process(data)
    assert first.ensure_running() is False
    assert second.stdout and second.stdout.readline() == "False\n"
    assert postmaster(first) == server
    first.stop()
    connect(first).close()  # the second still needs it
    second.communicate()
    with pytest.raises(psycopg.OperationalError):
        connect(first)


def test_two_that_start_at_the_same_moment_share_one_server(data: Path) -> None:
    both = [another_process(data), another_process(data)]
    answers = [process.stdout.readline() for process in both if process.stdout]
    assert sorted(answers) == ["False\n", "True\n"]
    for process in both:
        process.communicate()
        assert process.returncode == 0


def test_data_of_another_postgresql_are_left_alone(data: Path) -> None:
    cluster = Cluster(data)
    cluster.ensure_running()
    cluster.stop()
    version = (cluster.folder / "PG_VERSION").read_text()
    (cluster.folder / "PG_VERSION").write_text("12\n")
    try:
        with pytest.raises(CannotStart, match="PostgreSQL 12"):
            cluster.ensure_running()
    finally:
        (cluster.folder / "PG_VERSION").write_text(version)


def test_a_long_path_with_odd_letters_gets_a_closed_socket_folder_elsewhere() -> None:
    with data_folder() as around:
        long = around / ("la casa, di quartiere " * 5)
        long.mkdir()
        account.hand_over(long)
        cluster = Cluster(long)
        try:
            assert cluster.ensure_running() is True
            assert cluster.socket_folder != cluster.folder
            assert stat.S_IMODE(cluster.socket_folder.stat().st_mode) == 0o700
            connect(cluster).close()
        finally:
            cluster.stop()
            clean_up(long)


def test_where_the_account_may_not_enter_the_data_find_shelter_and_no_permission_changes(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data = closed / "data"
    data.mkdir()
    before = [step.stat().st_mode for step in (data, closed, *closed.parents)]
    cluster = Cluster(data)
    try:
        cluster.ensure_running()
        connect(cluster).close()
        assert cluster.folder.resolve().is_relative_to(account.SHELTER) == account.needed()
        assert [step.stat().st_mode for step in (data, closed, *closed.parents)] == before
    finally:
        cluster.stop()
        clean_up(data)


def test_the_copy_of_the_programs_runs_where_it_stands(tmp_path: Path) -> None:
    account.copy_programs(Path(psycopg.__file__).parent.parent, tmp_path / "copy")
    done = subprocess.run(
        [tmp_path / "copy" / account.PROGRAMS / "initdb", "--version"], capture_output=True, text=True
    )
    assert done.stdout.startswith("initdb (PostgreSQL)"), done.stderr
    assert {part.name for part in tmp_path.iterdir()} == {"copy"}


def test_a_disk_that_fills_while_the_database_is_made_leaves_nothing_half_made() -> None:
    with data_folder() as data:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (256 * 1024, limits[1]))
        try:
            with pytest.raises(CannotStart):
                Cluster(data).ensure_running()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert Cluster(data).ensure_running() is True
