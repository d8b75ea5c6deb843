"""Reads under way: whoever wants the same thing meanwhile waits for the same read."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class SharedReads(Generic[K, V]):
    """Reads under way, by key."""

    def __init__(self) -> None:
        self._tasks: dict[K, asyncio.Task[V]] = {}

    async def join(self, key: K, read: Callable[[], Awaitable[V]]) -> V:
        """The result of the read under way for the key, else of `read`. A cancelled caller cancels nobody else's."""
        return await asyncio.shield(self.start(key, read))

    def start(self, key: K, read: Callable[[], Awaitable[V]]) -> asyncio.Task[V]:
        """The same without waiting for it. Where it fails and nobody waits, nobody hears of it."""
        task = self._tasks.get(key)
        if task is None:
            task = asyncio.ensure_future(self._run(read))
            self._tasks[key] = task
            task.add_done_callback(lambda done: self._ended(key, done))
        return task

    def leave(self, key: K) -> None:
        """Let those who wait have their result, and start anew for everyone else."""
        self._tasks.pop(key, None)

    def leave_all(self) -> None:
        """The same for every key."""
        self._tasks.clear()

    def is_current(self, key: K) -> bool:
        """Whether the task that asks is still the one others may join."""
        return self._tasks.get(key) is asyncio.current_task()

    @staticmethod
    async def _run(read: Callable[[], Awaitable[V]]) -> V:
        return await read()

    def _ended(self, key: K, task: asyncio.Task[V]) -> None:
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if not task.cancelled():
            task.exception()  # Everyone who waited may be gone; a failure is then nobody's to hear of.
