"""Seats that are given back or withheld: ended rows stay, freed seats sell again, blocked ones do not."""

from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import (
    BookingCancelled,
    BookingNotFound,
    BookingStatus,
    EndedSeat,
    OutboxKind,
    OutboxTask,
    SeatConflict,
    SeatRowState,
    SeatsNotInBooking,
)
from frontrow.domain.event import Event
from frontrow.domain.ids import BookingId, UserId, new_made_id
from tests.integration.ledger.drafts import block, booked, draft, event_on_sale, guard, live, seats
from tests.support.fake_clock import START_MS, FakeClock


async def test_some_seats_of_a_booking_are_cancelled(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    wanted = draft(gala, "A1 A2 A3")
    booking_id = wanted.booking.booking_id
    await booked(ledger, clock, wanted)
    outcome = await ledger.cancel(booking_id, seats("A3 A1"))
    assert isinstance(outcome, BookingCancelled)
    assert outcome.freed == seats("A1 A3")
    assert outcome.booking.status is BookingStatus.PARTLY_CANCELLED
    assert outcome.booking.cancelled_seat_ids == seats("A1 A3")
    assert outcome.booking.seat_ids == seats("A1 A2 A3")
    assert await ledger.booking(booking_id) == outcome.booking
    assert await live(ledger, gala) == {"A2": booking_id}


async def test_the_last_seats_cancelled_make_the_booking_cancelled(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    wanted = draft(gala, "A1 A2")
    await booked(ledger, clock, wanted)
    await ledger.cancel(wanted.booking.booking_id, seats("A2"))
    outcome = await ledger.cancel(wanted.booking.booking_id, None)
    assert isinstance(outcome, BookingCancelled)
    assert outcome.freed == seats("A1")
    assert outcome.booking.status is BookingStatus.CANCELLED


async def test_cancelling_again_frees_nothing_more(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    wanted = draft(gala, "A1 A2")
    await booked(ledger, clock, wanted)
    first = await ledger.cancel(wanted.booking.booking_id, None)
    second = await ledger.cancel(wanted.booking.booking_id, None)
    assert isinstance(first, BookingCancelled)
    assert second == BookingCancelled(first.booking, freed=())
    frees = [it for it in await ledger.outbox_of(wanted.booking.booking_id) if it.kind is OutboxKind.FREE]
    assert [it.task_id for it in frees] == list(first.task_ids)


async def test_cancelling_leaves_a_free_task_in_the_same_transaction(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    wanted = draft(gala, "A1 A2")
    written = await booked(ledger, clock, wanted)
    await ledger.outbox_done(written.task_ids)
    clock.advance(5)
    outcome = await ledger.cancel(wanted.booking.booking_id, seats("A2"))
    assert isinstance(outcome, BookingCancelled)
    assert await ledger.outbox_of(wanted.booking.booking_id) == [
        OutboxTask(
            task_id=outcome.task_ids[0],
            event_id=gala.event_id,
            kind=OutboxKind.FREE,
            owner_id=wanted.booking.booking_id,
            state=SeatRowState.BOOKED,
            user_id=UserId("ann"),
            seats=seats("A2"),
            held=(),
            created_at_ms=START_MS + 5,
        )
    ]


async def test_seats_the_booking_never_had_are_named_and_nothing_is_cancelled(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    wanted = draft(gala, "A1 A2")
    await booked(ledger, clock, wanted)
    outcome = await ledger.cancel(wanted.booking.booking_id, seats("B9 A1 B1"))
    assert outcome == SeatsNotInBooking(seats("B9 B1"))
    assert set(await live(ledger, gala)) == {"A1", "A2"}


async def test_no_booking_no_cancelling(ledger: SqlLedger, gala: Event) -> None:
    aborted = draft(gala, "A1")
    await ledger.abort(aborted)
    for booking_id in (new_made_id(gala.number), new_made_id(99), aborted.booking.booking_id):
        assert await ledger.cancel(BookingId(booking_id), None) == BookingNotFound()


async def test_a_cancelled_seat_sells_again_as_often_as_it_is_cancelled(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    owners = []
    for _ in range(3):
        wanted = draft(gala, "A1")
        await booked(ledger, clock, wanted)
        await ledger.cancel(wanted.booking.booking_id, None)
        owners.append(wanted.booking.booking_id)
    last = draft(gala, "A1")
    await booked(ledger, clock, last)
    assert await live(ledger, gala) == {"A1": last.booking.booking_id}
    pairs = [EndedSeat(seats("A1")[0], owner) for owner in (*owners, last.booking.booking_id)]
    assert await ledger.ended_rows(gala.event_id, pairs) == set(pairs[:-1])


async def test_ended_rows_are_only_those_the_ledger_holds_as_ended(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    wanted = draft(gala, "A1 A2")
    await booked(ledger, clock, wanted)
    await ledger.cancel(wanted.booking.booking_id, seats("A1"))
    owner = wanted.booking.booking_id
    ended, still_live = (EndedSeat(seat_id, owner) for seat_id in seats("A1 A2"))
    unknown = EndedSeat(seats("A1")[0], new_made_id(gala.number))
    assert await ledger.ended_rows(gala.event_id, [ended, still_live, unknown]) == {ended}
    assert await ledger.ended_rows(gala.event_id, []) == set()
    matinee = await event_on_sale(ledger, "matinee")
    assert await ledger.ended_rows(matinee.event_id, [ended]) == set()


async def test_blocked_seats_are_not_sold(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    withheld = block(gala, "A1 A2", reason="camera")
    assert await ledger.add_block(withheld) is None
    outcome = await ledger.book(draft(gala, "A2 A3"), guard_until_ms=guard(clock))
    assert isinstance(outcome, SeatConflict)
    assert [(it.seat_id, it.state, it.owner_id) for it in outcome.seats] == [
        ("A2", SeatRowState.BLOCKED, withheld.block_id)
    ]


async def test_a_block_is_all_or_none(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    sold = draft(gala, "A2")
    await booked(ledger, clock, sold)
    outcome = await ledger.add_block(block(gala, "A1 A2 A3"))
    assert isinstance(outcome, SeatConflict)
    assert [it.owner_id for it in outcome.seats] == [sold.booking.booking_id]
    assert await live(ledger, gala) == {"A2": sold.booking.booking_id}


async def test_the_same_block_again_is_the_same_block(ledger: SqlLedger, gala: Event) -> None:
    withheld = block(gala, "A1 A2")
    assert await ledger.add_block(withheld) is None
    assert await ledger.add_block(withheld) is None
    await ledger.drop_blocks(gala.event_id, seats("A1"))
    assert await ledger.add_block(withheld) is None
    assert set(await live(ledger, gala)) == {"A2"}


async def test_dropped_blocks_end_only_blocked_rows_and_leave_a_free_task_for_each(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    first, second = block(gala, "A1 A2"), block(gala, "A3")
    for withheld in (first, second):
        await ledger.add_block(withheld)
    sold = draft(gala, "A4")
    await booked(ledger, clock, sold)
    dropped = await ledger.drop_blocks(gala.event_id, seats("A3 A4 A2 A9 A3"))
    assert dropped == [EndedSeat(seats("A3")[0], second.block_id), EndedSeat(seats("A2")[0], first.block_id)]
    assert await live(ledger, gala) == {"A1": first.block_id, "A4": sold.booking.booking_id}
    for withheld, freed in ((first, "A2"), (second, "A3")):
        (task,) = await ledger.outbox_of(withheld.block_id)
        assert (task.kind, task.state, task.seats) == (OutboxKind.FREE, SeatRowState.BLOCKED, seats(freed))
        assert task.user_id == "admin"
    assert await ledger.drop_blocks(gala.event_id, seats("A3 A2")) == []
    assert await ledger.ended_rows(gala.event_id, dropped) == set(dropped)


async def test_a_dropped_seat_can_be_blocked_and_sold_again(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    await ledger.add_block(block(gala, "A1 A2"))
    await ledger.drop_blocks(gala.event_id, seats("A1 A2"))
    await booked(ledger, clock, draft(gala, "A1"))
    assert await ledger.add_block(block(gala, "A2")) is None


async def test_a_whole_venue_is_blocked_read_and_dropped(ledger: SqlLedger, gala: Event) -> None:
    withheld = block(gala, " ".join(f"S{number}" for number in range(9_000)))
    assert await ledger.add_block(withheld) is None
    assert len(await ledger.live_seats(gala.event_id)) == 9_000
    assert len(await ledger.live_seats(gala.event_id, withheld.seat_ids)) == 9_000
    dropped = await ledger.drop_blocks(gala.event_id, withheld.seat_ids)
    assert [it.seat_id for it in dropped] == list(withheld.seat_ids)
    assert len(await ledger.ended_rows(gala.event_id, dropped)) == 9_000
    assert await live(ledger, gala) == {}
