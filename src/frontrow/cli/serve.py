"""`frontrow serve`: the server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from frontrow.cli.options import DataDir, Port, settings_with
from frontrow.domain.errors import ConfigurationError

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
    from frontrow.cli.serving import run_server

    if workers > 1:
        raise ConfigurationError(
            "more than one worker needs PostgreSQL, and this ledger is SQLite, which has one writer: "
            "run with --workers 1"
        )
    settings = settings_with(data_dir)

    @asynccontextmanager
    async def beside(_application: "Application", url: str) -> AsyncIterator[None]:
        _log.info("serving", url=url, data_folder=str(settings.data_folder))
        yield

    run_server(settings, host=host, port=port, beside=beside)
