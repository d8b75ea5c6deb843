"""How everything stands, gathered past every wire: what the checker compares a history with."""

import asyncio
import time
from collections.abc import Mapping, Sequence

import msgspec

from frontrow.adapters.payments.demo_records import DemoRecord
from frontrow.adapters.redis import keys
from frontrow.domain.ids import EventId
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
from tests.chaos.driver.buyers import Sale
from tests.chaos.driver.calls import Client
from tests.chaos.driver.deployment import Deployment
from tests.chaos.driver.stores import Stores

SETTLE_SECONDS_MAX = 30.0
_ROWS = """
  SELECT event_id AS event, seat_id AS seat, owner_id, state, user_id AS user, price_minor, created_at_ms, ended_at_ms
  FROM seat_rows WHERE event_id = ANY($1)
"""
_BOOKINGS = """
  SELECT booking_id, event_id AS event, user_id AS user, status, hold_id, order_id, total_minor, notes AS purchase
  FROM bookings WHERE event_id = ANY($1)
"""
_ORDERS = """
  SELECT order_id, event_id AS event, user_id AS user, state, has_claim = 1 AS has_claim, hold_id, booking_id,
    amount_minor, seats::json AS seats, attention, notes AS purchase
  FROM orders WHERE event_id = ANY($1)
"""
_PAYMENTS = "SELECT payment_id, order_id, state, captured_minor FROM payments WHERE event_id = ANY($1)"
_REFUNDS = "SELECT refund_id, order_id, payment_id, state, amount_minor FROM refunds WHERE event_id = ANY($1)"
_OUTBOX = "SELECT owner_id FROM outbox WHERE event_id = ANY($1)"
_BANK = """
  SELECT demo_payments.payment_id, demo_payments.state FROM demo_payments
  LEFT JOIN payments ON payments.payment_id = demo_payments.payment_id
  WHERE payments.payment_id IS NULL OR payments.event_id = ANY($1)
"""


async def settled_standing(deployment: Deployment, sales: Sequence[Sale], looker: Client) -> Standing:
    """How everything stands once the relay has told the store what was sold last, or after a while all the same."""
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    while True:
        standing = await standing_of(deployment, sales, looker)
        wanted = {sale.event: len(sale.seats) for sale in sales}
        is_told = all(len(standing.sold[event]) == count for event, count in wanted.items())
        is_seen = all(set(states) == {"b"} for views in standing.views.values() for states in views.values())
        if (is_told and is_seen and not standing.outbox) or time.monotonic() > deadline:
            return standing
        await asyncio.sleep(0.2)


async def standing_of(deployment: Deployment, sales: Sequence[Sale], looker: Client) -> Standing:
    """Everything about these sales. Nothing may be under way."""
    events = [sale.event for sale in sales]
    rows = deployment.ledger.rows
    return Standing(
        rows=msgspec.convert(await rows(_ROWS, events), tuple[Row, ...]),
        bookings=msgspec.convert(await rows(_BOOKINGS, events), tuple[BookingRow, ...]),
        orders=tuple(_order(row) for row in await rows(_ORDERS, events)),
        payments=msgspec.convert(await rows(_PAYMENTS, events), tuple[PaymentRow, ...]),
        refunds=msgspec.convert(await rows(_REFUNDS, events), tuple[RefundRow, ...]),
        outbox=tuple(str(row["owner_id"]) for row in await rows(_OUTBOX, events)),
        gateway=tuple(_paid(row) for row in await rows(_BANK, events)),
        sold={sale.event: await _sold(deployment.stores, sale.event) for sale in sales},
        held={sale.event: await _held(deployment.stores, sale) for sale in sales},
        views=await _views(deployment, sales, looker),
        at_ns=time.monotonic_ns(),
    )


def _order(row: Mapping[str, object]) -> OrderRow:
    seats = msgspec.convert(row["seats"], list[dict[str, object]])
    return msgspec.convert({**row, "seats": {it["seat_id"]: it["price_minor"] for it in seats}}, OrderRow)


def _paid(row: Mapping[str, object]) -> GatewayPayment:
    record = msgspec.json.decode(str(row["state"]), type=DemoRecord)
    is_taken = record.at(time.time_ns() // 1_000_000).stage is DemoStage.PAID
    return GatewayPayment(
        payment_id=str(row["payment_id"]),
        captured_minor=record.amount_minor if is_taken else 0,
        refunded_minor=tuple(it.amount_minor for it in record.refunds if it.failed is None),
    )


async def _sold(store: Stores, event: str) -> Mapping[str, str]:
    return msgspec.convert(await store.ask(event, "HGETALL", keys.sold_seats(EventId(event))), dict[str, str])


async def _held(store: Stores, sale: Sale) -> Mapping[str, str]:
    """The locks that stand; those that have run out are gone by themselves."""
    names = [keys.seat_lock(EventId(sale.event), msgspec.convert(it, str)) for it in sale.seats]
    locks = msgspec.convert(await store.ask(sale.event, "MGET", *names), list[str | None])
    return {seat: lock for seat, lock in zip(sale.seats, locks, strict=True) if lock is not None}


async def _views(deployment: Deployment, sales: Sequence[Sale], looker: Client) -> Mapping[str, Mapping[str, str]]:
    """What each process shows."""
    shown: dict[str, dict[str, str]] = {}
    for api in deployment.apis:
        here = Client(looker.name, [api.url], looker.session, looker.history, looker.rng, looker.roles)
        answers = {sale.event: await here.ask("GET", f"events/{sale.event}/seat-states") for sale in sales}
        shown[api.name] = {event: str(told.body.get("states", told)) for event, told in answers.items()}
    return shown
