"""The state machine of one event's seats, in plain Python: the executable specification of the store's scripts."""

from frontrow.domain.seat_states import Sale, SeatMapSnapshot, SeatState, SeatStates

__all__ = ["Sale", "SeatMap", "SeatMapSnapshot", "SeatState"]


class SeatMap(SeatStates):
    """One event's seats: fed by `apply`, the view a process reads from.

    A map that is only read costs nothing for the records of holds and bookings.
    """

    __slots__ = ()
