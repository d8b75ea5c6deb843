"""One seat's history for those who run the event: every change of it, who and when.

What was sold, claimed and withheld is in the ledger for ever. Holds are only in the feed, which keeps about the last
10,000 changes of an event, and none after the store was emptied.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from enum import StrEnum
from typing import Protocol

import msgspec

from frontrow.domain.booking import SeatRowState
from frontrow.domain.changes import ChangeKind, FeedEntry
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.ids import EventId, HoldId, SeatId, UserId
from frontrow.ports import Clock
from frontrow.ports.event_books import SeatRow
from frontrow.services.callers import ADMIN, Caller
from frontrow.services.catalog import Catalog
from frontrow.services.outcomes import NotFound, RoleMissing
from frontrow.services.paced_reads import PacedReads

ROWS_MAX = 500
ENTRIES_PER_READ = 400
ENTRIES_READ_MAX = 12_000
CHANGES_MAX = 500


class SeatChangeKind(StrEnum):
    """What happened to the seat."""

    HELD = "held"
    RELEASED = "released"
    EXPIRED = "expired"
    CLAIMED = "claimed"
    DROPPED = "dropped"
    """Its order gave it back unbooked, or became its booking in the same moment."""
    BOOKED = "booked"
    CANCELLED = "cancelled"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


_BEGAN = {
    SeatRowState.CLAIMED: SeatChangeKind.CLAIMED,
    SeatRowState.BOOKED: SeatChangeKind.BOOKED,
    SeatRowState.BLOCKED: SeatChangeKind.BLOCKED,
}
_ENDED = {
    SeatRowState.CLAIMED: SeatChangeKind.DROPPED,
    SeatRowState.BOOKED: SeatChangeKind.CANCELLED,
    SeatRowState.BLOCKED: SeatChangeKind.UNBLOCKED,
}
_OF_HOLDS = {
    ChangeKind.HELD: SeatChangeKind.HELD,
    ChangeKind.RELEASED: SeatChangeKind.RELEASED,
    ChangeKind.EXPIRED: SeatChangeKind.EXPIRED,
}


class SeatChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change: `owner_id` is the booking, order or block; `price_minor` what a booking or order has it for. Of a
    release or an expiry the store does not keep whose it was: the line before it says."""

    at_ms: int
    kind: SeatChangeKind
    user_id: UserId | None = None
    hold_id: HoldId | None = None
    owner_id: str | None = None
    price_minor: int | None = None


class SeatHistory(msgspec.Struct, frozen=True):
    """The seat's changes, newest first. `holds_since_ms` is the time from which on holds are known; None: of none."""

    changes: tuple[SeatChange, ...]
    holds_since_ms: int | None


class UnknownSeat(msgspec.Struct, frozen=True):
    """The event's drawing has no such seat, and nobody ever had it."""

    seat_id: str


class ReadsFeed(Protocol):
    """The feed, as far as it is asked here."""

    async def read_before(self, event_id: EventId, before: str | None, *, limit: int) -> list[FeedEntry]: ...


class ReadsSeatRows(Protocol):
    """The ledger's lists, as far as they are asked for here."""

    async def seat_rows(self, event_id: EventId, seat_id: SeatId, *, limit: int) -> list[SeatRow]: ...


class SeatHistoryService:
    """Seats' histories, for admins. May raise LedgerUnavailable."""

    def __init__(
        self,
        *,
        books: ReadsSeatRows,
        feed: ReadsFeed,
        catalog: Catalog,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._books = books
        self._feed = feed
        self._catalog = catalog
        self._reads = PacedReads[tuple[EventId, SeatId], SeatHistory](clock, sleep=sleep)

    async def history(
        self, caller: Caller, event_id: EventId, seat_id: SeatId
    ) -> SeatHistory | UnknownSeat | NotFound | RoleMissing:
        """What happened to the seat, the last CHANGES_MAX changes; without holds while the store does not answer."""
        if not caller.is_admin:
            return RoleMissing(ADMIN)
        sale = await self._catalog.sale(event_id)
        if sale is None:
            return NotFound()
        history = await self._reads.read((event_id, seat_id), lambda: self._read(event_id, seat_id))
        if not history.changes and seat_id not in sale.layout.index_of:
            return UnknownSeat(seat_id)
        return history

    async def _read(self, event_id: EventId, seat_id: SeatId) -> SeatHistory:
        rows = await self._books.seat_rows(event_id, seat_id, limit=ROWS_MAX)
        changes = [change for row in rows for change in _changes_of(row)]
        held, since_ms = await self._of_holds(event_id, seat_id)
        changes = sorted([*changes, *held], key=lambda change: change.at_ms, reverse=True)
        return SeatHistory(tuple(changes[:CHANGES_MAX]), since_ms)

    async def _of_holds(self, event_id: EventId, seat_id: SeatId) -> tuple[list[SeatChange], int | None]:
        """What the feed has of the seat's holds, and from when on."""
        found: list[SeatChange] = []
        before: str | None = None
        since_ms: int | None = None
        try:
            for _ in range(0, ENTRIES_READ_MAX, ENTRIES_PER_READ):
                entries = await self._feed.read_before(event_id, before, limit=ENTRIES_PER_READ)
                found += [
                    _change_of(it) for it in entries if it.change.kind in _OF_HOLDS and seat_id in it.change.seats
                ]
                if entries:
                    before, since_ms = entries[-1].offset, entries[-1].at_ms
                if len(entries) < ENTRIES_PER_READ:
                    break
        except StoreUnavailable:
            return [], None
        return found, since_ms


def _changes_of(row: SeatRow) -> Iterator[SeatChange]:
    price_minor = None if row.state is SeatRowState.BLOCKED else row.price_minor
    if row.ended_at_ms is not None:
        yield SeatChange(at_ms=row.ended_at_ms, kind=_ENDED[row.state], user_id=row.user_id, owner_id=row.owner_id)
    yield SeatChange(
        at_ms=row.created_at_ms,
        kind=_BEGAN[row.state],
        user_id=row.user_id,
        owner_id=row.owner_id,
        price_minor=price_minor,
    )


def _change_of(entry: FeedEntry) -> SeatChange:
    change = entry.change
    kind = _OF_HOLDS[change.kind]
    return SeatChange(at_ms=entry.at_ms, kind=kind, user_id=change.user_id, hold_id=change.hold_id)
