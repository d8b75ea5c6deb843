"""What a notice says, put together when it is sent: of the ledger's present state, in words that every channel shares.

Times are milliseconds since 1970 in UTC, money is in minor units.
"""

import msgspec

from frontrow.domain.booking import Booking
from frontrow.domain.event import Event
from frontrow.domain.ids import SeatId
from frontrow.domain.layout_index import LayoutIndex
from frontrow.domain.notice import Notice
from frontrow.domain.order import Order
from frontrow.domain.payment import Refund

ROW_LABEL_MAX = 3
"""A longer row label is a name of its own, as a box has."""


class SeatPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a seat is, in the labels of the drawing; of a seat that a newer drawing has dropped only the id is known.

    `row` is empty where the drawing names none.
    """

    seat_id: SeatId
    section: str | None = None
    row: str = ""
    number: str = ""
    table: str | None = None


class NoticeContent(msgspec.Struct, frozen=True, kw_only=True):
    """A notice, and everything its text is made of.

    `seats` are those it tells of, in layout order: sold and not given back, given back, refunded or run out. A booking
    comes with the ticket's code and with its order where one paid for it, a refund with its order, the gateway it was
    paid through, and the code of the ticket where there was a booking.
    `url` is where the customer finds the booking, where this server's public address is known.
    """

    notice: Notice
    event: Event
    venue: str
    seats: tuple[SeatPlace, ...]
    booking: Booking | None = None
    ticket_code: str | None = None
    order: Order | None = None
    refund: Refund | None = None
    refunded_through: str | None = None
    url: str | None = None


def place_of(layout: LayoutIndex, seat_id: SeatId) -> SeatPlace:
    """Where the seat is on this drawing."""
    if seat_id not in layout.index_of:
        return SeatPlace(seat_id=seat_id)
    seat = layout.seat(seat_id)
    section = None if seat.section_id is None else layout.sections[seat.section_id].name
    table = None if seat.table_id is None else _table_name(layout, seat.table_id)
    return SeatPlace(seat_id=seat_id, section=section, row=seat.row_label, number=str(seat.seat_number), table=table)


def place_label(place: SeatPlace) -> str:
    """A seat by its labels, in English: `Stalls · Row G, Seat 21`; by its id where the drawing has it no more."""
    if not place.number:
        return place.seat_id
    where = place.row
    if place.table is not None:
        where = place.table if "table" in place.table.lower() else f"Table {place.table}"
    elif 0 < len(place.row) <= ROW_LABEL_MAX:
        where = f"Row {place.row}"
    spot = f"{where}, Seat {place.number}" if where else f"Seat {place.number}"
    return f"{place.section} · {spot}" if place.section and place.section != place.row else spot


def _table_name(layout: LayoutIndex, table_id: str) -> str:
    return next((item.lbl for item in layout.layout.items if item.id == table_id and item.lbl), table_id)
