"""The fifteen plain kinds of help. Each is mapped to an area of ISTAT's survey of municipal social spending.

ISTAT, «Indagine sugli interventi e i servizi sociali dei comuni»: areas of users.
"""

from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """What the help is about, in a neighbour's words."""

    SHOPPING = "shopping", _("Spesa")
    COMPANY = "company", _("Compagnia")
    RIDES = "rides", _("Passaggi")
    REPAIRS = "repairs", _("Piccoli lavori")
    HOMEWORK = "homework", _("Compiti")
    LANGUAGE = "language", _("Lingue")
    DIGITAL = "digital", _("Telefono e computer")
    PAPERWORK = "paperwork", _("Pratiche")
    CHILDREN = "children", _("Bambini")
    FOOD = "food", _("Cibo")
    THINGS = "things", _("Oggetti")
    ANIMALS = "animals", _("Animali")
    WALKS = "walks", _("Accompagnare")
    TOGETHER = "together", _("Stare insieme")
    OTHER = "other", _("Altro")

    @property
    def icon(self) -> str:
        """The name of its drawing in `sprite.svg`."""
        return FACTS[self].icon

    @property
    def istat_area(self) -> str:
        return FACTS[self].istat_area


class Facts(NamedTuple):
    """What a category is beside its name."""

    icon: str
    istat_area: str


OLD, FAMILY, POVERTY, IMMIGRANTS, DISABLED, ALL = (
    "anziani",
    "famiglia e minori",
    "povertà, disagio adulti e senza dimora",
    "immigrati, Rom, Sinti e Caminanti",
    "disabili",
    "multiutenza",
)
FACTS = {
    Category.SHOPPING: Facts("bag", OLD),
    Category.COMPANY: Facts("cup", OLD),
    Category.RIDES: Facts("car", OLD),
    Category.REPAIRS: Facts("hammer", ALL),
    Category.HOMEWORK: Facts("book", FAMILY),
    Category.LANGUAGE: Facts("globe", IMMIGRANTS),
    Category.DIGITAL: Facts("mobile", OLD),
    Category.PAPERWORK: Facts("paper", ALL),
    Category.CHILDREN: Facts("child", FAMILY),
    Category.FOOD: Facts("pot", POVERTY),
    Category.THINGS: Facts("box", POVERTY),
    Category.ANIMALS: Facts("paw", ALL),
    Category.WALKS: Facts("walk", DISABLED),
    Category.TOGETHER: Facts("table", ALL),
    Category.OTHER: Facts("dots", ALL),
}
