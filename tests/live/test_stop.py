"""What a stop does to those who are inside."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from live.door import DRAIN
from tests.live.conftest import StartServer
from tests.live.running import RunningServer

LONGEST = 9  # seconds from the signal to the end of the process


def test_a_stop_is_polite(start_server: StartServer) -> None:
    server = start_server()
    with ThreadPoolExecutor() as pool, connect(f"{server.socket_url}/echo") as line:
        slow = pool.submit(httpx.get, f"{server.url}/slow?seconds=2")
        large = pool.submit(read_slowly, server)
        stream = pool.submit(httpx.get, f"{server.url}/events?megabytes=0", timeout=20)
        time.sleep(0.5)
        server.terminate()
        time.sleep(0.2)
        server.terminate()  # once more, and in another way: it changes nothing
        server.process.send_signal(signal.SIGINT)

        with pytest.raises(ConnectionClosed) as closed:
            line.recv(timeout=1)
        assert closed.value.rcvd and closed.value.rcvd.code == 4001
        assert closed.value.rcvd.reason == "retry_within=5"
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.url}/healthz")
        assert stream.result(timeout=1).is_success
        assert slow.result().text == "done"
        assert slow.result().headers["connection"] == "close"
        assert large.result() == 20 * 1024 * 1024
    assert server.process.wait(timeout=2) == 0
    assert "Traceback" not in server.log()


def read_slowly(server: RunningServer) -> int:
    """How many bytes of a 20 MB answer arrive when it is read for about 3 s."""
    with httpx.stream("GET", f"{server.url}/huge?megabytes=20") as answer:
        return sum(wait_a_little(chunk) for chunk in answer.iter_bytes(1024 * 1024))


def wait_a_little(chunk: bytes) -> int:
    time.sleep(0.15)
    return len(chunk)


def test_a_request_on_an_old_connection_is_the_last_one_there(start_server: StartServer) -> None:
    server = start_server()
    with httpx.Client() as client, ThreadPoolExecutor() as pool:
        client.get(f"{server.url}/slow?seconds=0")
        busy = pool.submit(httpx.get, f"{server.url}/slow?seconds=1")
        time.sleep(0.3)
        server.terminate()
        time.sleep(0.3)
        assert client.get(f"{server.url}/slow?seconds=0").headers["connection"] == "close"
        assert busy.result().text == "done"
    assert server.process.wait(timeout=2) == 0


def test_a_thread_that_hangs_does_not_hold_the_process(start_server: StartServer) -> None:
    server = start_server()
    with ThreadPoolExecutor() as pool:
        stuck = pool.submit(httpx.get, f"{server.url}/stuck", timeout=20)
        time.sleep(0.5)
        server.terminate()
        stopped = time.monotonic()
        server.process.wait(timeout=20)
        assert DRAIN < time.monotonic() - stopped < LONGEST
        with pytest.raises(httpx.TransportError):
            stuck.result()


def test_a_stop_without_visitors_is_immediate(start_server: StartServer) -> None:
    server = start_server()
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=1) == 0


def test_a_port_in_use_is_said_at_once(start_server: StartServer) -> None:
    server = start_server()
    second = server.another_at_the_same_port()
    assert second.returncode != 0
    assert "OSError: [Errno 98] Address already in use" in second.stderr
