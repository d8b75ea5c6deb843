"""The booking protocol under every fault of its table, at every step: what was sold stays sold, once, and nothing else.

Each test ends by comparing the ledger and the store, after the relay has had its turn.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from frontrow.domain.booking import (
    BookingKeyReused,
    BookingStatus,
    BookingWritten,
    EndedSeat,
    LedgerSeat,
    SeatConflict,
    SeatRowState,
)
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import (
    BOOKING_GUARD_MS,
    BookingRunning,
    HoldNotComplete,
    HoldNotFound,
    SeatRefusal,
    SeatsBusy,
    SeatsUnavailable,
    Unavailable,
)
from frontrow.domain.ids import HoldId, SeatId, event_number_of
from frontrow.domain.seat_states import SeatState
from frontrow.domain.selection import UnknownSeats
from frontrow.services.counts import Count
from frontrow.services.outcomes import BookRequest, HoldRequest, HoldShown
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.faults import ProcessDied
from tests.support.house import (
    CONTACT,
    EVENT,
    OTHER_EVENT,
    STANDARD_MINOR,
    VIP_MINOR,
    House,
    key,
    seats,
    tables,
    user,
)

ANN, BOB, ADMIN = user("ann"), user("bob"), user("root", "admin")
RELAY_MS = 6_000


@pytest.fixture(autouse=True)
async def every_promise_is_kept(house: House, clock: FakeClock) -> AsyncIterator[None]:
    yield
    house.store_faults.bring_up()
    house.ledger_faults.bring_up()
    clock.advance(RELAY_MS)
    await house.relay.relay_once()
    assert await house.broken_promises(ANN, BOB, ADMIN) == []


def another_process(house: House) -> House:
    """The same stores, none of the memory."""
    return House(house.real_store, house.real_ledger, house.clock, sleep=asyncio.sleep)


def written(answer: object) -> BookingWritten:
    assert isinstance(answer, BookingWritten), answer
    return answer


# The plain way


async def test_a_booking_is_written_with_the_servers_prices_and_its_seats_are_sold(
    house: House, store: FakeHoldStore, ledger: FakeLedger
) -> None:
    hold = await house.holds.hold(ANN, EVENT, HoldRequest(seats("A1 B1"), tables("R")))
    assert isinstance(hold, HoldShown)
    answer = written(await house.book_hold(ANN, hold.hold_id))
    booking = answer.booking
    assert not answer.replayed
    assert booking.total_minor == STANDARD_MINOR + 5 * VIP_MINOR
    assert booking.seat_ids == seats("A1 B1 R1 R2 R3 R4")
    assert booking.table_ids == tables("R")
    assert [seat.table_id for seat in booking.seats] == [None, None, *tables("R R R R")]
    assert (booking.hold_id, booking.user_id, booking.status) == (hold.hold_id, ANN.user_id, BookingStatus.BOOKED)
    assert event_number_of(booking.booking_id) == 1
    assert store.maps[EVENT].state_of(SeatId("A1")) is SeatState.BOOKED
    assert await store.user_seats([EVENT], ANN.user_id) == []
    await house.relay.relay_once()
    assert ledger.tasks == {}
    assert house.counts.of(Count.RELAY_TASKS) == 0


async def test_seats_are_booked_across_holds_and_the_rest_of_the_holds_stays(house: House) -> None:
    first, second = await house.held(ANN, "A1 A2"), await house.held(ANN, "A3 A4")
    booking = written(await house.book_seats(ANN, "A4 A1")).booking
    assert booking.seat_ids == seats("A4 A1")
    assert booking.hold_id is None
    rest = {it.hold_id: it.seat_ids for it in await house.holds.my_holds(ANN)}
    assert rest == {first: seats("A2"), second: seats("A3")}


async def test_a_table_is_booked_by_its_name(house: House) -> None:
    await house.holds.hold(ANN, EVENT, HoldRequest(table_ids=tables("W")))
    answer = await house.bookings.book(ANN, BookRequest(EVENT, CONTACT, table_ids=tables("W")))
    assert written(answer).booking.table_ids == tables("W")


async def test_a_hold_may_be_booked_until_it_runs_out_even_when_the_sale_has_ended(
    house: House, clock: FakeClock
) -> None:
    clock.advance(20 * 24 * 3_600_000 - 60_000)
    hold_id = await house.held(ANN, "A1")
    clock.advance(120_000)
    written(await house.book_hold(ANN, hold_id))


async def test_a_hold_that_ran_out_is_not_booked(house: House, clock: FakeClock) -> None:
    hold_id = await house.held(ANN, "A1")
    clock.advance(600_000)
    assert isinstance(await house.book_hold(ANN, hold_id), HoldNotFound)
    by_seats = await house.book_seats(ANN, "A1")
    assert isinstance(by_seats, SeatsUnavailable)
    assert by_seats.refusals == (SeatRefusal(SeatId("A1"), Unavailable.NOT_YOURS),)


async def test_a_foreign_hold_is_not_booked(house: House) -> None:
    hold_id = await house.held(BOB, "A1 A2")
    assert isinstance(await house.book_hold(ANN, hold_id), HoldNotFound)
    refused = await house.book_seats(ANN, "A1 A3")
    assert isinstance(refused, SeatsUnavailable)
    assert refused.refusals == (
        SeatRefusal(SeatId("A1"), Unavailable.HELD),
        SeatRefusal(SeatId("A3"), Unavailable.NOT_YOURS),
    )


async def test_a_hold_of_another_event_is_not_found_here(house: House) -> None:
    there = await house.held(ANN, "A1", event_id=OTHER_EVENT)
    assert isinstance(await house.book_hold(ANN, there), HoldNotFound)
    assert isinstance(await house.book_hold(ANN, HoldId("no id at all")), HoldNotFound)


async def test_a_hold_that_lost_seats_by_a_move_cannot_be_booked_silently(house: House) -> None:
    older = await house.held(ANN, "A1 A2")
    await house.held(ANN, "A2")
    answer = await house.book_hold(ANN, older)
    assert isinstance(answer, HoldNotComplete)
    assert answer.seat_ids == seats("A2")


async def test_a_seat_that_a_newer_layout_version_dropped_is_not_sold(house: House, clock: FakeClock) -> None:
    hold_id = await house.held(ANN, "A1 A10")
    sale = await house.catalog.sale(EVENT)
    assert sale is not None
    smaller = sale.layout.layout
    fewer = replace(smaller, seats=tuple(seat for seat in smaller.seats if seat.id != "A10"))
    version = await house.ledger.add_layout(fewer, b"{}")
    assert await house.ledger.update_event(replace(sale.event, layout_version=version), expected=sale.event)
    house.catalog.forget(EVENT)
    assert await house.book_hold(ANN, hold_id) == UnknownSeats(seat_ids=seats("A10"), table_ids=())
    now = await house.holds.hold_of(ANN, EVENT, hold_id)
    assert isinstance(now, HoldShown)
    assert now.total_minor == STANDARD_MINOR
    written(await house.book_seats(ANN, "A1"))


# Replays


async def test_the_same_key_and_body_has_the_first_answer_for_ever(house: House, clock: FakeClock) -> None:
    hold_id = await house.held(ANN, "A1")
    first = written(await house.book_hold(ANN, hold_id, key("k", ANN)))
    for _ in range(3):
        clock.advance(24 * 3_600_000)
        again = written(await another_process(house).book_hold(ANN, hold_id, key("k", ANN)))
        assert again.replayed
        assert again.booking == first.booking


async def test_a_key_answers_even_when_its_booking_was_cancelled_and_the_seats_are_held_again(house: House) -> None:
    await house.held(ANN, "A1 A2")
    first = written(await house.book_seats(ANN, "A1 A2", key("k", ANN)))
    await house.bookings.cancel(ANN, first.booking.booking_id)
    await house.held(ANN, "A1 A2")
    again = written(await house.book_seats(ANN, "A1 A2", key("k", ANN)))
    assert again.replayed
    assert again.booking == first.booking
    assert written(await another_process(house).book_seats(ANN, "A1 A2", key("k", ANN))).booking == first.booking
    written(await house.book_seats(ANN, "A1 A2"))  # its marks are gone: the same hold can be booked at once


async def test_a_key_answers_the_same_when_its_booking_was_cancelled_and_nobody_holds_the_seats(house: House) -> None:
    hold_id = await house.held(ANN, "A1")
    first = written(await house.book_hold(ANN, hold_id, key("k", ANN)))
    await house.bookings.cancel(ANN, first.booking.booking_id)
    assert written(await house.book_hold(ANN, hold_id, key("k", ANN))).booking == first.booking
    # Without the key it is the booking as it is now.
    assert written(await house.book_hold(ANN, hold_id)).booking.status is BookingStatus.CANCELLED


async def test_a_hold_near_its_end_is_kept_while_it_is_booked_and_this_process_hears_of_it(
    house: House, clock: FakeClock
) -> None:
    hold_id = await house.held(ANN, "A1")
    clock.advance(600_000 - 1_000)
    deadline_ms = clock.now_ms() + BOOKING_GUARD_MS
    written(await house.book_hold(ANN, hold_id))
    assert house.ears.expiries[-1] == deadline_ms


async def test_a_key_with_another_body_is_refused_and_costs_no_hold(house: House) -> None:
    first, second = await house.held(ANN, "A1"), await house.held(ANN, "A2")
    written(await house.book_hold(ANN, first, key("k", ANN, "one")))
    assert await house.book_hold(ANN, second, key("k", ANN, "two")) == BookingKeyReused()
    assert await house.book_hold(ANN, first, key("k", ANN, "two")) == BookingKeyReused()
    written(await house.book_hold(ANN, second))


async def test_a_key_used_at_another_event_is_refused(house: House) -> None:
    there = await house.held(ANN, "A1", event_id=OTHER_EVENT)
    request = BookRequest(OTHER_EVENT, CONTACT, hold_id=there)
    written(await house.bookings.book(ANN, request, key("k", ANN, "there")))
    here = await house.held(ANN, "A1")
    assert await house.book_hold(ANN, here, key("k", ANN, "here")) == BookingKeyReused()
    written(await house.book_hold(ANN, here))


async def test_without_a_key_a_repeated_confirm_answers_with_the_booking(house: House) -> None:
    hold_id = await house.held(ANN, "A1 A2")
    first = written(await house.book_hold(ANN, hold_id))
    by_hold = written(await house.book_hold(ANN, hold_id))
    by_seats = written(await house.book_seats(ANN, "A2 A1"))
    with_key = written(await house.book_hold(ANN, hold_id, key("another", ANN)))
    assert [it.booking.booking_id for it in (by_hold, by_seats, with_key)] == [first.booking.booking_id] * 3
    assert by_hold.replayed
    assert by_seats.replayed


async def test_a_booking_of_other_seats_is_no_answer(house: House) -> None:
    await house.sold(ANN, "A1 A2")
    for names in ("A1", "A1 A2 A3"):
        answer = await house.book_seats(ANN, names)
        assert isinstance(answer, SeatsUnavailable)
    assert isinstance(await house.book_seats(BOB, "A1 A2"), SeatsUnavailable)


async def test_a_hold_that_got_seats_while_it_was_booked_makes_a_second_booking(house: House) -> None:
    hold_id = await house.held(ANN, "A1")

    async def add() -> None:
        added = await house.holds.hold(ANN, EVENT, HoldRequest(seats("A2"), hold_id=hold_id))
        assert isinstance(added, HoldShown)

    house.ledger_faults.before("book", add)
    first = written(await house.book_hold(ANN, hold_id))
    second = written(await house.book_hold(ANN, hold_id))
    assert first.booking.seat_ids == seats("A1")
    assert second.booking.seat_ids == seats("A2")
    assert second.booking.booking_id != first.booking.booking_id


async def test_a_booking_that_runs_elsewhere_is_still_running(house: House) -> None:
    hold_id = await house.held(ANN, "A1")
    asked: list[object] = []

    async def ask_again() -> None:
        asked.append(await another_process(house).book_hold(ANN, hold_id))
        asked.append(await another_process(house).book_seats(ANN, "A1"))

    house.ledger_faults.before("book", ask_again)
    written(await house.book_hold(ANN, hold_id))
    running, busy = asked
    assert isinstance(running, BookingRunning)
    assert 0 < running.retry_after_ms <= BOOKING_GUARD_MS
    assert isinstance(busy, SeatsBusy)


# Crashes


@pytest.mark.parametrize("with_key", [None, key("k", ANN)])
async def test_a_crash_between_marking_and_writing_frees_the_seats_by_itself(
    house: House, clock: FakeClock, store: FakeHoldStore, with_key: object
) -> None:
    hold_id = await house.held(ANN, "A1")
    clock.advance(600_000 - 1_000)
    house.ledger_faults.before("book", ProcessDied())
    with pytest.raises(ProcessDied):
        await house.book_hold(ANN, hold_id)
    after = another_process(house)
    assert isinstance(await after.hold(BOB, "A1"), SeatsUnavailable)
    clock.advance(BOOKING_GUARD_MS)
    await store.sweep_expired(EVENT)
    await after.held(BOB, "A1")


async def test_a_crash_between_marking_and_writing_does_not_cost_the_hold(house: House, clock: FakeClock) -> None:
    hold_id = await house.held(ANN, "A1")
    house.ledger_faults.before("book", ProcessDied())
    with pytest.raises(ProcessDied):
        await house.book_hold(ANN, hold_id, key("k", ANN))
    after = another_process(house)
    assert isinstance(await after.book_hold(ANN, hold_id, key("k", ANN)), BookingRunning)
    clock.advance(BOOKING_GUARD_MS)
    written(await after.book_hold(ANN, hold_id, key("k", ANN)))


@pytest.mark.parametrize("step", ["book", "finish_booking"])
async def test_after_a_crash_behind_the_ledger_any_relay_finishes(
    house: House, clock: FakeClock, store: FakeHoldStore, ledger: FakeLedger, step: str
) -> None:
    hold_id = await house.held(ANN, "A1 A2")
    if step == "book":
        house.ledger_faults.after("book", ProcessDied())
    else:
        house.store_faults.before("finish_booking", ProcessDied())
    with pytest.raises(ProcessDied):
        await house.book_hold(ANN, hold_id)
    after = another_process(house)
    clock.advance(RELAY_MS)
    assert await after.relay.relay_once() == 1
    assert ledger.tasks == {}
    assert store.maps[EVENT].state_of(SeatId("A1")) is SeatState.BOOKED
    assert await store.user_seats([EVENT], ANN.user_id) == []
    assert after.counts.of(Count.RELAY_TASKS) == 1


async def test_a_crash_behind_the_finish_is_finished_twice_with_no_effect(
    house: House, clock: FakeClock, ledger: FakeLedger, store: FakeHoldStore
) -> None:
    hold_id = await house.held(ANN, "A1")
    house.store_faults.after("finish_booking", ProcessDied())
    with pytest.raises(ProcessDied):
        await house.book_hold(ANN, hold_id)
    before = store.maps[EVENT].position
    clock.advance(RELAY_MS)
    assert await another_process(house).relay.relay_once() == 1
    assert store.maps[EVENT].position == before
    assert ledger.tasks == {}


async def test_a_retry_after_a_crash_behind_the_ledger_finishes_itself(
    house: House, store: FakeHoldStore, ledger: FakeLedger
) -> None:
    hold_id = await house.held(ANN, "A1")
    house.ledger_faults.after("book", ProcessDied())
    with pytest.raises(ProcessDied):
        await house.book_hold(ANN, hold_id, key("k", ANN))
    again = written(await another_process(house).book_hold(ANN, hold_id, key("k", ANN)))
    assert again.replayed
    assert store.maps[EVENT].state_of(SeatId("A1")) is SeatState.BOOKED
    assert ledger.tasks == {}


async def test_a_finish_that_fails_is_left_to_the_relay_and_the_booking_is_a_success(
    house: House, clock: FakeClock, ledger: FakeLedger
) -> None:
    hold_id = await house.held(ANN, "A1")
    house.store_faults.before("finish_booking", StoreUnavailable("gone"))
    written(await house.book_hold(ANN, hold_id))
    assert len(ledger.tasks) == 1
    clock.advance(RELAY_MS)
    assert await house.relay.relay_once() == 1


# The ledger fails


async def test_a_lost_commit_reply_is_one_booking_when_the_request_is_repeated(
    house: House, ledger: FakeLedger
) -> None:
    hold_id = await house.held(ANN, "A1")
    house.ledger_faults.after("book", LedgerUnavailable("reply lost"))
    with pytest.raises(LedgerUnavailable):
        await house.book_hold(ANN, hold_id, key("k", ANN))
    again = written(await house.book_hold(ANN, hold_id, key("k", ANN)))
    assert again.replayed
    assert len(ledger.drafts) == 1


async def test_a_ledger_that_is_down_keeps_the_hold_and_takes_back_the_marks_when_surely_nothing_was_written(
    house: House,
) -> None:
    hold_id = await house.held(ANN, "A1")
    house.ledger_faults.take_down(LedgerUnavailable("no disk", surely_not_written=True))
    with pytest.raises(LedgerUnavailable):
        await house.book_hold(ANN, hold_id, key("k", ANN))
    house.ledger_faults.bring_up()
    written(await house.book_hold(ANN, hold_id, key("k", ANN)))


async def test_a_ledger_of_unknown_outcome_keeps_the_marks_so_that_a_late_commit_sells_what_is_still_held(
    house: House, clock: FakeClock
) -> None:
    hold_id = await house.held(ANN, "A1")
    clock.advance(600_000 - 1_000)
    house.ledger_faults.before("book", LedgerUnavailable("timed out"))
    with pytest.raises(LedgerUnavailable):
        await house.book_hold(ANN, hold_id)
    clock.advance(BOOKING_GUARD_MS - 1)
    assert isinstance(await house.hold(BOB, "A1"), SeatsUnavailable)


async def test_a_guard_that_runs_short_begins_again_under_the_same_id(house: House, clock: FakeClock) -> None:
    hold_id = await house.held(ANN, "A1")
    house.ledger_faults.before("book", lambda: clock.advance(20_000))
    booking = written(await house.book_hold(ANN, hold_id)).booking
    assert house.store_faults.calls.count("begin_booking") == 2
    assert written(await house.book_hold(ANN, hold_id)).booking.booking_id == booking.booking_id


async def test_the_guard_counts_from_before_the_marks_were_asked_for(house: House, clock: FakeClock) -> None:
    hold_id = await house.held(ANN, "A1")
    house.store_faults.after("begin_booking", lambda: clock.advance(20_000))
    written(await house.book_hold(ANN, hold_id))
    assert house.store_faults.calls.count("begin_booking") == 2


async def test_a_ledger_that_is_always_too_slow_is_unavailable_and_the_hold_is_kept(
    house: House, clock: FakeClock
) -> None:
    hold_id = await house.held(ANN, "A1")
    house.ledger_faults.before("book", lambda: clock.advance(20_000), times=3)
    with pytest.raises(LedgerUnavailable, match="too slow 3 times"):
        await house.book_hold(ANN, hold_id)
    written(await house.book_hold(ANN, hold_id))


async def test_a_hold_past_its_expiry_is_lost_when_its_guard_runs_short(house: House, clock: FakeClock) -> None:
    hold_id = await house.held(ANN, "A1")
    clock.advance(595_000)
    house.ledger_faults.before("book", lambda: clock.advance(20_000))
    assert isinstance(await house.book_hold(ANN, hold_id), HoldNotFound)
    await house.held(BOB, "A1")


# The store fails


async def test_with_the_store_down_nothing_new_is_booked(house: House) -> None:
    hold_id = await house.held(ANN, "A1")
    house.store_faults.take_down(StoreUnavailable("gone"))
    with pytest.raises(StoreUnavailable):
        await house.book_hold(ANN, hold_id, key("k", ANN))
    house.store_faults.bring_up()
    written(await house.book_hold(ANN, hold_id, key("k", ANN)))


async def test_with_the_store_down_a_booking_that_is_written_is_still_answered(house: House) -> None:
    hold_id = await house.held(ANN, "A1")
    first = written(await house.book_hold(ANN, hold_id, key("k", ANN)))
    house.store_faults.take_down(StoreUnavailable("gone"))
    again = written(await house.book_hold(ANN, hold_id, key("k", ANN)))
    assert again.booking == first.booking
    assert written(await house.book_hold(ANN, hold_id)).booking == first.booking


async def test_after_the_store_was_emptied_a_hold_is_lost_and_a_sold_seat_is_still_sold(
    house: House, store: FakeHoldStore
) -> None:
    await house.sold(BOB, "A2")
    hold_id = await house.held(ANN, "A1")
    store.flush_all()
    assert isinstance(await house.book_hold(ANN, hold_id), HoldNotFound)
    taken = await house.hold(ANN, "A1 A2")
    assert isinstance(taken, SeatsUnavailable)
    assert taken.refusals == (SeatRefusal(SeatId("A2"), Unavailable.BOOKED),)
    written(await house.book_hold(ANN, await house.held(ANN, "A1")))


@pytest.mark.parametrize("step", ["begin_booking", "finish_booking"])
async def test_a_store_emptied_in_the_middle_of_a_booking_loses_nothing_that_was_sold(
    house: House, store: FakeHoldStore, step: str
) -> None:
    hold_id = await house.held(ANN, "A1")
    house.store_faults.after(step, store.flush_all)
    written(await house.book_hold(ANN, hold_id))
    taken = await house.hold(BOB, "A1")
    assert isinstance(taken, SeatsUnavailable)
    assert taken.refusals == (SeatRefusal(SeatId("A1"), Unavailable.BOOKED),)


# The store lost a hold: the ledger decides


async def test_a_conflict_is_refused_with_the_seats_and_counted_as_a_broken_hold(
    house: House, store: FakeHoldStore, ledger: FakeLedger
) -> None:
    hold_id = await house.held(ANN, "A1 A2 A3")
    ledger.rows[EVENT, SeatId("A2")] = LedgerSeat(SeatId("A2"), SeatRowState.BLOCKED, "1-block", BOB.user_id)
    answer = await house.book_hold(ANN, hold_id)
    assert isinstance(answer, SeatsUnavailable)
    assert answer.refusals == (SeatRefusal(SeatId("A2"), Unavailable.BLOCKED),)
    assert house.counts.of(Count.HOLD_BROKEN) >= 1
    # The store has learnt whose the seat is, and the others are still held and can be booked.
    assert store.maps[EVENT].state_of(SeatId("A2")) is SeatState.BLOCKED
    assert written(await house.book_seats(ANN, "A1 A3")).booking.seat_ids == seats("A1 A3")


async def test_a_conflict_frees_its_marks_only_after_an_aborted_row_is_committed(
    house: House, ledger: FakeLedger
) -> None:
    hold_id = await house.held(ANN, "A1 A2")
    ledger.rows[EVENT, SeatId("A2")] = LedgerSeat(SeatId("A2"), SeatRowState.BOOKED, "1-other", BOB.user_id)
    house.ledger_faults.before("abort", LedgerUnavailable("gone"))
    with pytest.raises(LedgerUnavailable):
        await house.book_hold(ANN, hold_id, key("k", ANN))
    assert "abort_booking" not in house.store_faults.calls
    assert isinstance(await house.book_seats(ANN, "A1"), SeatsBusy)
    del ledger.rows[EVENT, SeatId("A2")]


async def test_an_aborted_key_never_sells_again_and_a_new_one_does(house: House, ledger: FakeLedger) -> None:
    hold_id = await house.held(ANN, "A1")
    ledger.rows[EVENT, SeatId("A1")] = LedgerSeat(SeatId("A1"), SeatRowState.BOOKED, "1-other", BOB.user_id)
    assert isinstance(await house.book_hold(ANN, hold_id, key("k", ANN)), SeatsUnavailable)
    # The other booking is given back, and ann holds the seat again.
    ledger.end_rows(EVENT, seats("A1"))
    await house.store.free_seats(EVENT, owner_id="1-other", seat_ids=seats("A1"))
    again = await house.held(ANN, "A1")
    refused = await house.book_hold(ANN, again, key("k", ANN))
    assert isinstance(refused, SeatsUnavailable)
    assert [refusal.seat_id for refusal in refused.refusals] == list(seats("A1"))
    written(await house.book_hold(ANN, again, key("k2", ANN)))


async def test_a_key_that_was_aborted_says_which_seats_are_sold(house: House, ledger: FakeLedger) -> None:
    hold_id = await house.held(ANN, "A1 A2")
    ledger.rows[EVENT, SeatId("A1")] = LedgerSeat(SeatId("A1"), SeatRowState.BOOKED, "1-other", BOB.user_id)
    await house.book_hold(ANN, hold_id, key("k", ANN))
    ledger.rows[EVENT, SeatId("A2")] = LedgerSeat(SeatId("A2"), SeatRowState.CLAIMED, "1-order", BOB.user_id)
    rest = await house.book_seats(ANN, "A2", key("k", ANN))
    assert isinstance(rest, SeatsUnavailable)
    assert rest.refusals == (SeatRefusal(SeatId("A2"), Unavailable.HELD),)
    for name in ("A1", "A2"):
        row = ledger.rows.pop((EVENT, SeatId(name)))
        ledger.ended.add((EVENT, EndedSeat(SeatId(name), row.owner_id)))
    await house.store.free_seats(EVENT, owner_id="1-other", seat_ids=seats("A1"))


async def test_without_a_key_an_aborted_hold_is_booked_under_a_fresh_id(house: House, ledger: FakeLedger) -> None:
    hold_id = await house.held(ANN, "A1")
    ledger.rows[EVENT, SeatId("A1")] = LedgerSeat(SeatId("A1"), SeatRowState.BOOKED, "1-other", BOB.user_id)
    house.store_faults.before("finish_booking", StoreUnavailable("gone"))  # so the store does not learn of it
    assert isinstance(await house.book_hold(ANN, hold_id), SeatsUnavailable)
    del ledger.rows[EVENT, SeatId("A1")]
    booking = written(await house.book_hold(ANN, hold_id)).booking
    assert booking.seat_ids == seats("A1")
    assert written(await house.book_hold(ANN, hold_id)).booking == booking


async def test_a_conflict_with_ones_own_booking_of_these_seats_is_that_booking(
    house: House, store: FakeHoldStore, ledger: FakeLedger
) -> None:
    booking = await house.sold(ANN, "A1 A2")
    store.maps[EVENT]._sales.clear()  # as after a restart on an older file
    again = written(await house.book_hold(ANN, await house.held(ANN, "A1 A2")))
    assert again.replayed
    assert again.booking == booking
    assert house.counts.of(Count.HOLD_BROKEN) == 0
    assert store.maps[EVENT].state_of(SeatId("A1")) is SeatState.BOOKED


async def test_a_booking_finished_over_anothers_hold_breaks_that_hold_and_says_so(
    house: House, store: FakeHoldStore, clock: FakeClock
) -> None:
    hold_id = await house.held(ANN, "A1")

    async def lose_and_grant_to_bob() -> None:
        store.flush_all()
        await another_process(house).held(BOB, "A1")

    house.ledger_faults.before("book", lose_and_grant_to_bob)
    written(await house.book_hold(ANN, hold_id))
    assert house.counts.of(Count.HOLD_BROKEN) == 1
    refused = await house.book_seats(BOB, "A1")
    assert isinstance(refused, SeatsUnavailable)
    assert refused.refusals == (SeatRefusal(SeatId("A1"), Unavailable.BOOKED),)


async def test_a_conflict_tells_the_store_even_when_the_owners_relay_has_not_run(
    house: House, store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    bobs = await house.held(BOB, "A1")
    house.ledger_faults.after("book", ProcessDied())
    with pytest.raises(ProcessDied):
        await house.book_hold(BOB, bobs)
    store.maps[EVENT]._held.clear()  # the store lost bob's hold and marks, not the event
    store.maps[EVENT]._marks.clear()
    after = another_process(house)
    answer = await after.book_hold(ANN, await after.held(ANN, "A1"))
    assert isinstance(answer, SeatsUnavailable)
    assert store.maps[EVENT].sales[SeatId("A1")].owner_id == next(iter(ledger.drafts))
    assert ledger.tasks == {}
    assert after.counts.of(Count.HOLD_BROKEN) >= 1


async def test_an_attempt_that_lost_its_guard_answers_what_another_attempt_wrote(
    house: House, ledger: FakeLedger, clock: FakeClock
) -> None:
    hold_id = await house.held(ANN, "A1")
    ledger.rows[EVENT, SeatId("A1")] = LedgerSeat(SeatId("A1"), SeatRowState.BOOKED, "1-other", BOB.user_id)
    others: list[object] = []

    async def another_attempt() -> None:
        del ledger.rows[EVENT, SeatId("A1")]
        clock.advance(BOOKING_GUARD_MS)
        others.append(await another_process(house).book_hold(ANN, hold_id, key("k", ANN)))

    house.ledger_faults.before("abort", another_attempt)
    mine = written(await house.book_hold(ANN, hold_id, key("k", ANN)))
    assert mine.replayed
    assert [mine.booking] == [written(other).booking for other in others]


async def test_a_refusal_that_committed_nothing_is_not_stored_under_its_key(house: House) -> None:
    with_key = key("k", ANN)
    assert isinstance(await house.book_seats(ANN, "A1", with_key), SeatsUnavailable)
    theirs = await house.held(BOB, "A1")
    assert isinstance(await house.book_seats(ANN, "A1", with_key), SeatsUnavailable)
    await house.holds.release(BOB, EVENT, theirs)
    await house.held(ANN, "A1")
    house.store_faults.before("begin_booking", StoreUnavailable("cut"))
    with pytest.raises(StoreUnavailable):
        await house.book_seats(ANN, "A1", with_key)
    assert not written(await house.book_seats(ANN, "A1", with_key)).replayed


async def test_a_ledger_that_can_neither_write_nor_abort_is_unavailable(house: House, ledger: FakeLedger) -> None:
    hold_id = await house.held(ANN, "A1")
    conflict = SeatConflict((LedgerSeat(SeatId("A1"), SeatRowState.BOOKED, "1-other", BOB.user_id),))

    async def conflicting(*_: object, **__: object) -> SeatConflict:
        return conflict

    book, abort = ledger.book, ledger.abort
    ledger.book, ledger.abort = conflicting, conflicting  # type: ignore[method-assign]
    with pytest.raises(LedgerUnavailable, match="neither written nor aborted"):
        await house.book_hold(ANN, hold_id)
    ledger.book, ledger.abort = book, abort  # type: ignore[method-assign]
