"""What a person says of themselves: their name, their languages, where they live."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from residents.forms import one_line
from residents.languages import language_choices
from spaces.models import City, Neighbourhood


class ProfileForm(forms.Form):
    """The name neighbours see and the languages."""

    name = forms.CharField(
        label=_("Il tuo nome, come lo vedono i vicini"),
        help_text=_("Basta il nome. Il cognome non serve."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages={"required": _("Scrivi come ti chiami."), "max_length": _("Bastano quaranta lettere.")},
    )
    languages = forms.MultipleChoiceField(
        label=_("Lingue che parli"), choices=language_choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    interface_language = forms.ChoiceField(
        label=_("Lingua delle pagine e delle lettere"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(self.fields["name"].error_messages["required"])
        return name


def neighbourhood_field(city: City, widget: type[forms.Widget]) -> forms.ModelChoiceField[Neighbourhood]:
    """The neighbourhoods of one city, as locals call them; none is an answer too."""
    return forms.ModelChoiceField(
        city.neighbourhoods.defer("border"),
        label=_("Quartiere"),
        empty_label=_("Non lo so, o preferisco non dirlo"),
        required=False,
        blank=True,  # or the answer «I do not know» is left out of the radio buttons
        widget=widget,
    )


class NeighbourhoodForm(forms.Form):
    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["neighbourhood"] = neighbourhood_field(city, forms.RadioSelect)


class WelcomeForm(ProfileForm):
    """At the desk: the person who has no e-mail, written down by who stands there."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"key": uuid4(), "interface_language": city.language, "languages": [city.language]}
        self.fields["name"].label = _("Il suo nome, come lo vedono i vicini")
        self.fields["name"].error_messages["required"] = _("Scrivi come si chiama.")
        self.fields["languages"].label = _("Lingue che parla")
        self.fields["neighbourhood"] = neighbourhood_field(city, forms.Select)
