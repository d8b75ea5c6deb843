"""Events compared by the server one after the other, piece by piece; and what that found, for people and programs."""

import sys
from collections.abc import Iterator, Sequence

import msgspec
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from frontrow.cli.console import err, out, print_table
from frontrow.client import Client, Finding, FindingOutcome, Reconciliation

_EVENTS_PER_PAGE = 100
_COLOURS = {FindingOutcome.HEALED: "green", FindingOutcome.WAITING: "yellow", FindingOutcome.PERSON: "bold red"}


class Found(msgspec.Struct, frozen=True, rename="camel"):
    """A finding and its event, as `--json` prints it."""

    event_id: str
    finding: Finding


def reconciled(client: Client, event_id: str | None, *, captured: bool, as_json: bool) -> tuple[list[Found], int]:
    """What the server found in the event (None: in every one), and how much it looked at.

    Args:
        as_json: print each finding on a line of its own as it comes.
    """
    found, looked_at = list[Found](), 0
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[seen]} looked at"),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("Reconciling", total=None, seen=0)
        for id_ in [event_id] if event_id is not None else _all_events(client):
            bar.update(task, description=f"Reconciling {id_}")
            for piece in _pieces(client, id_, captured=captured):
                looked_at += piece.looked_at
                bar.update(task, seen=looked_at)
                found += (Found(id_, finding) for finding in piece.findings)
                if as_json:
                    lines = (msgspec.json.encode(Found(id_, it)).decode() + "\n" for it in piece.findings)
                    sys.stdout.writelines(lines)
    return found, looked_at


def needs_person(found: Sequence[Found]) -> bool:
    """Whether somebody has to look."""
    return any(it.finding.outcome is FindingOutcome.PERSON for it in found)


def print_found(found: Sequence[Found], looked_at: int) -> None:
    """The findings as a table."""
    if not found:
        out.print(f"nothing differs ({looked_at:,} looked at)", highlight=False)
        return
    rows = []
    for it in found:
        finding = it.finding
        named = finding.refund_id or finding.payment_id or finding.order_id
        colour = _COLOURS.get(finding.outcome, "default")
        which = named or escape(_listed(finding.seat_ids))
        rows.append((f"[{colour}]{finding.outcome.value}[/]", it.event_id, finding.stage, which, escape(finding.said)))
    print_table(("outcome", "event", "what", "which", "finding"), rows)


def _all_events(client: Client) -> list[str]:
    return [event.event_id for event in client.events(page_size=_EVENTS_PER_PAGE)]


def _pieces(client: Client, event_id: str, *, captured: bool) -> Iterator[Reconciliation]:
    piece = client.reconcile_event(event_id, captured=captured)
    yield piece
    while piece.next_cursor is not None:
        piece = client.reconcile_event(event_id, cursor=piece.next_cursor, captured=captured)
        yield piece


def _listed(seat_ids: Sequence[str], shown_max: int = 10) -> str:
    shown = " ".join(seat_ids[:shown_max])
    return shown if len(seat_ids) <= shown_max else f"{shown} and {len(seat_ids) - shown_max} more"
