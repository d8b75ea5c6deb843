"""Answers that are not read: whoever asks for a large one has to take it, and may take it slowly."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.server import ServerState

from frontrow.http import wire
from frontrow.http.wire import BoundedHttp
from tests.support.eventually import eventually

ANSWER = bytes(16 << 20)
"""More than the kernel buffers of both ends together."""
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n%b\r\n"
WAIT_SECONDS_MAX = 30.0


async def large(_scope: object, _receive: Any, send: Any) -> None:
    """Answers ANSWER."""
    headers = [(b"content-length", str(len(ANSWER)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})


@asynccontextmanager
async def asked(header: bytes) -> AsyncIterator[tuple[socket.socket, BoundedHttp, ServerState]]:
    """A client that has asked and not read, and the server's side of its connection, which is behind."""
    config = uvicorn.Config(large, lifespan="off", http=BoundedHttp, ws="none", log_config=None)
    config.load()
    state = ServerState()
    made: list[BoundedHttp] = []

    def protocol() -> BoundedHttp:
        made.append(BoundedHttp(config=config, server_state=state, app_state={}))
        return made[-1]

    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0)
    async with server, asyncio.timeout(WAIT_SECONDS_MAX):
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await loop.sock_connect(client, server.sockets[0].getsockname())
            await loop.sock_sendall(client, REQUEST % header)
            await eventually(lambda: any(_is_behind(it) for it in made), "the server has to wait for its reader")
            yield client, made[0], state


def _is_behind(protocol: BoundedHttp) -> bool:
    flow: FlowControl | None = protocol.flow  # which it has once it is connected
    return flow is not None and flow.write_paused


@pytest.mark.parametrize("header", [b"", b"Connection: close\r\n"], ids=["kept", "closing"])
async def test_who_asks_and_does_not_read_is_hung_up_on(monkeypatch: pytest.MonkeyPatch, header: bytes) -> None:
    monkeypatch.setattr(wire, "READER_SECONDS_MAX", 0.05)
    async with asked(header) as (_, _, state):
        await eventually(lambda: not state.connections, "the connection and its bytes are let go")


async def test_who_reads_slowly_is_served_for_as_long_as_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "READER_SECONDS_MAX", 3600.0)  # the test itself says when the reader is judged
    monkeypatch.setattr(wire, "READER_BYTES_PER_SECOND_MIN", 1000 / 3600)
    loop = asyncio.get_running_loop()
    async with asked(b"") as (client, protocol, state):
        for _ in range(3):
            left = protocol.transport.get_write_buffer_size()
            received = 0
            while left - protocol.transport.get_write_buffer_size() < 1000:
                received += len(await loop.sock_recv(client, 65_536))
            assert received
            protocol._judge_reader()
            assert state.connections
        protocol._judge_reader()
        await eventually(lambda: not state.connections, "a reader that stopped is hung up on")
