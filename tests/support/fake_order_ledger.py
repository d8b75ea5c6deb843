"""Orders, payments, refunds and notices in memory: the promises of the OrderLedger port, on a FakeLedger's own rows.

A step changes both at once, as one transaction does. What no caller may ask (a claim of what is claimed, a booking
beside its claim) fails the test that asks it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec

from frontrow.domain.booking import (
    Booking,
    ContactInfo,
    IdempotencyKey,
    LedgerSeat,
    OutboxKind,
    SeatConflict,
    SeatRowState,
)
from frontrow.domain.ids import (
    BookingId,
    EventId,
    HoldId,
    NoticeId,
    OrderId,
    PaymentId,
    RefundId,
    SeatId,
    UserId,
    capped_as,
)
from frontrow.domain.notice import Notice, NoticeChannel, NoticeKind, NoticeState
from frontrow.domain.order import CLAIMING, CLOSED, ENDED, Order, OrderState
from frontrow.domain.order_decisions import Standing
from frontrow.domain.order_moves import (
    KeyUsed,
    MoveOutcome,
    MoveTooLate,
    OrderKeyReused,
    OrderMove,
    OrderMoved,
    OrderStands,
)
from frontrow.domain.payment import Payment, Refund
from frontrow.ports import Clock

if TYPE_CHECKING:
    from tests.support.fake_ledger import FakeLedger

GUARD_MS_MIN = 15_000
"""A step with a guard is taken only with this much of it left."""
NOBODY = ContactInfo("", "")

_Id = TypeVar("_Id")
_Due = TypeVar("_Due", Order, Refund, Notice)


class FakeOrderLedger:
    """Implements ports.OrderLedger. Its books are open to tests that want to look at or break them."""

    def __init__(self, ledger: FakeLedger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self.placed: dict[OrderId, Order] = {}
        self.payments: dict[PaymentId, Payment] = {}
        self.refunds: dict[RefundId, Refund] = {}
        self.notes: dict[NoticeId, Notice] = {}
        self.claimed: set[OrderId] = set()
        """Every order that ever had a claim."""
        self.callbacks: set[tuple[str, str]] = set()
        self.steps: Counter[tuple[OrderState, OrderState]] = Counter()
        """How often orders went from one state to another, or stayed."""
        self._last_moves: dict[OrderId, OrderMove] = {}

    async def place(self, order: Order, key: IdempotencyKey | None = None) -> Order | OrderKeyReused:
        used = None if key is None else await self.key_used(key)
        if used is not None and key is not None:
            stands = self.placed.get(OrderId(used.made_id))
            return OrderKeyReused() if used.fingerprint != key.fingerprint or stands is None else stands
        stands = self.placed.setdefault(order.order_id, order)
        self._use_key(key, order.order_id)
        return stands

    async def order(self, order_id: OrderId) -> Order | None:
        return self.placed.get(order_id)

    async def standing(self, order_id: OrderId) -> Standing | None:
        order = self.placed.get(order_id)
        if order is None:
            return None
        return Standing(order, tuple(await self.payments_of(order_id)), tuple(await self.refunds_of(order_id)))

    async def move(self, move: OrderMove, then: OrderMove | None = None) -> MoveOutcome:
        if then is None:
            return await self._move(move)
        if then.before != move.after:
            raise ValueError("the steps do not follow each other")
        then.check()
        stands = self.placed[move.before.order_id]
        if (stands.state, stands.version) != (move.before.state, move.before.version):
            is_this = self._last_moves.get(move.before.order_id) == then
            return OrderMoved(stands) if is_this else OrderStands(stands)
        if then.booking is not None and then.booking.draft.booking.booking_id in self._ledger.drafts:
            raise ValueError("its booking is written already")
        refused = self._refused(then)
        if refused is not None:
            return refused
        first = await self._move(move)
        return await self._move(then) if isinstance(first, OrderMoved) else first

    async def _move(self, move: OrderMove) -> MoveOutcome:
        before, after = move.before, move.after
        move.check()
        stands = self.placed[before.order_id]
        if (stands.state, stands.version) != (before.state, before.version):
            return OrderMoved(stands) if self._last_moves.get(before.order_id) == move else OrderStands(stands)
        made_id = move.made_id
        if move.key is not None:
            used = await self.key_used(move.key)
            if used is not None and used != KeyUsed(move.key.fingerprint, made_id):
                return OrderKeyReused()
        if (refused := self._refused(move)) is not None:
            return refused
        self._use_key(move.key, made_id)
        task_ids = self._change_seats(move)
        self.placed[after.order_id] = after
        self._last_moves[after.order_id] = move
        self.steps[before.state, after.state] += 1
        self.payments.update({payment.payment_id: payment for payment in move.payments})
        for refund in move.refunds:
            self.refunds.setdefault(refund.refund_id, refund)
        self.keep_notices(move.notices)
        return OrderMoved(after, task_ids)

    async def put_off(self, order: Order, *, due_at_ms: int) -> None:
        stands = self.placed[order.order_id]
        if (stands.state, stands.version, stands.tries) == (order.state, order.version, order.tries):
            self.placed[order.order_id] = msgspec.structs.replace(stands, due_at_ms=due_at_ms, tries=stands.tries + 1)

    async def take_due_orders(
        self, *, now_ms: int, until_ms: int, limit: int, states: Sequence[OrderState] | None = None
    ) -> list[Order]:
        among = {name: it for name, it in self.placed.items() if states is None or it.state in states}
        taken = _take_due(among, now_ms=now_ms, until_ms=until_ms, limit=limit)
        self.placed |= {it.order_id: it for it in taken}
        return taken

    async def key_used(self, key: IdempotencyKey) -> KeyUsed | None:
        return self._ledger.keys.get((key.user_id, key.route, key.key))

    async def payment(self, payment_id: PaymentId) -> Payment | None:
        return self.payments.get(payment_id)

    async def payments_of(self, order_id: OrderId) -> list[Payment]:
        found = (payment for payment in self.payments.values() if payment.order_id == order_id)
        return sorted(found, key=lambda it: (it.created_at_ms, it.payment_id))

    async def refund(self, refund_id: RefundId) -> Refund | None:
        return self.refunds.get(refund_id)

    async def refunds_of(self, order_id: OrderId) -> list[Refund]:
        found = (refund for refund in self.refunds.values() if refund.order_id == order_id)
        return sorted(found, key=lambda it: (it.created_at_ms, it.refund_id))

    async def take_due_refunds(self, *, now_ms: int, until_ms: int, limit: int) -> list[Refund]:
        return _take_due(self.refunds, now_ms=now_ms, until_ms=until_ms, limit=limit)

    async def update_refund(self, refund: Refund) -> bool:
        if self.refunds[refund.refund_id].version != refund.version - 1:
            return False
        self.refunds[refund.refund_id] = refund
        return True

    async def callback_seen(self, gateway: str, callback_id: str) -> bool:
        return (gateway, callback_id) in self.callbacks

    async def note_callback(self, gateway: str, callback_id: str) -> None:
        self.callbacks.add((gateway, callback_id))

    async def orders_of(
        self, user_id: UserId, *, open_only: bool, before: tuple[int, OrderId] | None, limit: int
    ) -> list[Order]:
        own = (it for it in self.placed.values() if it.user_id == user_id)
        return _newest((it for it in own if not (open_only and it.state in ENDED)), before, limit)

    async def orders_in(
        self,
        event_id: EventId,
        *,
        states: Sequence[OrderState] | None,
        before: tuple[int, OrderId] | None,
        limit: int,
    ) -> list[Order]:
        of_event = (it for it in self.placed.values() if it.event_id == event_id)
        return _newest((it for it in of_event if states is None or it.state in states), before, limit)

    async def order_counts(self, event_id: EventId) -> dict[OrderState, int]:
        return dict(Counter(it.state for it in self.placed.values() if it.event_id == event_id))

    async def claimed_seats_of(self, event_id: EventId, user_id: UserId, *, besides: OrderId) -> int:
        return sum(
            len(it.seats)
            for it in self.placed.values()
            if it.event_id == event_id and it.state in CLAIMING and it.sold_by is None and it.order_id != besides
            if capped_as(it.user_id) == capped_as(user_id)
        )

    async def order_of_hold(self, event_id: EventId, user_id: UserId, hold_id: HoldId) -> Order | None:
        wanted = (event_id, user_id, hold_id)
        found = (it for it in self.placed.values() if (it.event_id, it.user_id, it.hold_id) == wanted)
        return next(iter(_newest(found, None, 1)), None)

    async def order_of_booking(self, booking: Booking) -> Order | None:
        return None if booking.order_id is None else self.placed.get(booking.order_id)

    async def bookings_by_email(self, email: str, *, after: BookingId | None, limit: int) -> list[Booking]:
        made = (draft.booking for draft in self._ledger.drafts.values())
        found = [it for it in made if it.contact_info.email.lower() == email.lower()]
        found.sort(key=lambda it: it.booking_id)
        return [it for it in found if after is None or it.booking_id > after][:limit]

    async def notices(
        self, *, state: NoticeState | None, before: tuple[int, NoticeId] | None, limit: int
    ) -> list[Notice]:
        found = [it for it in self.notes.values() if state is None or it.state is state]
        found.sort(key=lambda it: (it.created_at_ms, it.notice_id), reverse=True)
        return [it for it in found if before is None or (it.created_at_ms, it.notice_id) < before][:limit]

    async def add_notices(self, notices: Sequence[Notice]) -> None:
        self.keep_notices(notices)

    async def take_due_notices(self, *, channel: NoticeChannel, now_ms: int, until_ms: int, limit: int) -> list[Notice]:
        of_channel = {notice_id: notice for notice_id, notice in self.notes.items() if notice.channel is channel}
        taken = _take_due(of_channel, now_ms=now_ms, until_ms=until_ms, limit=limit)
        self.notes |= of_channel
        return taken

    async def update_notice(self, notice: Notice) -> None:
        found = self.notes.get(notice.notice_id)
        if found is not None and (found.state is not NoticeState.DELIVERED or notice.tries == 0):
            self.notes[notice.notice_id] = notice

    async def drop_delivered_notices(self, *, kind: NoticeKind, before_ms: int, limit: int) -> int:
        old = [
            it
            for it in sorted(self.notes.values(), key=lambda it: it.delivered_at_ms or 0)
            if it.kind is kind and it.state is NoticeState.DELIVERED and (it.delivered_at_ms or 0) < before_ms
        ][:limit]
        for notice in old:
            del self.notes[notice.notice_id]
        return len(old)

    async def notice(self, notice_id: NoticeId) -> Notice | None:
        return self.notes.get(notice_id)

    async def erase_person(self, *, user_id: UserId | None, email: str | None, pseudonym: UserId) -> int:
        user_id = None if user_id == pseudonym else user_id

        def is_meant(of: UserId, contact: ContactInfo) -> bool:
            return of == user_id or bool(email and contact.email.lower() == email.lower())

        orders = [it for it in self.placed.values() if it.state in CLOSED and is_meant(it.user_id, it.customer)]
        drafts = [it for it in self._ledger.drafts.values() if is_meant(it.booking.user_id, it.booking.contact_info)]
        of_person = {"user_id": pseudonym, "notes": None, "special_requests": None}
        for order in orders:
            changes = {"customer": NOBODY, "version": order.version + 1, **of_person}
            self.placed[order.order_id] = msgspec.structs.replace(order, **changes)
        for draft in drafts:
            booking = msgspec.structs.replace(draft.booking, contact_info=NOBODY, payment_info=None, **of_person)
            self._ledger.drafts[booking.booking_id] = msgspec.structs.replace(draft, booking=booking)
        for order in [it for it in self.placed.values() if user_id and user_id in (it.holder_id, it.sold_by)]:
            changes = {name: pseudonym for name in ("holder_id", "sold_by") if getattr(order, name) == user_id}
            self.placed[order.order_id] = msgspec.structs.replace(order, version=order.version + 1, **changes)
        order_ids = {it.order_id for it in orders}
        paid = [it for it in self.payments.values() if it.order_id in order_ids]
        self.payments |= {it.payment_id: msgspec.structs.replace(it, stated=None, answered=None) for it in paid}
        owners = {*order_ids, *(it.booking.booking_id for it in drafts)}
        open_ids = {it.order_id for it in self.placed.values() if it.state not in CLOSED}
        rows = self._ledger.rows
        rows |= {
            of: msgspec.structs.replace(row, user_id=pseudonym)
            for of, row in rows.items()
            if row.owner_id in owners or (user_id and row.user_id == user_id and row.owner_id not in open_ids)
        }
        made = {*owners, *(it.payment_id for it in paid)}
        for (user, route, key), used in [*self._ledger.keys.items()]:
            if user == user_id or used.made_id in made:
                del self._ledger.keys[user, route, key]
        for told in [it for it in self.notes.values() if user_id and it.subject.user_id == user_id]:
            subject = msgspec.structs.replace(told.subject, user_id=pseudonym)
            self.notes[told.notice_id] = msgspec.structs.replace(told, subject=subject)
        return len(orders) + len(drafts)

    def keep_notices(self, notices: Sequence[Notice]) -> None:
        """Those that are new."""
        for notice in notices:
            self.notes.setdefault(notice.notice_id, notice)

    def _use_key(self, key: IdempotencyKey | None, made_id: str) -> None:
        if key is not None:
            self._ledger.keys[key.user_id, key.route, key.key] = KeyUsed(key.fingerprint, made_id)

    def _refused(self, move: OrderMove) -> SeatConflict | MoveTooLate | None:
        """Why the step's seats can't be had, if it wants any."""
        order, guard_until_ms = move.before, move.guard_until_ms
        if move.claim is None and move.booking is None:
            return None
        if guard_until_ms is not None and guard_until_ms - self._clock.monotonic_ms() < GUARD_MS_MIN:
            return MoveTooLate()
        rows = (self._ledger.rows.get((order.event_id, seat_id)) for seat_id in _wanted(move))
        taken = tuple(row for row in rows if row is not None and row.owner_id != order.order_id)
        return SeatConflict(taken) if taken else None

    def _change_seats(self, move: OrderMove) -> tuple[int, ...]:
        before, ledger = move.before, self._ledger
        if move.claim is not None:
            for seat in before.seats:
                ledger.rows[before.event_id, seat.seat_id] = LedgerSeat(
                    seat.seat_id, SeatRowState.CLAIMED, before.order_id, before.user_id, seat.price_minor
                )
            self.claimed.add(before.order_id)
            return (
                ledger.add_task(
                    OutboxKind.FINISH,
                    before.event_id,
                    before.order_id,
                    before.hold_user_id,
                    before.seat_ids,
                    state=SeatRowState.CLAIMED,
                    held=move.claim.held,
                ),
            )
        if move.booking is not None:
            if before.has_claim:
                ledger.end_rows(before.event_id, before.seat_ids)
            return (ledger.write_booking(move.booking.draft, before.order_id if before.has_claim else None),)
        if move.drops_claim:
            ledger.end_rows(before.event_id, before.seat_ids)
            return (
                ledger.add_task(
                    OutboxKind.FREE,
                    before.event_id,
                    before.order_id,
                    before.user_id,
                    before.seat_ids,
                    state=SeatRowState.CLAIMED,
                ),
            )
        if move.cancels:
            assert before.booking_id is not None, "seats are cancelled of an order without a booking"
            sold = ledger.drafts[before.booking_id]
            if gone := set(move.cancels).intersection(sold.booking.cancelled_seat_ids):
                raise ValueError(f"booking {before.booking_id} has given {sorted(gone)} back already")
            return ledger.cancel_seats(sold, move.cancels)[1]
        return ()


def _wanted(move: OrderMove) -> tuple[SeatId, ...]:
    return move.before.seat_ids if move.booking is None else move.booking.draft.booking.seat_ids


def _newest(orders: Iterable[Order], before: tuple[int, OrderId] | None, limit: int) -> list[Order]:
    found = sorted(orders, key=lambda it: (it.created_at_ms, it.order_id), reverse=True)
    return [it for it in found if before is None or (it.created_at_ms, it.order_id) < before][:limit]


def _take_due(among: dict[_Id, _Due], *, now_ms: int, until_ms: int, limit: int) -> list[_Due]:
    due = [(it.due_at_ms, name) for name, it in among.items() if it.due_at_ms is not None and it.due_at_ms <= now_ms]
    due.sort(key=lambda it: it[0])
    for _, name in due[:limit]:
        among[name] = msgspec.structs.replace(among[name], due_at_ms=until_ms)
    return [among[name] for _, name in due[:limit]]
