"""What happened to an event's seats of late, as those who run it read it: from the feed's kept history, newest first.

Whose the seats were is left out on purpose. Changed expiries are left out too: no seat's state moves with them, and
every extension and every booking under way makes one.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from frontrow.domain.booking import SeatRowState
from frontrow.domain.changes import ChangeKind, FeedEntry
from frontrow.domain.ids import EventId, SeatId
from frontrow.domain.seat_states import SeatState
from frontrow.services.callers import ADMIN, Caller
from frontrow.services.catalog import Catalog
from frontrow.services.outcomes import NotFound, RoleMissing

ENTRIES_READ_MAX = 2_000
"""Entries of the feed that one call looks at; where most are left out, a page is shorter than asked for."""
ENTRIES_PER_READ = 400
"""Entries read in one piece: about 4 ms of the event loop."""
SEATS_PER_PAGE_MAX = 10_000
"""A page ends with the change that reaches this many seats: 200 blocks of thousands would be megabytes."""


class Cause(StrEnum):
    """Why seats changed."""

    HELD = "held"
    RELEASED = "released"
    EXPIRED = "expired"
    CLAIMED = "claimed"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


_OUTRIGHT = {
    ChangeKind.HELD: (Cause.HELD, SeatState.HELD),
    ChangeKind.RELEASED: (Cause.RELEASED, SeatState.AVAILABLE),
    ChangeKind.EXPIRED: (Cause.EXPIRED, SeatState.AVAILABLE),
    ChangeKind.CLAIMED: (Cause.CLAIMED, SeatState.HELD),
    ChangeKind.BOOKED: (Cause.BOOKED, SeatState.BOOKED),
    ChangeKind.BLOCKED: (Cause.BLOCKED, SeatState.BLOCKED),
}
_FREED_FROM = {
    SeatRowState.BOOKED: Cause.CANCELLED,
    SeatRowState.CLAIMED: Cause.RELEASED,
    SeatRowState.BLOCKED: Cause.UNBLOCKED,
}


class RecentChange(msgspec.Struct, frozen=True):
    """One thing that happened to these seats, and the state it left them in. `at_ms` is by the store's clock."""

    offset: str
    at_ms: int
    seat_ids: tuple[SeatId, ...]
    state: SeatState
    cause: Cause


class RecentChanges(msgspec.Struct, frozen=True):
    """Changes, newest first. `next_before` is the offset the next page begins before, None at the history's end."""

    changes: tuple[RecentChange, ...]
    next_before: str | None


class ReadsHistory(Protocol):
    """The feed, as far as it is asked here."""

    async def read_before(self, event_id: EventId, before: str | None, *, limit: int) -> list[FeedEntry]: ...


class KnowsOwners(Protocol):
    """The ledger, as far as it is asked here."""

    async def states_of_owners(self, event_id: EventId, owner_ids: Sequence[str]) -> dict[str, SeatRowState]: ...


class RecentChangesService:
    """Recent changes, for admins."""

    def __init__(self, *, feed: ReadsHistory, ledger: KnowsOwners, catalog: Catalog) -> None:
        self._feed = feed
        self._ledger = ledger
        self._catalog = catalog

    async def recent(
        self, caller: Caller, event_id: EventId, *, limit: int, before: str | None = None
    ) -> RecentChanges | NotFound | RoleMissing:
        """Up to `limit` (1 to 200) changes before the offset `before` (None: the newest), as the store has them now.

        The history is what the feed keeps, about the last 10,000 changes; none after the store was emptied. Looks at
        ENTRIES_READ_MAX entries at most: a page may have fewer changes than asked for and be followed by another.

        Raises:
            StoreUnavailable: the store does not answer.
            LedgerUnavailable: seats were freed, and what they had been cannot be looked up.
        """
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        if await self._catalog.sale(event_id) is None:
            return NotFound()
        found: list[FeedEntry] = []
        seats, looked_at, is_end = 0, 0, False
        while not is_end and len(found) < limit and seats < SEATS_PER_PAGE_MAX and looked_at < ENTRIES_READ_MAX:
            wanted = min(ENTRIES_PER_READ, 2 * (limit - len(found)) + 10)
            entries = await self._feed.read_before(event_id, before, limit=wanted)
            is_end = len(entries) < wanted
            for entry in entries:
                before, looked_at = entry.offset, looked_at + 1
                if entry.change.kind in _OUTRIGHT or entry.change.kind is ChangeKind.FREED:
                    found.append(entry)
                    seats += len(entry.change.seats)
                    if len(found) == limit or seats >= SEATS_PER_PAGE_MAX:
                        is_end = is_end and entry is entries[-1]
                        break
        return RecentChanges(await self._told(event_id, found), None if is_end else before)

    async def _told(self, event_id: EventId, entries: Sequence[FeedEntry]) -> tuple[RecentChange, ...]:
        owners = {entry.change.owner_id or "" for entry in entries if entry.change.kind is ChangeKind.FREED}
        states = await self._ledger.states_of_owners(event_id, sorted(owners)) if owners else {}
        return tuple(_told(entry, states) for entry in entries)


def _told(entry: FeedEntry, states: dict[str, SeatRowState]) -> RecentChange:
    change = entry.change
    if change.kind is ChangeKind.FREED:
        # A block is in the store first: one that never reached the ledger was taken back.
        had = states.get(change.owner_id or "", SeatRowState.BLOCKED)
        cause, state = _FREED_FROM[had], SeatState.AVAILABLE
    else:
        cause, state = _OUTRIGHT[change.kind]
    return RecentChange(entry.offset, entry.at_ms, change.seats, state, cause)
