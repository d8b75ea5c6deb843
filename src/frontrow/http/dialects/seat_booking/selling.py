"""Dialect 002's bookings: confirming what one holds, and one's own bookings. Source: seeds/002 (1 to 3)."""

from frontrow.domain.booking import Booking, BookingStatus, BookingWritten, ContactInfo, PaymentInfo
from frontrow.domain.hold import SeatsUnavailable
from frontrow.domain.ids import BookingId, EventId, TableId
from frontrow.http.dialects.fields import amount, seat_ids_of
from frontrow.http.dialects.seat_booking.answers import (
    NOT_HELD,
    REFUSALS,
    STORE_CODES,
    BookingConfirmed,
    BookingsShown,
    Confirmed,
    OwnBooking,
    OwnBookings,
    not_held,
)
from frontrow.http.dialects.seat_booking.requests import (
    BOOKING_ID,
    EVENT,
    SEATS,
    TAG,
    BookingsQuery,
    ConfirmBooking,
    SeatBookingContact,
    SeatBookingPayment,
)
from frontrow.http.fields import time_text
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.problems import Code, Problem
from frontrow.http.refusals import SELECTION_CODES, problem_of
from frontrow.http.services import Services
from frontrow.services.outcomes import BookRequest


async def confirm(services: Services, call: Call[ConfirmBooking, NoQuery]) -> Answer | Problem:
    """Sell the seats and tables that the caller holds to the caller, all or none."""
    body, contact, payment = call.body, call.body.contact_info, call.body.payment_info
    request = BookRequest(
        event_id=EventId(str(body.event_id)),
        contact_info=ContactInfo(name=contact.name, email=contact.email, phone=contact.phone),
        seat_ids=seat_ids_of(body.seat_ids or ()),
        table_ids=tuple(TableId(str(table_id)) for table_id in body.table_ids or ()),
        payment_info=None
        if payment is None
        else PaymentInfo(method=payment.method, transaction_id=payment.transaction_id, gateway=payment.gateway),
        notes=body.notes,
        special_requests=body.special_requests,
    )
    outcome = await services.bookings.book(call.user, request, call.key)
    match outcome:
        case BookingWritten(booking=booking):
            return Answer(body=_confirmed(booking))
        case SeatsUnavailable():
            return not_held(outcome)
    return problem_of(outcome, event_id=request.event_id)


def _confirmed(booking: Booking) -> BookingConfirmed:
    """The booking by the seats of it that stand: a repeated confirmation names exactly those."""
    standing = [seat for seat in booking.seats if seat.seat_id not in booking.cancelled_seat_ids]
    total = amount(sum(seat.price_minor for seat in standing), booking.currency)
    return BookingConfirmed(
        message=f"Successfully booked {len(standing)} seats",
        data=Confirmed(booking_id=booking.booking_id, total_amount=total),
    )


async def my_bookings(services: Services, call: Call[NoBody, BookingsQuery]) -> Answer | Problem:
    """The caller's bookings in every event, newest first."""
    cursor, before = call.query.cursor, None
    if cursor is not None:
        at_ms, _, booking_id = cursor.partition(".")
        before = (int(at_ms), BookingId(booking_id))
    page = await services.bookings.my_bookings(call.user, before=before, limit=call.query.limit)
    following = page.next_before
    bookings = tuple(
        OwnBooking(
            booking_id=booking.booking_id,
            event_id=booking.event_id,
            seat_ids=booking.seat_ids,
            table_ids=booking.table_ids,
            total_amount=amount(booking.total_minor, booking.currency),
            status=booking.status,
            booked_at=time_text(booking.booked_at_ms),
        )
        for booking in page.bookings
    )
    next_cursor = None if following is None else f"{following[0]}.{following[1]}"
    return Answer(body=BookingsShown(data=OwnBookings(bookings=bookings, next_cursor=next_cursor)))


OPERATIONS = declared(
    Operation(
        name="confirmSeatBooking",
        method="POST",
        path="/seat-booking/confirm",
        summary="Book the seats and tables that you hold",
        tag=TAG,
        access=Access.USER,
        handler=confirm,
        body=ConfirmBooking,
        query=NoQuery,
        answer=BookingConfirmed,
        variants=(NOT_HELD,),
        takes_key=True,
        errors=REFUSALS,
        refusals=STORE_CODES
        | SELECTION_CODES
        | {
            Code.DIRECT_BOOKING_NOT_ALLOWED,
            Code.EVENT_NOT_ON_SALE,
            Code.REQUEST_IN_PROGRESS,
            Code.IDEMPOTENCY_KEY_REUSED,
        },
        example=Example(
            body=ConfirmBooking(
                event_id=EVENT,
                seat_ids=SEATS,
                contact_info=SeatBookingContact(name="John Smith", email="john.smith@email.com", phone="+1234567890"),
                payment_info=SeatBookingPayment(method="card", transaction_id="stripe_tx_123456", gateway="stripe"),
                notes="Birthday celebration booking",
            ),
            answer=BookingConfirmed(
                message="Successfully booked 3 seats",
                data=Confirmed(booking_id=BOOKING_ID, total_amount=450.0),
            ),
        ),
    ),
    Operation(
        name="listSeatBookings",
        method="GET",
        path="/seat-booking/my-bookings",
        summary="Your bookings, newest first",
        tag=TAG,
        access=Access.USER,
        handler=my_bookings,
        body=NoBody,
        query=BookingsQuery,
        answer=BookingsShown,
        errors=REFUSALS,
        refusals=frozenset({Code.STORE_UNAVAILABLE}),
        example=Example(
            answer=BookingsShown(
                data=OwnBookings(
                    bookings=(
                        OwnBooking(
                            booking_id=BOOKING_ID,
                            event_id=EVENT,
                            seat_ids=SEATS,
                            table_ids=(),
                            total_amount=450.0,
                            status=BookingStatus.BOOKED,
                            booked_at="2026-10-22T14:30:00.000Z",
                        ),
                    )
                )
            )
        ),
    ),
)
