"""Kill -9 while orders are being sold: every step that was answered is there, and no step is there by half."""

import signal
from collections import Counter

import pytest

from frontrow.adapters.sql.ledger import SqlLedger, open_ledger
from frontrow.domain.booking import BookingStatus, OutboxKind
from frontrow.domain.ids import EventId, OrderId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.payment import PaymentState
from tests.integration.ledger.backends import Backend
from tests.integration.ledger.children import child, lines_of
from tests.integration.ledger.ledger_child import EVENT
from tests.support.fake_clock import FakeClock

ALL_MAX = 1_000_000
GIVEN_BACK_VERSION = 6
"""The version of an order of which a seat was given back."""
PAID_IN = {OrderState.PAYING: PaymentState.STARTED, OrderState.PAID: PaymentState.CAPTURED}


@pytest.mark.parametrize("said_lines", [40, 300])
async def test_whatever_was_answered_is_there_and_nothing_by_half(
    backend: Backend, clock: FakeClock, said_lines: int
) -> None:
    with child(backend.url, "--orders") as process:
        lines = lines_of(process, until=said_lines)
        process.send_signal(signal.SIGKILL)
        lines += lines_of(process)
    said = {OrderId(line.split()[1]): int(line.split()[2]) for line in lines if line.startswith("moved ")}
    assert len(said) > 5
    ledger = await open_ledger(backend.url, clock=clock)
    try:
        found = await ledger.orders.orders_in(EventId(EVENT), states=None, before=None, limit=ALL_MAX)
        versions = {order.order_id: order.version for order in found}
        assert {id_ for id_, version in said.items() if versions.get(id_, 0) < version} == set()
        await assert_nothing_by_half(ledger, found)
    finally:
        await ledger.close()


async def assert_nothing_by_half(ledger: SqlLedger, orders: list[Order]) -> None:
    """Rows, bookings, payments, refunds, tasks and notices are those of just the steps that each order has made."""
    rows: Counter[str] = Counter()
    tasks: Counter[tuple[str, OutboxKind]] = Counter()
    told = 0
    for order in orders:
        given_back = order.version == GIVEN_BACK_VERSION
        if order.version > 1:
            tasks[order.order_id, OutboxKind.FINISH] = 1
        if order.has_claim:
            assert order.state in (OrderState.CLAIMED, OrderState.PAYING, OrderState.PAID)
            rows[f"claimed {order.order_id}"] = 2
        if order.booking_id is not None:
            booking = await ledger.booking(order.booking_id)
            assert booking is not None
            assert booking.order_id == order.order_id
            assert booking.status is (BookingStatus.PARTLY_CANCELLED if given_back else BookingStatus.BOOKED)
            rows[f"booked {order.booking_id}"] = 2 - given_back
            tasks[order.booking_id, OutboxKind.FINISH] = 1
            tasks[order.booking_id, OutboxKind.FREE] = int(given_back)
            told += 1 + given_back
        paid = [it.state for it in await ledger.orders.payments_of(order.order_id)]
        state = PaymentState.CAPTURED if order.booking_id else PAID_IN.get(order.state)
        assert paid == ([] if state is None else [state])
        assert len(await ledger.orders.refunds_of(order.order_id)) == given_back
    assert Counter(f"{it.state.value} {it.owner_id}" for it in await ledger.live_seats(EventId(EVENT))) == rows
    undone = await ledger.outbox(older_than_ms=1 << 60, limit=ALL_MAX)
    assert Counter((it.owner_id, it.kind) for it in undone) == tasks
    assert len(await ledger.orders.notices(state=None, before=None, limit=ALL_MAX)) == told
