"""The event stream as HTTP: its headers, where it begins, who may open one, and a reader that stops reading."""

import asyncio
from typing import Any

import pytest

from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.ids import EventId
from frontrow.http import wire
from frontrow.http.watching.sockets import EXTENSION, PushSocket
from frontrow.services.catalog import Catalog, Sale
from tests.support.eventually import eventually
from tests.support.http_stack import EVENT, Answered, Api, api_of, running_application
from tests.support.pushing_server import listening, pushing
from tests.support.valkey import ValkeyServer

CHANGES = f"/api/v1/events/{EVENT}/changes"
SHOP = "https://shop.example"


def frames(answer: str) -> list[dict[str, str]]:
    """The events of a stream, field by field."""
    events = (dict(line.split(": ", 1) for line in text.split("\n")) for text in answer.strip().split("\n\n"))
    return [event for event in events if "event" in event]


async def read(api: Api, **options: Any) -> list[dict[str, str]]:
    """The first frames of a stream: a client without a socket is given no more."""
    answer = await api.client.get(CHANGES, **options)
    assert answer.status_code == 200
    return frames(answer.text)


async def test_a_stream_is_never_stored_nor_kept_back_and_says_when_to_come_again(api: Api) -> None:
    answer = await api.client.get(CHANGES)
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.text.startswith("retry: ")
    [snapshot] = frames(answer.text)
    states = (await api.get(f"/api/v1/events/{EVENT}/seat-states")).body
    assert snapshot["event"] == "snapshot"
    assert snapshot["id"] == f"{states['epoch']}:{states['offset']}"
    assert f'"states":"{states["states"]}"' in snapshot["data"]


async def test_head_says_what_get_would_and_opens_nothing(api: Api) -> None:
    head = await api.client.head(CHANGES)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == "text/event-stream"


async def test_there_is_no_stream_of_an_unknown_event(api: Api) -> None:
    answer: Answered = await api.get("/api/v1/events/nowhere/changes")
    assert (answer.status, answer.code) == (404, "not_found")


async def test_a_stream_goes_on_after_the_header_else_after_the_query(api: Api) -> None:
    [begin] = await read(api)
    await api.hold("A1")
    [held] = await read(api, params={"lastEventId": begin["id"]})
    assert (held["event"], '"seats":{"h":["A1"]}' in held["data"]) == ("changes", True)
    await api.hold("A2")
    [second] = await read(api, params={"lastEventId": begin["id"]}, headers={"last-event-id": held["id"]})
    assert '"seats":{"h":["A2"]}' in second["data"]
    assert await read(api, headers={"last-event-id": second["id"]}) == []


@pytest.mark.parametrize("last", ["", ":", "x", "\u00e9", "a:b:c", "0" * 5000])
async def test_a_malformed_last_id_begins_with_a_snapshot(api: Api, last: str) -> None:
    [frame] = await read(api, params={"lastEventId": last})
    assert frame["event"] == "snapshot"


async def test_pages_of_other_origins_may_watch(folder: Any, valkey: ValkeyServer) -> None:
    async with (
        running_application(valkey.url, folder, cors_origins=(SHOP,)) as application,
        api_of(application) as api,
    ):
        answer = await api.client.get(CHANGES, headers={"origin": SHOP})
        assert answer.headers["access-control-allow-origin"] == SHOP


async def test_a_stream_is_one_call_and_only_so_many_are_open_from_one_address(
    folder: Any, valkey: ValkeyServer
) -> None:
    limits = {"rate_limit_enabled": True, "rate_limit_address_calls_per_minute": 20, "watchers_per_address_max": 2}
    async with running_application(valkey.url, folder, **limits) as application, pushing(application) as url:
        host, port = url.removeprefix("http://").split(":")
        opened = [await _open(host, int(port)) for _ in range(2)]
        assert application.watchers.count == 2
        reader, refused = await _open(host, int(port), "HTTP/1.1 503 ")
        assert b'"code":"stream_unavailable"' in await reader.readuntil(b"}")
        for writer in (refused, *(writer for _, writer in opened)):
            writer.transport.abort()
        await eventually(lambda: application.watchers.count == 0, "the server has noticed")
        reader, writer = await _open(host, int(port))
        application.watchers.end()
        assert (await reader.read()).endswith(b"\r\n0\r\n\r\n"), "the stream ends as a whole answer"
        writer.close()


async def test_a_burst_that_waits_for_the_ledger_together_cannot_pass_the_limit_together(
    folder: Any, valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        running_application(valkey.url, folder, watchers_per_address_max=2) as application,
        api_of(application) as api,
    ):
        sale, gate = Catalog.sale, asyncio.Event()

        async def slow_sale(self: Catalog, event_id: EventId) -> Sale | None:
            await gate.wait()
            return await sale(self, event_id)

        async def failing_sale(self: Catalog, event_id: EventId) -> Sale | None:
            raise LedgerUnavailable("down")

        monkeypatch.setattr(Catalog, "sale", slow_sale)
        waiting = [asyncio.create_task(api.client.get(CHANGES)) for _ in range(5)]
        await eventually(lambda: sum(task.done() for task in waiting) == 3, "those over the limit do not wait")
        gate.set()
        assert sorted([(await task).status_code for task in waiting]) == [200, 200, 503, 503, 503]
        monkeypatch.setattr(Catalog, "sale", failing_sale)
        for _ in range(3):
            assert (await api.client.get(CHANGES)).json()["code"] == "store_unavailable"
        monkeypatch.setattr(Catalog, "sale", sale)
        for _ in range(3):
            assert (await api.client.get("/api/v1/events/nowhere/changes")).status_code == 404
            assert (await api.client.head(CHANGES)).status_code == 200
        await eventually(lambda: application.watchers.count == 0, "all room is given back")


async def test_a_client_of_http_1_0_is_given_the_first_frame_as_a_whole_answer(
    folder: Any, valkey: ValkeyServer
) -> None:
    async with running_application(valkey.url, folder) as application, pushing(application) as url:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET {CHANGES} HTTP/1.0\r\n\r\n".encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        assert b"transfer-encoding" not in head.lower()
        assert b"content-length: %d" % len(body) in head.lower()
        [snapshot] = frames(body.decode())
        assert snapshot["event"] == "snapshot"
        await eventually(lambda: application.watchers.count == 0, "the stream has ended")


@pytest.mark.parametrize("path", ["", "/changes", "/seats", "/seat-states"])
async def test_an_event_id_that_goes_on_and_on_is_not_repeated_whole(api: Api, path: str) -> None:
    answer = await api.get(f"/api/v1/events/{'e' * 50_000}{path}")
    assert answer.status == 404
    assert len(answer.body["detail"]) < 300


async def _open(
    host: str, port: int, status: str = "HTTP/1.1 200 "
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET {CHANGES} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(status.encode()), head
    if "200" in status:
        await reader.readuntil(b"event: snapshot")
    return reader, writer


async def test_a_reader_that_reads_nothing_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PUSHED_KERNEL_BYTES_MAX", 4096)
    chunk = b"x" * 4096
    buffered: list[int] = []
    lost = asyncio.Event()

    async def stream(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        socket: PushSocket = scope["extensions"][EXTENSION]
        assert not socket.push(chunk), "not before the stream has begun"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        socket.begin_pushing(lost.set)
        while socket.push(chunk):
            buffered.append(scope["extensions"][EXTENSION].transport.get_write_buffer_size())
            await asyncio.sleep(0)
        assert not socket.push(chunk)
        socket.hang_up()
        await lost.wait()

    async with listening(stream) as (host, port):
        _, writer = await asyncio.open_connection(host, port, limit=1024)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await lost.wait()
        assert max(buffered) <= wire.PUSHED_BYTES_MAX + len(chunk)
        writer.close()
