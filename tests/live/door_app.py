"""A small application behind the real door, run as a process: `python door_app.py PORT PATIENCE`."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncIterator

import django
from asgiref.sync import sync_to_async
from django.conf import settings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from live.door import Server, serve
from live.limits import MAX_FRAME_OUT
from project.settings import UNLOGGED_PARTS_OF_PATHS

MEGABYTE = b"x" * 1024 * 1024


async def healthz(request: Request) -> Response:
    return PlainTextResponse("ok")


async def length(request: Request) -> Response:
    return PlainTextResponse(str(sum([len(chunk) async for chunk in request.stream()])))


async def slow(request: Request) -> Response:
    await asyncio.sleep(float(request.query_params["seconds"]))
    return PlainTextResponse("done")


async def stuck(request: Request) -> Response:
    await sync_to_async(time.sleep)(60)
    return PlainTextResponse("never")


async def huge(request: Request) -> Response:
    async def megabytes() -> AsyncIterator[bytes]:
        for _ in range(int(request.query_params.get("megabytes", 100))):
            yield MEGABYTE

    return StreamingResponse(megabytes(), media_type="application/octet-stream")


async def page(request: Request) -> Response:
    return PlainTextResponse("x" * 60_000 + "</html>")


async def events(request: Request) -> Response:
    async def pour() -> AsyncIterator[bytes]:
        for _ in range(int(request.query_params.get("megabytes", 1))):
            yield b"data: " + MEGABYTE + b"\n\n"
            await asyncio.sleep(0.01)
        await asyncio.sleep(60)

    return StreamingResponse(pour(), media_type="text/event-stream")


async def broken(request: Request) -> Response:
    async def half() -> AsyncIterator[bytes]:
        yield b"half"
        raise RuntimeError("on purpose")

    return StreamingResponse(half())


async def client(request: Request) -> Response:
    assert request.client
    return PlainTextResponse(f"{request.client.host} {request.url.scheme} {request.scope['root_path']}")


async def deaf(socket: WebSocket) -> None:
    """Accepts and never listens."""
    await socket.accept()
    await asyncio.sleep(60)


async def undecided(socket: WebSocket) -> None:
    await asyncio.sleep(60)


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    async for words in socket.iter_text():
        await socket.send_text(words)


async def pouring(socket: WebSocket) -> None:
    await socket.accept()
    for _ in range(3000):
        await socket.send_bytes(MEGABYTE[:MAX_FRAME_OUT])
        await asyncio.sleep(0)


routes = [
    Route("/healthz", healthz),
    Route("/length", length, methods=["POST"]),
    *(Route(f"/{view.__name__}", view) for view in [slow, stuck, huge, page, events, broken, client]),
    *(WebSocketRoute(f"/{socket.__name__}", socket) for socket in [deaf, undecided, echo, pouring]),
]

if __name__ == "__main__":
    # The few settings that the door reads: all of Django would only take time.
    settings.configure(
        LANGUAGE_CODE="it",
        TRUSTED_PROXY="TRUSTED_PROXY" in os.environ,
        UNLOGGED_PARTS_OF_PATHS=UNLOGGED_PARTS_OF_PATHS,
    )
    django.setup()
    logging.basicConfig(level=logging.INFO)
    Server.patience = float(sys.argv[2])
    serve(Starlette(routes=routes), host="127.0.0.1", port=int(sys.argv[1]))
