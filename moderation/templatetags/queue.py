"""The way to the queue, for who coordinates something."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from moderation.queue import count_for
from spaces.models import City

register = template.Library()


@register.inclusion_tag("moderation/_queue_link.html", takes_context=True)
def queue_link(context: Context, city: City) -> dict[str, Any]:
    """A link with the number of posts that wait for whoever is signed in; nothing if none does. One query."""
    person = context["request"].user
    return {"city": city, "count": count_for(person, city) if person.is_authenticated else 0}
