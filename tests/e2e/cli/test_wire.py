"""What comes before a request is known to be one: heads without end, slow heads, and bytes that are no HTTP."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from uvicorn.server import ServerState

from frontrow.http import wire
from frontrow.http.wire import HEAD_BYTES_MAX, HEADERS_MAX, BoundedHttp
from tests.support.eventually import eventually
from tests.support.pushing_server import listening
from tests.support.server import RunningServer

CLOSE = b"Host: x\r\nConnection: close\r\n"
CHUNK = b"a" * 65_536
WAIT_SECONDS_MAX = 20.0


def answered(server: RunningServer, parts: Iterator[bytes]) -> tuple[int, dict[str, str], bytes]:
    """The status, headers and body that come back, however much of `parts` the server takes."""
    url = httpx.URL(server.url)
    with socket.create_connection((url.host, url.port or 80), timeout=WAIT_SECONDS_MAX) as connection:
        received = b""
        try:
            for part in parts:
                connection.sendall(part)
        except OSError:
            pass  # it has hung up; what it said before is still to be read
        try:
            while data := connection.recv(65_536):
                received += data
        except OSError:
            pass
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    return int(lines[0].split()[1]) if lines[0] else 0, headers, body


def test_a_head_of_64_kib_is_read(installation: RunningServer) -> None:
    padding = b"X-Long: " + b"a" * (HEAD_BYTES_MAX - 200) + b"\r\n\r\n"
    status, _, body = answered(installation, iter((b"GET /health/live HTTP/1.1\r\n" + CLOSE, padding)))
    assert (status, json.loads(body)) == (200, {"status": "alive"})


def test_so_many_headers_are_read_and_one_more_is_refused(installation: RunningServer) -> None:
    head = b"GET /health/live HTTP/1.1\r\n" + CLOSE + b"X: 1\r\n" * (HEADERS_MAX - CLOSE.count(b"\r\n"))
    status, _, _ = answered(installation, iter((head + b"\r\n",)))
    assert status == 200
    status, headers, body = answered(installation, iter((head + b"X: 1\r\n\r\n",)))
    problem = json.loads(body)
    assert (status, problem["code"], headers["connection"]) == (431, "head_too_large", "close")
    assert str(HEADERS_MAX) in problem["detail"]


def test_headers_after_a_body_are_counted_with_those_before_it(installation: RunningServer) -> None:
    head = b"POST /api/v1/bookings HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + CLOSE + b"\r\n"
    status, _, _ = answered(installation, iter((head + b"0\r\n" + b"X: 1\r\n" * HEADERS_MAX + b"\r\n",)))
    assert status == 431


@pytest.mark.parametrize(
    "endless",
    [
        (b"GET /health/live HTTP/1.1\r\n" + CLOSE + b"X-Long: ", *(CHUNK,) * 16),
        (b"GET /health/live HTTP/1.1\r\n" + CLOSE, *(b"X-Short: 1\r\n" * 5_000,) * 16),
        (b"GET /" + CHUNK, *(CHUNK,) * 16),
    ],
    ids=["one header", "many headers", "a path"],
)
def test_a_head_without_end_is_refused_before_it_ends(installation: RunningServer, endless: tuple[bytes, ...]) -> None:
    status, headers, body = answered(installation, iter(endless))
    if status == 0:
        return  # the connection was reset under what was still being sent, which took the answer with it
    problem = json.loads(body)
    assert (status, problem["code"], headers["connection"]) == (431, "head_too_large", "close")
    assert headers["x-request-id"] == problem["requestId"]


def test_trailers_without_end_are_refused_like_a_head(installation: RunningServer) -> None:
    token = installation.token("ann")
    head = (
        f"POST /api/v1/bookings HTTP/1.1\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
    ).encode() + CLOSE
    started = time.monotonic()
    status, _, _ = answered(installation, iter((head + b"\r\n2\r\n{}\r\n0\r\nX-Long: ", *(CHUNK,) * 64)))
    assert status in (0, 431)
    assert time.monotonic() - started < WAIT_SECONDS_MAX
    assert httpx.get(f"{installation.url}/health/live", timeout=60).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"BREW /coffee HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nIdempotency-Key: a\x00b\r\n\r\n",
    ],
)
def test_what_is_no_http_is_answered_with_a_problem_and_a_request_id(installation: RunningServer, sent: bytes) -> None:
    status, headers, body = answered(installation, iter((sent,)))
    problem = json.loads(body)
    assert (status, problem["status"], problem["code"]) == (400, 400, "malformed")
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-request-id"] == problem["requestId"]


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nX-Slow: "])
async def test_a_head_that_does_not_come_in_its_time_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(wire, "HEAD_SECONDS_MAX", 0.05)
    async with listening(_never_called) as (host, port), asyncio.timeout(WAIT_SECONDS_MAX):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(begun)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


async def test_pipelined_requests_of_a_connection_that_is_gone_are_ended_without_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun, gone = asyncio.Event(), asyncio.Event()
    calls = 0

    async def slow(_scope: object, receive: Any, send: Any) -> None:
        nonlocal calls
        calls += 1
        await receive()  # the body, which is empty
        begun.set()
        await gone.wait()
        assert (await receive())["type"] == "http.disconnect"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})

    config = uvicorn.Config(slow, lifespan="off", http=BoundedHttp, ws="none", log_config=None)
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(
        lambda: BoundedHttp(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    async with server, asyncio.timeout(WAIT_SECONDS_MAX):
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 3)
        await begun.wait()
        writer.transport.abort()
        await eventually(lambda: not state.connections, "the server has noticed")
        gone.set()
        await eventually(lambda: not state.tasks, "the request has ended")
    assert (calls, caplog.messages) == (1, [])


async def _never_called(_scope: object, _receive: object, _send: object) -> None:
    raise AssertionError("no request was made")
