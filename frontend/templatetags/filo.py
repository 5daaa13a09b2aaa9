"""Template words of the house."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from frontend.context import route_name
from spaces.access import ROUTES, Action
from spaces.models import City, Space

register = template.Library()


@register.simple_tag
def icon(name: str, *classes: str) -> SafeString:
    """A drawing of `img/sprite.svg`. It never stands without its word beside it, so readers skip it."""
    drawn = " ".join(["i", *classes])
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', drawn, static("img/sprite.svg"), name)


class Tab(NamedTuple):
    """A part of the house, as the bar at the foot of a phone shows it."""

    name: str
    icon: str
    label: str
    url: str
    here: bool


PARTS: dict[Action, str] = {
    Action.BOARD_READ: "board",
    Action.POST_READ: "board",
    Action.PLACES_READ: "spaces",
    Action.DRAFT_WRITE: "write",
    Action.POST_PUBLISH: "write",
    Action.SELF_READ: "me",
    Action.SELF_CHANGE: "me",
}


@register.simple_tag(takes_context=True)
def tabs(context: Context, city: City) -> list[Tab]:
    """The parts of the house in this city, with the one we are in."""
    here = PARTS.get(ROUTES.get(route_name(context["request"]), Action.DOOR_KNOCK), "")
    parts = [
        ("board", "list", _("Bacheca"), [city.slug]),
        ("write", "pen", _("Scrivi"), [city.slug]),
        ("spaces", "house", _("Luoghi"), [city.slug]),
        ("me", "person", _("Io"), []),
    ]
    return [Tab(name, drawing, label, address, name == here) for name, drawing, label, args in parts if (address := _url(name, args))]


def _url(name: str, args: list[str]) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.inclusion_tag("_talk.html", takes_context=True)
def talk(context: Context) -> dict[str, Any]:
    """«Preferisci parlare?»: the telephone of the space nearest to where the page looks from."""
    city = context.get("city")
    desk: Space | None = context.get("desk")
    if city and not desk:
        desk = Space.objects.filter(city=city).exclude(phone="").first()
    return {"city": city, "desk": desk}


@register.filter
def as_input(field: BoundField) -> SafeString:
    """The control of a field, in the clothes of `components.css`."""
    return field.as_widget(attrs={"class": "input"})


@register.filter
def anchor(field: BoundField) -> str:
    """Where a link from the list of things to put right leads: the control, or the group of choices."""
    return field.auto_id if field.use_fieldset else field.id_for_label or field.auto_id


@register.simple_tag
def words() -> str:
    return "{}"
