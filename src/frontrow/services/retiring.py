"""Removing what the store keeps of events that are over."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.event import Event
from frontrow.domain.ids import EventId
from frontrow.ports import Clock, HoldStore
from frontrow.services.catalog import Catalog

RETIRED_AFTER_MS = 86_400_000
"""A day after its end: late payments and refunds of an evening find its seats still in the store."""
PASS_EVERY_S = 600.0
PAGE = 100

_log = structlog.get_logger(__name__)


class Retirement:
    """Goes through the events now and then. An event somebody reads later is loaded again, and retired again."""

    def __init__(
        self,
        *,
        store: HoldStore,
        catalog: Catalog,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._sleep = sleep

    async def run(self) -> None:
        """Retire until cancelled, one pass every PASS_EVERY_S seconds."""
        while True:
            try:
                await self.retire_ended()
            except (StoreUnavailable, LedgerUnavailable) as error:
                _log.warning("retiring_waits", reason=str(error))
            await self._sleep(PASS_EVERY_S)

    async def retire_ended(self) -> list[EventId]:
        """One pass: remove the keys of every event that ended a day ago, and name them.

        Raises:
            StoreUnavailable, LedgerUnavailable: those before it are retired; the next pass begins anew.
        """
        retired = []
        after_number = 0
        while page := await self._catalog.page(after_number=after_number, limit=PAGE):
            for event in page:
                if _ends_at_ms(event) + RETIRED_AFTER_MS <= self._clock.now_ms():
                    await self._store.retire(event.event_id)
                    retired.append(event.event_id)
            after_number = page[-1].number
        return retired


def _ends_at_ms(event: Event) -> int:
    """When nothing of it can be sold any more and it has begun."""
    return max(event.starts_at_ms, event.sales_end_ms or 0)
