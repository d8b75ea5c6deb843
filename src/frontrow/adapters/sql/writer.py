"""Group commit: the bookings that arrive while one transaction commits are written together by the next.

A commit costs a flush of the disk whatever it holds, and one transaction at a time is all a SQLite file takes. Every
booking still succeeds or fails alone: a batch that conflicts is written again, one transaction per booking.

Source: protocol "Booking", step 2; docs/decisions/0004-sqlite-mode.md.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from copy import copy
from functools import partial
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from frontrow.adapters.sql import bookings, outbox, sales
from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.faults import CommitUnknown, WriteConflict
from frontrow.adapters.sql.measures import LedgerMeasures
from frontrow.domain.booking import (
    BookingDraft,
    BookingIdSpent,
    BookingWritten,
    BookOutcome,
    GuardTooShort,
    SeatConflict,
)
from frontrow.domain.errors import LedgerUnavailable
from frontrow.ports import Clock

GUARD_TO_TAKE_MS_MIN = 15_000
"""A booking is taken up only with this much of its guard left: half of what begin_booking gives."""

GUARD_TO_COMMIT_MS_MIN = 5_000
"""COMMIT is sent only with this much left: as long as the database may take over a statement that was sent in time."""

BOOKINGS_PER_BATCH_MAX = 256
TASKS_PER_BATCH_MAX = 1_000
WAITING_MAX = 10_000
"""Callers in the queue; the next one is told to come back. At 1,000 bookings a second that is 10 s of guard."""

CONFLICTS_MAX = 3
"""Times one booking is written again because what it conflicted with was gone when it was looked for."""

SETTLE_DELAYS_S = (0.0, 0.1, 0.3, 0.6, 1.0, 1.0)
"""Waits before each try to settle an unknown commit; the caller's own retry under the same id goes on from there."""


class _TooLate(Exception):
    """The guard ran short while the rows were written: ROLLBACK."""


class _Sale:
    """One booking on its way, and the future its caller awaits (cancelled when that gives up, which stops nothing)."""

    __slots__ = ("draft", "guard_until_ms", "outcome")

    def __init__(self, draft: BookingDraft, guard_until_ms: int) -> None:
        self.draft = draft
        self.guard_until_ms = guard_until_ms
        self.outcome: asyncio.Future[BookOutcome] = asyncio.get_running_loop().create_future()


class _Done:
    """Outbox rows to delete, and the future their caller awaits."""

    __slots__ = ("outcome", "task_ids")

    def __init__(self, task_ids: Sequence[int]) -> None:
        self.task_ids = tuple(task_ids)
        self.outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()


_Item = TypeVar("_Item", _Sale, _Done)


class BookingWriter:
    """Writes bookings in batches, in a task of its own: a caller that gives up never takes others with it."""

    def __init__(self, database: Database, clock: Clock, measures: LedgerMeasures) -> None:
        self._database = database
        self._clock = clock
        self._measures = measures
        self._sales: deque[_Sale] = deque()
        self._done: deque[_Done] = deque()
        self._running: asyncio.Task[None] | None = None
        self._settling: set[asyncio.Task[None]] = set()
        self._closed = False

    async def book(self, draft: BookingDraft, *, guard_until_ms: int) -> BookOutcome:
        """See Ledger.book."""
        sale = _Sale(draft, guard_until_ms)
        self._enqueue(self._sales, sale)
        return await sale.outcome

    async def outbox_done(self, task_ids: Sequence[int]) -> None:
        """See Ledger.outbox_done. Joins the next batch: a commit of its own for each would halve the pace."""
        if task_ids:
            done = _Done(task_ids)
            self._enqueue(self._done, done)
            await done.outcome

    async def abort(self, draft: BookingDraft) -> BookOutcome:
        """See Ledger.abort. Written at once, not in a batch; an unknown commit is settled in the same way."""
        last: LedgerUnavailable | None = None
        for delay_s in SETTLE_DELAYS_S:
            await asyncio.sleep(delay_s)
            try:
                if (outcome := await self._write_aborted(draft)) is not None:
                    return outcome
            except LedgerUnavailable as error:
                if last is None and not isinstance(error, CommitUnknown):
                    raise
                last = error
        raise LedgerUnavailable(f"not known to be aborted: {last or 'it kept conflicting with rows that were gone'}")

    async def close(self) -> None:
        """Take nothing more and finish what was taken."""
        self._closed = True
        while tasks := [*([self._running] if self._running else []), *self._settling]:
            await asyncio.wait(tasks)

    def _enqueue(self, queue: deque[_Item], item: _Item) -> None:
        if self._closed:
            raise LedgerUnavailable("the ledger is being closed", surely_not_written=True)
        if len(queue) >= WAITING_MAX:
            raise LedgerUnavailable(f"{WAITING_MAX} writes wait already", surely_not_written=True)
        queue.append(item)
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="frontrow-ledger-writer")

    async def _run(self) -> None:
        try:
            while self._sales or self._done:
                taken = [sale for sale in _pop(self._sales, BOOKINGS_PER_BATCH_MAX) if self._is_in_time(sale)]
                done = _pop(self._done, TASKS_PER_BATCH_MAX)
                try:
                    await self._write_batch(taken, done)
                except Exception as error:  # a fault of ours must not leave its callers waiting
                    _fail([*taken, *done], error)
        finally:
            self._running = None

    def _is_in_time(self, sale: _Sale) -> bool:
        if self._guard_left_ms(sale) >= GUARD_TO_TAKE_MS_MIN:
            return True
        _answer(sale, GuardTooShort())
        return False

    async def _write_batch(self, taken: Sequence[_Sale], done: Sequence[_Done]) -> None:
        if not taken and not done:
            return
        if taken:
            self._measures.commit_bookings.note(len(taken))
        try:
            task_ids = await self._database.write(partial(self._insert, taken=taken, done=done))
        except (WriteConflict, _TooLate):
            for sale in taken:
                await self._conclude(sale)
            if done:
                await self._finish_done(done)
        except CommitUnknown as error:
            for sale in taken:
                self._settle_later(sale, error)
            _fail(done, error)
        except LedgerUnavailable as error:
            _fail([*taken, *done], error)
        else:
            for sale, task_id in zip(taken, task_ids, strict=True):
                _answer(sale, BookingWritten(sale.draft.booking, task_ids=(task_id,)))
            for item in done:
                _succeed(item)

    def _insert(self, connection: sa.Connection, *, taken: Sequence[_Sale], done: Sequence[_Done] = ()) -> list[int]:
        task_ids = sales.write_bookings(connection, [sale.draft for sale in taken], self._clock.now_ms())
        outbox.delete_tasks(connection, [task_id for item in done for task_id in item.task_ids])
        if any(self._guard_left_ms(sale) < GUARD_TO_COMMIT_MS_MIN for sale in taken):
            raise _TooLate
        return task_ids

    async def _write_aborted(self, draft: BookingDraft) -> BookOutcome | None:
        """What stands under the id now; None where a conflict was gone when it was looked for."""
        try:
            await self._database.write(partial(sales.write_aborted, draft=draft))
        except WriteConflict:
            stands = await self._database.read(partial(bookings.standing, draft=draft))
            return None if isinstance(stands, SeatConflict) else stands
        return BookingIdSpent()

    async def _conclude(self, sale: _Sale) -> None:
        """Write one booking alone and answer its caller, or leave that to its settling."""
        try:
            _answer(sale, await self._write_alone(sale))
        except CommitUnknown as error:
            self._settle_later(sale, error)
        except LedgerUnavailable as error:
            _fail([sale], error)

    async def _write_alone(self, sale: _Sale) -> BookOutcome:
        for _ in range(CONFLICTS_MAX):
            if self._guard_left_ms(sale) < GUARD_TO_TAKE_MS_MIN:
                return GuardTooShort()
            try:
                task_ids = await self._database.write(partial(self._insert, taken=[sale]))
            except _TooLate:
                return GuardTooShort()
            except WriteConflict:
                if (stands := await self._database.read(partial(bookings.standing, draft=sale.draft))) is not None:
                    return stands
            else:
                return BookingWritten(sale.draft.booking, task_ids=tuple(task_ids))
        raise LedgerUnavailable("the booking kept conflicting with rows that were gone", surely_not_written=True)

    def _settle_later(self, sale: _Sale, error: CommitUnknown) -> None:
        task = asyncio.create_task(self._settle(sale, error), name="frontrow-ledger-settle")
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def _settle(self, sale: _Sale, error: LedgerUnavailable) -> None:
        """Learn whether a COMMIT happened by writing the same rows again: the first refuses them or is not there.

        A guard that runs out meanwhile leaves it unknown, for writing then could sell what is another's by now.
        """
        for delay_s in SETTLE_DELAYS_S:
            await asyncio.sleep(delay_s)
            try:
                outcome = await self._write_alone(sale)
            except LedgerUnavailable as again:
                error = again
                continue
            except Exception as fault:  # a fault of ours must not leave the caller waiting
                _fail([sale], fault)
                return
            if isinstance(outcome, GuardTooShort):
                break
            if isinstance(outcome, BookingWritten):
                # Rows under this id were not there before the lost COMMIT, so they are this call's own.
                outcome = msgspec.structs.replace(outcome, replayed=False)
            _answer(sale, outcome)
            return
        _fail([sale], LedgerUnavailable(f"not known to be committed: {error}"))

    async def _finish_done(self, done: Sequence[_Done]) -> None:
        task_ids = [task_id for item in done for task_id in item.task_ids]
        try:
            await self._database.write(partial(outbox.delete_tasks, task_ids=task_ids))
        except (LedgerUnavailable, WriteConflict) as error:
            _fail(done, LedgerUnavailable(str(error)))
        else:
            for item in done:
                _succeed(item)

    def _guard_left_ms(self, sale: _Sale) -> int:
        return sale.guard_until_ms - self._clock.monotonic_ms()


def _pop(queue: deque[_Item], count_max: int) -> list[_Item]:
    return [queue.popleft() for _ in range(min(len(queue), count_max))]


def _answer(sale: _Sale, outcome: BookOutcome) -> None:
    if not sale.outcome.done():
        sale.outcome.set_result(outcome)


def _succeed(done: _Done) -> None:
    if not done.outcome.done():
        done.outcome.set_result(None)


def _fail(items: Sequence[_Sale | _Done], error: Exception) -> None:
    for item in items:
        if not item.outcome.done():
            own = copy(error)  # one exception raised in many tasks would collect all their tracebacks
            own.__cause__ = error
            item.outcome.set_exception(own)
