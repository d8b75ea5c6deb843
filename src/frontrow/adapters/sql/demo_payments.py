"""What the demo gateway knows of its payments: rows of its own, as a real provider would have a database of its own."""

from functools import partial

import sqlalchemy as sa

from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.faults import WriteConflict
from frontrow.adapters.sql.inserts import insert_rows
from frontrow.adapters.sql.order_tables import demo_payments
from frontrow.domain.ids import PaymentId
from frontrow.ports import Clock

_by_id = sa.select(demo_payments.c.state, demo_payments.c.version).where(
    demo_payments.c.payment_id == sa.bindparam("of_payment")
)
_replace = (
    sa.update(demo_payments)
    .where(
        demo_payments.c.payment_id == sa.bindparam("of_payment"),
        demo_payments.c.version == sa.bindparam("version_before"),
    )
    .values(state=sa.bindparam("state"), version=sa.bindparam("version"), updated_at_ms=sa.bindparam("updated_at_ms"))
)


class SqlDemoPayments:
    """Texts by payment, each with a version that grows by one with every write.

    Every call may raise LedgerUnavailable; what was written may then be there.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def read(self, payment_id: PaymentId) -> tuple[str, int] | None:
        """The payment's text and its version; None where nothing was written."""
        return await self._database.look_up(partial(_read, payment_id=payment_id))

    async def write(self, payment_id: PaymentId, text: str, version: int) -> bool:
        """Write `text` as this version (1 for the first) over the one before it; whether that was there."""
        now_ms = self._clock.now_ms()
        work = partial(_write, payment_id=payment_id, text=text, version=version, now_ms=now_ms)
        try:
            return await self._database.write(work)
        except WriteConflict:
            return False


def _read(connection: sa.Connection, payment_id: PaymentId) -> tuple[str, int] | None:
    row = connection.execute(_by_id, {"of_payment": payment_id}).one_or_none()
    return None if row is None else (row.state, row.version)


def _write(connection: sa.Connection, payment_id: PaymentId, text: str, version: int, now_ms: int) -> bool:
    if version == 1:
        insert_rows(connection, demo_payments, [(payment_id, text, version, now_ms)])
        return True
    values = {"state": text, "version": version, "updated_at_ms": now_ms}
    of = {"of_payment": payment_id, "version_before": version - 1}
    return connection.execute(_replace, values | of).rowcount == 1
