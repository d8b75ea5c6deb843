"""The ledger on PostgreSQL: a bounded pool of connections, and transactions that are begun and ended by hand.

By hand, because what a booking is worth hangs on one question: was COMMIT sent? Before it nothing can have been
written, whatever broke; from then on only an answer says so. The driver never begins or ends one by itself.

Writes are READ COMMITTED: what must not change meanwhile is locked, or is a condition of the statement that writes.
Reads of several statements see one moment: REPEATABLE READ, which read-only never fails for others' sake.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from frontrow.adapters.sql.database import CONNECTIONS_MAX, T, Work
from frontrow.adapters.sql.faults import (
    CommitUnknown,
    WriteConflict,
    is_conflict,
    reason_of,
    sqlstate_of,
    without_values,
)
from frontrow.domain.errors import LedgerUnavailable

CONNECTION_WAIT_S = 5.0
CONNECT_S = 5.0
WORK_S = 10.0
"""From BEGIN until COMMIT is sent, and again until it is answered. The server ends each statement sooner: this is for
one that says nothing."""
MIGRATION_S = 3_600.0

PREPARED_STATEMENTS_MAX = 400
"""Statements a connection keeps planned. Lists of ids make one for each length."""

_SESSION = {
    "application_name": "frontrow",
    "default_transaction_isolation": "read committed",
    "lock_timeout": "3s",
    "statement_timeout": "5s",
    "idle_in_transaction_session_timeout": "5s",
    # A client whose host is gone without a word is found out in minutes, not in hours.
    "tcp_keepalives_idle": "60",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "6",
    # Every statement is of milliseconds: compiling one takes longer than running it.
    "jit": "off",
}

_BEGIN_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_BEGIN_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED"
_MIGRATION_LOCK = 0x46726F6E74726F77  # "Frontrow"
_BEGIN_MIGRATION = (
    f"{_BEGIN_WRITE}; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;"
    f" SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock({_MIGRATION_LOCK}); SET LOCAL lock_timeout = '30s'"
)
"""Of several processes that start at once, one builds the schema while the others wait, and then find it there. Tables
are waited for a while, but not for as long as all their other users would queue up behind."""

_DRIVER_ERRORS = (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""OSError: refused and cut connections, and every deadline."""

_IS_STANDBY = "25006"


class PostgresDatabase:
    """Implements Database. Connections are opened as they are needed, up to a bound."""

    def __init__(self, url: str, *, connections_max: int = CONNECTIONS_MAX) -> None:
        self._url = url
        self._connections_max = connections_max
        # Errors name no values, for those are people's names and addresses.
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            connect_args={
                "async_creator_fn": self._connect,
                "prepared_statement_cache_size": PREPARED_STATEMENTS_MAX,
            },
            isolation_level="AUTOCOMMIT",
            pool_size=connections_max,
            max_overflow=0,
            pool_use_lifo=True,
            hide_parameters=True,
        )
        # First come, first served: the pool by itself lets newcomers pass whoever waits, and beside 64 buyers some of
        # those were passed for seconds.
        self._turns = asyncio.Semaphore(connections_max)
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    @classmethod
    async def open(cls, url: str, *, connections_max: int = CONNECTIONS_MAX) -> "PostgresDatabase":
        """Connect to `url`, as asyncpg reads it: several hosts and `sslmode` among the rest.

        Args:
            connections_max: 1 or more; work waits for one up to CONNECTION_WAIT_S.

        Raises:
            LedgerUnavailable: the server does not answer, or lets nobody in; the message says which.
        """
        database = cls(url, connections_max=connections_max)
        try:
            await database.read(lambda _: None)
        except BaseException:
            await database.close()
            raise
        return database

    async def read(self, work: Work[T]) -> T:
        """See Database.read. Goes on where its caller gives up, as `write` does."""
        return await self._in_its_own_task(self._read(work))

    async def look_up(self, work: Work[T]) -> T:
        """See Database.look_up: no BEGIN and no COMMIT, which are two of a statement's three round trips."""
        return await self._in_its_own_task(self._read(work, is_one_moment=False))

    async def write(self, work: Work[T]) -> T:
        """See Database.write. A caller that gives up stops nothing: it is committed or rolled back all the same."""
        return await self._in_its_own_task(self._write(_BEGIN_WRITE, work, WORK_S))

    async def migrate(self, work: Work[T]) -> T:
        """See Database.migrate."""
        return await self._in_its_own_task(self._write(_BEGIN_MIGRATION, work, MIGRATION_S))

    async def close(self) -> None:
        """See Database.close. Closing twice is harmless."""
        self._closed = True
        while self._running:
            await asyncio.wait(self._running)
        await self._engine.dispose()

    async def _connect(self, **_: object) -> asyncpg.Connection:
        return await asyncpg.connect(
            self._url, timeout=CONNECT_S, server_settings=_SESSION, target_session_attrs=_wanted_session(self._url)
        )

    async def _in_its_own_task(self, work: Coroutine[Any, Any, T]) -> T:
        if self._closed:
            work.close()
            raise LedgerUnavailable("the ledger is closed", surely_not_written=True)
        task = asyncio.create_task(self._in_turn(work), name="frontrow-ledger")
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def _in_turn(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            async with asyncio.timeout(CONNECTION_WAIT_S):
                await self._turns.acquire()
        except TimeoutError as error:
            work.close()
            why = f"none of {self._connections_max} connections was free within {CONNECTION_WAIT_S:g} s"
            raise LedgerUnavailable(f"the ledger: {why}", surely_not_written=True) from error
        try:
            return await work
        finally:
            self._turns.release()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # its caller may have given up, and then nobody else looks at it

    async def _read(self, work: Work[T], *, is_one_moment: bool = True) -> T:
        for is_last in (False, True):
            connection, driver = await self._begun(_BEGIN_READ if is_one_moment else None, WORK_S)
            try:
                async with asyncio.timeout(WORK_S):
                    result = await connection.run_sync(work)
                    if is_one_moment:
                        await driver.execute("COMMIT")
            except _DRIVER_ERRORS as error:
                was_cut = driver.is_closed()
                await self._end(connection, driver, error)
                if was_cut and not is_last:
                    continue  # the server was restarted: a read may begin anew
                raise LedgerUnavailable(_reason(error)) from error
            except BaseException as error:
                await self._end(connection, driver, error)
                raise
            await connection.close()
            return result
        raise AssertionError("unreachable")

    async def _write(self, begin: str, work: Work[T], seconds_max: float) -> T:
        connection, driver = await self._begun(begin, seconds_max)
        try:
            async with asyncio.timeout(seconds_max):
                result = await connection.run_sync(work)
        except BaseException as error:
            await self._end(connection, driver, error)
            if isinstance(error, DBAPIError) and is_conflict(error):
                raise WriteConflict(_reason(error)) from error
            if isinstance(error, _DRIVER_ERRORS):
                # No COMMIT was sent: what is left of the transaction the server rolls back by itself.
                raise LedgerUnavailable(_reason(error), surely_not_written=True) from error
            raise
        await self._commit(connection, driver, seconds_max)
        return result

    async def _commit(self, connection: AsyncConnection, driver: asyncpg.Connection, seconds_max: float) -> None:
        try:
            async with asyncio.timeout(seconds_max):
                said = await driver.execute("COMMIT")
        except BaseException as error:
            # Even an error may come after the deed: a server that is shut down while it waits for its standby says so.
            await _discard(connection, driver)
            if isinstance(error, _DRIVER_ERRORS):
                raise CommitUnknown(_reason(error)) from error
            raise
        await connection.close()
        if said != "COMMIT":
            raise LedgerUnavailable(f"the ledger answered COMMIT with {said}", surely_not_written=True)

    async def _begun(self, begin: str | None, seconds_max: float) -> tuple[AsyncConnection, asyncpg.Connection]:
        """A connection, with a transaction where `begin` says so, and the driver's own, which SQLAlchemy hands out no
        more once it is cut.

        Those that were cut while they lay in the pool are passed over.
        """
        error: Exception | None = None
        for _ in range(self._connections_max + 1):
            connection = await self._taken_from_pool()
            driver = _driver_of(connection)
            if not driver.is_closed():
                try:
                    if begin is not None:
                        async with asyncio.timeout(seconds_max):
                            await driver.execute(begin)
                except _DRIVER_ERRORS as its:
                    error = its
                    was_cut = driver.is_closed()
                    await _discard(connection, driver)
                    if not was_cut:
                        break
                except BaseException:
                    await _discard(connection, driver)
                    raise
                else:
                    return connection, driver
            else:
                await _discard(connection, driver)
        raise LedgerUnavailable(
            "the connections were cut" if error is None else _reason(error), surely_not_written=True
        ) from error

    async def _taken_from_pool(self) -> AsyncConnection:
        try:
            return await self._engine.connect()
        except _DRIVER_ERRORS as error:
            raise LedgerUnavailable(_reason(error), surely_not_written=True) from error

    async def _end(self, connection: AsyncConnection, driver: asyncpg.Connection, error: BaseException) -> None:
        """Roll the transaction back and give the connection back; or let it go where that is no use any more."""
        if isinstance(error, TimeoutError) or sqlstate_of(error) == _IS_STANDBY:
            await _discard(connection, driver)  # it hangs, or another server takes the writes now
            return
        try:
            async with asyncio.timeout(WORK_S):
                await driver.execute("ROLLBACK")
        except _DRIVER_ERRORS:
            await _discard(connection, driver)
        else:
            await connection.close()


def _driver_of(connection: AsyncConnection) -> asyncpg.Connection:
    assert connection.sync_connection is not None
    return connection.sync_connection.connection.driver_connection


async def _discard(connection: AsyncConnection, driver: asyncpg.Connection) -> None:
    """Close it without a word to the server, which may be hanging."""
    driver.terminate()
    with suppress(*_DRIVER_ERRORS):
        if not connection.invalidated:
            await connection.invalidate()
    await connection.close()


def _wanted_session(url: str) -> str | None:
    return None if "target_session_attrs=" in url else "primary"


def _reason(error: BaseException) -> str:
    without_values(error)
    return f"the ledger: {reason_of(error)}"
