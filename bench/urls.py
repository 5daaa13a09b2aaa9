"""The product's addresses and the floor beneath them: the board's template over cards that are already in memory."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path

from mutual_aid import board
from mutual_aid.filters import Filters
from project import urls
from spaces import access
from spaces.cities import city_or_404


@cache
def _ready(slug: str, query: str) -> dict[str, Any]:
    filters = Filters.read(city_or_404(slug), QueryDict(query))
    page = board.page(filters)
    return {"city": filters.city, "filters": filters, "page": page, "next_url": filters.url(cursor="x")}


def bare(request: HttpRequest, city: str) -> HttpResponse:
    return render(request, "mutual_aid/board.html", _ready(city, request.META["QUERY_STRING"]))


access.ROUTES["bench-bare"] = access.Action.BOARD_READ
urlpatterns = [path("bench/bare/<slug:city>/", bare, name="bench-bare"), *urls.urlpatterns]
