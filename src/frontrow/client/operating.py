"""What those who run events ask around money: orders, cancelling, reconciling, erasing. All of it needs the role
`admin`, and raises Forbidden without."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

import msgspec

from frontrow.client.answers import Money
from frontrow.client.exchange import Flow, Request, answered, asked, query_of, segment
from frontrow.client.forms import ErasureForm, ReconcileForm
from frontrow.client.order_answers import Order, OrderList
from frontrow.client.paging import pages
from frontrow.client.reading import PAGE_DEFAULT


class BookingsBack(msgspec.Struct, frozen=True):
    """How many bookings the event has, and of how many every seat is given back."""

    total: int
    cancelled: int


class OrdersBack(msgspec.Struct, frozen=True, rename="camel"):
    """How many orders are still to be given up, and at how many somebody has to look."""

    open: int
    needing_attention: int


class RefundsBack(msgspec.Struct, frozen=True):
    """The event's refunds: on their way, given back, and refused by their gateway so often that nobody tries them
    any more unasked."""

    due: int
    done: int
    failed: int


class Cancellation(msgspec.Struct, frozen=True, rename="camel"):
    """How far cancelling an event has come. `done`: nothing is left to be given back. `needs_person`: what is left is
    not given back by itself."""

    event_id: str
    cancelled_at: datetime
    bookings: BookingsBack
    orders: OrdersBack
    refunds: RefundsBack
    done: bool
    needs_person: bool


class FindingOutcome(StrEnum):
    """What became of a difference: `waiting` is tried again by itself, at a `person` one somebody has to look."""

    HEALED = "healed"
    WAITING = "waiting"
    PERSON = "person"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> "FindingOutcome":
        return cls.UNKNOWN


class Finding(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One thing that differed. `stage` is `seats`, `orders`, `payments`, `refunds` or `captured`."""

    stage: str
    outcome: FindingOutcome
    said: str
    order_id: str | None = None
    payment_id: str | None = None
    refund_id: str | None = None
    seat_ids: tuple[str, ...] = ()


class Reconciliation(msgspec.Struct, frozen=True, rename="camel"):
    """What one call found. `next_cursor` asks for the next piece of the event, and is None at the end."""

    event_id: str
    findings: tuple[Finding, ...]
    looked_at: int
    next_cursor: str | None = None


class Erasure(msgspec.Struct, frozen=True):
    """How many orders and bookings were changed."""

    changed: int


class SeatChange(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One change of a seat. `change` is `held`, `released`, `expired`, `claimed`, `dropped`, `booked`, `cancelled`,
    `blocked` or `unblocked`; `owner_id` the booking, order or block, `price` what it has the seat for."""

    at: datetime
    change: str
    user_id: str | None = None
    hold_id: str | None = None
    owner_id: str | None = None
    price: Money | None = None


class SeatHistory(msgspec.Struct, frozen=True, rename="camel"):
    """A seat's last changes, newest first. Sales are kept for ever; holds are known from `holds_since` on, and not at
    all where it is None."""

    event_id: str
    seat_id: str
    items: tuple[SeatChange, ...]
    holds_since: datetime | None = None


def list_event_orders(
    event_id: str, query: str = "", *, state: str = "", limit: int = PAGE_DEFAULT, cursor: str | None = None
) -> Flow[OrderList]:
    """A page of an event's orders, everybody's, newest first; `event_orders()` walks through all of them.

    Args:
        query: words that name or e-mail address contain, what the order's or its booking's id begins with, or 8 letters
            or more of its ticket code; all if empty.
        state: only orders in these states, with commas between them; any if empty.
        limit: 1 to 100. A page may have fewer, even none, and be followed by another.
        cursor: `next_cursor` of the page before.

    Raises:
        NotFound: there is no such event.
    """
    return asked(_orders_of(event_id, query=query, state=state, limit=limit, cursor=cursor), OrderList)


def event_orders(
    event_id: str, query: str = "", *, state: str = "", page_size: int = PAGE_DEFAULT
) -> Iterator[Flow[tuple[Order, ...]]]:
    """All of an event's orders that `list_event_orders` finds, newest first, read a page of `page_size` (1 to 100) at a
    time while you iterate."""
    return pages(lambda cursor: list_event_orders(event_id, query, state=state, limit=page_size, cursor=cursor))


def export_orders(event_id: str, query: str = "", *, state: str = "") -> Flow[bytes]:
    """The same orders as a CSV file in UTF-8, all of them, sums in major units. Cells that a spreadsheet would take for
    formulas begin with an apostrophe.

    Raises:
        NotFound: there is no such event.
    """
    return (yield from answered(_orders_of(event_id, query=query, state=state, format="csv"))).body


def cancel_event(event_id: str) -> Flow[Cancellation]:
    """Cancel an event for good: nothing of it is held, ordered, paid or booked any more, and everybody gets everything
    back, charges that are not refundable too. The server does so in the background; calling again, or
    `get_cancellation`, says how far it has come.

    Raises:
        NotFound: there is no such event.
    """
    path = f"/api/v1/events/{segment(event_id)}/cancel"
    return asked(Request(operation="cancelEvent", method="POST", path=path, needs_token=True), Cancellation)


def get_cancellation(event_id: str) -> Flow[Cancellation]:
    """How far giving everything back has come.

    Raises:
        NotFound: there is no such event, or it is not cancelled.
    """
    path = f"/api/v1/events/{segment(event_id)}/cancellation"
    return asked(Request(operation="getCancellation", method="GET", path=path, needs_token=True), Cancellation)


def reconcile_event(event_id: str, *, cursor: str | None = None, captured: bool = True) -> Flow[Reconciliation]:
    """Compare a piece of an event's ledger with the server's store and the gateways, and heal what can be healed.

    Args:
        cursor: `next_cursor` of the answer before; from the beginning when None.
        captured: also ask the gateways about every captured payment and its refunds.

    Raises:
        NotFound: there is no such event.
    """
    return asked(
        Request(
            operation="reconcileEvent",
            method="POST",
            path=f"/api/v1/events/{segment(event_id)}/reconciliation",
            body=ReconcileForm(cursor=cursor, captured=captured).encoded(),
            needs_token=True,
        ),
        Reconciliation,
    )


def erase_person(*, user_id: str | None = None, email: str | None = None) -> Flow[Erasure]:
    """Take a person out of every order and booking: who has this user id, or gave this e-mail address. Which seats were
    sold when, and for how much, stays.

    Raises:
        OrderStateConflict: orders of theirs are not ended yet. Nothing was erased.
        InvalidRequest: neither is given.
    """
    form = ErasureForm(user_id=user_id, email=email)
    path = "/api/v1/erasures"
    request = Request(operation="erasePerson", method="POST", path=path, body=form.encoded(), needs_token=True)
    return asked(request, Erasure)


def get_seat_history(event_id: str, seat_id: str) -> Flow[SeatHistory]:
    """Every change of one seat, who and when.

    Raises:
        NotFound: there is no such event, or no such seat in it.
    """
    return asked(
        Request(
            operation="getSeatHistory",
            method="GET",
            path=f"/api/v1/events/{segment(event_id)}/history",
            query=query_of(seatId=seat_id),
            needs_token=True,
        ),
        SeatHistory,
    )


def _orders_of(event_id: str, **query: str | int | None) -> Request:
    return Request(
        operation="listEventOrders",
        method="GET",
        path=f"/api/v1/events/{segment(event_id)}/orders",
        query=query_of(**query),
        needs_token=True,
    )
