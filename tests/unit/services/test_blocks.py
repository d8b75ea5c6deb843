"""Withholding seats: the store first, then the ledger, and what a fault in between leaves."""

import pytest

from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import SeatRefusal, SeatsUnavailable, Unavailable
from frontrow.domain.ids import EventId, SeatId
from frontrow.domain.seat_states import SeatState
from frontrow.domain.selection import DuplicateSeats, EmptySelection, TooManySeats, UnknownSeats
from frontrow.services import blocks
from frontrow.services.outcomes import BlockWritten, NotFound, RoleMissing, SeatsUnblocked
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.house import EVENT, House, seats, user

ANN, ADMIN = user("ann"), user("root", "admin")


def state_of(store: FakeHoldStore, name: str) -> SeatState:
    return store.maps[EVENT].state_of(SeatId(name))


async def test_withheld_seats_cannot_be_held_until_they_are_given_back(house: House, store: FakeHoldStore) -> None:
    answer = await house.blocks.block(ADMIN, EVENT, seats("A1 W1"), "sound desk")
    assert isinstance(answer, BlockWritten)
    assert (answer.block.reason, answer.block.user_id) == ("sound desk", ADMIN.user_id)
    refused = await house.hold(ANN, "A1 A2")
    assert isinstance(refused, SeatsUnavailable)
    assert refused.refusals == (SeatRefusal(SeatId("A1"), Unavailable.BLOCKED),)
    assert await house.broken_promises(ADMIN) == []
    assert await house.blocks.unblock(ADMIN, EVENT, seats("A2 A1")) == SeatsUnblocked(seats("A1"))
    await house.held(ANN, "A1 A2")
    assert await house.broken_promises(ADMIN) == []


async def test_held_and_sold_seats_are_not_withheld(house: House, ledger: FakeLedger) -> None:
    await house.held(ANN, "A1")
    await house.sold(ANN, "A2")
    answer = await house.blocks.block(ADMIN, EVENT, seats("A1 A2 A3"))
    assert isinstance(answer, SeatsUnavailable)
    assert [(it.seat_id, it.reason) for it in answer.refusals] == [("A1", "held"), ("A2", "booked")]
    assert (EVENT, SeatId("A3")) not in ledger.rows


async def test_many_seats_are_withheld_in_steps_and_yet_all_or_none(
    house: House, store: FakeHoldStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "SEATS_PER_STEP_MAX", 2)
    await house.held(ANN, "A4")
    await house.sold(ANN, "A6")
    answer = await house.blocks.block(ADMIN, EVENT, seats("A1 A2 A3 A4 A5 A6 A7"))
    assert isinstance(answer, SeatsUnavailable)
    assert [(it.seat_id, it.reason) for it in answer.refusals] == [("A4", "held"), ("A6", "booked")]
    assert [state_of(store, name) for name in ("A1", "A2", "A3", "A7")] == [SeatState.AVAILABLE] * 4
    assert isinstance(await house.blocks.block(ADMIN, EVENT, seats("A1 A2 A3 A5 A7")), BlockWritten)
    assert [state_of(store, name) for name in ("A1", "A2", "A3", "A5", "A7")] == [SeatState.BLOCKED] * 5
    assert await house.blocks.unblock(ADMIN, EVENT, seats("A1 A2 A3 A4 A5 A7")) == SeatsUnblocked(
        seats("A1 A2 A3 A5 A7")
    )


async def test_steps_that_a_fault_cuts_short_are_taken_back(
    house: House, store: FakeHoldStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "SEATS_PER_STEP_MAX", 2)
    await house.held(ANN, "B1")
    house.store_faults.before("set_blocked", lambda: None)
    house.store_faults.before("set_blocked", StoreUnavailable("cut"))
    with pytest.raises(StoreUnavailable):
        await house.blocks.block(ADMIN, EVENT, seats("A1 A2 A3"))
    await house.background.finished()
    assert [state_of(store, name) for name in ("A1", "A2", "A3")] == [SeatState.AVAILABLE] * 3


async def test_only_admins_withhold_seats(house: House) -> None:
    assert await house.blocks.block(ANN, EVENT, seats("A1")) == RoleMissing("admin")
    assert await house.blocks.unblock(ANN, EVENT, seats("A1")) == RoleMissing("admin")


async def test_what_cannot_be_withheld_is_named(house: House) -> None:
    assert await house.blocks.block(ADMIN, EventId("nowhere"), seats("A1")) == NotFound()
    assert await house.blocks.block(ADMIN, EVENT, ()) == EmptySelection()
    assert await house.blocks.block(ADMIN, EVENT, seats("A1 X9 X9")) == UnknownSeats(seats("X9"), ())
    assert await house.blocks.block(ADMIN, EVENT, seats("A1 A2 A1")) == DuplicateSeats(seats("A1"))
    assert await house.blocks.block(ADMIN, EVENT, (SeatId("A1"),) * 5001) == TooManySeats(5001, 5000)
    assert await house.blocks.unblock(ADMIN, EventId("nowhere"), seats("A1")) == NotFound()
    assert await house.blocks.unblock(ADMIN, EVENT, seats("X9")) == UnknownSeats(seats("X9"), ())


async def test_a_seat_the_ledger_has_sold_is_not_withheld_and_the_store_learns_of_it(
    house: House, store: FakeHoldStore, ledger: FakeLedger
) -> None:
    await house.held(ANN, "A9")
    ledger.rows[EVENT, SeatId("A1")] = LedgerSeat(SeatId("A1"), SeatRowState.BOOKED, "1-other", ANN.user_id)
    answer = await house.blocks.block(ADMIN, EVENT, seats("A1 A2"))
    assert isinstance(answer, SeatsUnavailable)
    assert answer.refusals == (SeatRefusal(SeatId("A1"), Unavailable.BOOKED),)
    assert (state_of(store, "A1"), state_of(store, "A2")) == (SeatState.BOOKED, SeatState.AVAILABLE)


async def test_a_store_that_fails_after_a_conflict_is_told_later(
    house: House, store: FakeHoldStore, ledger: FakeLedger
) -> None:
    await house.held(ANN, "A9")
    ledger.rows[EVENT, SeatId("A1")] = LedgerSeat(SeatId("A1"), SeatRowState.BOOKED, "1-other", ANN.user_id)
    house.store_faults.before("free_seats", StoreUnavailable("cut"), times=3)
    assert isinstance(await house.blocks.block(ADMIN, EVENT, seats("A1 A2")), SeatsUnavailable)
    await house.background.finished()
    assert state_of(store, "A2") is SeatState.AVAILABLE


async def test_a_block_of_unknown_outcome_in_the_store_is_taken_back(house: House, store: FakeHoldStore) -> None:
    await house.held(ANN, "A9")
    house.store_faults.after("set_blocked", StoreUnavailable("cut"))
    house.store_faults.before("free_seats", StoreUnavailable("cut"), times=2)
    with pytest.raises(StoreUnavailable):
        await house.blocks.block(ADMIN, EVENT, seats("A1"))
    await house.background.finished()
    assert state_of(store, "A1") is SeatState.AVAILABLE
    assert await house.broken_promises(ADMIN) == []


async def test_a_block_that_surely_was_not_written_is_taken_back(house: House, store: FakeHoldStore) -> None:
    house.ledger_faults.before("add_block", LedgerUnavailable("no disk", surely_not_written=True))
    with pytest.raises(LedgerUnavailable):
        await house.blocks.block(ADMIN, EVENT, seats("A1"))
    await house.background.finished()
    assert state_of(store, "A1") is SeatState.AVAILABLE


@pytest.mark.parametrize("was_written", [True, False])
async def test_an_unknown_commit_of_a_block_is_settled_by_writing_it_again(
    house: House, store: FakeHoldStore, was_written: bool
) -> None:
    lost = LedgerUnavailable("reply lost")
    if was_written:
        house.ledger_faults.after("add_block", lost)
    else:
        house.ledger_faults.before("add_block", lost, times=3)
    with pytest.raises(LedgerUnavailable):
        await house.blocks.block(ADMIN, EVENT, seats("A1"))
    await house.background.finished()
    assert state_of(store, "A1") is SeatState.BLOCKED
    assert await house.broken_promises(ADMIN) == []


async def test_an_unknown_block_that_conflicts_when_it_is_settled_is_taken_back(
    house: House, store: FakeHoldStore, ledger: FakeLedger
) -> None:
    house.ledger_faults.before("add_block", LedgerUnavailable("timed out"))
    with pytest.raises(LedgerUnavailable):
        await house.blocks.block(ADMIN, EVENT, seats("A1 A2"))
    ledger.rows[EVENT, SeatId("A1")] = LedgerSeat(SeatId("A1"), SeatRowState.BOOKED, "1-other", ANN.user_id)
    await house.background.finished()
    assert state_of(store, "A2") is SeatState.AVAILABLE


async def test_what_cannot_be_settled_in_minutes_is_left_to_the_alarm(house: House) -> None:
    await house.held(ANN, "A9")
    house.ledger_faults.before("add_block", LedgerUnavailable("gone"), times=100)
    with pytest.raises(LedgerUnavailable):
        await house.blocks.block(ADMIN, EVENT, seats("A1"))
    house.store_faults.after("set_blocked", StoreUnavailable("gone"))
    house.store_faults.before("free_seats", StoreUnavailable("gone"), times=100)
    with pytest.raises(StoreUnavailable):
        await house.blocks.block(ADMIN, EVENT, seats("A2"))
    await house.background.finished()


async def test_a_bookings_seats_are_not_unblocked(house: House, store: FakeHoldStore, ledger: FakeLedger) -> None:
    await house.sold(ANN, "A1")
    ghost = await house.sold(ANN, "A2")
    del ledger.rows[EVENT, SeatId("A2")], ledger.drafts[ghost.booking_id]
    assert await house.blocks.unblock(ADMIN, EVENT, seats("A1 A2")) == SeatsUnblocked(())
    assert state_of(store, "A1") is SeatState.BOOKED
    assert state_of(store, "A2") is SeatState.BOOKED
