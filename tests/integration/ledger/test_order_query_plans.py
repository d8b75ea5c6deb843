"""No read or write of orders looks through a whole table, and what looks for work looks at due rows alone."""

import asyncio
from collections.abc import Iterator
from functools import partial

import msgspec
import pytest

from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.event_books import SqlEventBooks
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import SeatConflict
from frontrow.domain.event import Event
from frontrow.domain.ids import HoldId, PaymentId, UserId
from frontrow.domain.notice import NoticeChannel, NoticeState, NoticeSubject
from frontrow.domain.order import OrderState
from frontrow.domain.payment import PaymentState, RefundState
from tests.integration.ledger.backends import BACKENDS, sqlite_backend
from tests.integration.ledger.drafts import block, event_on_sale, seats
from tests.integration.ledger.order_steps import Books, claim, drop, notice, pay_key, refund, step
from tests.integration.ledger.plans import plans_of, scans
from tests.support.fake_clock import START_MS, FakeClock
from tests.support.postgres import PostgresServer

ANN = UserId("ann")
LIST_INDEXES = {
    "orders.user_id = ? ORDER": "ix_orders_of_user (user_id=?",
    "orders.event_id = ? ORDER": "ix_orders_of_event (event_id=?",
    "FROM notices ORDER": "ix_notices_by_time",
    "notices.state = ? ORDER": "ix_notices_in_state (state=?",
}
"""What a list is known by, and the index it is read from, in its order."""
DUE_INDEXES = {
    "FROM orders \nWHERE orders.due_at_ms": "ix_orders_due (due_at_ms<?",
    "FROM refunds \nWHERE refunds.due_at_ms": "ix_refunds_due (due_at_ms<?",
    "FROM notices \nWHERE notices.due_at_ms": "ix_notices_due (channel=? AND due_at_ms<?",
}
FOUND_BY = {
    "lower(bookings.contact_email)": ("ix_bookings_of_email (<expr>=?",),
    "lower(orders.customer_email)": ("ix_orders_of_email (<expr>=?",),
    "orders.holder_id = ?": ("ix_orders_of_holder (holder_id=?",),
    "orders.sold_by = ?": ("ix_orders_sold_by (sold_by=?",),
    "notices.delivered_at_ms < ?": ("ix_notices_delivered (kind=? AND delivered_at_ms<?",),
    "blocks.user_id = ?": ("ix_blocks_of_user (user_id=?",),
    "payments.order_id = ?": ("ix_payments_of_order (event_id=? AND order_id=?",),
    "refunds.order_id = ?": ("ix_refunds_of_order (event_id=? AND order_id=?",),
}


@pytest.fixture(scope="module", params=BACKENDS)
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[str]]]:
    """The plans of everything that orders run, found once for all that is asked of them."""
    if request.param == "sqlite":
        yield asyncio.run(plans_of_orders(sqlite_backend(tmp_path_factory.mktemp("plans")).url))
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.new_database()
    yield asyncio.run(plans_of_orders(url))
    server.drop_database(url)


async def plans_of_orders(url: str) -> dict[str, list[str]]:
    """Each statement and the steps of its plan, on an empty database."""
    database, clock = await open_database(url), FakeClock()
    ledger = SqlLedger(database, clock)
    await ledger.upgrade()
    try:
        return await plans_of(database, partial(use_everything, ledger, SqlEventBooks(database), clock))
    finally:
        await ledger.close()


def test_every_statement_finds_its_rows_by_a_key(found: dict[str, list[str]]) -> None:
    assert len(found) > 50
    for statement, plan in found.items():
        if "events.cancelled_at_ms IS NOT NULL" not in statement:  # there are few events, and they are asked for once
            assert scans(plan) == [], statement
    for words, indexes in FOUND_BY.items():
        statements = [it for it in found if words in it]
        assert statements, words
        for it in statements:
            assert all(any(index in step for step in found[it]) for index in indexes), (it, found[it])


def test_what_looks_for_work_looks_at_due_rows_alone(found: dict[str, list[str]]) -> None:
    for words, index in DUE_INDEXES.items():
        plans = [steps for it, steps in found.items() if words in it]
        assert plans, words
        for plan in plans:
            assert len(plan) == 1  # in the index's order, nothing is sorted
            assert index in plan[0]


def test_lists_are_read_in_their_indexes_order(found: dict[str, list[str]]) -> None:
    for words, index in LIST_INDEXES.items():
        plans = [steps for it, steps in found.items() if words in it]
        assert plans, words
        for plan in plans:
            assert index in plan[0]
            assert [step for step in plan if "TEMP B-TREE" in step] == []


async def use_everything(ledger: SqlLedger, books: SqlEventBooks, clock: FakeClock) -> None:
    """Call each method that reads or changes rows of orders."""
    gala = await event_on_sale(ledger)
    await use_orders(ledger, gala, clock)
    await use_lists(ledger, gala)
    await use_event_books(books, gala)
    await ledger.add_block(msgspec.structs.replace(block(gala, "Z1"), user_id=ANN))
    await ledger.orders.erase_person(user_id=ANN, email="ann@example.com", pseudonym=UserId("gone"))
    await ledger.orders.erase_person(user_id=None, email="zoë@example.com", pseudonym=UserId("gone"))


async def use_orders(ledger: SqlLedger, gala: Event, clock: FakeClock) -> None:
    """Steps, what is due, and reads by id."""
    orders = ledger.orders
    its = Books(ledger, orders)
    claimed = await its.claimed(gala, "B1", clock)
    cancelling = await its.moved(step(claimed, OrderState.CANCELLING))
    await its.moved(drop(cancelling))
    stands, wanted = await its.booked(gala, "A1 A2", clock, due_at_ms=START_MS, holder_id=ANN, sold_by=ANN)
    taken = claim(await its.placed(gala, "A1", due_at_ms=START_MS), clock, key=pay_key())
    assert isinstance(await orders.move(taken), SeatConflict)
    (paid,) = await orders.payments_of(stands.order_id)
    owed = refund(paid, "A1")
    told = notice(gala, subject=NoticeSubject(user_id=ANN))
    await its.moved(step(stands, OrderState.BOOKED, cancels=seats("A1"), refunds=(owed,), notices=(told,)))
    await orders.put_off(stands, due_at_ms=START_MS)
    lease = {"now_ms": START_MS, "until_ms": START_MS + 5, "limit": 5}
    assert await orders.take_due_orders(states=tuple(OrderState), **lease)
    assert await orders.take_due_refunds(**lease)
    assert await orders.take_due_notices(channel=NoticeChannel.WEBHOOK, **lease)
    await orders.update_refund(msgspec.structs.replace(owed, version=2))
    await orders.update_notice(told)
    delivered = msgspec.structs.replace(told, state=NoticeState.DELIVERED, due_at_ms=None, delivered_at_ms=1)
    await orders.update_notice(delivered)
    assert await orders.drop_delivered_notices(kind=told.kind, before_ms=2, limit=5) == 1
    await orders.add_notices([told])
    await orders.notice(told.notice_id)
    await orders.refund(owed.refund_id)
    await orders.refunds_of(stands.order_id)
    await orders.payment(paid.payment_id)
    await orders.key_used(pay_key())
    await orders.note_callback("demo", "evt")
    clock.advance(40 * 24 * 3_600_000)
    await orders.note_callback("demo", "evt_2")
    await orders.callback_seen("demo", "evt")
    await orders.order_of_booking(wanted.booking)
    await ledger.demo_payments.write(PaymentId("1-p"), "{}", 1)
    await ledger.demo_payments.write(PaymentId("1-p"), "{}", 2)
    await ledger.demo_payments.read(PaymentId("1-p"))


async def use_lists(ledger: SqlLedger, gala: Event) -> None:
    """Whatever comes in pages, the first one and the next."""
    orders = ledger.orders
    (newest,) = await orders.orders_in(gala.event_id, states=None, before=None, limit=1)
    for before in (None, (newest.created_at_ms, newest.order_id)):
        await orders.orders_of(ANN, open_only=False, before=before, limit=5)
        await orders.orders_of(ANN, open_only=True, before=before, limit=5)
        await orders.orders_in(gala.event_id, states=None, before=before, limit=5)
        await orders.orders_in(gala.event_id, states=[OrderState.PAID, OrderState.PAYING], before=before, limit=5)
    await orders.order_counts(gala.event_id)
    for user in (ANN, UserId("guest:s:ann")):
        await orders.claimed_seats_of(gala.event_id, user, besides=newest.order_id)
    await orders.order_of_hold(gala.event_id, ANN, HoldId("1-hold"))
    await orders.bookings_by_email("ann@example.com", after=None, limit=5)
    (told,) = await orders.notices(state=None, before=None, limit=1)
    for state in (None, NoticeState.DUE):
        await orders.notices(state=state, before=None, limit=5)
        await orders.notices(state=state, before=(told.created_at_ms, told.notice_id), limit=5)


async def use_event_books(books: SqlEventBooks, gala: Event) -> None:
    """What those who run the event ask."""
    event_id = gala.event_id
    await books.cancelled_events()
    await books.booking_counts(event_id)
    await books.refund_counts(event_id)
    await books.refunds_given_up(event_id)
    await books.live_booking_ids(event_id, after=None, limit=5)
    await books.payments_in(event_id, states=[PaymentState.CAPTURED], after=None, limit=5)
    await books.refunds_in(event_id, states=[RefundState.DUE], after=None, limit=5)
    contacts = await books.order_contacts(event_id, states=[OrderState.BOOKED], before=None, limit=5)
    order_ids = [it.order_id for it in contacts]
    await books.orders_among(event_id, order_ids)
    await books.payments_of_orders(event_id, order_ids)
    await books.refunds_of_orders(event_id, order_ids)
    await books.open_orders_of(user_id=ANN, email="ann@example.com", limit=5)
    await books.seat_rows(event_id, seats("A1")[0], limit=5)
