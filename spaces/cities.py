"""The city a page is about."""

from django.shortcuts import get_object_or_404

from spaces.models import City


def city_or_404(slug: str) -> City:
    """The city, without its border: thousands of points that no page needs."""
    return get_object_or_404(City.objects.defer("border"), slug=slug)
