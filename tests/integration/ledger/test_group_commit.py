"""Group commit: what waits is written together, and yet each booking succeeds or fails alone, within its guard."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest
import sqlalchemy as sa

from frontrow.adapters.sql import outbox, writer
from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.faults import WriteConflict
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import (
    BookingDraft,
    BookingWritten,
    BookOutcome,
    GuardTooShort,
    SeatConflict,
)
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.event import Event
from frontrow.domain.hold import BOOKING_GUARD_MS
from tests.integration.ledger.drafts import booked, draft, event_on_sale, guard, live
from tests.integration.ledger.scripted_database import ScriptedDatabase
from tests.support.eventually import eventually
from tests.support.fake_clock import FakeClock


@pytest.fixture
def scripted(database: Database) -> ScriptedDatabase:
    """The real database, with a hand on its writes."""
    return ScriptedDatabase(database)


@pytest.fixture
async def ledger(scripted: ScriptedDatabase, clock: FakeClock) -> AsyncIterator[SqlLedger]:
    """A ledger on it."""
    opened = SqlLedger(scripted, clock)
    await opened.upgrade()
    yield opened
    scripted.resume()
    await opened.close()


def book_all(ledger: SqlLedger, clock: FakeClock, drafts: Sequence[BookingDraft]) -> list[asyncio.Task[BookOutcome]]:
    """One caller each."""
    return [asyncio.create_task(ledger.book(it, guard_until_ms=guard(clock))) for it in drafts]


async def test_bookings_that_arrive_together_are_one_transaction(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    before = scripted.writes
    drafts = [draft(gala, f"A{number}", key=f"k{number}") for number in range(30)]
    outcomes = await asyncio.gather(*book_all(ledger, clock, drafts))
    assert all(isinstance(it, BookingWritten) and not it.replayed for it in outcomes)
    assert scripted.writes == before + 1


async def test_what_arrives_while_one_transaction_commits_forms_the_next(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    before = scripted.writes
    scripted.stall()
    first = book_all(ledger, clock, [draft(gala, "A0")])
    await eventually(lambda: scripted.writes == before + 1, "the first batch is on its way")
    rest = book_all(ledger, clock, [draft(gala, f"A{number}") for number in range(1, 20)])
    await asyncio.sleep(0)
    scripted.resume()
    outcomes = await asyncio.gather(*first, *rest)
    assert all(isinstance(it, BookingWritten) for it in outcomes)
    assert scripted.writes == before + 2


async def test_a_batch_is_bounded(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BOOKINGS_PER_BATCH_MAX", 10)
    before = scripted.writes
    await asyncio.gather(*book_all(ledger, clock, [draft(gala, f"A{number}") for number in range(25)]))
    assert scripted.writes == before + 3


async def test_done_tasks_join_the_batch(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    done = await asyncio.gather(*(booked(ledger, clock, draft(gala, f"A{number}")) for number in range(5)))
    before = scripted.writes
    await asyncio.gather(
        *(ledger.outbox_done(it.task_ids) for it in done),
        *(booked(ledger, clock, draft(gala, f"B{number}")) for number in range(5)),
    )
    assert scripted.writes == before + 1
    left = await ledger.outbox(older_than_ms=clock.now_ms() + 1, limit=100)
    assert sorted(seat_id for it in left for seat_id in it.seats) == [f"B{number}" for number in range(5)]


@pytest.mark.parametrize("taken_place", [0, 14, 29])
async def test_one_conflicting_booking_among_30_fails_alone(
    ledger: SqlLedger, clock: FakeClock, gala: Event, taken_place: int
) -> None:
    first = draft(gala, f"A{taken_place}", user="bob")
    done = await booked(ledger, clock, first)
    drafts = [draft(gala, f"A{number} B{number}", key=f"k{number}") for number in range(30)]
    outcomes, _ = await asyncio.gather(
        asyncio.gather(*book_all(ledger, clock, drafts)), ledger.outbox_done(done.task_ids)
    )
    for place, outcome in enumerate(outcomes):
        if place == taken_place:
            assert isinstance(outcome, SeatConflict)
            assert [it.owner_id for it in outcome.seats] == [first.booking.booking_id]
        else:
            assert isinstance(outcome, BookingWritten)
            assert not outcome.replayed
    rows = await live(ledger, gala)
    assert rows[f"A{taken_place}"] == first.booking.booking_id
    assert f"B{taken_place}" not in rows
    assert len(rows) == 29 * 2 + 1
    assert await ledger.outbox_of(first.booking.booking_id) == []


async def test_bookings_of_one_batch_that_want_the_same_seat_have_one_winner(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    drafts = [draft(gala, f"A1 B{number}", user=f"user-{number}") for number in range(10)]
    outcomes = await asyncio.gather(*book_all(ledger, clock, drafts))
    winners = [it for it in outcomes if isinstance(it, BookingWritten)]
    assert len(winners) == 1
    assert len(await live(ledger, gala)) == 2
    losers = [it for it in outcomes if isinstance(it, SeatConflict)]
    assert {seat.owner_id for it in losers for seat in it.seats} == {winners[0].booking.booking_id}
    assert len(losers) == 9


async def test_the_same_booking_twice_in_one_batch_is_written_once(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    wanted = draft(gala, "A1", key="k")
    outcomes = await asyncio.gather(*book_all(ledger, clock, [wanted, wanted, wanted]))
    assert all(isinstance(it, BookingWritten) and it.booking == wanted.booking for it in outcomes)
    assert sorted(isinstance(it, BookingWritten) and it.replayed for it in outcomes) == [False, True, True]


async def test_a_guard_that_has_just_enough_left_is_taken_and_one_that_has_not_is_refused(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    now = clock.monotonic_ms()
    enough = await ledger.book(draft(gala, "A1"), guard_until_ms=now + writer.GUARD_TO_TAKE_MS_MIN)
    too_short = await ledger.book(draft(gala, "A2"), guard_until_ms=now + writer.GUARD_TO_TAKE_MS_MIN - 1)
    assert isinstance(enough, BookingWritten)
    assert too_short == GuardTooShort()
    assert set(await live(ledger, gala)) == {"A1"}


async def test_a_guard_that_ran_short_in_the_queue_is_not_written(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    before = scripted.writes
    scripted.stall()
    first = book_all(ledger, clock, [draft(gala, "A1")])
    await eventually(lambda: scripted.writes == before + 1, "the first batch is on its way")
    second = book_all(ledger, clock, [draft(gala, "A2")])
    await asyncio.sleep(0)
    clock.advance(BOOKING_GUARD_MS - writer.GUARD_TO_TAKE_MS_MIN + 1)
    scripted.resume()
    assert isinstance(await first[0], BookingWritten)
    assert await second[0] == GuardTooShort()
    assert set(await live(ledger, gala)) == {"A1"}


async def test_a_guard_that_ran_short_just_before_commit_is_rolled_back(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_down(monkeypatch, clock, BOOKING_GUARD_MS - writer.GUARD_TO_COMMIT_MS_MIN + 1)
    wanted = draft(gala, "A1", key="k")
    assert await ledger.book(wanted, guard_until_ms=guard(clock)) == GuardTooShort()
    assert await live(ledger, gala) == {}
    assert wanted.idempotency_key is not None
    assert await ledger.replay(wanted.idempotency_key) is None


async def test_a_commit_with_just_enough_guard_left_is_sent(
    ledger: SqlLedger, clock: FakeClock, gala: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_down(monkeypatch, clock, BOOKING_GUARD_MS - writer.GUARD_TO_COMMIT_MS_MIN)
    assert isinstance(await ledger.book(draft(gala, "A1"), guard_until_ms=guard(clock)), BookingWritten)


async def test_one_guard_that_runs_short_does_not_take_the_batch_with_it(
    ledger: SqlLedger, clock: FakeClock, gala: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_down(monkeypatch, clock, writer.GUARD_TO_TAKE_MS_MIN - writer.GUARD_TO_COMMIT_MS_MIN + 1, times=1)
    now = clock.monotonic_ms()
    late, in_time = await asyncio.gather(
        ledger.book(draft(gala, "A1"), guard_until_ms=now + writer.GUARD_TO_TAKE_MS_MIN),
        ledger.book(draft(gala, "A2"), guard_until_ms=now + BOOKING_GUARD_MS),
    )
    assert late == GuardTooShort()
    assert isinstance(in_time, BookingWritten)
    assert set(await live(ledger, gala)) == {"A2"}


async def test_a_caller_that_gives_up_takes_nobody_with_it(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    before = scripted.writes
    scripted.stall()
    callers = book_all(ledger, clock, [draft(gala, f"A{number}") for number in range(3)])
    await eventually(lambda: scripted.writes == before + 1, "the batch is on its way")
    callers[1].cancel()
    await eventually(callers[1].cancelled, "the caller has given up")
    scripted.resume()
    assert isinstance(await callers[0], BookingWritten)
    assert isinstance(await callers[2], BookingWritten)
    assert set(await live(ledger, gala)) == {"A0", "A1", "A2"}


async def test_the_queue_is_bounded_and_says_so(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "WAITING_MAX", 3)
    before = scripted.writes
    scripted.stall()
    taken = book_all(ledger, clock, [draft(gala, "A0")])
    await eventually(lambda: scripted.writes == before + 1, "the first is on its way")
    waiting = book_all(ledger, clock, [draft(gala, f"A{number}") for number in range(1, 4)])
    await asyncio.sleep(0)
    with pytest.raises(LedgerUnavailable, match="3 writes wait already") as refused:
        await ledger.book(draft(gala, "A9"), guard_until_ms=guard(clock))
    assert refused.value.surely_not_written
    scripted.resume()
    assert all(isinstance(it, BookingWritten) for it in await asyncio.gather(*taken, *waiting))


async def test_closing_finishes_what_was_taken_and_takes_nothing_more(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    scripted.stall()
    taken = book_all(ledger, clock, [draft(gala, f"A{number}") for number in range(3)])
    await asyncio.sleep(0)
    closing = asyncio.create_task(ledger.close())
    await asyncio.sleep(0)
    with pytest.raises(LedgerUnavailable, match="being closed"):
        await ledger.book(draft(gala, "A9"), guard_until_ms=guard(clock))
    scripted.resume()
    await closing
    assert all(isinstance(it, BookingWritten) for it in await asyncio.gather(*taken))


async def test_a_database_that_refuses_a_batch_fails_each_of_its_callers_and_the_next_batch_goes_on(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    scripted.next_writes(LedgerUnavailable("the disk is full", retry_after_s=7, surely_not_written=True))
    outcomes = await asyncio.gather(
        *book_all(ledger, clock, [draft(gala, "A1"), draft(gala, "A2")]),
        ledger.outbox_done([1]),
        return_exceptions=True,
    )
    for outcome in outcomes:
        assert isinstance(outcome, LedgerUnavailable)
        assert (str(outcome), outcome.retry_after_s, outcome.surely_not_written) == ("the disk is full", 7, True)
    assert len({id(it) for it in outcomes}) == 3
    await booked(ledger, clock, draft(gala, "A1"))


async def test_a_fault_of_the_writer_itself_reaches_its_callers_and_the_next_batch_goes_on(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    scripted.next_writes(RuntimeError("a bug"))
    with pytest.raises(RuntimeError, match="a bug"):
        await ledger.book(draft(gala, "A1"), guard_until_ms=guard(clock))
    await booked(ledger, clock, draft(gala, "A1"))


async def test_a_booking_whose_conflict_is_gone_when_it_is_looked_for_is_written_again(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    scripted.next_writes(WriteConflict("a deadlock"), WriteConflict("a deadlock"))
    await booked(ledger, clock, draft(gala, "A1"))
    scripted.next_writes(*[WriteConflict("a deadlock")] * (writer.CONFLICTS_MAX + 1))
    with pytest.raises(LedgerUnavailable, match="kept conflicting") as refused:
        await ledger.book(draft(gala, "A2"), guard_until_ms=guard(clock))
    assert refused.value.surely_not_written


async def test_a_value_the_schema_refuses_is_no_conflict_and_nothing_personal_is_said_of_it(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    plain = draft(gala, "A1")
    faulty = msgspec.structs.replace(plain.booking, currency=None)
    with pytest.raises(LedgerUnavailable, match=r"NOT NULL constraint failed|violates not-null constraint") as refused:
        await ledger.book(msgspec.structs.replace(plain, booking=faulty), guard_until_ms=guard(clock))
    chain = "".join(traceback.format_exception(refused.value))
    assert plain.booking.contact_info.email not in chain


async def test_other_writes_go_through_a_lost_race_on_a_later_try(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    wanted = draft(gala, "A1")
    await booked(ledger, clock, wanted)
    scripted.next_writes(WriteConflict("a deadlock"))
    await ledger.cancel(wanted.booking.booking_id, None)
    assert await live(ledger, gala) == {}
    scripted.next_writes(*[WriteConflict("a deadlock")] * 10)
    with pytest.raises(LedgerUnavailable, match="kept conflicting"):
        await event_on_sale(ledger, "matinee")


def slow_down(monkeypatch: pytest.MonkeyPatch, clock: FakeClock, ms: int, *, times: int = 100) -> None:
    """Let the next writes take that long between their first row and the look at the guard."""
    delete = outbox.delete_tasks
    left = [times]

    def slow_delete(connection: sa.Connection, task_ids: Sequence[int]) -> None:
        delete(connection, task_ids)
        if left[0]:
            left[0] -= 1
            clock.advance(ms)

    monkeypatch.setattr(outbox, "delete_tasks", slow_delete)
