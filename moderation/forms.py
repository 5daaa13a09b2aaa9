"""What is typed when somebody reports, decides or suspends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from moderation.decisions import Decision, possible
from moderation.models import Report
from mutual_aid.lasting import end_of_day, today
from mutual_aid.models import Post
from mutual_aid.writing.dates import DayField
from mutual_aid.writing.plain_text import Words
from residents.models import Resident
from spaces.models import City
from spaces.people.forms import PersonByEmail


class ThreeLines(forms.Textarea):
    """Room for a sentence or two, so that the button below stays near."""

    def __init__(self) -> None:
        super().__init__({"rows": 3})


LONG = _("È troppo lungo: %(now)d lettere. Al massimo %(most)d.")


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Che cosa non va?"),
        choices=Report.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Scegli che cosa non va.")},
    )
    words = Words(
        label=_("Vuoi aggiungere qualcosa?"),
        required=False,
        longest=500,
        widget=ThreeLines,
        error_messages={"long": LONG},
    )


class DecisionForm(forms.Form):
    """One decision about one post, as `moderation.queue.gravest_first` brings it.

    `version` and `last_report` say what the coordinator had read.
    """

    decision = forms.ChoiceField(choices=Decision.choices, widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    last_report = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    why = Words(
        label=_("Che cosa scriviamo a chi l’ha scritto"),
        help_text=_("Serve solo se rifiuti: lo legge sulla pagina del suo biglietto e per posta."),
        required=False,
        longest=500,
        widget=ThreeLines,
        error_messages={"long": LONG},
    )

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        last_report = getattr(post, "last_report", 0)
        kwargs["auto_id"] = f"{post.pk}-%s"  # many of these stand on one page
        kwargs["initial"] = {"version": post.version, "last_report": last_report}
        super().__init__(*args, **kwargs)
        self.buttons = possible(post, reported=last_report > 0)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("decision") == Decision.REFUSE and self.cleaned_data.get("why") == "":
            self.add_error("why", _("Scrivi perché: chi l’ha scritto deve poterlo capire."))
        return self.cleaned_data


class Pointer(forms.Form):
    """What a link to the page of suspension may point at: a post's author, or somebody who takes part."""

    post = forms.UUIDField(required=False)
    membro = forms.IntegerField(required=False)


class HowLong(models.TextChoices):
    WEEK = "week", _("Una settimana")
    MONTH = "month", _("Un mese")
    DAY = "day", _("Fino a un giorno che scrivo qui sotto")
    FOR_GOOD = "for_good", _("Per sempre")


class SuspensionForm(PersonByEmail):
    """Who, why and for how long. The field for the address is there only while nobody was pointed at."""

    reason = Words(
        label=_("Perché"),
        help_text=_("Lo legge la persona, quando prova a scrivere o a partecipare."),
        longest=300,
        widget=ThreeLines,
        error_messages={"required": _("Scrivi perché: la persona deve poterlo capire."), "long": LONG},
    )
    how_long = forms.ChoiceField(
        label=_("Per quanto tempo"),
        choices=HowLong.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Scegli per quanto tempo.")},
    )
    day = DayField(label=_("Fino al giorno"), help_text=_("Per esempio 31/12. Quel giorno è compreso."))
    take_back = forms.BooleanField(
        label=_("Rimetti in attesa i biglietti che ha aperti qui"),
        help_text=_("Spariscono dalla bacheca e li ritrovi tra le cose da vedere."),
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, city: City, resident: Resident | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.city, self.resident = city, resident
        if resident:
            del self.fields["email"]
        self.fields["day"].today = today(city)  # type: ignore[attr-defined]  # a DayField by declaration
        self.fields["day"].last = today(city) + timedelta(days=3 * 365)  # type: ignore[attr-defined]  # likewise

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("how_long") == HowLong.DAY and "day" in data and not data["day"]:
            self.add_error("day", _("Manca il giorno."))
        return data

    @property
    def until(self) -> datetime | None:
        """When it ends; None: never."""
        match self.cleaned_data["how_long"]:
            case HowLong.WEEK:
                return now() + timedelta(days=7)
            case HowLong.MONTH:
                return now() + timedelta(days=30)
            case HowLong.DAY:
                return end_of_day(self.city, self.cleaned_data["day"])
        return None

    @property
    def person(self) -> Resident:
        """Whom it is about; only once the form is valid."""
        return self.resident or self.cleaned_data["resident"]
