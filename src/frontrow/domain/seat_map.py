"""The state machine of one event's seats, in plain Python: the executable specification of the store's scripts."""

from frontrow.domain.booking_operations import BookingOperations
from frontrow.domain.hold_operations import HoldOperations
from frontrow.domain.seat_states import Sale, SeatMapSnapshot, SeatState

__all__ = ["Sale", "SeatMap", "SeatMapSnapshot", "SeatState"]


class SeatMap(HoldOperations, BookingOperations):
    """All there is to know of one event's seats.

    It has two users. Driven by its operations, each of which is given the time and returns the very outcome the store
    must return, it is what the scripts are tested against. Made `from_snapshot` and fed by `apply`, it is the view a
    process reads from; then it knows states only, and its empty records cost about a kilobyte.

    Not thread-safe. Source: docs/data-model.md, docs/architecture.md.
    """

    __slots__ = ()
