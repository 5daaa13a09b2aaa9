"""Lists that others keep come onto the boards: once, in the right city, or with a reason why not."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.timezone import now

from mutual_aid.models import Post, PostChange
from spaces import location
from spaces.models import City

pytestmark = pytest.mark.django_db
LIST = Path(__file__).parent / "posts.csv"


def bring(file: Path = LIST, *options: str) -> str:
    out = StringIO()
    call_command("import_posts", str(file), *options, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def brought(rovigo: City) -> str:
    location.redraw(rovigo)
    return bring(LIST, "--create-cities", "--as-of", "today", "--source", "primavera")


def post(source_id: str) -> Post:
    return Post.objects.select_related("city", "cell").get(source="primavera", source_id=source_id)


def test_every_row_is_in_or_explained(brought: str) -> None:
    assert "12 righe: 6 portate, 1 c’erano già, 5 rifiutate. Città nuove: 4." in brought
    for line in [
        "riga 6 (id 105): no place named: né posizione né comune",
        "riga 9 (id 108): non si capisce se offre o chiede: «dono»",
        "riga 10 (id 109): manca il titolo",
        "riga 11 (id 110): no place named: né posizione né comune",
        "riga 12 (id 111): la posizione non è in Italia",
    ]:
        assert line in brought


@pytest.mark.parametrize(
    ("source_id", "city", "precision"),
    [
        ("101", "Rovigo", "cell"),
        ("102", "Novara", "cell"),
        ("103", "Firenze", "city"),
        ("104", "Ponte San Pietro", "city"),
        ("106", "Firenze", "cell"),
        ("107", "Torino", "city"),
    ],
)
def test_a_row_goes_to_its_municipality(brought: str, source_id: str, city: str, precision: str) -> None:
    found = post(source_id)
    assert (found.city.name, found.precision) == (city, precision)
    assert found.cell.city == found.city


def test_with_as_of_the_newest_row_is_new_and_open_rows_stay_open(brought: str) -> None:
    newest = post("101")
    assert abs((now() - newest.published_at).total_seconds()) < 24 * 3600
    assert (post("101").published_at - post("102").published_at).days == 1
    assert {p.state for p in Post.objects.exclude(source_id="107")} == {"open"}
    assert all(p.expires_at > now() for p in Post.objects.filter(state="open"))
    assert post("107").state == "withdrawn"


def test_without_as_of_old_rows_come_in_as_expired(rovigo: City) -> None:
    location.redraw(rovigo)
    bring(LIST, "--create-cities", "--source", "primavera")
    assert post("101").state == "expired"
    assert post("101").published_at.year == 2020


def test_twice_makes_no_doubles(brought: str) -> None:
    before = sorted(Post.objects.values_list("pk", "version"))
    again = bring(LIST, "--create-cities", "--as-of", "today", "--source", "primavera")
    assert "0 portate, 7 c’erano già, 5 rifiutate. Città nuove: 0." in again
    assert sorted(Post.objects.values_list("pk", "version")) == before
    assert PostChange.objects.filter(what="imported").count() == 6


def test_the_words_are_kept_whole(brought: str) -> None:
    long = post("107")
    assert len(long.title) <= 80
    assert long.title.endswith("…")
    assert "mattina presto" in long.words
    assert "La bottega apre alle sei." in long.words
    assert post("102").words == "Quando: lun–ven 9–12"
    assert (post("101").source_name, post("101").source_url) == ("Trattoria del ponte", "https://example.org/pasti")
    assert post("104").source_url == ""


def test_the_board_of_a_municipality_that_came_in_shows_its_posts(brought: str, client: Client) -> None:
    html = client.get("/it/firenze/").content.decode()
    assert "Cerco chi mi porti le medicine" in html
    near = post("106").cell.index
    assert "giro lungo" in client.get(f"/it/firenze/?near={near}").content.decode()


def test_without_create_cities_only_boards_that_stand_receive(rovigo: City) -> None:
    location.redraw(rovigo)
    report = bring(LIST)
    assert City.objects.count() == 1
    assert "Novara non ha ancora una bacheca" in report
    assert Post.objects.get().source == "posts"


def test_only_one_city(rovigo: City) -> None:
    location.redraw(rovigo)
    report = bring(LIST, "--city", "rovigo", "--create-cities")
    assert set(Post.objects.values_list("city__slug", flat=True)) == {"rovigo"}
    assert "non è a Rovigo" in report


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_any_encoding_and_separator(rovigo: City, tmp_path: Path, encoding: str, separator: str) -> None:
    location.redraw(rovigo)
    file = tmp_path / "lista.csv"
    lines = ["codice;tipo;titolo;descrizione;latitudine;longitudine", "1;offro;Perché no?;Un caffè;45,0770;11,7935"]
    file.write_text("\r\n".join(lines).replace(";", separator), encoding=encoding)
    assert "1 portate" in bring(file)
    assert Post.objects.get().title == "Perché no?"
    assert Post.objects.get().words == "Un caffè"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Il file è vuoto."),
        (b"a,b\n1,2\n", "Mancano le colonne: id, kind, title."),
        (b'id,kind,title\n1,offer,"' + b"x" * 200_000, "non si riesce a leggere fino alla riga 2"),
    ],
)
def test_a_file_that_is_no_list(tmp_path: Path, content: bytes, sentence: str, db: Any) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        bring(file)
    with pytest.raises(CommandError, match="Non riesco a leggere"):
        bring(tmp_path / "manca.csv")


HEADING = "id,kind,title,created_at,municipality\n"


def test_one_impossible_day_moves_no_other(rovigo: City, tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    days = ["9999-12-31", "0001-01-01", "2020-03-01", "2020-03-31"]
    file.write_text(HEADING + "".join(f"{n},offer,La spesa,{day},Rovigo\n" for n, day in enumerate(days)))
    assert "4 righe: 4 portate" in bring(file, "--as-of", "today", "--source", "primavera")
    assert (now() - post("3").published_at).days == 0
    assert (now() - post("2").published_at).days == 30


def test_what_turns_or_hides_words_is_left_behind(rovigo: City, tmp_path: Path) -> None:
    file = tmp_path / "posts.csv"
    file.write_text(HEADING + "1,offer,La\u202e spe\x07sa,2020-03-01,Rovigo\n")
    bring(file, "--source", "primavera")
    assert post("1").title == "La spesa"
