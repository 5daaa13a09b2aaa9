"""Importing borders: what a file may hold, what is said when it may not, and that a refused file changes nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from spaces import location
from spaces.models import City, Neighbourhood

pytestmark = pytest.mark.django_db

Write = Callable[..., Path]
Feature = dict[str, Any]


def square(west: float, south: float, size: float = 0.02) -> list[list[float]]:
    east, north = round(west + size, 6), round(south + size, 6)
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(name: Any, *rings: Any, **properties: Any) -> Feature:
    named = {"name": name} if name is not None else {}
    geometry = {"type": "Polygon", "coordinates": list(rings)}
    return {"type": "Feature", "properties": named | properties, "geometry": geometry}


CENTRO = feature("Centro", square(11.78, 45.06))
STAZIONE = feature("Stazione", square(11.80, 45.06))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(*features: Any) -> Path:
        path = tmp_path / "quartieri.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
        return path

    return make


def bring(path: Path, city: str | None = "rovigo", **options: Any) -> str:
    """What the command says."""
    out = StringIO()
    call_command("import_boundaries", path, city=city, stdout=out, **options)
    return out.getvalue()


def refusal(path: Path, city: str | None = "rovigo") -> list[str]:
    """The sentences with which it refuses."""
    with pytest.raises(CommandError) as refused:
        bring(path, city)
    *sentences, last = str(refused.value).splitlines()
    assert last == "Non è stato scritto niente."
    return sentences


def names(city: City) -> list[str]:
    return list(city.neighbourhoods.values_list("name", flat=True))


@pytest.fixture
def bare(rovigo: City) -> City:
    """Rovigo before anybody told it its neighbourhoods."""
    rovigo.neighbourhoods.all().delete()
    location.redraw(rovigo)
    return rovigo


def test_neighbourhoods_are_imported_and_the_cells_drawn(bare: City, write: Write) -> None:
    said = bring(write(CENTRO, feature("Stazione", square(11.80, 45.06), resolution=9, label=[11.805, 45.065])))
    assert "Rovigo, quartieri nel file: 2 (nuovi 2, già noti 0)." in said
    assert "Rovigo, celle: " in said
    centro, stazione = bare.neighbourhoods.all()
    assert (centro.slug, centro.resolution) == ("centro", None)
    assert centro.border == {"type": "MultiPolygon", "coordinates": [[square(11.78, 45.06)]]}
    assert (stazione.resolution, stazione.lat, stazione.lon) == (9, 45.065, 11.805)
    bare.refresh_from_db()
    assert location.cell_of_point(bare, 45.07, 11.79).place_name == "Centro"
    assert location.cell_of_point(bare, 45.07, 11.815).index[1] == "9"


def test_importing_twice_is_importing_once(bare: City, write: Write) -> None:
    path = write(CENTRO, STAZIONE)
    bring(path)
    rows, cells = list(Neighbourhood.objects.values()), list(bare.cells.order_by("pk").values())
    assert "(nuovi 0, già noti 2)" in bring(path)
    assert list(Neighbourhood.objects.values()) == rows
    assert list(bare.cells.order_by("pk").values()) == cells


def test_a_name_that_is_there_is_changed(bare: City, write: Write) -> None:
    bring(write(CENTRO))
    bring(write(feature("  CENTRO ", square(11.72, 45.04))))
    [centro] = bare.neighbourhoods.all()
    assert (centro.name, centro.lon < 11.75) == ("CENTRO", True)


def test_a_trial_writes_nothing(bare: City, write: Write) -> None:
    cells = list(bare.cells.order_by("pk").values())
    said = bring(write(CENTRO, feature("Stazione", square(11.80, 45.06), resolution=9)), dry_run=True)
    assert "nuovi 2" in said
    assert said.endswith("Era solo una prova: non è stato scritto niente.\n")
    assert names(bare) == []
    assert list(bare.cells.order_by("pk").values()) == cells


def test_holes_islands_and_heights_are_understood(bare: City, write: Write) -> None:
    high = copy.deepcopy(CENTRO)
    high["geometry"]["coordinates"][0] = [[*point, 7.5] for point in high["geometry"]["coordinates"][0]]
    islands = feature("Isole")
    islands["geometry"] = {
        "type": "MultiPolygon",
        "coordinates": [[square(11.82, 45.06), square(11.825, 45.065, 0.005)], [square(11.85, 45.06)]],
    }
    bring(write(high, islands))
    centro, isole = [area.border or {} for area in bare.neighbourhoods.all()]
    assert [len(border["coordinates"]) for border in (centro, isole)] == [1, 2]
    assert [len(polygon) for polygon in isole["coordinates"]] == [2, 1]
    assert centro["coordinates"] == [[square(11.78, 45.06)]]


def test_overlapping_neighbourhoods_are_taken_and_reported(bare: City, write: Write) -> None:
    said = bring(write(feature("Zona", square(11.78, 45.06)), feature("Alba", square(11.79, 45.06))))
    assert "«Alba» e «Zona» si sovrappongono: dove è così vale «Alba»." in said
    bare.refresh_from_db()
    assert location.cell_of_point(bare, 45.07, 11.7935).place_name == "Alba"
    assert "sovrappongono" not in bring(write(CENTRO, STAZIONE)), "an edge in common is no overlap"


# Each fault and its sentence

SWAPPED = [point[::-1] for point in square(11.78, 45.06)]
OPEN = square(11.78, 45.06)[:-1]
BOW = [[11.78, 45.06], [11.80, 45.08], [11.80, 45.06], [11.78, 45.08], [11.78, 45.06]]
METRES = square(720_000.0, 4_990_000.0, 500)
NUMBERS = "Le coordinate del confine «Centro» non sono numeri."
AREA = "Il confine «Centro» deve essere un «Polygon» o un «MultiPolygon»."
EMPTY = "Il confine «Centro» è vuoto."
LABEL = "L’etichetta del confine «Centro» deve essere [longitudine, latitudine]."
LABEL_OUTSIDE = "L’etichetta del confine «Centro» è fuori dal suo confine."
UNREADABLE = "è troppo lungo o contiene caratteri che non si vedono."
NO_DEGREES = "Le coordinate del confine «Centro» non sono gradi: esporta il file in WGS 84 (EPSG:4326)."
RESOLUTION = "La risoluzione del confine «Centro» può essere 7, 8 o 9."

FAULTS: list[tuple[Any, str]] = [
    (feature(None, square(11.78, 45.06)), "Al confine n. 1 manca il nome."),
    (feature("  !? ", square(11.78, 45.06)), "Al confine n. 1 manca il nome."),
    (feature(7, square(11.78, 45.06)), "Al confine n. 1 manca il nome."),
    (feature("Centro\x1b[31m", square(11.78, 45.06)), f"Il nome del confine n. 1 {UNREADABLE}"),
    (feature("A" * 81, square(11.78, 45.06)), f"Il nome del confine «{'A' * 80}» {UNREADABLE}"),
    (feature("Centro", OPEN), "Il confine «Centro» non è chiuso: l’ultimo punto deve essere uguale al primo."),
    (feature("Centro", BOW), "Il confine «Centro» si incrocia da solo."),
    (
        feature("Centro", square(11.78, 45.06), square(11.85, 45.06)),
        "Il confine «Centro» non è una superficie: le sue parti si sovrappongono o si toccano male.",
    ),
    (feature("Centro", SWAPPED), "Sembra che latitudine e longitudine siano scambiate nel confine «Centro»."),
    (feature("Centro", square(9.18, 45.46)), "Il confine «Centro» è fuori da Rovigo."),
    (feature("Centro", square(11.894, 45.06)), "Il confine «Centro» è fuori da Rovigo."),
    (feature("Centro", METRES), NO_DEGREES),
    (feature("Centro", [[11.78, 45.06], [11.80, 45.06], [11.78, 45.06]]), "Il confine «Centro» ha meno di tre punti."),
    (feature("Centro", []), "Il confine «Centro» ha meno di tre punti."),
    (feature("Centro"), EMPTY),
    (feature("Centro", [["x", "y"]]), NUMBERS),
    (feature("Centro", [[True, False]]), NUMBERS),
    (feature("Centro", [[11.78, float("nan")]]), NUMBERS),
    (feature("Centro", [[11.78, float("inf")]]), NUMBERS),
    (feature("Centro", [[10**400, 45]]), NUMBERS),
    (feature("Centro", [11.78, 45.06]), NUMBERS),
    (feature("Centro", "ring"), NUMBERS),
    (feature("Centro") | {"geometry": None}, AREA),
    (feature("Centro") | {"geometry": {"type": "Point", "coordinates": [11.78, 45.06]}}, AREA),
    (feature("Centro") | {"geometry": {"type": "MultiPolygon", "coordinates": {}}}, EMPTY),
    (feature("Centro", square(11.78, 45.06), resolution=10), RESOLUTION),
    (feature("Centro", square(11.78, 45.06), resolution="8"), RESOLUTION),
    (feature("Centro", square(11.78, 45.06), label="qui"), LABEL),
    (feature("Centro", square(11.78, 45.06), label=[11.78]), LABEL),
    (feature("Centro", square(11.78, 45.06), label=[45.07, 11.79]), LABEL_OUTSIDE),
]  # fmt: skip


@pytest.mark.parametrize(("faulty", "sentence"), FAULTS, ids=[str(number) for number in range(len(FAULTS))])
def test_a_faulty_border_is_refused_with_a_sentence(bare: City, write: Write, faulty: Any, sentence: str) -> None:
    assert sentence in refusal(write(faulty, STAZIONE))
    assert names(bare) == []


@pytest.mark.parametrize("thing", [None, 7, "Centro", [], {}, {"type": "Point"}, {"type": "Feature", "properties": []}])
def test_whatever_is_no_feature_is_refused(bare: City, write: Write, thing: Any) -> None:
    assert "Al confine n. 1 manca il nome." in refusal(write(thing))


def test_every_fault_is_said_at_once(bare: City, write: Write) -> None:
    said = refusal(write(feature("Centro", OPEN, resolution=3), STAZIONE, feature(None, SWAPPED)))
    assert said == [
        "La risoluzione del confine «Centro» può essere 7, 8 o 9.",
        "Il confine «Centro» non è chiuso: l’ultimo punto deve essere uguale al primo.",
        "Al confine n. 3 manca il nome.",
        "Sembra che latitudine e longitudine siano scambiate nel confine n. 3.",
    ]
    assert names(bare) == []


def test_a_name_may_stand_only_once(bare: City, write: Write) -> None:
    said = refusal(write(CENTRO, STAZIONE, feature("centro", square(11.82, 45.06))))
    assert said == ["«centro» c’è due volte: nei confini n. 1 e n. 3."]


NOT_GEOJSON = "Il file non è un GeoJSON: non si riesce a leggerlo come JSON."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", NOT_GEOJSON),
        (b"via;lat;lon", NOT_GEOJSON),
        (b"\xff\xfe\x00{", NOT_GEOJSON),
        (b"[" * 200_000, NOT_GEOJSON),
        (b'{"type": "FeatureCollection", "features": [' + b"9" * 5000 + b"]}", NOT_GEOJSON),
        (b"[]", "Il file non è un GeoJSON: deve essere una «FeatureCollection»."),
        (b'{"type": "Topology"}', "Il file non è un GeoJSON: deve essere una «FeatureCollection»."),
        (b'{"type": "FeatureCollection"}', "Nel file non c’è nessun confine."),
        (b'{"type": "FeatureCollection", "features": []}', "Nel file non c’è nessun confine."),
        (
            b'{"type": "FeatureCollection", "features": [' + b"0," * 500 + b"0]}",
            "Nel file ci sono 501 confini: possono essere al massimo 500.",
        ),
        (b" " * (21 * 1024 * 1024), "Il file pesa 21 MB: può pesarne al massimo 20."),
    ],
    ids=["empty", "csv", "bytes", "deep", "huge number", "list", "topology", "none", "no features", "many", "heavy"],
)
def test_a_file_that_is_none_is_refused(bare: City, tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "quartieri.geojson"
    path.write_bytes(content)
    assert refusal(path) == [sentence]


def test_a_file_or_a_city_that_is_not_there(bare: City, tmp_path: Path, write: Write) -> None:
    assert refusal(tmp_path / "altro.geojson") == ["Il file altro.geojson non si trova."]
    assert refusal(tmp_path) == [NOT_GEOJSON]
    with pytest.raises(CommandError, match="Non c’è nessuna città «adria»: aggiungila con add_city"):
        bring(write(CENTRO), "adria")


# A city's own border

ROVIGO = feature("Rovigo", square(11.70, 45.02, 0.15), istat="029041")


def test_a_city_gets_its_own_border(bare: City, write: Write) -> None:
    cells = bare.cells.count()
    said = bring(write(ROVIGO), None)
    assert "Rovigo ha un nuovo confine." in said
    bare.refresh_from_db()
    assert bare.border is not None
    assert bare.border["coordinates"] == [[square(11.70, 45.02, 0.15)]]
    assert bare.cells.count() != cells
    with pytest.raises(location.OutsideCity):
        location.cell_for(bare, 45.07, 11.89)


NO_CODE = "Al confine «Rovigo» manca il codice ISTAT del comune (sei cifre in «istat»)."
NO_CITY = "«Adria»: il comune 029001 non è ancora una città, aggiungila con add_city."
NO_CENTRE = "Il confine «Rovigo» non contiene il centro della città."
TURNED = "Sembra che latitudine e longitudine siano scambiate nel confine «Rovigo»."


@pytest.mark.parametrize(
    ("faulty", "sentence"),
    [
        (feature("Rovigo", square(11.70, 45.02, 0.15)), NO_CODE),
        (feature("Rovigo", square(11.70, 45.02, 0.15), istat=29041), NO_CODE),
        (feature("Adria", square(11.70, 45.02, 0.15), istat="029001"), NO_CITY),
        (feature("Rovigo", square(11.20, 45.02), istat="029041"), NO_CENTRE),
        (feature("Rovigo", square(2.30, 48.80), istat="029041"), "Il confine «Rovigo» è fuori dall’Italia."),
        (feature("Rovigo", SWAPPED, istat="029041"), TURNED),
    ],
)
def test_a_border_that_cannot_be_the_citys_is_refused(bare: City, write: Write, faulty: Feature, sentence: str) -> None:
    border = bare.border
    assert refusal(write(faulty), None) == [sentence]
    bare.refresh_from_db()
    assert bare.border == border


def test_neighbourhoods_of_a_city_without_border(bare: City, write: Write) -> None:
    City.objects.filter(pk=bare.pk).update(border=None)
    assert refusal(write(feature("Milano", square(9.18, 45.46)))) == ["Il confine «Milano» è fuori da Rovigo."]
    bring(write(CENTRO))
    bare.refresh_from_db()
    assert location.cell_of_point(bare, 45.07, 11.79).index[1] == "7"
