"""Reads how everything stands from the stores themselves, past the product's own code."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from frontrow.adapters.payments.demo_records import DemoRecord
from frontrow.adapters.redis import keys
from frontrow.domain.booking import SoldSeat
from frontrow.ports.demo_bank import DemoStage
from tests.chaos.checker.standing import (
    BookingRow,
    GatewayPayment,
    OrderRow,
    PaymentRow,
    RefundRow,
    Row,
    Standing,
)

Rows = Callable[[str], Awaitable[Iterable[Mapping[str, Any]]]]
"""Runs a query in the ledger's database."""
Command = Callable[..., Awaitable[Any]]
"""Runs one command in the store; texts come back as bytes or str."""

_SEATS = """
  SELECT event_id, seat_id, owner_id, state, user_id, price_minor, created_at_ms, ended_at_ms
  FROM seat_rows ORDER BY created_at_ms
"""
_BOOKINGS = "SELECT booking_id, event_id, user_id, status, hold_id, order_id, total_minor, notes FROM bookings"
_ORDERS = """
  SELECT order_id, event_id, user_id, state, has_claim, hold_id, booking_id, amount_minor, seats, attention, notes
  FROM orders
"""
_PAYMENTS = "SELECT payment_id, order_id, state, captured_minor FROM payments"
_REFUNDS = "SELECT refund_id, order_id, payment_id, state, amount_minor FROM refunds"
_BANK = "SELECT payment_id, state FROM demo_payments"
_OUTBOX = "SELECT owner_id FROM outbox"

_sold_seats = msgspec.json.Decoder(tuple[SoldSeat, ...])
_record = msgspec.json.Decoder(DemoRecord)


async def standing_of(
    rows: Rows,
    command: Command,
    *,
    seats: Mapping[str, Sequence[str]],
    views: Mapping[str, Mapping[str, str]],
    at_ns: int,
    now_ms: int,
) -> Standing:
    """Everything in the stores now; the gateway is the demo's, whose books are in the ledger's database.

    Args:
        seats: of every event, as in the history's beginning; rows of other events are left out.
        views: what each API process answers as the events' seat states, asked by the caller just before.
        at_ns: now, by the history's clock. now_ms: now, by the store's.
    """
    orders = [_order(it) for it in await rows(_ORDERS) if it["event_id"] in seats]
    order_ids = {it.order_id for it in orders}
    payments = [PaymentRow(**_plain(it)) for it in await rows(_PAYMENTS) if it["order_id"] in order_ids]
    return Standing(
        at_ns=at_ns,
        rows=tuple(_seat(it) for it in await rows(_SEATS) if it["event_id"] in seats),
        bookings=tuple(_booking(it) for it in await rows(_BOOKINGS) if it["event_id"] in seats),
        orders=tuple(orders),
        payments=tuple(payments),
        refunds=tuple(RefundRow(**_plain(it)) for it in await rows(_REFUNDS) if it["order_id"] in order_ids),
        outbox=tuple(str(it["owner_id"]) for it in await rows(_OUTBOX)),
        gateway=tuple(_at_gateway(it) for it in await rows(_BANK)),
        sold={event: await _sold(command, event) for event in seats},
        held={event: await _held(command, event, ids, now_ms) for event, ids in seats.items()},
        views=views,
    )


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {str(name): row[name] for name in row.keys()}  # noqa: SIM118 (drivers' rows are no whole mappings)


def _seat(row: Mapping[str, Any]) -> Row:
    return Row(
        event=row["event_id"],
        seat=row["seat_id"],
        owner_id=row["owner_id"],
        state=row["state"],
        user=row["user_id"],
        price_minor=row["price_minor"],
        created_at_ms=row["created_at_ms"],
        ended_at_ms=row["ended_at_ms"],
    )


def _booking(row: Mapping[str, Any]) -> BookingRow:
    return BookingRow(
        booking_id=row["booking_id"],
        event=row["event_id"],
        user=row["user_id"],
        status=row["status"],
        hold_id=row["hold_id"],
        order_id=row["order_id"],
        total_minor=row["total_minor"],
        purchase=row["notes"],
    )


def _order(row: Mapping[str, Any]) -> OrderRow:
    return OrderRow(
        order_id=row["order_id"],
        event=row["event_id"],
        user=row["user_id"],
        state=row["state"],
        has_claim=bool(row["has_claim"]),
        hold_id=row["hold_id"],
        booking_id=row["booking_id"],
        amount_minor=row["amount_minor"],
        seats={it.seat_id: it.price_minor for it in _sold_seats.decode(row["seats"])},
        attention=row["attention"],
        purchase=row["notes"],
    )


def _at_gateway(row: Mapping[str, Any]) -> GatewayPayment:
    record = _record.decode(row["state"])
    return GatewayPayment(
        payment_id=row["payment_id"],
        captured_minor=record.amount_minor if record.stage is DemoStage.PAID else 0,
        refunded_minor=tuple(it.amount_minor for it in record.refunds if it.failed is None),
    )


async def _sold(command: Command, event: str) -> dict[str, str]:
    found = await command("HGETALL", keys.sold_seats(event))
    pairs = found.items() if isinstance(found, Mapping) else zip(found[::2], found[1::2], strict=True)
    return {_text(seat): _text(sold_as) for seat, sold_as in pairs}


async def _held(command: Command, event: str, seats: Sequence[str], now_ms: int) -> dict[str, str]:
    """Seats whose place in the index has not run out, with their lock's value."""
    listed = {_text(it) for it in await command("ZRANGEBYSCORE", keys.held_seats(event), f"({now_ms}", "+inf")}
    held = [it for it in seats if it in listed]
    return {it: _text(await command("GET", keys.seat_lock(event, it)) or "no lock") for it in held}


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
