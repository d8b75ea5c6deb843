"""Notices: what is to be told to the integrator's server or to a customer, once it is committed.

A notice is written in the transaction of what it tells, names it by ids alone (its text is made when it is sent, so an
erased person is in no queue), and is delivered at least once. Times are milliseconds since 1970 in UTC.
"""

from enum import StrEnum

import msgspec

from frontrow.domain.ids import BookingId, EventId, HoldId, NoticeId, OrderId, RefundId, SeatId, UserId


class NoticeKind(StrEnum):
    """What has happened."""

    BOOKING_CONFIRMED = "booking.confirmed"
    BOOKING_CANCELLED = "booking.cancelled"
    ORDER_REFUNDED = "order.refunded"
    HOLD_EXPIRED = "hold.expired"


class NoticeChannel(StrEnum):
    """Who is told, and how."""

    WEBHOOK = "webhook"
    EMAIL = "email"


class NoticeState(StrEnum):
    """Whether it was delivered."""

    DUE = "due"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up after the last attempt; an operator can have it sent again."""


class NoticeSubject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What a notice is about, by ids."""

    booking_id: BookingId | None = None
    order_id: OrderId | None = None
    refund_id: RefundId | None = None
    hold_id: HoldId | None = None
    user_id: UserId | None = None
    seat_ids: tuple[SeatId, ...] = ()


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one channel, and how its delivery stands."""

    notice_id: NoticeId
    event_id: EventId
    kind: NoticeKind
    channel: NoticeChannel
    subject: NoticeSubject
    state: NoticeState = NoticeState.DUE
    tries: int = 0
    due_at_ms: int | None = None
    last_status: int | None = None
    """The HTTP or SMTP code of the last attempt."""
    last_error: str | None = None
    created_at_ms: int = 0
    delivered_at_ms: int | None = None
