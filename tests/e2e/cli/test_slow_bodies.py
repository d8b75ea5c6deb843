"""Bodies that come slowly: whoever sends them has so long, and longer only for what has arrived."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from frontrow.http import wire
from frontrow.http.wire import BoundedHttp
from tests.support.eventually import eventually

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
WAIT_SECONDS_MAX = 20.0
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Application:
    """Reads a body and answers its length. `may_read` holds it back; `answers_first` answers before it reads."""

    def __init__(self, *, answers_first: bool = False) -> None:
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.events: list[str] = []
        self._answers_first = answers_first

    async def __call__(self, _scope: object, receive: Receive, send: Send) -> None:
        if self._answers_first:
            await self._answer(send, b"no")
            return
        await self.may_read.wait()
        length = 0
        while True:
            event = await receive()
            self.events.append(event["type"])
            length += len(event.get("body", b""))
            if not event.get("more_body"):
                break
        await self._answer(send, str(length).encode())

    async def _answer(self, send: Send, body: bytes) -> None:
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class CountingHttp(BoundedHttp):
    """Counts how often a body was judged by its time."""

    judged = 0

    def _judge_body(self) -> None:
        CountingHttp.judged += 1
        super()._judge_body()


@asynccontextmanager
async def connected(application: Application) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server of this application."""
    config = uvicorn.Config(application, lifespan="off", http=CountingHttp, ws="none", log_config=None)
    config.load()
    state = ServerState()
    CountingHttp.judged = 0
    server = await asyncio.get_running_loop().create_server(
        lambda: CountingHttp(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    async with server, asyncio.timeout(WAIT_SECONDS_MAX):
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            yield reader, writer
        finally:
            writer.close()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies have a moment."""
    monkeypatch.setattr(wire, "BODY_SECONDS_MAX", 0.05)


async def judged() -> None:
    """Wait until the body was judged once more."""
    before = CountingHttp.judged
    await eventually(lambda: CountingHttp.judged > before, "the body to be judged")


@pytest.mark.parametrize("begun", [HEAD % 10, HEAD % 10 + b"abc", CHUNKED, CHUNKED + b"3\r\nabc\r\n"])
@pytest.mark.usefixtures("soon")
async def test_a_body_that_does_not_come_in_its_time_is_refused_and_not_waited_for(begun: bytes) -> None:
    application = Application()
    async with connected(application) as (reader, writer):
        writer.write(begun)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        problem = json.loads(body)
        assert head.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in head
        assert (problem["status"], problem["code"]) == (408, "body_too_slow")
        await eventually(lambda: application.events[-1:] == ["http.disconnect"], "the application to hear of it")


@pytest.mark.usefixtures("soon")
async def test_a_byte_now_and_then_buys_no_time_worth_having() -> None:
    async with connected(Application()) as (reader, writer):
        writer.write(HEAD % 1_000_000)
        answer = asyncio.create_task(reader.read())
        while not answer.done():
            writer.write(b"a")
            await asyncio.wait({answer}, timeout=0.01)
        assert (await answer).startswith(b"HTTP/1.1 408 ")


@pytest.mark.usefixtures("soon")
async def test_a_body_that_keeps_coming_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "BODY_BYTES_PER_SECOND_MIN", 1)
    async with connected(Application()) as (reader, writer):
        writer.write(HEAD % 2_000)
        await asyncio.sleep(0)
        writer.write(b"a" * 1_000)
        await judged()
        writer.write(b"a" * 1_000)
        assert (await reader.readuntil(b"2000")).startswith(b"HTTP/1.1 200 ")
        writer.write(HEAD % 1 + b"a")
        assert await reader.readuntil(b"\r\n\r\n1")


@pytest.mark.usefixtures("soon")
async def test_a_body_that_the_server_itself_does_not_read_is_not_held_against_its_sender() -> None:
    application = Application()
    application.may_read.clear()
    async with connected(application) as (reader, writer):
        writer.write(HEAD % 300_000)
        writer.write(b"a" * 200_000)
        await judged()
        await judged()
        application.may_read.set()
        writer.write(b"a" * 100_000)
        assert (await reader.readuntil(b"300000")).startswith(b"HTTP/1.1 200 ")


@pytest.mark.usefixtures("soon")
async def test_who_goes_on_slowly_after_the_answer_is_hung_up_on() -> None:
    async with connected(Application(answers_first=True)) as (reader, writer):
        writer.write(HEAD % 10 + b"a")
        assert (await reader.readuntil(b"no")).startswith(b"HTTP/1.1 200 ")
        writer.write(b"a")
        assert await reader.read() == b""


async def test_the_time_begins_anew_with_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "BODY_SECONDS_MAX", 3600.0)
    async with connected(Application()) as (reader, writer):
        for _ in range(3):
            writer.write(HEAD % 4 + b"ab")
            await asyncio.sleep(0)
            writer.write(b"cd")
            await reader.readuntil(b"\r\n\r\n4")
    assert CountingHttp.judged == 0
