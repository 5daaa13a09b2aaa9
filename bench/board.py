"""How fast the board is, at 1,000, 100,000 and 1,000,000 posts, beside a bare Django view with the same template.

    .venv/bin/python -m bench.board [--posts 1000 100000 1000000] [--requests 300] [--rounds 5]

The bare view is the floor: the same template with the same twenty cards, already in memory, through the same server and
the same middleware. Each round asks both in turn, so that a machine whose speed drifts drifts for both; the figures are
the medians of the rounds. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HOUSE = Path(__file__).resolve().parent.parent
PORT = 8790
CITY = "bench"


class Speed(NamedTuple):
    """Of one address in one round: requests a second, and milliseconds at the median and the 99th percentile."""

    rps: float
    p50: float
    p99: float


def main() -> None:
    asked = _arguments()
    os.environ.setdefault("FILO_DATA", str(HOUSE / ".filo-bench"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django

    from project import database

    database.ensure_running()
    try:
        django.setup()
        results = {str(posts): _measure(posts, asked) for posts in asked.posts}
    finally:
        database.stop()
    _print(results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--requests", type=int, default=300, help="a round and address")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _measure(posts: int, asked: argparse.Namespace) -> dict[str, dict[str, float]]:
    from bench.filling import fill

    near = fill(CITY, posts)
    pages = {
        "newest": f"/it/{CITY}/",
        "nearest": f"/it/{CITY}/?near={near}",
        "bare": f"/bench/bare/{CITY}/?near={near}",
    }
    rounds: dict[str, list[Speed]] = {name: [] for name in pages}
    with _server():
        for address in pages.values():
            _ask(address, 30)  # caches and plans are warm, as on any running board
        for _ in range(asked.rounds):
            for name, address in pages.items():
                rounds[name].append(_ask(address, asked.requests))
    return {name: _median(speeds) for name, speeds in rounds.items()}


def _median(speeds: list[Speed]) -> dict[str, float]:
    return {figure: round(statistics.median(getattr(s, figure) for s in speeds), 2) for figure in Speed._fields}


@contextmanager
def _server() -> Iterator[None]:
    """The door in a process of its own, as in real life."""
    code = (
        f"from live import door; from asgi import application; door.serve(application, host='127.0.0.1', port={PORT})"
    )
    server = subprocess.Popen([sys.executable, "-c", code], cwd=HOUSE, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                _get(http.client.HTTPConnection("127.0.0.1", PORT, timeout=5), "/healthz")
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(15)


def _ask(address: str, times: int) -> Speed:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        _get(connection, address)
        taken.append((time.perf_counter() - start) * 1000)
    taken.sort()
    return Speed(times / sum(taken) * 1000, statistics.median(taken), taken[int(times * 0.99)])


def _get(connection: http.client.HTTPConnection, address: str) -> None:
    connection.request("GET", address)
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise SystemExit(f"{address} answered {response.status}")


def _print(results: dict[str, dict[str, dict[str, float]]]) -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; one client, one process")
    print(f"{'posts':>10} {'page':>8} {'req/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'of bare':>8}")
    for posts, pages in results.items():
        for name, speed in pages.items():
            share = speed["rps"] / pages["bare"]["rps"]
            print(f"{posts:>10} {name:>8} {speed['rps']:>8} {speed['p50']:>8} {speed['p99']:>8} {share:>8.2f}")
    fewest, most = min(results, key=int), max(results, key=int)
    print(
        json.dumps(
            {
                "posts": results,
                "p50_most_to_fewest": {
                    page: round(results[most][page]["p50"] / results[fewest][page]["p50"], 2)
                    for page in ("newest", "nearest")
                },
                "of_bare": {
                    page: round(results[most][page]["rps"] / results[most]["bare"]["rps"], 2)
                    for page in ("newest", "nearest")
                },
            }
        )
    )


if __name__ == "__main__":
    main()
