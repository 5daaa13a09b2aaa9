"""The posts of the demo. Their days are counted from the moment in which they are loaded."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils.timezone import now

from moderation.models import Report
from mutual_aid import exact_places
from mutual_aid.lasting import end_of_day, today
from mutual_aid.models import Post
from mutual_aid.writing import photo
from project.demo.people import DEMO
from residents.models import Resident
from spaces import gazetteer, location
from spaces.models import Cell, City, Space

IDS = uuid.UUID("0f110000-0000-4000-8000-000000000000")  # a post has the same address in every demo
AS_WRITTEN = {"kind", "category", "title", "words", "language", "languages", "urgent", "people", "show_name"}
AS_WRITTEN |= {"timing", "weekdays", "part_of_day", "photo_alt"}


def publish_posts(cities: Mapping[str, City]) -> None:
    """Everything that people ask and offer, each in the state that the file says."""
    lines = list(read_posts())
    people = Resident.objects.in_bulk([line["author"] for line in lines], field_name="email")
    for line in lines:
        post = _publish(line, cities[line["city"]], people[line["author"]])
        if report := line.get("report"):
            Report.objects.make(post, by=people[report["by"]], reason=report["reason"], words=report["words"])


def read_posts() -> Iterator[dict[str, Any]]:
    """The lines of `posts.jsonl`, in their order."""
    return map(json.loads, (DEMO / "posts.jsonl").read_text("utf-8").splitlines())


def _publish(line: dict[str, Any], city: City, author: Resident) -> Post:
    spot, state = _spot(line, city), line.get("state", Post.State.OPEN)
    facts = {name: value for name, value in line.items() if name in AS_WRITTEN}
    post = Post(
        id=uuid.uuid5(IDS, f"{city.slug}/{line['title']}"),
        city=city,
        author=author,
        cell=spot.cell,
        precision=spot.precision,
        space=spot.space,
        photo=_keep_picture(line["photo"]) if "photo" in line else "",
        **facts,
        **_times(line, city),
    )
    post.publish(waits=state == Post.State.PENDING)
    post.changes.update(at=post.published_at)
    exact_places.keep(post, spot.exact)
    if state == Post.State.WITHDRAWN:
        post.withdraw(author)
    elif state == Post.State.EXPIRED:
        post.expire()
    return post


def _times(line: dict[str, Any], city: City) -> dict[str, Any]:
    """When it was written, when it is needed and until when it stands."""
    written = now() - timedelta(days=line["days_ago"])
    by_date = today(city) + timedelta(days=line["days_until"]) if "days_until" in line else None
    return {
        "created_at": written,
        "published_at": written,
        "expires_at": end_of_day(city, by_date) if by_date else written + Post.LIFETIME[Post.Kind(line["kind"])],
        "by_date": by_date,
    }


@dataclass(frozen=True)
class Spot:
    """Where a post is: what everybody may know, and the address that few may."""

    cell: Cell
    precision: Post.Precision
    space: Space | None = None
    exact: exact_places.Place = field(default_factory=exact_places.Place)


def _spot(line: dict[str, Any], city: City) -> Spot:
    """By street and number, by neighbourhood, at a space, or somewhere in the city."""
    if "street" in line:
        home = gazetteer.find(city, f"{line['street']} {line['number']}", 1)[0]
        exact = exact_places.Place(home.address, "", home.lat, home.lon)
        return Spot(location.cell_of_point(city, home.lat, home.lon), Post.Precision.CELL, exact=exact)
    if "neighbourhood" in line:
        area = city.neighbourhoods.get(name=line["neighbourhood"])
        return Spot(location.cell_of_area(area), Post.Precision.NEIGHBOURHOOD)
    space = city.spaces.select_related("cell").get(slug=line["space"]) if "space" in line else None
    if space and space.cell:
        return Spot(space.cell, Post.Precision.SPACE, space)
    return Spot(location.cell_of_area(city), Post.Precision.CITY, space)


def _keep_picture(name: str) -> str:
    with (DEMO / "pictures" / name).open("rb") as drawn:
        return photo.keep(ContentFile(photo.drawn_anew(drawn)))
