"""The outbox: one task per committed change that the store must learn of, until somebody has done it."""

from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import OutboxKind, OutboxTask, SeatRowState
from frontrow.domain.event import Event
from frontrow.domain.ids import UserId
from tests.integration.ledger.drafts import booked, draft, seats
from tests.support.fake_clock import START_MS, FakeClock


async def test_a_booking_leaves_a_finish_task_with_the_pairs_that_were_held(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    wanted = draft(gala, "A2 A1", hold="1-mine")
    written = await booked(ledger, clock, wanted)
    assert await ledger.outbox_of(wanted.booking.booking_id) == [
        OutboxTask(
            task_id=written.task_ids[0],
            event_id=gala.event_id,
            kind=OutboxKind.FINISH,
            owner_id=wanted.booking.booking_id,
            state=SeatRowState.BOOKED,
            user_id=UserId("ann"),
            seats=seats("A2 A1"),
            held=wanted.held,
            created_at_ms=START_MS,
        )
    ]


async def test_undone_tasks_come_oldest_first_and_only_when_old_enough(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    made = []
    for number in range(4):
        wanted = draft(gala, f"A{number}")
        await booked(ledger, clock, wanted)
        made.append(wanted.booking.booking_id)
        clock.advance(10)
    assert [it.owner_id for it in await ledger.outbox(older_than_ms=START_MS + 30, limit=10)] == made[:3]
    assert [it.owner_id for it in await ledger.outbox(older_than_ms=START_MS + 31, limit=10)] == made
    assert [it.owner_id for it in await ledger.outbox(older_than_ms=START_MS + 31, limit=2)] == made[:2]
    assert await ledger.outbox(older_than_ms=START_MS, limit=10) == []


async def test_a_done_task_is_gone_and_may_be_done_again(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    done, undone = draft(gala, "A1"), draft(gala, "A2")
    written = await booked(ledger, clock, done)
    await booked(ledger, clock, undone)
    for _ in range(2):
        await ledger.outbox_done(written.task_ids)
    await ledger.outbox_done([])
    left = await ledger.outbox(older_than_ms=START_MS + 1, limit=10)
    assert [it.owner_id for it in left] == [undone.booking.booking_id]
    assert await ledger.outbox_of(done.booking.booking_id) == []


async def test_an_aborted_booking_leaves_no_task(ledger: SqlLedger, gala: Event) -> None:
    wanted = draft(gala, "A1")
    await ledger.abort(wanted)
    assert await ledger.outbox_of(wanted.booking.booking_id) == []
