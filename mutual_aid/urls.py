from django.urls import URLPattern, URLResolver, include, path

from mutual_aid import views

# /<city>/post/<uuid>/
post_urls: list[URLPattern | URLResolver] = [
    path("", views.post, name="post"),
    path("foto/", views.photo, name="post-photo"),
    path("mio/", views.own, name="post-own"),
]
# /<city>/
city_urls: list[URLPattern | URLResolver] = [
    path("", views.board, name="board"),
    path("filtri/", views.filters, name="filters"),
    path("mappa.json", views.board_map, name="board-map"),
    path("post/<uuid:pk>/", include(post_urls)),
]
urlpatterns = [
    path("", include("mutual_aid.writing.urls")),
    path("<slug:city>/", include(city_urls)),
]
