"""The ledger's side of money: ports.OrderLedger on a SQL database. Each subject's statements are in its own module."""

import asyncio
from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import pairwise
from typing import Any, TypeVar

import sqlalchemy as sa

from frontrow.adapters.sql import (
    bookings,
    callbacks,
    erasing,
    keys,
    notices,
    order_moves,
    orders,
    payments,
    refunds,
    standings,
)
from frontrow.adapters.sql.database import Database, T
from frontrow.adapters.sql.due import DueRows
from frontrow.adapters.sql.faults import CommitUnknown, WriteConflict
from frontrow.adapters.sql.keys import KeyTaken
from frontrow.adapters.sql.measures import LedgerMeasures
from frontrow.adapters.sql.order_tables import orders as orders_table
from frontrow.adapters.sql.writer import (
    CONFLICTS_MAX,
    GUARD_TO_COMMIT_MS_MIN,
    GUARD_TO_TAKE_MS_MIN,
    SETTLE_DELAYS_S,
)
from frontrow.domain.booking import Booking, IdempotencyKey
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.ids import BookingId, EventId, HoldId, NoticeId, OrderId, PaymentId, RefundId, UserId
from frontrow.domain.notice import Notice, NoticeChannel, NoticeKind, NoticeState
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_decisions import Standing
from frontrow.domain.order_moves import (
    KeyUsed,
    MoveOutcome,
    MoveTooLate,
    OrderKeyReused,
    OrderMove,
    OrderMoved,
)
from frontrow.domain.payment import Payment, Refund
from frontrow.ports import Clock

_Row = sa.Row[*tuple[Any, ...]]
_Made = TypeVar("_Made")


@cache
def _due_orders(states: tuple[OrderState, ...] | None) -> DueRows:
    is_wanted = None if states is None else orders_table.c.state.in_([state.value for state in states])
    return DueRows(orders_table, is_wanted)


class SqlOrderLedger:
    """ports.OrderLedger; see there for what each method promises. It is the ledger's `orders`, and closed with it."""

    def __init__(self, database: Database, clock: Clock, measures: LedgerMeasures) -> None:
        self._database = database
        self._clock = clock
        self._measures = measures

    async def place(self, order: Order, key: IdempotencyKey | None = None) -> Order | OrderKeyReused:
        """See OrderLedger.place."""

        def work(connection: sa.Connection) -> Order:
            if order_moves.place_order(connection, order, key):
                return order
            stands = orders.order_in(connection, order.event_id, order.order_id)
            assert stands is not None
            return stands

        try:
            return await self._settled(work)
        except KeyTaken:
            return OrderKeyReused()

    async def order(self, order_id: OrderId) -> Order | None:
        """See OrderLedger.order."""
        return await self._database.look_up(partial(orders.order, order_id=order_id))

    async def standing(self, order_id: OrderId) -> Standing | None:
        """See OrderLedger.standing."""
        return await self._database.look_up(partial(standings.standing, order_id=order_id))

    async def move(self, move: OrderMove, then: OrderMove | None = None) -> MoveOutcome:
        """See OrderLedger.move.

        Raises:
            ValueError: the step is none, or rows that the order must have are not there. Nothing was written.
        """
        moves = (move,) if then is None else (move, then)
        for before, after in pairwise(moves):
            if after.before != before.after:
                raise ValueError(f"the steps of order {move.before.order_id} do not follow each other")
        for each in moves:
            each.check()
        guard_left_ms_min = GUARD_TO_TAKE_MS_MIN
        unknown: LedgerUnavailable | None = None
        for delay_s in SETTLE_DELAYS_S:
            await asyncio.sleep(delay_s)
            try:
                outcome = await self._move_once(moves, guard_left_ms_min)
            except LedgerUnavailable as error:
                if unknown is None and not isinstance(error, CommitUnknown):
                    raise
                # Written again, it waits for the first try to end, and then finds either its own step or the order as
                # before. So whatever is answered then is sure, even that it is too late.
                guard_left_ms_min, unknown = GUARD_TO_COMMIT_MS_MIN, error
            else:
                for each in moves if isinstance(outcome, OrderMoved) else ():
                    if each.after.state is not each.before.state:
                        self._measures.order_moves[each.after.state.value] += 1
                return outcome
        raise LedgerUnavailable(f"not known to be committed: {unknown}")

    async def put_off(self, order: Order, *, due_at_ms: int) -> None:
        """See OrderLedger.put_off."""
        await self._settled(partial(order_moves.put_off, order=order, due_at_ms=due_at_ms))

    async def take_due_orders(
        self, *, now_ms: int, until_ms: int, limit: int, states: Sequence[OrderState] | None = None
    ) -> list[Order]:
        """See OrderLedger.take_due_orders."""
        due = _due_orders(None if states is None else tuple(states))
        return await self._take_due(due, orders.order_of, now_ms, until_ms, limit)

    async def key_used(self, key: IdempotencyKey) -> KeyUsed | None:
        """See OrderLedger.key_used."""
        return await self._database.look_up(partial(keys.key_used, key=key))

    async def payment(self, payment_id: PaymentId) -> Payment | None:
        """See OrderLedger.payment."""
        return await self._database.look_up(partial(payments.payment, payment_id=payment_id))

    async def payments_of(self, order_id: OrderId) -> list[Payment]:
        """See OrderLedger.payments_of."""
        return await self._database.look_up(partial(payments.payments_of, order_id=order_id))

    async def refund(self, refund_id: RefundId) -> Refund | None:
        """See OrderLedger.refund."""
        return await self._database.look_up(partial(refunds.refund, refund_id=refund_id))

    async def refunds_of(self, order_id: OrderId) -> list[Refund]:
        """See OrderLedger.refunds_of."""
        return await self._database.look_up(partial(refunds.refunds_of, order_id=order_id))

    async def take_due_refunds(self, *, now_ms: int, until_ms: int, limit: int) -> list[Refund]:
        """See OrderLedger.take_due_refunds."""
        return await self._take_due(refunds.due_refunds, refunds.refund_of, now_ms, until_ms, limit)

    async def update_refund(self, refund: Refund) -> bool:
        """See OrderLedger.update_refund."""
        writes = 0

        def work(connection: sa.Connection) -> bool:
            nonlocal writes
            writes += 1
            if refunds.replace_refund(connection, refund):
                return True
            # One whose answer was lost finds its own row when it is written again.
            return writes > 1 and refunds.refund(connection, refund.refund_id) == refund

        return await self._settled(work)

    async def callback_seen(self, gateway: str, callback_id: str) -> bool:
        """See OrderLedger.callback_seen."""
        return await self._database.look_up(partial(callbacks.callback_seen, gateway=gateway, callback_id=callback_id))

    async def note_callback(self, gateway: str, callback_id: str) -> None:
        """See OrderLedger.note_callback."""
        now_ms = self._clock.now_ms()
        await self._settled(partial(callbacks.note_callback, gateway=gateway, callback_id=callback_id, now_ms=now_ms))

    async def orders_of(
        self, user_id: UserId, *, open_only: bool, before: tuple[int, OrderId] | None, limit: int
    ) -> list[Order]:
        """See OrderLedger.orders_of."""
        work = partial(orders.orders_of, user_id=user_id, open_only=open_only, before=before, limit=limit)
        return await self._database.read(work)

    async def orders_in(
        self,
        event_id: EventId,
        *,
        states: Sequence[OrderState] | None,
        before: tuple[int, OrderId] | None,
        limit: int,
    ) -> list[Order]:
        """See OrderLedger.orders_in."""
        work = partial(orders.orders_in, event_id=event_id, states=states, before=before, limit=limit)
        return await self._database.read(work)

    async def order_counts(self, event_id: EventId) -> dict[OrderState, int]:
        """See OrderLedger.order_counts."""
        return await self._database.read(partial(orders.order_counts, event_id=event_id))

    async def claimed_seats_of(self, event_id: EventId, user_id: UserId, *, besides: OrderId) -> int:
        """See OrderLedger.claimed_seats_of."""
        work = partial(orders.claimed_seats_of, event_id=event_id, user_id=user_id, besides=besides)
        return await self._database.look_up(work)

    async def order_of_hold(self, event_id: EventId, user_id: UserId, hold_id: HoldId) -> Order | None:
        """See OrderLedger.order_of_hold."""
        work = partial(orders.order_of_hold, event_id=event_id, user_id=user_id, hold_id=hold_id)
        return await self._database.read(work)

    async def order_of_booking(self, booking: Booking) -> Order | None:
        """See OrderLedger.order_of_booking."""
        return None if booking.order_id is None else await self.order(booking.order_id)

    async def bookings_by_email(self, email: str, *, after: BookingId | None, limit: int) -> list[Booking]:
        """See OrderLedger.bookings_by_email."""
        work = partial(bookings.bookings_by_email, email=email, after=after, limit=limit)
        return await self._database.read(work)

    async def notices(
        self, *, state: NoticeState | None, before: tuple[int, NoticeId] | None, limit: int
    ) -> list[Notice]:
        """See OrderLedger.notices."""
        return await self._database.read(partial(notices.newest_notices, state=state, before=before, limit=limit))

    async def add_notices(self, wanted: Sequence[Notice]) -> None:
        """See OrderLedger.add_notices."""
        if wanted:
            await self._settled(partial(notices.write_notices, wanted=wanted))

    async def take_due_notices(self, *, channel: NoticeChannel, now_ms: int, until_ms: int, limit: int) -> list[Notice]:
        """See OrderLedger.take_due_notices."""
        return await self._take_due(notices.due_notices[channel], notices.notice_of, now_ms, until_ms, limit)

    async def update_notice(self, notice: Notice) -> None:
        """See OrderLedger.update_notice."""
        await self._settled(partial(notices.replace_notice, notice=notice))

    async def drop_delivered_notices(self, *, kind: NoticeKind, before_ms: int, limit: int) -> int:
        """See OrderLedger.drop_delivered_notices."""
        keys = await self._database.read(partial(notices.delivered_before, kind=kind, before_ms=before_ms, limit=limit))
        if keys:
            await self._settled(partial(notices.drop_delivered, keys=keys))
        return len(keys)

    async def notice(self, notice_id: NoticeId) -> Notice | None:
        """See OrderLedger.notice."""
        return await self._database.read(partial(notices.notice, notice_id=notice_id))

    async def erase_person(self, *, user_id: UserId | None, email: str | None, pseudonym: UserId) -> int:
        """See OrderLedger.erase_person."""
        changed = 0
        for piece in erasing.pieces(user_id=user_id, email=email, pseudonym=pseudonym):
            has_more = True
            while has_more:
                count, has_more = await self._settled(piece)
                changed += count
        return changed

    async def _move_once(self, moves: Sequence[OrderMove], guard_left_ms_min: int) -> MoveOutcome:
        for _ in range(CONFLICTS_MAX):
            work = partial(
                order_moves.write_moves,
                moves=moves,
                now_ms=self._clock.now_ms(),
                may_take_up=partial(self._have_guard, moves, guard_left_ms_min),
                may_commit=partial(self._have_guard, moves, GUARD_TO_COMMIT_MS_MIN),
            )
            try:
                task_ids = await self._database.write(work)
            except order_moves.StepTooLate:
                return MoveTooLate()
            except KeyTaken:
                return OrderKeyReused()
            except WriteConflict:
                task_ids = None
            if task_ids is not None:
                return OrderMoved(moves[-1].after, task_ids)
            if (stands := await self._database.read(partial(order_moves.what_stands, moves=moves))) is not None:
                return stands
        raise LedgerUnavailable("the step kept conflicting with rows that were gone", surely_not_written=True)

    def _have_guard(self, moves: Sequence[OrderMove], left_ms_min: int) -> bool:
        guards_ms = [move.guard_until_ms for move in moves if move.guard_until_ms is not None]
        return not guards_ms or min(guards_ms) - self._clock.monotonic_ms() >= left_ms_min

    async def _take_due(
        self, due: DueRows, made_of: Callable[[_Row], _Made], now_ms: int, until_ms: int, limit: int
    ) -> list[_Made]:
        if not await self._database.read(partial(due.any_due, now_ms=now_ms)):
            return []
        try:
            rows = await self._database.write(partial(due.take, now_ms=now_ms, until_ms=until_ms, limit=limit))
        except WriteConflict:  # others are at them
            return []
        return [made_of(row) for row in rows]

    async def _settled(self, work: Callable[[sa.Connection], T]) -> T:
        """Write what may be written again without harm, until its COMMIT is known."""
        unknown: LedgerUnavailable | None = None
        for delay_s in SETTLE_DELAYS_S:
            await asyncio.sleep(delay_s)
            try:
                return await self._database.write(work)
            except WriteConflict:
                continue
            except LedgerUnavailable as error:
                if unknown is None and not isinstance(error, CommitUnknown):
                    raise
                unknown = error
        if unknown is None:
            raise LedgerUnavailable("the write kept conflicting with others", surely_not_written=True)
        raise LedgerUnavailable(f"not known to be committed: {unknown}")
