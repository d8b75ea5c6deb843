"""Bookings: sell held seats for good, look at what was sold, cancel all or some of it."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.booking import (
    Booking,
    BookingCancelled,
    BookingStatus,
    BookingWritten,
)
from frontrow.domain.ids import USER_ID_BYTES_MAX, BookingId, EventId, HoldId, SeatId, UserId, is_user_id
from frontrow.http.fields import BookingsCursor, LongText, Money, SeatIds, TableIds, Time, time_text
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.problems import Code, FieldFault, Problem, invalid
from frontrow.http.refusals import SELECTION_CODES, problem_of
from frontrow.http.services import Services
from frontrow.http.v1.holds import REPLAYED
from frontrow.http.v1.order_documents import RefundDocument, refund_document
from frontrow.http.v1.purchases import (
    BookedContact,
    Contact,
    Payment,
    booked_contact,
    contact_info,
    payment_info,
    stated_payment,
)
from frontrow.services.booking_display import BookingShown
from frontrow.services.booking_search import PagePoint
from frontrow.services.outcomes import BookingPage, BookRequest

PAGE_MAX = 100


class BookSeats(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """What to book: a hold with all its seats, or seats and tables that you hold; not both."""

    event_id: str
    contact_info: Contact
    hold_id: str | None = None
    seat_ids: SeatIds = ()
    table_ids: TableIds = ()
    payment_info: Payment | None = None
    notes: LongText | None = None
    special_requests: LongText | None = None
    user_id: Annotated[str, Meta(description="whose holds they are: for integrators and admins")] | None = None


class CancelSeats(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """The seats to cancel; all that are left when absent."""

    seat_ids: SeatIds | None = None


class BookingsQuery(msgspec.Struct, frozen=True):
    """Which page of bookings."""

    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX, description="how many at most")] = 50
    cursor: BookingsCursor | None = None


class BookingDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A booking. `seatIds` are those sold at first, `cancelledSeatIds` those given back since, and `refunds` what goes
    back for them, where the order `orderId` paid."""

    booking_id: str
    event_id: str
    seat_ids: tuple[str, ...]
    table_ids: tuple[str, ...]
    total: Money
    status: BookingStatus
    contact_info: BookedContact
    booked_at: Time
    user_id: str
    ticket_code: Annotated[str, Meta(description="what the door asks for, and finds the booking")]
    hold_id: str | None = None
    order_id: str | None = None
    payment_info: Payment | None = None
    notes: str | None = None
    special_requests: str | None = None
    cancelled_seat_ids: tuple[str, ...] = ()
    refunds: tuple[RefundDocument, ...] = ()


class BookingList(msgspec.Struct, frozen=True, rename="camel"):
    """Bookings, newest first; `nextCursor` is null on the last page."""

    items: tuple[BookingDocument, ...]
    next_cursor: str | None = None


def booking_document(shown: BookingShown) -> BookingDocument:
    """A booking as v1 shows it."""
    booking = shown.booking
    return BookingDocument(
        booking_id=booking.booking_id,
        event_id=booking.event_id,
        seat_ids=booking.seat_ids,
        table_ids=booking.table_ids,
        total=Money(amount_minor=booking.total_minor, currency=booking.currency),
        status=booking.status,
        contact_info=booked_contact(booking.contact_info),
        booked_at=time_text(booking.booked_at_ms),
        user_id=booking.user_id,
        ticket_code=shown.ticket_code,
        hold_id=booking.hold_id,
        order_id=booking.order_id,
        payment_info=stated_payment(booking.payment_info),
        notes=booking.notes,
        special_requests=booking.special_requests,
        cancelled_seat_ids=booking.cancelled_seat_ids,
        refunds=tuple(map(refund_document, shown.refunds)),
    )


async def booking_list(services: Services, page: BookingPage) -> BookingList:
    """A page of bookings as v1 shows it."""
    next_before = page.next_before
    return BookingList(
        items=tuple(map(booking_document, await services.booking_display.show_all(page.bookings))),
        next_cursor=None if next_before is None else f"{next_before[0]}.{next_before[1]}",
    )


def page_point_of(cursor: BookingsCursor | None) -> PagePoint | None:
    """The booking that a page's cursor says to go on after."""
    if cursor is None:
        return None
    at_ms, _, booking_id = cursor.partition(".")
    return (int(at_ms), BookingId(booking_id))


async def book_seats(services: Services, call: Call[BookSeats, NoQuery]) -> Answer | Problem:
    """Sell the caller's held seats to the caller, or to the user an integrator names."""
    body = call.body
    if body.hold_id is not None and (body.seat_ids or body.table_ids):
        return invalid(FieldFault("holdId", "name either a hold, or seats and tables; not both"))
    if body.user_id is not None and not is_user_id(body.user_id):
        return invalid(FieldFault("userId", f"must be 1 to {USER_ID_BYTES_MAX} bytes of text"))
    request = BookRequest(
        event_id=EventId(body.event_id),
        contact_info=contact_info(body.contact_info),
        hold_id=None if body.hold_id is None else HoldId(body.hold_id),
        seat_ids=body.seat_ids,
        table_ids=body.table_ids,
        payment_info=payment_info(body.payment_info),
        notes=body.notes,
        special_requests=body.special_requests,
        user_id=None if body.user_id is None else UserId(body.user_id),
    )
    outcome = await services.bookings.book(call.user, request, call.key)
    if isinstance(outcome, BookingWritten):
        booking = _as_first_answered(outcome.booking) if outcome.replayed and call.key is not None else outcome.booking
        return Answer(body=await _document(services, booking), headers=REPLAYED if outcome.replayed else ())
    return problem_of(outcome, event_id=body.event_id)


async def list_bookings(services: Services, call: Call[NoBody, BookingsQuery]) -> Answer | Problem:
    """A page of the caller's bookings."""
    before = page_point_of(call.query.cursor)
    page = await services.bookings.my_bookings(call.user, before=before, limit=call.query.limit)
    return Answer(body=await booking_list(services, page))


async def get_booking(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """One booking of the caller's, or anyone's for an admin."""
    outcome = await services.bookings.booking(call.user, BookingId(call.path["bookingId"]))
    return Answer(body=await _document(services, outcome)) if isinstance(outcome, Booking) else problem_of(outcome)


async def cancel_booking(services: Services, call: Call[CancelSeats, NoQuery]) -> Answer | Problem:
    """Cancel all or some seats; they are free again at once. Once the event has begun, the owner may not any more."""
    outcome = await services.bookings.cancel(call.user, BookingId(call.path["bookingId"]), call.body.seat_ids)
    if isinstance(outcome, BookingCancelled):
        return Answer(body=await _document(services, outcome.booking))
    return problem_of(outcome)


async def _document(services: Services, booking: Booking) -> BookingDocument:
    return booking_document(await services.booking_display.show(booking))


def _as_first_answered(booking: Booking) -> Booking:
    """What its idempotency key answers for ever: seats given back later are told by the booking itself."""
    return msgspec.structs.replace(booking, status=BookingStatus.BOOKED, cancelled_seat_ids=())


_BOOKING_PATH = {"bookingId": "1-Qm4c8TzPp0a1x2K9sLw3vA"}
_CONTACT = Contact(name="Ada Lovelace", email="ada@example.com", phone="+441234567890")
EXAMPLE = BookingDocument(
    booking_id="1-Qm4c8TzPp0a1x2K9sLw3vA",
    event_id="hamlet-2026-03-01",
    seat_ids=("A1", "A2", "A3"),
    table_ids=(),
    total=Money(amount_minor=45000, currency="USD"),
    status=BookingStatus.BOOKED,
    contact_info=BookedContact(name=_CONTACT.name, email=_CONTACT.email, phone=_CONTACT.phone),
    booked_at="2026-02-20T12:04:31.007Z",
    user_id="ada",
    ticket_code="QX7K-2M4N-ABCD-EF23",
    hold_id="1-5nYy3vS0T0mQ2b1c7JkR9w",
)
_STORES = frozenset({Code.STORE_UNAVAILABLE})

OPERATIONS = declared(
    Operation(
        name="bookSeats",
        method="POST",
        path="/api/v1/bookings",
        summary="Book held seats directly, without paying through an order",
        tag="Bookings",
        access=Access.USER,
        handler=book_seats,
        body=BookSeats,
        query=NoQuery,
        answer=BookingDocument,
        status=201,
        takes_key=True,
        refusals=_STORES
        | SELECTION_CODES
        | {
            Code.NOT_FOUND,
            Code.HOLD_NOT_FOUND,
            Code.ROLE_MISSING,
            Code.DIRECT_BOOKING_NOT_ALLOWED,
            Code.EVENT_NOT_ON_SALE,
            Code.SEATS_UNAVAILABLE,
            Code.HOLD_NOT_COMPLETE,
            Code.REQUEST_IN_PROGRESS,
            Code.IDEMPOTENCY_KEY_REUSED,
        },
        example=Example(
            body=BookSeats(event_id="hamlet-2026-03-01", hold_id="1-5nYy3vS0T0mQ2b1c7JkR9w", contact_info=_CONTACT),
            answer=EXAMPLE,
        ),
    ),
    Operation(
        name="listBookings",
        method="GET",
        path="/api/v1/bookings",
        summary="Your bookings, newest first",
        tag="Bookings",
        access=Access.USER,
        handler=list_bookings,
        body=NoBody,
        query=BookingsQuery,
        answer=BookingList,
        refusals=_STORES,
        example=Example(query={"limit": "20"}, answer=BookingList(items=(EXAMPLE,))),
    ),
    Operation(
        name="getBooking",
        method="GET",
        path="/api/v1/bookings/{bookingId}",
        summary="One booking",
        tag="Bookings",
        access=Access.USER,
        handler=get_booking,
        body=NoBody,
        query=NoQuery,
        answer=BookingDocument,
        refusals=_STORES | {Code.NOT_FOUND},
        example=Example(path=_BOOKING_PATH, answer=EXAMPLE),
    ),
    Operation(
        name="cancelBooking",
        method="POST",
        path="/api/v1/bookings/{bookingId}/cancel",
        summary="Cancel a booking, or some of its seats",
        tag="Bookings",
        access=Access.USER,
        handler=cancel_booking,
        body=CancelSeats,
        body_optional=True,
        query=NoQuery,
        answer=BookingDocument,
        refusals=_STORES | {Code.NOT_FOUND, Code.CANCELLATION_CLOSED, Code.TABLE_ONLY_WHOLE, Code.VALIDATION_FAILED},
        example=Example(
            path=_BOOKING_PATH,
            body=CancelSeats(seat_ids=(SeatId("A3"),)),
            answer=msgspec.structs.replace(EXAMPLE, status=BookingStatus.PARTLY_CANCELLED, cancelled_seat_ids=("A3",)),
        ),
    ),
)
