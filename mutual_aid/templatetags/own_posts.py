"""What somebody wrote, on their own page: there it is found without script too."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from mutual_aid.models import Post
from mutual_aid.writing.own import MOST_OF_MINE

register = template.Library()


@register.inclusion_tag("mutual_aid/_own_posts.html", takes_context=True)
def own_posts(context: Context) -> dict[str, Any]:
    """The latest that whoever is signed in wrote, in whichever city. One query."""
    posts = Post.objects.written_by(context["request"].user).exclude(state=Post.State.WITHDRAWN)
    return {"posts": posts.for_cards().order_by("-created_at")[:MOST_OF_MINE]}
