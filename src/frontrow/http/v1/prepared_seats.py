"""Seats encoded ahead: everything about a seat but its state, once for each event it is sold in."""

import hashlib

import msgspec

from frontrow.domain.event import Event
from frontrow.domain.layout import Point
from frontrow.domain.layout_index import LayoutIndex
from frontrow.http.fields import Money
from frontrow.http.per_sale import PerSale
from frontrow.services.catalog import Sale


class PlacedSeat(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A seat where it stands, at its price in this event."""

    seat_id: str
    position: Point
    category_id: str
    row_label: str
    seat_number: int | str
    price: Money
    section_id: str | None = None
    table_id: str | None = None
    accessible: bool = False
    companion: bool = False
    restricted_view: bool = False


class PreparedSeats:
    """One event's seats encoded up to their state; each seat when it is first asked for, in about 250 bytes."""

    def __init__(self, sale: Sale) -> None:
        self.event: Event = sale.event
        self.layout: LayoutIndex = sale.layout
        self.revision = hashlib.sha256(msgspec.json.encode(sale.event)).hexdigest()[:12]
        self._texts: list[bytes | None] = [None] * len(sale.layout.seat_ids)

    def text(self, index: int) -> bytes:
        """The seat's JSON object without its closing brace."""
        text = self._texts[index]
        if text is None:
            seat, event = self.layout.layout.seats[index], self.event
            placed = PlacedSeat(
                seat_id=seat.id,
                position=seat.position,
                category_id=seat.category_id,
                row_label=seat.row_label,
                seat_number=seat.seat_number,
                price=Money(amount_minor=event.prices[seat.category_id], currency=event.currency),
                section_id=seat.section_id,
                table_id=seat.table_id,
                accessible=seat.accessible,
                companion=seat.companion,
                restricted_view=seat.restricted_view,
            )
            text = self._texts[index] = msgspec.json.encode(placed)[:-1]
        return text


prepared_seats = PerSale(PreparedSeats).of
"""The event's seats, encoded anew where its prices or its drawing changed since."""
