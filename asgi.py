"""The whole server on one page: Starlette at the door, Django inside, Channels for sockets.

Daphne with our limits (live/door.py) hands every connection to `application`.
"""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import re_path
from starlette.applications import Starlette
from starlette.routing import Mount, Route

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
pages = get_asgi_application()  # loads the apps, so it comes before whatever imports models

from project import front  # noqa: E402  (see the line above)

door = Starlette(
    routes=[
        Route("/healthz", front.healthz),
        Route("/readyz", front.readyz),
        Route("/cells", front.cells, methods=["POST"]),
        Mount("/static", front.CollectedFiles(settings.STATIC_ROOT)),
        *([Mount("/tiles", front.Tiles(settings.TILES_DIR))] if settings.TILES_DIR else []),
        Mount("/", pages),  # type: ignore[arg-type]  # Django's stubs word ASGI in their own way
    ]
)
sockets = URLRouter(
    [
        re_path("", front.no_such_socket),  # type: ignore[arg-type]  # Channels routes to ASGI applications
    ]
)
application = ProtocolTypeRouter({"http": door, "websocket": front.OwnOriginOnly(sockets)})
