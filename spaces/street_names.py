"""Names of streets as people write them, brought to one form: small letters, no accents, abbreviations written out."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

LONGEST = 120

# What kind of street it is, as registers and people shorten it; dots and slashes are gone by then.
KINDS = {
    "v": "via", "vl": "viale", "vle": "viale", "vlo": "vicolo", "vic": "vicolo", "vco": "vicolo",
    "pz": "piazza", "pza": "piazza", "pzza": "piazza", "ple": "piazzale", "pzale": "piazzale", "ptta": "piazzetta",
    "c": "corso", "cso": "corso", "lgo": "largo", "bgo": "borgo", "str": "strada", "sal": "salita", "gall": "galleria",
    "loc": "localita", "fraz": "frazione",
}  # fmt: skip
UNSHORTENED = {"calle", "contra", "riviera", "rione", "passaggio", "vialetto", "argine", "vicoletto", "stradone"}
WRITTEN_OUT = {*KINDS.values(), *UNSHORTENED}
INSIDE = {"s": "san", "sta": "santa", "sto": "santo", "ss": "santi", "flli": "fratelli", "gen": "generale"}

# `p.zza`, `c.so`, `s.ta` and `f.lli` are one word, `v.Roma` and `G. Verdi` are two.
SHORTENED = re.compile(r"\b([a-z])\. ?(zza|za|zale|tta|le|so|go|lo|co|ta|to|lli)\b")

# "via Roma 12", "via Roma, 12/b", "via Roma n. 12 bis": a number at the end, after a name.
NUMBER = re.compile(
    r"(?P<street>.*[^\W\d].*?)[\s,]+(?:(?:n|nr|num|numero|civico)\b[.°]?\s*)?"
    r"(?P<number>\d{1,4})(?:\s*[/-]?\s*(?:[a-z]|bis|ter|quater|\d{1,3}))?"
)


class Written(NamedTuple):
    """An address taken apart; `number` is None if none was written."""

    street: str
    number: int | None


def plain(words: str) -> str:
    """Small letters, no accents, one space between words; whatever is no letter or digit parts words."""
    letters = unicodedata.normalize("NFKD", words.casefold())
    return " ".join(re.findall(r"[^\W_]+", "".join(letter for letter in letters if not unicodedata.combining(letter))))


def search_name(name: str) -> str:
    """The form in which a street is kept and looked for: `P.zza S. Rita` is `piazza san rita`."""
    first, *others = plain(SHORTENED.sub(r"\1\2", name.casefold())).split() or [""]
    return " ".join([KINDS.get(first, first), *(INSIDE.get(word, word) for word in others)])[:LONGEST]


def proper_name(searched: str) -> str:
    """What tells a street from others: its name without its kind, if anything is left of it then."""
    first, _space, rest = searched.partition(" ")
    return rest if first in WRITTEN_OUT else searched


def take_apart(words: str, city: str) -> Written:
    """The street and the house number in what somebody typed; the post code and the name of the city are left out."""
    typed = " ".join(words.casefold().replace("\0", " ").split())[:LONGEST]
    # The name of the city only behind a comma or a number: there is a Via Rovigo in Rovigo too.
    end = rf"(?: ?, ?|(?<=\d) | (?=\d{{5}}\b))(?:\d{{5}} ?)?(?:{re.escape(city.casefold())})? ?(?:\([a-z]{{2}}\))?"
    typed = re.sub(rf"{end}$", "", typed)
    match = NUMBER.fullmatch(typed)
    return Written(match["street"], int(match["number"])) if match else Written(typed, None)
