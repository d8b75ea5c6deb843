"""Sweeping: a hold that runs out is taken off the map within a quarter of a second, without polling every event.

The sweeper knows expiries: those of holds granted here, and those of the events this process tails. Each wakes it
once. What a process knew that died, a slow rotation over the events on sale finds. The store's clock decides what
has run out; ours only says when to ask, corrected by what the store answers.
"""

import asyncio
import contextlib
import heapq
from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec
import structlog

from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.event import Event
from frontrow.domain.ids import EventId
from frontrow.ports import Clock, HoldStore

SEATS_PER_SWEEP_MAX = 500
SWEEPS_AT_ONCE_MAX = 16
GRACE_MS = 20
"""Asked this much after an expiry, so that the first ask finds it."""
RETRY_MS = 1_000
ROTATION_PAUSE_S = 0.1
"""One event of the rotation each time: 600 a minute, one small read each."""
ROUND_PAUSE_S = 1.0

_log = structlog.get_logger(__name__)


class OnSale(Protocol):
    """Lists what is on sale (services/catalog.py)."""

    async def events_on_sale(self, now_ms: int) -> list[Event]: ...


class SweepFigures(msgspec.Struct, frozen=True):
    """The sweeper's health. Times in milliseconds by the wall clock of this process.

    `lag_ms` is how long the oldest known expiry has been waiting for its sweep: near 0 in health, and growing while
    the store is away. `last_pass_at_ms` is None before the first.
    """

    last_pass_at_ms: int | None
    lag_ms: int
    swept_seats: int
    failures: int
    events_known: int


class Sweeper:
    """Sweeps events when their holds run out. `run` is its loop; one per process."""

    def __init__(
        self,
        *,
        store: HoldStore,
        catalog: OnSale,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._sleep = sleep
        self._due: dict[EventId, int] = {}
        self._queue: list[tuple[int, EventId]] = []
        self._earlier = asyncio.Event()
        self._store_ahead_ms = 0
        self._last_pass_at_ms: int | None = None
        self._swept_seats = 0
        self._failures = 0

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
        first = min(self._due.values(), default=None)
        lag_ms = 0 if first is None else max(0, self._store_now_ms() - first)
        return SweepFigures(
            last_pass_at_ms=self._last_pass_at_ms,
            lag_ms=lag_ms,
            swept_seats=self._swept_seats,
            failures=self._failures,
            events_known=len(self._due),
        )

    async def sweep(self, event_id: EventId) -> int:
        """Take what has run out off the event's map, SEATS_PER_SWEEP_MAX seats at most, and learn what runs out next.

        Returns:
            How many seats were freed.

        Raises:
            StoreUnavailable: it will be asked again by `run`.
        """
        self._due.pop(event_id, None)
        try:
            written = await self._store.sweep_expired(event_id, seats_max=SEATS_PER_SWEEP_MAX)
            next_expiry_ms = await self._store.next_expiry_ms(event_id)
        except StoreUnavailable:
            self._failures += 1
            self.note_expiry(event_id, self._store_now_ms() + RETRY_MS)
            raise
        self._store_ahead_ms = written.now_ms - self._clock.now_ms()
        self._swept_seats += len(written.seat_ids)
        if next_expiry_ms is not None:
            left_behind = not written.seat_ids and next_expiry_ms <= written.now_ms
            self.note_expiry(event_id, written.now_ms + RETRY_MS if left_behind else next_expiry_ms)
        return len(written.seat_ids)

    async def run(self) -> None:
        """Sweep what is due, for ever, and look at one event of the rotation now and then."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._keep_sweeping())
            loops.create_task(self._rotate())

    async def sweep_due(self) -> bool:
        """One pass: sweep up to SWEEPS_AT_ONCE_MAX events whose earliest known expiry has come; whether any had."""
        due: list[EventId] = []
        while len(due) < SWEEPS_AT_ONCE_MAX and self._wait_ms() == 0:
            due.append(heapq.heappop(self._queue)[1])
        await asyncio.gather(*map(self._try_to_sweep, due))
        if due:
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
            if await self.sweep_due():
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
                for event in await self._catalog.events_on_sale(now_ms):
                    await self.look_at(event.event_id)
                    await self._sleep(ROTATION_PAUSE_S)
            except StoreUnavailable:
                self._failures += 1
            except LedgerUnavailable as error:
                _log.warning("sweep_rotation_failed", reason=str(error))
            await self._sleep(ROUND_PAUSE_S)

    async def _try_to_sweep(self, event_id: EventId) -> None:
        try:
            await self.sweep(event_id)
        except StoreUnavailable as error:
            _log.warning("sweep_failed", event_id=event_id, reason=str(error))
        except Exception:  # a fault in one event must not end the sweeping of the others
            self._failures += 1
            _log.exception("sweep_failed", event_id=event_id)

    def _wait_ms(self) -> int | None:
        """Until the next known expiry is to be swept: 0 when it is due, None when none is known."""
        queue = self._queue
        while queue and self._due.get(queue[0][1]) != queue[0][0]:  # an earlier one took its place, or it was swept
            heapq.heappop(queue)
        return max(0, queue[0][0] + GRACE_MS - self._store_now_ms()) if queue else None

    def _store_now_ms(self) -> int:
        return self._clock.now_ms() + self._store_ahead_ms
