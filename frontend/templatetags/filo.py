"""Template words of the house."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from frontend import doors, words
from frontend.context import route_name
from mutual_aid.categories import Category
from mutual_aid.filters import Filters
from mutual_aid.models import Post
from spaces.access import ROUTES, Action
from spaces.models import City, Space

register = template.Library()

register.filter("when", words.when)
register.filter("place", words.place)
register.filter("spoken", words.spoken)
register.filter("day", words.day)
register.filter("hour", words.hour)
register.filter("weekday", words.weekday)
register.filter("within", words.within)
register.filter("chosen", words.chosen)
register.filter("week", doors.week)
register.filter("comforts", doors.comforts)
register.simple_tag(doors.door, name="opening")
register.simple_tag(words.so_many, name="so_many")
register.simple_tag(words.for_script, name="words")


@register.simple_tag
@functools.cache  # a page holds about 140 of them, and files keep their names while the house stands
def icon(name: str, *classes: str) -> SafeString:
    """A drawing of `img/sprite.svg`. It never stands without its word beside it, so readers skip it."""
    drawn = " ".join(["i", *classes])
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', drawn, static("img/sprite.svg"), name
    )


@register.simple_tag
def board_url(filters: Filters, route: str = "board", **changes: Any) -> str:
    """The address of this state of the board with something changed: a link for each choice."""
    return filters.but(**changes).url(route)


@register.simple_tag
def tiles() -> str:
    """The pattern of the map's own pictures, empty where there are none."""
    return "/tiles/{z}/{x}/{y}.png" if settings.TILES_DIR else ""


@register.filter
def category_icon(post: Post) -> str:
    return Category(post.category).icon


class Part(NamedTuple):
    """A part of the house, as the bar at the foot of a phone shows it."""

    name: str
    icon: str
    label: str
    url: str
    here: bool


PLACES = {"city", "spaces", "space"}
PART_OF: dict[Action, str] = {
    Action.BOARD_READ: "board",
    Action.POST_READ: "board",
    Action.DRAFT_WRITE: "write",
    Action.POST_PUBLISH: "write",
    Action.SELF_READ: "me",
    Action.SELF_CHANGE: "me",
}


@register.simple_tag(takes_context=True)
def parts(context: Context, city: City) -> list[Part]:
    """The parts of the house in this city, with the one we are in."""
    route = route_name(context["request"])
    here = "spaces" if route in PLACES else PART_OF.get(ROUTES.get(route, Action.DOOR_KNOCK), "")
    rows = [
        ("board", "list", _("Bacheca"), [city.slug]),
        ("spaces", "house", _("Luoghi"), [city.slug]),
        ("write", "pen", _("Scrivi"), [city.slug]),
        ("me", "person", _("Io"), []),
    ]
    return [Part(name, drawing, label, reverse(name, args=args), name == here) for name, drawing, label, args in rows]


@register.inclusion_tag("_talk.html", takes_context=True)
def talk(context: Context) -> dict[str, Any]:
    """«Preferisci parlare?»: who answers the telephone nearest to where the page looks from. At most one query."""
    city: City | None = context.get("city")
    desk: Space | None = context.get("desk")
    if city and not desk:
        near = context.get("near") or getattr(context.get("filters"), "near", None) or city
        desk = Space.objects.who_answers(city, near.lat, near.lon)
    return {"city": city, "desk": desk, "home": context["home"]}


@register.filter
def dial(phone: str) -> str:
    """A telephone number as a `tel:` link takes it."""
    return "".join(sign for sign in phone if sign.isdigit() or sign == "+")


@register.filter
def host(link: str) -> str:
    """Whose machine a link leads to."""
    return urlsplit(link).hostname or link


@register.filter
def as_input(field: BoundField) -> SafeString:
    """The control of a field, in the clothes of `components.css`."""
    return field.as_widget(attrs={"class": "input"})


@register.filter
def anchor(field: BoundField) -> str:
    """Where a link from the list of things to put right leads: the control, or the group of choices."""
    return field.auto_id if field.use_fieldset else field.id_for_label or field.auto_id
