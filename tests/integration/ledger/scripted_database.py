"""A database whose next writes go wrong, wait, or take time, as a test says. Everything else is the real one."""

import asyncio
from collections import deque
from collections.abc import Callable

import sqlalchemy as sa

from frontrow.adapters.sql.database import Database, T, Work
from frontrow.adapters.sql.faults import CommitUnknown

Fault = Exception | str


class _NeverCommitted(Exception):
    pass


LOST_BEFORE = "lost before"
"""COMMIT never reached the database, and the caller cannot know."""
LOST_AFTER = "lost after"
"""COMMIT happened, and its answer was lost."""


class ScriptedDatabase:
    """Implements Database over another one. `writes` counts the transactions that were begun."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._faults: deque[Fault | None] = deque()
        self._open = asyncio.Event()
        self._open.set()
        self.before_commit: Callable[[], None] = lambda: None
        self.writes = 0

    def next_writes(self, *faults: Fault | None) -> None:
        """What the next writes suffer, one by one: an exception, LOST_BEFORE, LOST_AFTER, or None for nothing."""
        self._faults.extend(faults)

    def stall(self) -> None:
        """Let writes wait until `resume`."""
        self._open.clear()

    def resume(self) -> None:
        """Go on."""
        self._open.set()

    async def read(self, work: Work[T]) -> T:
        """See Database."""
        return await self._database.read(work)

    async def look_up(self, work: Work[T]) -> T:
        """See Database."""
        return await self._database.look_up(work)

    async def write(self, work: Work[T]) -> T:
        """See Database."""
        self.writes += 1
        await self._open.wait()
        fault = self._faults.popleft() if self._faults else None
        if isinstance(fault, Exception):
            raise fault

        def slow_work(connection: sa.Connection) -> T:
            result = work(connection)
            self.before_commit()
            if fault == LOST_BEFORE:
                raise _NeverCommitted
            return result

        try:
            result = await self._database.write(slow_work)
        except _NeverCommitted:
            raise CommitUnknown("the connection was cut") from None
        if fault == LOST_AFTER:
            raise CommitUnknown("the connection was cut")
        return result

    async def migrate(self, work: Work[T]) -> T:
        """See Database."""
        return await self._database.migrate(work)

    async def close(self) -> None:
        """See Database."""
        await self._database.close()
