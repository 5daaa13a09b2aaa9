"""A file of rows, as networks keep them: whatever its encoding and its separator."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutual_aid.writing.plain_text import clean

# Other names under which a column may come; ours is the key.
NAMES = {
    "id": {"id", "codice"},
    "created_at": {"created_at", "data", "date", "creato"},
    "kind": {"kind", "tipo", "type"},
    "category": {"category", "categoria"},
    "title": {"title", "titolo"},
    "words": {"description", "descrizione", "testo", "words"},
    "provider": {"provider", "chi", "ente", "organizzazione"},
    "recipients": {"recipients", "destinatari", "per chi"},
    "hours": {"hours", "orari", "quando"},
    "municipality": {"municipality", "comune", "city"},
    "province": {"province", "provincia"},
    "region": {"region", "regione"},
    "lat": {"lat", "latitude", "latitudine"},
    "lon": {"lon", "lng", "longitude", "longitudine"},
    "url": {"url", "link", "sito"},
    "state": {"state", "stato"},
}
NEEDED = ("id", "kind", "title")


class NotATable(Exception):
    """The file cannot be read as rows; the message is a sentence for people."""


@dataclass(frozen=True)
class Row:
    """One row under our names of the columns; `number` is its line in the file, counted with the heading."""

    number: int
    values: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


def read(path: Path) -> list[Row]:
    """All rows of a file. Raises `NotATable` with what is wrong."""
    text = _decode(path.read_bytes())
    reader = csv.reader(io.StringIO(text), _dialect(text))
    try:
        heading = next(reader, None)
        if not heading:
            raise NotATable("Il file è vuoto.")
        columns = _columns(heading)
        missing = [name for name in NEEDED if name not in columns]
        if missing:
            raise NotATable(f"Mancano le colonne: {', '.join(missing)}.")
        return list(_rows(reader, columns))
    except csv.Error:
        raise NotATable(
            f"Il file non si riesce a leggere fino alla riga {reader.line_num}: forse resta aperta una virgoletta."
        ) from None


def _decode(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1").replace("\0", "")


def _dialect(text: str) -> type[csv.Dialect]:
    """The separator that the heading uses most; its own quoting is always the usual one."""
    heading = text.partition("\n")[0]
    separator = max(",;\t", key=heading.count)

    class Found(csv.excel):
        delimiter = separator

    return Found


def _columns(heading: list[str]) -> dict[str, int]:
    given = [name.strip().lower() for name in heading]
    return {ours: given.index(name) for ours, names in NAMES.items() for name in given if name in names}


def _rows(reader: Iterator[list[str]], columns: dict[str, int]) -> Iterator[Row]:
    for number, cells in enumerate(reader, start=2):
        if any(cell.strip() for cell in cells):
            yield Row(number, {name: clean(cells[i]) for name, i in columns.items() if i < len(cells)})
