"""A length of wire between a browser and the house, on which the bytes are counted."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager


class Wire:
    """Passes everything on, both ways; `came` counts the bytes that came to the browser, headers included."""

    def __init__(self, port: int) -> None:
        self.house, self.came = port, 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://localhost:{self.door.getsockname()[1]}"

    def listen(self) -> None:
        while True:
            try:
                browser, _ = self.door.accept()
            except OSError:  # closed: the test is over
                return
            house = socket.create_connection(("127.0.0.1", self.house))
            threading.Thread(target=self._pass, args=(browser, house), daemon=True).start()
            threading.Thread(target=self._pass, args=(house, browser, True), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, counted: bool = False) -> None:
        with closing(one), closing(other):
            while piece := self._read(one):
                self.came += len(piece) * counted
                try:
                    other.sendall(piece)
                except OSError:
                    return

    @staticmethod
    def _read(one: socket.socket) -> bytes:
        try:
            return one.recv(65536)
        except OSError:
            return b""


@contextmanager
def wire_to(port: int) -> Iterator[Wire]:
    """A wire to the house at this port, until the end of the block."""
    wire = Wire(port)
    threading.Thread(target=wire.listen, daemon=True).start()
    with closing(wire.door):
        yield wire
