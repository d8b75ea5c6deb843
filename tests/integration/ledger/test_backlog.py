"""What waits in the ledger is counted by kind, with the time since the first of it waits."""

from frontrow.adapters.sql.backlog import Waiting
from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.event import Event
from frontrow.domain.notice import NoticeChannel
from tests.integration.ledger.backends import Backend
from tests.integration.ledger.drafts import booked, draft
from tests.integration.ledger.plans import plans_of, scans
from tests.support.fake_clock import FakeClock

NOTHING = Waiting(0, None)


async def test_what_is_written_and_not_carried_out_waits_in_the_outbox(
    ledger: SqlLedger, gala: Event, clock: FakeClock
) -> None:
    empty = await ledger.backlog()
    assert (empty.outbox, empty.orders, empty.refunds) == (NOTHING, NOTHING, NOTHING)
    assert empty.notices == dict.fromkeys(NoticeChannel, NOTHING)
    since_ms = clock.now_ms()
    first = await booked(ledger, clock, draft(gala, "A1 A2"))
    clock.advance(5_000)
    await booked(ledger, clock, draft(gala, "B1"))
    assert (await ledger.backlog()).outbox == Waiting(2, since_ms)
    await ledger.outbox_done(first.task_ids)
    assert (await ledger.backlog()).outbox == Waiting(1, since_ms + 5_000)


async def test_it_is_counted_from_indexes_of_what_waits_alone(backend: Backend, clock: FakeClock) -> None:
    database = await open_database(backend.url)
    ledger = SqlLedger(database, clock)
    await ledger.upgrade()

    async def look() -> None:
        await ledger.backlog()

    found = await plans_of(database, look)
    await ledger.close()
    assert len(found) == 4
    for plan in found.values():
        assert [step for step in scans(plan) if {"outbox", "orders", "refunds", "notices"} & {*step.split()}] == []
