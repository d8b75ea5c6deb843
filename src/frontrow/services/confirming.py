"""Confirming seats by name: selling what a caller holds, and saying of every other seat whose it is.

For clients that know seats and no hold ids, and want one clear word about a refusal: sold, held by somebody else,
run out, or theirs already.
"""

import msgspec

from frontrow.domain.booking import ContactInfo, LedgerSeat, SeatRowState
from frontrow.domain.hold import SeatsUnavailable
from frontrow.domain.ids import BookingId, EventId, HoldId, SeatId, UserId
from frontrow.ports import Ledger
from frontrow.services.bookings import BookingService
from frontrow.services.callers import Caller
from frontrow.services.outcomes import BookAnswer, BookRequest, NotFound
from frontrow.services.seat_holds import SeatHolds


class SeatsAlreadyBooked(msgspec.Struct, frozen=True):
    """Every seat named is sold to the caller, in these bookings: one or more, in the order of the seats named."""

    booking_ids: tuple[BookingId, ...]


class SeatsNotHeld(msgspec.Struct, frozen=True):
    """Why the seats could not be confirmed, each named seat in one of these, in the order given; nothing was written.

    `sold` to somebody else or withheld from sale, `held` by somebody else, `free` (the hold ran out, or never was),
    `booked` by the caller already, and `mine`: held by the caller, and still so.
    """

    sold: tuple[SeatId, ...]
    held: tuple[SeatId, ...]
    free: tuple[SeatId, ...]
    booked: tuple[SeatId, ...]
    mine: tuple[SeatId, ...]


ConfirmAnswer = BookAnswer | SeatsAlreadyBooked | SeatsNotHeld


class SeatConfirmations:
    """Confirms seats through BookingService, which decides; what is looked up here only explains a refusal."""

    def __init__(self, *, bookings: BookingService, seat_holds: SeatHolds, ledger: Ledger) -> None:
        self._bookings = bookings
        self._seat_holds = seat_holds
        self._ledger = ledger

    async def confirm(
        self, caller: Caller, event_id: EventId, seat_ids: tuple[SeatId, ...], contact: ContactInfo
    ) -> ConfirmAnswer:
        """Sell these seats to the caller who holds them, all or none. Repeating it answers with what was sold.

        Returns:
            BookingWritten (`replayed` where these very seats were the caller's booking before), SeatsAlreadyBooked
            where they are among others of the caller's, SeatsNotHeld, or another of BookingService's refusals.

        Raises:
            StoreUnavailable, LedgerUnavailable: as BookingService.book; repeat the request.

        Source: seeds/004 (confirmation, idempotency and retries).
        """
        request = BookRequest(event_id=event_id, contact_info=contact, seat_ids=seat_ids)
        outcome = await self._bookings.book(caller, request)
        if not isinstance(outcome, SeatsUnavailable):
            return outcome
        return await self._explained(caller.user_id, event_id, seat_ids)

    async def _explained(
        self, user_id: UserId, event_id: EventId, seat_ids: tuple[SeatId, ...]
    ) -> NotFound | SeatsAlreadyBooked | SeatsNotHeld:
        rows = {row.seat_id: row for row in await self._ledger.live_seats(event_id, seat_ids)}
        if all(_is_booked_by(user_id, rows.get(seat_id)) for seat_id in seat_ids):
            return SeatsAlreadyBooked(tuple(dict.fromkeys(BookingId(rows[it].owner_id) for it in seat_ids)))
        holders = await self._seat_holds.holders(event_id, seat_ids)
        if isinstance(holders, NotFound):
            return holders

        def of(kind: str) -> tuple[SeatId, ...]:
            return tuple(it for it in seat_ids if _kind(user_id, rows.get(it), holders.get(it)) == kind)

        return SeatsNotHeld(sold=of("sold"), held=of("held"), free=of("free"), booked=of("booked"), mine=of("mine"))


def _is_booked_by(user_id: UserId, row: LedgerSeat | None) -> bool:
    return row is not None and row.state is SeatRowState.BOOKED and row.user_id == user_id


def _kind(user_id: UserId, row: LedgerSeat | None, holder: tuple[UserId, HoldId] | None) -> str:
    if row is not None and row.state is SeatRowState.CLAIMED:
        return "held"
    if row is not None:
        return "booked" if _is_booked_by(user_id, row) else "sold"
    if holder is None:
        return "free"
    return "mine" if holder[0] == user_id else "held"
