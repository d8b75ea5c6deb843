"""Fifty users and one row of seats, on stores in memory, and the same race on stores that guard nothing."""

import asyncio
from collections.abc import Sequence

import pytest

from frontrow.domain.booking import BookingDraft, BookOutcome
from frontrow.domain.ids import EventId, SeatId
from frontrow.services.callers import Caller
from frontrow.services.counts import Count
from tests.support.box_office_race import Race
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.house import House, seats, user

ROW = seats("A1 A2 A3 A4 A5 A6 A7 A8 A9 A10")


class UnguardedLedger(FakeLedger):
    """Without the unique index: whatever is asked for is written, over whatever was there."""

    async def book(self, draft: BookingDraft, *, guard_until_ms: int) -> BookOutcome:
        for seat_id in draft.booking.seat_ids:
            self.rows.pop((draft.booking.event_id, seat_id), None)
        return await super().book(draft, guard_until_ms=guard_until_ms)

    def end_rows(self, event_id: EventId, seat_ids: Sequence[SeatId]) -> None:
        super().end_rows(event_id, [seat_id for seat_id in seat_ids if (event_id, seat_id) in self.rows])


async def race_apart(ledger: FakeLedger, clock: FakeClock) -> tuple[list[House], Sequence[Caller]]:
    """The race through two processes that share a ledger and no store; both are warm before it starts."""
    houses = [House(FakeHoldStore(clock), ledger, clock, sleep=clock.sleep) for _ in range(2)]
    await houses[0].open()
    for house in houses:
        await house.held(user("early bird"), "B1")
    everyone = Race([], ROW, seed=0).users
    races = [Race([house], ROW, seed=0, users=everyone[n::2]) for n, house in enumerate(houses)]
    await asyncio.gather(*(race.run() for race in races))
    return houses, everyone


@pytest.mark.parametrize("seed", range(5))
async def test_fifty_users_wanting_one_row_never_share_a_seat(house: House, clock: FakeClock, seed: int) -> None:
    other = House(house.real_store, house.real_ledger, clock, sleep=clock.sleep)
    race = Race([house, other], ROW, seed)
    await race.run()
    assert race.sold() >= 1, race.outcomes
    assert race.outcomes["hold lost"] == 0, race.outcomes
    clock.advance(6_000)
    for each in (house, other):
        await each.relay.relay_once()
    assert await house.broken_promises(*race.users) == []


async def test_the_same_race_without_a_shared_store_and_a_unique_index_sells_seats_twice(clock: FakeClock) -> None:
    houses, everyone = await race_apart(UnguardedLedger(clock), clock)
    faults = await houses[0].broken_promises(*everyone)
    assert any("live bookings" in fault for fault in faults)


async def test_without_a_shared_store_the_ledger_alone_still_sells_no_seat_twice(
    ledger: FakeLedger, clock: FakeClock
) -> None:
    houses, everyone = await race_apart(ledger, clock)
    faults = await houses[0].broken_promises(*everyone, settled=False)
    assert not any("live bookings" in fault or "its row belongs" in fault for fault in faults)
    assert sum(house.counts.of(Count.HOLD_BROKEN) for house in houses) > 0
