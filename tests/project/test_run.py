"""bin/run from outside: what it prints, how it ends, what it says instead of a traceback."""

import re
import resource
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from project.demo.people import DEMO_PEOPLE
from project.postgres import DATABASE, ROLE, Cluster
from tests.project.folders import data_folder
from tests.project.running import STARTED, Run, free_port, wait_for_end

LAST_PERSON = DEMO_PEOPLE[2].en


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[Path, str]]:
    """The data folder of a house that was begun, visited and stopped once, and what it printed meanwhile."""
    with data_folder() as data:
        with Run(data) as run:
            run.wait_for(STARTED)
            run.wait_for(LAST_PERSON)
            assert run.get("/healthz") == 200
            run.send(signal.SIGINT)
            run.send(signal.SIGINT)  # impatient
            assert run.ends(10) == 0, run.output
            printed = run.output
        yield data, printed


@pytest.fixture
def data(house: tuple[Path, str]) -> Path:
    return house[0]


def is_awake(data: Path) -> bool:
    try:
        psycopg.connect(host=str(Cluster(data).socket_folder), user=ROLE, dbname=DATABASE).close()
    except psycopg.OperationalError:
        return False
    return True


def wait_until_asleep(data: Path, seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while is_awake(data):
        assert time.monotonic() < until, "PostgreSQL is still awake"
        time.sleep(0.05)


def worker_of(run: Run) -> psutil.Process:
    [worker] = [child for child in psutil.Process(run.process.pid).children() if "procrastinate" in child.cmdline()]
    return worker


def wait_until_at_work(worker: psutil.Process, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not any(file.path.endswith("postgres.use") for file in worker.open_files()):
        assert time.monotonic() < until, "the worker does not begin"
        time.sleep(0.05)


def refused(run: Run, *words: str) -> None:
    """It ended with a sentence in each language and nothing else that a person would have to decipher."""
    with run:
        assert run.ends() not in (0, None)
        for word in words:
            assert word in run.output
        assert "Traceback" not in run.output
        assert "Error" not in run.output
        assert "sesamo" not in run.output


def test_the_first_start_says_in_both_languages_what_it_does_and_who_one_can_be(house: tuple[Path, str]) -> None:
    _, printed = house
    for words in ("Preparo le tabelle", "Preparing the tables", "Ecco Filò: http://localhost:", "Here is Filò"):
        assert words in printed
    assert len(set(re.findall(r"^ *(http://localhost:\d+/\S+)$", printed, re.MULTILINE))) == 3
    assert "Traceback" not in printed


def test_ctrl_c_stops_everything(house: tuple[Path, str]) -> None:
    data, printed = house
    assert "Filò has stopped" in printed
    assert not is_awake(data)


def test_the_second_start_does_nothing_twice_and_its_links_open_the_door(data: Path) -> None:
    with Run(data) as run:
        run.wait_for(LAST_PERSON)
        assert "Preparo" not in run.output
        assert "Raccolgo" not in run.output
        [link, *_] = re.findall(r"http://localhost:\d+(/\S+)$", run.output, re.MULTILINE)
        assert run.get(link) == 200
        run.process.terminate()
        assert run.ends(10) == 0
    assert not is_awake(data)


def test_without_loopback_nobody_gets_a_link(data: Path) -> None:
    with Run(data, "--host", "0.0.0.0") as run:
        run.wait_for(STARTED)
        run.send(signal.SIGINT)
        assert run.ends(10) == 0
        assert "Who would you like to be" not in run.output


def test_after_kill_9_of_the_runner_alone_nothing_stays_awake(data: Path) -> None:
    with Run(data, "--no-demo") as run:
        run.wait_for(STARTED)
        worker = worker_of(run)
        wait_until_at_work(worker)
        run.process.kill()
        wait_for_end(worker)
    wait_until_asleep(data)


def test_a_database_left_by_kill_9_is_taken_over_and_stopped(data: Path) -> None:
    with Run(data, "--no-demo") as run:
        run.wait_for(STARTED)
        worker = worker_of(run)
        worker.suspend()
        run.process.kill()
        worker.kill()
    assert is_awake(data)
    with Run(data, "--no-demo") as run:
        run.wait_for(STARTED)
        assert run.get("/readyz") == 200
        run.send(signal.SIGINT)
        assert run.ends(10) == 0
    assert not is_awake(data)


def test_ctrl_c_while_it_is_still_starting(data: Path) -> None:
    with Run(data, "--no-demo") as run:
        run.wait_for("Filò is starting")
        run.send(signal.SIGINT)
        run.ends(10)
        assert "Traceback" not in run.output
    wait_until_asleep(data)


def test_a_port_in_use(data: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        refused(Run(data, port=taken), f"La porta {taken} è già occupata", f"Port {taken} is taken")
    assert not is_awake(data)


def test_a_port_that_does_not_exist(data: Path) -> None:
    refused(Run(data, port=70000), "Non posso ascoltare", "I cannot listen")


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused(Run(tmp_path / "file"), "non è una cartella", "is not a folder")
    refused(Run(tmp_path / "file" / "within"), "non è una cartella", "is not a folder")


def test_a_folder_without_rights() -> None:
    # Not even root may make a folder there.
    refused(Run("/sys/filo"), "Non ho il permesso di scrivere", "I may not write")


def test_a_disk_almost_full(data: Path) -> None:
    refused(Run(data, FILO_MIN_FREE_MB=str(10**9)), "è quasi pieno", "is almost full")
    assert not is_awake(data)


def test_a_disk_that_fills_during_the_first_start() -> None:
    with data_folder() as empty:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (256 * 1024, hard))
        try:
            refused(Run(empty), "PostgreSQL si ferma qui", "PostgreSQL gives up")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_database_that_cannot_be_reached_keeps_its_password_to_itself(data: Path) -> None:
    address = f"postgresql://filo:sesamo@127.0.0.1:{free_port()}/filo"
    run = Run(data, DATABASE_URL=address)
    refused(run, "DATABASE_URL non risponde", "DATABASE_URL does not answer")


def test_an_address_that_is_no_database(data: Path) -> None:
    for address in ("mysql://filo:sesamo@localhost/filo", "sesamo"):
        refused(Run(data, DATABASE_URL=address), "non è un indirizzo PostgreSQL", "is no PostgreSQL address")


def test_an_unknown_option_shows_how_it_is_meant() -> None:
    with Run("unused", "--colour") as run:
        assert run.ends() == 2
        assert "--no-demo" in run.output
    assert not Path("unused").exists()
