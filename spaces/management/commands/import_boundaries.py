"""Bring borders from a GeoJSON file: those of a city's neighbourhoods, or those of cities themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from spaces.boundary_file import Boundary, Refused, overlaps, read
from spaces.grid import redraw
from spaces.models import City, Neighbourhood


class Command(BaseCommand):
    help = "Imports borders from a GeoJSON file, all or nothing. Repeatable: a name that is there already is changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, help="a FeatureCollection in WGS 84; properties: name, resolution, label"
        )
        parser.add_argument("--city", help="the slug of the city; without it each feature names its own by `istat`")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")

    @transaction.atomic
    def handle(self, *args: Any, file: Path, city: str | None, dry_run: bool, **options: Any) -> None:
        try:
            if city:
                self._bring_neighbourhoods(file, _city(city))
            else:
                self._bring_cities(file)
        except Refused as refused:
            raise CommandError("\n".join([*refused.sentences, _("Non è stato scritto niente.")])) from None
        if dry_run:
            transaction.set_rollback(True)
            self.stdout.write(_("Era solo una prova: non è stato scritto niente."))

    def _bring_neighbourhoods(self, file: Path, city: City) -> None:
        boundaries = read(file, city)
        for one, other in overlaps(boundaries):
            names = {"one": one.name, "other": other.name}
            self.stdout.write(_("«%(one)s» e «%(other)s» si sovrappongono: dove è così vale «%(one)s».") % names)
        made = [_write_neighbourhood(city, boundary) for boundary in boundaries].count(True)
        counts = {"all": len(boundaries), "new": made, "known": len(boundaries) - made, "city": city}
        self.stdout.write(_("%(city)s, quartieri nel file: %(all)s (nuovi %(new)s, già noti %(known)s).") % counts)
        self._redraw(city)

    def _bring_cities(self, file: Path) -> None:
        boundaries = read(file, None)
        cities = City.objects.in_bulk([one.istat for one in boundaries], field_name="istat")
        problems = [sentence for one in boundaries if (sentence := _misfit(one, cities.get(one.istat)))]
        if problems:
            raise Refused(*problems)
        for one in boundaries:
            city = cities[one.istat]
            city.border = one.border
            city.save(update_fields=["border"])
            self.stdout.write(_("%(city)s ha un nuovo confine.") % {"city": city})
            self._redraw(city)

    def _redraw(self, city: City) -> None:
        drawn = redraw(city)
        counts = {"all": drawn.cells, "new": drawn.added, "gone": drawn.removed, "kept": drawn.kept, "city": city}
        self.stdout.write(_("%(city)s, celle: %(all)s (nuove %(new)s, tolte %(gone)s).") % counts)
        if drawn.kept:
            self.stdout.write(_("Celle rimaste fuori dal confine perché qualcosa sta ancora lì: %(kept)s.") % counts)


def _city(slug: str) -> City:
    city = City.objects.filter(slug=slug).first()
    if city is None:
        raise CommandError(_("Non c’è nessuna città «%(slug)s»: aggiungila con add_city.") % {"slug": slug})
    return city


def _write_neighbourhood(city: City, boundary: Boundary) -> bool:
    """True if it is new."""
    lat, lon = boundary.label
    facts = {
        "name": boundary.name,
        "lat": lat,
        "lon": lon,
        "border": boundary.border,
        "resolution": boundary.resolution,
    }
    _area, made = Neighbourhood.objects.update_or_create(city=city, slug=boundary.slug, defaults=facts)
    return made


def _misfit(boundary: Boundary, city: City | None) -> str:
    """Why a border cannot be that of its city; empty if it can."""
    facts = {"name": boundary.name, "istat": boundary.istat}
    if city is None:
        return _("«%(name)s»: il comune %(istat)s non è ancora una città, aggiungila con add_city.") % facts
    if not boundary.shape.covers(shapely.Point(city.lon, city.lat)):
        return _("Il confine «%(name)s» non contiene il centro della città.") % facts
    return ""
