"""Telling of holds that ran out, as far as it is known whose they were.

The store forgets a hold when it runs out, and whoever sweeps its seats is only told which they are. So this process
remembers who held what of all that it heard, and looks into the feed's kept history for the rest. That is best effort:
what a process had to tell that died, and what the feed no longer keeps, is told to nobody.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec
import structlog

from frontrow.domain.changes import ChangeKind, FeedEntry
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.ids import EventId, HoldId, SeatId, UserId
from frontrow.domain.notice import Notice
from frontrow.services.background import Background
from frontrow.services.notices import NoticeBoard

SEATS_KNOWN_MAX = 100_000
"""Held seats remembered, about 250 bytes each; past it those that were heard of longest ago are forgotten."""
SWEPT_WITHIN_MS = 2_000
"""A seat is swept this soon after its expiry as a rule. One that was to run out at another time was extended, or taken
anew, through another process: the feed knows."""
ENTRIES_READ_MAX = 2_000
ENTRIES_PER_READ = 400
"""Entries read in one piece: about 4 ms of the event loop."""

_HOLDING = (ChangeKind.HELD, ChangeKind.EXPIRY_CHANGED)
_log = structlog.get_logger(__name__)


class ReadsHistory(Protocol):
    """The feed, as far as it is asked here."""

    async def read_before(self, event_id: EventId, before: str | None, *, limit: int) -> list[FeedEntry]: ...


class AddsNotices(Protocol):
    """The orders' ledger, as far as it is asked here."""

    async def add_notices(self, notices: Sequence[Notice]) -> None: ...


class _Held(msgspec.Struct, frozen=True, gc=False):
    hold_id: HoldId
    user_id: UserId
    expires_at_ms: int


class ExpiredHolds:
    """Hears what this process does to seats, and writes a notice for each hold whose seats ran out."""

    def __init__(
        self, *, ledger: AddsNotices, notices: NoticeBoard, feed: ReadsHistory, background: Background
    ) -> None:
        self._ledger = ledger
        self._notices = notices
        self._feed = feed
        self._background = background
        self._held: dict[tuple[EventId, SeatId], _Held] = {}
        self._one_at_a_time = asyncio.Lock()

    def note(self, event_id: EventId, entries: Sequence[FeedEntry]) -> None:
        """Take what this process has appended to the feed: holds, and what became of them. Nothing to do where nobody
        is told of holds."""
        if not self._notices.wants_expired_holds:
            return
        for entry in entries:
            if entry.change.kind is ChangeKind.EXPIRED:
                self._tell(event_id, entry)
            else:
                self._remember(event_id, entry)

    def _remember(self, event_id: EventId, entry: FeedEntry) -> None:
        change = entry.change
        for seat_id in change.seats:
            self._held.pop((event_id, seat_id), None)
            if change.kind in _HOLDING and change.hold_id is not None and change.user_id is not None:
                self._held[event_id, seat_id] = _Held(change.hold_id, change.user_id, change.expires_at_ms)
        while len(self._held) > SEATS_KNOWN_MAX:
            del self._held[next(iter(self._held))]

    def _tell(self, event_id: EventId, entry: FeedEntry) -> None:
        known: dict[SeatId, _Held] = {}
        for seat_id in entry.change.seats:
            held = self._held.pop((event_id, seat_id), None)
            if held is not None and 0 <= entry.at_ms - held.expires_at_ms <= SWEPT_WITHIN_MS:
                known[seat_id] = held
        work = self._write(event_id, entry, known)
        self._background.start(work, name=f"tell of holds that ran out in {event_id}")

    async def _write(self, event_id: EventId, entry: FeedEntry, known: dict[SeatId, _Held]) -> None:
        unknown = {seat_id for seat_id in entry.change.seats if seat_id not in known}
        try:
            async with self._one_at_a_time:
                if unknown:
                    known |= await self._looked_up(event_id, entry.offset, unknown)
                await self._ledger.add_notices(self._notices_of(event_id, entry, known))
        except (StoreUnavailable, LedgerUnavailable) as error:
            _log.warning("expired_holds_not_told", event_id=event_id, reason=str(error))

    def _notices_of(self, event_id: EventId, entry: FeedEntry, known: dict[SeatId, _Held]) -> list[Notice]:
        seats: dict[tuple[HoldId, UserId], list[SeatId]] = {}
        for seat_id in entry.change.seats:
            if (held := known.get(seat_id)) is not None:
                seats.setdefault((held.hold_id, held.user_id), []).append(seat_id)
        return [
            notice
            for (hold_id, user_id), seat_ids in seats.items()
            for notice in self._notices.hold_expired(event_id, user_id, hold_id, seat_ids)
        ]

    async def _looked_up(self, event_id: EventId, before: str, seat_ids: Iterable[SeatId]) -> dict[SeatId, _Held]:
        """Whose the seats were just before that entry of the feed, as far as it is kept."""
        found: dict[SeatId, _Held] = {}
        wanted, looked_at = set(seat_ids), 0
        while wanted and looked_at < ENTRIES_READ_MAX:
            entries = await self._feed.read_before(event_id, before, limit=ENTRIES_PER_READ)
            for entry in entries:
                change = entry.change
                of_these = wanted.intersection(change.seats)
                wanted -= of_these  # whatever it says of them is the last that happened before they ran out
                if change.kind in _HOLDING and change.hold_id is not None and change.user_id is not None:
                    held = _Held(change.hold_id, change.user_id, change.expires_at_ms)
                    found |= dict.fromkeys(of_these, held)
            if len(entries) < ENTRIES_PER_READ:
                break
            before, looked_at = entries[-1].offset, looked_at + len(entries)
        return found
