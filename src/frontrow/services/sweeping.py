"""Sweeping: a hold that runs out is taken off the map within a quarter of a second, without polling every event.

The sweeper knows expiries: those of holds granted here, and those of the events this process tails. Each wakes it
once. What a process knew that died, a slow rotation over the events on sale finds. The store's clock decides what
has run out; ours only says when to ask, corrected by what the store answers.

An event whose sweep fails is asked again after longer and longer pauses, beside the others, which go on.
"""

import asyncio
import contextlib
import heapq
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec
import structlog

from frontrow.domain.changes import FeedEntry
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.event import Event
from frontrow.domain.hold import Written
from frontrow.domain.ids import EventId
from frontrow.measures import Spread
from frontrow.ports import Clock, HoldStore
from frontrow.services.seat_log import log_expiry

SEATS_PER_SWEEP_MAX = 500
SEATS_PER_PASS_MAX = 1_000
"""Over all events of a pass: they leave in one pipeline, which the store works off before it hears anybody else."""
SWEEPS_AT_ONCE_MAX = 16
PASS_PAUSE_S = 0.01
"""After a pass that freed many seats: so that their readers, and everybody else, have most of the time."""
MANY_SEATS = 250
GRACE_MS = 20
"""Asked this much after an expiry, so that the first ask finds it."""
RETRY_PAUSES_MS = (500, 1_000, 2_000, 5_000)
"""After an event's first, second, ... failure in a row; the last one from then on."""
LAG_MS_MAX = 5_000
"""An expiry that has waited longer for its sweep is no passing delay."""
DELAYS_S = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Bounds of how late sweeps are: a quarter of a second is what is promised."""
REPORT_PAUSE_MS = 1_000
"""Failures are logged once in this time at most: with the store away, every event's sweep fails."""
ROTATION_PAUSE_S = 0.1
"""One event of the rotation each time: 600 a minute, one small read each."""
ROUND_PAUSE_S = 1.0

_log = structlog.get_logger(__name__)


class OnSale(Protocol):
    """Lists what is on sale (services/catalog.py)."""

    async def events_on_sale(self, now_ms: int) -> list[Event]: ...


class HearsEntries(Protocol):
    """Takes what a sweep appended to the feed (services/expired_holds.py)."""

    def note(self, event_id: EventId, entries: Sequence[FeedEntry]) -> object: ...


class SweepFigures(msgspec.Struct, frozen=True):
    """The sweeper's health. Times in milliseconds by the wall clock of this process.

    `lag_ms` is how long the oldest known expiry has been waiting for its sweep: near 0 in health, growing while the
    store is away and while there is more to sweep than one pass takes. `last_pass_at_ms` is None before the first, and
    old where nothing ran out. `failures` counts since the start; `failing_events` are those being asked again now.
    """

    last_pass_at_ms: int | None
    lag_ms: int
    swept_seats: int
    failures: int
    last_failure_at_ms: int | None
    failing_events: int
    events_known: int

    @property
    def is_degraded(self) -> bool:
        """Whether seats that ran out are not, or not soon, free again on the map. Nobody is kept from holding them."""
        return self.failing_events > 0 or self.lag_ms > LAG_MS_MAX


class _Failing(msgspec.Struct, frozen=True):
    """An event whose sweep fails: `waiting_since_ms` is the expiry, by the store's clock, that waits for it."""

    waiting_since_ms: int
    times: int


class Sweeper:
    """Sweeps events when their holds run out. `run` is its loop; one per process."""

    def __init__(
        self,
        *,
        store: HoldStore,
        catalog: OnSale,
        clock: Clock,
        expired: HearsEntries | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._expired = expired
        self._clock = clock
        self._sleep = sleep
        self._due: dict[EventId, int] = {}
        self._queue: list[tuple[int, EventId]] = []
        self._earlier = asyncio.Event()
        self._store_ahead_ms = 0
        self._last_pass_at_ms: int | None = None
        self._swept_seats = 0
        self._failures = 0
        self._failing: dict[EventId, _Failing] = {}
        self._last_failure_at_ms: int | None = None
        self._reported_at_ms: int | None = None
        self.delay_seconds = Spread(DELAYS_S)
        """From a known expiry to the sweep that found it, by the store's clock."""

    def note_expiry(self, event_id: EventId, expires_at_ms: int) -> None:
        """A hold of the event runs out then, by the store's clock. Only the event's earliest is kept."""
        due = self._due.get(event_id)
        if due is not None and due <= expires_at_ms:
            return
        self._due[event_id] = expires_at_ms
        if not self._queue or expires_at_ms < self._queue[0][0]:
            self._earlier.set()
        heapq.heappush(self._queue, (expires_at_ms, event_id))

    def figures(self) -> SweepFigures:
        """How the sweeping goes."""
        waiting = [at_ms for event_id, at_ms in self._due.items() if event_id not in self._failing]
        waiting += [failing.waiting_since_ms for failing in self._failing.values()]
        return SweepFigures(
            last_pass_at_ms=self._last_pass_at_ms,
            lag_ms=max(0, self._store_now_ms() - min(waiting)) if waiting else 0,
            swept_seats=self._swept_seats,
            failures=self._failures,
            last_failure_at_ms=self._last_failure_at_ms,
            failing_events=len(self._failing),
            events_known=len(self._due),
        )

    async def sweep(self, event_id: EventId, *, seats_max: int = SEATS_PER_SWEEP_MAX) -> int:
        """Take what has run out off the event's map, `seats_max` seats at most, and learn what runs out next.

        Returns:
            How many seats were freed.

        Raises:
            StoreUnavailable: it will be asked again by `run`.
        """
        due_ms = self._due.pop(event_id, None)
        try:
            written = await self._store.sweep_expired(event_id, seats_max=seats_max)
            self._told(event_id, written)
            next_expiry_ms = await self._store.next_expiry_ms(event_id)
        except Exception as error:
            self._failed(event_id, due_ms, error)
            raise
        failing = self._failing.get(event_id)
        since_ms = due_ms if failing is None else failing.waiting_since_ms
        if written.seat_ids and since_ms is not None:
            self.delay_seconds.note(max(0, written.now_ms - since_ms) / 1000)
        self._recovered(event_id)
        self._store_ahead_ms = written.now_ms - self._clock.now_ms()
        self._swept_seats += len(written.seat_ids)
        if next_expiry_ms is not None:
            left_behind = not written.seat_ids and next_expiry_ms <= written.now_ms
            self.note_expiry(event_id, written.now_ms + RETRY_PAUSES_MS[0] if left_behind else next_expiry_ms)
        return len(written.seat_ids)

    async def run(self) -> None:
        """Sweep what is due, for ever, and look at one event of the rotation now and then."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._keep_sweeping())
            loops.create_task(self._rotate())

    async def sweep_due(self) -> bool:
        """One pass: sweep up to SWEEPS_AT_ONCE_MAX events whose earliest known expiry has come; whether any had.

        At most SEATS_PER_SWEEP_MAX seats of an event and SEATS_PER_PASS_MAX in all: the rest is due again at once.
        """
        due: list[EventId] = []
        while len(due) < SWEEPS_AT_ONCE_MAX and self._wait_ms() == 0:
            due.append(heapq.heappop(self._queue)[1])
        if due:
            seats_max = min(SEATS_PER_SWEEP_MAX, SEATS_PER_PASS_MAX // len(due))
            await asyncio.gather(*(self._try_to_sweep(event_id, seats_max) for event_id in due))
            self._last_pass_at_ms = self._clock.now_ms()
        return bool(due)

    async def look_at(self, event_id: EventId) -> None:
        """Learn from the store when the event's next hold runs out, unless that is known here.

        Raises:
            StoreUnavailable: nothing was learnt.
        """
        if event_id not in self._due:
            next_expiry_ms = await self._store.next_expiry_ms(event_id)
            if next_expiry_ms is not None:
                self.note_expiry(event_id, next_expiry_ms)

    async def _keep_sweeping(self) -> None:
        while True:
            self._earlier.clear()
            swept_before = self._swept_seats
            if await self.sweep_due():
                if self._swept_seats - swept_before >= MANY_SEATS:
                    await self._sleep(PASS_PAUSE_S)
                continue
            wait_ms = self._wait_ms()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if wait_ms is None else wait_ms / 1000):
                    await self._earlier.wait()

    async def _rotate(self) -> None:
        while True:
            try:
                now_ms = self._clock.now_ms()
                self._store_ahead_ms = await self._store.ping() - now_ms
                events = await self._catalog.events_on_sale(now_ms)
            except Exception as error:  # the rotation must go on, whatever one round came to
                self._report("sweep_rotation_failed", error)
                events = []
            for event in events:
                try:
                    await self.look_at(event.event_id)
                except Exception as error:  # one event must not keep the others from being looked at
                    self._report("sweep_rotation_failed", error, event_id=event.event_id)
                await self._sleep(ROTATION_PAUSE_S)
            await self._sleep(ROUND_PAUSE_S)

    async def _try_to_sweep(self, event_id: EventId, seats_max: int) -> None:
        with contextlib.suppress(Exception):  # counted, reported and asked again: the other events must go on
            await self.sweep(event_id, seats_max=seats_max)

    def _told(self, event_id: EventId, written: Written) -> None:
        if written.seat_ids:
            log_expiry(event_id, written.seat_ids)
            if self._expired is not None:
                self._expired.note(event_id, written.entries)

    def _failed(self, event_id: EventId, due_ms: int | None, error: Exception) -> None:
        now_ms, before = self._store_now_ms(), self._failing.get(event_id)
        since_ms = now_ms if due_ms is None else due_ms
        failing = self._failing[event_id] = _Failing(
            since_ms if before is None else min(since_ms, before.waiting_since_ms),
            1 if before is None else before.times + 1,
        )
        pause_ms = RETRY_PAUSES_MS[min(failing.times, len(RETRY_PAUSES_MS)) - 1]
        self.note_expiry(event_id, now_ms + pause_ms)
        self._report("sweep_failed", error, event_id=event_id, times=failing.times, retry_in_ms=pause_ms)

    def _recovered(self, event_id: EventId) -> None:
        if self._failing.pop(event_id, None) is not None and not self._failing:
            _log.info("sweep_recovered", failures=self._failures)

    def _report(self, what: str, error: Exception, **about: object) -> None:
        """Count a failure, and log it unless another was logged just now."""
        self._failures += 1
        self._last_failure_at_ms = self._clock.now_ms()
        now_ms = self._clock.monotonic_ms()
        if self._reported_at_ms is not None and now_ms - self._reported_at_ms < REPORT_PAUSE_MS:
            return
        self._reported_at_ms = now_ms
        expected = isinstance(error, StoreUnavailable | LedgerUnavailable)
        _log.warning(
            what,
            **about,
            reason=str(error),
            failures=self._failures,
            failing_events=len(self._failing),
            exc_info=None if expected else error,
        )

    def _wait_ms(self) -> int | None:
        """Until the next known expiry is to be swept: 0 when it is due, None when none is known."""
        queue = self._queue
        while queue and self._due.get(queue[0][1]) != queue[0][0]:  # an earlier one took its place, or it was swept
            heapq.heappop(queue)
        return max(0, queue[0][0] + GRACE_MS - self._store_now_ms()) if queue else None

    def _store_now_ms(self) -> int:
        return self._clock.now_ms() + self._store_ahead_ms
