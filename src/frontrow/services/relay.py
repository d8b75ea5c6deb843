"""The outbox relay: whatever was committed in the ledger reaches the store, whichever process dies in between.

Any number of processes run one each. Every task may be carried out any number of times, in any order: the store's
finish and free are fenced by the owner's id and by tombstones, and what a cancellation gives back by its seats.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import islice

import structlog

from frontrow.domain.booking import EndedSeat, LedgerSeat, OutboxKind, OutboxTask, SeatRowState
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import BookingFinished
from frontrow.domain.ids import EventId, OrderId, SeatId, UserId
from frontrow.ports import Clock, HoldStore, Ledger
from frontrow.services.counts import Count, Counts
from frontrow.services.seat_calls import SeatCalls

TASKS_PER_ROUND_MAX = 200
TASKS_AT_ONCE_MAX = 20
TAKE_OVER_AFTER_MS = 5_000
"""A task this old is carried out by whoever sees it; before that its writer is most likely at it."""
STRIKES_PER_WRITE_MAX = 500
"""How many tasks that were carried out by their own writers one write strikes off."""
SEATS_PER_CALL_MAX = 500
"""Of a block that is set sold anew; bookings and claims are smaller."""
ROUND_PAUSE_S = 0.25
IDLE_PAUSE_S = 1.0
FAILURE_PAUSE_S_MAX = 15.0

_log = structlog.get_logger(__name__)


class Relay:
    """Carries out what the ledger's outbox still has to do in the store, and strikes off what is done."""

    def __init__(
        self,
        *,
        store: HoldStore,
        ledger: Ledger,
        calls: SeatCalls,
        clock: Clock,
        counts: Counts,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._calls = calls
        self._clock = clock
        self._counts = counts
        self._sleep = sleep
        self._carried_out: deque[int] = deque()

    def strike_off(self, task_ids: Iterable[int]) -> None:
        """Mark these tasks done with the next round: their writer has carried them out.

        Gathered, so that many bookings cost one more write and not one each; a process that dies before it costs a
        repetition, never a seat.
        """
        self._carried_out.extend(task_ids)

    async def catch_up(self, owner_id: str) -> None:
        """Carry out what is undone of one booking, order or block now.

        Raises:
            StoreUnavailable, LedgerUnavailable: it stays in the outbox, and `run` will do it.
        """
        tasks = await self._ledger.outbox_of(owner_id)
        for task in tasks:
            await self._carry_out(task)
        if tasks:
            await self._ledger.outbox_done([task.task_id for task in tasks])

    async def set_sold(
        self, event_id: EventId, rows: Iterable[LedgerSeat], *, replaces_claim: OrderId | None = None
    ) -> tuple[SeatId, ...]:
        """Set seats sold in the store as the ledger's live rows say; those that were not yet.

        Only for rows without an undone task: a task also knows which locks and marks go with its seats.
        `replaces_claim` is the order whose claim the store still has, where they are a booking's.

        Raises:
            StoreUnavailable: some of them may be set. Repeating it is safe.
        """
        owned: dict[tuple[str, SeatRowState, UserId], list[SeatId]] = {}
        for row in rows:
            owned.setdefault((row.owner_id, row.state, row.user_id or UserId("")), []).append(row.seat_id)
        changed: list[SeatId] = []
        for (owner_id, state, user_id), seat_ids in owned.items():
            for start in range(0, len(seat_ids), SEATS_PER_CALL_MAX):
                finished = await self._store.finish_booking(
                    event_id,
                    booking_id=owner_id,
                    state=state,
                    owner_id=owner_id,
                    user_id=user_id,
                    seat_ids=seat_ids[start : start + SEATS_PER_CALL_MAX],
                    held=(),
                    replaces_claim=replaces_claim,
                )
                self._heard_finished(event_id, finished)
                changed += [seat_id for entry in finished.entries for seat_id in entry.change.seats]
        return tuple(changed)

    async def run(self) -> None:
        """Relay until cancelled: every second, faster while there is work, slower while a store is away."""
        failure_pause_s = ROUND_PAUSE_S
        while True:
            try:
                carried_out = await self.relay_once()
            except (StoreUnavailable, LedgerUnavailable) as error:
                _log.warning("relay_waits", reason=str(error), pause_s=failure_pause_s)
                await self._sleep(failure_pause_s)
                failure_pause_s = min(2 * failure_pause_s, FAILURE_PAUSE_S_MAX)
            else:
                failure_pause_s = ROUND_PAUSE_S
                await self._sleep(ROUND_PAUSE_S if carried_out or self._carried_out else IDLE_PAUSE_S)

    async def relay_once(self) -> int:
        """One round over at most TASKS_PER_ROUND_MAX tasks of TAKE_OVER_AFTER_MS; how many were carried out.

        Raises:
            StoreUnavailable, LedgerUnavailable: what was done so far stays done, the rest stays in the outbox.
        """
        await self._strike_off()
        older_than_ms = self._clock.now_ms() - TAKE_OVER_AFTER_MS
        tasks = await self._ledger.outbox(older_than_ms=older_than_ms, limit=TASKS_PER_ROUND_MAX)
        done = 0
        for start in range(0, len(tasks), TASKS_AT_ONCE_MAX):
            part = tasks[start : start + TASKS_AT_ONCE_MAX]
            results = await asyncio.gather(*(self._carry_out(task) for task in part), return_exceptions=True)
            failed = [(task, result) for task, result in zip(part, results, strict=True) if result is not None]
            failed_ids = {task.task_id for task, _ in failed}
            succeeded = [task.task_id for task in part if task.task_id not in failed_ids]
            if succeeded:
                await self._ledger.outbox_done(succeeded)
                self._counts.add(Count.RELAY_TASKS, len(succeeded))
                done += len(succeeded)
            self._judge(failed)
        return done

    async def _strike_off(self) -> None:
        while self._carried_out:
            task_ids = list(islice(self._carried_out, STRIKES_PER_WRITE_MAX))
            await self._ledger.outbox_done(task_ids)
            for _ in task_ids:
                self._carried_out.popleft()

    def _judge(self, failed: Sequence[tuple[OutboxTask, BaseException]]) -> None:
        """Go on past a task that fails by itself; stop where the store is away, or at what no relay may swallow."""
        self._counts.add(Count.RELAY_FAILURES, len(failed))
        for task, error in failed:
            if isinstance(error, StoreUnavailable | LedgerUnavailable) or not isinstance(error, Exception):
                raise error
            _log.error("relay_task_failed", task_id=task.task_id, event_id=task.event_id, exc_info=error)

    async def _carry_out(self, task: OutboxTask) -> None:
        match task.kind:
            case OutboxKind.FINISH:
                await self._finish(task)
            case OutboxKind.FREE:
                freed = await self._store.free_seats(task.event_id, owner_id=task.owner_id, seat_ids=task.seats)
                self._calls.heard(task.event_id, freed)

    async def _finish(self, task: OutboxTask) -> None:
        """Set sold what the task says, but for what has been given back since.

        The store remembers by itself what was freed; one that was emptied meanwhile does not, and would set seats sold,
        until the freeing comes, that somebody else holds by now. So it is told again first. A claim that has become a
        booking is left to the booking's own task: freed, its seats could be held in between.
        """
        pairs = [EndedSeat(seat_id, task.owner_id) for seat_id in task.seats]
        ended = {pair.seat_id for pair in await self._ledger.ended_rows(task.event_id, pairs)}
        passed_on: set[SeatId] = set()
        if ended and task.state is SeatRowState.CLAIMED:
            passed_on = {row.seat_id for row in await self._ledger.live_seats(task.event_id, sorted(ended))}
        if gone := sorted(ended - passed_on):
            freed = await self._store.free_seats(task.event_id, owner_id=task.owner_id, seat_ids=gone)
            self._calls.heard(task.event_id, freed)
        seat_ids = [seat_id for seat_id in task.seats if seat_id not in passed_on]
        if not seat_ids:
            return
        finished = await self._store.finish_booking(
            task.event_id,
            booking_id=task.owner_id,
            state=task.state,
            owner_id=task.owner_id,
            user_id=task.user_id,
            seat_ids=seat_ids,
            held=task.held,
            replaces_claim=task.claim_id,
        )
        self._heard_finished(task.event_id, finished)

    def _heard_finished(self, event_id: EventId, finished: BookingFinished) -> None:
        self._calls.heard(event_id, finished)
        if finished.broken:
            self._counts.add(Count.HOLD_BROKEN, len(finished.broken))
            _log.error("hold_broken", event_id=event_id, seat_ids=[pair.seat_id for pair in finished.broken])
