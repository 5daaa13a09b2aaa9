"""The people of the demo, put into the places where they live and lend a hand."""

from __future__ import annotations

from collections.abc import Mapping

from project.demo.people import DEMO_PEOPLE, DemoPerson
from residents.models import Resident
from spaces.models import City, CityRole, Residence, Space


def welcome_people(cities: Mapping[str, City]) -> None:
    """Everybody with their residence and their roles."""
    for person in DEMO_PEOPLE:
        _welcome(person, cities[person.city])


def _welcome(person: DemoPerson, city: City) -> None:
    facts = {"name": person.name, "languages": list(person.languages)}
    resident = Resident.objects.welcome(person.email or None, **facts)
    neighbourhood = city.neighbourhoods.get(name=person.neighbourhood) if person.neighbourhood else None
    Residence.objects.get_or_create(resident=resident, defaults={"city": city, "neighbourhood": neighbourhood})
    for place, role in person.roles.items():
        if role in CityRole.Role:
            city.appoint(resident, role)
        else:
            Space.objects.get(city=city, slug=place).welcome(resident, role)
