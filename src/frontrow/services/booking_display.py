"""Bookings with what belongs to them but stands elsewhere: their ticket codes, and what goes back of their price."""

from collections.abc import Callable, Sequence

import msgspec

from frontrow.domain.booking import Booking
from frontrow.domain.ids import BookingId
from frontrow.domain.payment import Refund, RefundReason
from frontrow.ports.order_ledger import OrderLedger

_OF_SEATS = frozenset({RefundReason.SEATS_CANCELLED, RefundReason.EVENT_CANCELLED})


class BookingShown(msgspec.Struct, frozen=True):
    """A booking, what the door asks for, and what goes back for its cancelled seats, first one first."""

    booking: Booking
    ticket_code: str
    refunds: tuple[Refund, ...] = ()


class BookingDisplay:
    """Shows bookings. May raise LedgerUnavailable."""

    def __init__(self, *, orders: OrderLedger, ticket_code: Callable[[BookingId], str]) -> None:
        self._orders = orders
        self._ticket_code = ticket_code

    async def show(self, booking: Booking) -> BookingShown:
        """The booking; the ledger is only asked where an order paid for it and seats of it were cancelled."""
        refunds: tuple[Refund, ...] = ()
        if booking.order_id is not None and booking.cancelled_seat_ids:
            found = await self._orders.refunds_of(booking.order_id)
            refunds = tuple(refund for refund in found if refund.reason in _OF_SEATS)
        return BookingShown(booking, self._ticket_code(booking.booking_id), refunds)

    async def show_all(self, bookings: Sequence[Booking]) -> tuple[BookingShown, ...]:
        """Each of a page of bookings."""
        return tuple([await self.show(booking) for booking in bookings])
