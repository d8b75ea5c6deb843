"""Requests that a proxy and this server could divide differently: none is served, and what follows them is not read.

The smuggled request stands where one reading of the first one's length takes it for a body.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.pushing_server import listening

WAIT_SECONDS_MAX = 30.0
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /first HTTP/1.1\r\nHost: x\r\n"
CHUNKED_NOTHING = b"0\r\n\r\n"


def of_lengths(*headers: bytes, body: bytes = CHUNKED_NOTHING) -> bytes:
    """A request with these headers, its body, and the smuggled one after it."""
    return POST + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body + SMUGGLED


LENGTH = b"Content-Length: %d" % (len(CHUNKED_NOTHING) + len(SMUGGLED))
AMBIGUOUS: dict[str, bytes] = {
    "a length and chunks": of_lengths(LENGTH, b"Transfer-Encoding: chunked"),
    "chunks and a length": of_lengths(b"Transfer-Encoding: chunked", LENGTH),
    "two lengths": of_lengths(b"Content-Length: 5", LENGTH),
    "a list of lengths": of_lengths(b"Content-Length: 5, %d" % len(SMUGGLED)),
    "a length with a sign": of_lengths(b"Content-Length: +5"),
    "a negative length": of_lengths(b"Content-Length: -5"),
    "a hexadecimal length": of_lengths(b"Content-Length: 0x5"),
    "a length with a space in it": of_lengths(b"Content-Length: 5 5"),
    "a length past all bounds": of_lengths(b"Content-Length: 99999999999999999999999"),
    "an encoding nobody knows": of_lengths(b"Transfer-Encoding: xchunked"),
    "chunks that are not last": of_lengths(b"Transfer-Encoding: chunked, identity"),
    "an encoding with a space before its colon": of_lengths(b"Transfer-Encoding : chunked"),
    "a length with a space before its colon": of_lengths(b"Content-Length : 5"),
    "a folded encoding": of_lengths(b"Transfer-Encoding:\r\n chunked", LENGTH),
    "a folded header": of_lengths(b"X-Long: a\r\n b", b"Content-Length: 5"),
    "a header that is cut by a bare carriage return": of_lengths(b"X: a\rContent-Length: 0", LENGTH),
    "a header that is cut by a bare line feed": of_lengths(b"X: a\nTransfer-Encoding: chunked", LENGTH),
    "a header with a zero in it": of_lengths(b"Content-Length: 5\0"),
    "a header name with a zero in it": of_lengths(b"Content-Length\0: 5"),
    "a line that is no header": of_lengths(b"Transfer-Encoding chunked", LENGTH),
    "a chunk of a negative size": of_lengths(b"Transfer-Encoding: chunked", body=b"-5\r\nabcde\r\n0\r\n\r\n"),
    "a chunk of a size with a prefix": of_lengths(b"Transfer-Encoding: chunked", body=b"0x5\r\nabcde\r\n0\r\n\r\n"),
    "a chunk of a size past all bounds": of_lengths(
        b"Transfer-Encoding: chunked", body=b"fffffffffffffffff\r\nabcde\r\n0\r\n\r\n"
    ),
    "a chunk that is longer than it says": of_lengths(b"Transfer-Encoding: chunked", body=b"1\r\nabcde\r\n0\r\n\r\n"),
    "a request line with a space too many": b"GET /first /second HTTP/1.1\r\nHost: x\r\n\r\n" + SMUGGLED,
    "another version": b"GET /first HTTP/3.7\r\nHost: x\r\n\r\n" + SMUGGLED,
    "an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" + SMUGGLED,
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SMUGGLED,
}
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def sent(raw: bytes) -> tuple[list[str], bytes]:
    """The paths of requests that were served whole, and everything that came back until the server hung up."""
    served: list[str] = []

    async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            if event["type"] == "http.disconnect":
                return
            if not event.get("more_body"):
                break
        served.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async with listening(application) as (host, port), asyncio.timeout(WAIT_SECONDS_MAX):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(raw)
        answer = await reader.read()
        writer.close()
        return served, answer


@pytest.mark.parametrize("what", AMBIGUOUS)
async def test_what_can_be_divided_in_two_ways_is_refused_with_all_that_follows(what: str) -> None:
    served, answer = await sent(AMBIGUOUS[what])
    assert served == [], answer
    assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"x-request-id") == 1
    assert b"connection: close" in answer


async def test_what_can_be_divided_in_one_way_is_served() -> None:
    good = of_lengths(b"Content-Length: 5") + of_lengths(b"Transfer-Encoding: chunked", body=b"5\r\nabcde\r\n0\r\n\r\n")
    served, _ = await sent(good + b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert served == ["/first", "/smuggled", "/first", "/smuggled", "/last"]
