"""Streets: the city's register comes in, addresses are found in it, and only then, if the city says so, elsewhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.timezone import now
from geopy.location import Location
from procrastinate.contrib.django.models import ProcrastinateJob

from spaces import gazetteer, remote_geocoder, tasks
from spaces.models import City, GeocodingRequest

pytestmark = pytest.mark.django_db

REGISTER = """via;civico da;civico a;lat;lon
Via Garibaldi;1;20;45,0700;11,7900
Via Garibaldi;30;60;45,0720;11,7920
Via Giuseppe Verdi;;;45,0650;11,7850
Piazza Vittorio Emanuele II;1;40;45,0705;11,7901
Corso del Popolo;1;180;45,0678;11,7907
Piazza Garibaldi;1;30;45,0731;11,7917
Via San Bortolo;1;99;45,0770;11,7935
Via dei Cappuccini;2;8;45,0752;11,7971
Viale Tre Martiri;1;200;45,0640;11,8000
Via Nicolò Badaloni;1;9;45,0660;11,7990
Via 4 Novembre;1;9;45,0661;11,7991
Via Po;1;9;45,0662;11,7992
Via Roma;1;9;45,0663;11,7993
"""


def bring(folder: Path, content: str | bytes, city: str = "rovigo") -> tuple[str, str]:
    """What the command says, and what it says of rows it leaves out."""
    path = folder / "vie.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    out, err = StringIO(), StringIO()
    call_command("import_streets", path, city=city, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def addresses(city: City, words: str) -> list[str]:
    return [found.address for found in gazetteer.find(city, words)]


@pytest.fixture
def streets(rovigo: City, tmp_path: Path) -> City:
    bring(tmp_path, REGISTER)
    return rovigo


# Bringing the register


def test_the_register_is_imported_and_imported_again(rovigo: City, tmp_path: Path) -> None:
    said, left_out = bring(tmp_path, REGISTER)
    assert said == "Rovigo, righe: 13. Prese 13 (nuove 13), lasciate fuori 0.\n"
    assert left_out == ""
    rows = list(rovigo.streets.order_by("pk").values())
    assert bring(tmp_path, REGISTER)[0] == "Rovigo, righe: 13. Prese 13 (nuove 0), lasciate fuori 0.\n"
    assert list(rovigo.streets.order_by("pk").values()) == rows
    bring(tmp_path, REGISTER.replace("45,0650;11,7850", "45,0651;11,7851"))
    assert rovigo.streets.get(name="Via Giuseppe Verdi").lat == 45.0651
    assert rovigo.streets.count() == 13


COLUMNS = [
    "via,civico,lat,lon",
    "street,number,latitude,longitude",
    "DENOMINAZIONE,CIVICO,COORD_Y,COORD_X",
    "Odonimo,Numero,y,x",
]


@pytest.mark.parametrize("columns", COLUMNS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_columns_separators_and_encodings_of_any_office(
    rovigo: City, tmp_path: Path, columns: str, separator: str, encoding: str
) -> None:
    content = f"{columns}\r\nVia Nicolò Badaloni,12/A,45.066,11.799\r\n".replace(",", separator)
    bring(tmp_path, content.encode(encoding))
    street = rovigo.streets.get()
    assert (street.name, street.search_name) == ("Via Nicolò Badaloni", "via nicolo badaloni")
    assert (street.number_from, street.number_to, street.lat, street.lon) == (12, 12, 45.066, 11.799)


def test_the_apostrophes_of_old_offices_are_read(rovigo: City, tmp_path: Path) -> None:
    bring(tmp_path, "via,lat,lon\nVia dell’Artigianato,45.066,11.799\n".encode("cp1252"))
    assert rovigo.streets.get().name == "Via dell’Artigianato"


def test_the_kind_of_street_may_have_a_column_of_its_own(rovigo: City, tmp_path: Path) -> None:
    bring(tmp_path, 'id,DUG,DENOMINAZIONE,LAT,LON\n1,VIA,"SACRO CUORE, DEL",45.066,11.799\n')
    assert rovigo.streets.get().name == "VIA SACRO CUORE, DEL"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (";1;9;45.07;11.79", "manca il nome della via"),
        ("?!;1;9;45.07;11.79", "manca il nome della via"),
        ("Via\x1b[2J Roma;1;9;45.07;11.79", "il nome della via è troppo lungo o contiene caratteri che non si vedono"),
        ("V" * 121 + ";1;9;45.07;11.79", "il nome della via è troppo lungo o contiene caratteri che non si vedono"),
        ("Via Roma;1;9;;", "mancano le coordinate"),
        ("Via Roma;1;9", "mancano le coordinate"),
        ("Via Roma;1;9;nord;est", "le coordinate non sono numeri"),
        ("Via Roma;1;9;4990000;720000", "le coordinate non sono gradi"),
        ("Via Roma;1;9;nan;11.79", "le coordinate non sono gradi"),
        ("Via Roma;1;9;0;0", "le coordinate non sono gradi"),
        ("Via Roma;1;9;45.46;9.18", "è fuori da Rovigo"),
        ("Via Roma;1;9;11.79;45.07", "sembra che latitudine e longitudine siano scambiate"),
        ("Via Roma;primo;9;45.07;11.79", "il civico non è un numero"),
        ("Via Roma;999999;;45.07;11.79", "il civico non è un numero"),
        ("v. PO;1;9;45.07;11.79", "è già alla riga 2"),
    ],
)
def test_a_row_is_left_out_with_its_reason(rovigo: City, tmp_path: Path, row: str, reason: str) -> None:
    content = f"via;civico da;civico a;lat;lon\nVia Po;1;9;45.07;11.79\n{row}\n\nVia Adige;1;9;45.07;11.79\n"
    said, left_out = bring(tmp_path, content)
    assert left_out == f"Riga 3: {reason}.\n"
    assert said == "Rovigo, righe: 3. Prese 2 (nuove 2), lasciate fuori 1.\n"
    assert sorted(rovigo.streets.values_list("name", flat=True)) == ["Via Adige", "Via Po"]


def test_numbers_that_are_turned_round_are_turned_back(rovigo: City, tmp_path: Path) -> None:
    bring(tmp_path, "via;civico da;civico a;lat;lon\nVia Po;9;1;45.07;11.79\nVia Adda;snc;;45.07;11.79\n")
    assert list(rovigo.streets.order_by("name").values_list("number_from", "number_to")) == [(None, None), (1, 9)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "Il file è vuoto"),
        ("nome,cap\nVia Po,45100\n", "Nel file mancano le colonne: lat, lon. Ci sono: nome, cap"),
        ("\x00\x01\x02", "Nel file mancano le colonne: street, lat, lon"),
        ('via,lat,lon\n"' + "x" * 200_000, "Il file non è un CSV che si riesca a leggere"),
    ],
)
def test_a_file_that_is_no_register_is_refused(rovigo: City, tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        bring(tmp_path, content)
    assert str(refused.value).startswith(sentence)
    assert not rovigo.streets.exists()


def test_a_file_or_a_city_that_is_not_there(rovigo: City, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Il file vie\.csv non si riesce a leggere"):
        call_command("import_streets", tmp_path / "vie.csv", city="rovigo")
    with pytest.raises(CommandError, match="Non c’è nessuna città «adria»"):
        bring(tmp_path, REGISTER, "adria")


# Finding an address


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("Via Garibaldi 12", "Via Garibaldi 12"),
        ("via garibaldi, 12/b", "Via Garibaldi 12"),
        ("V. Garibaldi n. 12 bis", "Via Garibaldi 12"),
        ("v.garibaldi 12", "Via Garibaldi 12"),
        ("  VIA   GARIBALDI  ", "Via Garibaldi"),
        ("via garbaldi 12", "Via Garibaldi 12"),
        ("via gariballdi 12", "Via Garibaldi 12"),
        ("p.zza garibaldi 3", "Piazza Garibaldi 3"),
        ("pza garibaldi 3, 45100 Rovigo (RO)", "Piazza Garibaldi 3"),
        ("c.so del popolo 100 rovigo", "Corso del Popolo 100"),
        ("corso popolo", "Corso del Popolo"),
        ("vle tre martiri 5", "Viale Tre Martiri 5"),
        ("via s. bortolo 7", "Via San Bortolo 7"),
        ("san bortlo", "Via San Bortolo"),
        ("via verdi 3", "Via Giuseppe Verdi 3"),
        ("via g. verdi", "Via Giuseppe Verdi"),
        ("via nicolo' badaloni 4", "Via Nicolò Badaloni 4"),
        ("cappucini", "Via dei Cappuccini"),
        ("piazza vittorio emanuele", "Piazza Vittorio Emanuele II"),
        ("via 4 novembre", "Via 4 Novembre"),
        ("via 4 novembre 9", "Via 4 Novembre 9"),
        ("via iv novembre", "Via 4 Novembre"),
        ("via po 3", "Via Po 3"),
    ],
)
def test_an_address_is_found_as_people_write_it(streets: City, words: str, address: str) -> None:
    assert addresses(streets, words)[0] == address


def test_what_is_written_in_full_is_meant(streets: City) -> None:
    for words in ["via garibaldi 12", "v. garibaldi 12", "v.Garibaldi,12"]:
        assert addresses(streets, words) == ["Via Garibaldi 12"]
    for words in ["piazza garibaldi 12", "p.zza garibaldi 12", "P.za Garibaldi 12", "pz. garibaldi 12"]:
        assert addresses(streets, words) == ["Piazza Garibaldi 12"]
    assert sorted(addresses(streets, "garibaldi 12")) == ["Piazza Garibaldi 12", "Via Garibaldi 12"]


@pytest.mark.parametrize(
    "words", ["", " ", "via", "12", "via 12", "xyzzy 3", "\0", "%", "'; --", "a" * 10_000, "\u202e", "🙂"]
)
def test_what_cannot_be_a_street_is_not_found(streets: City, words: str) -> None:
    assert gazetteer.find(streets, words) == []


def test_no_more_are_found_than_asked_for(streets: City) -> None:
    assert len(gazetteer.find(streets, "garibalda", limit=1)) == 1
    one = gazetteer.LocalGazetteer(streets).geocode("via garibaldi 12")
    assert isinstance(one, Location)
    assert (one.address, one.latitude) == ("Via Garibaldi 12", 45.07)
    assert gazetteer.LocalGazetteer(streets).geocode("xyzzy") is None


def test_a_street_of_another_city_is_not_found(streets: City) -> None:
    adria = City.objects.create(
        name="Adria", slug="adria", istat="029001", province="RO", region="Veneto", lat=45.05, lon=12.05
    )
    assert gazetteer.find(adria, "via garibaldi 12") == []


@pytest.mark.parametrize(
    ("number", "lat", "lon"),
    [(1, 45.07, 11.79), (20, 45.07, 11.79), (25, 45.071, 11.791), (30, 45.072, 11.792), (900, 45.072, 11.792)],
)
def test_a_number_is_placed_along_its_street(streets: City, number: int, lat: float, lon: float) -> None:
    [found] = gazetteer.find(streets, f"via garibaldi {number}")
    assert (round(found.lat, 6), round(found.lon, 6)) == (lat, lon)
    assert (found.street, found.number) == ("Via Garibaldi", number)


def test_a_number_of_a_street_without_numbers_is_on_that_street(streets: City) -> None:
    [found] = gazetteer.find(streets, "via giuseppe verdi 3")
    assert (found.address, found.lat, found.lon) == ("Via Giuseppe Verdi 3", 45.065, 11.785)


def test_finding_asks_nobody_else(streets: City, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise AssertionError("an address left the server")

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    assert addresses(streets, "via garibaldi 12")
    with pytest.raises(AssertionError, match="asks nobody"):
        gazetteer.LocalGazetteer(streets)._call_geocoder("https://example.org/", lambda answer: answer)


# A geocoder elsewhere


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
