"""The municipalities that come with the house, and the cities made of them."""

from __future__ import annotations

from io import StringIO
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from spaces import location, packaged
from spaces.models import Cell, City

REGGIO = "Reggio nell'Emilia"


def add(*cities: str, **options: bool) -> str:
    out = StringIO()
    call_command("add_city", *cities, stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Rovigo", "Rovigo"),
        (" rovigo ", "Rovigo"),
        ("Reggio nell'Emilia", REGGIO),
        ("Reggio nell’Emilia", REGGIO),
        ("REGGIO EMILIA", REGGIO),
        ("reggioemilia", REGGIO),
        ("Reggio nell Emilia", REGGIO),
        ("San Dona di Piave", "San Donà di Piave"),
        ("SanDonàDiPiave", "San Donà di Piave"),
        ("Aquila", "L'Aquila"),
        ("Bolzano", "Bolzano/Bozen"),
        ("Bozen", "Bolzano/Bozen"),
    ],
)
def test_a_municipality_is_known_as_people_write_it(words: str, name: str) -> None:
    found = packaged.by_name(words)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("words", ["", "La", "di", "Atlantide", "Piemonte", "casa", "\0", "x" * 10_000])
def test_what_is_no_municipality_is_not_found(words: str) -> None:
    assert packaged.by_name(words) is None


def test_province_and_region_tell_namesakes_apart() -> None:
    assert packaged.by_name("Castro") is None
    assert [one.province for one in packaged.named("Castro")] == ["BG", "LE"]
    for told in [
        {"province": "LE"},
        {"province": "Lecce"},
        {"region": "puglia"},
        {"province": "lecce", "region": "tutte"},
    ]:
        found = packaged.by_name("castro", **told)
        assert found is not None
        assert found.istat == "075096"
    assert packaged.by_name("Castro", region="Veneto") is None


def test_every_municipality_has_a_slug_of_its_own() -> None:
    everybody = [one for ones in packaged._by_slug().values() for one in ones]
    assert len({one.slug for one in everybody}) == len(everybody) == 7899
    assert max(len(one.name) for one in everybody) <= 80


def test_the_nearest_municipality() -> None:
    rovigo, metres = packaged.nearest(45.07, 11.79)
    assert rovigo.name == "Rovigo"
    assert metres < 5_000
    assert packaged.nearest(48.85, 2.35)[1] > 300_000, "Paris is nobody's"


@pytest.mark.django_db
def test_the_twelve_cities_come_with_border_and_cells() -> None:
    add(will=True)
    assert sorted(City.objects.values_list("slug", flat=True)) == [
        "bergamo", "como", "cuneo", "mantova", "monza", "novara", "padova", "parma", "ravenna", "reggio-nell-emilia",
        "rovigo", "verona",
    ]  # fmt: skip
    for city in City.objects.all():
        assert city.border is not None
        assert city.cells.count() > 50
        assert location.holds(city, city.lat, city.lon)
        assert city.population > 30_000
    rovigo = City.objects.get(slug="rovigo")
    assert (rovigo.istat, rovigo.belfiore, rovigo.province, rovigo.region) == ("029041", "H620", "RO", "Veneto")


@pytest.mark.django_db
def test_a_city_is_added_once_by_any_of_its_names() -> None:
    assert add("Reggio Emilia") == f"{REGGIO} (reggio-nell-emilia): celle 372.\n"
    City.objects.update(name="Reggio")
    rows = list(City.objects.values())
    for words in ["Reggio Emilia", "035033", "reggio-nell-emilia"]:
        assert add(words) == "Reggio c’era già (reggio-nell-emilia).\n"
    assert list(City.objects.values()) == rows, "what a city changed stays changed"


@pytest.mark.django_db
def test_any_municipality_can_be_a_city() -> None:
    add("Adria", "castro-le")
    adria, castro = City.objects.order_by("name")
    assert (adria.slug, adria.border, castro.slug) == ("adria", None, "castro-le")
    assert location.cell_of_area(adria).place_name == "Adria"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["Atlantide"], "«Atlantide» non è tra i comuni d’Italia."),
        (["Adria", "Castro"], "«Castro» sono in più di uno: scrivi il codice ISTAT, 016065 (BG), 075096 (LE)."),
        ([], "Scrivi quale città, o --will per le dodici di partenza."),
    ],
)
def test_what_cannot_be_added_is_said_and_nothing_is(words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        add(*words)
    assert str(refused.value) == sentence
    assert not City.objects.exists()


def at_once(what: list[object], *calls: object) -> None:
    """Run the calls at the same moment, each on a connection of its own, and keep what they gave or raised."""

    def run(call: object) -> None:
        try:
            what.append(call())  # type: ignore[operator]  # they are functions
        except Exception as problem:
            what.append(problem)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_city_that_several_add_at_once_is_one() -> None:
    rovigo = packaged.by_istat("029041")
    assert rovigo is not None
    made: list[object] = []
    at_once(made, *[lambda: packaged.add_city(rovigo).pk] * 4)
    assert made == [City.objects.get().pk] * 4
    assert Cell.objects.count() == 193


@pytest.mark.django_db(transaction=True)
def test_a_cell_that_several_ask_for_at_once_is_one() -> None:
    adria = packaged.by_istat("029001")
    assert adria is not None
    city = packaged.add_city(adria)
    made: list[object] = []
    at_once(made, *[lambda: location.cell_of_area(City.objects.get(pk=city.pk)).pk] * 4)
    assert made == [Cell.objects.get().pk] * 4
