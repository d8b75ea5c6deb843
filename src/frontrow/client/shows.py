"""Seats of a show by name, for programs that know shows and seats and no holds: reserve, release, look.

A show is an event; a reservation is a hold of ten minutes. When a payment fails or a page is closed, nothing needs to
be done: the reservation runs out by itself.

Source: seeds/001 (sections 2 to 4): its calls, its ten minutes, and what its cache keys hold.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from frontrow.client.answers import Money, SeatHold, SeatState
from frontrow.client.errors import AlreadyTaken, HoldNotFound, SeatsUnavailable
from frontrow.client.exchange import Flow
from frontrow.client.holding import get_seat_hold, hold_seats, list_holds, release_hold_seats
from frontrow.client.layouts import Layout
from frontrow.client.reading import get_event, get_layout, list_seats

RESERVATION_MINUTES = 10


class Reservation(msgspec.Struct, frozen=True, kw_only=True):
    """Seats reserved for the caller until `expires_at`. `reservation_id` is the id of the hold, to be booked with."""

    reservation_id: str
    show_id: str
    seat_ids: tuple[str, ...]
    expires_at: datetime
    total: Money


def reserve_seats(show_id: str, seat_ids: Sequence[str], *, idempotency_key: str | None = None) -> Flow[Reservation]:
    """Reserve seats for ten minutes: every one of them, or none.

    Book them in that time with `book_seats(show_id, contact, hold_id=reservation.reservation_id)`.

    Args:
        seat_ids: 1 to 50.
        idempotency_key: as in `hold_seats`.

    Raises:
        AlreadyTaken: naming every seat that is taken. None is reserved.
        And the rest of what `hold_seats` raises.
    """
    try:
        hold = yield from hold_seats(
            show_id, seat_ids, duration_minutes=RESERVATION_MINUTES, idempotency_key=idempotency_key
        )
    except SeatsUnavailable as error:
        raise AlreadyTaken(
            error.problem,
            retry_after_s=error.retry_after_s,
            may_have_happened=error.may_have_happened,
            idempotency_key=error.idempotency_key,
        ) from None
    return Reservation(
        reservation_id=hold.hold_id,
        show_id=hold.event_id,
        seat_ids=hold.seat_ids,
        expires_at=hold.expires_at,
        total=hold.total,
    )


def release_seats(show_id: str, seat_ids: Sequence[str] | None = None) -> Flow[tuple[str, ...]]:
    """Give back these seats of the show, or (None) all that you have reserved in it.

    Seats that are not reserved by you (any more) stay as they are, so that this may be repeated.

    Returns:
        The seats given back, reservation by reservation.

    Raises:
        InvalidRequest: part of a table that is only taken whole.
        RequestInProgress: they are being booked.
    """
    released: list[str] = []
    for hold in (yield from list_holds()):
        mine = [seat_id for seat_id in hold.seat_ids if seat_ids is None or seat_id in seat_ids]
        if hold.event_id == show_id and mine:
            released += yield from _release_what_is_left(show_id, hold.hold_id, mine)
    return tuple(released)


def _release_what_is_left(show_id: str, hold_id: str, seat_ids: list[str]) -> Flow[tuple[str, ...]]:
    while seat_ids:
        try:
            return (yield from release_hold_seats(show_id, hold_id, seat_ids)).seat_ids
        except HoldNotFound:
            break
        except SeatsUnavailable as error:
            # Some ran out, or were taken into a newer hold, after we looked.
            left = [seat_id for seat_id in seat_ids if seat_id not in error.seat_ids]
            if len(left) == len(seat_ids):
                raise
            seat_ids = left
    return ()


def seat_layout(show_id: str) -> Flow[Layout]:
    """The full grid: every seat of the show with its row, number and place, to be drawn.

    Raises:
        NotFound: there is no such show.
    """
    event = yield from get_event(show_id)
    return (yield from get_layout(event.layout_id, event.layout_version))


def available_seats(show_id: str) -> Flow[tuple[str, ...]]:
    """The ids of the seats that can be reserved now, in layout order.

    Raises:
        NotFound: there is no such show.
    """
    return _seats_that_are(show_id, SeatState.AVAILABLE)


def reserved_seats(show_id: str) -> Flow[tuple[str, ...]]:
    """The ids of the seats that somebody has reserved and not yet booked, in layout order.

    Raises:
        NotFound: there is no such show.
    """
    return _seats_that_are(show_id, SeatState.HELD)


def _seats_that_are(show_id: str, state: SeatState) -> Flow[tuple[str, ...]]:
    return tuple(seat.seat_id for seat in (yield from list_seats(show_id, state=state)).seats)


def seat_reservation(show_id: str, seat_id: str) -> Flow[SeatHold | None]:
    """Who has reserved a seat and when, to that user or an admin.

    Returns:
        None where nobody has, and where it is somebody else.

    Raises:
        NotFound: there is no such show.
    """
    try:
        return (yield from get_seat_hold(show_id, seat_id))
    except HoldNotFound:
        return None
