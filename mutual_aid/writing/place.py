"""Step 3, where it is: by street, position of the device, tap on the map, neighbourhood, the whole city, or at a space.

Whatever the way, what comes out is a cell for everybody and, if the author wants it kept, an exact place for few.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from mutual_aid.exact_places import Place
from mutual_aid.models import Draft, Post
from mutual_aid.writing.plain_text import Line
from spaces import gazetteer, location, remote_geocoder
from spaces.models import Cell, Neighbourhood, Space
from spaces.street_names import search_name, take_apart


class Way(models.TextChoices):
    """How the author says where it is."""

    KEPT = "kept", _("Dove l’hai messo")
    STREET = "street", _("In una via")
    POINT = "point", _("Dove sono adesso")
    CELL = "cell", _("Una zona sulla mappa")
    NEIGHBOURHOOD = "neighbourhood", _("In un quartiere")
    SPACE = "space", _("In un luogo di tutti")
    CITY = "city", _("In tutta la città")


WITH_SCRIPT = {Way.POINT, Way.CELL}
MOST_FOUND = 6
NO_POINT = _("Il telefono non ha detto dove sei. Scrivi la via, oppure scegli il quartiere o tutta la città.")
NO_CELL = _("Tocca una zona sulla mappa, oppure scegli il quartiere o tutta la città.")


class PlaceForm(forms.Form):
    """After `is_valid`, `cleaned_data` holds what the draft keeps: `cell` (its index), `precision` and `exact`."""

    where = forms.ChoiceField(
        widget=forms.RadioSelect,
        required=False,
        choices=Way.choices,
        error_messages={"invalid_choice": _("Scegli uno dei modi qui sotto.")},
    )
    street = Line(
        label=_("Via e numero"),
        help_text=_("Per esempio: «Via Roma 12»"),
        required=False,
        longest=200,
        error_messages={"long": _("La via è di %(now)d lettere: ce ne stanno %(most)d.")},
    )
    found = Line(
        required=False, longest=300, widget=forms.HiddenInput, error_messages={"long": _("Scegli una di queste vie.")}
    )
    neighbourhood: forms.ModelChoiceField[Neighbourhood] = forms.ModelChoiceField(
        label=_("Quartiere"),
        queryset=None,
        required=False,
        empty_label=_("scegli"),
        error_messages={"invalid_choice": _("Quel quartiere non è di questa città.")},
    )
    lat = Line(required=False, longest=40, widget=forms.HiddenInput, error_messages={"long": NO_POINT})
    lon = Line(required=False, longest=40, widget=forms.HiddenInput, error_messages={"long": NO_POINT})
    tapped = Line(required=False, longest=40, widget=forms.HiddenInput, error_messages={"long": NO_CELL})
    zone_only = forms.BooleanField(
        label=_("Tieni solo la zona"),
        help_text=_("Non conserviamo l’indirizzo: lo dirai tu a chi ti aiuta."),
        required=False,
    )
    note = Line(
        label=_("Come trovare la porta"),
        help_text=_("Il citofono, il piano, il cortile. Si legge solo insieme all’indirizzo."),
        required=False,
        longest=200,
        error_messages={"long": _("Sono %(now)d lettere: ce ne stanno %(most)d.")},
    )

    def __init__(self, *args: Any, draft: Draft, space: Space | None, **options: Any) -> None:
        kept = Place.read(draft.fields.get("exact"))
        options["initial"] = {"where": Way.KEPT, "note": kept.note} if draft.fields.get("cell") else {}
        super().__init__(*args, **options)
        self.draft, self.city, self.space, self.kept = draft, draft.city, space, kept
        self.candidates: list[gazetteer.Found] = []
        neighbourhoods = self.city.neighbourhoods.defer("border")
        self.fields["neighbourhood"].queryset = neighbourhoods  # type: ignore[attr-defined]  # a ModelChoiceField
        self.ways = [way for way in Way if self._is_open(way, has_neighbourhoods=neighbourhoods.exists())]
        self.fields["where"].choices = [(way.value, way.label) for way in self.ways]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def kept_name(self) -> str:
        """What its author reads of the place chosen before."""
        if self.kept.address:
            return self.kept.address
        match self.draft.fields.get("precision"):
            case Post.Precision.SPACE if self.space:
                return self.space.name
            case Post.Precision.CITY:
                return self.city.name
        cell = Cell.objects.filter(city=self.city, index=self.draft.fields.get("cell")).first()
        return cell.place_name if cell else self.city.name

    @property
    def asked_elsewhere(self) -> str:
        """Who receives a street that is not in the city's own register; empty where nobody does."""
        return settings.GEOCODER_NAME if remote_geocoder.is_configured() else ""

    def _is_open(self, way: Way, *, has_neighbourhoods: bool) -> bool:
        match way:
            case Way.KEPT:
                return bool(self.draft.fields.get("cell"))
            case Way.NEIGHBOURHOOD:
                return has_neighbourhoods
            case Way.SPACE:
                return self.space is not None and self.space.cell is not None
            case _:
                return True

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            try:
                cell, precision, exact = self._resolve()
                self.cleaned_data = {"cell": cell.index, "precision": precision, "exact": exact.as_facts()}
            except Unplaced as unplaced:
                self.add_error(unplaced.field, ValidationError(str(unplaced), code="place"))
        return self.cleaned_data

    def _way(self) -> str:
        """The way chosen, else the one whose field was filled in."""
        facts = self.cleaned_data
        filled = {Way.STREET: "street", Way.NEIGHBOURHOOD: "neighbourhood", Way.POINT: "lat", Way.CELL: "tapped"}
        return facts["where"] or next((way for way, name in filled.items() if facts[name]), "")

    def _resolve(self) -> tuple[Cell, Post.Precision, Place]:
        note = self.cleaned_data["note"]
        match self._way():
            case Way.KEPT:
                return self._as_kept(note)
            case Way.STREET:
                found = self._street()
                exact = Place(found.address, note, found.lat, found.lon)
                return self._cell(found.lat, found.lon, "street"), Post.Precision.CELL, self._if_wanted(exact)
            case Way.POINT if self.cleaned_data["tapped"]:  # the device gave no more than its zone
                return self._tapped(), Post.Precision.CELL, Place(note=note)
            case Way.POINT:
                lat, lon = self._point()
                return self._cell(lat, lon, "where"), Post.Precision.CELL, self._if_wanted(Place("", note, lat, lon))
            case Way.CELL:
                return self._tapped(), Post.Precision.CELL, Place(note=note)
            case Way.NEIGHBOURHOOD:
                return self._neighbourhood(), Post.Precision.NEIGHBOURHOOD, Place(note=note)
            case Way.SPACE:
                assert self.space is not None and self.space.cell is not None
                return self.space.cell, Post.Precision.SPACE, Place(note=note)
            case Way.CITY:
                return location.cell_of_area(self.city), Post.Precision.CITY, Place(note=note)
        raise Unplaced("where", _("Scegli dove: basta il quartiere, o la città."))

    def _if_wanted(self, exact: Place) -> Place:
        return Place(note=exact.note) if self.cleaned_data["zone_only"] else exact

    def _as_kept(self, note: str) -> tuple[Cell, Post.Precision, Place]:
        fields = self.draft.fields
        cell = location.cell_row(self.city, fields["cell"])
        return cell, Post.Precision(fields["precision"]), self._if_wanted(replace(self.kept, note=note))

    def _street(self) -> gazetteer.Found:
        """The one address meant. If that is not plain, the person chooses among the `candidates`."""
        words, chosen = self.cleaned_data["street"], self.cleaned_data["found"]
        if not words:
            raise Unplaced("street", _("Scrivi la via, oppure scegli il quartiere o tutta la città."))
        found = gazetteer.find(self.city, words, MOST_FOUND) or self._found_elsewhere(words)
        if not found:
            raise Unplaced(
                "street", _("Non troviamo questa via. Controlla il nome, oppure scegli il quartiere o tutta la città.")
            )
        name = search_name(take_apart(words, self.city.name).street)
        meant = [one for one in found if one.address == chosen] or [
            one for one in found if search_name(one.street) == name
        ]
        if len(meant) != 1:
            self.candidates = found
            raise Unplaced("found", _("Scegli quale via è la tua."))
        return meant[0]

    def _found_elsewhere(self, words: str) -> list[gazetteer.Found]:
        """What the geocoder that the city named answers; nothing where it named none."""
        if not remote_geocoder.is_configured():
            return []
        asked = self.draft.fields.get("asked") or {}
        if asked.get("words") != words:
            asked = {"words": words, "request": str(remote_geocoder.ask(self.city, words))}
            self.draft.put(asked=asked)
        found = remote_geocoder.answer(asked["request"])
        if found is None:
            raise Unplaced(
                "street",
                _("La stiamo cercando. Aspetta un momento e premi di nuovo «Avanti», oppure scegli il quartiere."),
            )
        return found

    def _point(self) -> tuple[float, float]:
        try:
            return float(self.cleaned_data["lat"]), float(self.cleaned_data["lon"])
        except ValueError:
            raise Unplaced("where", NO_POINT) from None

    def _cell(self, lat: float, lon: float, field: str) -> Cell:
        try:
            return location.cell_of_point(self.city, lat, lon)
        except location.PlaceRefused as refused:
            raise Unplaced(
                field, _("%(why)s Scegli un’altra via, oppure il quartiere o tutta la città.") % {"why": refused}
            ) from None

    def _tapped(self) -> Cell:
        if not self.cleaned_data["tapped"]:
            raise Unplaced("where", NO_CELL)
        try:
            return location.cell_row(self.city, self.cleaned_data["tapped"])
        except location.PlaceRefused as refused:
            raise Unplaced(
                "where", _("%(why)s Toccane un’altra, oppure scegli il quartiere o tutta la città.") % {"why": refused}
            ) from None

    def _neighbourhood(self) -> Cell:
        if not self.cleaned_data["neighbourhood"]:
            raise Unplaced("neighbourhood", _("Scegli il quartiere."))
        return location.cell_of_area(self.cleaned_data["neighbourhood"])


class Unplaced(Exception):
    """We do not know yet where it is; says why, and which field to put right."""

    def __init__(self, field: str, why: Any) -> None:
        super().__init__(why)
        self.field = field
