"""What an event's figures are made of: its live rows in columns, each column one text that the database puts together.

One statement sees one moment in every database, whatever its isolation. Nothing is sorted or handed over row by row:
on the thread that also writes bookings, 50,000 rows cost a third of what they cost grouped, and a seventh of what
they cost as one value each. An index with all these columns would halve that, and every booking would write to it.
"""

from typing import NamedTuple, cast

import sqlalchemy as sa

from frontrow.adapters.sql.tables import seat_rows
from frontrow.domain.booking import SeatRowState, TakenSeats
from frontrow.domain.ids import BookingId, EventId, SeatId

_SEPARATOR = ","
"""In no id: see domain/ids.py."""


class TakenColumns(NamedTuple):
    """The columns of TakenSeats, each a text or, where it is empty, None."""

    booked: str | None
    booking_ids: str | None
    prices_minor: str | None
    booked_at_ms: str | None
    claimed: str | None
    blocked: str | None


def _joined(column: sa.ColumnElement[str], state: SeatRowState) -> sa.ColumnElement[str]:
    return sa.func.aggregate_strings(column, _SEPARATOR).filter(seat_rows.c.state == state.value)


# The aggregates of one statement are given its rows in one order: the n-th entries belong together.
_taken = sa.select(
    _joined(seat_rows.c.seat_id, SeatRowState.BOOKED),
    _joined(seat_rows.c.owner_id, SeatRowState.BOOKED),
    _joined(sa.cast(seat_rows.c.price_minor, sa.Text), SeatRowState.BOOKED),
    _joined(sa.cast(seat_rows.c.created_at_ms, sa.Text), SeatRowState.BOOKED),
    _joined(seat_rows.c.seat_id, SeatRowState.CLAIMED),
    _joined(seat_rows.c.seat_id, SeatRowState.BLOCKED),
).where(seat_rows.c.event_id == sa.bindparam("event_id"), seat_rows.c.ended_at_ms.is_(None))


def taken_columns(connection: sa.Connection, event_id: EventId) -> TakenColumns:
    """The live rows, as the database puts them together."""
    return TakenColumns(*connection.execute(_taken, {"event_id": event_id}).one())


def taken_seats(columns: TakenColumns) -> TakenSeats:
    """See Ledger.taken_seats."""
    return TakenSeats(
        booked=cast(tuple[SeatId, ...], _entries(columns.booked)),
        booking_ids=cast(tuple[BookingId, ...], _entries(columns.booking_ids)),
        prices_minor=tuple(map(int, _entries(columns.prices_minor))),
        booked_at_ms=tuple(map(int, _entries(columns.booked_at_ms))),
        claimed=cast(tuple[SeatId, ...], _entries(columns.claimed)),
        blocked=cast(tuple[SeatId, ...], _entries(columns.blocked)),
    )


def _entries(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(text.split(_SEPARATOR))
