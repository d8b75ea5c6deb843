"""Servers that give one answer to whatever they are asked, or none at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.free_ports import HOST

_READ_BYTES = 1 << 16


class CannedServer:
    """Gives `answer` to each piece that it is sent; None is silence. `address` is known once it listens."""

    def __init__(self, answer: bytes | None) -> None:
        self.address = (HOST, 0)
        self.connections = 0
        self._answer = answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until its other end closes it."""
        self.connections += 1
        try:
            while await reader.read(_READ_BYTES):
                if self._answer is not None:
                    writer.write(self._answer)
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def canned_servers(*answers: bytes | None) -> AsyncIterator[list[CannedServer]]:
    """A server for each of the answers, for as long as the block runs."""
    servers = [CannedServer(answer) for answer in answers]
    listening = [await asyncio.start_server(server.serve, HOST, 0) for server in servers]
    for server, listener in zip(servers, listening, strict=True):
        server.address = listener.sockets[0].getsockname()[:2]
    try:
        yield servers
    finally:
        for listener in listening:
            listener.close()
