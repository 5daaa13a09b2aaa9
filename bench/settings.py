"""The product's settings, and one address more: the bare view."""

from project.settings import *  # noqa: F403 (all of them are meant)

ROOT_URLCONF = "bench.urls"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405 (it comes with all the others)
