"""What the door answers by itself, without Django's middleware: health, files, cells, and sockets that lead nowhere."""

import asyncio
import functools
import json
import re
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psycopg
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http.request import split_domain_port, validate_host
from django.utils.translation import gettext as _
from django.utils.translation import override
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from live.language import language_of
from spaces.location import PlaceRefused, cell_for
from spaces.models import City

DATABASE_SECONDS = 2.0  # how long /readyz waits
PLACE_BYTES = 200  # a city and two numbers are shorter
NO_SUCH_SOCKET = 4404  # close code
FOR_EVER = "max-age=31536000, immutable"
HASHED = re.compile(r"\.[0-9a-f]{12}\.")  # how Django names a file by its content


async def healthz(request: Request) -> Response:
    """The process answers. It asks nobody else."""
    return PlainTextResponse("ok")


async def readyz(request: Request) -> Response:
    """200 when pages can be served: the database answers and has every migration; otherwise 503 and why."""
    asking = asyncio.ensure_future(applied_migrations())
    await asyncio.wait([asking], timeout=DATABASE_SECONDS)
    if not asking.done() or isinstance(asking.exception(), psycopg.Error | OSError):
        asking.cancel()  # and not waited for: letting go of a silent database takes psycopg some time
        return PlainTextResponse("the database does not answer", 503)
    if missing := known_migrations() - asking.result():
        return PlainTextResponse(f"{len(missing)} migrations to apply", 503)
    return PlainTextResponse("ready")


async def applied_migrations() -> set[tuple[str, str]]:
    """Asked over a connection of its own, so that a pool in use or a thread that hangs cannot delay the answer."""
    not_for_async = {"context", "cursor_factory", "prepare_threshold"}
    address = {key: value for key, value in connection.get_connection_params().items() if key not in not_for_async}
    async with await psycopg.AsyncConnection.connect(**address, autocommit=True) as database:
        try:
            rows = await database.execute("SELECT app, name FROM django_migrations")
        except psycopg.errors.UndefinedTable:
            return set()
        return {(app, name) for app, name in await rows.fetchall()}


@functools.cache
def known_migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


async def cells(request: Request) -> Response:
    """Turn a device's position into its cell, so that no coordinate ever stands in an address.

    Takes {"lat", "lon"} in degrees and optionally {"city"}, a slug, whose own grid is then used; answers {"cell"}.
    It reads no cookie, keeps nothing and logs nothing.
    """
    with override(language_of(request.headers.get("accept-language", ""))):
        try:
            place = await read_place(request)
            cell = await database_sync_to_async(cell_for, thread_sensitive=False)(**place)
        except HTTPException as refusal:
            return problem(refusal.status_code, refusal.detail)
        except PlaceRefused as refusal:
            return problem(422, str(refusal))
        except City.DoesNotExist:
            return problem(422, _("Questa città non c’è."))
        except DatabaseError:
            return problem(503, _("Adesso non riesco a rispondere. Prova tra poco."))
    return JSONResponse({"cell": cell}, headers={"Cache-Control": "no-store"})


async def read_place(request: Request) -> dict[str, Any]:
    """The city (or None), lat and lon of a request. Raises HTTPException with a status and a sentence."""
    if not is_own_origin(request.headers):
        raise HTTPException(403, _("Un altro sito non può chiedere."))
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise HTTPException(415, _("Serve application/json."))
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > PLACE_BYTES:
            raise HTTPException(413, _("È troppo lungo: bastano lat e lon."))
    try:
        place = json.loads(body)
    except ValueError:
        raise HTTPException(400, _("Non è JSON.")) from None
    if not is_place(place):
        raise HTTPException(422, _("Servono lat e lon, in gradi."))
    return {"city": place.get("city"), "lat": place["lat"], "lon": place["lon"]}


def is_place(place: Any) -> bool:
    numbers = (int, float)  # True is none, though Python counts it among the integers
    return (
        isinstance(place, dict)
        and type(place.get("lat")) in numbers
        and type(place.get("lon")) in numbers
        and isinstance(place.get("city", ""), str | None)
    )


def problem(status: int, detail: str) -> Response:
    """A problem document (RFC 9457)."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(document, status, {"Cache-Control": "no-store"}, "application/problem+json")


def is_own_origin(headers: Headers) -> bool:
    """Whether one of our own pages asks, or something that is no browser: a browser always names the origin."""
    host = headers.get("host", "")
    own = f"{'https' if settings.SECURE else 'http'}://{host}"
    return headers.get("origin", own) == own and validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


class Folder(StaticFiles):
    """A folder of files; one that does not exist yet is an empty one."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, check_dir=False)

    async def check_config(self) -> None:
        """Nothing to check: see above."""


class CollectedFiles(Folder):
    """STATIC_ROOT: packed as the browser likes best, and kept by it for ever where the name tells the content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await self.smallest_response(path, scope)
        response.headers["Cache-Control"] = f"public, {FOR_EVER}" if HASHED.search(path) else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Vary"] = "Accept-Encoding"
        return response

    async def smallest_response(self, path: str, scope: Scope) -> Response:
        accepted = accepted_codings(Headers(scope=scope).get("accept-encoding", ""))
        for coding, suffix in [("br", ".br"), ("gzip", ".gz")]:
            if coding in accepted:
                with suppress(HTTPException):  # this one is not there: try the next
                    response = await super().get_response(path + suffix, scope)
                    response.headers["Content-Encoding"] = coding
                    return response
        return await super().get_response(path, scope)


def accepted_codings(header: str) -> set[str]:
    """The names in an Accept-Encoding header, without those refused by q=0."""
    choices = (choice.replace(" ", "").lower().partition(";") for choice in header.split(","))
    return {name for name, _semicolon, weight in choices if not re.fullmatch(r"q=0(\.0*)?", weight)}


class Tiles(Folder):
    """Map pictures {z}/{x}/{y}.png that a city laid down for itself, so that no page asks another host for them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=86400"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


class OwnOriginOnly:
    """Refuses sockets that a foreign page opens, and pages of no origin (`null`)."""

    def __init__(self, application: ASGIApp) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_own_origin(Headers(scope=scope)):
            await self.application(scope, receive, send)
        else:
            await WebSocket(scope, receive, send).close()


async def no_such_socket(scope: Scope, receive: Receive, send: Send) -> None:
    socket = WebSocket(scope, receive, send)
    await socket.accept()
    await socket.close(NO_SUCH_SOCKET)
