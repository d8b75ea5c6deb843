"""A booking as it is wished for: the checked request, and what it would write."""

import msgspec

from frontrow.domain.booking import Booking, BookingStatus, IdempotencyKey
from frontrow.domain.hold import BookingBegun
from frontrow.domain.ids import BookingId, EventId, SeatId, TableId, UserId
from frontrow.domain.pricing import sold_seats
from frontrow.domain.selection import UnknownSeats
from frontrow.services.booking_ids import BookingIds
from frontrow.services.catalog import Sale
from frontrow.services.outcomes import BookRequest


class Wish(msgspec.Struct, frozen=True):
    """A checked request. By hold (`request.hold_id`) `table_ids` are empty, and `seat_ids` too, or exactly the seats
    that the hold must have when it is booked.

    `owner` is whose hold it is; `fingerprint` that of the body, or of what is booked where there is no key.
    """

    sale: Sale
    owner: UserId
    request: BookRequest
    seat_ids: tuple[SeatId, ...]
    table_ids: tuple[TableId, ...]
    key: IdempotencyKey | None
    fingerprint: str

    @property
    def event_id(self) -> EventId:
        """The event of the seats."""
        return self.sale.event.event_id

    def first_id(self, ids: BookingIds) -> BookingId:
        """The id that every retry of this request makes: of its key, else of its hold, else (by seats) a fresh one."""
        number = self.sale.event.number
        if self.key is not None:
            return ids.of_key(number, self.key)
        if self.request.hold_id is not None:
            return ids.of_hold(number, self.owner, self.request.hold_id)
        return ids.fresh(number)

    def unmet_by(self, begun: BookingBegun) -> tuple[SeatId, ...]:
        """Seats that were begun and not wished for, or wished for and not begun; none where any seats of a hold do."""
        if not self.seat_ids:
            return ()
        held = tuple(pair.seat_id for pair in begun.held)
        extra = tuple(seat_id for seat_id in held if seat_id not in self.seat_ids)
        return (*extra, *(seat_id for seat_id in self.seat_ids if seat_id not in held))

    def booking(self, booking_id: BookingId, begun: BookingBegun, *, booked_at_ms: int) -> Booking | UnknownSeats:
        """The booking of the seats begun, at the prices of now.

        UnknownSeats where a newer layout version has dropped a held seat.
        """
        request, event, layout = self.request, self.sale.event, self.sale.layout
        by_hold = request.hold_id is not None
        seat_ids = [pair.seat_id for pair in begun.held] if by_hold else self.seat_ids
        table_ids = begun.table_ids if by_hold else self.table_ids
        unknown = [seat_id for seat_id in seat_ids if seat_id not in layout.index_of]
        if unknown:
            return UnknownSeats(seat_ids=tuple(unknown), table_ids=())
        seats = sold_seats(event, layout, seat_ids, table_ids)
        return Booking(
            booking_id=booking_id,
            event_id=event.event_id,
            user_id=self.owner,
            seats=seats,
            table_ids=table_ids,
            total_minor=sum([seat.price_minor for seat in seats]),
            currency=event.currency,
            status=BookingStatus.BOOKED,
            contact_info=request.contact_info,
            booked_at_ms=booked_at_ms,
            hold_id=request.hold_id,
            payment_info=request.payment_info,
            notes=request.notes,
            special_requests=request.special_requests,
        )
