"""Where Filò listens: is the port free, and can anybody but this machine reach it?"""

import errno
import ipaddress
import socket

from project.bilingual import CannotStart

HIGHEST_PORT = 65535


def check_port(host: str, port: int) -> None:
    """Raise CannotStart where `host`:`port` cannot be listened on."""
    try:
        if not 0 < port <= HIGHEST_PORT:
            raise OverflowError(f"1–{HIGHEST_PORT}")
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as reason:
        raise refusal(host, port, reason) from None


def refusal(host: str, port: int, reason: Exception) -> CannotStart:
    """Why `host`:`port` cannot be had, in words that say what to do."""
    match getattr(reason, "errno", None):
        case errno.EADDRINUSE:
            return CannotStart(
                f"La porta {port} è già occupata: ferma l'altro programma o scegline una diversa con --port.",
                f"Port {port} is taken: stop the other program or choose another port with --port.",
            )
        case errno.EACCES:
            return CannotStart(
                f"La porta {port} è riservata: scegline una sopra 1023 con --port.",
                f"Port {port} is reserved: choose one above 1023 with --port.",
            )
    return CannotStart(
        f"Non posso ascoltare su {host}:{port} ({reason}).", f"I cannot listen on {host}:{port} ({reason})."
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
