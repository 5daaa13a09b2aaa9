"""What stays of a person in the places they were part of, and what to think of before they go."""

from __future__ import annotations

from django.utils.translation import gettext as _

from residents import erasure
from residents.models import Resident
from spaces.models import Ban, CityRole


def declare() -> None:
    """A suspension holds although whoever decided it is gone; their words about it go with them."""
    erasure.outlives(Ban, by="made_by", words=("reason",))
    erasure.outlives(Ban, by="lifted_by")
    erasure.register_warning(last_to_administer)


def last_to_administer(resident: Resident) -> str | None:
    """A sentence for who leaves a city without anybody to administer it. They may: it is their right."""
    administrators = CityRole.objects.filter(role=CityRole.Role.ADMINISTRATOR)
    mine = administrators.filter(resident=resident).values("city")
    shared = administrators.filter(city__in=mine).exclude(resident=resident).values("city")
    alone = administrators.filter(resident=resident).exclude(city__in=shared).values_list("city__name", flat=True)
    if not alone:
        return None
    cities = ", ".join(alone)
    return _("Amministri solo tu: %(cities)s. Se puoi, prima dai il compito a un’altra persona.") % {"cities": cities}
