"""What residents write about themselves, and how it is put right."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.models import SigninCode, same_address


class EmailForm(forms.Form):
    """An address; the same field signs in and changes one's own."""

    email = forms.EmailField(
        label=_("Il tuo indirizzo e-mail"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Scrivi il tuo indirizzo e-mail."),
            "invalid": _("Un indirizzo e-mail ha questa forma: nome@esempio.it"),
            "max_length": _("Questo indirizzo è troppo lungo."),
        },
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2000)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if not _can_be_reached(email):
            raise forms.ValidationError(self.fields["email"].error_messages["invalid"], code="invalid")
        return same_address(email)


def _can_be_reached(email: str) -> bool:
    """Whether a letter can be addressed so. What mail servers refuse would be told by us, address and all, in a log."""
    name, _at, domain = email.rpartition("@")
    try:
        domain.encode("idna")
    except UnicodeError:
        return False
    return name.isascii()


class CodeForm(forms.Form):
    """Six digits, however they are grouped and in whatever numerals they are typed."""

    code = forms.CharField(
        label=_("Il codice di sei cifre"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={
            "required": _("Scrivi il codice che ti abbiamo mandato."),
            "max_length": _("Il codice ha sei cifre."),
        },
    )

    def clean_code(self) -> str:
        digits = "".join(str(unicodedata.digit(sign)) for sign in self.cleaned_data["code"] if sign.isdigit())
        if len(digits) != 6:
            raise forms.ValidationError(_("Il codice ha sei cifre."))
        return digits

    def refuse(self, wrong: SigninCode.Wrong) -> None:
        """Say beside the field that these are not the digits."""
        left = wrong.tries_left
        if left > 1:
            self.add_error("code", _("Non è questo il codice. Puoi provare ancora %(left)s volte.") % {"left": left})
        elif left == 1:
            self.add_error("code", _("Non è questo il codice. Puoi provare ancora una volta."))
        else:
            self.add_error("code", _("Questo codice non vale più. Chiedine un altro: arriva subito."))


class Credential(forms.JSONField):
    """What a device says, as JSON; what is sent to break the parser is no JSON either."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


class KeyForm(forms.Form):
    """What the browser says of a passkey, put there by a script."""

    credential = Credential()


class NewKeyForm(KeyForm):
    """A new passkey and how its owner calls it."""

    name = forms.CharField(
        label=_("Come la chiami"),
        help_text=_("Per esempio: il mio telefono"),
        required=False,
        max_length=40,
        error_messages={"max_length": _("Bastano quaranta lettere.")},
    )

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])


class EraseForm(forms.Form):
    sure = forms.BooleanField(
        label=_("Sì, cancella tutto quello che è mio"),
        error_messages={"required": _("Se vuoi davvero cancellare tutto, metti il segno qui.")},
    )


def one_line(text: str) -> str:
    """The words alone: no control or direction signs, single blanks. Joiners stay, some scripts and emoji need them."""
    kept = "\u200c\u200d"
    shown = (s for s in text if s in kept or s.isspace() or unicodedata.category(s) not in ("Cc", "Cf", "Cs"))
    return " ".join("".join(shown).split())
