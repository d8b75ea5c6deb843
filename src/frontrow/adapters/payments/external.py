"""Payments taken elsewhere: an integrator says what was paid, and pays out what is given back."""

import hashlib
from collections.abc import Mapping, Sequence

from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.payment import (
    CallbackRefused,
    GatewayCallback,
    Payment,
    PaymentRequest,
    PaymentSeen,
    PaymentState,
    PaymentUnknown,
    Refund,
    RefundSeen,
    RefundState,
)

KEY_LIFETIME_MS = 100 * 365 * 86_400_000
"""Keys never run out: the same refund is always the same answer."""


class ExternalPayments:
    """ports.PaymentGateway that keeps nothing: every answer follows from what it is asked.

    A payment is captured at once, whole, under the transaction that was stated. A refund is done at once: whoever took
    the money gives it back, and is told by the notice `order.refunded`.
    """

    name = "external"
    key_lifetime_ms = KEY_LIFETIME_MS

    async def start(self, request: PaymentRequest) -> PaymentSeen:
        """See PaymentGateway.start."""
        if request.stated is None:
            # Not a decline, which would free the buyer to pay again: nobody has said that nothing was paid.
            raise PaymentUnavailable("a payment made elsewhere has to be stated")
        transaction = request.stated.transaction_id or request.payment_id
        return _captured(transaction, request.amount_minor, request.currency)

    async def look_up(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        """See PaymentGateway.look_up."""
        if payment.stated is None:
            return PaymentUnknown()
        transaction = payment.stated.transaction_id or payment.payment_id
        return _captured(transaction, payment.amount_minor, payment.currency)

    async def capture(self, payment: Payment) -> PaymentSeen:
        """See PaymentGateway.capture."""
        seen = await self.look_up(payment)
        return PaymentSeen(state=PaymentState.CANCELLED) if isinstance(seen, PaymentUnknown) else seen

    async def cancel(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        """See PaymentGateway.cancel: what was paid elsewhere is paid."""
        return await self.look_up(payment)

    async def refund(self, payment: Payment, refund: Refund) -> RefundSeen:
        """See PaymentGateway.refund."""
        return RefundSeen(
            state=RefundState.DONE,
            gateway_refund_id=f"external_{hashlib.sha256(refund.key.encode()).hexdigest()[:24]}",
            amount_minor=refund.amount_minor,
            key=refund.key,
        )

    async def refunds_of(self, payment: Payment) -> Sequence[RefundSeen]:
        """See PaymentGateway.refunds_of: nothing is kept here, and asking again does no harm."""
        return ()

    def callback(self, headers: Mapping[str, str], body: bytes, *, now_ms: int) -> GatewayCallback | CallbackRefused:
        """See PaymentGateway.callback: there are none."""
        return CallbackRefused("payments made elsewhere have no callbacks")


def _captured(transaction: str, amount_minor: int, currency: str) -> PaymentSeen:
    return PaymentSeen(
        state=PaymentState.CAPTURED,
        gateway_payment_id=transaction,
        captured_minor=amount_minor,
        captured_currency=currency,
    )
