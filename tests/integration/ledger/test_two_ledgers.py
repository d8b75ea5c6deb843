"""Two processes write one PostgreSQL ledger at once: what is sure of one transaction at a time is sure of two.

Each test has the one transaction stand just before its COMMIT while the other one begins.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.ledger import SqlLedger, open_ledger
from frontrow.adapters.sql.tables import SCHEMA_VERSION
from frontrow.domain.booking import (
    BookingCancelled,
    BookingIdSpent,
    BookingStatus,
    BookingWritten,
    BookOutcome,
    PaymentInfo,
    SeatConflict,
)
from frontrow.domain.event import Event, EventChanges
from frontrow.domain.ids import BookingId, EventId, PaymentId, SeatId, UserId
from frontrow.domain.notice import NoticeChannel, NoticeState
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_moves import OrderKeyReused, OrderMoved, OrderStands
from tests.integration.ledger.backends import BuiltLedger
from tests.integration.ledger.children import child, lines_of
from tests.integration.ledger.drafts import block, booked, draft, event, event_on_sale, guard, layout, order, seats
from tests.integration.ledger.order_steps import Books, claim, notice, pay_key, payment, refund, step
from tests.integration.ledger.overlapping import PausedDatabase, TwoLedgers
from tests.integration.ledger.test_faults import written_in
from tests.integration.ledger.test_last_word import without_index
from tests.support.fake_clock import START_MS, FakeClock
from tests.support.postgres import PostgresServer

WRITERS = 40
_NEXT = "nextval('numbers')"
PAIRS = 100
"""Pairs of seats that two processes sell."""


@pytest.fixture
async def database(_built_ledger: BuiltLedger) -> AsyncIterator[Database]:
    """The database of the ledger that can be paused."""
    yield await open_database(_built_ledger.emptied())


@pytest.fixture
async def two(database: Database, _built_ledger: BuiltLedger, clock: FakeClock) -> AsyncIterator[TwoLedgers]:
    """Both ledgers."""
    paused = PausedDatabase(database)
    one, other = SqlLedger(paused, clock), await open_ledger(_built_ledger.url, clock=clock)
    yield TwoLedgers(one, other, paused)
    await one.close()
    await other.close()


@pytest.fixture
async def gala(two: TwoLedgers) -> Event:
    """An event to sell seats of."""
    return await event_on_sale(two.one)


async def race(two: TwoLedgers, clock: FakeClock, gala: Event) -> list[BookOutcome]:
    """Users of both processes book the same seat, each with another one of their own."""
    drafts = [draft(gala, f"A1 B{number}", user=f"user-{number}", key="k") for number in range(WRITERS)]
    ledgers = (two.one, two.other)
    return await asyncio.gather(
        *(ledgers[place % 2].book(it, guard_until_ms=guard(clock)) for place, it in enumerate(drafts))
    )


async def test_writers_of_two_processes_have_one_winner(two: TwoLedgers, clock: FakeClock, gala: Event) -> None:
    outcomes = await race(two, clock, gala)
    [winner] = [it for it in outcomes if isinstance(it, BookingWritten)]
    conflicts = [it for it in outcomes if isinstance(it, SeatConflict)]
    assert len(conflicts) == WRITERS - 1
    assert {seat.owner_id for it in conflicts for seat in it.seats} == {winner.booking.booking_id}


async def changes_told(two: TwoLedgers, gala: Event) -> set[EventId]:
    """What is told to one who asks as soon as the second of two events is changed, and then whenever there is more."""
    ball = await event_on_sale(two.one, "ball")
    before = await two.other.event_changes(since=None)

    async def change_and_ask() -> EventChanges:
        assert await two.other.update_event(msgspec.structs.replace(ball, name="Quick"), expected=ball)
        return await two.other.event_changes(since=before.version)

    slow = msgspec.structs.replace(gala, name="Slow")
    _, told = await two.overlap(lambda: two.one.update_event(slow, expected=gala), change_and_ask)
    later = await two.other.event_changes(since=told.version)
    return {*(told.event_ids or ()), *(later.event_ids or ())}


async def test_of_two_changes_of_events_none_is_passed_over(two: TwoLedgers, gala: Event) -> None:
    assert await changes_told(two, gala) == {"gala", "ball"}


async def test_numbered_by_a_sequence_the_one_that_is_committed_late_is_never_told(
    two: TwoLedgers, database: Database, gala: Event
) -> None:
    def number_by_sequence(connection: sa.Connection) -> None:
        (body,) = connection.execute(sa.text("SELECT prosrc FROM pg_proc WHERE proname = 'note_event_change'")).one()
        body = body.replace("(SELECT coalesce(max(version), 0) FROM event_changes) + row_number() OVER ()", _NEXT)
        assert _NEXT in body
        for statement in (
            "CREATE SEQUENCE numbers START 1000",
            f"CREATE OR REPLACE FUNCTION note_event_change() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
            "DROP TRIGGER number_event_changes ON events",
        ):
            connection.exec_driver_sql(statement)

    await database.write(number_by_sequence)
    assert await changes_told(two, gala) == {"ball"}


async def test_without_the_index_they_sell_the_seat_again_and_again(
    two: TwoLedgers, database: Database, clock: FakeClock, gala: Event
) -> None:
    await without_index(database)
    outcomes = await race(two, clock, gala)
    assert len([it for it in outcomes if isinstance(it, BookingWritten)]) > 1


async def sold_by_two_processes(_built_ledger: BuiltLedger) -> list[BookingId]:
    """What two processes have sold that want the same seats in the same order."""
    options = ("--bookings", str(PAIRS))
    with child(_built_ledger.url, *options) as one, child(_built_ledger.url, *options) as other:
        return written_in([*lines_of(one), *lines_of(other)])


async def test_two_processes_that_want_the_same_seats_sell_each_once(
    two: TwoLedgers, gala: Event, _built_ledger: BuiltLedger
) -> None:
    written = await sold_by_two_processes(_built_ledger)
    assert len(written) == PAIRS
    rows = await two.one.live_seats(gala.event_id)
    assert Counter(it.owner_id for it in rows) == dict.fromkeys(written, 2)


async def test_without_the_index_two_processes_sell_them_twice(
    two: TwoLedgers, database: Database, gala: Event, _built_ledger: BuiltLedger
) -> None:
    await without_index(database)
    assert len(await sold_by_two_processes(_built_ledger)) == 2 * PAIRS


async def test_a_seat_that_is_being_booked_is_waited_for(two: TwoLedgers, clock: FakeClock, gala: Event) -> None:
    mine, theirs = draft(gala, "A1 A2"), draft(gala, "A2 A3", user="bob")
    first, second = await two.overlap(
        lambda: two.one.book(mine, guard_until_ms=guard(clock)),
        lambda: two.other.book(theirs, guard_until_ms=guard(clock)),
    )
    assert isinstance(first, BookingWritten)
    assert isinstance(second, SeatConflict)
    assert [it.owner_id for it in second.seats] == [mine.booking.booking_id]


async def test_a_seat_that_is_being_given_back_is_waited_for_and_had(
    two: TwoLedgers, clock: FakeClock, gala: Event
) -> None:
    mine, theirs = draft(gala, "A1 A2"), draft(gala, "A2 A3", user="bob")
    await booked(two.one, clock, mine)
    _, second = await two.overlap(
        lambda: two.one.cancel(mine.booking.booking_id, None),
        lambda: two.other.book(theirs, guard_until_ms=guard(clock)),
    )
    assert isinstance(second, BookingWritten)


async def test_the_same_booking_twice_is_one(two: TwoLedgers, clock: FakeClock, gala: Event) -> None:
    wanted = draft(gala, "A1", key="k")
    first, second = await two.overlap(
        lambda: two.one.book(wanted, guard_until_ms=guard(clock)),
        lambda: two.other.book(wanted, guard_until_ms=guard(clock)),
    )
    assert isinstance(first, BookingWritten)
    assert isinstance(second, BookingWritten)
    assert (first.replayed, second.replayed) == (False, True)
    assert len(await two.one.outbox_of(wanted.booking.booking_id)) == 1


async def test_an_id_that_is_being_aborted_is_never_booked(two: TwoLedgers, clock: FakeClock, gala: Event) -> None:
    wanted = draft(gala, "A1")
    _, second = await two.overlap(
        lambda: two.one.abort(wanted), lambda: two.other.book(wanted, guard_until_ms=guard(clock))
    )
    assert second == BookingIdSpent()
    assert await two.one.live_seats(gala.event_id) == []


async def test_a_booking_whose_seats_are_given_back_by_two_is_cancelled_when_none_is_left(
    two: TwoLedgers, clock: FakeClock, gala: Event
) -> None:
    ordered, wanted = await Books(two.one, two.one.orders).booked(gala, "A1 A2", clock)
    booking_id = wanted.booking.booking_id
    move = step(ordered, OrderState.BOOKED, cancels=seats("A1"))
    first, second = await two.overlap(
        lambda: two.one.orders.move(move), lambda: two.other.cancel(booking_id, seats("A2"))
    )
    assert isinstance(first, OrderMoved)
    assert isinstance(second, BookingCancelled)
    assert second.booking.status is BookingStatus.CANCELLED
    found = await two.one.booking(booking_id)
    assert found is not None
    assert found.status is BookingStatus.CANCELLED


async def test_the_other_way_round_too(two: TwoLedgers, clock: FakeClock, gala: Event) -> None:
    ordered, wanted = await Books(two.one, two.one.orders).booked(gala, "A1 A2", clock)
    booking_id = wanted.booking.booking_id
    move = step(ordered, OrderState.BOOKED, cancels=seats("A1"))
    await two.overlap(lambda: two.one.cancel(booking_id, seats("A2")), lambda: two.other.orders.move(move))
    found = await two.one.booking(booking_id)
    assert found is not None
    assert found.status is BookingStatus.CANCELLED


async def test_seats_are_given_back_once(two: TwoLedgers, clock: FakeClock, gala: Event) -> None:
    wanted = draft(gala, "A1 A2")
    await booked(two.one, clock, wanted)
    first, second = await two.overlap(
        lambda: two.one.cancel(wanted.booking.booking_id, seats("A1")),
        lambda: two.other.cancel(wanted.booking.booking_id, None),
    )
    assert isinstance(first, BookingCancelled)
    assert isinstance(second, BookingCancelled)
    assert (first.freed, second.freed) == (seats("A1"), seats("A2"))


async def test_of_two_steps_from_the_same_state_one_is_made(two: TwoLedgers, clock: FakeClock, gala: Event) -> None:
    placed = await Books(two.one, two.one.orders).placed(gala, "A1")
    first, second = await two.overlap(
        lambda: two.one.orders.move(claim(placed, clock)),
        lambda: two.other.orders.move(step(placed, OrderState.EXPIRED)),
    )
    assert isinstance(first, OrderMoved)
    assert second == OrderStands(first.order)
    assert [it.owner_id for it in await two.one.live_seats(gala.event_id)] == [placed.order_id]


async def test_the_same_step_twice_is_made_once_and_answered_twice(
    two: TwoLedgers, clock: FakeClock, gala: Event
) -> None:
    placed = await Books(two.one, two.one.orders).placed(gala, "A1")
    move = claim(placed, clock)
    first, second = await two.overlap(lambda: two.one.orders.move(move), lambda: two.other.orders.move(move))
    assert isinstance(first, OrderMoved)
    assert isinstance(second, OrderMoved)
    assert len(await two.one.outbox_of(placed.order_id)) == 1


async def test_two_orders_under_one_key_are_one_order(two: TwoLedgers, gala: Event) -> None:
    wanted, another = order(gala, "A1"), order(gala, "A2")
    first, second = await two.overlap(
        lambda: two.one.orders.place(wanted, pay_key()), lambda: two.other.orders.place(another, pay_key())
    )
    assert first == wanted
    assert second == OrderKeyReused()
    assert await two.one.orders.order(another.order_id) is None


async def test_what_is_due_is_taken_by_one_and_the_other_takes_what_is_left(two: TwoLedgers, gala: Event) -> None:
    books = Books(two.one, two.one.orders)
    placed = [await books.placed(gala, f"A{number}", due_at_ms=START_MS - 10 + number) for number in range(4)]

    async def take(ledger: SqlLedger) -> list[Order]:
        return await ledger.orders.take_due_orders(now_ms=START_MS, until_ms=START_MS + 60_000, limit=2)

    first, second = await two.overlap(lambda: take(two.one), lambda: take(two.other))
    assert [ids(first), ids(second)] == [ids(placed[:2]), ids(placed[2:])]


def ids(orders: list[Order]) -> list[str]:
    """Theirs."""
    return [it.order_id for it in orders]


async def test_a_late_failure_does_not_take_the_place_of_a_delivery(two: TwoLedgers, gala: Event) -> None:
    told = notice(gala)
    await two.one.orders.add_notices([told])
    tried = msgspec.structs.replace(told, tries=1)
    delivered = msgspec.structs.replace(tried, state=NoticeState.DELIVERED, due_at_ms=None, delivered_at_ms=START_MS)
    failed = msgspec.structs.replace(tried, state=NoticeState.FAILED, due_at_ms=None, last_error="too late")
    await two.overlap(lambda: two.one.orders.update_notice(delivered), lambda: two.other.orders.update_notice(failed))
    assert await two.one.orders.notice(told.notice_id) == delivered
    anew = msgspec.structs.replace(told, due_at_ms=START_MS)
    await two.other.orders.update_notice(anew)
    assert await two.one.orders.notice(told.notice_id) == anew


async def test_a_notice_is_written_once(two: TwoLedgers, gala: Event) -> None:
    told = notice(gala)
    await two.overlap(lambda: two.one.orders.add_notices([told]), lambda: two.other.orders.add_notices([told]))
    lease = {"now_ms": START_MS + 1_000_000, "until_ms": START_MS + 2_000_000, "limit": 5}
    assert len(await two.one.orders.take_due_notices(channel=NoticeChannel.WEBHOOK, **lease)) == 1


async def test_of_two_refund_updates_one_is_made(two: TwoLedgers, clock: FakeClock, gala: Event) -> None:
    books = Books(two.one, two.one.orders)
    ordered, _ = await books.booked(gala, "A1", clock)
    [paid] = await two.one.orders.payments_of(ordered.order_id)
    owed = refund(paid, "A1")
    await books.moved(step(ordered, OrderState.BOOKED, cancels=seats("A1"), refunds=(owed,)))
    mine = msgspec.structs.replace(owed, version=owed.version + 1, tries=1)
    theirs = msgspec.structs.replace(mine, tries=2)
    made = await two.overlap(lambda: two.one.orders.update_refund(mine), lambda: two.other.orders.update_refund(theirs))
    assert made == (True, False)


async def test_of_two_writes_of_the_demo_gateway_one_is_made(two: TwoLedgers) -> None:
    id_ = PaymentId("1-p")
    for version in (1, 2):
        made = await two.overlap(
            lambda version=version: two.one.demo_payments.write(id_, "mine", version),  # type: ignore[misc]
            lambda version=version: two.other.demo_payments.write(id_, "theirs", version),  # type: ignore[misc]
        )
        assert made == (True, False)


async def test_an_order_that_is_being_forgotten_is_not_moved_as_it_was(
    two: TwoLedgers, clock: FakeClock, gala: Event
) -> None:
    books = Books(two.one, two.one.orders)
    closed = await books.moved(step(await books.placed(gala, "A1"), OrderState.EXPIRED))
    late = step(closed, OrderState.EXPIRED, attention="paid late")
    _, second = await two.overlap(
        lambda: two.one.orders.erase_person(user_id=closed.user_id, email=None, pseudonym=UserId("gone")),
        lambda: two.other.orders.move(late),
    )
    assert isinstance(second, OrderStands)
    assert second.order.user_id == "gone"


@pytest.mark.parametrize("wanted", ["user_id", "email"])
async def test_an_order_that_is_being_paid_late_is_not_forgotten_as_the_closed_one_that_it_was(
    two: TwoLedgers, clock: FakeClock, gala: Event, wanted: str
) -> None:
    books = Books(two.one, two.one.orders)
    closed = await books.moved(step(await books.placed(gala, "A1"), OrderState.EXPIRED))
    stated = payment(closed, stated=PaymentInfo("transfer", "Ann Lee 17"))
    late = step(closed, OrderState.PAID, payments=(stated,))
    who: dict[str, Any] = {"user_id": None, "email": None}
    who[wanted] = {"user_id": closed.user_id, "email": closed.customer.email}[wanted]
    first, erased = await two.overlap(
        lambda: two.one.orders.move(late),
        lambda: two.other.orders.erase_person(**who, pseudonym=UserId("gone")),
    )
    assert isinstance(first, OrderMoved)
    assert await two.one.orders.order(closed.order_id) == first.order
    assert await two.one.orders.payments_of(closed.order_id) == [stated]
    assert erased == 0


async def test_events_are_seen_in_the_order_of_their_numbers(two: TwoLedgers) -> None:
    await two.one.add_layout(layout(), b"{}")
    seen: list[list[int]] = []

    async def add_and_look() -> Event | None:
        added = await two.other.add_event(event("later"))
        seen.append([it.number for it in await two.other.events(after_number=0, limit=5)])
        return added

    first, second = await two.overlap(lambda: two.one.add_event(event("first")), add_and_look)
    assert first is not None
    assert second is not None
    assert seen == [[first.number, second.number]]


async def test_an_event_that_is_being_added_is_not_added_again(two: TwoLedgers) -> None:
    await two.one.add_layout(layout(), b"{}")
    first, second = await two.overlap(
        lambda: two.one.add_event(event("gala")), lambda: two.other.add_event(event("gala"))
    )
    assert first is not None
    assert second is None


async def test_of_two_changes_of_an_event_one_is_made(two: TwoLedgers, gala: Event) -> None:
    made = await two.overlap(
        lambda: two.one.update_event(msgspec.structs.replace(gala, name="Mine"), expected=gala),
        lambda: two.other.update_event(msgspec.structs.replace(gala, name="Theirs"), expected=gala),
    )
    assert made == (True, False)
    found = await two.other.event(EventId(gala.event_id))
    assert found is not None
    assert found.name == "Mine"


async def test_two_drawings_of_a_layout_are_two_versions(two: TwoLedgers) -> None:
    versions = await two.overlap(
        lambda: two.one.add_layout(layout(), b"mine"), lambda: two.other.add_layout(layout(), b"theirs")
    )
    assert versions == (1, 2)


async def test_blocks_and_bookings_wait_for_each_other(two: TwoLedgers, clock: FakeClock, gala: Event) -> None:
    withheld = block(gala, "A1 A2")
    blocked, second = await two.overlap(
        lambda: two.one.add_block(withheld),
        lambda: two.other.book(draft(gala, "A2 A3"), guard_until_ms=guard(clock)),
    )
    assert blocked is None
    assert isinstance(second, SeatConflict)
    first_ended, second_ended = await two.overlap(
        lambda: two.one.drop_blocks(gala.event_id, seats("A1")),
        lambda: two.other.drop_blocks(gala.event_id, seats("A1 A2")),
    )
    assert [it.seat_id for it in first_ended] == [SeatId("A1")]
    assert [it.seat_id for it in second_ended] == [SeatId("A2")]


async def test_processes_that_start_at_once_build_the_schema_once(postgres: PostgresServer, clock: FakeClock) -> None:
    url = postgres.new_database()
    ledgers = await asyncio.gather(*(open_ledger(url, clock=clock) for _ in range(4)))
    assert [await it.schema_version() for it in ledgers] == [SCHEMA_VERSION] * 4
    await asyncio.gather(*(it.close() for it in ledgers))
    postgres.drop_database(url)
