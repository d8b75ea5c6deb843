"""Seat rows: who has which seat of an event now, and who had it."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from frontrow.adapters.sql.tables import bookings, seat_rows
from frontrow.domain.booking import BookedSeat, BookingStatus, EndedSeat, LedgerSeat, SeatRowState
from frontrow.domain.ids import EventId, SeatId, UserId

IDS_PER_STATEMENT_MAX = 1000
"""Ids in one IN list: whole venues are asked for in parts, well under any database's parameter bound."""

SEATS_PER_STATEMENT_MAX = 2_000
"""Rows of a whole venue that are made seats of at a time: where an event loop waits for the database, it has its turn
after some milliseconds."""

T = TypeVar("T")

_live = sa.select(
    seat_rows.c.seat_id, seat_rows.c.state, seat_rows.c.owner_id, seat_rows.c.user_id, seat_rows.c.price_minor
).where(seat_rows.c.event_id == sa.bindparam("event_id"), seat_rows.c.ended_at_ms.is_(None))
_live_page = (
    _live.where(seat_rows.c.seat_id > sa.bindparam("after")).order_by(seat_rows.c.seat_id).limit(sa.bindparam("limit"))
)
_live_among = _live.where(seat_rows.c.seat_id.in_(sa.bindparam("seat_ids", expanding=True)))
_booked = sa.select(seat_rows.c.seat_id, seat_rows.c.user_id, seat_rows.c.created_at_ms, seat_rows.c.price_minor).where(
    seat_rows.c.event_id == sa.bindparam("event_id"),
    seat_rows.c.ended_at_ms.is_(None),
    seat_rows.c.state == SeatRowState.BOOKED.value,
)
_booked_among = _booked.where(seat_rows.c.seat_id.in_(sa.bindparam("seat_ids", expanding=True)))
# By the user's bookings, which are few: seat rows have no index by user, and every booking would write to it. Two
# statements, and the first names no event: joined, the database looks through all seats or bookings of the event.
_bookings_of = (
    sa.select(bookings.c.event_id, bookings.c.booking_id)
    .where(
        bookings.c.user_id == sa.bindparam("user_id"),
        bookings.c.status.in_([BookingStatus.BOOKED.value, BookingStatus.PARTLY_CANCELLED.value]),
    )
    .order_by(bookings.c.booked_at_ms, bookings.c.booking_id)
)
_booked_by = _booked.where(seat_rows.c.owner_id == sa.bindparam("owner_id")).order_by(seat_rows.c.position)
_states_of = (
    sa.select(seat_rows.c.owner_id, sa.func.min(seat_rows.c.state).label("state"))
    .where(
        seat_rows.c.event_id == sa.bindparam("event_id"),
        seat_rows.c.owner_id.in_(sa.bindparam("owner_ids", expanding=True)),
    )
    .group_by(seat_rows.c.owner_id)
)
_ended_of = sa.select(seat_rows.c.seat_id, seat_rows.c.owner_id).where(
    seat_rows.c.event_id == sa.bindparam("event_id"),
    seat_rows.c.owner_id.in_(sa.bindparam("owner_ids", expanding=True)),
    seat_rows.c.ended_at_ms.is_not(None),
)
_end = (
    sa.update(seat_rows)
    .where(
        seat_rows.c.event_id == sa.bindparam("of_event"),
        seat_rows.c.owner_id == sa.bindparam("of_owner"),
        seat_rows.c.seat_id.in_(sa.bindparam("seat_ids", expanding=True)),
        seat_rows.c.ended_at_ms.is_(None),
    )
    .values(ended_at_ms=sa.bindparam("now_ms"))
)


def in_parts(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    """`ids` in pieces that fit one statement."""
    for start in range(0, len(ids), IDS_PER_STATEMENT_MAX):
        yield ids[start : start + IDS_PER_STATEMENT_MAX]


def live_seats(connection: sa.Connection, event_id: EventId, seat_ids: Sequence[SeatId] | None) -> list[LedgerSeat]:
    """See Ledger.live_seats. In the order asked, or by seat id when all are asked for."""
    if seat_ids is None:
        return list(_all_live_seats(connection, event_id))
    found: dict[SeatId, LedgerSeat] = {}
    for part in in_parts(seat_ids):
        for row in connection.execute(_live_among, {"event_id": event_id, "seat_ids": part}):
            found[row.seat_id] = _seat(row)
    return [found[seat_id] for seat_id in dict.fromkeys(seat_ids) if seat_id in found]


def _all_live_seats(connection: sa.Connection, event_id: EventId) -> Iterator[LedgerSeat]:
    after = ""
    while True:
        values = {"event_id": event_id, "after": after, "limit": SEATS_PER_STATEMENT_MAX}
        rows = connection.execute(_live_page, values).all()
        for row in rows:
            yield _seat(row)
        if len(rows) < SEATS_PER_STATEMENT_MAX:
            return
        after = rows[-1].seat_id


def booked_seats(connection: sa.Connection, event_id: EventId, seat_ids: Sequence[SeatId]) -> list[BookedSeat]:
    """See Ledger.booked_seats."""
    found: dict[SeatId, BookedSeat] = {}
    for part in in_parts(seat_ids):
        for row in connection.execute(_booked_among, {"event_id": event_id, "seat_ids": part}):
            found[row.seat_id] = BookedSeat(*row)
    return [found[seat_id] for seat_id in dict.fromkeys(seat_ids) if seat_id in found]


def booked_seats_of(connection: sa.Connection, event_id: EventId, user_id: UserId) -> list[BookedSeat]:
    """See Ledger.booked_seats_of."""
    owners = [
        row.booking_id for row in connection.execute(_bookings_of, {"user_id": user_id}) if row.event_id == event_id
    ]
    return [
        BookedSeat(*row)
        for owner_id in owners
        for row in connection.execute(_booked_by, {"event_id": event_id, "owner_id": owner_id})
    ]


def ended_rows(connection: sa.Connection, event_id: EventId, pairs: Sequence[EndedSeat]) -> set[EndedSeat]:
    """See Ledger.ended_rows."""
    owner_ids = list(dict.fromkeys(pair.owner_id for pair in pairs))
    ended = {
        EndedSeat(row.seat_id, row.owner_id)
        for part in in_parts(owner_ids)
        for row in connection.execute(_ended_of, {"event_id": event_id, "owner_ids": part})
    }
    return ended.intersection(pairs)


def end_seats(
    connection: sa.Connection, event_id: EventId, owner_id: str, seat_ids: Sequence[SeatId], now_ms: int
) -> int:
    """End the owner's live rows among these seats; how many there were."""
    return sum(
        connection.execute(
            _end, {"of_event": event_id, "of_owner": owner_id, "seat_ids": part, "now_ms": now_ms}
        ).rowcount
        for part in in_parts(seat_ids)
    )


def states_of_owners(connection: sa.Connection, event_id: EventId, owner_ids: Sequence[str]) -> dict[str, SeatRowState]:
    """See Ledger.states_of_owners."""
    return {
        row.owner_id: SeatRowState(row.state)
        for part in in_parts(list(dict.fromkeys(owner_ids)))
        for row in connection.execute(_states_of, {"event_id": event_id, "owner_ids": part})
    }


def _seat(row: sa.Row[*tuple[Any, ...]]) -> LedgerSeat:
    return LedgerSeat(
        seat_id=row.seat_id,
        state=SeatRowState(row.state),
        owner_id=row.owner_id,
        user_id=row.user_id,
        price_minor=row.price_minor,
    )
