"""What is kept of events is told to be as the ledger has it by one question, for all of them together."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.event import EventChanges
from frontrow.domain.ids import EventId
from frontrow.ports import Clock
from frontrow.services.shared_reads import SharedReads

EVENT_FRESH_MS = 2_000
"""A change made by another process is seen at the latest after this long, while the ledger answers."""
EVENT_ASKED_EVERY_MS = EVENT_FRESH_MS // 2
"""Asked so much sooner, beside the requests, hardly any of them has to wait."""
EVENT_PATIENCE_S = 0.25
"""How long somebody waits for news of what was read before: a ledger that hangs is not to hang holds and maps."""
EVENT_BELIEVED_MS = 600_000
"""After so long every event is read anew, whatever is told. A standby that lagged may have lost changes that were told,
and gives their numbers to others."""


class TellsChanges(Protocol):
    """Knows which events changed since a version (ports/ledger.py)."""

    async def event_changes(self, *, since: int | None) -> EventChanges: ...


class EventNews:
    """Asks which events changed, as often as EVENT_FRESH_MS needs it while somebody wants to know.

    `doubt` is called with what was told, None for every event, in the same step that takes the version over. So what
    was read, or began to be read, after one answer is as the ledger had it at the next one, unless the next one tells
    that it changed: whoever is told leaves what it has and the reads that are under way.
    """

    def __init__(self, ledger: TellsChanges, clock: Clock, doubt: Callable[[frozenset[EventId] | None], None]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._doubt = doubt
        self._version: int | None = None
        self._recent_until_ms = -1
        self._ask_from_ms = 0
        self._believe_until_ms = 0
        self._questions = SharedReads[None, None]()

    def are_recent(self) -> bool:
        """Whether what is kept may be served; has the ledger asked, beside the caller, when it is time to."""
        now_ms = self._clock.monotonic_ms()
        if now_ms >= self._ask_from_ms:
            self._questions.start(None, self._ask)
        return now_ms <= self._recent_until_ms

    async def heard(self) -> None:
        """Return when the news are recent; or after EVENT_PATIENCE_S, or where the ledger is away. Then nobody who
        comes within EVENT_FRESH_MS waits as well: the question goes on, and what it brings is taken over."""
        if self.are_recent():
            return
        try:
            async with asyncio.timeout(EVENT_PATIENCE_S):
                await self._questions.join(None, self._ask)
        except (LedgerUnavailable, TimeoutError):
            self._recent_until_ms = self._clock.monotonic_ms() + EVENT_FRESH_MS

    async def _ask(self) -> None:
        asked_at_ms = self._clock.monotonic_ms()
        self._ask_from_ms = asked_at_ms + EVENT_ASKED_EVERY_MS
        is_believed = self._version is not None and asked_at_ms < self._believe_until_ms
        told = await self._ledger.event_changes(since=self._version if is_believed else None)
        if not is_believed:
            self._believe_until_ms = asked_at_ms + EVENT_BELIEVED_MS
        self._version = told.version
        self._recent_until_ms = asked_at_ms + EVENT_FRESH_MS
        self._doubt(told.event_ids)
