"""What the API answers with about orders, their payments and what is given back, as it says it: see `answers.py`."""

from datetime import datetime
from enum import StrEnum

import msgspec

from frontrow.client.answers import Booking, Contact, Money, Refund


class OrderState(StrEnum):
    """Where an order stands."""

    PENDING = "pending"
    CLAIMED = "claimed"
    PAYING = "paying"
    PAID = "paid"
    BOOKED = "booked"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    NEEDS_ATTENTION = "needs_attention"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> "OrderState":
        return cls.UNKNOWN


class PaymentState(StrEnum):
    """How far a payment has come, as far as is known."""

    STARTED = "started"
    ACTION_REQUIRED = "action_required"
    PROCESSING = "processing"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> "PaymentState":
        return cls.UNKNOWN


class LineKind(StrEnum):
    """What a line of an order is for."""

    SEAT = "seat"
    CHARGE = "charge"
    INCLUDED = "included"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value: object) -> "LineKind":
        return cls.UNKNOWN


class OrderLine(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What one line of an order comes to. `label` says where a seat is, or names a charge. An `included` line is part
    of those above it, and not of the total."""

    kind: LineKind
    label: str
    amount: Money
    seat_id: str | None = None


class PaymentAction(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What the buyer has to do for the payment to go on: open `url`, relative to the server; or confirm it by the
    script of the gateway named by `kind`."""

    kind: str
    url: str | None = None
    client_secret: str | None = None
    public_key: str | None = None


class OrderPayment(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """The payment that is under way or that paid; the last one tried where there is none. `reason` says why it was
    declined."""

    payment_id: str
    gateway: str
    status: PaymentState
    amount: Money
    reason: str | None = None
    action: PaymentAction | None = None


class Order(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """An order: what was ordered, at the prices and charges of then, and how it stands. `pay_until` is the end of its
    payment window, `refunded` what is given back so far; `attention` is for admins: why somebody has to look."""

    order_id: str
    event_id: str
    hold_id: str
    user_id: str
    status: OrderState
    seat_ids: tuple[str, ...]
    table_ids: tuple[str, ...]
    lines: tuple[OrderLine, ...]
    total: Money
    customer: Contact
    created_at: datetime
    refunds: tuple[Refund, ...]
    refunded: Money
    notes: str | None = None
    special_requests: str | None = None
    pay_until: datetime | None = None
    booking_id: str | None = None
    ticket_code: str | None = None
    payment: OrderPayment | None = None
    attention: str | None = None


class OrderList(msgspec.Struct, frozen=True, rename="camel"):
    """A page of orders, newest first; `next_cursor` is None on the last one."""

    items: tuple[Order, ...]
    next_cursor: str | None = None


class FoundBooking(msgspec.Struct, frozen=True, rename="camel"):
    """A booking found by its code and e-mail address; and a token of its guest, where it is a guest's and the server
    gives tokens out."""

    booking: Booking
    token: str | None = None
    token_expires_at: datetime | None = None
