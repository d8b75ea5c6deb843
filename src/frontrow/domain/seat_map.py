"""The state machine of one event's seats, in plain Python: the executable specification of the store's scripts."""

import msgspec

from frontrow.domain.changes import Position
from frontrow.domain.ids import SeatId


class SeatMapSnapshot(msgspec.Struct, frozen=True):
    """Every seat that is not available, at one position of the feed.

    `held` gives each held seat's expiry; `claimed`, `booked` and `blocked` give each seat's owner id.
    """

    position: Position
    now_ms: int
    held: dict[SeatId, int]
    claimed: dict[SeatId, str]
    booked: dict[SeatId, str]
    blocked: dict[SeatId, str]
