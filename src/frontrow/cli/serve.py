"""`frontrow serve`: the server."""

from typing import Annotated

import typer

from frontrow.cli.options import DataDir, Port, settings_with
from frontrow.domain.errors import ConfigurationError


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
    run_server(settings_with(data_dir), host=host, port=port)
