"""A city, the neighbourhoods its people speak of, and the cells in which everything public is reckoned."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

if TYPE_CHECKING:
    from residents.models import Resident
    from spaces.models.people import Ban

RESOLUTIONS = [(7, "7"), (8, "8"), (9, "9")]  # H3: hexagons of about 5, 0.7 and 0.1 km²


class City(models.Model):
    """A municipality that runs a board. Cities are data, never code."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    istat = models.CharField(max_length=6, unique=True)
    belfiore = models.CharField(max_length=4, blank=True)
    province = models.CharField(max_length=2)
    region = models.CharField(max_length=40)
    population = models.PositiveIntegerField(default=0)
    over_65 = models.PositiveIntegerField(default=0)
    lat = models.FloatField(help_text="label point, degrees north")
    lon = models.FloatField(help_text="label point, degrees east")
    border = models.JSONField(null=True, blank=True, help_text="GeoJSON MultiPolygon; none: any cell of resolution 7")
    resolution = models.PositiveSmallIntegerField(choices=RESOLUTIONS, default=8)
    time_zone = models.CharField(max_length=40, default="Europe/Rome")
    language = models.CharField(max_length=8, default="it")
    grid_version = models.PositiveIntegerField(default=0, help_text="new at each drawing of the cells; 0: never drawn")

    class Meta:
        verbose_name_plural = "cities"
        ordering = [Lower("name")]
        constraints = [
            models.CheckConstraint(condition=Q(resolution__range=(7, 9)), name="cities_use_cells_of_resolution_7_to_9"),
        ]

    def __str__(self) -> str:
        return self.name

    def appoint(self, resident: Resident, role: str) -> None:
        """Let `resident` answer for the city. Raises CityRole.LastAdministrator, CityRole.Moved."""
        office, made = self.roles.get_or_create(resident=resident, defaults={"role": role})
        if not made:
            office.appoint(role)

    def ban(self, resident: Resident, *, by: Resident, reason: str, until: datetime | None = None) -> Ban:
        """Nothing more of `resident`'s in the whole city, until then or for good. Raises Ban.Answers, Ban.Already."""
        return self.bans.impose(resident, self, None, by=by, reason=reason, until=until)


class Neighbourhood(models.Model):
    """What locals call a part of the city. Its polygon is imported or drawn; its label point always stands."""

    city = models.ForeignKey(City, models.CASCADE, related_name="neighbourhoods")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80)
    lat = models.FloatField(help_text="label point, degrees north")
    lon = models.FloatField(help_text="label point, degrees east")
    border = models.JSONField(null=True, blank=True, help_text="GeoJSON MultiPolygon")
    resolution = models.PositiveSmallIntegerField(
        choices=RESOLUTIONS,
        null=True,
        blank=True,
        help_text="so that a cell holds at least 50 homes; empty: the city's",
    )

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(fields=["city", "slug"], name="one_neighbourhood_of_a_name_per_city"),
            models.CheckConstraint(
                condition=Q(resolution=None) | Q(resolution__range=(7, 9)),
                name="neighbourhoods_use_cells_of_resolution_7_to_9",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Cell(models.Model):
    """A hexagon of the H3 grid in a city. Its centre is the only point of a post that anybody may know.

    H3: Uber's hexagonal hierarchical index, https://h3geo.org
    """

    city = models.ForeignKey(City, models.CASCADE, related_name="cells")
    neighbourhood = models.ForeignKey(Neighbourhood, models.SET_NULL, null=True, related_name="cells")
    index = models.CharField(max_length=15)
    lat = models.FloatField(help_text="centre, degrees north")
    lon = models.FloatField(help_text="centre, degrees east")
    in_grid = models.BooleanField(default=True, help_text="no: the border moved away, but something still stands here")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "index"], name="a_cell_stands_once_in_a_city")]

    def __str__(self) -> str:
        return self.index

    @property
    def place_name(self) -> str:
        """What the place is called on cards: the neighbourhood, else the city."""
        return self.neighbourhood.name if self.neighbourhood else self.city.name


class Street(models.Model):
    """A line of the city's own register of streets: so no address needs to leave the server to be found."""

    city = models.ForeignKey(City, models.CASCADE, related_name="streets")
    name = models.CharField(max_length=120)
    search_name = models.CharField(max_length=120, help_text="lower case, without accents, abbreviations written out")
    number_from = models.PositiveIntegerField(null=True)
    number_to = models.PositiveIntegerField(null=True)
    lat = models.FloatField()
    lon = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "search_name", "number_from", "number_to"],
                nulls_distinct=False,
                name="a_stretch_of_street_stands_once",
            ),
        ]
        indexes = [
            GinIndex(OpClass("search_name", name="gin_trgm_ops"), name="streets_by_resemblance"),
        ]

    def __str__(self) -> str:
        return self.name
