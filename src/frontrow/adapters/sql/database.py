"""A database, as the ledger knows it: calls that run a function of a SQLAlchemy connection.

Work is written as plain functions on Core connections, so the same code runs on every database.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

import sqlalchemy as sa

CONNECTIONS_MAX = 10
"""Of one process to a server, where no setting says otherwise; the next piece of work waits for one."""

T = TypeVar("T")
Work = Callable[[sa.Connection], T]


class Database(Protocol):
    """A database that runs one piece of work at a time per connection."""

    async def read(self, work: Work[T]) -> T:
        """What `work` returns on a consistent state. Raises LedgerUnavailable."""
        ...

    async def look_up(self, work: Work[T]) -> T:
        """The same for one statement, or for several that need not see the same moment. Raises LedgerUnavailable."""
        ...

    async def write(self, work: Work[T]) -> T:
        """What `work` returns, after the COMMIT of everything it wrote.

        Raises:
            WriteConflict: a key was taken. Rolled back.
            CommitUnknown: COMMIT was sent and no success came back.
            LedgerUnavailable: before COMMIT; `surely_not_written` is set.
            Whatever `work` raises, after a ROLLBACK.
        """
        ...

    async def migrate(self, work: Work[T]) -> T:
        """The same for work on the schema: one process at a time, and it may take long."""
        ...

    async def close(self) -> None:
        """Finish what is running and let the database go."""
        ...
