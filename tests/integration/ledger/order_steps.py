"""The steps of orders in a few words, and orders brought to where a test begins."""

from dataclasses import dataclass
from typing import Any

import msgspec

from frontrow.domain.booking import BookingDraft, IdempotencyKey
from frontrow.domain.event import Event
from frontrow.domain.hold import HeldSeat
from frontrow.domain.ids import EventId, NoticeId, PaymentId, RefundId, SeatId, UserId, new_made_id
from frontrow.domain.notice import Notice, NoticeChannel, NoticeKind, NoticeSubject
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_moves import BookingOfOrder, OrderMove, OrderMoved, SeatClaim
from frontrow.domain.payment import Payment, PaymentState, Refund, RefundReason
from frontrow.ports import Clock, Ledger, OrderLedger
from tests.integration.ledger.drafts import draft, guard, order
from tests.support.fake_clock import START_MS

PAY_ROUTE = "POST /api/v1/orders/payment"


@dataclass(frozen=True)
class Books:
    """A ledger and its orders."""

    ledger: Ledger
    orders: OrderLedger

    async def placed(self, of: Event, names: str, **changes: Any) -> Order:
        """A pending order of these seats."""
        return await self._placed(msgspec.structs.replace(order(of, names), **changes))

    async def claimed(self, of: Event, names: str, clock: Clock, **changes: Any) -> Order:
        """An order whose seats are claimed."""
        placed = await self.placed(of, names, **changes)
        return await self.moved(claim(placed, clock))

    async def paid(self, of: Event, names: str, clock: Clock, **changes: Any) -> tuple[Order, Payment]:
        """An order with its captured payment; its claim stands."""
        claimed = await self.claimed(of, names, clock, **changes)
        started = payment(claimed)
        paying = await self.moved(pay(claimed, started))
        captured = msgspec.structs.replace(started, state=PaymentState.CAPTURED, captured_minor=started.amount_minor)
        return await self.moved(step(paying, OrderState.PAID, payments=(captured,))), captured

    async def booked(self, of: Event, names: str, clock: Clock, **changes: Any) -> tuple[Order, BookingDraft]:
        """A paid order with its booking."""
        paid, _ = await self.paid(of, names, clock, **changes)
        wanted = booking_of(paid, of)
        return await self.moved(book(paid, wanted)), wanted

    async def moved(self, move: OrderMove) -> Order:
        """Write a step that must succeed."""
        outcome = await self.orders.move(move)
        assert isinstance(outcome, OrderMoved), outcome
        return outcome.order

    async def live(self, event_id: EventId) -> dict[str, str]:
        """Each live seat's state and owner."""
        rows = await self.ledger.live_seats(event_id)
        return {row.seat_id: f"{row.state.value} {row.owner_id}" for row in rows}

    async def _placed(self, wanted: Order) -> Order:
        stands = await self.orders.place(wanted)
        assert stands == wanted
        return wanted


def step(
    before: Order, to: OrderState, *, now_ms: int = START_MS, due_at_ms: int | None = None, **rest: Any
) -> OrderMove:
    """A step to `to`; of `rest`, what OrderMove has goes there, everything else changes the order."""
    of_move = {name: rest.pop(name) for name in OrderMove.__struct_fields__ if name in rest}
    return OrderMove(before=before, after=before.moved(to, now_ms=now_ms, due_at_ms=due_at_ms, **rest), **of_move)


def claim(before: Order, clock: Clock, *, guard_until_ms: int | None = None, **rest: Any) -> OrderMove:
    """Claim the seats of a pending order."""
    until_ms = guard(clock) if guard_until_ms is None else guard_until_ms
    wanted = SeatClaim(held_of(before), until_ms)
    return step(before, OrderState.CLAIMED, claim=wanted, has_claim=True, pay_until_ms=START_MS + 600_000, **rest)


def held_of(before: Order) -> tuple[HeldSeat, ...]:
    """Its seats on its hold."""
    return tuple(HeldSeat(seat_id, before.hold_id) for seat_id in before.seat_ids)


def pay(before: Order, started: Payment, **rest: Any) -> OrderMove:
    """Start a payment of a claimed order."""
    return step(before, OrderState.PAYING, payment_id=started.payment_id, payments=(started,), **rest)


def book(before: Order, wanted: BookingDraft, *, guard_until_ms: int | None = None, **rest: Any) -> OrderMove:
    """Write the booking of a paid order: from its claim, or else under a guard."""
    booking = BookingOfOrder(wanted, guard_until_ms)
    booking_id = wanted.booking.booking_id
    return step(before, OrderState.BOOKED, booking=booking, booking_id=booking_id, has_claim=False, **rest)


def drop(before: Order, to: OrderState = OrderState.CANCELLED, **rest: Any) -> OrderMove:
    """Give the claim of a cancelling order up."""
    return step(before, to, drops_claim=True, has_claim=False, **rest)


def purchase(placed: Order, of: Event, clock: Clock, *, cancels: tuple[SeatId, ...]) -> list[OrderMove]:
    """Every step from the claim to the seats that are given back, each with all that goes with it."""
    started = payment(placed)
    captured = msgspec.structs.replace(started, state=PaymentState.CAPTURED)
    moves = [claim(placed, clock, key=pay_key(placed.user_id, key=f"claim {placed.order_id}"))]
    moves.append(pay(moves[-1].after, started, key=pay_key(placed.user_id, key=f"pay {placed.order_id}")))
    moves.append(step(moves[-1].after, OrderState.PAID, payments=(captured,)))
    moves.append(book(moves[-1].after, booking_of(placed, of, notices=(notice(of),))))
    owed, told = refund(started, " ".join(cancels)), notice(of)
    moves.append(step(moves[-1].after, OrderState.BOOKED, cancels=cancels, refunds=(owed,), notices=(told,)))
    return moves


def booking_of(before: Order, of: Event, **changes: Any) -> BookingDraft:
    """The booking of the order's seats at its prices."""
    wanted = draft(of, " ".join(before.seat_ids), user=before.user_id)
    booking = msgspec.structs.replace(wanted.booking, seats=before.seats, order_id=before.order_id)
    return msgspec.structs.replace(wanted, booking=booking, **changes)


def payment(of: Order, **changes: Any) -> Payment:
    """A payment of the order that was just started."""
    started = Payment(
        payment_id=PaymentId(new_made_id(1)),
        order_id=of.order_id,
        event_id=of.event_id,
        gateway="demo",
        amount_minor=of.amount_minor,
        currency=of.currency,
        lease_until_ms=START_MS + 30_000,
        created_at_ms=START_MS,
        updated_at_ms=START_MS,
    )
    return msgspec.structs.replace(started, **changes)


def refund(of: Payment, names: str = "", **changes: Any) -> Refund:
    """A refund that is due at once."""
    due = Refund(
        refund_id=RefundId(new_made_id(1)),
        order_id=of.order_id,
        event_id=of.event_id,
        payment_id=of.payment_id,
        amount_minor=7_500,
        currency=of.currency,
        reason=RefundReason.SEATS_CANCELLED,
        seat_ids=tuple(SeatId(name) for name in names.split()),
        due_at_ms=START_MS,
        created_at_ms=START_MS,
        updated_at_ms=START_MS,
    )
    return msgspec.structs.replace(due, **changes)


def notice(of: Event, **changes: Any) -> Notice:
    """A notice that is due at once."""
    due = Notice(
        notice_id=NoticeId(new_made_id(of.number)),
        event_id=of.event_id,
        kind=NoticeKind.BOOKING_CONFIRMED,
        channel=NoticeChannel.WEBHOOK,
        subject=NoticeSubject(),
        due_at_ms=START_MS,
        created_at_ms=START_MS,
    )
    return msgspec.structs.replace(due, **changes)


def pay_key(user: str = "ann", *, body: str = "body", key: str = "k") -> IdempotencyKey:
    """A key used to pay."""
    return IdempotencyKey(UserId(user), PAY_ROUTE, key, body)
