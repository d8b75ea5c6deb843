"""The outbox relay: everything committed reaches the store, in any process, any number of times."""

import asyncio

import pytest

from frontrow.domain.booking import BookingCancelled, BookingWritten, OutboxKind, OutboxTask, SeatRowState
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.ids import SeatId
from frontrow.domain.seat_states import SeatState
from frontrow.services.counts import Count
from frontrow.services.relay import FAILURE_PAUSE_S_MAX, IDLE_PAUSE_S, TAKE_OVER_AFTER_MS
from tests.support.eventually import eventually
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.faults import ProcessDied
from tests.support.house import EVENT, House, seats, user

ANN, BOB = user("ann"), user("bob")


async def unfinished(house: House, names: str) -> None:
    """Book the seats with the store gone before it hears of it."""
    house.store_faults.before("finish_booking", StoreUnavailable("cut"))
    answer = await house.book_hold(ANN, await house.held(ANN, names))
    assert isinstance(answer, BookingWritten)


async def test_a_young_task_is_left_to_its_writer(house: House, clock: FakeClock, ledger: FakeLedger) -> None:
    await unfinished(house, "A1")
    clock.advance(TAKE_OVER_AFTER_MS - 1)
    assert await house.relay.relay_once() == 0
    clock.advance(2)
    assert await house.relay.relay_once() == 1
    assert ledger.tasks == {}


async def test_what_this_process_finished_is_struck_off_in_one_write(house: House, ledger: FakeLedger) -> None:
    for number in range(1, 6):
        await house.sold(ANN, f"A{number}")
    assert len(ledger.tasks) == 5
    await house.relay.relay_once()
    assert ledger.tasks == {}
    assert house.ledger_faults.calls.count("outbox_done") == 1


async def test_what_could_not_be_struck_off_is_struck_off_later(house: House, ledger: FakeLedger) -> None:
    await house.sold(ANN, "A1")
    house.ledger_faults.before("outbox_done", LedgerUnavailable("locked"))
    with pytest.raises(LedgerUnavailable):
        await house.relay.relay_once()
    await house.relay.relay_once()
    assert ledger.tasks == {}


async def test_two_relays_at_once_do_no_harm(house: House, clock: FakeClock, store: FakeHoldStore) -> None:
    for number in range(1, 6):
        await unfinished(house, f"A{number}")
    clock.advance(2 * TAKE_OVER_AFTER_MS)
    other = House(house.real_store, house.real_ledger, clock, sleep=clock.sleep)
    await asyncio.gather(house.relay.relay_once(), other.relay.relay_once())
    assert store.maps[EVENT].state_of(SeatId("A5")) is SeatState.BOOKED
    assert await house.broken_promises(ANN) == []


async def test_a_relay_that_dies_before_striking_off_repeats_with_no_effect(
    house: House, clock: FakeClock, store: FakeHoldStore
) -> None:
    await unfinished(house, "A1")
    clock.advance(2 * TAKE_OVER_AFTER_MS)
    house.ledger_faults.before("outbox_done", ProcessDied())
    with pytest.raises(ProcessDied):
        await house.relay.relay_once()
    position = store.maps[EVENT].position
    assert await house.relay.relay_once() == 1
    assert store.maps[EVENT].position == position


async def test_a_booking_given_back_meanwhile_is_not_set_sold_anew_though_the_store_was_emptied(
    house: House, clock: FakeClock, store: FakeHoldStore, ledger: FakeLedger
) -> None:
    house.store_faults.before("finish_booking", StoreUnavailable("cut"))
    answer = await house.book_hold(ANN, await house.held(ANN, "A1 A2"))
    assert isinstance(answer, BookingWritten)
    cancelled = await house.bookings.cancel(ANN, answer.booking.booking_id, seats("A1"))
    assert isinstance(cancelled, BookingCancelled)
    store.flush_all()
    hold_id = await house.held(BOB, "A1")
    clock.advance(2 * TAKE_OVER_AFTER_MS)
    await house.relay.relay_once()
    assert ledger.tasks == {}
    assert house.counts.of(Count.HOLD_BROKEN) == 0
    hold = await store.read(EVENT, hold_id)
    assert hold is not None
    assert hold.held_seat_ids == seats("A1")
    assert store.maps[EVENT].state_of(SeatId("A2")) is SeatState.BOOKED


async def test_a_task_that_fails_by_itself_holds_up_no_other(
    house: House, clock: FakeClock, ledger: FakeLedger
) -> None:
    await unfinished(house, "A1")
    await unfinished(house, "A2")
    clock.advance(2 * TAKE_OVER_AFTER_MS)
    house.store_faults.before("finish_booking", ValueError("a fault in a script"))
    assert await house.relay.relay_once() == 1
    assert len(ledger.tasks) == 1
    assert house.counts.of(Count.RELAY_FAILURES) == 1
    assert await house.relay.relay_once() == 1


async def test_a_round_is_bounded(house: House, clock: FakeClock, ledger: FakeLedger) -> None:
    for number in range(1, 451):
        ledger.tasks[number] = OutboxTask(
            number, EVENT, OutboxKind.FREE, f"1-{number}", SeatRowState.BOOKED, ANN.user_id, seats("A1"), (), 0
        )
    assert [await house.relay.relay_once() for _ in range(4)] == [200, 200, 50, 0]


async def test_the_relay_runs_on_backing_off_while_a_store_is_away(house: House, clock: FakeClock) -> None:
    await unfinished(house, "A1")
    clock.advance(2 * TAKE_OVER_AFTER_MS)
    house.store_faults.take_down(StoreUnavailable("gone"))
    running = asyncio.create_task(house.relay.run())
    await eventually(lambda: house.counts.of(Count.RELAY_FAILURES) >= 10, "the relay tried ten times")
    assert max(clock.slept_s) == FAILURE_PAUSE_S_MAX
    assert clock.slept_s[:4] == [0.25, 0.5, 1.0, 2.0]
    house.store_faults.bring_up()
    await eventually(lambda: house.counts.of(Count.RELAY_TASKS) == 1, "the task was carried out")
    await eventually(lambda: clock.slept_s[-1] == IDLE_PAUSE_S, "the relay is idle")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await house.broken_promises(ANN) == []
