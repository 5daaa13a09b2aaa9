"""Loading the demo: once, all of it or nothing."""

from __future__ import annotations

from django.db import transaction

from project.bilingual import say
from project.demo.neighbours import welcome_people
from project.demo.people import DEMO_PEOPLE
from project.demo.places import SPACES, build_cities, build_spaces
from project.demo.posts import publish_posts
from residents.models import Resident
from spaces.models import Space


def is_loaded() -> bool:
    """Whether anybody or any space of the demo is here: people may have been erased since, and stay erased."""
    addresses = [person.email for person in DEMO_PEOPLE if person.email]
    slugs = [facts["slug"] for facts in SPACES]
    return Resident.objects.filter(email__in=addresses).exists() or Space.objects.filter(slug__in=slugs).exists()


@transaction.atomic
def load() -> None:
    """Put the twelve cities, their spaces, people and posts into the database."""
    say(
        "Preparo dodici città, con i loro quartieri e le loro vie.",
        "Laying out twelve cities, their quarters and streets.",
    )
    cities = build_cities()
    say("Apro i luoghi e faccio arrivare i vicini.", "Opening the spaces and letting the neighbours in.")
    build_spaces(cities)
    welcome_people(cities)
    say("Appendo i biglietti alla bacheca.", "Hanging the notes on the board.")
    publish_posts(cities)
