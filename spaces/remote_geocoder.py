"""A geocoder beyond this server: asked only where the city names one that it runs or has contracted.

FILO_GEOCODER_URL is its address (`https://…` for Nominatim, `photon+https://…` for Photon); FILO_GEOCODER_NAME says who
receives the addresses, so that the form can say it too. Without both nothing is ever sent. Questions wait in a queue,
one a second; whoever asked looks for the answer with `answer`, and meanwhile is stopped by nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils.timezone import now
from geopy.exc import GeopyError
from geopy.geocoders import Nominatim, Photon
from geopy.location import Location
from procrastinate.contrib.django import app

from spaces import location
from spaces.gazetteer import Found
from spaces.models import City, GeocodingRequest
from spaces.street_names import LONGEST, plain

PATIENCE = 5  # seconds that the geocoder has for an answer
LONGEST_QUEUE = 30  # more than these would wait too long for a person who is writing
KEPT = timedelta(days=1)  # how long an answer is remembered
FORGOTTEN = timedelta(hours=1)  # after which a question is erased
MOST = 5  # places in an answer
TASK = "spaces.ask_remote_geocoder"

log = logging.getLogger("filo.geocoder")
logging.getLogger("geopy").setLevel(logging.WARNING)  # below that it writes whole questions and answers


class NotConfigured(Exception):
    """No geocoder is named, or nobody who receives the addresses is."""


def is_configured() -> bool:
    return bool(settings.GEOCODER_URL and settings.GEOCODER_NAME)


def ask(city: City, words: str) -> UUID:
    """Put a question in the queue; its id is for `answer`. What is known already is answered at once.

    Raises NotConfigured.
    """
    if not is_configured():
        raise NotConfigured
    words = " ".join(words.replace("\0", " ").split())[:LONGEST]
    places = cache.get(_cache_key(city, words))
    if places is None and GeocodingRequest.objects.filter(places__isnull=True).count() >= LONGEST_QUEUE:
        places = []
    with transaction.atomic():
        request = GeocodingRequest.objects.create(city=city, words=words if places is None else "", places=places)
        if places is None:
            # By name, because the task itself is made of this module; locked, so that one runs at a time.
            app.configure_task(TASK, lock=TASK).defer(request_id=str(request.pk))
    return request.pk


def answer(request_id: UUID | str) -> list[Found] | None:
    """What was found; None while the question waits. One that failed, or is forgotten, has found nothing."""
    try:
        request = GeocodingRequest.objects.get(pk=UUID(str(request_id)))
    except (ValueError, GeocodingRequest.DoesNotExist):
        return []
    return None if request.places is None else [Found(**place) for place in request.places]


def fetch(request_id: str) -> None:
    """Ask the geocoder what a request wants to know, and keep the answer. Once is enough: what is answered stays."""
    request = GeocodingRequest.objects.select_related("city").filter(pk=request_id, places__isnull=True).first()
    if request is None or not is_configured():
        return
    try:
        found = _look_up(request.city, request.words)
    except GeopyError as problem:
        log.warning("the geocoder did not answer: %s", type(problem).__name__)  # its text may hold the address
        found = None
    places = [asdict(one) for one in found or []]
    if found is not None:
        cache.set(_cache_key(request.city, request.words), places, KEPT.total_seconds())
    GeocodingRequest.objects.filter(pk=request.pk, places__isnull=True).update(places=places, words="")


def forget() -> None:
    """Erase what was asked a while ago."""
    GeocodingRequest.objects.filter(asked_at__lt=now() - FORGOTTEN).delete()


def _look_up(city: City, words: str) -> list[Found]:
    """The places that the geocoder knows, as far as they are in the city. Raises GeopyError."""
    locations: list[Location] = _geocode(f"{words}, {city.name}", city) or []
    found = [_found(one, words) for one in locations]
    return [one for one in found if _is_in(city, one)]


def _geocode(query: str, city: City) -> Any:
    kind, address = _endpoint()
    options: dict[str, Any] = {
        "scheme": address.scheme,
        "domain": f"{address.netloc}{address.path}".rstrip("/"),
        "user_agent": "Filo",
        "timeout": PATIENCE,
    }
    if kind == "photon":
        return Photon(**options).geocode(query, exactly_one=False, limit=MOST, location_bias=(city.lat, city.lon))
    return Nominatim(**options).geocode(
        query, exactly_one=False, limit=MOST, addressdetails=True, country_codes="it", language=city.language
    )


def _endpoint() -> tuple[str, SplitResult]:
    """`photon` or `nominatim`, and where it is."""
    kind, plus, url = settings.GEOCODER_URL.partition("+")
    return (kind, urlsplit(url)) if plus else ("nominatim", urlsplit(kind))


def _found(one: Location, words: str) -> Found:
    """Nominatim keeps the parts of an address in `address`, Photon in `properties`."""
    parts = one.raw.get("address") or one.raw.get("properties") or {}
    street = parts.get("road") or parts.get("street") or ""
    number = str(parts.get("house_number") or parts.get("housenumber") or "")
    address = f"{street} {number}".strip() or one.address.split(",")[0] or words
    whole = int(number) if number.isascii() and number.isdigit() else None
    return Found(address[:LONGEST], one.latitude, one.longitude, street or address, whole)


def _is_in(city: City, found: Found) -> bool:
    try:
        location.cell_for(city, found.lat, found.lon)
    except location.PlaceRefused:
        return False
    return True


def _cache_key(city: City, words: str) -> str:
    """Whoever reads the cache's table learns no question from its keys."""
    question = f"{city.pk} {plain(words)}".encode()
    return "geocoder:" + hmac.new(settings.SECRET_KEY.encode(), question, hashlib.sha256).hexdigest()
