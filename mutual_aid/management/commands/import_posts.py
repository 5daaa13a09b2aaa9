"""Bring a list that a network already keeps onto the boards."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate
from tqdm import tqdm

from mutual_aid.importing import run, table
from spaces.models import City


def _day(text: str) -> date:
    return localdate() if text == "today" else date.fromisoformat(text)


class Command(BaseCommand):
    help = "Bring posts from a CSV file onto the boards; repeatable without doubles, by source and id."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--city", help="only rows of this city (its slug)")
        parser.add_argument(
            "--create-cities", action="store_true", help="make a board for every municipality that comes in"
        )
        parser.add_argument(
            "--as-of", type=_day, metavar="DATE", help="'today' or 2026-11-22: the newest row is new on that day"
        )
        parser.add_argument("--source", help="name of the list (default: the file's name)")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            rows = table.read(file)
        except OSError as problem:
            raise CommandError(f"Non riesco a leggere {file}: {problem.strerror}.") from problem
        except table.NotATable as problem:
            raise CommandError(f"{file}: {problem}") from problem
        report = run.bring(
            rows,
            source=options["source"] or file.stem,
            as_of=options["as_of"],
            creates_cities=options["create_cities"],
            only=self._city(options["city"]),
            progress=self._progress,
        )
        self._tell(report)

    def _city(self, slug: str | None) -> City | None:
        if slug is None:
            return None
        try:
            return City.objects.get(slug=slug)
        except City.DoesNotExist:
            raise CommandError(f"Non c’è una città «{slug}».") from None

    def _progress(self, rows: Iterable[table.Row]) -> Iterable[table.Row]:
        return tqdm(rows, desc="Righe", unit="", file=self.stderr)

    def _tell(self, report: run.Report) -> None:
        for row, reason in report.rejected:
            self.stdout.write(f"riga {row.number} (id {row['id']}): {reason}")
        reasons = Counter(reason for _row, reason in report.rejected)
        self.stdout.write(
            f"\n{report.rows} righe: {len(report.brought)} portate, {report.already_there} c’erano già,"
            f" {len(report.rejected)} rifiutate. Città nuove: {len(report.cities)}."
        )
        for reason, n in reasons.most_common():
            self.stdout.write(f"  {n} × {reason}")
