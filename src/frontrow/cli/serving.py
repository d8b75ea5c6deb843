"""Running a server until it is told to stop: the part that `serve` and `demo` share.

The order matters. The data folder is owned first, then the port is taken, then the embedded Valkey is started by
this very thread (it is told to die with it), and only then does the event loop begin.
"""

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager
from types import FrameType

import structlog
import uvicorn
import uvloop

from frontrow.app import Application
from frontrow.data_folder import DataFolder, RunningServer
from frontrow.domain.errors import ConfigurationError
from frontrow.http.wire import BoundedHttp
from frontrow.logs import configure_logs
from frontrow.os_limits import raise_open_files_limit
from frontrow.settings import Settings, unknown_variables
from frontrow.stores import Stores, embedded_stores

_GRACE_S = 10
_BACKLOG = 4096
_KEEP_ALIVE_S = 75
"""Longer than clients and balancers keep an idle connection, which is 60 s at most as a rule: it is theirs to close.
A request that meets the server's own closing on its way is lost, and not every request may be sent again unasked."""
_SWITCH_INTERVAL_S = 0.001
"""The ledger's thread waits this long for a busy event loop, not Python's 5 ms: measured 3 times the single commits."""

_log = structlog.get_logger(__name__)

Beside = Callable[[Application, str], AbstractAsyncContextManager[None]]
"""What goes on beside the server, given the application and the server's URL."""


@asynccontextmanager
async def _nothing_beside(_application: Application, _url: str) -> AsyncIterator[None]:
    yield


def run_server(
    settings: Settings, *, host: str, port: int, beside: Beside = _nothing_beside, logs_for_people: bool = False
) -> None:
    """Serve HTTP on `host`:`port` until SIGINT or SIGTERM, then finish what is under way and stop.

    Args:
        logs_for_people: write log lines for who sits before them, not for programs.

    Raises:
        ConfigurationError: the port or the data folder is taken, or a store cannot be started.
    """
    configure_logs(settings.log_level, for_people=logs_for_people)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    raise_open_files_limit()
    for name in unknown_variables():
        _log.warning("unknown_setting", name=name, advice="no setting reads it: see the settings in docs/operations.md")
    folder = DataFolder(settings.data_folder)
    with ExitStack() as stack:
        stack.enter_context(folder.owned())
        listener = stack.enter_context(_listening(host, port))
        stores = stack.enter_context(embedded_stores(settings, folder))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings, stores, folder, listener, beside))


async def _serve(
    settings: Settings, stores: Stores, folder: DataFolder, listener: socket.socket, beside: Beside
) -> None:
    host, port = listener.getsockname()[:2]
    url = f"http://{'localhost' if host in ('0.0.0.0', '::', '127.0.0.1') else host}:{port}"
    async with Application.running(settings, stores) as application:
        server = _Server(
            uvicorn.Config(
                application.http,
                lifespan="off",
                http=BoundedHttp,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_GRACE_S,
                timeout_keep_alive=_KEEP_ALIVE_S,
                backlog=_BACKLOG,
            ),
            end_streams=application.watchers.end,
        )
        folder.announce(RunningServer(url=url, pid=application.pid))
        async with beside(application, url):
            await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn, except that a signal which stopped it is not raised again: what surrounds it has its own ending.

    It waits for open connections when it stops, and streams never end by themselves: so they are ended first.
    """

    def __init__(self, config: uvicorn.Config, *, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving: streams end at once, other requests have their grace."""
        self._end_streams()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        def stop(number: int, frame: FrameType | None) -> None:
            self.handle_exit(number, frame)

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(_BACKLOG)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ConfigurationError(f"port {port} is in use on {host}: choose another with --port") from None
            raise ConfigurationError(f"cannot listen on {host} port {port}: {error.strerror or error}") from None
        yield listener
