"""The cast. Everybody in the tests is one of these few, in a small Rovigo of two neighbourhoods.

Elena lives in San Bortolo and writes; Rachid lives in Commenda; Marta coordinates the Casa di quartiere; Ada stands at
its desk; Nives administers the city; Ottavio coordinates it; Bruno is banned; Li belongs to the Casa di quartiere.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import h3
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.timezone import now

from mutual_aid.models import Post
from project import database, translations
from residents.models import Resident
from spaces.models import Ban, Cell, City, CityRole, Membership, Neighbourhood, Residence, Space

SAN_BORTOLO = (45.0770, 11.7935)
COMMENDA = (45.0610, 11.7800)
BORDER = {
    "type": "MultiPolygon",
    "coordinates": [[[[11.70, 45.02], [11.90, 45.02], [11.90, 45.12], [11.70, 45.12], [11.70, 45.02]]]],
}


def pytest_configure() -> None:
    translations.compile_stale()
    database.ensure_running()


def pytest_unconfigure() -> None:
    database.stop()


def _square(lat: float, lon: float, half: float = 0.008) -> dict[str, Any]:
    west, east, south, north = lon - half, lon + half, lat - half, lat + half
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "MultiPolygon", "coordinates": [[ring]]}


def cell_at(city: City, lat: float, lon: float, neighbourhood: Neighbourhood | None = None) -> Cell:
    """The cell of resolution 8 over a point, put into the city's grid if it is not there yet."""
    index = h3.latlng_to_cell(lat, lon, 8)
    centre = h3.cell_to_latlng(index)
    cell, _ = Cell.objects.get_or_create(
        city=city, index=index, defaults={"lat": centre[0], "lon": centre[1], "neighbourhood": neighbourhood}
    )
    return cell


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    """Templates name files as they are: nothing needs collecting before a test."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def rovigo(db: None) -> City:
    cache.clear()
    city = City.objects.create(
        name="Rovigo", slug="rovigo", istat="029041", belfiore="H620", province="RO", region="Veneto",
        lat=45.0698, lon=11.7902, border=BORDER,
    )  # fmt: skip
    for name, point in [("San Bortolo", SAN_BORTOLO), ("Commenda", COMMENDA)]:
        Neighbourhood.objects.create(
            city=city,
            name=name,
            slug=name.lower().replace(" ", "-"),
            lat=point[0],
            lon=point[1],
            border=_square(*point),
        )
    return city


@pytest.fixture
def cast(rovigo: City) -> SimpleNamespace:
    """City, places and people, in one go."""
    san_bortolo, commenda = rovigo.neighbourhoods.get(slug="san-bortolo"), rovigo.neighbourhoods.get(slug="commenda")
    near, far = cell_at(rovigo, *SAN_BORTOLO, san_bortolo), cell_at(rovigo, *COMMENDA, commenda)
    casa = Space.objects.create(
        city=rovigo, name="Casa di quartiere", slug="casa", address="Via del Molino 12", lat=45.0765, lon=11.7930,
        cell=near, phone="0425 000 012", phone_hours="lun–ven 9–12", holds_first_posts=True,
    )  # fmt: skip
    people: dict[str, Resident] = {}
    for name in ["Elena", "Rachid", "Marta", "Ada", "Nives", "Ottavio", "Bruno", "Li"]:
        person = Resident.objects.welcome(f"{name.lower()}@example.org", name=name, languages=["it"])
        Residence.objects.create(
            resident=person, city=rovigo, neighbourhood=commenda if name == "Rachid" else san_bortolo
        )
        people[name.lower()] = person
    for name, role in [("marta", "coordinator"), ("ada", "desk"), ("li", "member")]:
        Membership.objects.create(space=casa, resident=people[name], role=role)
    CityRole.objects.create(city=rovigo, resident=people["nives"], role=CityRole.Role.ADMINISTRATOR)
    CityRole.objects.create(city=rovigo, resident=people["ottavio"], role=CityRole.Role.COORDINATOR)
    Ban.objects.create(city=rovigo, resident=people["bruno"], reason="Ha offeso più volte", made_by=people["nives"])
    return SimpleNamespace(
        city=rovigo, casa=casa, near=near, far=far, san_bortolo=san_bortolo, commenda=commenda, **people
    )


@pytest.fixture
def make_post(cast: SimpleNamespace) -> Callable[..., Post]:
    """An open request of Elena's in San Bortolo, unless told otherwise."""

    def make(**facts: Any) -> Post:
        start = facts.setdefault("published_at", now())
        facts = {
            "city": cast.city, "cell": cast.near, "author": cast.elena, "kind": "request", "category": "shopping",
            "title": "Chi mi prende la spesa il martedì?", "words": "Due borse: pane, frutta e latte.",
            "state": "open", "expires_at": start + Post.LIFETIME[Post.Kind(facts.get("kind", "request"))],
        } | facts  # fmt: skip
        return Post.objects.create(**facts)

    return make


@pytest.fixture
def sign_in() -> Callable[[Resident], Client]:
    """A browser in which this person is signed in."""

    def make(resident: Resident) -> Client:
        client = Client()
        client.force_login(resident, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make
