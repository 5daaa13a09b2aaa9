"""What each of the first two pages asks, and until when the post stays. Where it is stands in `place`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mutual_aid.categories import Category
from mutual_aid.lasting import today
from mutual_aid.models import Post
from mutual_aid.writing.dates import DayField
from mutual_aid.writing.photo import Picture
from mutual_aid.writing.plain_text import Line, Words, count_words
from residents.languages import language_choices
from spaces.models import City, Space

WEEKDAYS = [
    (0, _("lunedì")),
    (1, _("martedì")),
    (2, _("mercoledì")),
    (3, _("giovedì")),
    (4, _("venerdì")),
    (5, _("sabato")),
    (6, _("domenica")),
]


class WhatForm(forms.Form):
    """Step 1: who needs whom, and for what."""

    kind = forms.ChoiceField(
        label=_("Ti serve una mano, o la offri?"),
        choices=Post.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Scegli se chiedi o se offri."),
            "invalid_choice": _("Scegli se chiedi o se offri."),
        },
    )
    category = forms.ChoiceField(
        label=_("Per che cosa?"),
        choices=Category.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Scegli per che cosa."), "invalid_choice": _("Scegli per che cosa.")},
    )


class WordsForm(forms.Form):
    """Step 2: the words, when, for how many, with a picture if one likes."""

    title = Line(
        label=_("In poche parole"),
        help_text=_("Per esempio: «Un passaggio per il mercato»"),
        longest=80,
        error_messages={
            "required": _("Manca il titolo: scrivi almeno due parole."),
            "few": _("Scrivi almeno due parole."),
            "long": _("Il titolo è di %(now)d lettere: ce ne stanno %(most)d."),
        },
    )
    words = Words(
        label=_("Racconta"),
        required=False,
        longest=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"long": _("Il racconto è di %(now)d lettere: ce ne stanno %(most)d.")},
    )
    timing = forms.ChoiceField(
        label=_("Quando"), choices=Post.Timing.choices, widget=forms.RadioSelect, initial=Post.Timing.ANY
    )
    by_date = DayField(label=_("Entro quale giorno"), help_text=_("Per esempio: 31/12, domani, sabato"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("In quali giorni della settimana"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Scegli fra i sette giorni della settimana.")},
    )
    part_of_day = forms.ChoiceField(label=_("A che ora"), choices=Post.PartOfDay.choices, required=False)
    people = forms.IntegerField(
        min_value=1,
        max_value=50,
        initial=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(
            ["required", "invalid", "min_value", "max_value"], _("Scrivi quante persone, da 1 a 50.")
        ),
    )
    languages = forms.MultipleChoiceField(
        label=_("Quali lingue parli"),
        choices=language_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Scegli fra le lingue qui sotto.")},
    )
    language = forms.ChoiceField(
        label=_("In che lingua hai scritto"),
        choices=language_choices,
        error_messages={
            "required": _("Scegli in che lingua hai scritto."),
            "invalid_choice": _("Scegli in che lingua hai scritto."),
        },
    )
    urgent = forms.BooleanField(label=_("È urgente"), required=False)
    photo = Picture(
        label=_("Una foto"),
        help_text=_("Al massimo 10 MB. Togliamo noi ciò che dice dove e quando è fatta."),
        required=False,
    )
    remove_photo = forms.BooleanField(label=_("Togli la foto"), required=False)
    photo_alt = Line(
        label=_("Che cosa si vede nella foto"),
        help_text=_("Per chi non la vede. Per esempio: «Un armadio di legno a due ante»"),
        required=False,
        longest=160,
        error_messages={"long": _("La descrizione è di %(now)d lettere: ce ne stanno %(most)d.")},
    )
    space: forms.ModelChoiceField[Space] = forms.ModelChoiceField(
        label=_("Affidalo a un luogo"),
        help_text=_("Chi lo cura ti aiuta a trovare la persona giusta."),
        queryset=None,
        required=False,
        empty_label=_("a nessuno in particolare"),
        error_messages={"invalid_choice": _("Quel luogo non è fra quelli di questa città.")},
    )
    show_name = forms.BooleanField(
        label=_("Mostra il mio nome"), help_text=_("Solo il nome, e solo sulla pagina del biglietto."), required=False
    )

    def __init__(self, *args: Any, city: City, kind: str, has_photo: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.city = city
        asks = kind == Post.Kind.REQUEST
        self.fields["people"].label = _("Quante persone servono") if asks else _("Quante persone puoi aiutare")
        self.fields["space"].queryset = city.spaces.all()  # type: ignore[attr-defined]  # a ModelChoiceField
        if not city.spaces.exists():
            del self.fields["space"]
        if not has_photo:
            del self.fields["remove_photo"]
        _open_days(self.fields["by_date"], city)

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        if count_words(title) < 2:
            raise ValidationError(self.fields["title"].error_messages["few"], code="few")
        return title

    def clean(self) -> dict[str, Any]:
        """A day or weekdays that were filled in are meant, even if the choice above was left as it stood."""
        facts = self.cleaned_data
        by_date, weekdays, timing = facts.get("by_date"), facts.get("weekdays"), facts.get("timing")
        if timing not in (Post.Timing.ANY, Post.Timing.BY):
            self.errors.pop("by_date", None)  # somebody who changed their mind need not correct it
        if timing == Post.Timing.ANY:
            timing = Post.Timing.BY if by_date else Post.Timing.WEEKLY if weekdays else timing
        if timing == Post.Timing.BY and not by_date and "by_date" not in self.errors:
            self.add_error("by_date", ValidationError(_("Scrivi entro quale giorno."), code="required"))
        if timing == Post.Timing.WEEKLY and not weekdays and "weekdays" not in self.errors:
            self.add_error("weekdays", ValidationError(_("Scegli almeno un giorno della settimana."), code="required"))
        facts["timing"] = timing
        facts["by_date"] = by_date if timing == Post.Timing.BY else None
        facts["weekdays"] = sorted(weekdays or []) if timing == Post.Timing.WEEKLY else []
        return facts


class UntilForm(forms.Form):
    """Until when the post stays on the board, if the author does not like what is usual."""

    until = DayField(label=_("Fino a quale giorno"), help_text=_("Per esempio: 31/12. Al massimo 90 giorni."))

    def __init__(self, *args: Any, city: City, **options: Any) -> None:
        super().__init__(*args, **options)
        _open_days(self.fields["until"], city)


def _open_days(field: forms.Field, city: City) -> None:
    """From today until as long as a post may stand, counted in the city."""
    assert isinstance(field, DayField)
    field.today = today(city)
    field.last = field.today + Post.LONGEST_LIFETIME
