"""A change feed in memory, written by the test: what a store's scripts would append, and what can happen to it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from frontrow.domain.changes import Change, ChangeKind, FeedEntry, Position
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import Cold
from frontrow.domain.ids import EventId, HoldId, SeatId, UserId
from frontrow.domain.seat_states import SeatMapSnapshot, SeatStates


class _Feed:
    def __init__(self, epoch: str, warmed: FeedEntry) -> None:
        self.states = SeatStates.from_snapshot(
            SeatMapSnapshot(Position(epoch, warmed.offset), 0, held={}, claimed={}, booked={}, blocked={})
        )
        self.entries = [warmed]


class FakeFeed:
    """Implements ports.ChangeFeed. Reads are counted by name in `reads`."""

    def __init__(self) -> None:
        self._feeds: dict[EventId, _Feed] = {}
        self._appended = asyncio.Event()
        self._stream_ms = 1_000
        self._tags = 0
        self.down = False
        self.lost: set[EventId] = set()
        """Events whose node does not answer, while others do."""
        self.reads: list[str] = []

    def warm(self, event_id: EventId) -> None:
        """Start a new epoch unless the event is warm."""
        if event_id not in self._feeds:
            offset = self._next_offset()
            epoch = f"epoch-{self._tags}"
            warmed = FeedEntry(epoch, "", offset, self._stream_ms, Change(ChangeKind.WARMED, ()))
            self._feeds[event_id] = _Feed(epoch, warmed)
            self._appended.set()

    def is_warm(self, event_id: EventId) -> bool:
        """Whether the store knows the event."""
        return event_id in self._feeds

    def append(
        self,
        event_id: EventId,
        kind: ChangeKind,
        names: str,
        *,
        expires_at_ms: int = 0,
        owner_id: str = "o",
        user: str = "u",
        hold: str = "1-h",
    ) -> FeedEntry:
        """Append one change as a script would."""
        feed = self._feeds[event_id]
        change = Change(
            kind,
            tuple(SeatId(name) for name in names.split()),
            expires_at_ms=expires_at_ms,
            user_id=UserId(user),
            hold_id=HoldId(hold),
            owner_id=owner_id,
        )
        position = feed.states.position
        entry = FeedEntry(position.epoch, position.offset, self._next_offset(), self._stream_ms, change)
        assert feed.states.apply(entry)
        feed.entries.append(entry)
        self._appended.set()
        return entry

    def trim(self, event_id: EventId, *, keep: int) -> None:
        """Drop all but the last `keep` entries."""
        feed = self._feeds[event_id]
        feed.entries = feed.entries[len(feed.entries) - keep :]

    def flush_all(self, *, clock_back_ms: int = 0) -> None:
        """Lose everything; stream ids go on from a clock that was set back."""
        self._feeds.clear()
        self._stream_ms -= clock_back_ms

    def snapshot(self, event_id: EventId) -> SeatMapSnapshot:
        """The state itself, for comparison."""
        return self._feeds[event_id].states.snapshot(0)

    def entries(self, event_id: EventId) -> list[FeedEntry]:
        """The entries that are kept, oldest first."""
        return list(self._feeds[event_id].entries)

    def position(self, event_id: EventId) -> Position:
        """Where the feed stands."""
        return self._feeds[event_id].states.position

    async def read_map(self, event_id: EventId) -> SeatMapSnapshot | Cold:
        """See ports.ChangeFeed."""
        self._asked("read_map")
        await asyncio.sleep(0)
        return self.snapshot(event_id) if event_id in self._feeds else Cold(now_ms=self._stream_ms)

    async def heads(self, event_ids: Sequence[EventId]) -> Mapping[EventId, Position | StoreUnavailable]:
        """See ports.ChangeFeed."""
        self._asked("heads")
        found = {event_id: self.position(event_id) for event_id in event_ids if event_id in self._feeds}
        return found | self._lost_of(event_ids)

    async def read_after(
        self, offsets: Mapping[EventId, str], *, block_ms: int
    ) -> Mapping[EventId, list[FeedEntry] | StoreUnavailable]:
        """See ports.ChangeFeed."""
        self._asked("read_after")
        try:
            async with asyncio.timeout(block_ms / 1000):
                while not (found := self._entries_after(offsets)):
                    self._appended.clear()
                    await self._appended.wait()
                    self._asked("wake")
                return found | self._lost_of(offsets)
        except TimeoutError:
            return self._lost_of(offsets)

    async def read_before(self, event_id: EventId, before: str | None, *, limit: int) -> list[FeedEntry]:
        """See ports.ChangeFeed."""
        self._asked("read_before")
        feed = self._feeds.get(event_id)
        kept = [] if feed is None else feed.entries[::-1]
        return [entry for entry in kept if before is None or _order(entry.offset) < _order(before)][:limit]

    async def ends(self, event_id: EventId) -> tuple[FeedEntry, FeedEntry] | None:
        """See ports.ChangeFeed."""
        self._asked("ends")
        feed = self._feeds.get(event_id)
        return (feed.entries[0], feed.entries[-1]) if feed is not None else None

    def go_down(self) -> None:
        """Answer nothing, blocked reads included, until `come_up`."""
        self.down = True
        self._appended.set()

    def come_up(self) -> None:
        """Answer again."""
        self.down = False

    def _lost_of(self, event_ids: Iterable[EventId]) -> dict[EventId, StoreUnavailable]:
        return {event_id: StoreUnavailable("its node is away") for event_id in event_ids if event_id in self.lost}

    def _entries_after(self, offsets: Mapping[EventId, str]) -> dict[EventId, list[FeedEntry]]:
        found = {
            event_id: [entry for entry in feed.entries if _order(entry.offset) > _order(offset)]
            for event_id, offset in offsets.items()
            if event_id not in self.lost and (feed := self._feeds.get(event_id)) is not None
        }
        return {event_id: entries for event_id, entries in found.items() if entries}

    def _asked(self, what: str) -> None:
        self.reads.append(what)
        if self.down:
            raise StoreUnavailable("down")

    def _next_offset(self) -> str:
        self._stream_ms += 1
        self._tags += 1
        return f"{self._stream_ms}-0-tag{self._tags}"


def _order(offset: str) -> int:
    return int(offset.split("-", maxsplit=1)[0]) if offset else 0
