"""The sweeper asks when a hold runs out, not before and not much after, whatever the clocks say."""

import asyncio

import pytest
from structlog.testing import capture_logs

from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.event import Event
from frontrow.domain.hold import HoldAcquired
from frontrow.domain.ids import EventId, HoldId, LayoutId, SeatId, UserId
from frontrow.ports import HoldStore
from frontrow.services import sweeping
from frontrow.services.sweeping import GRACE_MS, LAG_MS_MAX, REPORT_PAUSE_MS, RETRY_PAUSES_MS, Sweeper
from tests.support.eventually import eventually
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.faults import Faults, faulty

EVENT = EventId("gala")
TTL_MS = 10_000


class OnSale:
    """What is on sale, and whether the ledger can say so."""

    def __init__(self) -> None:
        self.event_ids = [EVENT]
        self.down = False

    async def events_on_sale(self, now_ms: int) -> list[Event]:
        if self.down:
            raise LedgerUnavailable("down")
        return [Event(event_id, 1, "Gala", LayoutId("l"), 1, 2**53, "USD", {}) for event_id in self.event_ids]


class Hall:
    """A sweeper over a store in memory whose clock is its own."""

    def __init__(self) -> None:
        self.clock, self.store_clock = FakeClock(), FakeClock()
        self.faults = Faults()
        self.store: HoldStore = faulty(FakeHoldStore(self.store_clock), self.faults)
        self.on_sale = OnSale()
        self.sweeper = self.another_sweeper()

    def another_sweeper(self) -> Sweeper:
        return Sweeper(store=self.store, catalog=self.on_sale, clock=self.clock, sleep=self.clock.sleep)

    def pass_ms(self, ms: int) -> None:
        self.clock.advance(ms)
        self.store_clock.advance(ms)

    async def hold(self, names: str, *, ttl_ms: int = TTL_MS, event_id: EventId = EVENT) -> HoldAcquired:
        await self.store.warm(event_id, [])
        outcome = await self.store.acquire(
            event_id,
            hold_id=HoldId(f"1-{names}"),
            user_id=UserId("u"),
            seat_ids=[SeatId(name) for name in names.split()],
            table_ids=[],
            table_of_seat={},
            ttl_ms=ttl_ms,
            lifetime_max_ms=7_200_000,
            seats_per_user_max=None,
        )
        assert isinstance(outcome, HoldAcquired)
        return outcome

    async def granted(self, names: str, *, ttl_ms: int = TTL_MS, event_id: EventId = EVENT) -> None:
        """A hold that this process granted, so that its sweeper knows of it."""
        outcome = await self.hold(names, ttl_ms=ttl_ms, event_id=event_id)
        self.sweeper.note_expiry(event_id, outcome.expires_at_ms)

    @property
    def sweeps(self) -> int:
        return self.faults.calls.count("sweep_expired")


@pytest.fixture
def hall() -> Hall:
    return Hall()


async def test_nothing_is_asked_before_a_known_expiry(hall: Hall) -> None:
    await hall.granted("A1")
    hall.pass_ms(TTL_MS + GRACE_MS - 1)
    assert not await hall.sweeper.sweep_due()
    assert hall.sweeps == 0


async def test_a_hold_that_ran_out_is_swept_within_a_quarter_of_a_second(hall: Hall) -> None:
    await hall.granted("A1 A2")
    hall.pass_ms(TTL_MS + 250)
    assert await hall.sweeper.sweep_due()
    figures = hall.sweeper.figures()
    assert (figures.swept_seats, figures.events_known, figures.lag_ms) == (2, 0, 0)
    assert figures.last_pass_at_ms == hall.clock.now_ms()


async def test_after_a_sweep_the_events_next_expiry_is_known(hall: Hall) -> None:
    await hall.granted("A1")
    await hall.hold("A2", ttl_ms=2 * TTL_MS)
    hall.pass_ms(TTL_MS + GRACE_MS)
    await hall.sweeper.sweep_due()
    hall.pass_ms(TTL_MS)
    await hall.sweeper.sweep_due()
    assert hall.sweeper.figures().swept_seats == 2


async def test_only_an_events_earliest_expiry_wakes_the_sweeper(hall: Hall) -> None:
    await hall.granted("A1", ttl_ms=3 * TTL_MS)
    await hall.granted("A2", ttl_ms=TTL_MS)
    await hall.granted("A3", ttl_ms=2 * TTL_MS)
    hall.pass_ms(TTL_MS + GRACE_MS)
    assert await hall.sweeper.sweep_due()
    assert not await hall.sweeper.sweep_due()
    hall.pass_ms(TTL_MS)
    assert await hall.sweeper.sweep_due()
    assert hall.sweeps == 2


async def test_more_seats_than_one_sweep_takes_are_swept_by_the_next(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "SEATS_PER_SWEEP_MAX", 2)
    await hall.granted("A1 A2 A3 A4 A5")
    hall.pass_ms(TTL_MS + GRACE_MS)
    passes = 0
    while await hall.sweeper.sweep_due():
        passes += 1
    assert (passes, hall.sweeper.figures().swept_seats) == (3, 5)


async def test_a_pass_sweeps_a_bounded_number_of_events(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "SWEEPS_AT_ONCE_MAX", 2)
    for number in range(3):
        await hall.granted("A1", event_id=EventId(f"gala-{number}"))
    hall.pass_ms(TTL_MS + GRACE_MS)
    assert await hall.sweeper.sweep_due()
    assert hall.sweeps == 2
    assert await hall.sweeper.sweep_due()
    assert hall.sweeps == 3


async def test_the_seats_of_a_pass_are_bounded_over_all_its_events(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "SEATS_PER_PASS_MAX", 4)
    for number in range(2):
        await hall.granted("A1 A2 A3 A4 A5", event_id=EventId(f"gala-{number}"))
    hall.pass_ms(TTL_MS + GRACE_MS)
    swept = []
    while await hall.sweeper.sweep_due():
        swept.append(hall.sweeper.figures().swept_seats)
    assert swept == [4, 8, 10]


async def test_a_store_clock_that_is_behind_is_learnt_and_waited_for(hall: Hall) -> None:
    await hall.granted("A1")
    hall.clock.advance(TTL_MS + GRACE_MS)  # ours alone
    assert await hall.sweeper.sweep_due()
    assert hall.sweeper.figures().swept_seats == 0
    assert not await hall.sweeper.sweep_due()
    hall.pass_ms(TTL_MS + GRACE_MS)
    assert await hall.sweeper.sweep_due()
    assert hall.sweeper.figures().swept_seats == 1


async def test_an_unreachable_store_is_asked_again_and_the_lag_is_shown(hall: Hall) -> None:
    await hall.granted("A1")
    hall.pass_ms(TTL_MS + GRACE_MS)
    hall.faults.take_down(StoreUnavailable("away"))
    assert await hall.sweeper.sweep_due()
    assert not await hall.sweeper.sweep_due()
    figures = hall.sweeper.figures()
    assert (figures.failures, figures.failing_events, figures.lag_ms) == (1, 1, GRACE_MS)
    assert figures.last_failure_at_ms == hall.clock.now_ms()
    assert figures.is_degraded
    hall.pass_ms(RETRY_PAUSES_MS[0] + GRACE_MS)
    hall.faults.bring_up()
    assert await hall.sweeper.sweep_due()
    figures = hall.sweeper.figures()
    assert (figures.swept_seats, figures.failing_events, figures.lag_ms) == (1, 0, 0)
    assert not figures.is_degraded


async def test_the_pauses_between_failing_sweeps_grow_to_a_bound(hall: Hall) -> None:
    await hall.granted("A1")
    hall.pass_ms(TTL_MS + GRACE_MS)
    hall.faults.take_down(StoreUnavailable("away"))
    for pause_ms in (*RETRY_PAUSES_MS, RETRY_PAUSES_MS[-1]):
        assert await hall.sweeper.sweep_due()
        hall.pass_ms(pause_ms + GRACE_MS - 1)
        assert not await hall.sweeper.sweep_due()
        hall.pass_ms(1)


@pytest.mark.parametrize("error", [StoreUnavailable("away"), RuntimeError("a bug")])
async def test_an_event_whose_sweep_fails_in_any_way_is_asked_again(hall: Hall, error: Exception) -> None:
    await hall.granted("A1")
    hall.pass_ms(TTL_MS + GRACE_MS)
    hall.faults.before("sweep_expired", error)
    assert await hall.sweeper.sweep_due()
    hall.pass_ms(RETRY_PAUSES_MS[0] + GRACE_MS)
    assert await hall.sweeper.sweep_due()
    assert hall.sweeper.figures().swept_seats == 1


async def test_an_expiry_that_waits_for_long_is_a_degraded_state(hall: Hall) -> None:
    await hall.granted("A1")
    hall.pass_ms(TTL_MS + LAG_MS_MAX)
    assert not hall.sweeper.figures().is_degraded
    hall.pass_ms(1)
    assert hall.sweeper.figures().is_degraded
    await hall.sweeper.sweep_due()
    assert not hall.sweeper.figures().is_degraded


async def test_many_failures_at_once_are_one_line_and_the_recovery_another(hall: Hall) -> None:
    for number in range(5):
        await hall.granted("A1", event_id=EventId(f"gala-{number}"))
    hall.pass_ms(TTL_MS + GRACE_MS)
    hall.faults.take_down(StoreUnavailable("away"))
    with capture_logs() as lines:
        await hall.sweeper.sweep_due()
        hall.pass_ms(REPORT_PAUSE_MS + RETRY_PAUSES_MS[-1])
        await hall.sweeper.sweep_due()
        hall.faults.bring_up()
        hall.pass_ms(RETRY_PAUSES_MS[-1] + GRACE_MS)
        await hall.sweeper.sweep_due()
    lines = [line for line in lines if line["event"].startswith("sweep_")]
    assert [(line["event"], line["log_level"], line.get("times")) for line in lines] == [
        ("sweep_failed", "warning", 1),
        ("sweep_failed", "warning", 2),
        ("sweep_recovered", "info", None),
    ]
    assert lines[1]["failures"] == 6
    assert lines[1]["reason"] == "away"


async def test_a_fault_in_one_event_does_not_keep_the_others_from_being_swept(hall: Hall) -> None:
    await hall.granted("A1")
    await hall.granted("A1", event_id=EventId("ball"))
    hall.pass_ms(TTL_MS + GRACE_MS)
    hall.faults.before("sweep_expired", RuntimeError("a bug"))
    assert await hall.sweeper.sweep_due()
    assert (hall.sweeper.figures().swept_seats, hall.sweeper.figures().failures) == (1, 1)


async def test_the_rotation_finds_what_a_dead_process_left_behind(hall: Hall) -> None:
    await hall.hold("A1")  # granted by a process that died: nobody noted its expiry
    sweeper = hall.another_sweeper()
    hall.pass_ms(TTL_MS)
    running = asyncio.create_task(sweeper.run())
    try:
        await eventually(lambda: sweeper.figures().swept_seats == 1, "the hold is swept")
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_the_rotation_goes_on_after_either_store_was_away(hall: Hall) -> None:
    hall.on_sale.down = True
    hall.faults.before("ping", StoreUnavailable("away"))
    sweeper = hall.another_sweeper()
    await hall.hold("A1", ttl_ms=1)
    running = asyncio.create_task(sweeper.run())
    try:
        await eventually(lambda: hall.faults.calls.count("ping") >= 3, "the rotation goes on")
        hall.on_sale.down = False
        hall.store_clock.advance(10_000)
        await eventually(lambda: sweeper.figures().swept_seats == 1, "the hold is swept")
        assert sweeper.figures().failures >= 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_one_event_that_cannot_be_looked_at_does_not_keep_the_rotation_from_the_others(hall: Hall) -> None:
    hall.on_sale.event_ids = [EventId("broken"), EVENT]
    await hall.hold("A1", ttl_ms=1)
    hall.faults.before("next_expiry_ms", RuntimeError("a bug"))
    sweeper = hall.another_sweeper()
    hall.pass_ms(TTL_MS)
    running = asyncio.create_task(sweeper.run())
    try:
        await eventually(lambda: sweeper.figures().swept_seats == 1, "the hold of the other event is swept")
        assert sweeper.figures().failures == 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_an_earlier_expiry_wakes_a_waiting_sweeper(hall: Hall) -> None:
    rotation_paused = asyncio.Event()

    async def pause_for_ever(_seconds: float) -> None:
        rotation_paused.set()
        await asyncio.Event().wait()

    sweeper = Sweeper(store=hall.store, catalog=hall.on_sale, clock=hall.clock, sleep=pause_for_ever)
    outcome = await hall.hold("A1", ttl_ms=3_600_000)
    sweeper.note_expiry(EVENT, outcome.expires_at_ms)
    running = asyncio.create_task(sweeper.run())
    try:
        await rotation_paused.wait()
        outcome = await hall.hold("A2", ttl_ms=1)
        hall.pass_ms(TTL_MS)
        assert hall.sweeps == 0
        sweeper.note_expiry(EVENT, outcome.expires_at_ms)
        await eventually(lambda: sweeper.figures().swept_seats == 1, "the earlier hold is swept")
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
