"""The `frontrow` command: one module per subcommand, thin over the composed application.

Exit codes: 0 done, 1 found something wrong (doctor, validate, reconcile, cancel), 2 asked or configured wrongly.
"""

import os
import signal
import sys
from types import FrameType
from typing import Annotated

import typer

import frontrow
from frontrow.cli import (
    bench,
    demo,
    doctor,
    erase,
    event,
    layout,
    migrate,
    notices,
    orders,
    reconcile,
    seed,
    serve,
    token,
)
from frontrow.cli.console import fail
from frontrow.domain.errors import FrontrowError

app = typer.Typer(
    name="frontrow",
    help="Reserved seating: a live seat map, holds and bookings, and no seat ever sold twice.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(demo.demo)
app.command()(serve.serve)
app.command()(seed.seed)
app.command()(token.token)
app.add_typer(layout.app, name="layout")
app.add_typer(event.app, name="event")
app.add_typer(orders.app, name="orders")
app.add_typer(notices.app, name="notices")
app.command()(reconcile.reconcile)
app.command()(erase.erase)
app.command()(migrate.migrate)
app.command()(doctor.doctor)
app.command()(bench.bench)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"frontrow {frontrow.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """What stands before the subcommand."""


def main() -> None:
    """Run the command line; what went wrong for a known reason is said in one line, without a traceback."""
    signal.signal(signal.SIGTERM, _exit_cleanly)
    try:
        app()
    except FrontrowError as error:
        fail(str(error))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `frontrow ... | head` is no mistake
        sys.exit(128 + signal.SIGPIPE)


def _exit_cleanly(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
