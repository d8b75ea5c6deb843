"""How everything stands once the faults are over and all is quiet: ledger, store, views and the gateway's own books."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from tests.chaos.checker.seat import At


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A seat's row in the ledger, live or ended."""

    event: str
    seat: str
    owner_id: str
    state: str
    user: str
    price_minor: int
    created_at_ms: int
    ended_at_ms: int | None


class BookingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A booking in the ledger; of an order's `order_id` names it."""

    booking_id: str
    event: str
    user: str
    status: str
    hold_id: str | None
    order_id: str | None
    total_minor: int
    purchase: str | None
    """What the client wrote into its notes."""


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """An order in the ledger."""

    order_id: str
    event: str
    user: str
    state: str
    has_claim: bool
    hold_id: str
    booking_id: str | None
    amount_minor: int
    seats: Mapping[str, int]
    """What each seat costs, in minor units."""
    attention: str | None
    purchase: str | None


class PaymentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A payment in the ledger."""

    payment_id: str
    order_id: str
    state: str
    captured_minor: int


class RefundRow(msgspec.Struct, frozen=True, kw_only=True):
    """A refund in the ledger."""

    refund_id: str
    order_id: str
    payment_id: str
    state: str
    amount_minor: int


class GatewayPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment in the gateway's own books."""

    payment_id: str
    captured_minor: int
    refunded_minor: tuple[int, ...]
    """Every refund that was carried out."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Everything, at `at_ns` of the history's clock."""

    at_ns: int
    rows: tuple[Row, ...] = ()
    bookings: tuple[BookingRow, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    payments: tuple[PaymentRow, ...] = ()
    refunds: tuple[RefundRow, ...] = ()
    outbox: tuple[str, ...] = ()
    """Owners whose outbox tasks are undone."""
    gateway: tuple[GatewayPayment, ...] = ()
    sold: Mapping[str, Mapping[str, str]] = {}
    """What the store has as sold: '<state>:<owner>' by event and seat."""
    held: Mapping[str, Mapping[str, str]] = {}
    """What the store has as held and not run out: the lock's value by event and seat."""
    views: Mapping[str, Mapping[str, str]] = {}
    """What each API process answers as an event's seat states: one letter a seat, by process and event."""

    def purchases(self) -> dict[str, str]:
        """Whose purchase each booking and order is."""
        by_order = {it.order_id: it.purchase for it in self.orders if it.purchase}
        known: dict[str, str] = dict(by_order)
        for it in self.bookings:
            purchase = it.purchase or by_order.get(it.order_id or "")
            if purchase:
                known[it.booking_id] = purchase
        return known

    def owned_seats(self) -> dict[tuple[str, str], tuple[At, str]]:
        """Every seat that is sold or claimed in the ledger: how, and by which purchase (else by which id)."""
        purchases = self.purchases()
        return {
            (it.event, it.seat): (At(it.state), purchases.get(it.owner_id, it.owner_id))
            for it in self.rows
            if it.ended_at_ms is None and it.state in {At.CLAIMED, At.BOOKED}
        }

    def write(self, path: Path) -> None:
        """As one JSON document."""
        path.write_bytes(msgspec.json.encode(self))


def read_standing(path: Path) -> Standing:
    """What `write` wrote.

    Raises:
        msgspec.DecodeError: it is none.
    """
    return msgspec.json.decode(path.read_bytes(), type=Standing)
