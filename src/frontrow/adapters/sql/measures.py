"""What a ledger counts of its transactions, and a database that counts them."""

from collections import Counter
from collections.abc import Awaitable
from time import perf_counter

from frontrow.adapters.sql.database import Database, T, Work
from frontrow.adapters.sql.faults import WriteConflict
from frontrow.domain.errors import LedgerUnavailable
from frontrow.measures import SECONDS, SIZES, Spread, Spreads


class LedgerMeasures:
    """Seconds of transactions, waiting for a connection included, by `read` and `write`; bookings of each commit of the
    group-commit writer; steps of orders by the state they came to; failed transactions by the error's name, conflicts
    among them."""

    def __init__(self) -> None:
        self.seconds = Spreads(SECONDS)
        self.commit_bookings = Spread(SIZES)
        self.order_moves: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()


class MeasuredDatabase:
    """A Database that counts what another one does."""

    def __init__(self, database: Database, measures: LedgerMeasures) -> None:
        self._database = database
        self._measures = measures

    async def read(self, work: Work[T]) -> T:
        """See Database.read."""
        return await self._counted(self._database.read(work))

    async def look_up(self, work: Work[T]) -> T:
        """See Database.look_up. Counted as a read."""
        return await self._counted(self._database.look_up(work))

    async def write(self, work: Work[T]) -> T:
        """See Database.write."""
        began_s = perf_counter()
        try:
            result = await self._database.write(work)
        except (LedgerUnavailable, WriteConflict) as error:
            self._measures.failures[type(error).__name__] += 1
            raise
        self._measures.seconds.note("write", perf_counter() - began_s)
        return result

    async def migrate(self, work: Work[T]) -> T:
        """See Database.migrate. Counted among nothing: it happens once."""
        return await self._database.migrate(work)

    async def close(self) -> None:
        """See Database.close."""
        await self._database.close()

    async def _counted(self, reading: Awaitable[T]) -> T:
        began_s = perf_counter()
        try:
            result = await reading
        except LedgerUnavailable as error:
            self._measures.failures[type(error).__name__] += 1
            raise
        self._measures.seconds.note("read", perf_counter() - began_s)
        return result
