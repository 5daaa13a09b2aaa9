"""An address is found as people write it, and nobody else is asked."""

from __future__ import annotations

from typing import Any

import pytest
from geopy.location import Location

from spaces import gazetteer
from spaces.models import City
from tests.spaces.places import (
    addresses,
)

pytestmark = pytest.mark.django_db


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
