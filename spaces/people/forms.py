"""What is typed on the pages of people. A person is found by their exact address, never looked up by a part of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.models import Resident, same_address
from spaces.models import Ban, City, CityRole, Membership, Space


class PersonByEmail(forms.Form):
    """The resident with this address, in `cleaned_data["resident"]`."""

    email = forms.EmailField(
        label=_("Indirizzo e-mail"),
        help_text=_("Quello con cui la persona entra in Filò."),
        error_messages={"required": _("Manca l’indirizzo."), "invalid": _("Questo indirizzo non è completo.")},
    )

    def clean_email(self) -> str:
        email = same_address(self.cleaned_data["email"])
        self.cleaned_data["resident"] = Resident.objects.filter(email=email).first()
        if self.cleaned_data["resident"] is None:
            raise forms.ValidationError(_("Nessuno entra con questo indirizzo. Prima deve entrare una volta."))
        return email


class Appointment(PersonByEmail):
    """Somebody, and what they shall be here."""

    role = forms.ChoiceField(
        label=_("Che cosa farà"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Scegli che cosa farà.")},
    )

    def __init__(self, *args: Any, city: City, space: Space | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = (city, space)
        self.fields["role"].choices = Membership.Role.choices if space else CityRole.Role.choices  # type: ignore[attr-defined]  # a ChoiceField by declaration

    def clean_email(self) -> str:
        email = super().clean_email()
        if Ban.objects.in_force().on(self.cleaned_data["resident"], *self.place).exists():
            raise forms.ValidationError(_("È una persona sospesa: prima va tolta la sospensione."))
        return email


class RoleForm(forms.Form):
    """Another role for somebody who takes part. The last coordinator goes only after reading what follows."""

    role = forms.ChoiceField(label=_("Che cosa fa qui"), choices=Membership.Role.choices, widget=forms.RadioSelect)
    seen = forms.ChoiceField(choices=Membership.Role.choices, widget=forms.HiddenInput)
    sure = forms.BooleanField(
        label=_("Va bene: se ne occupa chi coordina la città"),
        required=False,
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        kwargs["initial"] = {"role": membership.role, "seen": membership.role}
        super().__init__(*args, **kwargs)
        self.is_last = membership.is_last_coordinator
        if not self.is_last:
            del self.fields["sure"]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.is_last and data.get("role") != Membership.Role.COORDINATOR and not data.get("sure"):
            self.add_error("sure", _("Così qui non coordina più nessuno. Se va bene, segnalo qui."))
        return data
