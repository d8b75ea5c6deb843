"""Writing log lines: small ones together, because each write costs more than the line; what warns at once."""

import asyncio
import atexit
import threading
from typing import BinaryIO

WRITE_BYTES_MAX = 4096
"""What a pipe takes in one piece (PIPE_BUF on Linux), so that the lines of several processes never mix."""
WAIT_S_MAX = 0.1
WAITING_BYTES_MAX = 65_536


class LineWriter:
    """A structlog logger over a stream: debug and info lines wait for others for up to WAIT_S_MAX, in their order.

    They only wait where an event loop runs that will come back to them. May be used by every thread. A process that is
    killed loses the lines that wait.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lines: list[bytes] = []
        self._bytes = 0
        self._adding, self._writing = threading.Lock(), threading.Lock()
        self._waits_on: asyncio.AbstractEventLoop | None = None
        atexit.register(self.flush)

    def info(self, line: bytes) -> None:
        """Write the line soon."""
        with self._adding:
            self._lines.append(line)
            self._bytes += len(line)
        if self._bytes >= WAITING_BYTES_MAX:
            self.flush()
        elif self._waits_on is None or self._waits_on.is_closed():
            try:
                self._waits_on = asyncio.get_running_loop()
            except RuntimeError:
                self.flush()
            else:
                self._waits_on.call_later(WAIT_S_MAX, self.flush)

    def warning(self, line: bytes) -> None:
        """Write the line, and those that wait before it, now."""
        with self._adding:
            self._lines.append(line)
        self.flush()

    debug = msg = info
    error = critical = exception = fatal = warning

    def flush(self) -> None:
        """Write what waits. Where nobody reads any more (a closed pipe), the lines are lost and nothing else."""
        with self._writing:
            with self._adding:
                lines, self._lines, self._bytes, self._waits_on = self._lines, [], 0, None
            piece = bytearray()
            try:
                for line in lines:
                    if piece and len(piece) + len(line) >= WRITE_BYTES_MAX:
                        self._write(piece)
                        piece.clear()
                    piece += line
                    piece += b"\n"
                if piece:
                    self._write(piece)
            except (OSError, ValueError):
                return

    def _write(self, piece: bytearray) -> None:
        self._stream.write(piece)
        self._stream.flush()
