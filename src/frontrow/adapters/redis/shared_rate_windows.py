"""Counts of calls that several processes keep together in the hold store.

Each process decides by what it knows, at once, and tells the store every SHARED_EVERY_S what it has counted since; the
answer is what all of them counted. So no request waits for the limiter, a call costs what it does in memory, and a
hundred calls of an address are one number in one script. The price: until the next exchange a process does not know
of the others' calls, and each may let through as many too many as came to it within that time.

Where the store does not answer, each process goes on by its own counts; those of the lost exchange may be missing from
the common ones, never twice in them.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from itertools import islice

import structlog
from redis.exceptions import ResponseError

from frontrow.adapters.rate_windows import COUNTERS_MAX, WINDOW_MS, RateWindows
from frontrow.adapters.redis import keys
from frontrow.adapters.redis.client import StoreClient
from frontrow.adapters.redis.replies import words_of
from frontrow.adapters.redis.scripts import COUNT_CALLS
from frontrow.domain.errors import StoreUnavailable
from frontrow.ports import Clock

SHARED_EVERY_S = 0.05
"""About what a person's next click takes at least. 20 exchanges a second cost the store some hundred microseconds."""
RETRY_AFTER_S = 1.0
WARNED_EVERY_MS = 60_000
COUNTERS_PER_SCRIPT = 128
"""Bounds a script to well under a millisecond: other clients wait for it."""
LIFETIME_MS = 2 * WINDOW_MS + 30_000
"""A minute's counts weigh until the next minute ends; the rest is room for clocks that differ."""

_log = structlog.get_logger(__name__)


class SharedRateWindows(RateWindows):
    """RateWindows whose counts are those of every process on this store, as of the last exchange.

    `run` exchanges; until it runs, and while the store does not answer, the counts are this process's own.
    """

    def __init__(self, clock: Clock, client: StoreClient, *, counters_max: int = COUNTERS_MAX) -> None:
        super().__init__(clock, counters_max=counters_max)
        self._client = client
        self._untold: dict[str, int] = {}
        self._untold_before: dict[str, int] = {}
        self._made = 0
        """Counters begun in this minute."""
        self._counted = asyncio.Event()
        self._next_warning_ms = 0

    async def run(self) -> None:
        """Exchange counts for ever, whenever there are any, whatever one exchange came to."""
        while True:
            await self._counted.wait()
            await asyncio.sleep(SHARED_EVERY_S)
            try:
                await self.exchange()
            except Exception as error:  # without its exchanges this process would let through what others have counted
                self._warn(error)
                await asyncio.sleep(RETRY_AFTER_S)

    async def exchange(self) -> None:
        """Tell the store what was counted since the last time, and learn what all processes have counted.

        Raises:
            StoreUnavailable, ResponseError: the store did not take it; what was to be told is forgotten.
        """
        self._counted.clear()
        minute = self._minute
        before, self._untold_before = self._untold_before, {}
        now, self._untold = self._untold, {}
        told = [*self._told(minute - 1, before), *self._told(minute, now)]
        for result in await asyncio.gather(*told, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    def _told(self, minute: int, counts: dict[str, int]) -> Iterator[Coroutine[None, None, None]]:
        pairs = iter(counts.items())
        while some := dict(islice(pairs, COUNTERS_PER_SCRIPT)):
            yield self._tell(minute, some)

    async def _tell(self, minute: int, counts: dict[str, int]) -> None:
        encoded = map(keys.encoded_counted, counts)
        names = [keys.call_count(of, key) for key in encoded for of in (minute, minute - 1)]
        reply = words_of(await self._client.script(COUNT_CALLS, names, [LIFETIME_MS, *counts.values()]))
        totals = iter(reply[1:])
        for key, total, total_before in zip(counts, totals, totals, strict=True):
            self._learn(minute, key, total, total_before)

    def _learn(self, minute: int, key: str, total: int, total_before: int) -> None:
        if minute == self._minute:
            if key in self._current:  # else it was forgotten for want of room
                self._current[key] = max(self._current[key], total + self._untold.get(key, 0))
            if total_before:
                self._learn_before(key, total_before)
        elif minute == self._minute - 1:
            self._learn_before(key, total + self._untold_before.get(key, 0))

    def _learn_before(self, key: str, total: int) -> None:
        previous = self._previous
        if key in previous or len(previous) < self._counters_max:
            previous[key] = max(previous.get(key, 0), total)

    def _begin(self, minute: int) -> None:
        self._untold_before = self._untold if minute == self._minute + 1 else {}
        self._untold = {}
        self._made = 0
        super()._begin(minute)

    def _add(self, key: str, count: int, amount: int) -> None:
        super()._add(key, count, amount)
        self._made += count == 0
        if self._made > self._counters_max:
            return  # counted here alone until the minute ends: the store forgets nothing for want of room
        self._untold[key] = self._untold.get(key, 0) + amount
        self._counted.set()

    def _warn(self, error: Exception) -> None:
        now_ms = self._clock.monotonic_ms()
        if now_ms >= self._next_warning_ms:
            self._next_warning_ms = now_ms + WARNED_EVERY_MS
            advice = "calls are limited by this process's own counts until the store answers again"
            unexpected = None if isinstance(error, StoreUnavailable | ResponseError) else error
            _log.warning("call_counts_not_shared", reason=str(error), advice=advice, exc_info=unexpected)
