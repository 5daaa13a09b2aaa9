"""The city's register of streets comes in, however its office writes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from spaces.models import City
from tests.spaces.places import (
    REGISTER,
    bring,
)

pytestmark = pytest.mark.django_db


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
