"""What Stripe's API says, as far as it is read, and what that means for a payment or a refund."""

from typing import Annotated
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from frontrow.adapters.payments.stripe_amounts import from_stripe
from frontrow.domain.ids import OrderId, PaymentId
from frontrow.domain.payment import PaymentAction, PaymentSeen, PaymentState, RefundSeen, RefundState

PAYMENT_ID_LABEL = "frontrow_payment_id"
ORDER_ID_LABEL = "frontrow_order_id"
REFUND_KEY_LABEL = "frontrow_refund_key"
"""Under these names our ids stand in the metadata of what we make at Stripe."""

_INTENT_STATES = {
    "requires_payment_method": PaymentState.ACTION_REQUIRED,
    "requires_confirmation": PaymentState.ACTION_REQUIRED,
    "requires_action": PaymentState.ACTION_REQUIRED,
    "processing": PaymentState.PROCESSING,
    "requires_capture": PaymentState.AUTHORISED,
    "succeeded": PaymentState.CAPTURED,
    "canceled": PaymentState.CANCELLED,
}
_REFUND_STATES = {
    "succeeded": RefundState.DONE,
    "pending": RefundState.PROCESSING,
    "requires_action": RefundState.PROCESSING,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}


class AnswerNotUnderstood(ValueError):
    """Stripe said something that no version of its API known here says."""


class LastError(msgspec.Struct, frozen=True):
    """Why the last attempt at paying an intent failed. `message` is for the buyer."""

    message: str | None = None
    code: str | None = None


class Intent(msgspec.Struct, frozen=True):
    """A PaymentIntent. Amounts are as Stripe counts them; the currency is in lower case."""

    id: Annotated[str, Meta(min_length=1)]
    status: str
    amount: int
    currency: str
    amount_received: int = 0
    client_secret: str | None = None
    last_payment_error: LastError | None = None
    metadata: dict[str, str] = msgspec.field(default_factory=dict)


class StripeRefund(msgspec.Struct, frozen=True):
    """A Refund, in the same units."""

    id: Annotated[str, Meta(min_length=1)]
    status: str | None
    amount: int
    currency: str
    failure_reason: str | None = None
    metadata: dict[str, str] | None = None


def payment_seen(intent: Intent, page: "PayPage") -> PaymentSeen:
    """How the payment stands. `page` is where the buyer pays it.

    An attempt that was declined leaves the intent open: Stripe's form lets the buyer try another card.

    Raises:
        AnswerNotUnderstood, AmountNotSendable: an unknown status; an amount that cannot be ours.
    """
    state = _INTENT_STATES.get(intent.status)
    if state is None:
        raise AnswerNotUnderstood(f"an intent's status {intent.status!r}")
    currency = intent.currency.upper()
    captured = state is PaymentState.CAPTURED
    acts = state is PaymentState.ACTION_REQUIRED
    return PaymentSeen(
        state=state,
        gateway_payment_id=intent.id,
        captured_minor=from_stripe(intent.amount_received, currency) if captured else 0,
        captured_currency=currency if captured else None,
        reason=None if captured or intent.last_payment_error is None else intent.last_payment_error.message,
        action=PaymentAction(
            kind="redirect",
            url=page.address(intent.client_secret),
            client_secret=intent.client_secret,
            public_key=page.public_key,
        )
        if acts
        else None,
    )


def refund_seen(refund: StripeRefund) -> RefundSeen:
    """How the refund stands.

    Raises:
        AnswerNotUnderstood, AmountNotSendable: as for payments.
    """
    state = _REFUND_STATES.get(refund.status or "pending")
    if state is None:
        raise AnswerNotUnderstood(f"a refund's status {refund.status!r}")
    failed = state is RefundState.FAILED
    return RefundSeen(
        state=state,
        gateway_refund_id=refund.id,
        amount_minor=from_stripe(refund.amount, refund.currency.upper()),
        key=(refund.metadata or {}).get(REFUND_KEY_LABEL),
        reason=f"Stripe: {refund.failure_reason or refund.status}" if failed else None,
    )


class PayPage(msgspec.Struct, frozen=True, kw_only=True):
    """Where a payment is paid: the page of ours that mounts Stripe's form, and what it needs for that.

    All of it but the path is for the buyer's browser alone: in the fragment, which no server is sent. So the page needs
    no token of the buyer's, who may come from another site's.
    """

    payment_id: PaymentId
    order_id: OrderId
    amount_minor: int
    currency: str
    public_key: str
    return_url: str | None = None
    description: str | None = None

    def address(self, client_secret: str | None) -> str:
        """The page's path with query and fragment."""
        query = {"order": self.order_id} | ({} if self.return_url is None else {"returnUrl": self.return_url})
        told = {
            "secret": client_secret or "",
            "key": self.public_key,
            "amount": str(self.amount_minor),
            "currency": self.currency,
        } | ({} if self.description is None else {"what": self.description})
        return f"/pay/stripe/{self.payment_id}?{urlencode(query)}#{urlencode(told)}"
