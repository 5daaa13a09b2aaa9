"""Step 3: a cell for everybody, the exact place for few, and sentences for places that cannot be."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from mutual_aid.models import ExactPlace
from mutual_aid.models.draft import Draft
from spaces import location
from spaces.models import City, Neighbourhood, Street
from tests.conftest import COMMENDA, SAN_BORTOLO
from tests.mutual_aid.writer import Writer, errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def streets(cast: SimpleNamespace) -> None:
    for name, point in [("Via Roma", SAN_BORTOLO), ("Via Romagna", COMMENDA), ("Via Padova", (45.4, 11.9))]:
        Street.objects.create(city=cast.city, name=name, search_name=name.lower(), lat=point[0], lon=point[1])


@pytest.fixture
def told(elena: Writer) -> Writer:
    return elena.begin().tell()


def test_by_street(told: Writer, streets: None, cast: SimpleNamespace) -> None:
    assert told.put("street", street="v. roma, 12", note="citofono Rossi").goes_to == told.url("controlla/")
    assert told.draft.fields["cell"] == location.cell_for(cast.city, *SAN_BORTOLO)
    page = told.look()
    assert "Via Roma" not in page
    assert "Rossi" not in page
    assert "Via Roma 12" in told.look("dove/")
    told.publish()
    kept = ExactPlace.objects.get()
    assert (kept.address, kept.note, kept.lat, kept.lon) == ("Via Roma 12", "citofono Rossi", *SAN_BORTOLO)
    assert told.post.precision == "cell"


def test_a_street_that_may_be_two_is_asked(told: Writer, streets: None) -> None:
    page = told.put("street", street="via romma 3", note="in fondo").page
    assert errors(page) == ["Scegli quale via è la tua."]
    assert "Via Roma 3" in page
    assert 'value="via romma 3"' in page
    assert 'value="in fondo"' in page
    assert told.put("street", street="via romma 3", found="Via Roma 3").goes_to == told.url("controlla/")
    assert told.draft.fields["exact"]["address"] == "Via Roma 3"


def test_only_the_zone(told: Writer, streets: None) -> None:
    told.put("street", street="via roma 12", zone_only="on").publish()
    assert told.post.precision == "cell"
    assert not ExactPlace.objects.exists()


def test_a_place_that_was_kept_can_be_forgotten(told: Writer, streets: None) -> None:
    told.put("street", street="via roma 12")
    assert told.put("kept", zone_only="on").goes_to
    assert told.draft.fields["exact"]["address"] == ""
    assert told.draft.fields["exact"]["lat"] is None


def test_by_the_device(told: Writer, cast: SimpleNamespace) -> None:
    lat, lon = COMMENDA
    assert told.put("point", lat=str(lat), lon=str(lon)).goes_to == told.url("controlla/")
    assert told.draft.fields["cell"] == location.cell_for(cast.city, lat, lon)
    told.publish()
    assert (ExactPlace.objects.get().lat, ExactPlace.objects.get().lon) == (lat, lon)


def test_by_the_zone_of_the_device(told: Writer, cast: SimpleNamespace) -> None:
    index = location.cell_for(cast.city, *COMMENDA)
    assert told.put("point", lat="", lon="", tapped=index).goes_to == told.url("controlla/")
    told.publish()
    assert told.post.cell.index == index
    assert not ExactPlace.objects.exists()


def test_by_a_tap_on_the_map(told: Writer, cast: SimpleNamespace) -> None:
    index = location.cell_for(cast.city, *COMMENDA)
    assert told.put("cell", tapped=index).goes_to == told.url("controlla/")
    told.publish()
    assert told.post.cell.index == index
    assert not ExactPlace.objects.exists()


def test_by_neighbourhood_and_city(told: Writer, cast: SimpleNamespace) -> None:
    assert told.put("neighbourhood", neighbourhood=cast.commenda.pk).goes_to
    assert "Commenda" in told.look()
    assert told.put("city").goes_to
    assert "tutta Rovigo" in told.look()
    told.publish()
    assert (told.post.precision, told.post.cell) == ("city", location.cell_of_area(cast.city))


def test_at_a_space(elena: Writer, cast: SimpleNamespace) -> None:
    assert "Via del Molino" not in elena.begin().tell().look("dove/")
    elena.tell(space=cast.casa.pk)
    assert "Via del Molino 12" in elena.look("dove/")
    assert elena.put("space").goes_to == elena.url("controlla/")
    assert "Casa di quartiere" in elena.look()
    assert elena.tell().goes_to == elena.url("dove/"), "no longer at the space: where, then?"
    elena.tell(space=cast.casa.pk)
    elena.put("space").publish()
    assert (elena.post.precision, elena.post.space, elena.post.cell) == ("space", cast.casa, cast.near)


def test_what_was_filled_in_is_meant(told: Writer, streets: None, cast: SimpleNamespace) -> None:
    assert told.put("", street="via roma 1").goes_to
    assert told.draft.fields["precision"] == "cell"
    assert told.put("", neighbourhood=cast.commenda.pk).goes_to
    assert told.draft.fields["precision"] == "neighbourhood"


OUTSIDE = "Questo posto è fuori da Rovigo. Scegli un’altra via, oppure il quartiere o tutta la città."
NO_POINT = "Il telefono non ha detto dove sei. Scrivi la via, oppure scegli il quartiere o tutta la città."
NOWHERE = "Questo punto non esiste sulla carta. Scegli un’altra via, oppure il quartiere o tutta la città."
UNFOUND = "Non troviamo questa via. Controlla il nome, oppure scegli il quartiere o tutta la città."
NO_CELL = "Questa zona non c’è a Rovigo. Toccane un’altra, oppure scegli il quartiere o tutta la città."


@pytest.mark.parametrize(
    ("where", "facts", "sentence"),
    [
        ("", {}, "Scegli dove: basta il quartiere, o la città."),
        ("moon", {}, "Scegli uno dei modi qui sotto."),
        ("kept", {}, "Scegli uno dei modi qui sotto."),
        ("space", {}, "Scegli uno dei modi qui sotto."),
        ("street", {}, "Scrivi la via, oppure scegli il quartiere o tutta la città."),
        ("street", {"street": "via che non c’è"}, UNFOUND),
        ("street", {"street": "<b>\x00\u202e"}, UNFOUND),
        ("street", {"street": "a" * 201}, "La via è di 201 lettere: ce ne stanno 200."),
        ("street", {"street": "via Padova 1"}, OUTSIDE),
        ("point", {"lat": "45.4", "lon": "11.9"}, OUTSIDE),
        ("point", {"lat": "0", "lon": "0"}, None),
        ("point", {"lat": "11.79", "lon": "45.07"}, OUTSIDE),
        ("point", {"lat": "nan", "lon": "inf"}, NOWHERE),
        ("point", {"lat": "91", "lon": "11.79"}, NOWHERE),
        ("point", {"lat": "45.07", "lon": ""}, NO_POINT),
        ("point", {"lat": "quasi", "lon": "11"}, NO_POINT),
        ("point", {}, NO_POINT),
        ("cell", {}, "Tocca una zona sulla mappa, oppure scegli il quartiere o tutta la città."),
        ("cell", {"tapped": "871ea00a1ffffff"}, NO_CELL),
        ("cell", {"tapped": "8f2a1072b59ffff"}, NO_CELL),
        ("cell", {"tapped": "'; drop table--"}, NO_CELL),
        ("cell", {"tapped": "\x00"}, "Tocca una zona sulla mappa, oppure scegli il quartiere o tutta la città."),
        ("neighbourhood", {}, "Scegli il quartiere."),
        ("neighbourhood", {"neighbourhood": "999999"}, "Quel quartiere non è di questa città."),
        ("city", {"note": "n" * 201}, "Sono 201 lettere: ce ne stanno 200."),
    ],
)  # fmt: skip
def test_a_place_that_cannot_be_gets_a_sentence(
    told: Writer, streets: None, where: str, facts: dict[str, Any], sentence: str | None
) -> None:
    page = told.put(where, **({"note": "secondo cortile"} | facts)).page
    found = errors(page)
    assert len(found) == 1
    assert found[0] == sentence or (sentence is None and found[0] in (OUTSIDE, NOWHERE))
    assert "cell" not in told.draft.fields
    assert facts.get("note", "secondo cortile") in page
    assert "Quello che hai scritto è rimasto." in page


def test_another_citys_neighbourhood_is_refused(told: Writer) -> None:
    padova = City.objects.create(
        name="Padova", slug="padova", istat="028060", province="PD", region="Veneto", lat=45.4, lon=11.87
    )
    arcella = Neighbourhood.objects.create(city=padova, name="Arcella", slug="arcella", lat=45.42, lon=11.88)
    assert errors(told.put("neighbourhood", neighbourhood=arcella.pk).page) == ["Quel quartiere non è di questa città."]


def test_the_form_asks_nobody_else_unless_the_city_named_somebody(told: Writer, settings: Any) -> None:
    assert "la via la cerca" not in told.look("dove/")
    settings.GEOCODER_URL, settings.GEOCODER_NAME = "https://geo.example", "Provincia di Rovigo"
    assert "la via la cerca Provincia di Rovigo" in told.look("dove/")


def test_a_street_may_be_asked_elsewhere(told: Writer, settings: Any) -> None:
    """The answer comes by and by: meanwhile the page says so and keeps everything, then it goes on."""
    from spaces.models import GeocodingRequest

    settings.GEOCODER_URL, settings.GEOCODER_NAME = "https://geo.example", "Provincia di Rovigo"
    page = told.put("street", street="via dei Mille 4").page
    assert errors(page) == [
        "La stiamo cercando. Aspetta un momento e premi di nuovo «Avanti», oppure scegli il quartiere."
    ]
    assert 'value="via dei Mille 4"' in page
    told.put("street", street="via dei Mille 4")
    asked = GeocodingRequest.objects.get()
    asked.places = [
        {"address": "Via dei Mille 4", "lat": COMMENDA[0], "lon": COMMENDA[1], "street": "Via dei Mille", "number": 4}
    ]
    asked.save()
    assert told.put("street", street="via dei Mille 4").goes_to == told.url("controlla/")
    assert told.draft.fields["exact"]["address"] == "Via dei Mille 4"


def test_the_grid_may_be_drawn_anew_meanwhile(told: Writer, cast: SimpleNamespace) -> None:
    told.put("city")
    Draft.objects.update(fields=told.draft.fields | {"cell": "871ea00a1ffffff"})
    assert told.publish().goes_to == told.url("dove/")
    assert "Le zone della città sono cambiate" in told.client.get(told.url("dove/")).content.decode()
