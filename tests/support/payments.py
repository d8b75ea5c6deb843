"""Payments and refunds for tests of gateways."""

import msgspec

from frontrow.domain.booking import PaymentInfo
from frontrow.domain.ids import EventId, OrderId, PaymentId, RefundId
from frontrow.domain.payment import Payment, PaymentRequest, PaymentSeen, Refund, RefundReason

EVENT_ID = EventId("evening")
ORDER_ID = OrderId("7-order")


def payment_request(
    payment_id: str = "7-payment",
    *,
    amount_minor: int = 9_000,
    currency: str = "USD",
    card_number: str | None = None,
    stated: PaymentInfo | None = None,
) -> PaymentRequest:
    """What an order of two seats asks for."""
    return PaymentRequest(
        payment_id=PaymentId(payment_id),
        order_id=ORDER_ID,
        amount_minor=amount_minor,
        currency=currency,
        description="Evening: 2 seats",
        email="ann@example.com",
        return_url="/events/evening",
        card_number=card_number,
        stated=stated,
    )


def payment_of(request: PaymentRequest, seen: PaymentSeen | None = None, *, created_at_ms: int = 0) -> Payment:
    """What the ledger keeps of the payment that was asked for, once the gateway has answered `seen`."""
    payment = Payment(
        payment_id=request.payment_id,
        order_id=request.order_id,
        event_id=EVENT_ID,
        gateway="any",
        amount_minor=request.amount_minor,
        currency=request.currency,
        stated=request.stated,
        created_at_ms=created_at_ms,
    )
    if seen is None:
        return payment
    return msgspec.structs.replace(payment, state=seen.state, gateway_payment_id=seen.gateway_payment_id)


def refund_of(payment: Payment, amount_minor: int, *, name: str = "refund", failures: int = 0) -> Refund:
    """A refund of this much, asked for as often as it has failed and once more."""
    return Refund(
        refund_id=RefundId(name),
        order_id=payment.order_id,
        event_id=payment.event_id,
        payment_id=payment.payment_id,
        amount_minor=amount_minor,
        currency=payment.currency,
        reason=RefundReason.SEATS_CANCELLED,
        failures=failures,
    )
