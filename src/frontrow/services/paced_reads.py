"""Costly reads, shared and paced: however many ask, the ledger's one thread keeps most of its time for bookings."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from frontrow.ports import Clock

SHARE_MAX = 0.2
"""Of time that such reads may take together: one that took 100 ms is followed by 400 ms without any."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class PacedReads(Generic[K, V]):
    """One read at a time. Who asks while a read of the same thing is still to begin shares that one; a read that has
    begun is nobody else's to join, so every answer has all that happened before it was asked for."""

    def __init__(self, clock: Clock, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._clock = clock
        self._sleep = sleep
        self._one_at_a_time = asyncio.Lock()
        self._waiting: dict[K, asyncio.Task[V]] = {}
        self._due_ms = clock.monotonic_ms()

    async def read(self, key: K, work: Callable[[], Awaitable[V]]) -> V:
        """What `work` returns or raises, after its turn has come. A caller that is cancelled cancels nobody else's."""
        task = self._waiting.get(key)
        if task is None:
            task = asyncio.create_task(self._in_turn(key, work), name=f"paced read {key}")
            self._waiting[key] = task
            task.add_done_callback(lambda done: self._ended(key, done))
        return await asyncio.shield(task)

    async def _in_turn(self, key: K, work: Callable[[], Awaitable[V]]) -> V:
        async with self._one_at_a_time:
            wait_ms = self._due_ms - self._clock.monotonic_ms()
            if wait_ms > 0:
                await self._sleep(wait_ms / 1000)
            del self._waiting[key]
            began_ms = self._clock.monotonic_ms()
            try:
                return await work()
            finally:
                ended_ms = self._clock.monotonic_ms()
                self._due_ms = ended_ms + int((ended_ms - began_ms) * (1 / SHARE_MAX - 1))

    def _ended(self, key: K, task: asyncio.Task[V]) -> None:
        if self._waiting.get(key) is task:
            del self._waiting[key]
        if not task.cancelled():
            task.exception()  # everyone who waited may be gone; a failure is then nobody's to hear of
