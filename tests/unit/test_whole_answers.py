"""Whole answers say what uvicorn's own cycle would have said, in one write where there is one body."""

from collections.abc import Sequence
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from frontrow.http.whole_answers import BODY_BYTES_MAX
from frontrow.http.wire import BoundedHttp

Messages = Sequence[dict[str, Any]]
TEXT = (b"content-type", b"text/plain")


class Transport:
    """Keeps what is written to it."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        if data:
            self.writes.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, _name: str, default: object = None) -> object:
        return default

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def written(protocol: type[HttpToolsProtocol], messages: Messages, method: bytes, version: bytes) -> Transport:
    """What a request is answered with by an application that sends these messages."""

    async def app(_scope: object, _receive: object, send: Any) -> None:
        for message in messages:
            await send(message)

    config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None, access_log=False)
    config.load()
    transport, state = Transport(), ServerState()
    connection = protocol(config, state, {})
    connection.connection_made(transport)  # type: ignore[arg-type]
    connection.data_received(method + b" / HTTP/" + version + b"\r\nHost: x\r\n\r\n")
    for task in list(state.tasks):
        await task
    connection.connection_lost(None)
    return transport


def started(status: int, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(content: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": content, "more_body": more}


def length(size: int) -> tuple[bytes, bytes]:
    return b"content-length", str(size).encode()


WHOLE: dict[str, Messages] = {
    "a small body": [started(201, TEXT, length(5)), body(b"hello")],
    "two cookies": [started(200, (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), length(1)), body(b"x")],
    "an empty body": [started(200, length(0)), body(b"")],
    "nothing new": [started(304, (b"etag", b'"1"')), body(b"")],
    "the largest": [started(200, length(BODY_BYTES_MAX)), body(b"a" * BODY_BYTES_MAX)],
}
OTHERS: dict[str, Messages] = {
    "larger": [started(200, length(BODY_BYTES_MAX + 1)), body(b"a" * (BODY_BYTES_MAX + 1))],
    "in parts": [started(200, length(4)), body(b"ab", more=True), body(b"cd")],
    "without a length": [started(200, TEXT), body(b"ab", more=True), body(b"cd")],
    "closing": [started(200, (b"connection", b"close"), length(1)), body(b"x")],
    "a length that is wrong": [started(200, length(3)), body(b"x")],
    "a header with a line in it": [started(200, (b"location", b"/a\r\nset-cookie: a=1"), length(1)), body(b"x")],
    "nothing": [],
}


@pytest.mark.parametrize("messages", [pytest.param(it, id=name) for name, it in (WHOLE | OTHERS).items()])
@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"POST"])
@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
async def test_an_answer_is_what_the_server_itself_would_have_sent(
    messages: Messages, method: bytes, version: bytes
) -> None:
    ours, theirs = [await written(kind, messages, method, version) for kind in (BoundedHttp, HttpToolsProtocol)]
    assert b"".join(ours.writes) == b"".join(theirs.writes)
    assert ours.closed == theirs.closed


@pytest.mark.parametrize("messages", [pytest.param(it, id=name) for name, it in WHOLE.items()])
async def test_head_and_body_are_one_write(messages: Messages) -> None:
    assert len((await written(BoundedHttp, messages, b"GET", b"1.1")).writes) == 1


async def test_the_head_of_a_stream_does_not_wait_for_it() -> None:
    assert len((await written(BoundedHttp, [started(200, TEXT), body(b"", more=True)], b"GET", b"1.1")).writes) == 1


async def test_an_application_that_ends_without_a_body_has_said_nothing_yet() -> None:
    answer = await written(BoundedHttp, [started(200, length(3))], b"GET", b"1.1")
    assert b"".join(answer.writes).startswith(b"HTTP/1.1 500 ")
