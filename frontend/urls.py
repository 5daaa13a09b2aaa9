"""Addresses without a language, and the pages that belong to no domain."""

from django.urls import path

from frontend import places, views, worker

urlpatterns = [
    path("", views.root, name="root"),
    path("manifest.webmanifest", worker.manifest, name="manifest"),
    path("sw.js", worker.script, name="worker"),
]
# /<language>/
pages = [
    path("", places.cities, name="cities"),
    path("riservatezza/", views.privacy, name="privacy"),
    path("accessibilita/", views.accessibility, name="accessibility"),
    path("senza-rete/", views.offline, name="offline"),
    path("<slug:city>/citta/", places.city, name="city"),
    path("<slug:city>/citta/mappa.json", places.ground, name="city-ground"),
    path("<slug:city>/luoghi/", places.spaces, name="spaces"),
    path("<slug:city>/luoghi/<slug:slug>/", places.space, name="space"),
]
