"""Holds that last for as long as their holder is active: every call of the holder's prolongs all that they hold.

Seats taken one after the other join one hold, so that what prolongs them is one step of the store, and an order or a
booking finds them together. A new hold begins only where the open one could not give the new seats their full time:
when it nears its lifetime cap.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog

from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import HoldExtended, HoldNotFound, HoldReleased, SeatsUnavailable, Unavailable
from frontrow.domain.ids import EventId, HoldId, SeatId
from frontrow.services.callers import Caller
from frontrow.services.holds import HoldService
from frontrow.services.outcomes import (
    ExtendSeatsAnswer,
    HoldAnswer,
    HoldRequest,
    HoldsExtended,
    MySeats,
    ReleaseSeatsAnswer,
)
from frontrow.services.seat_holds import SeatHolds

_log = structlog.get_logger(__name__)


class ActiveHolds:
    """Taking, prolonging and giving back seats, with all of the caller's other holds in the event kept alive.

    `duration_ms` (HOLD_MS_MIN to HOLD_MS_MAX) is how long the holder may be silent. A refused call counts as activity
    too. Every method may raise StoreUnavailable and LedgerUnavailable, and may be repeated.

    Source: seeds/003 (AC1, AC3), docs/decisions/0008-locks-that-follow-activity.md.
    """

    def __init__(self, *, holds: HoldService, seat_holds: SeatHolds) -> None:
        self._holds = holds
        self._seat_holds = seat_holds

    async def hold(
        self, caller: Caller, event_id: EventId, seat_ids: Sequence[SeatId], *, duration_ms: int
    ) -> HoldAnswer:
        """Hold every seat, or none; those the caller holds already stay held, and count as held."""
        extended = await self._seat_holds.extend_mine(caller, event_id, duration_ms)
        if not isinstance(extended, HoldsExtended):
            return extended
        wanted, open_hold_id = tuple(seat_ids), _open_hold(extended, duration_ms)
        if open_hold_id is not None:
            joined = await self._holds.hold(caller, event_id, HoldRequest(wanted, hold_id=open_hold_id))
            if not isinstance(joined, HoldNotFound):  # given back or booked in between, by a call beside this one
                return joined
        return await self._holds.hold(caller, event_id, HoldRequest(wanted, duration_ms=duration_ms))

    async def extend(
        self, caller: Caller, event_id: EventId, seat_ids: Sequence[SeatId], *, duration_ms: int
    ) -> ExtendSeatsAnswer:
        """Prolong everything the caller holds; SeatsUnavailable when one of the seats named is not the caller's."""
        # Both at once, for most people have one hold: it is prolonged, and nothing is left, in one round trip.
        mine = asyncio.create_task(self._seat_holds.my_seats(caller, event_id))
        try:
            answer = await self._seat_holds.extend_seats(caller, event_id, seat_ids, duration_ms)
        except BaseException:
            mine.cancel()
            await asyncio.gather(mine, return_exceptions=True)
            raise
        with _not_undone_by_the_rest(event_id):
            held, reached = await mine, set(answer.seat_ids) if isinstance(answer, HoldExtended) else set()
            if isinstance(held, MySeats) and any(pair.seat_id not in reached for pair in held.held):
                await self._seat_holds.extend_mine(caller, event_id, duration_ms)
        return answer

    async def release(
        self, caller: Caller, event_id: EventId, seat_ids: Sequence[SeatId], *, duration_ms: int
    ) -> ReleaseSeatsAnswer:
        """Give back those of the seats that the caller holds, and prolong what is left.

        Free seats are passed over, so that a repeated call, or one that comes after the seats ran out, finds what it
        wanted. A seat that someone else has refuses the call, and nothing is given back.

        Returns:
            As SeatHolds.release_seats; HoldReleased names the seats given back, which may be none.
        """
        answer = await self._seat_holds.release_seats(caller, event_id, seat_ids)
        if isinstance(answer, SeatsUnavailable):
            answer = await self._release_held(caller, event_id, seat_ids, answer)
        with _not_undone_by_the_rest(event_id):
            await self._seat_holds.extend_mine(caller, event_id, duration_ms)
        return answer

    async def _release_held(
        self, caller: Caller, event_id: EventId, seat_ids: Sequence[SeatId], refused: SeatsUnavailable
    ) -> ReleaseSeatsAnswer:
        if any(refusal.reason is not Unavailable.NOT_YOURS for refusal in refused.refusals):
            return refused
        free = {refusal.seat_id for refusal in refused.refusals}
        held = [seat_id for seat_id in seat_ids if seat_id not in free]
        if not held:
            return HoldReleased((), refused.now_ms, refused.now_ms)
        return await self._seat_holds.release_seats(caller, event_id, held)


@contextmanager
def _not_undone_by_the_rest(event_id: EventId) -> Iterator[None]:
    """What was asked for is done, or refused; that the caller's other holds were not prolonged changes no answer."""
    try:
        yield
    except (StoreUnavailable, LedgerUnavailable) as error:
        _log.warning("holds_not_prolonged", event_id=event_id, reason=str(error))


def _open_hold(extended: HoldsExtended, duration_ms: int) -> HoldId | None:
    """The hold that new seats can join to last exactly `duration_ms`; of several the one with the most seats."""
    lasting = [hold for hold in extended.holds if hold.left_ms == duration_ms]
    return max(lasting, key=lambda hold: len(hold.seat_ids)).hold_id if lasting else None
