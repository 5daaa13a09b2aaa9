"""Bring a city's register of streets, so that addresses are found without asking anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import batched
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from tqdm import tqdm

from spaces.models import City, Street
from spaces.street_file import BadRow, Refused, Row, read, street_of

AT_ONCE = 1000  # rows in one statement, which is one transaction

type Stretch = tuple[str, int | None, int | None]


class Command(BaseCommand):
    help = "Imports streets from a CSV file. Repeatable: a stretch that is there already is changed, never doubled."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="with the columns via, civico da, civico a, lat, lon, or the like")
        parser.add_argument("--city", required=True, help="the slug of the city")

    def handle(self, *args: Any, file: Path, city: str, **options: Any) -> None:
        found = City.objects.filter(slug=city).first()
        if found is None:
            raise CommandError(_("Non c’è nessuna città «%(slug)s»: aggiungila con add_city.") % {"slug": city})
        try:
            rows = read(file)
        except Refused as refused:
            raise CommandError(str(refused)) from None
        before = found.streets.count()
        taken = sum(_write(batch) for batch in batched(self._streets(rows, found), AT_ONCE))
        counts = {"city": found, "rows": len(rows), "taken": taken, "new": found.streets.count() - before}
        counts["refused"] = len(rows) - taken
        self.stdout.write(
            _("%(city)s, righe: %(rows)s. Prese %(taken)s (nuove %(new)s), lasciate fuori %(refused)s.") % counts
        )

    def _streets(self, rows: list[Row], city: City) -> Iterator[Street]:
        """The rows that are in order, each stretch once; why the others are not is said on the way."""
        seen: dict[Stretch, int] = {}
        for row in tqdm(rows, unit=" righe", disable=None):
            try:
                street = street_of(row, city)
                first = seen.setdefault((street.search_name, street.number_from, street.number_to), row.line)
                if first != row.line:
                    raise BadRow(_("è già alla riga %(line)s") % {"line": first})
            except BadRow as reason:
                with tqdm.external_write_mode():
                    self.stderr.write(_("Riga %(line)s: %(reason)s.") % {"line": row.line, "reason": reason})
            else:
                yield street


def _write(streets: tuple[Street, ...]) -> int:
    Street.objects.bulk_create(
        streets,
        update_conflicts=True,
        unique_fields=["city", "search_name", "number_from", "number_to"],
        update_fields=["name", "lat", "lon"],
    )
    return len(streets)
