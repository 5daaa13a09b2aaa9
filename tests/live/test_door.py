"""What one client may cost the server. The server is a process; its memory is read from outside."""

import base64
import os
import socket
import time
from contextlib import suppress

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from live.limits import LINGER, MAX_BODY, MAX_FRAME_IN, MAX_FRAME_OUT
from tests.live.conftest import StartServer
from tests.live.running import RunningServer

MEGABYTES = 1024 * 1024
BOUND = 50  # megabytes that one client may cost at most
TOO_LARGE = b"HTTP/1.1 413 "


def read_all(line: socket.socket) -> bytes:
    """What arrives until the other side hangs up, in whatever way."""
    received = b""
    with suppress(ConnectionResetError):
        while data := line.recv(MEGABYTES):
            received += data
    return received


def shake_hands(line: socket.socket, path: str, key: str = "") -> None:
    key = key or base64.b64encode(os.urandom(16)).decode()
    line.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )


def flood(line: socket.socket, data: bytes, seconds: float = 10) -> int:
    """Send `data` again and again without reading; how many bytes went out before the server hung up."""
    sent, deadline = 0, time.monotonic() + seconds
    line.settimeout(2)
    try:
        while time.monotonic() < deadline:
            with suppress(TimeoutError):
                line.sendall(data)
            sent += len(data)
    except ConnectionError:
        return sent
    pytest.fail("the server still holds the line")


def masked_frame(first_byte: int, payload: bytes) -> bytes:
    """A frame as a browser sends it, with the mask that changes nothing."""
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2)
    return bytes([first_byte]) + length + b"\0\0\0\0" + payload


# Bodies


@pytest.mark.parametrize("extra", ["", "Expect: 100-continue\r\n"])
def test_an_announced_body_of_200_mb_is_refused_at_once(server: RunningServer, extra: str) -> None:
    with server.connect() as line:
        asked = time.monotonic()
        line.sendall(f"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: {200 * MEGABYTES}\r\n{extra}\r\n".encode())
        answer = read_all(line)
    assert time.monotonic() - asked < 1
    assert answer.startswith(TOO_LARGE) and answer.count(b"HTTP/1.1") == 1
    assert "È troppo grande" in answer.decode()


def test_who_sends_the_whole_of_200_mb_reads_the_refusal_too(server: RunningServer) -> None:
    with httpx.Client() as client:
        answer = client.post(f"{server.url}/length", content=b"x" * 200 * MEGABYTES)
    assert answer.status_code == 413
    assert server.grown() < BOUND
    assert server.kept_files() == []


def test_a_chunked_body_is_cut_while_it_arrives(server: RunningServer) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with server.connect() as line:
        line.sendall(b"POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(MAX_BODY // 0x10000 + 1):
            line.sendall(chunk)
        assert line.recv(100).startswith(TOO_LARGE)
        flood(line, chunk)
    assert server.grown() < BOUND
    assert server.kept_files() == []


def test_the_largest_body_arrives_whole_and_one_byte_more_does_not(server: RunningServer) -> None:
    for size, expected in [(MAX_BODY, 200), (MAX_BODY + 1, 413)]:
        for chunked in [False, True]:
            answer = httpx.post(f"{server.url}/length", content=iter([b"x" * size]) if chunked else b"x" * size)
            assert answer.status_code == expected
            assert expected == 413 or answer.text == str(size)


def test_a_refused_sender_is_heard_out_for_a_moment_so_that_the_answer_arrives(server: RunningServer) -> None:
    with server.connect() as line:
        line.sendall(b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n")
        assert read_all(line).startswith(TOO_LARGE)
        for _ in range(3):
            line.sendall(b"x" * 1000)
            time.sleep(0.1)
        assert flood(line, b"x" * 1000, seconds=LINGER + 1)


# Answers


def test_a_reader_that_never_reads_costs_little_and_is_cut(server: RunningServer) -> None:
    with server.connect() as line:
        line.sendall(b"GET /huge HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.5)
        assert server.grown() < BOUND
        time.sleep(2.2)  # longer than the server's patience
        assert len(read_all(line)) < 50 * MEGABYTES
    assert server.grown() < BOUND


def test_a_slow_but_steady_reader_is_not_cut(server: RunningServer) -> None:
    with server.connect(receive_buffer=16 * 1024) as line:
        line.sendall(b"GET /huge HTTP/1.1\r\nHost: x\r\n\r\n")
        started = time.monotonic()
        while time.monotonic() - started < 6:  # three times the server's patience
            received = line.recv(4096)
            assert received
            time.sleep(len(received) / 25_000)  # so many bytes a second: what waits at the door takes longer than 2 s


def test_an_event_stream_that_nobody_reads_is_cut(server: RunningServer) -> None:
    with server.connect(receive_buffer=64 * 1024) as line:
        line.sendall(b"GET /events?megabytes=100 HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(2)
        assert server.grown() < BOUND
        assert len(read_all(line)) < 50 * MEGABYTES


def test_half_an_answer_does_not_look_like_a_whole_one(server: RunningServer) -> None:
    for _ in range(2):  # the second time shows that the first did not hurt the server
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{server.url}/broken")
    assert server.log().count("RuntimeError: on purpose") == 2


def test_head_has_no_body(server: RunningServer) -> None:
    with server.connect() as line:
        line.sendall(b"HEAD /huge HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert read_all(line).endswith(b"\r\n\r\n")


# Sockets


def test_a_socket_that_floods_a_busy_consumer_is_dropped(server: RunningServer) -> None:
    with server.connect() as line:
        shake_hands(line, "/deaf")
        assert b"101" in line.recv(1000)
        assert flood(line, masked_frame(0x81, b"x" * 10_000)) < 50 * MEGABYTES
    assert server.grown() < BOUND


def test_a_socket_that_floods_with_pings_and_reads_no_pong_is_dropped(server: RunningServer) -> None:
    with server.connect(receive_buffer=4096) as line:
        shake_hands(line, "/deaf")
        assert b"101" in line.recv(1000)
        flood(line, masked_frame(0x89, b"x" * 100) * 1000)
    assert server.grown() < BOUND


def test_a_socket_that_never_reads_is_dropped(server: RunningServer) -> None:
    with server.connect() as line:
        shake_hands(line, "/pouring")
        received = 0
        while received < MAX_FRAME_OUT:
            received += len(line.recv(MAX_FRAME_OUT))
        time.sleep(1)
        assert server.grown() < BOUND
        assert len(read_all(line)) < 50 * MEGABYTES


def test_a_socket_that_sends_before_it_is_accepted_is_dropped(server: RunningServer) -> None:
    with server.connect() as line:
        shake_hands(line, "/undecided")
        time.sleep(0.3)
        assert flood(line, b"x" * 10_000) < 50 * MEGABYTES
    assert server.grown() < BOUND


def test_messages_are_small(server: RunningServer) -> None:
    with connect(f"{server.socket_url}/echo") as line:
        line.send("x" * MAX_FRAME_IN)
        assert len(line.recv()) == MAX_FRAME_IN
        with pytest.raises(ConnectionClosed):
            line.send("x" * (MAX_FRAME_IN + 1))
            line.recv()


def test_a_broken_handshake_is_answered(server: RunningServer) -> None:
    with server.connect() as line:
        shake_hands(line, "/echo", key="no key")
        assert read_all(line).startswith(b"HTTP/1.1 400")
    time.sleep(0.2)
    assert "AttributeError" not in server.log()


# What the door says about its visitors


def test_the_log_has_a_line_for_each_request_without_query_or_address(start_server: StartServer) -> None:
    server = start_server()
    httpx.get(f"{server.url}/slow?seconds=0&near=881ea5&q=badante")
    httpx.get(f"{server.url}/nowhere?q=badante", headers={"User-Agent": "secret agent"})
    httpx.get(f"{server.url}/entra/link/whoever-reads-this-comes-in/")
    with connect(f"{server.socket_url}/echo?q=badante"):
        pass
    lines = [line.partition("filo.access:")[2].partition(",")[0] for line in server.log().splitlines()]
    assert lines == ["GET /slow 200", "GET /nowhere 404", "GET /entra/link/…/ 404", "socket /echo connected"]
    for secret in ["badante", "881ea5", "127.0.0.1", "agent", "whoever"]:
        assert secret not in server.log()


def test_only_a_trusted_proxy_is_believed(server: RunningServer, start_server: StartServer) -> None:
    claims = {"X-Forwarded-For": "6.6.6.6, 9.9.9.9", "X-Forwarded-Proto": "https", "Daphne-Root-Path": "/evil"}
    trusting = start_server(TRUSTED_PROXY="1")
    for door, expected in [(server, "127.0.0.1 http "), (trusting, "9.9.9.9 https ")]:
        assert httpx.get(f"{door.url}/client", headers=claims).text == expected
