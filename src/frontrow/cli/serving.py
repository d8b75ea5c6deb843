"""Running a server in this process until it is told to stop: the part that `serve` and `demo` share.

The order matters. The data folder is owned first, then the port is taken, then the embedded Valkey is started by
this very thread (it is told to die with it), and only then does the event loop begin.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager

import structlog
import uvloop

from frontrow.app import Application
from frontrow.cli.http_server import HttpServer
from frontrow.cli.listening import listening, url_of
from frontrow.data_folder import DataFolder, RunningServer
from frontrow.logs import configure_logs
from frontrow.os_limits import raise_open_files_limit
from frontrow.settings import Settings, unknown_variables
from frontrow.stores import Stores, embedded_stores

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
    set_process_up(settings, logs_for_people=logs_for_people)
    warn_of_unknown_settings()
    folder = DataFolder(settings.data_folder)
    with ExitStack() as stack:
        stack.enter_context(folder.owned())
        listener = stack.enter_context(listening(host, port))
        stores = stack.enter_context(embedded_stores(settings, folder))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings, stores, folder, listener, beside))


def set_process_up(settings: Settings, *, logs_for_people: bool = False) -> None:
    """What every process that serves begins with: its logs, its threads' turns, its open files."""
    configure_logs(settings.log_level, for_people=logs_for_people)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    raise_open_files_limit()


def warn_of_unknown_settings() -> None:
    """Say which FRONTROW_* variables nothing reads."""
    for name in unknown_variables():
        _log.warning("unknown_setting", name=name, advice="no setting reads it: see the settings in docs/operations.md")


async def _serve(
    settings: Settings, stores: Stores, folder: DataFolder, listener: socket.socket, beside: Beside
) -> None:
    url = url_of(listener)
    async with Application.running(settings, stores) as application:
        server = HttpServer(application, drain_s=settings.drain_seconds)
        folder.announce(RunningServer(url=url, pid=application.pid))
        async with beside(application, url):
            await server.serve(sockets=[listener])
