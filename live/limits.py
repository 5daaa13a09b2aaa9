"""What one connection may cost: Daphne's request and socket, with bounds in both directions.

Stock Daphne reads whatever is sent and keeps whatever is not fetched. Here are subclasses of its parts, no fork;
docs/decisions/0001-daphne-with-limits.md says why and what was measured.
"""

import asyncio
import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from daphne.http_protocol import WebRequest
from daphne.ws_protocol import WebSocketProtocol
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from live.language import language_of

MAX_BODY = 12 * 1024 * 1024  # bytes of one request
MAX_WAITING_FRAMES = 64  # received from one socket and not yet taken by its consumer
MAX_FRAME_IN = 16 * 1024  # bytes of one message from a socket
MAX_FRAME_OUT = 64 * 1024  # bytes of one message to a socket; a larger one raises where it is sent
MAX_BEFORE_ACCEPT = 64 * 1024  # bytes that a socket may send before it is accepted, headers included
MAX_UNSENT = 512 * 1024  # bytes waiting for one socket or event stream
PIECE = 64 * 1024  # bytes of an answer given to the network at a time
LINGER = 2.0  # seconds a refused upload is still read and thrown away, so that its sender gets to see the answer
RESTARTING = 4001  # close code: this server stops, come back

type Message = dict[str, Any]
access = logging.getLogger("filo.access")


class Request(WebRequest):
    """An HTTP request whose body is bounded and whose answer goes out no faster than the client reads."""

    refused = False

    def __init__(self, channel: Any, queued: Any) -> None:
        # Twisted would parse forms for itself, a second time and all in memory.
        super().__init__(channel, queued, parsePOSTFormSubmission=False)
        self.flowing = asyncio.Event()
        self.flowing.set()

    def gotLength(self, length: int | None) -> None:
        super().gotLength(length)
        if length and length > MAX_BODY:
            self.refuse()

    def handleContentChunk(self, data: bytes) -> None:
        if not self.refused and self.content.tell() + len(data) > MAX_BODY:
            self.refuse()
        if not self.refused:
            super().handleContentChunk(data)

    def requestReceived(self, *line: bytes) -> None:
        if not self.refused:
            super().requestReceived(*line)

    def refuse(self) -> None:
        """Answer 413 while the body still arrives, keep nothing of it, hang up."""
        self.refused = True
        self.content.close()
        self.requestHeaders.removeHeader(b"expect")  # or Twisted would still ask for the body
        self.transport.write(self._too_large())
        # Closing at once would reset the connection, and with it the answer.
        self.transport.loseWriteConnection()
        self.transport.reactor.callLater(LINGER, self.transport.abortConnection)
        access.info("413, a body of more than %d bytes", MAX_BODY)

    def _too_large(self) -> bytes:
        with translation.override(language_of(self.getHeader("accept-language") or "")):
            words = gettext(
                "È troppo grande: qui passano al massimo 12 MB. Torna indietro e prova con una foto più piccola."
            )
        body = words.encode()
        return (
            b"HTTP/1.1 413 Content Too Large\r\nContent-Type: text/plain; charset=utf-8\r\n"
            b"Cache-Control: no-store\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )

    def process(self) -> Any:
        self.requestHeaders.removeHeader(b"daphne-root-path")  # anybody could move our links with it
        forwarded = self.requestHeaders.getRawHeaders(b"x-forwarded-for")
        if forwarded and settings.TRUSTED_PROXY:
            # Only the last address was written by our own proxy; the others came with the request.
            self.requestHeaders.setRawHeaders(b"x-forwarded-for", [forwarded[-1].rpartition(b",")[2].strip()])
        return super().process()

    @property
    def is_stream(self) -> bool:
        """Whether this answers with server-sent events, which are never held back: who is too slow is cut."""
        kind: bytes = self.responseHeaders.getRawHeaders(b"content-type", [b""])[0]
        return kind.startswith(b"text/event-stream")

    def handle_reply(self, message: Message) -> None:
        if self.finished or self.channel is None:
            return
        super().handle_reply(message)
        if message["type"] == "http.response.start":
            self.registerProducer(self, True)
            if self.server.stopping:
                self.channel.persistent = False
                self.responseHeaders.setRawHeaders(b"connection", [b"close"])
        elif self.is_stream and unsent(self.transport) > MAX_UNSENT:
            self.transport.abortConnection()

    def pauseProducing(self) -> None:
        self.flowing.clear()

    def resumeProducing(self) -> None:
        self.flowing.set()

    stopProducing = resumeProducing

    def finish(self) -> None:
        if self.producer:
            self.unregisterProducer()
        self.flowing.set()
        super().finish()

    async def drained(self) -> None:
        """Wait until the client has taken what was written; cut it off when nothing moves for too long."""
        await asyncio.sleep(0)  # even after a disconnect: an application that sends for ever must not hold the loop
        left, deadline = unsent(self.transport), time.monotonic() + self.server.patience
        while not self.flowing.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(self.server.patience / 10):
                    await self.flowing.wait()
            if (now_left := unsent(self.transport)) < left:
                left, deadline = now_left, time.monotonic() + self.server.patience
            elif time.monotonic() > deadline:
                self.transport.abortConnection()
                return

    def handle_exception(self, exception: BaseException) -> None:
        if self._response_started:
            self.transport.abortConnection()  # half an answer must not look like a whole one
        else:
            super().handle_exception(exception)

    def __repr__(self) -> str:
        return "<Request>"  # Daphne logs it; the query stays out of logs


class Socket(WebSocketProtocol):
    """A WebSocket that keeps a bounded number of bytes in either direction and is dropped beyond."""

    def dataReceived(self, data: bytes) -> None:
        if self.state == self.STATE_CONNECTING and len(self.data) + len(data) > MAX_BEFORE_ACCEPT:
            self.dropConnection(abort=True)
        else:
            super().dataReceived(data)

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if len(payload) > MAX_FRAME_IN or self.application_queue.qsize() >= MAX_WAITING_FRAMES:
            self.dropConnection(abort=True)
        else:
            super().onMessage(payload, isBinary)

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        # All that leaves passes here, pongs included: a flood of pings must not pile up answers.
        super().sendData(data, sync, chopsize)
        if unsent(self.transport) > MAX_UNSENT:
            self.dropConnection(abort=True)

    def serverSend(self, content: str | bytes, binary: bool = False) -> None:
        if self.state in (self.STATE_CONNECTING, self.STATE_OPEN):  # a closing socket takes no more words
            super().serverSend(content, binary)

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:
        if hasattr(self, "server") and self in self.server.connections:  # else it never got as far as an application
            super().onClose(wasClean, code, reason)

    def leave(self, retry_within: int) -> None:
        """Say that this server stops; the page comes back at a random moment within `retry_within` seconds."""
        if self.state == self.STATE_OPEN:
            self.sendClose(RESTARTING, f"retry_within={retry_within}")
        elif self.state == self.STATE_CONNECTING:
            self.dropConnection(abort=True)

    def __repr__(self) -> str:
        return "<Socket>"  # Daphne logs it; the client's address stays out of logs


def pieces(message: Message, *, headers_only: bool) -> Iterator[Message]:
    """The same http.response.body message in parts of PIECE bytes; one empty part when only headers are wanted."""
    body = b"" if headers_only else message.get("body", b"")
    starts = range(0, len(body), PIECE) or [0]
    for start in starts:
        more = message.get("more_body", False) or start != starts[-1]
        yield {"type": "http.response.body", "body": body[start : start + PIECE], "more_body": more}


def unsent(transport: Any) -> int:
    """Bytes that the application gave to a connection and the kernel has not taken yet."""
    waiting: int = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
    return waiting
