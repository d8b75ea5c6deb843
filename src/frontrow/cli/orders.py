"""`frontrow orders`: an event's orders for spreadsheets and bookkeepers."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from frontrow.cli.console import err
from frontrow.cli.options import DataDir, Demo, Url, settings_with

app = typer.Typer(help="An event's orders.")

_EXPORT_S = 600


@app.callback()
def _orders() -> None:
    """An event's orders."""


@app.command()
def export(
    event_id: Annotated[str, typer.Argument(metavar="EVENT", help="The event's id.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; - is standard output.")] = Path("-"),
    state: Annotated[
        str, typer.Option("--state", help="Only orders in these states, with commas between: booked,refunded.")
    ] = "",
    query: Annotated[str, typer.Option("--query", help="Only orders with these words of a name, e-mail or code.")] = "",
    data_dir: DataDir = None,
    demo: Demo = False,
    url: Url = None,
) -> None:
    """Write an event's orders as CSV, one a line, sums in major units."""
    from frontrow.cli.admin_client import admin_client

    settings = settings_with(data_dir, demo=demo)
    with admin_client(settings, url=url, timeout_s=_EXPORT_S) as client, err.status(f"Exporting {event_id}"):
        document = client.export_orders(event_id, query, state=state)
    if str(file) == "-":
        sys.stdout.buffer.write(document)
    else:
        file.write_bytes(document)
