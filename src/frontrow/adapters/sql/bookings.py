"""Bookings as the ledger has them, and what stands where one was to be written."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from frontrow.adapters.sql.events import event_id_of
from frontrow.adapters.sql.seats import in_parts, live_seats
from frontrow.adapters.sql.tables import bookings, idempotency_keys, seat_rows
from frontrow.domain.booking import (
    Booking,
    BookingContact,
    BookingDraft,
    BookingIdSpent,
    BookingKeyReused,
    BookingStatus,
    BookingWritten,
    BookOutcome,
    ContactInfo,
    IdempotencyKey,
    PaymentInfo,
    SeatConflict,
    SoldSeat,
)
from frontrow.domain.ids import BookingId, EventId, HoldId, SeatId, TableId, UserId

_table_ids_decoder = msgspec.json.Decoder(tuple[TableId, ...])
_payment_decoder = msgspec.json.Decoder(PaymentInfo)

_ABORTED = BookingStatus.ABORTED.value

_by_id = sa.select(bookings).where(
    bookings.c.event_id == sa.bindparam("event_id"), bookings.c.booking_id == sa.bindparam("booking_id")
)
_by_user = (
    sa.select(bookings)
    .where(bookings.c.user_id == sa.bindparam("user_id"), bookings.c.status != _ABORTED)
    .order_by(bookings.c.booked_at_ms.desc(), bookings.c.booking_id.desc())
)
_is_before = sa.tuple_(bookings.c.booked_at_ms, bookings.c.booking_id) < sa.tuple_(
    sa.bindparam("before_ms", type_=sa.BigInteger), sa.bindparam("before_id", type_=sa.Text)
)
_page_of_user = _by_user.limit(sa.bindparam("limit"))
_next_page_of_user = _page_of_user.where(_is_before)
_of_event = (
    sa.select(bookings)
    .where(bookings.c.event_id == sa.bindparam("event_id"), bookings.c.status != _ABORTED)
    .order_by(bookings.c.booked_at_ms.desc(), bookings.c.booking_id.desc())
    .limit(sa.bindparam("limit"))
)
_contacts_of_event = _of_event.with_only_columns(
    bookings.c.booking_id, bookings.c.booked_at_ms, bookings.c.contact_name, bookings.c.contact_email
)
_among = sa.select(bookings).where(
    bookings.c.event_id == sa.bindparam("event_id"),
    bookings.c.booking_id.in_(sa.bindparam("booking_ids", expanding=True)),
    bookings.c.status != _ABORTED,
)
# By the user's index, not one of its own: a user has few bookings, and every booking would write to that index. The
# event is not named, or the database might look through all its bookings; a hold's id is of one event anyway.
_by_hold = _by_user.where(bookings.c.hold_id == sa.bindparam("hold_id")).limit(1)
_of_email = (
    sa.select(bookings)
    .where(
        sa.func.lower(bookings.c.contact_email) == sa.func.lower(sa.bindparam("email", type_=sa.Text)),
        bookings.c.booking_id > sa.bindparam("after"),
        bookings.c.status != _ABORTED,
    )
    .order_by(bookings.c.booking_id)
    .limit(sa.bindparam("limit"))
)
_seats_of = (
    sa.select(seat_rows)
    .where(
        seat_rows.c.event_id == sa.bindparam("event_id"),
        seat_rows.c.owner_id.in_(sa.bindparam("owner_ids", expanding=True)),
    )
    .order_by(seat_rows.c.owner_id, seat_rows.c.position)
)
_by_key = sa.select(idempotency_keys).where(
    idempotency_keys.c.user_id == sa.bindparam("user_id"),
    idempotency_keys.c.route == sa.bindparam("route"),
    idempotency_keys.c.key == sa.bindparam("key"),
)


def booking(connection: sa.Connection, booking_id: BookingId) -> Booking | None:
    """See Ledger.booking."""
    event_id = event_id_of(connection, booking_id)
    return None if event_id is None else booking_in(connection, event_id, booking_id)


def booking_in(connection: sa.Connection, event_id: EventId, booking_id: BookingId) -> Booking | None:
    """The same, where the event is known."""
    row = connection.execute(_by_id, {"event_id": event_id, "booking_id": booking_id}).one_or_none()
    return None if row is None or row.status == _ABORTED else _loaded(connection, [row])[0]


def fingerprint_of(connection: sa.Connection, booking_id: BookingId) -> str | None:
    """See Ledger.booking_fingerprint."""
    event_id = event_id_of(connection, booking_id)
    if event_id is None:
        return None
    row = connection.execute(_by_id, {"event_id": event_id, "booking_id": booking_id}).one_or_none()
    return None if row is None else str(row.fingerprint)


def bookings_of(
    connection: sa.Connection, user_id: UserId, *, before: tuple[int, BookingId] | None, limit: int
) -> list[Booking]:
    """See Ledger.bookings_of."""
    if before is None:
        rows = connection.execute(_page_of_user, {"user_id": user_id, "limit": limit})
    else:
        values = {"user_id": user_id, "limit": limit, "before_ms": before[0], "before_id": before[1]}
        rows = connection.execute(_next_page_of_user, values)
    return _loaded(connection, rows.all())


def bookings_in(
    connection: sa.Connection, event_id: EventId, *, before: tuple[int, BookingId] | None, limit: int
) -> list[Booking]:
    """See Ledger.bookings_in."""
    return _loaded(connection, _page(connection, _of_event, event_id, before, limit))


def booking_contacts(
    connection: sa.Connection, event_id: EventId, *, before: tuple[int, BookingId] | None, limit: int
) -> list[BookingContact]:
    """See Ledger.booking_contacts."""
    return [BookingContact(*row) for row in _page(connection, _contacts_of_event, event_id, before, limit)]


def bookings_among(connection: sa.Connection, event_id: EventId, booking_ids: Sequence[BookingId]) -> list[Booking]:
    """See Ledger.bookings_among."""
    found = {
        row.booking_id: row
        for part in in_parts(booking_ids)
        for row in connection.execute(_among, {"event_id": event_id, "booking_ids": part})
    }
    return _loaded(connection, [found[it] for it in dict.fromkeys(booking_ids) if it in found])


def bookings_by_email(connection: sa.Connection, email: str, *, after: BookingId | None, limit: int) -> list[Booking]:
    """See OrderLedger.bookings_by_email. An empty address is nobody's."""
    if not email:
        return []
    values = {"email": email, "after": after or "", "limit": limit}
    return _loaded(connection, connection.execute(_of_email, values).all())


def booking_of_seats(
    connection: sa.Connection, event_id: EventId, user_id: UserId, seat_ids: Sequence[SeatId]
) -> Booking | None:
    """See Ledger.booking_of_seats."""
    live = live_seats(connection, event_id, seat_ids)
    owners = {seat.owner_id for seat in live}
    if len(owners) != 1:
        return None
    found = booking_in(connection, event_id, BookingId(owners.pop()))
    if found is None or found.user_id != user_id:
        return None
    return found if set(found.seat_ids).difference(found.cancelled_seat_ids) == set(seat_ids) else None


def booking_of_hold(connection: sa.Connection, event_id: EventId, user_id: UserId, hold_id: HoldId) -> Booking | None:
    """See Ledger.booking_of_hold."""
    row = connection.execute(_by_hold, {"user_id": user_id, "hold_id": hold_id}).one_or_none()
    return None if row is None or row.event_id != event_id else _loaded(connection, [row])[0]


def answer_to(connection: sa.Connection, key: IdempotencyKey) -> BookOutcome | None:
    """See Ledger.replay."""
    row = connection.execute(_by_key, {"user_id": key.user_id, "route": key.route, "key": key.key}).one_or_none()
    if row is None:
        return None
    if row.fingerprint != key.fingerprint:
        return BookingKeyReused()
    found = booking_in(connection, row.event_id, row.made_id)
    return BookingIdSpent() if found is None else BookingWritten(found, replayed=True)


def standing(connection: sa.Connection, draft: BookingDraft) -> BookOutcome | None:
    """What stands where `draft` was to be written: its own rows first, then its key's, then its seats'.

    None where nothing does (any more): it can be written again.
    """
    wanted = draft.booking
    row = connection.execute(_by_id, {"event_id": wanted.event_id, "booking_id": wanted.booking_id}).one_or_none()
    if row is not None:
        if row.fingerprint != draft.fingerprint:
            return BookingKeyReused()
        if row.status == _ABORTED:
            return BookingIdSpent()
        return BookingWritten(_loaded(connection, [row])[0], replayed=True)
    if draft.idempotency_key is not None and (answer := answer_to(connection, draft.idempotency_key)) is not None:
        return answer
    taken = live_seats(connection, wanted.event_id, wanted.seat_ids)
    return SeatConflict(tuple(taken)) if taken else None


def _page(
    connection: sa.Connection,
    page: sa.Select[*tuple[Any, ...]],
    event_id: EventId,
    before: tuple[int, BookingId] | None,
    limit: int,
) -> Sequence[sa.Row[*tuple[Any, ...]]]:
    values: dict[str, object] = {"event_id": event_id, "limit": limit}
    if before is None:
        return connection.execute(page, values).all()
    values |= {"before_ms": before[0], "before_id": before[1]}
    return connection.execute(page.where(_is_before), values).all()


def _loaded(connection: sa.Connection, rows: Sequence[sa.Row[*tuple[Any, ...]]]) -> list[Booking]:
    """The bookings of these rows with their seats, in the rows' order."""
    ids_of_event: dict[EventId, list[BookingId]] = defaultdict(list)
    for row in rows:
        ids_of_event[row.event_id].append(row.booking_id)
    seats: dict[BookingId, list[SoldSeat]] = defaultdict(list)
    cancelled: dict[BookingId, list[SeatId]] = defaultdict(list)
    for event_id, booking_ids in ids_of_event.items():
        for part in in_parts(booking_ids):
            for seat in connection.execute(_seats_of, {"event_id": event_id, "owner_ids": part}):
                seats[seat.owner_id].append(SoldSeat(seat.seat_id, seat.category_id, seat.price_minor, seat.table_id))
                if seat.ended_at_ms is not None:
                    cancelled[seat.owner_id].append(seat.seat_id)
    return [_booking(row, seats[row.booking_id], cancelled[row.booking_id]) for row in rows]


def _booking(row: sa.Row[*tuple[Any, ...]], seats: Sequence[SoldSeat], cancelled: Sequence[SeatId]) -> Booking:
    return Booking(
        booking_id=row.booking_id,
        event_id=row.event_id,
        user_id=row.user_id,
        seats=tuple(seats),
        table_ids=_table_ids_decoder.decode(row.table_ids),
        total_minor=row.total_minor,
        currency=row.currency,
        status=BookingStatus(row.status),
        contact_info=ContactInfo(row.contact_name, row.contact_email, row.contact_phone),
        booked_at_ms=row.booked_at_ms,
        hold_id=row.hold_id,
        payment_info=None if row.payment_info is None else _payment_decoder.decode(row.payment_info),
        notes=row.notes,
        special_requests=row.special_requests,
        cancelled_seat_ids=tuple(cancelled),
        order_id=row.order_id,
    )
