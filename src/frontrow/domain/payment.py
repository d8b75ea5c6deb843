"""Payments and refunds: what the ledger keeps of them, and what a gateway says.

A payment is one attempt at paying an order; its id is ours and made before the gateway hears of it, so that a lost
answer is learnt by asking again under the same id. Money is in minor units; times are milliseconds since 1970 in UTC.
"""

from enum import StrEnum

import msgspec

from frontrow.domain.booking import PaymentInfo
from frontrow.domain.ids import EventId, OrderId, PaymentId, RefundId, SeatId


class PaymentState(StrEnum):
    """How far a payment has come, as far as is known."""

    STARTED = "started"
    """Written down before the gateway was asked: whether it knows of it is not known."""
    ACTION_REQUIRED = "action_required"
    """The gateway waits for the buyer: a card, a second step."""
    PROCESSING = "processing"
    """The gateway is at it, without the buyer."""
    AUTHORISED = "authorised"
    """The money is reserved and may be captured."""
    CAPTURED = "captured"
    """The money is taken."""
    DECLINED = "declined"
    """Nothing is taken, and never will be."""
    CANCELLED = "cancelled"
    """Stopped before anything was taken, and never will be."""


PAYMENT_ENDED = frozenset({PaymentState.CAPTURED, PaymentState.DECLINED, PaymentState.CANCELLED})


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at paying an order, as the ledger keeps it.

    `amount_minor` and `currency` are what was asked for; `captured_minor` and `captured_currency` what the gateway
    took. `lease_until_ms` is until when whoever started it is to be let alone. `answered` is the first answer it was
    given, as JSON, for those who repeat the request.
    """

    payment_id: PaymentId
    order_id: OrderId
    event_id: EventId
    gateway: str
    amount_minor: int
    currency: str
    state: PaymentState = PaymentState.STARTED
    gateway_payment_id: str | None = None
    captured_minor: int = 0
    captured_currency: str | None = None
    stated: PaymentInfo | None = None
    """What an integrator says was paid elsewhere."""
    reason: str | None = None
    """Why it was declined: a sentence for the buyer."""
    answered: str | None = None
    lease_until_ms: int = 0
    created_at_ms: int = 0
    updated_at_ms: int = 0

    @property
    def has_ended(self) -> bool:
        """Whether nothing about it changes any more."""
        return self.state in PAYMENT_ENDED


class PaymentAction(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyer has to do next: go to `url`, or confirm with the gateway's own script by `client_secret`."""

    kind: str
    """`redirect`, or the name of the gateway whose script it is."""
    url: str | None = None
    client_secret: str | None = None
    public_key: str | None = None


class PaymentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a gateway is asked to take. `payment_id` is the provider's idempotency key: always with the same request.

    `card_number` is as the buyer sent it, for gateways that are told one; `return_url` where a page of the gateway's
    sends the buyer back to; `description` is for the statement.
    """

    payment_id: PaymentId
    order_id: OrderId
    amount_minor: int
    currency: str
    description: str
    email: str
    return_url: str | None = None
    card_number: str | None = None
    stated: PaymentInfo | None = None


class PaymentSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What a gateway says of a payment now. `reason` is a sentence for the buyer, where it was declined."""

    state: PaymentState
    gateway_payment_id: str | None = None
    captured_minor: int = 0
    captured_currency: str | None = None
    reason: str | None = None
    action: PaymentAction | None = None


class PaymentUnknown(msgspec.Struct, frozen=True):
    """The gateway has never heard of this payment."""


class RefundState(StrEnum):
    """How far a refund has come."""

    DUE = "due"
    """To be given back; whether the gateway has been asked is not known."""
    PROCESSING = "processing"
    """The gateway has taken it up."""
    DONE = "done"
    """Given back."""
    FAILED = "failed"
    """The gateway will not; somebody has to look. It can be tried again, under another key."""


class RefundReason(StrEnum):
    """Why money goes back."""

    SEATS_CANCELLED = "seats_cancelled"
    EVENT_CANCELLED = "event_cancelled"
    PAID_LATE = "paid_late"
    PAID_TWICE = "paid_twice"
    WRONG_AMOUNT = "wrong_amount"
    GIVEN_UP = "given_up"


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """Money to be given back, once. `refund_id` is made of what is refunded, so that it cannot be owed twice.

    The provider is asked under `key`, which changes only after a definite failure: `refund_id` and the number of those.
    """

    refund_id: RefundId
    order_id: OrderId
    event_id: EventId
    payment_id: PaymentId
    amount_minor: int
    currency: str
    reason: RefundReason
    seat_ids: tuple[SeatId, ...] = ()
    state: RefundState = RefundState.DUE
    failures: int = 0
    tries: int = 0
    first_asked_at_ms: int | None = None
    """When the provider was first asked under the present key."""
    due_at_ms: int | None = None
    gateway_refund_id: str | None = None
    last_error: str | None = None
    version: int = 1
    created_at_ms: int = 0
    updated_at_ms: int = 0

    @property
    def is_given_up(self) -> bool:
        """Whether nobody tries it any more, until an operator asks for it."""
        return self.state is RefundState.FAILED and self.due_at_ms is None

    @property
    def key(self) -> str:
        """The provider's idempotency key."""
        return f"{self.refund_id}-{self.failures}"


class RefundSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What a gateway says of a refund: PROCESSING, DONE, or FAILED for good under this key. `key` is what it was asked
    under, where the gateway says."""

    state: RefundState
    gateway_refund_id: str | None = None
    amount_minor: int = 0
    key: str | None = None
    reason: str | None = None


class GatewayCallback(msgspec.Struct, frozen=True):
    """A verified callback: something happened to this payment. What, the gateway is asked (callbacks come late, twice
    and out of order). `payment_id` is None where the callback is about nothing of ours."""

    callback_id: str
    payment_id: PaymentId | None


class CallbackRefused(msgspec.Struct, frozen=True):
    """Not a callback of the gateway's: forged, stale, or unreadable. `reason` is for the log and for developers."""

    reason: str
