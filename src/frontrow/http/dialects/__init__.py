"""The dialects: other systems' interfaces on the same engine, one small module each; none holds a rule of its own."""

from frontrow.http.dialects import bookings, holds, orders, seat_booking, showtimes
from frontrow.http.operation import AnyOperation

OPERATIONS: tuple[AnyOperation, ...] = (
    *seat_booking.OPERATIONS,
    *showtimes.OPERATIONS,
    *bookings.OPERATIONS,
    *holds.OPERATIONS,
    *orders.OPERATIONS,
)
