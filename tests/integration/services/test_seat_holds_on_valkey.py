"""Holds by seats on a real store: extended and given back in one step, whatever else happens to the seats."""

import asyncio

from frontrow.domain.hold import SEATS_EXTENDED_MAX, HoldExtended, HoldReleased, SeatLimitReached, SeatsUnavailable
from frontrow.services.callers import ADMIN
from frontrow.services.outcomes import HoldsExtended, HoldShown, MySeats
from tests.integration.services.conftest import Process
from tests.support.house import EVENT, House, seats, small_layout, user

ANN, BOB = user("ann"), user("bob")
MINUTE_MS = 60_000


async def test_seats_are_extended_and_given_back_across_holds(house: House) -> None:
    first, second = await house.held(ANN, "A1 A2"), await house.held(ANN, "B1 B2")
    extended = await house.seat_holds.extend_mine(ANN, EVENT, 15 * MINUTE_MS)
    assert isinstance(extended, HoldsExtended)
    assert {hold.hold_id: set(hold.seat_ids) for hold in extended.holds} == {
        first: set(seats("A1 A2")),
        second: set(seats("B1 B2")),
    }
    further = await house.seat_holds.extend_seats(ANN, EVENT, seats("A1 B2"), 30 * MINUTE_MS)
    assert isinstance(further, HoldExtended)
    assert set(further.seat_ids) == set(seats("A1 A2 B1 B2"))
    assert further.expires_at_ms > extended.holds[0].expires_at_ms
    assert isinstance(await house.seat_holds.release_seats(ANN, EVENT, seats("A2 B1")), HoldReleased)
    await house.held(BOB, "A2 B1")
    left = await house.seat_holds.my_seats(ANN, EVENT)
    assert isinstance(left, MySeats)
    assert {pair.seat_id: pair.hold_id for pair in left.held} == {"A1": first, "B2": second}
    assert await house.broken_promises(ANN, BOB, settled=False) == []


async def test_seats_released_at_once_by_two_processes_are_released_once(house: House, process: Process) -> None:
    other = await process()
    await house.held(ANN, "A1 A2 A3")
    answers = await asyncio.gather(
        house.seat_holds.release_seats(ANN, EVENT, seats("A1 A2 A3")),
        other.seat_holds.release_seats(ANN, EVENT, seats("A1 A2 A3")),
    )
    assert sum(isinstance(answer, HoldReleased) for answer in answers) == 1
    assert sum(isinstance(answer, SeatsUnavailable) for answer in answers) == 1
    assert isinstance(await house.hold(BOB, "A1 A2 A3"), HoldShown)
    assert await house.broken_promises(ANN, BOB, settled=False) == []


async def test_extending_everything_while_seats_are_given_back_never_takes_them_again(house: House) -> None:
    await house.held(ANN, "A1 A2 A3 A4")
    released, extended = await asyncio.gather(
        house.seat_holds.release_seats(ANN, EVENT, seats("A1 A2")),
        house.seat_holds.extend_mine(ANN, EVENT, 15 * MINUTE_MS),
    )
    assert isinstance(released, HoldReleased)
    assert isinstance(extended, HoldsExtended)
    await house.held(BOB, "A1 A2")
    left = await house.seat_holds.my_seats(ANN, EVENT)
    assert isinstance(left, MySeats)
    assert {pair.seat_id for pair in left.held} == set(seats("A3 A4"))
    assert await house.broken_promises(ANN, BOB, settled=False) == []


async def test_seats_that_moved_from_hold_to_hold_are_extended_however_many_those_list(process: Process) -> None:
    house = await process()
    await house.open(small_layout(seats_per_row=50))
    names = [f"A{number}" for number in range(1, 51)]
    for first in range(50):
        await house.held(ANN, " ".join(names[first:]))  # each leaves one seat with the hold before
    extended = await house.seat_holds.extend_seats(ANN, EVENT, seats(" ".join(names)), 30 * MINUTE_MS)
    assert isinstance(extended, HoldExtended)
    assert set(extended.seat_ids) == set(names)
    released = await house.seat_holds.release_seats(ANN, EVENT)
    assert isinstance(released, HoldReleased)
    assert set(released.seat_ids) == set(names)


async def test_naming_more_seats_than_any_hold_has_gives_none_of_them_back(process: Process) -> None:
    house = await process()
    await house.open(small_layout(seats_per_row=400))
    hold_id = await house.held(ANN, "A1 A2")
    names = seats(" ".join(f"{row}{number}" for row in "AB" for number in range(1, 401)))
    refused = await house.holds.release(ANN, EVENT, hold_id, names)
    assert isinstance(refused, SeatsUnavailable)
    assert not {refusal.seat_id for refusal in refused.refusals} & set(seats("A1 A2"))
    left = await house.seat_holds.my_seats(ANN, EVENT)
    assert isinstance(left, MySeats)
    assert {pair.seat_id for pair in left.held} == set(seats("A1 A2"))


async def test_holds_with_more_seats_than_one_call_extends_are_refused_and_none_is_extended(process: Process) -> None:
    house = await process()
    await house.open(small_layout(seats_per_row=300))
    admin = user("admin", ADMIN)
    for row in "AB":
        for first in range(1, 301, 50):
            await house.held(admin, " ".join(f"{row}{number}" for number in range(first, first + 50)))
    before = await house.holds.my_holds(admin)
    named = [f"{row}{first}" for row in "AB" for first in range(1, 301, 50)]
    refused = await house.seat_holds.extend_seats(admin, EVENT, seats(" ".join(named)), 60 * MINUTE_MS)
    assert isinstance(refused, SeatLimitReached)
    assert (refused.held_count, refused.seats_max) == (600, SEATS_EXTENDED_MAX)
    assert await house.holds.my_holds(admin) == before
    extended = await house.seat_holds.extend_seats(admin, EVENT, seats(" ".join(named[:10])), 60 * MINUTE_MS)
    assert isinstance(extended, HoldExtended)
    assert len(extended.seat_ids) == SEATS_EXTENDED_MAX
