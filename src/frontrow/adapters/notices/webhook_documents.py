"""What webhooks say, as JSON: `{"type", "timestamp", "data"}`, camelCase, in the words of the HTTP API."""

from datetime import UTC, datetime

import msgspec

from frontrow.domain.booking import Booking, SoldSeat
from frontrow.domain.ids import SeatId
from frontrow.domain.notice import NoticeKind
from frontrow.domain.notice_content import NoticeContent, SeatPlace
from frontrow.domain.order import Order
from frontrow.domain.payment import Refund


class _Document(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    pass


class Money(_Document, frozen=True):
    """An amount in minor units of its currency."""

    amount_minor: int
    currency: str


class Contact(_Document, frozen=True):
    """The customer; empty once they were erased."""

    name: str
    email: str
    phone: str | None = None


class SeatDocument(_Document, frozen=True):
    """A seat by its labels, and what it was sold for."""

    seat_id: str
    section: str | None = None
    row: str | None = None
    number: str | None = None
    table: str | None = None
    price: Money | None = None


class BookingDocument(_Document, frozen=True):
    """A booking as it is now. `seatIds` are those sold at first, `cancelledSeatIds` those given back since."""

    booking_id: str
    event_id: str
    user_id: str
    status: str
    seat_ids: tuple[str, ...]
    table_ids: tuple[str, ...]
    cancelled_seat_ids: tuple[str, ...]
    total: Money
    contact_info: Contact
    booked_at: str
    ticket_code: str | None = None
    order_id: str | None = None
    hold_id: str | None = None
    notes: str | None = None
    special_requests: str | None = None


class RefundDocument(_Document, frozen=True):
    """A refund as it is now. `gateway` is what the payment was made through."""

    refund_id: str
    payment_id: str
    amount: Money
    reason: str
    status: str
    seat_ids: tuple[str, ...]
    created_at: str
    gateway: str | None = None


class BookingConfirmed(_Document, frozen=True):
    """`booking.confirmed`. `seats` are those that were not given back since."""

    booking: BookingDocument
    seats: tuple[SeatDocument, ...]


class BookingCancelled(_Document, frozen=True):
    """`booking.cancelled`. `seats` are those this notice is about: given back together."""

    booking: BookingDocument
    seats: tuple[SeatDocument, ...]
    event_cancelled: bool = False


class OrderRefunded(_Document, frozen=True):
    """`order.refunded`."""

    order_id: str
    event_id: str
    user_id: str
    refund: RefundDocument
    booking_id: str | None = None


class HoldExpired(_Document, frozen=True):
    """`hold.expired`. `seatIds` are those that ran out together."""

    event_id: str
    hold_id: str
    seat_ids: tuple[str, ...]
    user_id: str | None = None


class Webhook(_Document, frozen=True):
    """The whole body. `timestamp` is when it happened, not when it is sent."""

    type: NoticeKind
    timestamp: str
    data: BookingConfirmed | BookingCancelled | OrderRefunded | HoldExpired


def webhook_body(content: NoticeContent) -> bytes:
    """The body of the notice; the same bytes as long as what it tells of stays the same."""
    notice = content.notice
    return msgspec.json.encode(
        Webhook(type=notice.kind, timestamp=_time(notice.created_at_ms), data=_data_of(content)),
    )


def _data_of(content: NoticeContent) -> BookingConfirmed | BookingCancelled | OrderRefunded | HoldExpired:
    booking, order, refund, subject = content.booking, content.order, content.refund, content.notice.subject
    match content.notice.kind:
        case NoticeKind.BOOKING_CONFIRMED:
            assert booking is not None, "a confirmation comes with its booking"
            return BookingConfirmed(booking=_booking(booking, content), seats=_seats(booking, content))
        case NoticeKind.BOOKING_CANCELLED:
            assert booking is not None, "a cancellation comes with its booking"
            return BookingCancelled(
                booking=_booking(booking, content),
                seats=_seats(booking, content),
                event_cancelled=content.event.cancelled_at_ms is not None,
            )
        case NoticeKind.ORDER_REFUNDED:
            assert order is not None, "a refund comes with its order"
            assert refund is not None, "a refund's notice comes with it"
            return _refunded(order, refund, content.refunded_through)
        case NoticeKind.HOLD_EXPIRED:
            return HoldExpired(
                event_id=content.event.event_id,
                hold_id=subject.hold_id or "",
                seat_ids=subject.seat_ids,
                user_id=subject.user_id,
            )


def _booking(booking: Booking, content: NoticeContent) -> BookingDocument:
    contact = booking.contact_info
    return BookingDocument(
        booking_id=booking.booking_id,
        event_id=booking.event_id,
        user_id=booking.user_id,
        status=booking.status.value,
        seat_ids=booking.seat_ids,
        table_ids=booking.table_ids,
        cancelled_seat_ids=booking.cancelled_seat_ids,
        total=Money(amount_minor=booking.total_minor, currency=booking.currency),
        contact_info=Contact(name=contact.name, email=contact.email, phone=contact.phone),
        booked_at=_time(booking.booked_at_ms),
        ticket_code=content.ticket_code,
        order_id=booking.order_id,
        hold_id=booking.hold_id,
        notes=booking.notes,
        special_requests=booking.special_requests,
    )


def _seats(booking: Booking, content: NoticeContent) -> tuple[SeatDocument, ...]:
    sold = {seat.seat_id: seat for seat in booking.seats}
    return tuple(_seat(place, sold, booking.currency) for place in content.seats)


def _seat(place: SeatPlace, sold: dict[SeatId, SoldSeat], currency: str) -> SeatDocument:
    seat = sold.get(place.seat_id)
    return SeatDocument(
        seat_id=place.seat_id,
        section=place.section,
        row=place.row or None,
        number=place.number or None,
        table=place.table,
        price=None if seat is None else Money(amount_minor=seat.price_minor, currency=currency),
    )


def _refunded(order: Order, refund: Refund, gateway: str | None) -> OrderRefunded:
    return OrderRefunded(
        order_id=order.order_id,
        event_id=order.event_id,
        user_id=order.user_id,
        booking_id=order.booking_id,
        refund=RefundDocument(
            refund_id=refund.refund_id,
            payment_id=refund.payment_id,
            amount=Money(amount_minor=refund.amount_minor, currency=refund.currency),
            reason=refund.reason.value,
            status=refund.state.value,
            seat_ids=refund.seat_ids,
            created_at=_time(refund.created_at_ms),
            gateway=gateway,
        ),
    )


def _time(at_ms: int) -> str:
    """RFC 3339 in UTC with milliseconds."""
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"
