"""A geocoder elsewhere is asked only where the city named one, and of every question little is kept."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from spaces import gazetteer, remote_geocoder, tasks
from spaces.models import City, GeocodingRequest

pytestmark = pytest.mark.django_db


class Geocoder(BaseHTTPRequestHandler):
    """Nominatim and Photon, as far as we ask them: one place in Rovigo, one in Milan."""

    asked: list[dict[str, list[str]]]
    broken: bool

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        type(self).asked.append(parse_qs(address.query) | {"path": [address.path]})
        answer = {"/nominatim/search": self.nominatim, "/photon/api": self.photon}[address.path]
        body = json.dumps(answer()).encode()
        self.send_response(503 if type(self).broken else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def nominatim(self) -> Any:
        parts = {"road": "Via delle Industrie", "house_number": "7", "city": "Rovigo"}
        rovigo = {
            "display_name": "7, Via delle Industrie, Rovigo",
            "lat": "45.0612",
            "lon": "11.7822",
            "address": parts,
        }
        milan = {"display_name": "Via delle Industrie, Milano", "lat": "45.46", "lon": "9.18", "address": {}}
        return [milan, rovigo]

    def photon(self) -> Any:
        parts = {"street": "Via delle Industrie", "housenumber": "7", "name": "Casa", "city": "Rovigo"}
        geometry = {"type": "Point", "coordinates": [11.7822, 45.0612]}
        return {"features": [{"type": "Feature", "geometry": geometry, "properties": parts}]}

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def elsewhere(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Geocoder]]:
    """A geocoder on this machine, which the city says it has contracted."""
    Geocoder.asked, Geocoder.broken = [], False
    server = ThreadingHTTPServer(("127.0.0.1", 0), Geocoder)
    thread = Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    settings.GEOCODER_URL = f"http://127.0.0.1:{server.server_port}/nominatim"
    settings.GEOCODER_NAME = "Provincia di Rovigo"
    yield Geocoder
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the jobs waited, without waiting."""
    seconds: list[float] = []
    monkeypatch.setattr("spaces.tasks.time.sleep", seconds.append)
    return seconds


def work() -> None:
    """Do what waits in the queue, as the worker would: by the arguments that the jobs hold, and nothing else."""
    for job in ProcrastinateJob.objects.filter(task_name=remote_geocoder.TASK, status="todo").order_by("id"):
        tasks.ask_remote_geocoder(**job.args)


PLACE = gazetteer.Found("Via delle Industrie 7", 45.0612, 11.7822, "Via delle Industrie", 7)


@pytest.mark.parametrize("kind", ["nominatim", "photon"])
def test_a_question_is_queued_and_answered(
    rovigo: City, elsewhere: type[Geocoder], waited: list[float], settings: Any, kind: str
) -> None:
    if kind == "photon":
        settings.GEOCODER_URL = "photon+" + settings.GEOCODER_URL.replace("/nominatim", "/photon")
    request = remote_geocoder.ask(rovigo, "via delle industrie 7")
    assert (remote_geocoder.answer(request), elsewhere.asked) == (None, []), "nobody waits for it"
    work()
    assert remote_geocoder.answer(str(request)) == [PLACE], "and nothing that is not in the city"
    [asked] = elsewhere.asked
    assert asked["q"] == ["via delle industrie 7, Rovigo"]


def test_jobs_hold_ids_only_and_run_one_a_second(rovigo: City, elsewhere: type[Geocoder], waited: list[float]) -> None:
    requests = [remote_geocoder.ask(rovigo, f"via delle industrie {number}") for number in (7, 8)]
    jobs = ProcrastinateJob.objects.filter(task_name=remote_geocoder.TASK).order_by("id")
    assert [job.args for job in jobs] == [{"request_id": str(request)} for request in requests]
    assert {job.lock for job in jobs} == {remote_geocoder.TASK}, "under one lock, so one at a time"
    work()
    assert waited == [1, 1]


def test_the_words_go_when_they_are_answered_and_the_rest_within_hours(
    rovigo: City, elsewhere: type[Geocoder], waited: list[float]
) -> None:
    request = remote_geocoder.ask(rovigo, "via delle industrie 7")
    work()
    assert GeocodingRequest.objects.get(pk=request).words == ""
    tasks.forget_geocoding_requests(0)
    assert remote_geocoder.answer(request) == [PLACE]
    GeocodingRequest.objects.update(asked_at=now() - remote_geocoder.FORGOTTEN)
    tasks.forget_geocoding_requests(0)
    assert not GeocodingRequest.objects.exists()
    assert remote_geocoder.answer(request) == []


def test_an_answer_is_remembered_under_a_key_that_says_nothing(
    rovigo: City, elsewhere: type[Geocoder], waited: list[float]
) -> None:
    remote_geocoder.ask(rovigo, "via delle industrie 7")
    work()
    assert remote_geocoder.answer(remote_geocoder.ask(rovigo, "VIA  DELLE INDUSTRIE, 7")) == [PLACE]
    assert len(elsewhere.asked) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache WHERE cache_key LIKE '%%geocoder%%'")
        [(key,)] = cursor.fetchall()
    assert "industrie" not in key
    assert len(key.rsplit(":", 1)[1]) == 64
    adria = City.objects.create(
        name="Adria", slug="adria", istat="029001", province="RO", region="Veneto", lat=45, lon=12
    )
    assert remote_geocoder.answer(remote_geocoder.ask(adria, "via delle industrie 7")) is None


def test_a_job_that_runs_twice_asks_once(rovigo: City, elsewhere: type[Geocoder], waited: list[float]) -> None:
    request = remote_geocoder.ask(rovigo, "via delle industrie 7")
    work()
    work()
    tasks.ask_remote_geocoder(str(uuid4()))
    assert len(elsewhere.asked) == 1
    assert remote_geocoder.answer(request) == [PLACE]


def test_a_geocoder_that_does_not_answer_finds_nothing(
    rovigo: City, elsewhere: type[Geocoder], waited: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere.broken = True
    request = remote_geocoder.ask(rovigo, "via delle industrie 7")
    with caplog.at_level(logging.DEBUG):
        work()
    assert remote_geocoder.answer(request) == []
    assert "did not answer" in caplog.text
    assert "industrie" not in caplog.text.casefold()
    elsewhere.broken = False
    again = remote_geocoder.ask(rovigo, "via delle industrie 7")
    work()
    assert remote_geocoder.answer(again) == [PLACE], "and its silence is not remembered"


def test_a_full_queue_keeps_nobody_waiting(rovigo: City, elsewhere: type[Geocoder]) -> None:
    for number in range(remote_geocoder.LONGEST_QUEUE):
        remote_geocoder.ask(rovigo, f"via delle industrie {number}")
    assert remote_geocoder.answer(remote_geocoder.ask(rovigo, "via roma")) == []


@pytest.mark.parametrize("missing", ["GEOCODER_URL", "GEOCODER_NAME"])
def test_nothing_is_asked_of_a_geocoder_that_nobody_named(
    rovigo: City, elsewhere: type[Geocoder], settings: Any, missing: str
) -> None:
    waiting = remote_geocoder.ask(rovigo, "via delle industrie 7")
    setattr(settings, missing, "")
    assert not remote_geocoder.is_configured()
    with pytest.raises(remote_geocoder.NotConfigured):
        remote_geocoder.ask(rovigo, "via delle industrie 8")
    remote_geocoder.fetch(str(waiting))
    assert elsewhere.asked == []


@pytest.mark.parametrize("forged", ["", "x", "0" * 5000, "\0", "8c6f7c5e-0000-4000-8000-000000000000"])
def test_an_answer_nobody_asked_for_is_none(db: None, forged: str) -> None:
    assert remote_geocoder.answer(forged) == []
