"""A TCP connection's way through the network, as one may wish it to be: slow, cut, half-open, or leading elsewhere."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum

HOST = "127.0.0.1"
_READ_BYTES = 1 << 16


class Passage(StrEnum):
    """What the wire does with what it carries."""

    OPEN = "open"
    SILENT = "silent"
    """Half-open: nothing passes, and nobody is told. What was sent meanwhile arrives once it is open again."""
    REPLIES_LOST = "replies lost"
    """Requests arrive and are done; their replies don't come back, and are lost for good."""
    REFUSED = "refused"
    """Connections are refused, and those that were open are cut."""


class Wire:
    """Forwards every connection to `target_port` of the loopback. `delay_s` holds back what flows from the target.

    A wire that leads to another target from now on cuts the connections it has, as a moved address does.
    """

    def __init__(self, name: str, target_port: int, *, delay_s: float = 0.0) -> None:
        self.name = name
        self.port = 0
        self.delay_s = delay_s
        self._target_port = target_port
        self._passage = Passage.OPEN
        self._opened = asyncio.Event()
        self._opened.set()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def target_port(self) -> int:
        """Where it leads."""
        return self._target_port

    async def start(self) -> None:
        """Listen on a free port; `port` says which."""
        self._server = await asyncio.start_server(self._carry, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut everything and listen no more."""
        if self._server is not None:
            self._server.close()
        await self.cut()

    async def lead_to(self, target_port: int) -> None:
        """Lead new connections there, and cut those that lead elsewhere."""
        self._target_port = target_port
        await self.cut()

    async def cut(self) -> None:
        """Reset every connection."""
        tasks = [*self._open]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def set_passage(self, passage: Passage) -> None:
        """Let pass what passes from now on. Connections that lost a reply are cut when the wire is open again: no
        protocol goes on after a gap."""
        before, self._passage = self._passage, passage
        if passage is Passage.SILENT:
            self._opened.clear()
        else:
            self._opened.set()
        if Passage.REFUSED in (before, passage) or before is Passage.REPLIES_LOST:
            await self.cut()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        far_writer: asyncio.StreamWriter | None = None
        try:
            if self._passage is Passage.REFUSED:
                return
            await self._opened.wait()
            far_reader, far_writer = await asyncio.open_connection(HOST, self._target_port)
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._there(reader, far_writer))
                ways.create_task(self._back(far_reader, writer))
        except* (OSError, RuntimeError, _Ended):  # RuntimeError: uvloop, of a transport that is closed
            pass
        except* asyncio.CancelledError:
            pass
        finally:
            self._open.discard(task)
            for end in (writer, far_writer):
                if end is not None:
                    end.transport.abort()

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_READ_BYTES):
            await self._opened.wait()
            writer.write(piece)
            await writer.drain()
        raise _Ended

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for piece in self._delayed(reader):
            await self._opened.wait()
            if self._passage is not Passage.REPLIES_LOST:
                writer.write(piece)
                await writer.drain()
        raise _Ended

    async def _delayed(self, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
        """What the target sends, each piece `delay_s` after it came, without slowing down those behind it."""
        if not self.delay_s:
            while piece := await reader.read(_READ_BYTES):
                yield piece
            return
        clock: Callable[[], float] = asyncio.get_running_loop().time
        pieces: deque[tuple[float, bytes]] = deque()
        came = asyncio.Event()

        async def take() -> None:
            while piece := await reader.read(_READ_BYTES):
                pieces.append((clock() + self.delay_s, piece))
                came.set()
            pieces.append((clock() + self.delay_s, b""))
            came.set()

        taking = asyncio.create_task(take())
        try:
            while True:
                await came.wait()
                while pieces:
                    at, piece = pieces.popleft()
                    await asyncio.sleep(at - clock())
                    if not piece:
                        return
                    yield piece
                came.clear()
        finally:
            taking.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await taking


class _Ended(Exception):
    """One side has closed: so does the other."""


@asynccontextmanager
async def laid_wire(name: str, target_port: int, *, delay_s: float = 0.0) -> AsyncIterator[Wire]:
    """A wire for as long as the block runs."""
    wire = Wire(name, target_port, delay_s=delay_s)
    await wire.start()
    try:
        yield wire
    finally:
        await wire.stop()
