"""Warming loads what the ledger has into a store that does not know the event, once for everyone who needs it."""

import asyncio

import pytest

from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import Cold
from frontrow.domain.ids import EventId, SeatId
from frontrow.ports import HoldStore
from frontrow.services.warming import ATTEMPTS_MAX, Warmer
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.faults import Faults, faulty

EVENT = EventId("gala")


class SoldSeats:
    """The one thing that is asked of the ledger."""

    def __init__(self) -> None:
        self.reads = 0
        self.under_way_max = 0
        self._under_way = 0
        self.down = False

    async def live_seats(self, event_id: EventId, seat_ids: object = None) -> list[LedgerSeat]:
        self.reads += 1
        self._under_way += 1
        self.under_way_max = max(self.under_way_max, self._under_way)
        await asyncio.sleep(0)
        self._under_way -= 1
        if self.down:
            raise LedgerUnavailable("down")
        return [LedgerSeat(SeatId("A1"), SeatRowState.BOOKED, "1-booking")]


class Foyer:
    """A warmer over a store in memory."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.faults = Faults()
        self.store: HoldStore = faulty(FakeHoldStore(self.clock), self.faults)
        self.ledger = SoldSeats()
        self.warmed: list[EventId] = []
        self.warmer = Warmer(
            store=self.store,
            ledger=self.ledger,
            on_warmed=self.warmed.append,
            sleep=self.clock.sleep,
        )


@pytest.fixture
def foyer() -> Foyer:
    return Foyer()


async def test_a_cold_event_knows_its_sold_seats_afterwards(foyer: Foyer) -> None:
    assert isinstance(await foyer.store.sold_seats(EVENT), Cold)
    await foyer.warmer.ensure_warm(EVENT)
    assert await foyer.store.sold_seats(EVENT) == {SeatId("A1"): (SeatRowState.BOOKED, "1-booking")}
    assert foyer.warmed == [EVENT]


async def test_everyone_who_needs_an_event_at_once_waits_for_one_load(foyer: Foyer) -> None:
    await asyncio.gather(*(foyer.warmer.ensure_warm(EVENT) for _ in range(20)))
    assert foyer.ledger.reads == 1


async def test_events_are_loaded_one_at_a_time(foyer: Foyer) -> None:
    await asyncio.gather(*(foyer.warmer.ensure_warm(EventId(f"gala-{n}")) for n in range(5)))
    assert foyer.ledger.reads == 5
    assert foyer.ledger.under_way_max == 1


async def test_a_cancelled_caller_does_not_stop_the_load(foyer: Foyer) -> None:
    first, second = (asyncio.create_task(foyer.warmer.ensure_warm(EVENT)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert foyer.ledger.reads == 1


async def test_a_store_that_fails_now_and_then_is_asked_again(foyer: Foyer) -> None:
    foyer.faults.before("warm", StoreUnavailable("hiccup"), times=ATTEMPTS_MAX - 1)
    await foyer.warmer.ensure_warm(EVENT)
    assert foyer.warmed == [EVENT]


async def test_a_store_that_stays_away_is_given_up_after_a_bounded_number_of_attempts(foyer: Foyer) -> None:
    foyer.faults.take_down(StoreUnavailable("away"))
    with pytest.raises(StoreUnavailable):
        await foyer.warmer.ensure_warm(EVENT)
    assert foyer.faults.calls == ["warm"] * ATTEMPTS_MAX
    foyer.faults.bring_up()
    await foyer.warmer.ensure_warm(EVENT)


async def test_without_the_ledger_nothing_is_loaded(foyer: Foyer) -> None:
    foyer.ledger.down = True
    with pytest.raises(LedgerUnavailable):
        await foyer.warmer.ensure_warm(EVENT)
    assert foyer.warmed == []
    assert foyer.faults.calls == []
