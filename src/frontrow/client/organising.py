"""The organiser's calls: layouts, events and blocks. All of them need the role `admin`, and raise Forbidden without."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import UNSET, UnsetType

from frontrow.client.answers import Block, Charge, Event, PublishedLayout, UnblockedSeats
from frontrow.client.exchange import Flow, Request, asked, query_of, segment
from frontrow.client.forms import BlockForm, EventForm, EventPatch
from frontrow.client.holding import new_idempotency_key
from frontrow.client.layouts import Layout, LayoutFormat, LayoutPreview


def publish_layout(
    drawing: Layout | bytes,
    *,
    format: LayoutFormat = "frontrow",  # noqa: A002 (the parameter's name in the API)
) -> Flow[PublishedLayout]:
    """Publish a drawing as its layout's next version; the same drawing again is the same version.

    Args:
        drawing: a Layout, or the JSON text of one, up to 32 MiB.
        format: `seatsio` imports a seats.io chart.

    Raises:
        InvalidRequest: `errors` names every fault of the drawing.
    """
    return asked(_drawing(drawing, format=format), PublishedLayout)


def preview_layout(
    drawing: Layout | bytes,
    *,
    format: LayoutFormat = "frontrow",  # noqa: A002 (the parameter's name in the API)
) -> Flow[LayoutPreview]:
    """What publishing the drawing would make of it, judged in the same way; nothing is stored.

    Args:
        drawing: a Layout, or the JSON text of one, up to 32 MiB.
        format: `seatsio` imports a seats.io chart.

    Raises:
        InvalidRequest: `errors` names every fault of the drawing.
    """
    return asked(_drawing(drawing, format=format, dryRun="true"), LayoutPreview)


def create_event(
    name: str,
    layout_id: str,
    starts_at: datetime,
    currency: str,
    *,
    event_id: str | None = None,
    layout_version: int | None = None,
    sales_start: datetime | None = None,
    sales_end: datetime | None = None,
    prices: Mapping[str, int] | None = None,
    orphan_rule: bool = False,
    charges: Sequence[Charge] = (),
    idempotency_key: str | None = None,
) -> Flow[Event]:
    """Put an event on sale.

    Args:
        starts_at: an aware datetime, as `sales_start` and `sales_end` are.
        currency: ISO 4217 code.
        event_id: 1 to 64 of A-Z a-z 0-9 _ . -; chosen by the server when None.
        layout_version: the latest when None.
        prices: minor units by category id; categories left out have the layout's price.
        orphan_rule: refuse choices that leave a single seat behind.
        charges: fees and taxes that orders add, up to 20, in this order.
        idempotency_key: makes a later call with the same arguments the same event; the client makes one by itself,
            which its own retries share.

    Raises:
        InvalidRequest: no such layout, a category without a price, times that do not fit.
        Conflict: another event has that id (`event_id_taken`).
    """
    form = EventForm(
        name=name,
        layout_id=layout_id,
        starts_at=starts_at,
        currency=currency,
        event_id=event_id,
        layout_version=layout_version,
        sales_start=sales_start,
        sales_end=sales_end,
        prices=prices,
        orphan_rule=orphan_rule,
        charges=tuple(charges),
    )
    return asked(
        Request(
            operation="createEvent",
            method="POST",
            path="/api/v1/events",
            body=form.encoded(),
            needs_token=True,
            idempotency_key=idempotency_key or new_idempotency_key(),
        ),
        Event,
    )


def change_event(
    event_id: str,
    *,
    name: str | UnsetType = UNSET,
    layout_id: str | UnsetType = UNSET,
    layout_version: int | UnsetType = UNSET,
    starts_at: datetime | UnsetType = UNSET,
    sales_start: datetime | UnsetType | None = UNSET,
    sales_end: datetime | UnsetType | None = UNSET,
    currency: str | UnsetType = UNSET,
    prices: Mapping[str, int] | UnsetType = UNSET,
    orphan_rule: bool | UnsetType = UNSET,
    charges: Sequence[Charge] | UnsetType = UNSET,
) -> Flow[Event]:
    """Change what is given, and leave the rest; None takes a sale time away. Bookings and orders keep their prices and
    charges.

    Raises:
        NotFound: there is no such event.
        Conflict: the layout version lacks seats that are sold or withheld (`layout_in_use`, with `seat_ids`).
        InvalidRequest: as in `create_event`.
    """
    patch = EventPatch(
        name=name,
        layout_id=layout_id,
        layout_version=layout_version,
        starts_at=starts_at,
        sales_start=sales_start,
        sales_end=sales_end,
        currency=currency,
        prices=prices,
        orphan_rule=orphan_rule,
        charges=UNSET if charges is UNSET else tuple(charges),
    )
    return asked(
        Request(
            operation="changeEvent",
            method="PATCH",
            path=f"/api/v1/events/{segment(event_id)}",
            body=patch.encoded(),
            needs_token=True,
        ),
        Event,
    )


def block_seats(event_id: str, seat_ids: Sequence[str], *, reason: str | None = None) -> Flow[Block]:
    """Withhold 1 to 5,000 free seats from sale, all or none.

    Raises:
        SeatsUnavailable: naming the seats that are not free. Nothing is withheld.
    """
    return asked(_blocks("blockSeats", "POST", event_id, BlockForm(seat_ids=tuple(seat_ids), reason=reason)), Block)


def unblock_seats(event_id: str, seat_ids: Sequence[str]) -> Flow[UnblockedSeats]:
    """Put withheld seats on sale again, 1 to 5,000 in a call; others that are named stay as they are."""
    return asked(_blocks("unblockSeats", "DELETE", event_id, BlockForm(seat_ids=tuple(seat_ids))), UnblockedSeats)


def _drawing(drawing: Layout | bytes, **query: str) -> Request:
    return Request(
        operation="publishLayout",
        method="POST",
        path="/api/v1/layouts",
        query=query_of(**query),
        body=drawing if isinstance(drawing, bytes) else msgspec.json.encode(drawing),
        needs_token=True,
    )


def _blocks(operation: str, method: str, event_id: str, form: BlockForm) -> Request:
    path = f"/api/v1/events/{segment(event_id)}/blocks"
    return Request(operation=operation, method=method, path=path, body=form.encoded(), needs_token=True)
