"""The ledger in one SQLite file: one connection, owned by one thread.

docs/decisions/0004-sqlite-mode.md says why, with measurements.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from frontrow.adapters.sql.database import T, Work
from frontrow.adapters.sql.faults import CommitUnknown, WriteConflict, is_conflict, is_database_error, reason_of
from frontrow.domain.errors import ConfigurationError, LedgerUnavailable

BUSY_TIMEOUT_S = 5.0
"""How long SQLite waits for another process to let the file go; well below a booking's guard of 30 s."""

STATEMENTS_KEPT = 256
"""Prepared, of the one connection: a batch's inserts have 23 texts for each of five tables (inserts.py)."""

SQLITE_VERSION_MIN = (3, 35, 0)
"""The first with RETURNING."""

_PRAGMAS = (
    # One process and one connection: the WAL-reset fault of SQLite < 3.51.3 needs two.
    "locking_mode = EXCLUSIVE",
    "journal_mode = WAL",
    # Every commit is on disk before it is answered; macOS needs F_FULLFSYNC for that.
    "synchronous = FULL",
    "fullfsync = ON",
    "foreign_keys = ON",
    # What a statement would need to undo itself alone stays in memory: in a file, which nobody reads after a crash, it
    # was half of all that a batch wrote.
    "temp_store = MEMORY",
    # 32 MiB of pages, and 16 MiB of log between checkpoints: ids are random, so many pages are written twice.
    "cache_size = -32768",
    "wal_autocheckpoint = 4000",
    "journal_size_limit = 67108864",
)


class SqliteDatabase:
    """One SQLite file, one connection, one thread that runs the work in the order it came."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="frontrow-ledger")
        # The driver never begins or ends a transaction by itself: BEGIN IMMEDIATE is ours, in `_write`. Errors name no
        # values, for those are people's names and addresses.
        self._engine = sa.create_engine("sqlite://", creator=self._connect, poolclass=NullPool, hide_parameters=True)
        self._connection: sa.Connection | None = None
        self._closed = False

    @classmethod
    async def open(cls, path: Path) -> "SqliteDatabase":
        """Open or create the file and take it for this process.

        Raises:
            ConfigurationError: the SQLite library is too old.
            LedgerUnavailable: the file cannot be opened, written or had alone; the message says which.
        """
        if sqlite3.sqlite_version_info < SQLITE_VERSION_MIN:
            wanted = ".".join(map(str, SQLITE_VERSION_MIN))
            raise ConfigurationError(f"expected SQLite {wanted} or newer, got {sqlite3.sqlite_version}")
        database = cls(path)
        try:
            await database.write(lambda _: None)
        except BaseException:
            await database.close()
            raise
        return database

    async def read(self, work: Work[T]) -> T:
        """See Database.read. Nothing else writes meanwhile, so no transaction is needed."""
        return await self._on_thread(self._read, work)

    async def look_up(self, work: Work[T]) -> T:
        """See Database.look_up."""
        return await self._on_thread(self._read, work)

    async def write(self, work: Work[T]) -> T:
        """See Database.write."""
        return await self._on_thread(self._write, work)

    async def migrate(self, work: Work[T]) -> T:
        """See Database.migrate."""
        return await self.write(work)

    async def close(self) -> None:
        """See Database.close. Closing twice is harmless."""

        if self._closed:
            return
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop_connection)
        self._thread.shutdown(wait=False)

    async def _on_thread(self, run: Callable[[Work[T]], T], work: Work[T]) -> T:
        if self._closed:
            raise LedgerUnavailable(f"the ledger {self._path} is closed", surely_not_written=True)
        return await asyncio.get_running_loop().run_in_executor(self._thread, run, work)

    def _connect(self) -> sqlite3.Connection:
        # SQLite would open such a file for reading and then fail on the lock with an error that names no cause.
        if self._path.exists() and not os.access(self._path, os.W_OK):
            raise sqlite3.OperationalError("the file is read-only")
        self._create_private()
        connection = sqlite3.connect(
            self._path, isolation_level=None, timeout=BUSY_TIMEOUT_S, cached_statements=STATEMENTS_KEPT
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").fetchall()
        except BaseException:
            connection.close()
            raise
        return connection

    def _create_private(self) -> None:
        # For its owner only, whatever folder it lies in: it has people's names and addresses. SQLite gives the files
        # beside it (-wal) the same mode, and says itself why it cannot open one.
        with suppress(OSError):
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))

    def _read(self, work: Work[T]) -> T:
        connection = self._connected()
        try:
            return work(connection)
        except (DBAPIError, sqlite3.Error) as error:
            raise self._unavailable(error) from error
        finally:
            self._roll_back(connection)

    def _write(self, work: Work[T]) -> T:
        connection = self._connected()
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            result = work(connection)
        except BaseException as error:
            rolled_back = self._roll_back(connection)
            if isinstance(error, DBAPIError) and is_conflict(error):
                raise WriteConflict(str(error.orig)) from error
            if isinstance(error, Exception) and is_database_error(error):
                raise self._unavailable(error, surely_not_written=rolled_back) from error
            raise
        try:
            # Not `connection.commit()`: where that fails SQLAlchemy counts the transaction as over, and its rollback
            # would leave SQLite's open.
            connection.exec_driver_sql("COMMIT")
        except (DBAPIError, sqlite3.Error) as error:
            raise CommitUnknown(self._reason(error)) from error
        finally:
            self._roll_back(connection)
        return result

    def _connected(self) -> sa.Connection:
        if self._connection is None:
            try:
                self._connection = self._engine.connect()
            except (DBAPIError, sqlite3.Error) as error:
                raise self._unavailable(error, surely_not_written=True) from error
        return self._connection

    def _roll_back(self, connection: sa.Connection) -> bool:
        """End what is left of a transaction, if need be by closing the connection; whether ROLLBACK was answered."""
        try:
            connection.rollback()
        except (DBAPIError, sqlite3.Error):
            self._drop_connection()
            return False
        return True

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _unavailable(self, error: Exception, *, surely_not_written: bool = False) -> LedgerUnavailable:
        return LedgerUnavailable(self._reason(error), surely_not_written=surely_not_written)

    def _reason(self, error: Exception) -> str:
        return f"the ledger {self._path}: {reason_of(error)}"
