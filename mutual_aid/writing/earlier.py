"""What a post said before a change, worded for its author and the coordinators."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mutual_aid.models import PostChange

_NAMES = {
    "title": _("Il titolo"),
    "words": _("Il racconto"),
    "photo": _("La foto"),
    "photo_alt": _("La descrizione della foto"),
    "category": _("Di che cosa si tratta"),
    "kind": _("Chiedo o offro"),
    "people": _("Per quante persone"),
    "cell": _("La zona"),
    "space": _("Il luogo"),
    "expires_at": _("La scadenza"),
    "urgent": _("L’urgenza"),
    "show_name": _("Se si legge il nome"),
    "languages": _("Le lingue"),
    "language": _("La lingua in cui è scritto"),
    "timing": _("Quando"),
}
# The others are kept as keys and codes, which say nothing to a reader.
_IN_WORDS = {"title", "words", "photo_alt", "people"}


class Line(NamedTuple):
    """Something that changed, and what it was, if that can be said in words."""

    label: str | Promise
    was: str


def earlier(change: PostChange) -> list[Line]:
    """What a change replaced, in the order in which a post is read."""
    return [
        Line(label, change.before[name] if name in _IN_WORDS else "")
        for name, label in _NAMES.items()
        if name in change.before
    ]
