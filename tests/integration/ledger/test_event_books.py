"""What those who run an event ask of its money: counts and lists, on every ledger, by keys and indexes."""

import msgspec
import pytest

from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.event_books import SqlEventBooks
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import BookingStatus, ContactInfo, SeatRowState
from frontrow.domain.event import Event
from frontrow.domain.ids import BookingId, EventId, OrderId, SeatId, UserId
from frontrow.domain.order import OrderState
from frontrow.domain.payment import PaymentState, RefundState
from frontrow.ports.event_books import EventBooks, SeatRow
from tests.integration.ledger.drafts import block, booked, draft, event_on_sale
from tests.integration.ledger.order_steps import Books, claim, drop, pay, payment, refund, step
from tests.integration.ledger.plans import plans_of
from tests.support.fake_clock import START_MS, FakeClock
from tests.support.fake_event_books import FakeEventBooks
from tests.support.fake_ledger import FakeLedger


@pytest.fixture
def asked(books: Books) -> EventBooks:
    """The counts and lists of those books."""
    if isinstance(books.ledger, FakeLedger):
        return FakeEventBooks(books.ledger)
    assert isinstance(books.ledger, SqlLedger)
    return books.ledger.books


async def test_cancelled_events_are_those_that_say_so(books: Books, show: Event, asked: EventBooks) -> None:
    await event_on_sale(books.ledger, "other")
    assert await asked.cancelled_events() == []
    cancelled = msgspec.structs.replace(show, cancelled_at_ms=START_MS)
    assert await books.ledger.update_event(cancelled, expected=show)
    assert await asked.cancelled_events() == [show.event_id]


async def test_bookings_are_counted_and_those_that_stand_are_listed_by_id(
    books: Books, show: Event, asked: EventBooks, clock: FakeClock
) -> None:
    assert await asked.booking_counts(show.event_id) == {}
    ids = []
    for names in ("A1", "A2 A3", "A4", "A5"):
        wanted = draft(show, names)
        await booked(books.ledger, clock, wanted)
        ids.append(wanted.booking.booking_id)
    other = await event_on_sale(books.ledger, "other")
    await booked(books.ledger, clock, draft(other, "A1"))
    await books.ledger.abort(draft(show, "A9"))
    await books.ledger.cancel(ids[0], None)
    await books.ledger.cancel(ids[1], [SeatId("A2")])
    assert await asked.booking_counts(show.event_id) == {
        BookingStatus.CANCELLED: 1,
        BookingStatus.PARTLY_CANCELLED: 1,
        BookingStatus.BOOKED: 2,
    }
    live = sorted(ids[1:])
    assert await asked.live_booking_ids(show.event_id, after=None, limit=2) == live[:2]
    assert await asked.live_booking_ids(show.event_id, after=live[1], limit=2) == live[2:]
    assert await asked.live_booking_ids(EventId("none"), after=None, limit=2) == []


async def test_payments_and_refunds_are_listed_by_state(
    books: Books, show: Event, asked: EventBooks, clock: FakeClock
) -> None:
    order, captured = await books.paid(show, "A1", clock)
    waiting = await books.claimed(show, "A2", clock)
    started = payment(waiting)
    await books.moved(pay(waiting, started))
    due, done = refund(captured), refund(captured, state=RefundState.DONE, due_at_ms=None, created_at_ms=START_MS + 1)
    await books.moved(step(order, order.state, refunds=(due, done)))
    of = show.event_id
    every = tuple(PaymentState)
    assert await asked.payments_in(of, states=(PaymentState.CAPTURED,), after=None, limit=5) == [captured]
    assert await asked.payments_in(of, states=(PaymentState.STARTED,), after=None, limit=5) == [started]
    first, second = sorted((captured, started), key=lambda it: it.payment_id)
    assert await asked.payments_in(of, states=every, after=None, limit=1) == [first]
    assert await asked.payments_in(of, states=every, after=first.payment_id, limit=5) == [second]
    assert await asked.refunds_in(of, states=(RefundState.DUE,), after=None, limit=5) == [due]
    assert await asked.refunds_in(of, states=(RefundState.DUE,), after=due.refund_id, limit=5) == []
    assert await asked.refund_counts(of) == {RefundState.DUE: 1, RefundState.DONE: 1}
    ids = [order.order_id, waiting.order_id, OrderId("1-unknown")]
    assert await asked.payments_of_orders(of, ids) == {order.order_id: [captured], waiting.order_id: [started]}
    assert await asked.refunds_of_orders(of, ids) == {order.order_id: [due, done]}
    assert [it.order_id for it in await asked.orders_among(of, ids[::-1])] == [waiting.order_id, order.order_id]


async def test_orders_contacts_come_as_orders_do(
    books: Books, show: Event, asked: EventBooks, clock: FakeClock
) -> None:
    first = await books.placed(show, "A1", created_at_ms=START_MS, customer=ContactInfo("Zoë", "z@example.com"))
    sold, wanted = await books.booked(show, "A2", clock, created_at_ms=START_MS + 5)
    every = await asked.order_contacts(show.event_id, states=None, before=None, limit=5)
    assert [it.order_id for it in every] == [sold.order_id, first.order_id]
    assert (every[0].booking_id, every[1].booking_id) == (wanted.booking.booking_id, None)
    assert (every[1].name, every[1].email, every[1].created_at_ms) == ("Zoë", "z@example.com", START_MS)
    assert await asked.order_contacts(show.event_id, states=(OrderState.PENDING,), before=None, limit=5) == every[1:]
    before = (START_MS + 5, sold.order_id)
    assert await asked.order_contacts(show.event_id, states=None, before=before, limit=5) == every[1:]


async def test_a_persons_open_orders_are_found_by_user_and_address(
    books: Books, show: Event, asked: EventBooks, clock: FakeClock
) -> None:
    mine = await books.claimed(show, "A1", clock, user_id=UserId("ann"), customer=ContactInfo("A", "Ann@Example.com"))
    await books.booked(show, "A2", clock, user_id=UserId("ann"))
    theirs = await books.placed(show, "A3", user_id=UserId("bob"), customer=ContactInfo("A", "ann@example.COM"))
    unclear = await books.claimed(show, "A4", clock, user_id=UserId("cat"))
    unclear = await books.moved(pay(unclear, payment(unclear)))
    await books.moved(step(unclear, OrderState.NEEDS_ATTENTION, attention="who knows"))

    async def found(user_id: str | None = None, email: str | None = None) -> set[str]:
        of = None if user_id is None else UserId(user_id)
        return set(await asked.open_orders_of(user_id=of, email=email, limit=10))

    assert await found(user_id="ann") == {mine.order_id}
    assert await found(email="ANN@example.com") == {mine.order_id, theirs.order_id}
    assert await found(user_id="bob", email="ann@example.com") == {mine.order_id, theirs.order_id}
    assert await found(user_id="cat") == {unclear.order_id}
    assert await found(user_id="eve", email="eve@example.com") == set()
    closing = await books.moved(step(mine, OrderState.CANCELLING))
    await books.moved(drop(closing))
    assert await found(user_id="ann") == set()


async def test_a_seats_rows_are_all_that_ever_were(ledger: SqlLedger, gala: Event, clock: FakeClock) -> None:
    books = Books(ledger, ledger.orders)
    wanted = draft(gala, "A1 A2", booked_at_ms=START_MS)
    await booked(ledger, clock, wanted)
    clock.advance(1_000)
    await ledger.cancel(wanted.booking.booking_id, [SeatId("A1")])
    clock.advance(1_000)
    withheld = block(gala, "A1")
    await ledger.add_block(withheld)
    placed = await books.placed(gala, "A3")
    await books.moved(claim(placed, clock))
    rows = await ledger.books.seat_rows(gala.event_id, SeatId("A1"), limit=10)
    assert rows == [
        SeatRow(withheld.block_id, SeatRowState.BLOCKED, UserId("admin"), 0, START_MS + 2_000, None),
        SeatRow(
            BookingId(wanted.booking.booking_id), SeatRowState.BOOKED, UserId("ann"), 4_500, START_MS, START_MS + 1_000
        ),
    ]
    assert await ledger.books.seat_rows(gala.event_id, SeatId("A1"), limit=1) == rows[:1]
    [claimed] = await ledger.books.seat_rows(gala.event_id, SeatId("A3"), limit=1)
    assert (claimed.owner_id, claimed.state) == (placed.order_id, SeatRowState.CLAIMED)


async def test_every_list_finds_its_rows_by_a_key(database: Database, ledger: SqlLedger, gala: Event) -> None:
    of, asked = gala.event_id, SqlEventBooks(database)

    async def ask() -> None:
        await asked.booking_counts(of)
        await asked.refund_counts(of)
        await asked.live_booking_ids(of, after=None, limit=5)
        await asked.payments_in(of, states=(PaymentState.STARTED,), after=None, limit=5)
        await asked.refunds_in(of, states=(RefundState.DUE,), after=None, limit=5)
        await asked.order_contacts(of, states=None, before=(1, OrderId("1-x")), limit=5)
        await asked.order_contacts(of, states=(OrderState.PAID,), before=None, limit=5)
        await asked.orders_among(of, [OrderId("1-x")])
        await asked.payments_of_orders(of, [OrderId("1-x")])
        await asked.refunds_of_orders(of, [OrderId("1-x")])
        await asked.open_orders_of(user_id=UserId("ann"), email="ann@example.com", limit=5)
        await asked.seat_rows(of, SeatId("A1"), limit=5)

    found = await plans_of(database, ask)
    assert len(found) == 13
    for statement, steps in found.items():
        assert [it for it in steps if it.startswith("SCAN")] == [], statement
