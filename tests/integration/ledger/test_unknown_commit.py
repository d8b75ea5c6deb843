"""A COMMIT whose answer is lost is settled by writing the same rows again: whatever happened, there is one effect."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from frontrow.adapters.sql import writer
from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import BookingIdSpent, BookingWritten, SeatConflict
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.event import Event
from frontrow.domain.hold import BOOKING_GUARD_MS
from tests.integration.ledger.drafts import booked, draft, guard, live
from tests.integration.ledger.scripted_database import LOST_AFTER, LOST_BEFORE, ScriptedDatabase
from tests.support.fake_clock import FakeClock


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settle without waiting between tries."""
    monkeypatch.setattr(writer, "SETTLE_DELAYS_S", (0.0,) * len(writer.SETTLE_DELAYS_S))


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
    await opened.close()


@pytest.mark.parametrize("lost", [LOST_BEFORE, LOST_AFTER])
async def test_a_lost_answer_has_one_effect_and_the_booking_is_answered_as_written(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event, lost: str
) -> None:
    wanted = draft(gala, "A1 A2", key="k")
    scripted.next_writes(lost)
    outcome = await ledger.book(wanted, guard_until_ms=guard(clock))
    assert isinstance(outcome, BookingWritten)
    assert outcome.booking == wanted.booking
    assert not outcome.replayed
    assert len(await ledger.live_seats(gala.event_id)) == 2
    assert len(await ledger.outbox_of(wanted.booking.booking_id)) == 1


@pytest.mark.parametrize("lost", [LOST_BEFORE, LOST_AFTER])
async def test_every_booking_of_a_batch_is_settled(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event, lost: str
) -> None:
    drafts = [draft(gala, f"A{number}", key=f"k{number}") for number in range(10)]
    scripted.next_writes(lost, lost)
    outcomes = await asyncio.gather(*(ledger.book(it, guard_until_ms=guard(clock)) for it in drafts))
    assert all(isinstance(it, BookingWritten) for it in outcomes)
    assert await live(ledger, gala) == {f"A{number}": it.booking.booking_id for number, it in enumerate(drafts)}


@pytest.mark.parametrize("lost", [LOST_BEFORE, LOST_AFTER])
async def test_answers_lost_again_and_again_are_settled_at_last(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event, lost: str
) -> None:
    down = LedgerUnavailable("down", surely_not_written=True)
    scripted.next_writes(lost, LOST_BEFORE, down, LOST_BEFORE)
    outcome = await ledger.book(draft(gala, "A1"), guard_until_ms=guard(clock))
    assert isinstance(outcome, BookingWritten)
    assert len(await live(ledger, gala)) == 1


async def test_seats_sold_to_another_meanwhile_answer_a_conflict(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    first, second = draft(gala, "A1", user="ann"), draft(gala, "A1", user="bob")
    scripted.next_writes(LOST_BEFORE)
    lost = asyncio.create_task(ledger.book(first, guard_until_ms=guard(clock)))
    quick = asyncio.create_task(ledger.book(second, guard_until_ms=guard(clock)))
    outcomes = {type(it) for it in await asyncio.gather(lost, quick)}
    assert outcomes == {BookingWritten, SeatConflict}
    assert len(await live(ledger, gala)) == 1


async def test_a_database_that_stays_down_leaves_it_unknown_and_says_so(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    wanted = draft(gala, "A1")
    down = LedgerUnavailable("down", surely_not_written=True)
    scripted.next_writes(LOST_AFTER, *[down] * len(writer.SETTLE_DELAYS_S))
    with pytest.raises(LedgerUnavailable, match="not known to be committed: down") as unknown:
        await ledger.book(wanted, guard_until_ms=guard(clock))
    assert not unknown.value.surely_not_written
    # The caller's own retry, under the same id, goes on from there.
    assert await ledger.book(wanted, guard_until_ms=guard(clock)) == BookingWritten(wanted.booking, replayed=True)


async def test_nothing_is_written_to_settle_a_commit_when_the_guard_has_run_out(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    scripted.next_writes(LOST_BEFORE)
    scripted.before_commit = lambda: clock.advance(BOOKING_GUARD_MS)
    with pytest.raises(LedgerUnavailable, match="not known to be committed") as unknown:
        await ledger.book(draft(gala, "A1"), guard_until_ms=guard(clock))
    assert not unknown.value.surely_not_written
    assert await live(ledger, gala) == {}


async def test_a_fault_while_settling_reaches_the_caller(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    scripted.next_writes(LOST_BEFORE, RuntimeError("a bug"))
    with pytest.raises(RuntimeError, match="a bug"):
        await ledger.book(draft(gala, "A1"), guard_until_ms=guard(clock))


async def test_a_done_task_whose_commit_is_unknown_is_for_its_caller_to_repeat(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event
) -> None:
    written = await booked(ledger, clock, draft(gala, "A1"))
    scripted.next_writes(LOST_BEFORE)
    with pytest.raises(LedgerUnavailable):
        await ledger.outbox_done(written.task_ids)
    await ledger.outbox_done(written.task_ids)
    assert await ledger.outbox_of(written.booking.booking_id) == []


@pytest.mark.parametrize("lost", [LOST_BEFORE, LOST_AFTER])
async def test_an_abort_whose_answer_is_lost_is_settled_too(
    ledger: SqlLedger, scripted: ScriptedDatabase, clock: FakeClock, gala: Event, lost: str
) -> None:
    wanted = draft(gala, "A1", key="k")
    scripted.next_writes(lost)
    assert await ledger.abort(wanted) == BookingIdSpent()
    assert await ledger.book(wanted, guard_until_ms=guard(clock)) == BookingIdSpent()


async def test_an_abort_that_was_lost_before_the_database_went_down_is_unknown(
    ledger: SqlLedger, scripted: ScriptedDatabase, gala: Event
) -> None:
    wanted = draft(gala, "A1")
    down = LedgerUnavailable("down", surely_not_written=True)
    scripted.next_writes(LOST_AFTER, *[down] * (len(writer.SETTLE_DELAYS_S) - 1))
    with pytest.raises(LedgerUnavailable, match="not known to be aborted: down") as unknown:
        await ledger.abort(wanted)
    assert not unknown.value.surely_not_written
    assert await ledger.abort(wanted) == BookingIdSpent()


async def test_an_abort_that_was_never_sent_is_surely_not_written(
    ledger: SqlLedger, scripted: ScriptedDatabase, gala: Event
) -> None:
    scripted.next_writes(LedgerUnavailable("down", surely_not_written=True))
    with pytest.raises(LedgerUnavailable, match="down") as refused:
        await ledger.abort(draft(gala, "A1"))
    assert refused.value.surely_not_written


async def test_an_abort_that_is_never_answered_is_unknown(
    ledger: SqlLedger, scripted: ScriptedDatabase, gala: Event
) -> None:
    scripted.next_writes(*[LOST_BEFORE] * len(writer.SETTLE_DELAYS_S))
    with pytest.raises(LedgerUnavailable, match="cut") as unknown:
        await ledger.abort(draft(gala, "A1"))
    assert not unknown.value.surely_not_written
