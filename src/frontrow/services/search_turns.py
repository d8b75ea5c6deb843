"""Turns at searching for seats in a thread: one search at a time, and only so many that wait for theirs."""

import asyncio
from types import TracebackType

import msgspec


class SearchesBusy(msgspec.Struct, frozen=True):
    """As many searches for seats wait already as may. Nothing was done; ask again after `retry_after_ms`."""

    retry_after_ms: int = 1_000


class SearchTurns:
    """A context: who is in it searches, the others wait in the order in which they came.

    It refuses nobody: who comes asks `waiting` before, with no await in between.
    """

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()
        self._present = 0

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return max(0, self._present - 1)

    async def __aenter__(self) -> None:
        self._present += 1
        try:
            await self._one_at_a_time.acquire()
        except BaseException:
            self._present -= 1
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._present -= 1
        self._one_at_a_time.release()
