"""Make cities of municipalities, with what comes packaged: where they are, how many live there, some borders."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from spaces import packaged
from spaces.models import City


class Command(BaseCommand):
    help = "Adds cities by name, ISTAT code or slug. One that exists stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("city", nargs="*", help="Rovigo, 029041, or reggio-nell-emilia")
        parser.add_argument("--will", action="store_true", help="the ten cities of WILL, Monza and Cuneo")

    def handle(self, *args: Any, city: list[str], will: bool, **options: Any) -> None:
        if not city and not will:
            raise CommandError(_("Scrivi quale città, o --will per le dodici di partenza."))
        municipalities = [*(packaged.twelve() if will else []), *(_municipality(words) for words in city)]
        for municipality in municipalities:
            was_there = City.objects.filter(istat=municipality.istat).exists()
            made = packaged.add_city(municipality)
            facts = {"city": made, "slug": made.slug, "cells": made.cells.filter(in_grid=True).count()}
            said = _("%(city)s c’era già (%(slug)s).") if was_there else _("%(city)s (%(slug)s): celle %(cells)s.")
            self.stdout.write(said % facts)


def _municipality(words: str) -> packaged.Municipality:
    """Raises CommandError with what can be done about it."""
    found = packaged.by_istat(words) or packaged.by_slug(words) or packaged.by_name(words)
    if found:
        return found
    several = packaged.named(words)
    if several:
        choices = ", ".join(f"{one.istat} ({one.province})" for one in several)
        raise CommandError(_("«%(words)s» sono in più di uno: scrivi il codice ISTAT, %(choices)s.") % {
            "words": words, "choices": choices,
        })  # fmt: skip
    raise CommandError(_("«%(words)s» non è tra i comuni d’Italia.") % {"words": words})
