"""`frontrow reconcile`: what differs between ledger, store and gateways, and healing it."""

from typing import Annotated

import typer

from frontrow.cli.console import EXIT_FOUND_FAULTS
from frontrow.cli.options import DataDir, Demo, Url, settings_with

_PIECE_S = 120
"""A piece is some ten seconds of work, and then whatever one slow gateway takes."""


def reconcile(
    event_id: Annotated[
        str | None, typer.Argument(metavar="[EVENT]", help="The event's id; every event when left out.")
    ] = None,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Do not ask the gateways about payments that are captured or stopped already."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print findings as JSON, one a line.")] = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    url: Url = None,
) -> None:
    """Compare the ledger with the store and the payment gateways, heal what can be healed, and print what differed.

    Exit code 0: nothing differs, or it was healed, or it is tried again by itself; 1: a person has to look.
    """
    from frontrow.cli.admin_client import admin_client
    from frontrow.cli.reconciling import needs_person, print_found, reconciled

    with admin_client(settings_with(data_dir, demo=demo), url=url, timeout_s=_PIECE_S) as client:
        found, looked_at = reconciled(client, event_id, captured=not quick, as_json=json)
    if not json:
        print_found(found, looked_at)
    if needs_person(found):
        raise typer.Exit(EXIT_FOUND_FAULTS)
