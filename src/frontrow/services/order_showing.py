"""Orders as people are shown them: with payments, refunds, booking and ticket; and as they were answered first.

Of a first answer as little as possible is kept, and nothing of the person: the rest of it never changes.
"""

import msgspec

from frontrow.domain.booking import Booking, BookingStatus
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_decisions import Standing
from frontrow.domain.payment import Payment, PaymentAction
from frontrow.ports import Ledger
from frontrow.services.order_ids import OrderIds
from frontrow.services.order_outcomes import OrderShown, PaymentDeclined


class FirstAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was said of an order and its payment when it was asked for the first time."""

    state: OrderState
    payment: Payment
    action: PaymentAction | None = None
    declined: str | None = None


_decoder = msgspec.json.Decoder(FirstAnswer)


class OrderShowing:
    """Puts together what people see. Every method may raise LedgerUnavailable."""

    def __init__(self, *, ledger: Ledger, order_ids: OrderIds) -> None:
        self._ledger = ledger
        self._order_ids = order_ids

    async def shown(
        self, standing: Standing, action: PaymentAction | None = None, booking: Booking | None = None
    ) -> OrderShown:
        """The order as it stands; its booking is read unless it is given, as it was written just now."""
        order = standing.order
        if booking is None and order.booking_id is not None:
            booking = await self._ledger.booking(order.booking_id)
        return OrderShown(
            order=order,
            payments=standing.payments,
            refunds=standing.refunds,
            booking=booking,
            ticket_code=None if booking is None else self._order_ids.ticket_code(booking.booking_id),
            action=action if order.state is OrderState.PAYING else None,
        )

    async def as_claimed(self, order: Order) -> OrderShown:
        """The order as placing it was answered first, by whoever claimed it."""
        claimed = {"state": OrderState.CLAIMED, "has_claim": True, "due_at_ms": order.pay_until_ms}
        return OrderShown(order=_before(order, **claimed), replayed=True)

    async def as_pending(self, order: Order) -> OrderShown:
        """The order as placing it without a claim was answered first."""
        pending = {"state": OrderState.PENDING, "has_claim": False, "pay_until_ms": None}
        return OrderShown(order=_before(order, **pending), replayed=True)

    async def as_booked(self, standing: Standing) -> OrderShown:
        """The order as it was answered when it was booked, whatever was cancelled since."""
        order = msgspec.structs.replace(standing.order, state=OrderState.BOOKED, attention=None)
        shown = await self.shown(Standing(order, standing.payments))
        booking = shown.booking
        if booking is not None:
            booking = msgspec.structs.replace(booking, status=BookingStatus.BOOKED, cancelled_seat_ids=())
        return msgspec.structs.replace(shown, booking=booking, replayed=True)

    async def as_answered(self, standing: Standing, text: str) -> OrderShown | PaymentDeclined:
        """The first answer to a payment's request, from what was kept of it."""
        first = _decoder.decode(text)
        if first.state is OrderState.BOOKED:
            return await self.as_booked(Standing(standing.order, (first.payment,)))
        order = _before(standing.order, state=first.state, payment_id=first.payment.payment_id)
        shown = OrderShown(order=order, payments=(first.payment,), action=first.action, replayed=True)
        return shown if first.declined is None else PaymentDeclined(shown, first.declined, replayed=True)


def kept(answer: OrderShown | PaymentDeclined, payment: Payment) -> str:
    """What is kept of this first answer about the payment."""
    shown = answer.shown if isinstance(answer, PaymentDeclined) else answer
    first = FirstAnswer(
        state=shown.order.state,
        payment=msgspec.structs.replace(payment, stated=None, answered=None),
        action=shown.action,
        declined=answer.reason if isinstance(answer, PaymentDeclined) else None,
    )
    return msgspec.json.encode(first).decode()


def _before(order: Order, **changes: object) -> Order:
    """The order before it was booked, given up or paid."""
    nothing = {"payment_id": None, "booking_id": None, "closing": None, "attention": None}
    return msgspec.structs.replace(order, **(nothing | changes))
