"""Running a server in this process until it is told to stop: the part that `serve` and `demo` share.

The order matters. The data folder is owned first, then the port is taken, then the embedded Valkey is started by
this very thread (it is told to die with it), and only then does the event loop begin.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager

import uvloop

from frontrow.app import Application
from frontrow.cli.http_server import HttpServer
from frontrow.cli.listening import listening, url_of
from frontrow.cli.process_setup import set_process_up, warn_of_settings
from frontrow.cli.starting import end_start
from frontrow.data_folder import RunningServer
from frontrow.installation import Installation
from frontrow.settings import Settings
from frontrow.stores import Stores, embedded_stores

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
    warn_of_settings(settings)
    installation = Installation(settings)
    with ExitStack() as stack:
        stack.enter_context(installation.owned())
        listener = stack.enter_context(listening(host, port))
        stores = stack.enter_context(embedded_stores(installation))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(installation, stores, listener, beside))


async def _serve(installation: Installation, stores: Stores, listener: socket.socket, beside: Beside) -> None:
    settings, url = installation.settings, url_of(listener)
    async with Application.running(settings, stores) as application:
        server = HttpServer(application, drain_s=settings.drain_seconds)
        installation.announce(RunningServer(url=url, pid=application.pid))
        end_start()
        async with beside(application, url):
            await server.serve(sockets=[listener])
