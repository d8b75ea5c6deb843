"""The writes of a sale: the rows of a batch of bookings, an aborted id, a cancelling."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from frontrow.adapters.sql import notices, outbox
from frontrow.adapters.sql.bookings import booking_in
from frontrow.adapters.sql.events import event_id_of
from frontrow.adapters.sql.inserts import Cell, insert_at_once, insert_rows
from frontrow.adapters.sql.keys import key_row
from frontrow.adapters.sql.seats import end_seats
from frontrow.adapters.sql.tables import bookings, idempotency_keys, seat_rows
from frontrow.adapters.sql.tables import outbox as outbox_table
from frontrow.domain.booking import (
    Booking,
    BookingCancelled,
    BookingDraft,
    BookingNotFound,
    BookingStatus,
    CancelOutcome,
    OutboxKind,
    SeatRowState,
    SeatsNotInBooking,
)
from frontrow.domain.ids import BookingId, EventId, SeatId
from frontrow.domain.notice import Notice

_encoder = msgspec.json.Encoder()

_BOOKED = SeatRowState.BOOKED.value
_FINISH = OutboxKind.FINISH.value

_by_id = sa.select(bookings.c.booking_id).where(
    bookings.c.event_id == sa.bindparam("event_id"), bookings.c.booking_id == sa.bindparam("booking_id")
)
_lock_booking = _by_id.with_for_update()
_seats_left = (
    sa.select(sa.func.count())
    .select_from(seat_rows)
    .where(
        seat_rows.c.event_id == sa.bindparam("event_id"),
        seat_rows.c.owner_id == sa.bindparam("booking_id"),
        seat_rows.c.ended_at_ms.is_(None),
    )
)
_status = (
    sa.update(bookings)
    .where(bookings.c.event_id == sa.bindparam("of_event"), bookings.c.booking_id == sa.bindparam("of_booking"))
    .values(status=sa.bindparam("status"))
)


def write_bookings(connection: sa.Connection, drafts: Sequence[BookingDraft], now_ms: int) -> list[int]:
    """Insert every row of these bookings, in one order for all writers so that two batches cannot lock crosswise.

    Returns:
        The id of each booking's outbox row, in the order of `drafts`.
    """
    task_ids = outbox.new_task_ids(now_ms, len(drafts))
    tasks = [_finish_row(draft, task_id, now_ms) for draft, task_id in zip(drafts, task_ids, strict=True)]
    inserts = [(idempotency_keys, _key_rows(drafts)), *booking_rows(drafts), (outbox_table, tasks)]
    insert_at_once(connection, inserts)
    notices.write_notices(connection, [notice for draft in drafts for notice in draft.notices])
    return task_ids


def write_aborted(connection: sa.Connection, draft: BookingDraft) -> None:
    """Spend the booking's id, and with it its idempotency key."""
    insert_rows(connection, idempotency_keys, _key_rows([draft]))
    insert_rows(connection, bookings, [_booking_row(draft, BookingStatus.ABORTED)])


def cancel(
    connection: sa.Connection,
    booking_id: BookingId,
    seat_ids: Sequence[SeatId] | None,
    told: Sequence[Notice],
    now_ms: int,
) -> CancelOutcome:
    """See Ledger.cancel."""
    event_id = event_id_of(connection, booking_id)
    if event_id is None:
        return BookingNotFound()
    lock_booking(connection, event_id, booking_id)
    before = booking_in(connection, event_id, booking_id)
    if before is None:
        return BookingNotFound()
    wanted = set(before.seat_ids if seat_ids is None else seat_ids)
    if unknown := wanted.difference(before.seat_ids):
        return SeatsNotInBooking(tuple(seat_id for seat_id in dict.fromkeys(seat_ids or ()) if seat_id in unknown))
    freed = tuple(
        seat_id for seat_id in before.seat_ids if seat_id in wanted and seat_id not in before.cancelled_seat_ids
    )
    if not freed:
        return BookingCancelled(before, freed=())
    end_seats(connection, event_id, booking_id, freed, now_ms)
    after = _with_cancelled(before, freed)
    _set_status(connection, event_id, booking_id, after.status)
    task = outbox.free_task(
        event_id,
        owner_id=booking_id,
        state=SeatRowState.BOOKED,
        user_id=before.user_id,
        seats=freed,
        now_ms=now_ms,
    )
    insert_rows(connection, outbox_table, [outbox.task_row(task)])
    notices.write_notices(connection, told)
    return BookingCancelled(after, freed, task_ids=(task.task_id,))


def lock_booking(connection: sa.Connection, event_id: EventId, booking_id: BookingId) -> None:
    """Let nobody else give seats of the booking back until this transaction ends: its status is read off its seats."""
    connection.execute(_lock_booking, {"event_id": event_id, "booking_id": booking_id})


def is_spent(connection: sa.Connection, booking: Booking) -> bool:
    """Whether a row stands under the booking's id, be it aborted."""
    found = connection.execute(_by_id, {"event_id": booking.event_id, "booking_id": booking.booking_id})
    return found.first() is not None


def set_status_by_seats(connection: sa.Connection, event_id: EventId, booking_id: BookingId) -> None:
    """Set the status of a booking that seats were given back of: cancelled once none is left. It must be locked."""
    left = connection.scalar(_seats_left, {"event_id": event_id, "booking_id": booking_id})
    status = BookingStatus.PARTLY_CANCELLED if left else BookingStatus.CANCELLED
    _set_status(connection, event_id, booking_id, status)


def _set_status(connection: sa.Connection, event_id: EventId, booking_id: BookingId, status: BookingStatus) -> None:
    connection.execute(_status, {"of_event": event_id, "of_booking": booking_id, "status": status.value})


def _with_cancelled(before: Booking, freed: Sequence[SeatId]) -> Booking:
    gone = {*before.cancelled_seat_ids, *freed}
    return msgspec.structs.replace(
        before,
        status=BookingStatus.CANCELLED if len(gone) == len(before.seats) else BookingStatus.PARTLY_CANCELLED,
        cancelled_seat_ids=tuple(seat_id for seat_id in before.seat_ids if seat_id in gone),
    )


# The cells of each row are in the order of the table's columns (tables.py).


def booking_rows(drafts: Sequence[BookingDraft]) -> list[tuple[sa.Table, list[tuple[Cell, ...]]]]:
    """The rows of these bookings and of their seats, in one order for all writers, as `insert_at_once` takes them; a
    taken id or seat is a conflict."""
    return [
        (bookings, sorted((_booking_row(draft, draft.booking.status) for draft in drafts), key=_id)),
        (seat_rows, sorted((row for draft in drafts for row in _seat_rows(draft)), key=_seat)),
    ]


def _key_rows(drafts: Sequence[BookingDraft]) -> list[tuple[Cell, ...]]:
    rows = (
        key_row(draft.idempotency_key, draft.booking.event_id, draft.booking.booking_id, draft.booking.booked_at_ms)
        for draft in drafts
        if draft.idempotency_key
    )
    return sorted(rows, key=lambda row: row[:3])


def _booking_row(draft: BookingDraft, status: BookingStatus) -> tuple[Cell, ...]:
    booking = draft.booking
    contact = booking.contact_info
    return (
        booking.event_id,
        booking.booking_id,
        booking.user_id,
        status.value,
        draft.fingerprint,
        booking.hold_id,
        _encoder.encode(booking.table_ids).decode(),
        booking.total_minor,
        booking.currency,
        contact.name,
        contact.email,
        contact.phone,
        None if booking.payment_info is None else _encoder.encode(booking.payment_info).decode(),
        booking.notes,
        booking.special_requests,
        booking.booked_at_ms,
        booking.order_id,
    )


def _seat_rows(draft: BookingDraft) -> list[tuple[Cell, ...]]:
    booking = draft.booking
    return [
        (
            booking.event_id,
            booking.booking_id,
            seat.seat_id,
            _BOOKED,
            booking.user_id,
            position,
            seat.category_id,
            seat.price_minor,
            seat.table_id,
            booking.booked_at_ms,
            None,
        )
        for position, seat in enumerate(booking.seats)
    ]


def _finish_row(draft: BookingDraft, task_id: int, now_ms: int) -> tuple[Cell, ...]:
    booking = draft.booking
    return (
        booking.event_id,
        booking.booking_id,
        task_id,
        _FINISH,
        _BOOKED,
        booking.user_id,
        _encoder.encode([seat.seat_id for seat in booking.seats]).decode(),
        _encoder.encode(draft.held).decode(),
        now_ms,
        None,
    )


def _id(row: tuple[Cell, ...]) -> tuple[Cell, Cell]:
    return row[0], row[1]


def _seat(row: tuple[Cell, ...]) -> tuple[Cell, Cell]:
    return row[0], row[2]
