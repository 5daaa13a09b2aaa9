"""What we do to people's words: nothing that a reader could see.

Letters of every script, emoji and right-to-left words stay as they are, HTML is shown as typed. What goes: characters
that cannot be printed, and those that turn the direction of other people's text (https://trojansource.codes).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms

_LINE_ENDS = re.compile("\r\n|[\r\u2028\u2029\v\f\x85]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufff9-\ufffb]")
_TURNERS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Composed (NFC), with plain line ends, without control characters and direction overrides."""
    text = _LINE_ENDS.sub("\n", text)
    text = _TURNERS.sub("", _UNPRINTABLE.sub("", text)).replace("\t", " ")
    return unicodedata.normalize("NFC", text).strip()


def count_words(text: str) -> int:
    """How many words there are. Where a script writes none apart (Chinese, Japanese) each letter is one."""
    spelled = [word for word in text.split() if any(letter.isalnum() for letter in word)]
    wide = [letter for letter in text if letter.isalpha() and unicodedata.east_asian_width(letter) in "WF"]
    return max(len(spelled), len(wide))


class Words(forms.CharField):
    """Text of several lines."""

    widget: type[forms.Widget] = forms.Textarea

    def __init__(self, *, longest: int, **options: Any) -> None:
        super().__init__(**options)
        self.longest = longest  # no maxlength in the page: a browser would cut what is pasted without a word

    def to_python(self, value: Any) -> str:
        return clean(str(value or ""))

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > self.longest:
            facts = {"now": len(value), "most": self.longest}
            raise forms.ValidationError(self.error_messages["long"] % facts, code="long")


class Line(Words):
    """Text of one line."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())
