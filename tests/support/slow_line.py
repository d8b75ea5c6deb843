"""A TCP line between two servers on which what one says reaches the other late, and that can be cut for good."""

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.free_ports import HOST

_READ_BYTES = 1 << 16


class SlowLine:
    """Listens on `port`; what comes back from `to_port` is passed on `delay_s` later, what is sent there at once.

    `cut` drops everything that is under way, and nobody is connected from then on.
    """

    def __init__(self) -> None:
        self.delay_s = 0.0
        self.to_port = 0
        self._listener = socket.create_server((HOST, 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._is_cut = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection at once, without what it has not delivered."""
        self._is_cut.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        while not self._is_cut.is_set():
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection((HOST, self.to_port))
            except OSError:
                continue
            self._open += [near, far]
            threading.Thread(target=self._pass_on, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(far, near, True), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_slow: bool) -> None:
        pieces: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        threading.Thread(target=self._deliver, args=(pieces, target), daemon=True).start()
        while True:
            try:
                piece = source.recv(_READ_BYTES)
            except OSError:
                piece = b""
            pieces.put((time.monotonic() + (self.delay_s if is_slow else 0.0), piece))
            if not piece:
                return

    def _deliver(self, pieces: "queue.SimpleQueue[tuple[float, bytes]]", target: socket.socket) -> None:
        while True:
            due_s, piece = pieces.get()
            if self._is_cut.wait(max(0.0, due_s - time.monotonic())):
                return
            try:
                if not piece:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(piece)
            except OSError:
                return


@contextmanager
def slow_line() -> Iterator[SlowLine]:
    """A line for as long as the block runs; `to_port` is set before anybody connects."""
    line = SlowLine()
    try:
        yield line
    finally:
        line.cut()
