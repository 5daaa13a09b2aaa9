"""Every address of the house. The language stands first, so that a page is the same for everybody who opens it."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from frontend.urls import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("frontend.urls")),
    *i18n_patterns(
        path("", include(pages)),
        path("", include("residents.urls")),
        path("", include("spaces.urls")),  # before the cities: /io/ is nobody's board
        path("", include("moderation.urls")),
        path("", include("mutual_aid.urls")),
    ),
]
handler400 = "frontend.views.bad_request"
handler403 = "frontend.views.forbidden"
handler404 = "frontend.views.not_found"
handler500 = "frontend.views.broken"
