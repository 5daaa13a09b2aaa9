"""What the pages say where a template alone would stammer: days, when, how many, and which filters are on."""

from __future__ import annotations

import functools
import json
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from mutual_aid.categories import Category
from mutual_aid.filters import Filters
from mutual_aid.models import Post
from residents.languages import NAMES
from spaces import location

LONG_AGO = 300  # days: from then on a date without its year could be taken for another


def day(at: date | datetime) -> str:
    """«27 novembre», with the year if that is long ago or far ahead."""
    on = localdate(at) if isinstance(at, datetime) else at
    words = date_format(on, "j F Y" if abs((localdate() - on).days) > LONG_AGO else "j F")
    return words.lower() if get_language() == "it" else words  # Django's Italian months are capitalised


def weekday(number: int) -> str:
    """0 is Monday."""
    days = [_("lunedì"), _("martedì"), _("mercoledì"), _("giovedì"), _("venerdì"), _("sabato"), _("domenica")]
    return days[number]


def hour(at: datetime) -> str:
    return date_format(localtime(at), "H:i")


def and_(words: list[str]) -> str:
    """«lunedì, martedì e giovedì»"""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s e %(last)s") % {"first": _(", ").join(words[:-1]), "last": words[-1]}


def when(post: Post) -> str:
    """When the help is needed or offered: «ogni martedì mattina». Never what is true today only."""
    if not post.part_of_day:
        return _which_day(post)
    named = post.timing == Post.Timing.WEEKLY and len(post.weekdays) < 7
    pattern = _("%(day)s %(part)s") if named else _("%(day)s, %(part)s")
    return pattern % {"day": _which_day(post), "part": Post.PartOfDay(post.part_of_day).label}


def _which_day(post: Post) -> str:
    match post.timing:
        case Post.Timing.NOW:
            return _("appena si può")
        case Post.Timing.BY:
            assert post.by_date is not None
            return _("entro %(weekday)s %(day)s") % {
                "weekday": weekday(post.by_date.weekday()),
                "day": day(post.by_date),
            }
        case Post.Timing.WEEKLY if len(post.weekdays) == 7:
            return _("ogni giorno")
        case Post.Timing.WEEKLY:
            return _("ogni %(days)s") % {"days": and_([weekday(number) for number in sorted(post.weekdays)])}
        case _:
            return _("quando capita")


def place(post: Post) -> str:
    """What its place is called: the space, the neighbourhood or the city, as exactly as the post wants to be found."""
    match post.precision:
        case Post.Precision.SPACE if post.space:
            return post.space.name
        case Post.Precision.CITY:
            return _("tutta %(city)s") % {"city": post.city.name}
        case _:
            return post.cell.place_name


def spoken(codes: list[str]) -> str:
    """The languages as the page names them."""
    return _(", ").join(str(NAMES[code]) for code in codes if code in NAMES)


def so_many(requests: int, offers: int) -> str:
    """«una richiesta e due offerte»; what there is none of is not mentioned."""
    asking = ngettext("una richiesta", "%(n)s richieste", requests) % {"n": requests}
    offering = ngettext("un’offerta", "%(n)s offerte", offers) % {"n": offers}
    return and_([words for words, n in [(asking, requests), (offering, offers)] if n])


def within(radius: int) -> str:
    return _("Entro %(km)s km") % {"km": radius}


class Chosen(NamedTuple):
    """A filter that is on, and the board without it."""

    label: str
    url: str


def chosen(filters: Filters) -> list[Chosen]:
    """Every filter that is on except the kind, which has its own switch."""
    near = _("Zona %(name)s") % {"name": filters.near.place_name} if filters.near else ""
    rows: list[tuple[str, dict[str, Any]]] = [
        (str(Category(filters.category).label) if filters.category else "", {"category": ""}),
        (within(filters.radius) if filters.radius else "", {"radius": 0}),
        (near, {"near": None}),
        (_("Urgente") if filters.urgent else "", {"urgent": False}),
        (str(NAMES.get(filters.language, "")), {"language": ""}),
        (filters.space.name if filters.space else "", {"space": None}),
        (_("«%(words)s»") % {"words": filters.words} if filters.words else "", {"words": ""}),
        (_("Prima i più nuovi") if filters.near and filters.order == "new" else "", {"order": ""}),
    ]
    return [Chosen(label, filters.but(**without).url()) for label, without in rows if label]


def for_script() -> str:
    """JSON of the few sentences that `filo.js` puts together on the device, in the language of the page."""
    return _for_script(get_language() or "it")


@functools.cache
def _for_script(language: str) -> str:
    return json.dumps(
        {
            "now": _("adesso"),
            "same": str(location.Step.HERE.label),
            "steps": [[limit, str(step.label)] for limit, step in location.STEPS],
            "far": str(location.Step.FARTHER.label),
            "comma": _(", "),
            "offline": _("Sei senza rete."),
            "kept": _("Questa è la bacheca delle {time}, di {ago}."),
            "page": _("Questa pagina è delle {time}, di {ago}."),
            "back": _("La rete è tornata."),
            "again": _("Aggiorna"),
            "noPosition": _("Il telefono non dice dove sei. Scegli tu la zona."),
            "farAway": _("Non siamo riusciti a trovare la tua zona. Scegli tu il quartiere."),
            "mine": _("La mia zona"),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
