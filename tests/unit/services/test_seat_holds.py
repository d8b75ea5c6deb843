"""Holds by seats: extending and giving back what one holds without naming a hold."""

import pytest

from frontrow.domain.changes import ChangeKind
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.event import SaleStatus
from frontrow.domain.hold import (
    HeldSeat,
    Hold,
    HoldExtended,
    HoldNotFound,
    HoldReleased,
    SeatRefusal,
    SeatsBusy,
    SeatsUnavailable,
    Unavailable,
)
from frontrow.domain.ids import BookingId, EventId, HoldId, SeatId
from frontrow.domain.selection import DuplicateSeats, EmptySelection, TableOnlyWhole, TooManySeats, UnknownSeats
from frontrow.services.outcomes import (
    EventNotOnSale,
    HoldRequest,
    HoldRules,
    HoldsExtended,
    HoldShown,
    MySeats,
    NotFound,
    OpenHold,
)
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.house import EVENT, House, seats, small_layout, tables, user

ANN, BOB, ADMIN = user("ann"), user("bob"), user("root", "admin")
MINUTE_MS = 60_000
NOWHERE = EventId("nowhere")


async def mark(store: FakeHoldStore, names: str) -> None:
    """Begin a booking of Ann's for these seats, which nobody finishes."""
    await store.begin_booking(
        EVENT,
        booking_id=BookingId("1-running"),
        user_id=ANN.user_id,
        hold_id=None,
        seat_ids=seats(names),
        guard_ms=30_000,
    )


def refused(names: str, reason: Unavailable = Unavailable.NOT_YOURS) -> tuple[SeatRefusal, ...]:
    return tuple(SeatRefusal(seat_id, reason) for seat_id in seats(names))


async def test_my_seats_are_named_with_the_holds_that_have_them(house: House, clock: FakeClock) -> None:
    first = await house.held(ANN, "A1 A2")
    await house.held(BOB, "A3")
    clock.advance(1)
    second = await house.held(ANN, "B1")
    assert await house.seat_holds.my_seats(ANN, EVENT) == MySeats(
        (HeldSeat(SeatId("A1"), first), HeldSeat(SeatId("A2"), first), HeldSeat(SeatId("B1"), second))
    )


async def test_holders_are_named_for_held_seats_alone(house: House) -> None:
    hers, his = await house.held(ANN, "A1"), await house.held(BOB, "A2")
    await house.sold(ANN, "A3")
    assert await house.seat_holds.holders(EVENT, seats("A1 A2 A3 A4 X9")) == {
        SeatId("A1"): (ANN.user_id, hers),
        SeatId("A2"): (BOB.user_id, his),
    }
    assert await house.seat_holds.holders(EVENT, ()) == {}


async def test_an_unknown_event_is_not_found_by_any_of_them(house: House) -> None:
    assert await house.seat_holds.my_seats(ANN, NOWHERE) == NotFound()
    assert await house.seat_holds.holders(NOWHERE, seats("A1")) == NotFound()
    assert await house.seat_holds.extend_seats(ANN, NOWHERE, seats("A1")) == NotFound()
    assert await house.seat_holds.extend_mine(ANN, NOWHERE) == NotFound()
    assert await house.seat_holds.release_seats(ANN, NOWHERE) == NotFound()


async def test_seats_are_extended_across_holds_each_of_them_whole(house: House, clock: FakeClock) -> None:
    await house.held(ANN, "A1 A2")
    await house.held(ANN, "B1")
    clock.advance(MINUTE_MS)
    answer = await house.seat_holds.extend_seats(ANN, EVENT, seats("A1 B1"), 15 * MINUTE_MS)
    assert isinstance(answer, HoldExtended)
    assert answer.seat_ids == seats("A1 A2 B1")
    assert answer.expires_at_ms == clock.now_ms() + 15 * MINUTE_MS
    assert house.ears.expiries[-2:] == [answer.expires_at_ms] * 2
    assert [entry.change.kind for entry in house.ears.entries[-2:]] == [ChangeKind.EXPIRY_CHANGED] * 2


async def test_the_default_duration_counts_where_none_is_asked_for(house: House, clock: FakeClock) -> None:
    await house.held(ANN, "A1")
    clock.advance(MINUTE_MS)
    answer = await house.seat_holds.extend_seats(ANN, EVENT, seats("A1"))
    assert isinstance(answer, HoldExtended)
    assert answer.expires_at_ms == clock.now_ms() + 10 * MINUTE_MS


async def test_one_seat_that_is_not_mine_keeps_every_other_from_being_extended(house: House, clock: FakeClock) -> None:
    hold_id = await house.held(ANN, "A1")
    before = await house.holds.hold_of(ANN, EVENT, hold_id)
    await house.held(BOB, "A2")
    await house.sold(BOB, "A3")
    clock.advance(MINUTE_MS)
    answer = await house.seat_holds.extend_seats(ANN, EVENT, seats("A1 A2 A3 A4"))
    assert isinstance(answer, SeatsUnavailable)
    assert answer.refusals == (
        *refused("A2", Unavailable.HELD),
        *refused("A3", Unavailable.BOOKED),
        *refused("A4", Unavailable.NOT_YOURS),
    )
    assert await house.holds.hold_of(ANN, EVENT, hold_id) == before


async def test_seats_of_a_hold_that_is_over_are_no_longer_ones_own(
    house: House, store: FakeHoldStore, clock: FakeClock
) -> None:
    hold_id = await house.held(ANN, "A1")
    clock.advance(10 * MINUTE_MS - 1_000)
    await mark(store, "A1")  # keeps the seat for the booking past the hold's own end
    clock.advance(2_000)
    assert (await store.holders(EVENT, seats("A1")))[SeatId("A1")] == (ANN.user_id, hold_id)
    answer = await house.seat_holds.extend_seats(ANN, EVENT, seats("A1"))
    assert isinstance(answer, SeatsUnavailable)
    assert answer.refusals == refused("A1")
    assert await house.seat_holds.extend_mine(ANN, EVENT) == HoldsExtended(())


async def test_some_seats_of_a_whole_table_extend_it_all_and_cannot_be_given_back(house: House) -> None:
    assert isinstance(await house.holds.hold(ANN, EVENT, HoldRequest(table_ids=tables("W"))), HoldShown)
    extended = await house.seat_holds.extend_seats(ANN, EVENT, seats("W1"), 30 * MINUTE_MS)
    assert isinstance(extended, HoldExtended)
    assert extended.seat_ids == seats("W1 W2 W3 W4")
    split = await house.seat_holds.release_seats(ANN, EVENT, seats("W1 W2"))
    assert split == TableOnlyWhole(seat_ids=seats("W1 W2"), table_ids=tables("W"))
    assert isinstance(await house.seat_holds.release_seats(ANN, EVENT, seats("W1 W2 W3 W4")), HoldReleased)


@pytest.mark.parametrize("act", ["extend_seats", "release_seats"])
async def test_a_choice_of_seats_that_says_nothing_sensible_is_refused(house: House, act: str) -> None:
    call = getattr(house.seat_holds, act)
    assert await call(ANN, EVENT, ()) == EmptySelection()
    assert await call(ANN, EVENT, seats("A1 X9")) == UnknownSeats(seats("X9"), ())
    assert await call(ANN, EVENT, seats("A1 A1")) == DuplicateSeats(seats("A1"))
    assert await call(ANN, EVENT, [SeatId(f"A{n}") for n in range(51)]) == TooManySeats(51, 50)


async def test_all_of_mine_is_extended_and_nobody_elses(house: House, clock: FakeClock) -> None:
    first, second = await house.held(ANN, "A1 A2"), await house.held(ANN, "B1")
    his = await house.holds.hold(BOB, EVENT, HoldRequest(seats("A3")))
    clock.advance(MINUTE_MS)
    until = clock.now_ms() + 15 * MINUTE_MS
    assert await house.seat_holds.extend_mine(ANN, EVENT, 15 * MINUTE_MS) == HoldsExtended(
        (
            OpenHold(first, seats("A1 A2"), until, 15 * MINUTE_MS),
            OpenHold(second, seats("B1"), until, 15 * MINUTE_MS),
        )
    )
    assert isinstance(his, HoldShown)
    assert await house.holds.hold_of(BOB, EVENT, his.hold_id) == his


async def test_whoever_holds_nothing_extends_nothing(house: House) -> None:
    assert await house.seat_holds.extend_mine(ANN, EVENT) == HoldsExtended(())


async def test_no_extension_passes_the_lifetime_cap_or_shortens_a_hold(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    rules = HoldRules(lifetime_max_ms=20 * MINUTE_MS)
    house = House(store, ledger, clock, sleep=clock.sleep, rules=rules)
    await house.open()
    await house.held(ANN, "A1")
    first_locked_at_ms = clock.now_ms()
    shorter = await house.seat_holds.extend_mine(ANN, EVENT, 5 * MINUTE_MS)
    assert isinstance(shorter, HoldsExtended)
    assert shorter.holds[0].expires_at_ms == first_locked_at_ms + 10 * MINUTE_MS
    clock.advance(9 * MINUTE_MS)
    longer = await house.seat_holds.extend_mine(ANN, EVENT, 15 * MINUTE_MS)
    assert isinstance(longer, HoldsExtended)
    assert longer.holds[0].expires_at_ms == first_locked_at_ms + 20 * MINUTE_MS


async def test_nothing_is_extended_after_the_sale_but_all_of_it_can_be_given_back(
    house: House, clock: FakeClock
) -> None:
    clock.advance(20 * 24 * 60 * MINUTE_MS - MINUTE_MS)
    await house.held(ANN, "A1 A2")
    clock.advance(2 * MINUTE_MS)
    closed = EventNotOnSale(SaleStatus.CLOSED)
    assert await house.seat_holds.extend_seats(ANN, EVENT, seats("A1")) == closed
    assert await house.seat_holds.extend_mine(ANN, EVENT) == closed
    assert isinstance(await house.seat_holds.release_seats(ANN, EVENT, seats("A1")), HoldReleased)
    assert isinstance(await house.seat_holds.release_seats(ANN, EVENT), HoldReleased)


async def test_released_seats_are_free_for_others_whichever_hold_had_them(house: House) -> None:
    await house.held(ANN, "A1 A2")
    await house.held(ANN, "B1")
    answer = await house.seat_holds.release_seats(ANN, EVENT, seats("B1 A1"))
    assert isinstance(answer, HoldReleased)
    assert answer.seat_ids == seats("B1 A1")
    assert [entry.change.kind for entry in house.ears.entries[-2:]] == [ChangeKind.RELEASED] * 2
    await house.held(BOB, "A1 B1")
    mine = await house.seat_holds.my_seats(ANN, EVENT)
    assert isinstance(mine, MySeats)
    assert [pair.seat_id for pair in mine.held] == ["A2"]


async def test_a_foreign_seat_refuses_the_whole_release(house: House) -> None:
    await house.held(ANN, "A1")
    await house.held(BOB, "A2")
    answer = await house.seat_holds.release_seats(ANN, EVENT, seats("A1 A2"))
    assert isinstance(answer, SeatsUnavailable)
    assert answer.refusals == refused("A2", Unavailable.HELD)
    assert isinstance(await house.hold(BOB, "A1"), SeatsUnavailable)


async def test_everything_a_user_holds_is_given_back_however_much_it_is(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    house = House(store, ledger, clock, sleep=clock.sleep, rules=HoldRules(seats_per_user_max=200))
    await house.open(small_layout(seats_per_row=60))
    for first in (1, 21, 41):
        await house.held(ANN, " ".join(f"A{n}" for n in range(first, first + 20)))
        await house.held(ANN, " ".join(f"B{n}" for n in range(first, first + 20)))
    his = await house.held(BOB, "R1")
    answer = await house.seat_holds.release_seats(ANN, EVENT)
    assert isinstance(answer, HoldReleased)
    assert len(set(answer.seat_ids)) == 120
    assert await house.seat_holds.my_seats(ANN, EVENT) == MySeats(())
    assert isinstance(await house.holds.hold_of(BOB, EVENT, his), HoldShown)


async def test_giving_back_nothing_is_no_refusal(house: House) -> None:
    answer = await house.seat_holds.release_seats(ANN, EVENT)
    assert isinstance(answer, HoldReleased)
    assert answer.seat_ids == ()


async def test_what_ran_out_while_everything_was_given_back_is_looked_up_again(house: House, clock: FakeClock) -> None:
    await house.held(ANN, "A1")
    clock.advance(MINUTE_MS)
    await house.held(ANN, "B1")

    async def run_out() -> None:
        clock.advance(9 * MINUTE_MS)

    house.store_faults.before("release_seats", run_out)
    answer = await house.seat_holds.release_seats(ANN, EVENT)
    assert isinstance(answer, HoldReleased)
    assert answer.seat_ids == seats("B1")


async def test_seats_that_are_being_booked_are_not_given_back(house: House, store: FakeHoldStore) -> None:
    await house.held(ANN, "A1 A2")
    await mark(store, "A1")
    named, everything = (
        await house.seat_holds.release_seats(ANN, EVENT, seats("A1 A2")),
        await house.seat_holds.release_seats(ANN, EVENT),
    )
    assert isinstance(named, SeatsBusy)
    assert isinstance(everything, SeatsBusy)
    assert (named.seat_ids, everything.seat_ids) == (seats("A1"), seats("A1"))


async def test_a_cold_event_is_loaded_before_anything_is_said_of_its_seats(house: House, store: FakeHoldStore) -> None:
    await house.sold(BOB, "A2")
    await house.held(ANN, "A1")
    store.flush_all()
    answer = await house.seat_holds.extend_seats(ANN, EVENT, seats("A1 A2"))
    assert isinstance(answer, SeatsUnavailable)
    assert answer.refusals == (*refused("A1"), *refused("A2", Unavailable.BOOKED))


async def test_a_store_that_is_away_is_said_so(house: House) -> None:
    await house.held(ANN, "A1")
    house.store_faults.take_down(StoreUnavailable("gone"))
    with pytest.raises(StoreUnavailable):
        await house.seat_holds.extend_mine(ANN, EVENT)
    with pytest.raises(StoreUnavailable):
        await house.seat_holds.release_seats(ANN, EVENT)


async def test_the_hold_of_a_seat_is_told_to_its_owner_and_to_admins(house: House, clock: FakeClock) -> None:
    held_at_ms = clock.now_ms()
    hold_id = await house.held(ANN, "A1 A2")
    for caller in (ANN, ADMIN):
        hold = await house.seat_holds.hold_of_seat(caller, EVENT, SeatId("A2"))
        assert isinstance(hold, Hold)
        assert (hold.hold_id, hold.user_id, hold.first_locked_at_ms) == (hold_id, ANN.user_id, held_at_ms)


async def test_the_hold_of_a_seat_is_not_told_to_others_and_a_free_seat_has_none(house: House) -> None:
    await house.held(ANN, "A1")
    assert isinstance(await house.seat_holds.hold_of_seat(BOB, EVENT, SeatId("A1")), HoldNotFound)
    assert isinstance(await house.seat_holds.hold_of_seat(ADMIN, EVENT, SeatId("A2")), HoldNotFound)
    assert await house.seat_holds.hold_of_seat(ADMIN, EVENT, SeatId("Z9")) == NotFound()
    assert await house.seat_holds.hold_of_seat(ADMIN, NOWHERE, SeatId("A1")) == NotFound()


async def test_a_seat_that_moves_to_a_newer_hold_between_the_two_reads_is_looked_up_again(
    house: House, store: FakeHoldStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.held(ANN, "A1")
    newer: list[HoldId] = []
    read = store.read

    async def moves_first(event_id: EventId, hold_id: HoldId) -> Hold | None:
        if not newer:
            newer.append(HoldId(""))
            newer[0] = await house.held(ANN, "A1")
        return await read(event_id, hold_id)

    monkeypatch.setattr(store, "read", moves_first)
    hold = await house.seat_holds.hold_of_seat(ANN, EVENT, SeatId("A1"))
    assert isinstance(hold, Hold)
    assert hold.hold_id == newer[0]
