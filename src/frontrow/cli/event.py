"""`frontrow event`: put events on sale, and cancel them."""

import asyncio
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import typer

from frontrow.cli.console import err, out
from frontrow.cli.options import DataDir, Demo, Url, settings_with
from frontrow.domain.charges import Charge, ChargeKind

app = typer.Typer(no_args_is_help=True, help="Put events on sale, and cancel them.")

_TIMES = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"]
_CHARGE_HELP = (
    "150/seat or 250/order in minor units, 5% of the seats and the charges before it, 19%incl where prices contain it; "
    "with a '!' at the end it stays paid when seats are cancelled. May be repeated; e.g. 'Booking fee=250/order!'."
)
_TIME_HELP = "e.g. 2027-05-01T20:00+02:00; this machine's zone without an offset"


@app.command()
def create(
    name: Annotated[str, typer.Option("--name", help="What people read.")],
    layout: Annotated[str, typer.Option("--layout", help="The layout's id.")],
    starts_at: Annotated[
        datetime, typer.Option("--starts-at", metavar="TIME", formats=_TIMES, help=f"When it starts, {_TIME_HELP}.")
    ],
    currency: Annotated[str, typer.Option("--currency", help="ISO 4217 code of every price.")] = "USD",
    event_id: Annotated[
        str | None, typer.Option("--event-id", help="Its id; made by the server when left out.")
    ] = None,
    layout_version: Annotated[
        int | None, typer.Option("--layout-version", min=1, help="The latest when left out.")
    ] = None,
    sales_start: Annotated[
        datetime | None,
        typer.Option("--sales-start", metavar="TIME", formats=_TIMES, help="When the sale opens; at once by default."),
    ] = None,
    sales_end: Annotated[
        datetime | None,
        typer.Option("--sales-end", metavar="TIME", formats=_TIMES, help="When it ends; at the start by default."),
    ] = None,
    price: Annotated[
        list[str] | None,
        typer.Option("--price", metavar="CATEGORY=MINOR", help="A price in minor units (cents); may be repeated."),
    ] = None,
    charge: Annotated[
        list[str] | None,
        typer.Option("--charge", metavar="NAME=CHARGE", help=f"A fee or tax that orders add: {_CHARGE_HELP}"),
    ] = None,
    orphan_rule: Annotated[
        bool, typer.Option("--orphan-rule", help="Refuse choices that would leave a single seat behind.")
    ] = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    url: Url = None,
) -> None:
    """Put an event on sale and print its id."""
    from frontrow.cli.office import EventForm, opened_office

    form = EventForm(
        name=name,
        layout_id=layout,
        starts_at=starts_at.astimezone(),
        currency=currency,
        event_id=event_id,
        layout_version=layout_version,
        sales_start=None if sales_start is None else sales_start.astimezone(),
        sales_end=None if sales_end is None else sales_end.astimezone(),
        prices=dict(_price(text) for text in price or []),
        orphan_rule=orphan_rule,
        charges=tuple(_charge(text) for text in charge or []),
    )

    async def created() -> str:
        async with opened_office(settings_with(data_dir, demo=demo), url=url) as office:
            return await office.create_event(form)

    out.print(asyncio.run(created()), highlight=False)
    if (what := _over(form.starts_at, form.sales_end)) is not None:
        err.print(f"[yellow]note:[/] {what}", soft_wrap=True, highlight=False)


@app.command()
def cancel(
    event_id: Annotated[str, typer.Argument(metavar="EVENT", help="The event's id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    data_dir: DataDir = None,
    demo: Demo = False,
    url: Url = None,
) -> None:
    """Cancel an event for good: nothing of it is sold any more, and everybody gets everything back.

    The server goes on by itself when this is broken off; calling it again shows how far it has come. Exit code 1: what
    is left to be given back needs a person.
    """
    from frontrow.cli.admin_client import admin_client
    from frontrow.cli.cancelling import shown_until_done

    with admin_client(settings_with(data_dir, demo=demo), url=url) as client:
        event = client.get_event(event_id)
        if event.sale_status.value != "cancelled" and not yes:
            err.print(f"{event.name}, {_shown(event.starts_at)}", markup=False, highlight=False)
            typer.confirm("This cannot be undone. Cancel the event and give all money back?", abort=True, err=True)
        shown_until_done(client, event_id)


def _over(starts_at: datetime, sales_end: datetime | None) -> str | None:
    """What to say where the times lie in the past: most often a wrong year."""
    now = datetime.now(UTC)
    end = starts_at if sales_end is None else sales_end
    if end <= now:
        return f"its sale ended at {_shown(end)}, which is past: no seat of it can be held or booked"
    if starts_at <= now:
        return f"it started at {_shown(starts_at)}, which is past; it is on sale until {_shown(end)}"
    return None


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M %z}"


def _price(text: str) -> tuple[str, int]:
    category, equals, amount = text.rpartition("=")
    if not equals or not category or not amount.isdecimal():
        raise typer.BadParameter(f"expected CATEGORY=MINOR, e.g. stalls=4500, got {text!r}", param_hint="--price")
    return category, int(amount)


_CHARGE = re.compile(
    r"(?P<name>.+)=(?:(?P<sum>[0-9]{1,13})/(?P<per>seat|order)|(?P<share>[0-9]{1,3}(?:\.[0-9]{1,2})?)%(?P<included>incl)?)(?P<kept>!?)"
)
_KINDS = {"seat": ChargeKind.PER_SEAT, "order": ChargeKind.PER_ORDER}


def _charge(text: str) -> Charge:
    found = _CHARGE.fullmatch(text)
    if found is None:
        what = f"expected NAME=CHARGE, e.g. 'Fee=150/seat', 'Service=5%' or 'VAT=19%incl', got {text!r}"
        raise typer.BadParameter(what, param_hint="--charge")
    if found["sum"] is not None:
        return Charge(found["name"], _KINDS[found["per"]], amount_minor=int(found["sum"]), refundable=not found["kept"])
    kind = ChargeKind.INCLUDED_SHARE if found["included"] else ChargeKind.SHARE
    return Charge(found["name"], kind, basis_points=int(Decimal(found["share"]) * 100), refundable=not found["kept"])
