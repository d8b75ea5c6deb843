"""The dialects: other systems' interfaces on the same engine, one small module each; none holds a rule of its own."""

from frontrow.http.dialects import bookings, showtimes
from frontrow.http.operation import AnyOperation

OPERATIONS: tuple[AnyOperation, ...] = (*showtimes.OPERATIONS, *bookings.OPERATIONS)
