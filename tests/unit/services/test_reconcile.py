"""The reconciler: what it heals, what it frees, what it only reports, and that a race is never taken for a fault."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.ids import BlockId, SeatId
from frontrow.domain.seat_states import SeatState
from frontrow.services.activity import CHANGED_AFTER_MS
from frontrow.services.counts import Count
from frontrow.services.outcomes import BlockWritten
from frontrow.services.reconcile import ALARM_REPEAT_MS, FAILED_PAUSE_S, REST_S_MAX, SUSPECT_MS, Reconciled
from tests.support.eventually import eventually
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.faults import ProcessDied
from tests.support.house import EVENT, OTHER_EVENT, House, seats, user

ANN, BOB, ADMIN = user("ann"), user("bob"), user("root", "admin")


@pytest.fixture(autouse=True)
async def a_warm_house(house: House) -> AsyncIterator[None]:
    await house.sold(BOB, "B1")
    await house.relay.relay_once()
    yield


async def test_where_store_and_ledger_agree_nothing_is_done(house: House, store: FakeHoldStore) -> None:
    await house.held(ANN, "A1")
    before = store.maps[EVENT].position
    assert await house.reconciler.reconcile(EVENT) == Reconciled()
    assert store.maps[EVENT].position == before


async def test_a_sold_seat_the_store_lost_is_healed(house: House, store: FakeHoldStore) -> None:
    store.maps[EVENT]._sales.clear()
    assert await house.reconciler.reconcile(EVENT) == Reconciled(healed=seats("B1"))
    assert store.maps[EVENT].state_of(SeatId("B1")) is SeatState.BOOKED
    assert house.counts.of(Count.SEATS_HEALED) == 1
    assert await house.reconciler.reconcile(EVENT) == Reconciled()


async def test_a_block_the_store_lost_is_healed(house: House, store: FakeHoldStore) -> None:
    assert isinstance(await house.blocks.block(ADMIN, EVENT, seats("A1 A2")), BlockWritten)
    store.maps[EVENT]._sales.clear()
    await house.reconciler.reconcile(EVENT)
    assert store.maps[EVENT].state_of(SeatId("A2")) is SeatState.BLOCKED


async def test_healing_over_a_hold_breaks_it_and_counts_it(house: House, store: FakeHoldStore) -> None:
    store.maps[EVENT]._sales.clear()
    await house.held(ANN, "B1")
    await house.reconciler.reconcile(EVENT)
    assert house.counts.of(Count.HOLD_BROKEN) == 1
    assert store.maps[EVENT].state_of(SeatId("B1")) is SeatState.BOOKED


async def test_a_booking_whose_finish_is_still_to_come_is_left_to_the_relay(house: House) -> None:
    house.store_faults.before("finish_booking", StoreUnavailable("cut"))
    await house.book_hold(ANN, await house.held(ANN, "A1"))
    assert await house.reconciler.reconcile(EVENT) == Reconciled()


async def test_a_seat_is_freed_only_where_the_ledger_holds_that_very_row_as_ended(
    house: House, store: FakeHoldStore, ledger: FakeLedger
) -> None:
    booking = await house.sold(ANN, "A1 A2")
    await ledger.cancel(booking.booking_id, seats("A1"))
    ledger.tasks.clear()  # as if it had been struck off though the store never heard of it
    assert await house.reconciler.reconcile(EVENT) == Reconciled(freed=seats("A1"))
    assert house.counts.of(Count.SEATS_FREED) == 1
    assert store.maps[EVENT].state_of(SeatId("A2")) is SeatState.BOOKED
    await house.sold(BOB, "A1")
    assert await house.broken_promises(ANN, BOB, settled=False) == []


async def test_a_seat_sold_again_in_the_ledger_goes_from_its_old_owner_to_its_new_one(
    house: House, store: FakeHoldStore, ledger: FakeLedger
) -> None:
    booking = await house.sold(ANN, "A1")
    await ledger.cancel(booking.booking_id, None)
    ledger.tasks.clear()
    ledger.rows[EVENT, SeatId("A1")] = LedgerSeat(SeatId("A1"), SeatRowState.BOOKED, "1-new", BOB.user_id)
    assert await house.reconciler.reconcile(EVENT) == Reconciled(freed=seats("A1"), healed=seats("A1"))
    assert store.maps[EVENT].sales[SeatId("A1")].owner_id == "1-new"


async def test_an_id_the_ledger_does_not_know_is_an_alarm_and_never_a_release(
    house: House, store: FakeHoldStore, clock: FakeClock
) -> None:
    await store.finish_booking(
        EVENT,
        booking_id="1-ghost",
        state=SeatRowState.BOOKED,
        owner_id="1-ghost",
        user_id=ANN.user_id,
        seat_ids=seats("A1"),
        held=(),
    )
    with capture_logs() as logs:
        assert await house.reconciler.reconcile(EVENT) == Reconciled(unknown=seats("A1"))
        assert await house.reconciler.reconcile(EVENT) == Reconciled(unknown=seats("A1"))
    assert [(it["event"], it["owners"]) for it in logs] == [("sold_by_unknown_owner", {"A1": "1-ghost"})]
    assert house.counts.of(Count.OWNERS_UNKNOWN) == 1
    assert store.maps[EVENT].state_of(SeatId("A1")) is SeatState.BOOKED
    clock.advance(ALARM_REPEAT_MS)
    await house.reconciler.reconcile(EVENT)
    assert house.counts.of(Count.OWNERS_UNKNOWN) == 2


async def test_a_block_on_its_way_to_the_ledger_is_no_alarm(house: House, store: FakeHoldStore) -> None:
    found: list[Reconciled] = []

    async def compare() -> None:
        found.append(await house.reconciler.reconcile(EVENT))

    house.ledger_faults.before("add_block", compare)
    assert isinstance(await house.blocks.block(ADMIN, EVENT, seats("A1")), BlockWritten)
    assert found == [Reconciled()]
    assert await house.reconciler.reconcile(EVENT) == Reconciled()


async def test_a_block_that_died_on_its_way_to_the_ledger_is_an_alarm_later_and_can_be_unblocked(
    house: House, store: FakeHoldStore, clock: FakeClock
) -> None:
    house.ledger_faults.before("add_block", ProcessDied())
    with pytest.raises(ProcessDied):
        await house.blocks.block(ADMIN, EVENT, seats("A1"))
    assert await house.reconciler.reconcile(EVENT) == Reconciled()
    clock.advance(SUSPECT_MS)
    assert await house.reconciler.reconcile(EVENT) == Reconciled(unknown=seats("A1"))
    assert store.maps[EVENT].state_of(SeatId("A1")) is SeatState.BLOCKED
    await house.blocks.unblock(ADMIN, EVENT, seats("A1"))
    assert await house.reconciler.reconcile(EVENT) == Reconciled()


async def test_a_suspicion_that_is_cleared_starts_anew(house: House, store: FakeHoldStore, clock: FakeClock) -> None:
    ghost = BlockId("1-ghost")
    await store.set_blocked(EVENT, block_id=ghost, seat_ids=seats("A1"))
    await house.reconciler.reconcile(EVENT)
    clock.advance(SUSPECT_MS)
    store.maps[EVENT]._sales.pop(SeatId("A1"))
    assert await house.reconciler.reconcile(EVENT) == Reconciled()
    await store.set_blocked(EVENT, block_id=ghost, seat_ids=seats("A1"))
    assert await house.reconciler.reconcile(EVENT) == Reconciled()


@pytest.mark.parametrize("reading", ["sold_seats", "live_seats"])
@pytest.mark.parametrize("between", ["sold", "cancelled"])
async def test_what_happens_beside_the_two_readings_is_no_alarm(house: House, between: str, reading: str) -> None:
    booking = await house.sold(ANN, "A1")

    async def happen() -> None:
        if between == "sold":
            await house.sold(BOB, "A2")
        else:
            await house.bookings.cancel(ANN, booking.booking_id)

    faults = house.store_faults if reading == "sold_seats" else house.ledger_faults
    faults.after(reading, happen)
    found = await house.reconciler.reconcile(EVENT)
    assert found.unknown == ()
    await house.relay.relay_once()
    assert await house.broken_promises(ANN, BOB) == []


async def test_a_seat_cancelled_while_it_is_healed_is_not_sold_again(
    house: House, store: FakeHoldStore, ledger: FakeLedger
) -> None:
    booking = await house.sold(ANN, "A1")
    await house.relay.relay_once()
    store.maps[EVENT]._sales.clear()

    async def cancel() -> None:
        await house.bookings.cancel(ANN, booking.booking_id)

    house.ledger_faults.after("outbox_of", cancel)
    await house.reconciler.reconcile(EVENT)
    await house.relay.relay_once()
    assert store.maps[EVENT].state_of(SeatId("A1")) is SeatState.AVAILABLE
    assert await house.broken_promises(ANN, BOB) == []


async def test_a_cold_event_is_not_compared(house: House, store: FakeHoldStore) -> None:
    store.flush_all()
    assert await house.reconciler.reconcile(EVENT) == Reconciled()
    assert store.maps[EVENT].is_cold


async def test_after_every_warm_up_the_event_is_compared_at_once(house: House, store: FakeHoldStore) -> None:
    while house.activity.take() is not None:
        pass
    store.flush_all()
    await house.hold(ANN, "A1")
    assert house.activity.take() == EVENT


async def test_where_seats_change_the_event_is_compared_after_some_seconds(house: House, clock: FakeClock) -> None:
    await house.reconciler.step()
    house.store_faults.calls.clear()
    await house.held(ANN, "A1")
    clock.advance(CHANGED_AFTER_MS - 1)
    await house.reconciler.step()
    clock.advance(1)
    await house.reconciler.step()
    assert house.store_faults.calls.count("sold_seats") <= 2
    assert house.activity.take() is None


async def test_events_where_nothing_happens_are_compared_in_a_slow_rotation(house: House, clock: FakeClock) -> None:
    compared: list[str] = []
    reconcile = house.reconciler.reconcile

    async def note(event_id: str) -> Reconciled:
        compared.append(event_id)
        return await reconcile(event_id)  # type: ignore[arg-type]

    house.reconciler.reconcile = note  # type: ignore[method-assign]
    for _ in range(8):
        clock.advance(10_000)
        await house.reconciler.step()
    assert set(compared) == {EVENT, OTHER_EVENT}


async def test_an_event_that_could_not_be_compared_is_due_again(house: House, clock: FakeClock) -> None:
    while house.activity.take() is not None:
        pass
    house.activity.note_warmed(EVENT)
    house.ledger_faults.before("live_seats", LedgerUnavailable("locked"))
    with pytest.raises(LedgerUnavailable):
        await house.reconciler.step()
    assert house.activity.take() is None
    clock.advance(CHANGED_AFTER_MS)
    assert house.activity.take() == EVENT


async def test_the_reconciler_goes_on_when_a_store_is_away_and_comes_back_to_the_event(
    house: House, clock: FakeClock, store: FakeHoldStore
) -> None:
    store.maps[EVENT]._sales.clear()
    house.activity.note_warmed(EVENT)
    house.ledger_faults.before("live_seats", LedgerUnavailable("locked"), times=2)
    running = asyncio.create_task(house.reconciler.run())
    await eventually(lambda: house.counts.of(Count.SEATS_HEALED) > 0, "the lost seat was healed")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_store_that_hung_until_every_deadline_does_not_hold_up_the_comparison_after_it(
    house: House, clock: FakeClock
) -> None:
    house.activity.note_warmed(EVENT)
    house.store_faults.before("sold_seats", lambda: clock.advance(10_000))
    house.ledger_faults.before("live_seats", LedgerUnavailable("no answer"))
    running = asyncio.create_task(house.reconciler.run())
    await eventually(lambda: bool(clock.slept_s), "the reconciler rested")
    running.cancel()
    assert clock.slept_s[0] == FAILED_PAUSE_S
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_however_long_a_comparison_waited_the_next_is_not_far(house: House, clock: FakeClock) -> None:
    house.activity.note_warmed(EVENT)
    house.store_faults.before("sold_seats", lambda: clock.advance(10_000))
    running = asyncio.create_task(house.reconciler.run())
    await eventually(lambda: bool(clock.slept_s), "the reconciler rested")
    running.cancel()
    assert clock.slept_s[0] == REST_S_MAX
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_the_reconciler_takes_a_small_share_of_the_time(house: House, clock: FakeClock) -> None:
    house.activity.note_warmed(EVENT)
    house.store_faults.before("sold_seats", lambda: clock.advance(1_000))
    running = asyncio.create_task(house.reconciler.run())
    await eventually(lambda: bool(clock.slept_s), "the reconciler rested")
    running.cancel()
    assert clock.slept_s[0] == pytest.approx(20)
    with pytest.raises(asyncio.CancelledError):
        await running
