"""One process's HTTP server: uvicorn with our protocol, and three ways to end that lose no request.

- **stop**: the listener closes, streams end, requests under way have their grace.
- **drain**, then stop: for a while everything is served, readiness answers 503 and every answer closes its connection,
  so that balancers and their clients go elsewhere.
- **retire**: the listener closes here and stays open in other processes, which go on accepting from it; connections
  are closed as their answers are given, and those that stay idle after a while.
"""

import asyncio
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
import uvicorn

from frontrow.app import Application
from frontrow.cli.endings import GRACE_S, RETIRING_IDLE_S
from frontrow.cli.listening import BACKLOG
from frontrow.http.parting import Connections, PartingHttp

_KEEP_ALIVE_S = 75
"""Longer than clients and balancers keep an idle connection, which is 60 s at most as a rule: it is theirs to close.
A request that meets the server's own closing on its way is lost, and not every request may be sent again unasked."""
_LOOK_EVERY_S = 0.1

_log = structlog.get_logger(__name__)


class HttpServer(uvicorn.Server):
    """Serves an application's HTTP until it is told to end. A signal that stopped it is not raised again: what
    surrounds it has its own ending. `accepts` is set when it takes connections.

    Args:
        drain_s: seconds between the first SIGTERM or SIGINT and stopping; a second signal cuts them short.
        is_supervised: only SIGINT does so then. A service manager that signals every process of a group, and the
            supervisor that passes the same signal on, are not two who are in a hurry.
    """

    def __init__(self, application: Application, *, drain_s: int, is_supervised: bool = False) -> None:
        super().__init__(
            uvicorn.Config(
                application.http,
                lifespan="off",
                http=PartingHttp,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE_S,
                timeout_keep_alive=_KEEP_ALIVE_S,
                backlog=BACKLOG,
            )
        )
        self.server_state = self._connections = Connections()
        self._application = application
        self.accepts = asyncio.Event()
        self._drain_s = drain_s
        self._is_supervised = is_supervised
        self._signals = 0
        self._drained_at_s: float | None = None
        self._retires = False

    def retire(self) -> None:
        """Leave the listener to the other processes that have it, and end when nobody is left here."""
        self._retires = self.should_exit = True

    def stop(self) -> None:
        """Stop without draining."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept."""
        await super().startup(sockets)
        self.accepts.set()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: drain when a signal has come, and stop when that is done."""
        if self._signals and not self._retires:
            if self._drained_at_s is None:
                self._drained_at_s = time.monotonic() + self._drain_s
                self._begin_draining()
            if self._signals > 1 or time.monotonic() >= self._drained_at_s:
                self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End as asked for; streams never end by themselves, so they are ended first."""
        if self._retires:
            await self._hand_over(sockets or [])
        self._application.watchers.end()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM for as long as the block runs."""

        def note(number: int, _frame: FrameType | None) -> None:
            if self._signals and self._is_supervised and number != signal.SIGINT:
                return
            self._signals += 1
            if self.should_exit and self._signals > 1 and number == signal.SIGINT:
                self.force_exit = True

        before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _begin_draining(self) -> None:
        if self._drain_s:
            self._application.draining.begin()
            self._connections.part()
            _log.info("draining", seconds=self._drain_s)

    async def _hand_over(self, listeners: list[socket.socket]) -> None:
        """Let everybody go to other processes."""
        for server in self.servers:
            server.close()
        for listener in listeners:
            listener.close()
        self._connections.part()
        self._application.watchers.send_away()
        for _ in range(round(RETIRING_IDLE_S / _LOOK_EVERY_S)):
            if self._signals or not self._connections.connections:
                return
            await asyncio.sleep(_LOOK_EVERY_S)
