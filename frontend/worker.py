"""What a browser needs to install the house and to open the last board without a network."""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

SOURCE = Path(__file__).with_name("sw.js")
FACES = [f"fonts/titillium-web-latin-{weight}-normal.woff2" for weight in (400, 600, 700)]
KEPT = ["css/tokens.css", "css/components.css", "js/theme.js", "js/filo.js", "js/position.js", "img/sprite.svg", *FACES]


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The service worker. Its text changes when a file it keeps does, and browsers compare it byte by byte."""
    response = HttpResponse(_script(), content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@functools.cache
def _script() -> str:
    pages = [f"/{code}/senza-rete/" for code, _name in settings.LANGUAGES]
    files = [static(name) for name in [*KEPT, "vendor/htmx.min.js"]]
    version = hashlib.sha256(json.dumps(files).encode() + SOURCE.read_bytes()).hexdigest()[:12]
    facts = {"VERSION": f"filo-{version}", "FILES": files, "OFFLINE": pages}
    return "".join(f"const {name} = {json.dumps(fact)}\n" for name, fact in facts.items()) + SOURCE.read_text()


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """How the house looks among a telephone's own things."""
    icons = [
        {"src": static("img/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("img/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {"src": static("img/icon-maskable.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    facts = {
        "name": "Filò",
        "short_name": "Filò",
        "description": _("Chi ha bisogno di una mano e chi può darla, qui vicino."),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf5ec",
        "theme_color": "#faf5ec",
        "icons": icons,
    }
    return JsonResponse(facts, content_type="application/manifest+json")
