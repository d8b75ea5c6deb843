"""The promise checker sees what it is there to see: each promise, broken on purpose."""

import pytest
from msgspec.structs import replace

from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.ids import BookingId, SeatId
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.house import EVENT, House, user

ANN, BOB = user("ann"), user("bob")


@pytest.fixture(autouse=True)
async def one_seat_sold(house: House) -> None:
    await house.sold(ANN, "A1")
    await house.relay.relay_once()
    assert await house.broken_promises(ANN, BOB) == []


async def test_a_seat_in_two_bookings_is_seen(house: House, ledger: FakeLedger) -> None:
    draft = next(iter(ledger.drafts.values()))
    twice = replace(draft.booking, booking_id=BookingId("1-twice"), user_id=BOB.user_id)
    ledger.drafts[twice.booking_id] = replace(draft, booking=twice)
    assert "A1: in 2 live bookings" in await house.broken_promises(ANN, BOB)


async def test_a_booking_without_its_row_is_seen(house: House, ledger: FakeLedger) -> None:
    ledger.rows.clear()
    assert any("its row belongs to None" in fault for fault in await house.broken_promises(ANN))


async def test_a_seat_sold_in_the_store_alone_is_seen(house: House, store: FakeHoldStore, ledger: FakeLedger) -> None:
    ledger.rows.clear()
    ledger.drafts.clear()
    assert any(fault.startswith("A1: the store has booked") for fault in await house.broken_promises(ANN))


async def test_a_seat_sold_in_the_ledger_alone_is_seen(house: House, ledger: FakeLedger) -> None:
    ledger.rows[EVENT, SeatId("A2")] = LedgerSeat(SeatId("A2"), SeatRowState.BOOKED, "1-other", BOB.user_id)
    assert "A2: sold in the ledger and not in the store" in await house.broken_promises(ANN)


async def test_a_seat_sold_and_held_is_seen(house: House, store: FakeHoldStore) -> None:
    store.maps[EVENT]._sales.clear()
    await house.held(BOB, "A1")
    assert any("sold and held by" in fault for fault in await house.broken_promises(ANN))


async def test_a_task_that_nobody_carried_out_is_seen(house: House) -> None:
    await house.sold(ANN, "A2")
    assert any("is undone" in fault for fault in await house.broken_promises(ANN))
