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
from tests.live.test_door import read_all

LONGEST = 10  # seconds from the signal to the end of the process, as promised


def test_a_stop_is_polite(start_server: StartServer) -> None:
    server = start_server()
    with ThreadPoolExecutor() as pool, connect(f"{server.socket_url}/echo") as line:
        slow = pool.submit(httpx.get, f"{server.url}/slow?seconds=3")
        stream = pool.submit(httpx.get, f"{server.url}/events?megabytes=0", timeout=20)
        time.sleep(0.5)
        server.terminate()
        time.sleep(0.2)
        server.terminate()  # once more, and in another way: it changes nothing
        server.process.send_signal(signal.SIGINT)

        with pytest.raises(ConnectionClosed) as closed:
            line.recv(timeout=2)
        assert closed.value.rcvd and closed.value.rcvd.code == 4001
        assert closed.value.rcvd.reason == "retry_within=5"
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.url}/healthz")
        assert stream.result(timeout=2).is_success
        assert slow.result().text == "done"
        assert slow.result().headers["connection"] == "close"
    assert server.process.wait(timeout=DRAIN / 2) == 0
    assert "Traceback" not in server.log()


def test_the_last_bytes_of_an_answer_still_leave(start_server: StartServer) -> None:
    server = start_server()
    with server.connect(receive_buffer=4096) as line:
        line.sendall(b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)  # the application has long finished, its page waits for a slow reader
        server.terminate()
        time.sleep(0.5)
        assert read_all(line).endswith(b"</html>")
    assert server.process.wait(timeout=DRAIN / 2) == 0


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
    assert server.process.wait(timeout=DRAIN / 2) == 0


def test_a_thread_that_hangs_does_not_hold_the_process(start_server: StartServer) -> None:
    server = start_server()
    with ThreadPoolExecutor() as pool:
        stuck = pool.submit(httpx.get, f"{server.url}/stuck", timeout=20)
        time.sleep(0.5)
        server.terminate()
        stopped = time.monotonic()
        server.process.wait(timeout=20)
        assert time.monotonic() - stopped < LONGEST
        with pytest.raises(httpx.TransportError):
            stuck.result()


def test_a_port_in_use_is_said_at_once_and_a_stop_without_visitors_is_quick(start_server: StartServer) -> None:
    server = start_server()
    second = server.another_at_the_same_port()
    assert second.returncode != 0
    assert "OSError: [Errno 98] Address already in use" in second.stderr
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=DRAIN / 2) == 0
