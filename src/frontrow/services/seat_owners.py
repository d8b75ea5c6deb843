"""Whose seats are, as far as a caller may know: the caller's own, and for admins everyone's."""

import contextlib
from collections.abc import Sequence

import msgspec

from frontrow.domain.booking import BookedSeat
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.ids import EventId, SeatId, UserId
from frontrow.ports import Ledger
from frontrow.services.callers import Caller
from frontrow.services.outcomes import MySeats, NotFound
from frontrow.services.seat_holds import SeatHolds

SEATS_PER_READ_MAX = 1_000
"""In one turn on the ledger's thread, about 10 ms: bookings go between two of them."""


class KnownOwners(msgspec.Struct, frozen=True):
    """Of the seats asked about, those whose owner the caller may know and the stores could say."""

    held_by: dict[SeatId, UserId]
    booked: dict[SeatId, BookedSeat]


class SeatOwners:
    """Looks owners up for what a map shows as held and booked. A store that is away says nothing, and stops nobody:
    the map itself is answered from memory."""

    def __init__(self, *, seat_holds: SeatHolds, ledger: Ledger) -> None:
        self._seat_holds = seat_holds
        self._ledger = ledger

    async def owners(
        self, caller: Caller, event_id: EventId, *, held: Sequence[SeatId], booked: Sequence[SeatId]
    ) -> KnownOwners:
        """Who holds the seats of `held` and who has booked those of `booked`, each a list of any length.

        Costs a buyer one read of each store at most, whatever the map's size; an admin one for each
        SEATS_PER_READ_MAX booked seats.
        """
        held_by: dict[SeatId, UserId] = {}
        sold: dict[SeatId, BookedSeat] = {}
        with contextlib.suppress(StoreUnavailable):
            held_by = await self._held_by(caller, event_id, held) if held else {}
        with contextlib.suppress(LedgerUnavailable):
            sold = await self._booked(caller, event_id, booked) if booked else {}
        return KnownOwners(held_by, sold)

    async def _held_by(self, caller: Caller, event_id: EventId, seat_ids: Sequence[SeatId]) -> dict[SeatId, UserId]:
        if caller.is_admin:
            holders = await self._seat_holds.holders(event_id, seat_ids)
            return {} if isinstance(holders, NotFound) else {it: user_id for it, (user_id, _) in holders.items()}
        mine = await self._seat_holds.my_seats(caller, event_id)
        own = {pair.seat_id for pair in mine.held} if isinstance(mine, MySeats) else set()
        return dict.fromkeys(own.intersection(seat_ids), caller.user_id)

    async def _booked(self, caller: Caller, event_id: EventId, seat_ids: Sequence[SeatId]) -> dict[SeatId, BookedSeat]:
        if not caller.is_admin:
            found = await self._ledger.booked_seats_of(event_id, caller.user_id)
            return {seat.seat_id: seat for seat in found}
        everyones: dict[SeatId, BookedSeat] = {}
        for first in range(0, len(seat_ids), SEATS_PER_READ_MAX):
            part = await self._ledger.booked_seats(event_id, seat_ids[first : first + SEATS_PER_READ_MAX])
            everyones.update((seat.seat_id, seat) for seat in part)
        return everyones
