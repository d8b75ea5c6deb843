"""A step whose COMMIT was not answered is settled by writing it again: whatever happened, it has one effect."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest
import sqlalchemy as sa

from frontrow.adapters.sql import order_ledger, order_moves
from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.faults import WriteConflict
from frontrow.adapters.sql.inserts import Cell, insert_at_once
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.adapters.sql.order_tables import orders as orders_table
from frontrow.adapters.sql.writer import CONFLICTS_MAX, SETTLE_DELAYS_S
from frontrow.domain.booking import IdempotencyKey, SeatConflict
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.event import Event
from frontrow.domain.hold import BOOKING_GUARD_MS
from frontrow.domain.ids import PaymentId, UserId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_decisions import Standing
from frontrow.domain.order_moves import MoveTooLate, OrderMove, OrderMoved
from frontrow.domain.payment import RefundState
from tests.integration.ledger.drafts import booked, draft, event_on_sale, order, seats
from tests.integration.ledger.order_steps import (
    Books,
    book,
    booking_of,
    claim,
    drop,
    notice,
    pay,
    payment,
    purchase,
    refund,
    step,
)
from tests.integration.ledger.scripted_database import LOST_AFTER, LOST_BEFORE, ScriptedDatabase
from tests.support.fake_clock import START_MS, FakeClock

DOWN = LedgerUnavailable("down", surely_not_written=True)
TRIES = len(SETTLE_DELAYS_S)
BOTH = pytest.mark.parametrize("lost", [LOST_BEFORE, LOST_AFTER])


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settle without waiting between tries."""
    monkeypatch.setattr(order_ledger, "SETTLE_DELAYS_S", (0.0,) * TRIES)


@pytest.fixture
def scripted(database: Database) -> ScriptedDatabase:
    """The real database, with a hand on its writes."""
    return ScriptedDatabase(database)


@pytest.fixture
async def books(scripted: ScriptedDatabase, clock: FakeClock) -> AsyncIterator[Books]:
    """A ledger on it."""
    opened = SqlLedger(scripted, clock)
    await opened.upgrade()
    yield Books(opened, opened.orders)
    await opened.close()


@pytest.fixture
async def show(books: Books) -> Event:
    """An event to order seats of."""
    return await event_on_sale(books.ledger, "show")


@BOTH
async def test_every_step_of_a_purchase_whose_answer_is_lost_has_one_effect(
    books: Books, scripted: ScriptedDatabase, clock: FakeClock, show: Event, lost: str
) -> None:
    placed = await books.placed(show, "A1 A2")
    tasks = 0
    moves = purchase(placed, show, clock, cancels=seats("A1"))
    owed = refund(moves[1].payments[0], "A2")
    moves.append(step(moves[-1].after, OrderState.REFUNDING, cancels=seats("A2"), refunds=(owed,)))
    for move in moves:
        scripted.next_writes(lost, lost)
        assert await books.orders.move(move) in (OrderMoved(move.after), *moved_with_tasks(move, await ids(books)))
        tasks += (move.claim is not None) + (move.booking is not None) + bool(move.cancels)
        assert len(await ids(books)) == tasks
    assert await books.live(show.event_id) == {}
    assert len(await books.orders.payments_of(placed.order_id)) == 1
    assert len(await books.orders.refunds_of(placed.order_id)) == 2
    assert len(await books.orders.notices(state=None, before=None, limit=9)) == 2


@BOTH
async def test_two_steps_whose_answer_is_lost_have_one_effect(
    books: Books, scripted: ScriptedDatabase, clock: FakeClock, show: Event, lost: str
) -> None:
    claiming, paying, paid, booked, _ = purchase(await books.placed(show, "A1"), show, clock, cancels=seats("A1"))
    for move in (claiming, paying):
        await books.moved(move)
    scripted.next_writes(lost, lost)
    outcome = await books.orders.move(paid, booked)
    assert outcome in (OrderMoved(booked.after), *moved_with_tasks(booked, await ids(books)))
    assert len(await ids(books)) == 2
    assert await books.orders.standing(paid.before.order_id) == Standing(booked.after, paid.payments)


@BOTH
async def test_a_claim_given_up_whose_answer_is_lost_frees_its_seats_once(
    books: Books, scripted: ScriptedDatabase, clock: FakeClock, show: Event, lost: str
) -> None:
    cancelling = await books.moved(step(await books.claimed(show, "A1", clock), OrderState.CANCELLING))
    scripted.next_writes(lost)
    await books.moved(drop(cancelling))
    assert await books.live(show.event_id) == {}
    assert len(await ids(books)) == 2


async def ids(books: Books) -> list[int]:
    """Every undone task's."""
    return [task.task_id for task in await books.ledger.outbox(older_than_ms=START_MS + 1_000_000, limit=99)]


def moved_with_tasks(move: OrderMove, task_ids: list[int]) -> list[OrderMoved]:
    """What the step may answer where a task of those is its own."""
    return [OrderMoved(move.after, (task_id,)) for task_id in task_ids]


@BOTH
async def test_a_database_that_stays_down_leaves_it_unknown_and_the_callers_own_retry_settles_it(
    books: Books, scripted: ScriptedDatabase, clock: FakeClock, show: Event, lost: str
) -> None:
    move = claim(await books.placed(show, "A1"), clock)
    scripted.next_writes(lost, *[DOWN] * (TRIES - 1))
    with pytest.raises(LedgerUnavailable, match="not known to be committed: down") as unknown:
        await books.orders.move(move)
    assert not unknown.value.surely_not_written
    assert (await books.moved(move)) == move.after
    assert len(await ids(books)) == 1


async def test_a_database_that_is_down_at_once_has_surely_written_nothing(
    books: Books, scripted: ScriptedDatabase, clock: FakeClock, show: Event
) -> None:
    placed = await books.placed(show, "A1")
    scripted.next_writes(DOWN)
    with pytest.raises(LedgerUnavailable, match="down") as refused:
        await books.orders.move(claim(placed, clock))
    assert refused.value.surely_not_written


async def test_a_guard_that_runs_out_before_the_commit_writes_nothing(
    books: Books, scripted: ScriptedDatabase, clock: FakeClock, show: Event
) -> None:
    """Too little is left once the rows are written: taken up in time, and not sent."""
    placed = await books.placed(show, "A1")
    move = claim(placed, clock)

    def slowly(connection: sa.Connection, inserts: Sequence[tuple[sa.Table, Sequence[tuple[Cell, ...]]]]) -> None:
        clock.advance(BOOKING_GUARD_MS - 4_999)
        insert_at_once(connection, inserts)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(order_moves, "insert_at_once", slowly)
        assert await books.orders.move(move) == MoveTooLate()
    assert await books.orders.order(placed.order_id) == placed
    assert await books.live(show.event_id) == {}


@BOTH
async def test_even_with_the_guard_gone_a_lost_answer_is_learnt_for_sure(
    books: Books, scripted: ScriptedDatabase, clock: FakeClock, show: Event, lost: str
) -> None:
    move = claim(await books.placed(show, "A1"), clock)
    scripted.next_writes(lost)
    scripted.before_commit = lambda: clock.advance(BOOKING_GUARD_MS)
    was_written = lost == LOST_AFTER
    assert await books.orders.move(move) == (OrderMoved(move.after) if was_written else MoveTooLate())
    assert len(await books.live(show.event_id)) == was_written


async def test_an_order_that_went_on_while_its_step_was_unknown_is_told_as_it_stands(
    books: Books, scripted: ScriptedDatabase, clock: FakeClock, show: Event
) -> None:
    claimed = await books.claimed(show, "A1", clock)
    first, second = pay(claimed, payment(claimed)), pay(claimed, payment(claimed))
    scripted.next_writes(LOST_BEFORE)
    outcomes = await asyncio.gather(books.orders.move(first), books.orders.move(second))
    assert sorted(type(it).__name__ for it in outcomes) == ["OrderMoved", "OrderStands"]
    assert len(await books.orders.payments_of(claimed.order_id)) == 1


async def test_seats_taken_while_a_claim_was_unknown_are_a_conflict(
    books: Books, scripted: ScriptedDatabase, clock: FakeClock, show: Event
) -> None:
    move = claim(await books.placed(show, "A1"), clock)
    scripted.next_writes(LOST_BEFORE)
    claiming, selling = await asyncio.gather(
        books.orders.move(move),
        booked(books.ledger, clock, draft(show, "A1", user="bob")),
        return_exceptions=True,
    )
    assert isinstance(claiming, SeatConflict) != isinstance(selling, AssertionError)
    assert len(await books.live(show.event_id)) == 1


async def test_what_a_step_conflicted_with_may_be_gone_when_it_is_looked_for(
    books: Books, scripted: ScriptedDatabase, clock: FakeClock, show: Event
) -> None:
    move = claim(await books.placed(show, "A1"), clock)
    scripted.next_writes(WriteConflict("gone"), WriteConflict("gone"))
    await books.moved(move)
    other = claim(await books.placed(show, "A2"), clock)
    scripted.next_writes(*[WriteConflict("gone")] * CONFLICTS_MAX)
    with pytest.raises(LedgerUnavailable, match="kept conflicting") as refused:
        await books.orders.move(other)
    assert refused.value.surely_not_written


async def test_a_fault_of_ours_is_raised_and_rolled_back(
    books: Books, scripted: ScriptedDatabase, clock: FakeClock, show: Event
) -> None:
    """Rows that the order must have are not there."""
    stands, wanted = await books.booked(show, "A1 A2", clock)
    await books.ledger.cancel(wanted.booking.booking_id, seats("A1"))
    with pytest.raises(ValueError, match="has 0 of the 1 seats to be cancelled"):
        await books.orders.move(step(stands, OrderState.BOOKED, cancels=seats("A1")))
    paid, _ = await books.paid(show, "B1", clock)
    spent = booking_of(paid, show)
    await books.ledger.abort(spent)
    with pytest.raises(ValueError, match="is written already"):
        await books.orders.move(book(paid, spent))
    never = order(show, "C1")
    with pytest.raises(ValueError, match="was never placed"):
        await books.orders.move(claim(never, clock))
    unfounded = msgspec.structs.replace(await books.placed(show, "C2"), has_claim=True)
    with pytest.raises(ValueError, match="has claimed 0 of its 1 seats"):
        await books.orders.move(drop(unfounded))
    with pytest.raises(ValueError, match="has no booking to cancel seats of"):
        await books.orders.move(step(await books.placed(show, "C3"), OrderState.CANCELLED, cancels=seats("C3")))
    for it in (stands, paid):
        assert await books.orders.order(it.order_id) == it


async def test_without_the_condition_the_same_race_starts_many_payments(
    books: Books, clock: FakeClock, show: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the races in test_order_steps.py."""
    by_id = [orders_table.c.event_id == sa.bindparam("of_event"), orders_table.c.order_id == sa.bindparam("of_order")]
    values: dict[str, sa.BindParameter[str]] = {it: sa.bindparam(it) for it in ("state", "version", "last_move")}
    monkeypatch.setattr(order_moves, "_move", sa.update(orders_table).where(*by_id).values(values))
    claimed = await books.claimed(show, "A1", clock)
    moves = [pay(claimed, payment(claimed)) for _ in range(5)]
    outcomes = await asyncio.gather(*(books.orders.move(it) for it in moves))
    assert len([it for it in outcomes if isinstance(it, OrderMoved)]) == 5
    assert len(await books.orders.payments_of(claimed.order_id)) == 5


@BOTH
async def test_what_is_written_beside_steps_is_written_once_too(
    books: Books, scripted: ScriptedDatabase, clock: FakeClock, show: Event, lost: str
) -> None:
    key = IdempotencyKey(UserId("ann"), "orders", "k", "body")
    placed = order(show, "A1")
    scripted.next_writes(lost)
    assert await books.orders.place(placed, key) == placed
    scripted.next_writes(lost)
    await books.orders.put_off(placed, due_at_ms=START_MS)
    put_off = msgspec.structs.replace(placed, due_at_ms=START_MS, tries=1)
    assert await books.orders.order(placed.order_id) == put_off
    owed = refund(payment(placed))
    await books.moved(step(put_off, OrderState.EXPIRED, refunds=(owed,)))
    done = msgspec.structs.replace(owed, state=RefundState.DONE, version=2)
    scripted.next_writes(lost)
    assert await books.orders.update_refund(done)
    assert not await books.orders.update_refund(done)
    told = notice(show)
    scripted.next_writes(lost)
    await books.orders.add_notices([told])
    scripted.next_writes(lost)
    await books.orders.update_notice(msgspec.structs.replace(told, tries=1))
    assert await books.orders.notices(state=None, before=None, limit=9) == [msgspec.structs.replace(told, tries=1)]
    scripted.next_writes(lost)
    await books.orders.note_callback("demo", "evt")
    assert await books.orders.callback_seen("demo", "evt")


async def test_what_stays_unknown_beside_steps_says_so(books: Books, scripted: ScriptedDatabase, show: Event) -> None:
    told = notice(show)
    scripted.next_writes(*[LOST_BEFORE] * TRIES)
    with pytest.raises(LedgerUnavailable, match="not known to be committed") as unknown:
        await books.orders.add_notices([told])
    assert not unknown.value.surely_not_written
    scripted.next_writes(*[WriteConflict("theirs")] * TRIES)
    with pytest.raises(LedgerUnavailable, match="kept conflicting"):
        await books.orders.add_notices([told])
    scripted.next_writes(DOWN)
    with pytest.raises(LedgerUnavailable, match="down"):
        await books.orders.add_notices([told])


@BOTH
async def test_what_was_taken_by_a_write_whose_answer_is_lost_is_due_again_after_the_lease_at_most(
    books: Books, scripted: ScriptedDatabase, show: Event, lost: str
) -> None:
    placed = await books.placed(show, "A1", due_at_ms=START_MS)

    async def take(now_ms: int) -> list[Order]:
        return await books.orders.take_due_orders(now_ms=now_ms, until_ms=now_ms + 30_000, limit=5)

    scripted.next_writes(lost)
    with pytest.raises(LedgerUnavailable):
        await take(START_MS)
    assert len(await take(START_MS + 1)) == (1 if lost == LOST_BEFORE else 0)
    assert [it.order_id for it in await take(START_MS + 60_001)] == [placed.order_id]
    scripted.next_writes(WriteConflict("others are at it"))
    assert await take(START_MS + 120_002) == []


async def test_the_demo_banks_books_take_the_next_version_alone(
    books: Books, scripted: ScriptedDatabase, show: Event
) -> None:
    ledger = books.ledger
    assert isinstance(ledger, SqlLedger)
    bank, paid = ledger.demo_payments, PaymentId("1-p")
    assert await bank.read(paid) is None
    assert not await bank.write(paid, "{}", 2)
    assert await asyncio.gather(*(bank.write(paid, f"{number}", 1) for number in range(3))) == [True, False, False]
    assert await bank.read(paid) == ("0", 1)
    assert await bank.write(paid, "next", 2)
    assert not await bank.write(paid, "late", 2)
    assert await bank.read(paid) == ("next", 2)
