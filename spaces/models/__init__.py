"""Where people are: cities, their neighbourhoods and cells, and the spaces where people meet."""

from spaces.models.city import Cell, City, Neighbourhood, Street
from spaces.models.geocoding import GeocodingRequest
from spaces.models.people import Ban, CityRole, Membership, Residence
from spaces.models.space import OpeningHours, Space

__all__ = [
    "Ban",
    "Cell",
    "City",
    "CityRole",
    "GeocodingRequest",
    "Membership",
    "Neighbourhood",
    "OpeningHours",
    "Residence",
    "Space",
    "Street",
]
