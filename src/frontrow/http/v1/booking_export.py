"""Bookings as CSV (RFC 4180) for spreadsheets: UTF-8 with a byte order mark, one line for each booking.

A spreadsheet takes a cell that begins with one of `=+-@` for a formula, and names and notes are typed by anybody: such
a cell is written with an apostrophe before it, which spreadsheets show as text.
"""

import csv
import io
from collections.abc import AsyncIterator, Iterable

from frontrow.domain.booking import Booking
from frontrow.domain.pricing import currency_exponent, price_major
from frontrow.http.fields import time_text

CSV_MEDIA_TYPE = "text/csv; charset=utf-8"
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
)
_BYTE_ORDER_MARK = "\ufeff"
_BEGINS_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""The last four are the full-width forms of the first."""


async def csv_of(pieces: AsyncIterator[tuple[Booking, ...]]) -> AsyncIterator[bytes]:
    """The whole file, a part for each piece, an empty one for a piece without bookings. `total` and `totalLeft` (of the
    seats that still stand) are in major units; seats and tables are ids with a space between them."""
    yield _lines([COLUMNS], before=_BYTE_ORDER_MARK)
    async for bookings in pieces:
        yield _lines(map(_cells, bookings))


def guarded(cell: str) -> str:
    """The cell as it can be opened by a spreadsheet without being run."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_BEGINS_FORMULA) else cell


def _cells(booking: Booking) -> Iterable[str]:
    contact, payment = booking.contact_info, booking.payment_info
    cancelled = set(booking.cancelled_seat_ids)
    left_minor = sum(seat.price_minor for seat in booking.seats if seat.seat_id not in cancelled)
    exponent = currency_exponent(booking.currency) or 0
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
        f"{price_major(booking.total_minor, exponent):f}",
        f"{price_major(left_minor, exponent):f}",
        booking.currency,
        booking.user_id,
        "" if payment is None else payment.method,
        "" if payment is None or payment.transaction_id is None else payment.transaction_id,
        booking.notes or "",
        booking.special_requests or "",
    )


def _lines(rows: Iterable[Iterable[str]], before: str = "") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([guarded(cell) for cell in row] for row in rows)
    return (before + text.getvalue()).encode()
