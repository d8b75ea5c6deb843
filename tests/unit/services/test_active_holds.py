"""Holds that follow their holder's activity: what joins which hold, and what every call prolongs."""

import pytest

from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.event import SaleStatus
from frontrow.domain.hold import HoldExtended, HoldReleased, SeatLimitReached, SeatsUnavailable
from frontrow.domain.ids import EventId, HoldId, SeatId
from frontrow.domain.selection import DuplicateSeats, UnknownSeats
from frontrow.services.outcomes import EventNotOnSale, HoldAnswer, HoldRequest, HoldRules, HoldShown, MySeats, NotFound
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.house import EVENT, House, seats, user

ANN, BOB = user("ann"), user("bob")
MINUTE_MS = 60_000
SILENCE_MS = 15 * MINUTE_MS


async def lock(house: House, names: str) -> HoldAnswer:
    return await house.active_holds.hold(ANN, EVENT, seats(names), duration_ms=SILENCE_MS)


async def locked(house: House, names: str) -> HoldShown:
    answer = await lock(house, names)
    assert isinstance(answer, HoldShown), answer
    return answer


async def my_holds(house: House) -> dict[HoldId, tuple[SeatId, ...]]:
    """Ann's seats by hold, in the order they run out."""
    mine = await house.seat_holds.my_seats(ANN, EVENT)
    assert isinstance(mine, MySeats)
    hold_ids = dict.fromkeys(pair.hold_id for pair in mine.held)
    return {it: tuple(sorted(pair.seat_id for pair in mine.held if pair.hold_id == it)) for it in hold_ids}


async def expiries(house: House) -> set[int]:
    """When Ann's holds run out."""
    return {hold.expires_at_ms for hold in await house.holds.my_holds(ANN)}


async def test_seats_taken_one_after_the_other_make_one_hold_that_starts_anew_with_each(
    house: House, clock: FakeClock
) -> None:
    first = await locked(house, "A1")
    assert first.expires_at_ms == clock.now_ms() + SILENCE_MS
    clock.advance(5 * MINUTE_MS)
    second = await locked(house, "A2 A3")
    assert second.hold_id == first.hold_id
    assert second.expires_at_ms == clock.now_ms() + SILENCE_MS
    assert await my_holds(house) == {first.hold_id: seats("A1 A2 A3")}
    assert await expiries(house) == {clock.now_ms() + SILENCE_MS}


async def test_taking_ones_own_seats_again_is_taking_them_for_longer(house: House, clock: FakeClock) -> None:
    first = await locked(house, "A1 A2")
    clock.advance(MINUTE_MS)
    again = await locked(house, "A1 A2")
    assert again.hold_id == first.hold_id
    assert again.expires_at_ms == first.expires_at_ms + MINUTE_MS
    assert await my_holds(house) == {first.hold_id: seats("A1 A2")}


async def test_a_refused_call_takes_nothing_and_still_counts_as_activity(house: House, clock: FakeClock) -> None:
    await locked(house, "A1")
    await house.held(BOB, "A3")
    clock.advance(MINUTE_MS)
    answer = await lock(house, "A2 A3")
    assert isinstance(answer, SeatsUnavailable)
    assert [refusal.seat_id for refusal in answer.refusals] == ["A3"]
    assert list((await my_holds(house)).values()) == [seats("A1")]
    assert await expiries(house) == {clock.now_ms() + SILENCE_MS}
    assert await lock(house, "X9") == UnknownSeats(seats("X9"), ())
    assert await lock(house, "A1 A1") == DuplicateSeats(seats("A1"))


async def test_seats_taken_near_the_lifetime_cap_have_their_full_time_in_a_hold_of_their_own(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    house = House(store, ledger, clock, sleep=clock.sleep, rules=HoldRules(lifetime_max_ms=20 * MINUTE_MS))
    await house.open()
    first = await locked(house, "A1")
    clock.advance(10 * MINUTE_MS)
    second = await locked(house, "A2")
    assert second.hold_id != first.hold_id
    assert second.expires_at_ms == clock.now_ms() + SILENCE_MS
    third = await locked(house, "A3")
    assert third.hold_id == second.hold_id
    assert await my_holds(house) == {first.hold_id: seats("A1"), second.hold_id: seats("A2 A3")}
    assert await expiries(house) == {first.expires_at_ms + 5 * MINUTE_MS, clock.now_ms() + SILENCE_MS}


async def test_a_hold_made_to_last_longer_is_neither_shortened_nor_joined(house: House, clock: FakeClock) -> None:
    long = await house.holds.hold(ANN, EVENT, HoldRequest(seats("B1"), duration_ms=60 * MINUTE_MS))
    assert isinstance(long, HoldShown)
    short = await locked(house, "A1")
    assert short.hold_id != long.hold_id
    assert await expiries(house) == {clock.now_ms() + SILENCE_MS, long.expires_at_ms}


async def test_a_hold_that_was_given_back_on_the_way_is_followed_by_a_new_one(house: House) -> None:
    first = await locked(house, "A1")

    async def give_back() -> None:
        await house.real_store.release(EVENT, hold_id=first.hold_id, user_id=ANN.user_id)

    house.store_faults.before("acquire", give_back)
    second = await locked(house, "A2")
    assert second.hold_id != first.hold_id
    assert await my_holds(house) == {second.hold_id: seats("A2")}


async def test_no_more_seats_are_held_at_once_than_one_user_may(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    house = House(store, ledger, clock, sleep=clock.sleep, rules=HoldRules(seats_per_user_max=2))
    await house.open()
    await locked(house, "A1")
    await locked(house, "A1 A2")
    answer = await lock(house, "A3")
    assert isinstance(answer, SeatLimitReached)
    assert (answer.held_count, answer.seats_max) == (2, 2)


async def test_extending_some_seats_extends_everything_of_the_callers(house: House, clock: FakeClock) -> None:
    await house.held(ANN, "A1 A2")
    await house.held(ANN, "B1")
    clock.advance(MINUTE_MS)
    answer = await house.active_holds.extend(ANN, EVENT, seats("A1"), duration_ms=SILENCE_MS)
    assert isinstance(answer, HoldExtended)
    assert await expiries(house) == {clock.now_ms() + SILENCE_MS}


async def test_extending_a_seat_that_is_gone_is_refused_and_extends_the_others(house: House, clock: FakeClock) -> None:
    await locked(house, "A1")
    await house.held(BOB, "A2")
    clock.advance(MINUTE_MS)
    answer = await house.active_holds.extend(ANN, EVENT, seats("A1 A2"), duration_ms=SILENCE_MS)
    assert isinstance(answer, SeatsUnavailable)
    assert [refusal.seat_id for refusal in answer.refusals] == ["A2"]
    assert await expiries(house) == {clock.now_ms() + SILENCE_MS}


async def test_giving_back_some_seats_extends_the_others(house: House, clock: FakeClock) -> None:
    await locked(house, "A1 A2 A3")
    clock.advance(MINUTE_MS)
    answer = await house.active_holds.release(ANN, EVENT, seats("A2"), duration_ms=SILENCE_MS)
    assert isinstance(answer, HoldReleased)
    assert answer.seat_ids == seats("A2")
    assert list((await my_holds(house)).values()) == [seats("A1 A3")]
    assert await expiries(house) == {clock.now_ms() + SILENCE_MS}


async def test_giving_back_the_same_seats_twice_is_giving_them_back_once(house: House) -> None:
    await locked(house, "A1 A2")
    await house.active_holds.release(ANN, EVENT, seats("A1"), duration_ms=SILENCE_MS)
    again = await house.active_holds.release(ANN, EVENT, seats("A1"), duration_ms=SILENCE_MS)
    assert isinstance(again, HoldReleased)
    assert again.seat_ids == ()
    both = await house.active_holds.release(ANN, EVENT, seats("A1 A2"), duration_ms=SILENCE_MS)
    assert isinstance(both, HoldReleased)
    assert both.seat_ids == seats("A2")


async def test_one_foreign_seat_keeps_all_from_being_given_back(house: House) -> None:
    await locked(house, "A1")
    await house.held(BOB, "A2")
    answer = await house.active_holds.release(ANN, EVENT, seats("A1 A2 A3"), duration_ms=SILENCE_MS)
    assert isinstance(answer, SeatsUnavailable)
    assert list((await my_holds(house)).values()) == [seats("A1")]


async def test_seats_that_were_given_back_are_so_although_the_rest_could_not_be_extended(house: House) -> None:
    await locked(house, "A1 A2")
    house.store_faults.before("user_seats", StoreUnavailable("gone"))
    answer = await house.active_holds.release(ANN, EVENT, seats("A1"), duration_ms=SILENCE_MS)
    assert isinstance(answer, HoldReleased)


async def test_seats_that_were_extended_are_so_although_the_rest_could_not_be(house: House, clock: FakeClock) -> None:
    await locked(house, "A1 A2")
    clock.advance(MINUTE_MS)
    house.store_faults.before("user_seats", StoreUnavailable("gone"))
    answer = await house.active_holds.extend(ANN, EVENT, seats("A1"), duration_ms=SILENCE_MS)
    assert isinstance(answer, HoldExtended)
    assert answer.expires_at_ms == clock.now_ms() + SILENCE_MS


async def test_an_extension_that_failed_is_said_to_have(house: House) -> None:
    await locked(house, "A1 A2")
    house.store_faults.before("extend_seats", StoreUnavailable("gone"))
    with pytest.raises(StoreUnavailable):
        await house.active_holds.extend(ANN, EVENT, seats("A1"), duration_ms=SILENCE_MS)


async def test_after_the_sale_seats_are_given_back_and_nothing_is_taken_or_extended(
    house: House, clock: FakeClock
) -> None:
    clock.advance(20 * 24 * 60 * MINUTE_MS - MINUTE_MS)
    await locked(house, "A1 A2")
    clock.advance(2 * MINUTE_MS)
    closed = EventNotOnSale(SaleStatus.CLOSED)
    assert await lock(house, "A3") == closed
    assert await house.active_holds.extend(ANN, EVENT, seats("A1"), duration_ms=SILENCE_MS) == closed
    released = await house.active_holds.release(ANN, EVENT, seats("A1"), duration_ms=SILENCE_MS)
    assert isinstance(released, HoldReleased)


@pytest.mark.parametrize("act", ["hold", "extend", "release"])
async def test_an_unknown_event_is_not_found(house: House, act: str) -> None:
    call = getattr(house.active_holds, act)
    assert await call(ANN, EventId("nowhere"), seats("A1"), duration_ms=SILENCE_MS) == NotFound()
