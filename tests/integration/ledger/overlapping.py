"""Two transactions at once on one PostgreSQL, in an order that the test sets: the one is as good as committed, the
other begins."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.util.concurrency import await_

from frontrow.adapters.sql.database import Database, T, Work
from frontrow.adapters.sql.ledger import SqlLedger
from tests.support.eventually import eventually

A = TypeVar("A")
B = TypeVar("B")

_WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class PausedDatabase:
    """Implements Database over another one. Between `pause` and `go_on` a write stops short of its COMMIT."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.reached = asyncio.Event()
        self._may_go_on = asyncio.Event()
        self._may_go_on.set()

    def pause(self) -> None:
        """Let the next write wait; `reached` is set when it does."""
        self.reached.clear()
        self._may_go_on.clear()

    def go_on(self) -> None:
        """Let it be committed."""
        self._may_go_on.set()

    async def read(self, work: Work[T]) -> T:
        """See Database."""
        return await self._database.read(work)

    async def look_up(self, work: Work[T]) -> T:
        """See Database."""
        return await self._database.look_up(work)

    async def write(self, work: Work[T]) -> T:
        """See Database."""

        def work_and_wait(connection: sa.Connection) -> T:
            result = work(connection)
            self.reached.set()
            await_(self._may_go_on.wait())
            return result

        return await self._database.write(work_and_wait)

    async def migrate(self, work: Work[T]) -> T:
        """See Database."""
        return await self._database.migrate(work)

    async def close(self) -> None:
        """See Database."""
        await self._database.close()


class TwoLedgers:
    """Ledgers of two processes on one database: writes of `one` can be stopped short of their COMMIT."""

    def __init__(self, one: SqlLedger, other: SqlLedger, paused: PausedDatabase) -> None:
        self.one = one
        self.other = other
        self._paused = paused

    async def overlap(self, first: Callable[[], Awaitable[A]], second: Callable[[], Awaitable[B]]) -> tuple[A, B]:
        """What both come to, where `first`, a write of `one`, is committed once `second` waits for it, or is done."""
        self._paused.pause()
        running = asyncio.ensure_future(first())
        try:
            await asyncio.wait(
                [running, asyncio.ensure_future(self._paused.reached.wait())], return_when=asyncio.FIRST_COMPLETED
            )
            following = asyncio.ensure_future(second())

            async def waits_or_is_done() -> bool:
                return following.done() or await self._paused.read(lambda it: it.scalar(_WAITING)) > 0

            await eventually(waits_or_is_done, "the second waits for the first, or is done")
        finally:
            self._paused.go_on()
        return await running, await following
