"""Daphne with limits: no client, slow, greedy or flooding, takes the server's memory, and a stop is polite.

limits.py holds what one connection may cost; here are the server that uses it, its log and its stop.
"""

import asyncio
import logging
import os
import re
import resource
import signal
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

from daphne import http_protocol, server, ws_protocol
from django.conf import settings
from twisted.internet import error, reactor
from twisted.logger import globalLogBeginner

from live.limits import MAX_FRAME_OUT, Message, Request, Socket, access, pieces

HANDSHAKE = 60  # seconds; a storm of reconnecting sockets needs more than Daphne's 5
DRAIN = 8.0  # seconds that running requests have to finish after a stop
END = 8.8  # seconds after which the process ends, whatever still hangs
RECONNECTS_PER_SECOND = 250  # how quickly closed sockets may come back
BACKLOG = 2048  # connections the kernel keeps for us while we are busy
BITE = (
    32 * 1024
)  # bytes the kernel takes ahead of the line; more, and a slow line would look like one that stands still

type Application = Callable[..., Awaitable[None]]
logger = logging.getLogger("filo.door")


def serve(application: Application, *, host: str, port: int) -> None:
    """Serve an ASGI application until SIGTERM or SIGINT, drain for at most 8 s, return.

    Main thread only, once per process. OSError when `host`:`port` cannot be had. Both signals stay harmless afterwards,
    so that the caller can tidy up; the process ends 8.8 s after the first of them at the latest.
    """
    Server(application).run_at(host, port)


class HTTPFactory(http_protocol.HTTPFactory):
    def buildProtocol(self, addr: Any) -> Any:
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        return protocol


class WebSocketFactory(ws_protocol.WebSocketFactory):
    protocol = Socket


class Server(server.Server):
    """Daphne's server with bounded connections, a listening socket of its own and a stop that drains."""

    patience = 30.0  # seconds an answer may lie still before its connection is cut
    unlogged = frozenset({"/healthz", "/cells"})

    def __init__(self, application: Application) -> None:
        super().__init__(
            application,
            endpoints=["see run_at"],
            action_logger=self.log_access,
            websocket_timeout=-1,
            websocket_connect_timeout=HANDSHAKE,
            websocket_handshake_timeout=HANDSHAKE,
            proxy_forwarded_address_header="X-Forwarded-For" if settings.TRUSTED_PROXY else None,
            proxy_forwarded_proto_header="X-Forwarded-Proto" if settings.TRUSTED_PROXY else None,
            server_name="",
        )
        self.connections: dict[Any, dict[str, Any]] = {}
        self.stopping = False

    def run_at(self, host: str, port: int) -> None:
        """Daphne's run() with our factories, and a port that says at once when it is taken."""
        globalLogBeginner.beginLoggingTo([log_failure], redirectStandardIO=False, discardBuffer=True)
        allow_many_files()
        self.ws_factory = self._websockets()
        try:
            self.port = reactor.listenTCP(port, HTTPFactory(self), backlog=BACKLOG, interface=host)
        except error.CannotListenError as refusal:
            raise refusal.socketError from None
        self.port.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, BITE)  # connections inherit it
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        asyncio.set_event_loop(server.twisted_loop)
        for number in (signal.SIGTERM, signal.SIGINT):
            server.twisted_loop.add_signal_handler(number, self.stop_politely)
        reactor.run(installSignalHandlers=False)

    def _websockets(self) -> WebSocketFactory:
        factory = WebSocketFactory(self, server=self.server_name)
        factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            allowNullOrigin=True,  # the application decides about origins
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxMessagePayloadSize=MAX_FRAME_OUT,  # in either direction; Socket is stricter about what comes in
            maxFramePayloadSize=MAX_FRAME_OUT,
        )
        return factory

    async def handle_reply(self, protocol: Any, message: Message) -> None:
        if message["type"] != "http.response.body" or protocol.is_stream:
            await super().handle_reply(protocol, message)
            return
        for piece in pieces(message, headers_only=protocol.method == b"HEAD"):
            await super().handle_reply(protocol, piece)
            await protocol.drained()

    def stop_politely(self) -> None:
        if not self.stopping:  # Ctrl-C reaches parent and children, so the same stop may be asked for twice
            self.stopping = True
            threading.Thread(target=end_at_last, daemon=True).start()
            self.draining = asyncio.ensure_future(self.drain())

    async def drain(self) -> None:
        """Close the door, send sockets and streams away, let requests finish and their last bytes leave, end."""
        deadline = time.monotonic() + DRAIN
        self.port.stopListening()
        sockets = sum(isinstance(protocol, Socket) for protocol in self.connections)
        while (self.at_work() or reactor.getWriters()) and time.monotonic() < deadline:
            self.send_away(retry_within=max(5, sockets // RECONNECTS_PER_SECOND))
            await asyncio.sleep(0.02)
        unfinished = self.tasks()
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished, timeout=0.1)
        reactor.stop()

    def send_away(self, *, retry_within: int) -> None:
        for protocol, details in list(self.connections.items()):
            if "disconnected" in details:
                continue
            if isinstance(protocol, Socket):
                protocol.leave(retry_within)
            elif protocol.is_stream:
                protocol.finish()

    def at_work(self) -> bool:
        """Whether a request, a socket or what an application does after its answer is still unfinished."""
        open_ones = (protocol for protocol, details in self.connections.items() if "disconnected" not in details)
        return bool(self.tasks()) or any(not getattr(protocol, "refused", False) for protocol in open_ones)

    def tasks(self) -> list[asyncio.Task[None]]:
        instances = (details.get("application_instance") for details in self.connections.values())
        return [instance for instance in instances if instance and not instance.done()]

    def log_access(self, protocol: str, action: str, details: dict[str, Any]) -> None:
        """One line per request or socket: no query (it tells where somebody is and what they look for), no address."""
        path = re.sub(settings.UNLOGGED_PARTS_OF_PATHS, "…", details["path"].partition("?")[0])
        if protocol == "http" and path not in self.unlogged:
            facts = details["status"], details["size"], details["time_taken"] * 1000
            access.info("%s %s %d, %d bytes, %.0f ms", details["method"], path, *facts)
        elif action in ("connected", "rejected"):
            access.info("socket %s %s", path, action)


def allow_many_files() -> None:
    """Every socket is an open file; the usual 1,024 would turn neighbours away."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def log_failure(event: dict[str, Any]) -> None:
    """Of all that Twisted says, only what nobody caught; its other lines hold addresses and queries."""
    if failure := event.get("log_failure") or event.get("failure"):
        logger.error("not caught at the door", exc_info=(failure.type, failure.value, failure.getTracebackObject()))


def end_at_last() -> None:
    """A thread that hangs cannot be cancelled, and the interpreter would wait for it before it ends."""
    time.sleep(END)
    os._exit(1)
