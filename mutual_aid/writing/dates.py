"""Days as people write them. What cannot be is answered with a sentence that helps, never with «invalid format»."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import get_language
from django.utils.translation import gettext as _

_NUMBERS = re.compile(r"(\d{1,2})\s*[/.\-\s]\s*(\d{1,2})(?:\s*[/.\-\s]\s*(\d{4}|\d{2}))?\.?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NAMED = re.compile(r"(?:[^\W\d]+,?\s+)?(\d{1,2})[°ºª.]?\s+([^\W\d]{3,})\.?(?:\s+(\d{4}))?")


class ImpossibleDay(Exception):
    """There is no such day. Says what is wrong, then how to put it right."""

    def __init__(self, wrong: str, advice: str) -> None:
        super().__init__(f"{wrong}. {advice}")


def parse_day(text: str, today: date) -> date:
    """The day that somebody means: 31/12/2026, 31-12, 31.12.26, 31 dicembre, 2026-12-31, domani, sabato.

    Without a year it is the next such day. Raises `ImpossibleDay`.
    """
    text = " ".join(text.lower().split())
    if said := _said(text, today):
        return said
    if match := _ISO.fullmatch(text):
        return _day(int(match[3]), int(match[2]), int(match[1]))
    if match := _NUMBERS.fullmatch(text):
        return _complete(int(match[1]), int(match[2]), match[3], today)
    if (match := _NAMED.fullmatch(text)) and (month := _month(match[2])):
        return _complete(int(match[1]), month, match[3], today)
    raise ImpossibleDay(_("Non capisco il giorno"), _("Scrivilo così: %(day)s.") % {"day": today.strftime("%d/%m/%Y")})


def _name(month: int) -> str:
    """Django writes Italian months with a capital letter; Italian does not."""
    name = str(MONTHS[month])
    return name.lower() if get_language() == "it" else name


def _said(text: str, today: date) -> date | None:
    """Today, tomorrow, the day after, or the next day of that name."""
    for ahead, word in enumerate([_("oggi"), _("domani"), _("dopodomani")]):
        if text == word.lower():
            return today + timedelta(days=ahead)
    for number, name in WEEKDAYS.items():
        if text == str(name).lower():
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    return None


def _month(word: str) -> int | None:
    """The month whose name begins like this."""
    return next((number for number, name in MONTHS.items() if str(name).lower().startswith(word)), None)


def _complete(day: int, month: int, year: str | None, today: date) -> date:
    """With its year: the one written, or the next in which this day is still to come."""
    if year:
        return _day(day, month, int(year) + (2000 if len(year) == 2 else 0))
    this_year = _day(day, month, today.year if (month, day) != (2, 29) else _next_leap_year(today))
    return this_year if this_year >= today else _day(day, month, today.year + 1)


def _next_leap_year(today: date) -> int:
    year = today.year
    while monthrange(year, 2)[1] < 29 or date(year, 2, 29) < today:
        year += 1
    return year


def _day(day: int, month: int, year: int) -> date:
    if not 1 <= month <= 12:
        swapped = 1 <= day <= 12 and 1 <= month <= 31
        advice = _("Prima il giorno, poi il mese. Forse %(day)s?") if swapped else _("I mesi sono dodici: da 1 a 12.")
        wrong = _("Il mese %(month)d non esiste") % {"month": month}
        raise ImpossibleDay(wrong, advice % {"day": f"{month}/{day}/{year}"})
    if not 2000 <= year <= 2999:
        raise ImpossibleDay(_("L’anno %(year)d non va") % {"year": year}, _("Scrivi un giorno dei prossimi mesi."))
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise _no_such_day(day, month, year, last)
    return date(year, month, day)


def _no_such_day(day: int, month: int, year: int, last: int) -> ImpossibleDay:
    wrong = _("Il %(day)s non esiste") % {"day": f"{day} {_name(month)}"}
    facts = {"month": _name(month).capitalize(), "last": last, "year": year}
    if day < 1:
        return ImpossibleDay(wrong, _("I giorni cominciano da 1."))
    if month == 2:
        return ImpossibleDay(wrong, _("Nel %(year)d febbraio ha %(last)d giorni. Forse il %(last)d?") % facts)
    return ImpossibleDay(wrong, _("%(month)s ha %(last)d giorni. Forse il %(last)d?") % facts)


class DayField(forms.CharField):
    """A day to come, written as people write it. The form says what `today` is and which day is the `last` possible."""

    today: date
    last: date

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> date | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            day = parse_day(text, self.today)
            self._within(day)
        except ImpossibleDay as impossible:
            raise forms.ValidationError(str(impossible), code="day") from None
        return day

    def prepare_value(self, value: Any) -> Any:
        return value.strftime("%d/%m/%Y") if isinstance(value, date) else value

    def _within(self, day: date) -> None:
        facts = {"day": f"{day.day} {_name(day.month)}", "last": f"{self.last.day} {_name(self.last.month)}"}
        if day < self.today:
            raise ImpossibleDay(_("Il %(day)s è già passato") % facts, _("Scegli un giorno da oggi in poi."))
        if day > self.last:
            raise ImpossibleDay(
                _("Il %(day)s è troppo lontano") % facts,
                _("Un biglietto resta al massimo 90 giorni: fino al %(last)s.") % facts,
            )
