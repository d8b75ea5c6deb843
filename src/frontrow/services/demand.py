"""Which seats of an event people want most: holds counted over the feed's kept history, and refusals of this process.

The history is what the feed keeps, about the last 10,000 changes. Each process counts an event's from its start when
it is first asked, and then only what came since; what the store trims meanwhile is taken off again. So the holds are
the same whichever process answers, but for one at most of each seat: where the kept history begins amid a hold that was
repeated since, a process that saw its beginning has taken that one off, and any other counts the repetition. Where the
feed does not go on from where the count stands (the store was emptied, or it trimmed more than was counted), the count
starts anew.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec

from frontrow.domain.changes import FeedEntry
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.ids import EventId, SeatId
from frontrow.ports import Clock
from frontrow.services.callers import ADMIN, Caller
from frontrow.services.hold_counts import HoldCounts
from frontrow.services.live_view import order_of
from frontrow.services.outcomes import NotFound, RoleMissing
from frontrow.services.paced_reads import PacedReads
from frontrow.services.refused_seats import RefusedSeats

EVENTS_COUNTED_MAX = 16
"""Counts kept at once, the most lately asked for: some 2 to 5 MB each with a full history."""
KEPT_MS = 300_000
"""A count that nobody has asked for this long is let go."""
PIECES_MAX = 60
"""Pieces of 500 entries in one count: three times the history that the store keeps."""
PAUSE_S = 0.01
"""Between two pieces: one takes the event loop about 5 ms."""


class WantedSeat(msgspec.Struct, frozen=True, gc=False):
    """How often a seat was held, and how often it was asked for and had by somebody else."""

    seat_id: SeatId
    holds: int
    refusals: int


class Demand(msgspec.Struct, frozen=True):
    """Seats, the most wanted first, by holds and refusals together. `since_ms`: of the oldest change that is kept, by
    the store's clock; None without any."""

    seats: tuple[WantedSeat, ...]
    since_ms: int | None


class Sales(Protocol):
    """Knows which events there are (services/catalog.py)."""

    async def sale(self, event_id: EventId) -> object | None: ...


class ReadsHistory(Protocol):
    """The feed, as far as it is asked here."""

    async def read_after(
        self, offsets: Mapping[EventId, str], *, block_ms: int
    ) -> Mapping[EventId, list[FeedEntry] | StoreUnavailable]: ...

    async def ends(self, event_id: EventId) -> tuple[FeedEntry, FeedEntry] | None: ...


class _HoldsSince(msgspec.Struct, frozen=True):
    holds: dict[SeatId, int]
    since_ms: int


class _Counted:
    def __init__(self) -> None:
        self.holds = HoldCounts()
        self.asked_at_ms = 0


class DemandService:
    """What is wanted, for admins."""

    def __init__(
        self,
        *,
        feed: ReadsHistory,
        catalog: Sales,
        refused: RefusedSeats,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._feed = feed
        self._catalog = catalog
        self._refused = refused
        self._clock = clock
        self._sleep = sleep
        self._reads = PacedReads[EventId, _HoldsSince | None](clock, sleep=sleep)
        self._counted: dict[EventId, _Counted] = {}

    async def demand(self, caller: Caller, event_id: EventId, *, limit: int) -> Demand | NotFound | RoleMissing:
        """The `limit` most wanted seats; every hold that was granted before the call is counted.

        The first call reads the whole kept history, 20 pieces with pauses, some 0.3 s; later ones what came since.
        Counting takes a fifth of the time at most, whoever asks: who asks meanwhile shares the next count.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        if await self._catalog.sale(event_id) is None:
            return NotFound()
        counted = await self._reads.read(event_id, lambda: self._count(event_id))
        if counted is None:
            return Demand((), None)
        refusals = self._refused.counts(event_id, counted.since_ms)
        return Demand(_most_wanted(counted.holds, refusals, limit), counted.since_ms)

    async def _count(self, event_id: EventId) -> "_HoldsSince | None":
        counted = self._of(event_id)
        ends = await self._feed.ends(event_id)
        if ends is None:
            counted.holds = HoldCounts()
            return None
        oldest, newest = ends
        stands_at = order_of(counted.holds.offset)
        if order_of(newest.offset) < stands_at or (
            order_of(newest.offset) == stands_at and newest.offset != counted.holds.offset
        ):
            counted.holds = HoldCounts()  # another feed, by a clock that was set back
        for piece in range(PIECES_MAX):
            if order_of(counted.holds.offset) >= order_of(newest.offset):
                break
            if piece:
                await self._sleep(PAUSE_S)
            entries = (await self._feed.read_after({event_id: counted.holds.offset}, block_ms=0)).get(event_id)
            if not entries or isinstance(entries, StoreUnavailable):
                break
            if not counted.holds.follows(entries[0]):
                counted.holds = HoldCounts()
                continue
            for entry in entries:
                counted.holds.take(entry)
        counted.holds.forget_before(oldest.offset)
        return _HoldsSince(counted.holds.counts(), oldest.at_ms)

    def _of(self, event_id: EventId) -> _Counted:
        now_ms = self._clock.monotonic_ms()
        counted = self._counted.pop(event_id, None) or _Counted()
        counted.asked_at_ms = now_ms
        kept = {of: it for of, it in self._counted.items() if now_ms - it.asked_at_ms < KEPT_MS}
        while len(kept) >= EVENTS_COUNTED_MAX:
            del kept[next(iter(kept))]
        self._counted = {**kept, event_id: counted}
        return counted


def _most_wanted(holds: Mapping[SeatId, int], refusals: Mapping[SeatId, int], limit: int) -> tuple[WantedSeat, ...]:
    wanted = (WantedSeat(seat_id, holds.get(seat_id, 0), refusals.get(seat_id, 0)) for seat_id in {**holds, **refusals})
    return tuple(heapq.nsmallest(limit, wanted, key=lambda it: (-it.holds - it.refusals, -it.holds, it.seat_id)))
