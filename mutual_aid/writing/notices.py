"""Gentle notices about words that everybody would read. They never keep anybody from publishing."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mutual_aid.models import Post

_STREETS = r"via|viale|vicolo|piazza|piazzale|piazzetta|corso(?!\s+d[i'’])|largo|borgo|contrada|strada|calle|salita"
_NO_STREETS = (
    "alle|dalle|da|tra|fra|per|prima|dopo|con|e|ma|circa|ogni|verso|in|presto|tardi|entro|solo|subito|oggi|domani"
)
_ILLNESSES = (
    "diagnos[it]|tumor[ei]|cancro|chemio|chemioterapia|leucemi[ae]|metastasi|alzheimer|parkinson|demenza|depress[oaie]|"
    "depressione|bipolare|schizofreni[aco]+|autis[mt]\\w+|epiless?i[ae]|epilettic[oaihe]+|diabet\\w+|ictus|infart\\w+|hiv|aids|"
    "epatite|sclerosi|dialisi|disabil[ei]|disabilità|invalid[oaie]|invalidità|psichiatr\\w+|psicofarmac\\w+|antidepressiv\\w+|"
    "tossicodipenden\\w+|alcolist\\w+|anoressi\\w+|bulimi\\w+|covid|legge 104|adhd|sindrome di down"
)


class Notice(NamedTuple):
    """What there is, and what we would rather do with it."""

    found: str | Promise
    advice: str | Promise


# Only Italy’s may stand apart from its digits: «il 349 1234567 o suonate» is a telephone.
_IBAN = re.compile(r"\b(?:IT\s?|[A-Z]{2})\d{2}(?:\s?[A-Z0-9]){11,30}\b", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\]|chiocciola)\s?[\w-]+\s?(?:\.|punto)\s?[a-z]{2,}", re.IGNORECASE)
# Seven digits or more that belong together, but neither a date nor hours nor an amount.
_PHONE = re.compile(r"(?<![\w,.])(?:(?:\+|00)\d{1,3}[\s./-]?)?(?:\(?0?\d{2,4}\)?)(?:[\s./-]?\d{2,}){1,4}(?![\w,€])")
_DATE = re.compile(r"\b\d{1,4}([/.-])\d{1,2}\1\d{2,4}\b")
_ADDRESS = re.compile(
    rf"\b(?:{_STREETS})\s+(?!(?:{_NO_STREETS})\b)(?:[^\W\d][\w'’.]*[\s,]+){{1,5}}?(?:n[.°]?\s?|civico\s)?\d{{1,4}}\b",
    re.IGNORECASE,
)
_ILLNESS = re.compile(rf"\b(?:{_ILLNESSES})\b", re.IGNORECASE)

_AFTER = _("Lo leggono tutti. Meglio darlo dopo l’accordo.")


def notices(post: Post) -> list[Notice]:
    """What in the words of `post` its author may not want everybody to read; at most one of each kind."""
    text = f"{post.title}\n{post.words}"
    found = []
    if _IBAN.search(text):
        found.append(
            Notice(_("C’è un conto bancario."), _("Lo leggono tutti. Qui non si chiedono né si mandano soldi."))
        )
        text = _IBAN.sub(" ", text)
    if _EMAIL.search(text):
        found.append(Notice(_("C’è un indirizzo e-mail."), _AFTER))
    if _has_phone(text):
        found.append(Notice(_("C’è un numero di telefono."), _AFTER))
    if _ADDRESS.search(text):
        found.append(
            Notice(_("C’è un indirizzo."), _("Lo leggono tutti. Basta la zona: l’indirizzo si dà dopo l’accordo."))
        )
    if _ILLNESS.search(text):
        found.append(
            Notice(
                _("Si parla di salute."),
                _("Lo leggono tutti. Racconta che cosa ti serve: il perché puoi tenerlo per te."),
            )
        )
    return found


def _has_phone(text: str) -> bool:
    text = _DATE.sub(" ", text)
    return any(7 <= sum(letter.isdigit() for letter in match[0]) <= 15 for match in _PHONE.finditer(text))
