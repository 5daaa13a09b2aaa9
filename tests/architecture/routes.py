"""The routes of the house, and a world in which something stands behind every address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.timezone import now

from mutual_aid.models import Draft, Post
from residents.models import Resident, SigninLink


def _walk(resolver: URLResolver, outer: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    for pattern in resolver.url_patterns:
        parts = (*outer, *pattern.pattern.converters)
        if isinstance(pattern, URLPattern):
            yield pattern.name or "", parts
        else:
            yield from _walk(pattern, parts)


def routes() -> dict[str, tuple[str, ...]]:
    """The name of every route, and the names of the parts of its address."""
    found = list(_walk(get_resolver()))
    assert len(dict(found)) == len(found), "two routes have one name"
    return dict(found)


@pytest.fixture
def world(cast: SimpleNamespace, make_post: Callable[..., Post]) -> SimpleNamespace:
    """The cast, and something behind every address."""
    post = make_post(space=cast.casa)
    draft = Draft.objects.create(city=cast.city, author=cast.elena, fields={"kind": "request"})
    post.photo.save("x.webp", ContentFile(b"webp"))
    draft.photo.save("y.webp", ContentFile(b"webp"))
    zoe, guest = Resident.objects.welcome("zoe@example.org", name="Zoe"), Resident.objects.welcome(name="Ines")
    cast.casa.welcome(guest)
    keys = {
        "space-person": cast.casa.memberships.get(resident=cast.li).pk,
        "space-ban-lift": cast.casa.ban(zoe, by=cast.marta, reason="Basta.", until=now() + timedelta(days=1)).pk,
        "city-role-end": cast.city.roles.get(resident=cast.ottavio).pk,
        "desk-link": guest.pk,
        "remove-key": 1,
    }
    keys["city-ban-lift"] = keys["space-ban-lift"]
    return SimpleNamespace(**vars(cast), post=post, draft=draft, keys=keys, token=SigninLink.make(zoe))


def address(route: str, world: SimpleNamespace, **other: Any) -> str:
    """The address of a route in the world; `other` puts something else in place of a part."""
    drafted = route.startswith(("write-", "draft-"))
    key = world.keys.get(route, world.draft.pk if drafted else world.post.pk)
    parts = {"city": world.city.slug, "slug": world.casa.slug, "token": world.token, "pk": key} | other
    return reverse(route, kwargs={name: parts[name] for name in routes()[route]})
