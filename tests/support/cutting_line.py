"""A TCP line to a server that is cut after a call was executed and before its reply arrives."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.support.free_ports import HOST

_READ_BYTES = 1 << 16


class CuttingLine:
    """Passes everything on. Where what is sent has `cut_at` in it, the reply is dropped and the connection closed.

    Args:
        meanwhile: done once the server has replied, before the connection is closed.
    """

    def __init__(self, to: tuple[str, int], cut_at: bytes, meanwhile: Callable[[], None]) -> None:
        self.address = (HOST, 0)
        self.cuts = 0
        self._to = to
        self._cut_at = cut_at
        self._meanwhile = meanwhile

    async def serve(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        """One connection, until an end closes it or it is cut."""
        far, to_far = await asyncio.open_connection(*self._to)
        is_cut = asyncio.Event()
        back = asyncio.create_task(self._bring_back(far, to_near, is_cut))
        try:
            while piece := await near.read(_READ_BYTES):
                if self._cut_at in piece:
                    is_cut.set()
                to_far.write(piece)
            back.cancel()
        except ConnectionError:
            pass
        finally:
            to_far.close()
            await asyncio.gather(back, return_exceptions=True)

    async def _bring_back(
        self, far: asyncio.StreamReader, to_near: asyncio.StreamWriter, is_cut: asyncio.Event
    ) -> None:
        try:
            while piece := await far.read(_READ_BYTES):
                if is_cut.is_set():
                    self.cuts += 1
                    await asyncio.to_thread(self._meanwhile)
                    return
                to_near.write(piece)
        finally:
            to_near.close()


@asynccontextmanager
async def cutting_line(to: tuple[str, int], cut_at: bytes, meanwhile: Callable[[], None]) -> AsyncIterator[CuttingLine]:
    """A line for as long as the block runs."""
    line = CuttingLine(to, cut_at, meanwhile)
    listener = await asyncio.start_server(line.serve, HOST, 0)
    line.address = listener.sockets[0].getsockname()[:2]
    try:
        yield line
    finally:
        listener.close()
