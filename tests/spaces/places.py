"""What several tests of places need: points, a naive reading of the rule for cells, a small register of streets."""

from __future__ import annotations

import math
import random
from io import StringIO
from pathlib import Path

import h3
from django.core.management import call_command
from django.db.models import prefetch_related_objects

from spaces import gazetteer, location
from spaces.models import City, Neighbourhood

WEST, EAST, SOUTH, NORTH = 11.70, 11.90, 45.02, 45.12  # the border of the cast's Rovigo

REGISTER = """via;civico da;civico a;lat;lon
Via Garibaldi;1;20;45,0700;11,7900
Via Garibaldi;30;60;45,0720;11,7920
Via Giuseppe Verdi;;;45,0650;11,7850
Piazza Vittorio Emanuele II;1;40;45,0705;11,7901
Corso del Popolo;1;180;45,0678;11,7907
Piazza Garibaldi;1;30;45,0731;11,7917
Via San Bortolo;1;99;45,0770;11,7935
Via dei Cappuccini;2;8;45,0752;11,7971
Viale Tre Martiri;1;200;45,0640;11,8000
Via Nicolò Badaloni;1;9;45,0660;11,7990
Via 4 Novembre;1;9;45,0661;11,7991
Via Po;1;9;45,0662;11,7992
Via Roma;1;9;45,0663;11,7993
"""


def homes(number: int = 300) -> list[tuple[float, float]]:
    """Points all over the city, the same at each run."""
    chance = random.Random(7)
    return [(chance.uniform(SOUTH, NORTH), chance.uniform(WEST, EAST)) for _ in range(number)]


def redrawn(city: City) -> City:
    location.redraw(city)
    prefetch_related_objects([city], "neighbourhoods")
    return city


def holder(city: City, lat: float, lon: float) -> Neighbourhood:
    """Whose a point is, said naively: the rectangle it lies in, else the nearest label."""
    areas = city.neighbourhoods.all()
    for area in areas:
        corners = area.border["coordinates"][0][0] if area.border else []
        if corners and min(corners)[0] <= lon <= max(corners)[0] and min(corners)[1] <= lat <= max(corners)[1]:
            return area
    return min(areas, key=lambda area: math.hypot(lat - area.lat, (lon - area.lon) * math.cos(math.radians(city.lat))))


def by_the_rule(city: City, lat: float, lon: float) -> str:
    """DESIGN.md's sentence, word by word."""
    finest = h3.latlng_to_cell(lat, lon, 9)
    cell = h3.cell_to_parent(finest, 7)
    while h3.get_resolution(cell) < (holder(city, *h3.cell_to_latlng(cell)).resolution or city.resolution):
        cell = h3.cell_to_parent(finest, h3.get_resolution(cell) + 1)
    return str(cell)


def bring(folder: Path, content: str | bytes, city: str = "rovigo") -> tuple[str, str]:
    """What the command says, and what it says of rows it leaves out."""
    path = folder / "vie.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    out, err = StringIO(), StringIO()
    call_command("import_streets", path, city=city, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def addresses(city: City, words: str) -> list[str]:
    return [found.address for found in gazetteer.find(city, words)]
