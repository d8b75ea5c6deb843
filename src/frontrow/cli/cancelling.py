"""How far the cancelling of an event has come, shown while it goes on."""

import time

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from frontrow.cli.console import EXIT_FOUND_FAULTS, counted, err, out
from frontrow.client import Cancellation, Client

_LOOK_PAUSE_S = 0.5


def shown_until_done(client: Client, event_id: str) -> None:
    """Cancel the event, and return when everything is given back.

    Raises:
        typer.Exit: what is left needs a person.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        bookings, refunds = bar.add_task("Bookings cancelled"), bar.add_task("Refunds given")
        cancellation = client.cancel_event(event_id)
        while True:
            _show(bar, bookings, refunds, cancellation)
            if cancellation.done or cancellation.needs_person:
                break
            time.sleep(_LOOK_PAUSE_S)
            cancellation = client.get_cancellation(event_id)
    bookings_said = counted(cancellation.bookings.cancelled, "booking")
    given = f"{bookings_said} cancelled, {counted(cancellation.refunds.done, 'refund')} given"
    out.print(f"{event_id} is cancelled: {given}", highlight=False)
    if cancellation.needs_person:
        failed, unclear = cancellation.refunds.failed, cancellation.orders.needing_attention
        err.print(
            f"[bold red]a person is needed:[/] refused for good: {counted(failed, 'refund')}, "
            f"unclear: {counted(unclear, 'order')}; "
            f"see `frontrow reconcile {event_id}`",
            soft_wrap=True,
            highlight=False,
        )
        raise typer.Exit(EXIT_FOUND_FAULTS)


def _show(bar: Progress, bookings: TaskID, refunds: TaskID, cancellation: Cancellation) -> None:
    given, every = cancellation.refunds, cancellation.bookings
    bar.update(bookings, completed=every.cancelled, total=every.total)
    bar.update(refunds, completed=given.done, total=given.due + given.done + given.failed)
