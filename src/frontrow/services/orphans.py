"""Holds that nobody knows of: an acquire got no answer and no idempotency key will ever ask for it again."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import HoldNotFound, HoldReleased
from frontrow.domain.ids import EventId, HoldId, UserId
from frontrow.ports import Clock, HoldStore
from frontrow.services.background import Background
from frontrow.services.seat_calls import SeatCalls

ORPHAN_MS_MAX = 30_000
"""How long one is looked for. After that its own expiry gives the seats back."""
ORPHANS_MAX = 10_000
"""How many wait at once: what a store that is away for a minute can leave behind under the rate limits."""
RELEASES_PER_ROUND_MAX = 100
PAUSE_S = 0.5
MISSES_MAX = 2
"""Not found once may mean that the acquire is still on its way (a stopped server reads connections in any order)."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Orphan:
    event_id: EventId
    hold_id: HoldId
    user_id: UserId
    give_up_at_ms: int
    misses: int = 0


class OrphanHolds:
    """Releases such holds by their id as soon as the store answers again, a bounded number at a time."""

    def __init__(
        self,
        *,
        store: HoldStore,
        calls: SeatCalls,
        clock: Clock,
        background: Background,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._calls = calls
        self._clock = clock
        self._background = background
        self._sleep = sleep
        self._waiting: deque[_Orphan] = deque(maxlen=ORPHANS_MAX)
        self._working = False

    def add(self, event_id: EventId, hold_id: HoldId, user_id: UserId) -> None:
        """Give this hold back in the background if it exists. Past ORPHANS_MAX the oldest is left to its expiry."""
        give_up_at_ms = self._clock.monotonic_ms() + ORPHAN_MS_MAX
        self._waiting.append(_Orphan(event_id, hold_id, user_id, give_up_at_ms))
        if not self._working:
            self._working = True
            self._background.start(self._work(), name="release orphan holds")

    async def _work(self) -> None:
        try:
            while self._waiting:
                count = min(len(self._waiting), RELEASES_PER_ROUND_MAX)
                orphans = [self._waiting.popleft() for _ in range(count)]
                again = await asyncio.gather(*(self._release(orphan) for orphan in orphans))
                now_ms = self._clock.monotonic_ms()
                self._waiting.extend(orphan for orphan in again if orphan and orphan.give_up_at_ms > now_ms)
                if self._waiting:
                    await self._sleep(PAUSE_S)
        finally:
            self._working = False

    async def _release(self, orphan: _Orphan) -> _Orphan | None:
        """Try once; the orphan to try again, or None when it is settled."""
        try:
            outcome = await self._store.release(orphan.event_id, hold_id=orphan.hold_id, user_id=orphan.user_id)
        except StoreUnavailable:
            return orphan
        match outcome:
            case HoldReleased():
                self._calls.heard(orphan.event_id, outcome)
                _log.info("orphan_hold_released", event_id=orphan.event_id, seats=len(outcome.seat_ids))
                return None
            case HoldNotFound() if orphan.misses + 1 < MISSES_MAX:
                return replace(orphan, misses=orphan.misses + 1)
            case _:
                return None
