"""What the ledger already says about a wish: before anything is refused, it is asked whether it was granted before."""

import contextlib
from collections.abc import Iterable, Sequence

import msgspec

from frontrow.domain.booking import (
    BookingKeyReused,
    BookingStatus,
    BookingWritten,
    BookOutcome,
    LedgerSeat,
    SeatRowState,
)
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import SeatRefusal, Unavailable
from frontrow.domain.ids import BookingId, SeatId
from frontrow.ports import Ledger
from frontrow.services.booking_wish import Wish
from frontrow.services.relay import Relay

_REASONS = {
    SeatRowState.CLAIMED: Unavailable.HELD,
    SeatRowState.BOOKED: Unavailable.BOOKED,
    SeatRowState.BLOCKED: Unavailable.BLOCKED,
}


class EarlierBookings:
    """Reads of the ledger for the booking protocol. Every method may raise LedgerUnavailable."""

    def __init__(self, *, ledger: Ledger, relay: Relay) -> None:
        self._ledger = ledger
        self._relay = relay

    async def of(self, wish: Wish, booking_id: BookingId) -> BookingWritten | BookingKeyReused | None:
        """The booking that an earlier attempt, or another confirmation of the same seats, has written.

        BookingKeyReused where the key stands for another body; None where nothing of the kind is written.
        """
        stands = await self._under_id(wish, booking_id)
        if isinstance(stands, BookingWritten):
            with contextlib.suppress(StoreUnavailable, LedgerUnavailable):
                await self._relay.catch_up(stands.booking.booking_id)
            return stands
        if isinstance(stands, BookingKeyReused):
            return stands
        if wish.request.hold_id is None:
            booking = await self._ledger.booking_of_seats(wish.event_id, wish.owner, wish.seat_ids)
        else:
            booking = await self._ledger.booking_of_hold(wish.event_id, wish.owner, wish.request.hold_id)
        return None if booking is None else BookingWritten(booking, replayed=True)

    async def sold(self, wish: Wish, seat_ids: Sequence[SeatId]) -> tuple[SeatRefusal, ...]:
        """Those of the seats that the ledger has as sold, claimed or blocked now."""
        return refusals(seat_ids, await self._ledger.live_seats(wish.event_id, seat_ids))

    async def _under_id(self, wish: Wish, booking_id: BookingId) -> BookOutcome | None:
        if wish.key is not None:
            stands = await self._ledger.replay(wish.key)
            return first_answer(stands) if isinstance(stands, BookingWritten) else stands
        booking = await self._ledger.booking(booking_id)
        return None if booking is None else BookingWritten(booking, replayed=True)


def first_answer(written: BookingWritten) -> BookingWritten:
    """What a key was answered first: the booking as it was made, whatever was cancelled since."""
    if not written.booking.cancelled_seat_ids:
        return written
    made = msgspec.structs.replace(written.booking, status=BookingStatus.BOOKED, cancelled_seat_ids=())
    return msgspec.structs.replace(written, booking=made)


def refusals(seat_ids: Iterable[SeatId], rows: Iterable[LedgerSeat]) -> tuple[SeatRefusal, ...]:
    """Why each of the seats that has a live row cannot be had, in the order given."""
    states = {row.seat_id: row.state for row in rows}
    return tuple(SeatRefusal(seat_id, _REASONS[states[seat_id]]) for seat_id in seat_ids if seat_id in states)
