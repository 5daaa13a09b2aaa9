"""Reading a city's register of streets from a CSV, however the office that keeps it writes its columns."""

from __future__ import annotations

import csv
import io
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from spaces import location
from spaces.models import City, Street
from spaces.street_names import LONGEST, plain, search_name

LARGEST = 100 * 1024 * 1024  # bytes: a big city with every house number
HIGHEST = 99_999  # house number

# What the columns may be called; compared without accents, capitals and signs. The first that is there counts.
COLUMNS = {
    "kind": ["dug", "specie", "tipo via", "toponimo tipo"],
    "street": [
        "street",
        "via",
        "strada",
        "denominazione",
        "odonimo",
        "toponimo",
        "nome via",
        "nome",
        "name",
        "indirizzo",
    ],
    "number_from": ["number from", "civico da", "da civico", "numero da", "da", "from", "civico", "numero", "number"],
    "number_to": ["number to", "civico a", "a civico", "numero a", "a", "to", "civico", "numero", "number"],
    "lat": ["lat", "latitude", "latitudine", "y", "coord y"],
    "lon": ["lon", "lng", "long", "longitude", "longitudine", "x", "coord x"],
}


class Refused(Exception):
    """The file as a whole cannot be taken; the message says why."""


class BadRow(Exception):
    """One row cannot be taken; the message says why."""


@dataclass(frozen=True)
class Row:
    """A row of the register: its line in the file, and what stands under each of our names for columns."""

    line: int
    fields: dict[str, str]


def read(path: Path) -> list[Row]:
    """The rows of the file. Raises Refused."""
    text = _text(path).lstrip()
    if not text:
        raise Refused(_("Il file è vuoto."))
    separator = max(";,\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        places = _places(next(reader))
        return [Row(reader.line_num, _fields(cells, places)) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error:
        raise Refused(_("Il file non è un CSV che si riesca a leggere.")) from None


def street_of(row: Row, city: City) -> Street:
    """A row as a stretch of street, not saved. Raises BadRow."""
    name = " ".join(f"{row.fields['kind']} {row.fields['street']}".split())
    if len(plain(name)) < 2 or not row.fields["street"].strip():
        raise BadRow(_("manca il nome della via"))
    if len(name) > LONGEST or not name.isprintable():
        raise BadRow(_("il nome della via è troppo lungo o contiene caratteri che non si vedono"))
    first, last = _number(row.fields["number_from"]), _number(row.fields["number_to"])
    if first is not None and last is not None and first > last:
        first, last = last, first
    lat, lon = _degrees(row.fields["lat"]), _degrees(row.fields["lon"])
    try:
        location.cell_for(city, lat, lon)
    except location.OutsideCity:
        raise BadRow(_outside(city, lat, lon)) from None
    except location.NoSuchPlace:
        raise BadRow(_("le coordinate non sono gradi")) from None
    return Street(
        city=city, name=name, search_name=search_name(name), number_from=first, number_to=last, lat=lat, lon=lon
    )


def _outside(city: City, lat: float, lon: float) -> str:
    try:
        location.cell_for(city, lon, lat)
    except location.PlaceRefused:
        return _("è fuori da %(city)s") % {"city": city}
    return _("sembra che latitudine e longitudine siano scambiate")


def _text(path: Path) -> str:
    """The file's text: UTF-8, with or without a mark at its beginning, else as older offices write."""
    try:
        if path.stat().st_size > LARGEST:
            raise Refused(_("Il file è troppo grande: al massimo %(most)s MB.") % {"most": LARGEST // 1024 // 1024})
        content = path.read_bytes()
    except OSError:
        raise Refused(_("Il file %(name)s non si riesce a leggere.") % {"name": path.name}) from None
    for encoding in ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    return content.decode("latin-1")


def _places(header: list[str]) -> dict[str, int]:
    """In which column each of our names stands."""
    names = [plain(cell.replace("_", " ")) for cell in header]
    places = {}
    for ours, theirs in COLUMNS.items():
        known = next((name for name in theirs if name in names), None)
        if known is not None:
            places[ours] = names.index(known)
    missing = [name for name in ("street", "lat", "lon") if name not in places]
    if missing:
        columns = {"missing": ", ".join(missing), "there": ", ".join(header)[:200]}
        raise Refused(_("Nel file mancano le colonne: %(missing)s. Ci sono: %(there)s.") % columns)
    return places


def _fields(cells: list[str], places: dict[str, int]) -> dict[str, str]:
    return {name: cells[places[name]].strip() if places.get(name, len(cells)) < len(cells) else "" for name in COLUMNS}


def _number(words: str) -> int | None:
    """`12`, `12/A` and `12 bis` are number 12; nothing is no number."""
    if not words or words.casefold() in ("snc", "sn", "s.n.", "s.n.c."):
        return None
    match = re.match(r"(\d{1,6})(?:\.0)?(?!\d)", words, re.ASCII)
    if not match or int(match[1]) > HIGHEST:
        raise BadRow(_("il civico non è un numero"))
    return int(match[1])


def _degrees(words: str) -> float:
    if not words:
        raise BadRow(_("mancano le coordinate"))
    try:
        return float(words.replace(",", "."))
    except ValueError:
        raise BadRow(_("le coordinate non sono numeri")) from None
