"""The seats of the holds that this process granted last, so that booking one of them need not read it first.

Nothing here is ever believed: begin_booking.lua is given the seats to compare, and answers `changed` where the hold
lists others by now; then it is read. So a memory that is old costs one round trip more, and nothing else.
"""

from collections import OrderedDict
from collections.abc import Sequence

from frontrow.domain.ids import HoldId, SeatId

HOLDS_REMEMBERED_MAX = 10_000
"""About half a kilobyte each. At 1,000 holds a second they are those of the last ten seconds, at 20 of ten minutes."""


class GrantedHolds:
    """What the last `holds_max` of them listed when they were granted, or added to."""

    def __init__(self, *, holds_max: int = HOLDS_REMEMBERED_MAX) -> None:
        self._holds_max = holds_max
        self._seats_of: OrderedDict[HoldId, Sequence[SeatId]] = OrderedDict()

    def note(self, hold_id: HoldId, seat_ids: Sequence[SeatId]) -> None:
        """The hold lists these seats now, in this order."""
        self._seats_of[hold_id] = seat_ids
        if len(self._seats_of) > self._holds_max:
            self._seats_of.popitem(last=False)

    def take(self, hold_id: HoldId) -> Sequence[SeatId] | None:
        """What the hold was noted to list, and forget it: a hold is booked once. None where it is not known."""
        return self._seats_of.pop(hold_id, None)
