"""Bookings as CSV, one line for each (spreadsheets.py)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

from frontrow.domain.booking import Booking
from frontrow.domain.payment import RefundState
from frontrow.http.fields import time_text
from frontrow.http.v1.spreadsheets import csv_head, csv_lines, major_cell
from frontrow.services.booking_display import BookingShown

COLUMNS = (
    "bookingId",
    "bookedAt",
    "status",
    "name",
    "email",
    "phone",
    "seats",
    "cancelledSeats",
    "tables",
    "total",
    "totalLeft",
    "currency",
    "userId",
    "paymentMethod",
    "transactionId",
    "notes",
    "specialRequests",
    "ticketCode",
    "orderId",
    "refundsOwed",
    "refunded",
)

Show = Callable[[Sequence[Booking]], Awaitable[tuple[BookingShown, ...]]]
"""Bookings with their ticket codes and refunds."""


async def csv_of(pieces: AsyncIterator[tuple[Booking, ...]], show: Show) -> AsyncIterator[bytes]:
    """The whole file, a part for each piece, an empty one for a piece without bookings.

    Sums are in major units. `totalLeft` is what stays paid: without an order, of the seats that still stand; else of
    the order, less what its cancelled seats give back (`refundsOwed`, of which `refunded` has been given). Seats and
    tables are ids with a space between them.
    """
    yield csv_head(COLUMNS)
    async for bookings in pieces:
        yield csv_lines(map(_cells, await show(bookings)))


def _cells(shown: BookingShown) -> Iterable[str]:
    booking = shown.booking
    contact, payment = booking.contact_info, booking.payment_info
    cancelled = set(booking.cancelled_seat_ids)
    owed_minor = sum(refund.amount_minor for refund in shown.refunds)
    refunded_minor = sum(refund.amount_minor for refund in shown.refunds if refund.state is RefundState.DONE)
    if booking.order_id is None:
        left_minor = sum(seat.price_minor for seat in booking.seats if seat.seat_id not in cancelled)
    else:
        left_minor = booking.total_minor - owed_minor
    return (
        booking.booking_id,
        time_text(booking.booked_at_ms),
        booking.status,
        contact.name,
        contact.email,
        contact.phone or "",
        " ".join(booking.seat_ids),
        " ".join(booking.cancelled_seat_ids),
        " ".join(booking.table_ids),
        major_cell(booking.total_minor, booking.currency),
        major_cell(left_minor, booking.currency),
        booking.currency,
        booking.user_id,
        "" if payment is None else payment.method,
        "" if payment is None or payment.transaction_id is None else payment.transaction_id,
        booking.notes or "",
        booking.special_requests or "",
        shown.ticket_code,
        booking.order_id or "",
        major_cell(owed_minor, booking.currency),
        major_cell(refunded_minor, booking.currency),
    )
