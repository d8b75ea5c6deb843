"""The contract's core on tables that are partitioned by a hash of the event, by the documented SQL."""

import pytest
import sqlalchemy as sa

from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.event import Event
from tests.integration.ledger import test_due_work, test_giving_back, test_last_word, test_outbox
from tests.integration.ledger.backends import Backend, BuiltLedger
from tests.integration.ledger.documented_sql import sql_of
from tests.integration.ledger.drafts import booked, draft
from tests.integration.ledger.order_steps import Books
from tests.support.fake_clock import FakeClock
from tests.support.postgres import PostgresServer

_CORE = (test_due_work, test_giving_back, test_last_word, test_outbox)

for _module in _CORE:
    globals().update({name: it for name, it in vars(_module).items() if name.startswith("test_")})


@pytest.fixture(scope="module")
def _built_ledger(postgres: PostgresServer) -> BuiltLedger:
    [[partition]] = sql_of("Partitions")
    return BuiltLedger(postgres, then=partition)


@pytest.fixture
def backend(_built_ledger: BuiltLedger) -> Backend:
    """The partitioned ledger, empty."""
    return Backend("postgresql", _built_ledger.emptied())


@pytest.fixture
async def books(ledger: SqlLedger) -> Books:
    """It and its orders."""
    return Books(ledger, ledger.orders)


async def test_what_an_events_buyers_do_touches_one_partition(
    ledger: SqlLedger, database: Database, clock: FakeClock, gala: Event
) -> None:
    await booked(ledger, clock, draft(gala, "A1 A2"))
    explain = sa.text(
        "EXPLAIN SELECT * FROM seat_rows WHERE event_id = :event_id AND seat_id = 'A1' AND ended_at_ms IS NULL"
    )
    plan = await database.read(lambda it: it.execute(explain, {"event_id": gala.event_id}).scalars().all())
    assert len([line for line in plan if " on seat_rows_" in line]) == 1
    count = sa.text("SELECT count(*) FROM pg_inherits WHERE inhparent = 'seat_rows'::regclass")
    assert await database.read(lambda it: it.scalar(count)) == 16
