"""`frontrow serve`: the server."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from frontrow.cli.options import DataDir, Port, settings_with
from frontrow.cli.starting import begin_start

if TYPE_CHECKING:
    from frontrow.app import Application

_log = structlog.get_logger(__name__)


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on; 0.0.0.0 for every one.")] = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that serve.")] = 1,
    data_dir: DataDir = None,
) -> None:
    """Run the server, configured by FRONTROW_* variables; embedded stores unless told otherwise."""
    settings = settings_with(data_dir)
    if workers > 1:
        from frontrow.cli.supervising import run_workers

        run_workers(settings, host=host, port=port, workers=workers)
        return

    begin_start()
    from frontrow.cli.serving import run_server

    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as long as nobody can be told

    @asynccontextmanager
    async def beside(_application: "Application", url: str) -> AsyncIterator[None]:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, _tell_of_hangup)
        _log.info("serving", url=url, data_folder=str(settings.data_folder))
        yield

    run_server(settings, host=host, port=port, beside=beside)


def _tell_of_hangup() -> None:
    """Say what SIGHUP does not do: whoever sends it wants fresh processes, and no request lost."""
    _log.warning(
        "hangup_ignored",
        advice="SIGHUP replaces the workers of --workers 2 or more, and here is one process: "
        "SIGTERM ends it in order; start it again for a new version",
    )
