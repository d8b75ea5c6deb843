"""Loading an event's sold seats from the ledger into a store that does not know the event."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog

from frontrow.domain.booking import LedgerSeat
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.ids import EventId
from frontrow.ports import HoldStore

ATTEMPTS_MAX = 3
ATTEMPT_PAUSE_S = 0.1

_log = structlog.get_logger(__name__)


class HasLiveSeats(Protocol):
    """The ledger, as far as it is asked here."""

    async def live_seats(self, event_id: EventId) -> list[LedgerSeat]: ...


class Warmer:
    """Warms events one at a time per process: after the store was emptied, every event asks at once.

    Whoever needs an event that is being warmed waits for that; a caller that is cancelled stops nobody else's.

    Args:
        on_warmed: told each event that was loaded: the reconciler compares it with the ledger next.
    """

    def __init__(
        self,
        *,
        store: HoldStore,
        ledger: HasLiveSeats,
        on_warmed: Callable[[EventId], object] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._on_warmed = on_warmed
        self._sleep = sleep
        self._one_at_a_time = asyncio.Lock()
        self._under_way: dict[EventId, asyncio.Task[None]] = {}
        self.events_warmed = 0
        """How often an event was loaded since the process started."""

    async def ensure_warm(self, event_id: EventId) -> None:
        """Load the event's live ledger rows unless it is loaded. Loading a warm event changes nothing.

        Raises:
            StoreUnavailable: the store gave no answer ATTEMPTS_MAX times; the event may be warm.
            LedgerUnavailable: the ledger cannot be read; the event is as cold as before.
        """
        task = self._under_way.get(event_id)
        if task is None:
            task = asyncio.create_task(self._warm(event_id), name=f"warm {event_id}")
            self._under_way[event_id] = task
            task.add_done_callback(lambda done: self._ended(event_id, done))
        await asyncio.shield(task)

    async def _warm(self, event_id: EventId) -> None:
        async with self._one_at_a_time:
            for attempt in range(1, ATTEMPTS_MAX):
                with contextlib.suppress(StoreUnavailable):
                    await self._load(event_id)
                    break
                await self._sleep(ATTEMPT_PAUSE_S * attempt)
            else:
                await self._load(event_id)
        if self._on_warmed is not None:
            self._on_warmed(event_id)

    async def _load(self, event_id: EventId) -> None:
        seats = await self._ledger.live_seats(event_id)
        await self._store.warm(event_id, seats)
        self.events_warmed += 1
        _log.info("event_warmed", event_id=event_id, sold_seats=len(seats))

    def _ended(self, event_id: EventId, task: asyncio.Task[None]) -> None:
        del self._under_way[event_id]
        if not task.cancelled():
            task.exception()  # everyone who waited may be gone; the next caller tries again
