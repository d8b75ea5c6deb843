"""Version 1 of the API: the table of its operations."""

from frontrow.http.operation import AnyOperation
from frontrow.http.v1 import (
    blocks,
    bookings,
    changes,
    demand,
    demo_payments,
    event_admin,
    event_bookings,
    events,
    found_bookings,
    guest_tokens,
    holds,
    layouts,
    recent_changes,
    seat_holds,
    seat_states,
    seats,
    stats,
    suggestions,
)

OPERATIONS: tuple[AnyOperation, ...] = (
    *events.OPERATIONS,
    *layouts.OPERATIONS,
    *seats.OPERATIONS,
    *seat_states.OPERATIONS,
    *changes.OPERATIONS,
    *suggestions.OPERATIONS,
    *holds.OPERATIONS,
    *seat_holds.OPERATIONS,
    *bookings.OPERATIONS,
    *found_bookings.OPERATIONS,
    *guest_tokens.OPERATIONS,
    *event_admin.OPERATIONS,
    *blocks.OPERATIONS,
    *stats.OPERATIONS,
    *event_bookings.OPERATIONS,
    *demand.OPERATIONS,
    *recent_changes.OPERATIONS,
    *demo_payments.OPERATIONS,
)
