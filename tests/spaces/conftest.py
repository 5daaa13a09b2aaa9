"""More of Rovigo, and a village, for the tests of places."""

from __future__ import annotations

from pathlib import Path

import pytest

from spaces.models import City, Neighbourhood
from tests.spaces.places import REGISTER, bring, redrawn


@pytest.fixture
def mixed(rovigo: City) -> City:
    """San Bortolo is dense and asks for 9, Commenda for 7, the rest is content with the city's 8."""
    rovigo.neighbourhoods.filter(slug="san-bortolo").update(resolution=9)
    rovigo.neighbourhoods.filter(slug="commenda").update(resolution=7)
    Neighbourhood.objects.create(city=rovigo, name="Sarzano", slug="sarzano", lat=45.09, lon=11.86)
    bank = [[[11.72, 45.025], [11.89, 45.025], [11.89, 45.045], [11.72, 45.045], [11.72, 45.025]]]
    Neighbourhood.objects.create(  # long and narrow: its far end is nearer to others' labels
        city=rovigo, name="Argine", slug="argine", lat=45.03, lon=11.73, resolution=9,
        border={"type": "MultiPolygon", "coordinates": [bank]},
    )  # fmt: skip
    return redrawn(rovigo)


@pytest.fixture
def frassinelle(db: None) -> City:
    """A municipality whose border nobody has."""
    return City.objects.create(
        name="Frassinelle Polesine", slug="frassinelle-polesine", istat="029022", province="RO", region="Veneto",
        lat=44.9925, lon=11.7020,
    )  # fmt: skip


@pytest.fixture
def streets(rovigo: City, tmp_path: Path) -> City:
    bring(tmp_path, REGISTER)
    return rovigo
