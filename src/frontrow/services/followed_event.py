"""One event that this process follows: its view, and how the view is brought up to date."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from frontrow.domain.changes import ChangeKind, FeedEntry, Position
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import Cold
from frontrow.domain.ids import EventId
from frontrow.domain.layout_index import LayoutIndex
from frontrow.domain.seat_map import SeatMapSnapshot
from frontrow.ports import ChangeFeed
from frontrow.services.live_view import LiveView, Taken, order_of

COALESCE_S = 0.05
"""Changes within this time reach the watchers together."""
OWN_CHANGE_WAIT_S = 0.5
"""How long a read waits for this process's own change to come along the feed, before it reads the map instead."""
MAP_READS_AT_ONCE_MAX = 8
MAP_ASKS_MAX = 3
"""How often a map is asked for, each further time because the event was cold and has been warmed in between."""

_log = structlog.get_logger(__name__)


class Warms(Protocol):
    """Loads an event's sold seats into the store (services/warming.py)."""

    async def ensure_warm(self, event_id: EventId) -> object: ...


class Sweeps(Protocol):
    """Takes what has run out off an event's map, and learns when the rest will (services/sweeping.py)."""

    async def sweep(self, event_id: EventId) -> object: ...

    def note_expiry(self, event_id: EventId, expires_at_ms: int) -> object: ...


class MapReader:
    """Reads whole maps for all followed events, a few at a time, warming what is cold."""

    def __init__(
        self, *, feed: ChangeFeed, warmer: Warms, sweeper: Sweeps, on_read_anew: Callable[[EventId], object]
    ) -> None:
        self._feed = feed
        self.on_read_anew = on_read_anew
        self._warmer = warmer
        self.sweeper = sweeper
        self._at_once = asyncio.Semaphore(MAP_READS_AT_ONCE_MAX)

    async def read(self, event_id: EventId) -> SeatMapSnapshot:
        """The event's map as it is now, what has run out swept off it first.

        Raises:
            StoreUnavailable, LedgerUnavailable: it cannot be read or warmed now.
        """
        async with self._at_once:
            await self.sweeper.sweep(event_id)
            for _ in range(MAP_ASKS_MAX):
                outcome = await self._feed.read_map(event_id)
                if not isinstance(outcome, Cold):
                    return outcome
                await self._warmer.ensure_warm(event_id)
        raise StoreUnavailable(f"event {event_id} was cold {MAP_ASKS_MAX} times although it was loaded in between")


class FollowedEvent:
    """An event's view from its first map on; `readable` is set whenever a map was read."""

    def __init__(self, event_id: EventId, maps: MapReader, readable: asyncio.Event) -> None:
        self.event_id = event_id
        self.view: LiveView | None = None
        self.used_at_ms = 0
        self.fresh_at_ms = 0
        self.watchers = 0
        self._maps = maps
        self._readable = readable
        self._noted_before_view: list[FeedEntry] = []
        self._moved = asyncio.Event()
        self._pulse: asyncio.Future[None] | None = None
        self._pulse_due = False
        self._pulsed_at_s = -COALESCE_S
        self._reading: asyncio.Task[None] | None = None
        self._read_again = False

    @property
    def tailed(self) -> LiveView | None:
        """The view, while entries of the feed may change it: not before the first map, nor while one is read."""
        return self.view if self._reading is None else None

    async def open(self, layout: LayoutIndex) -> LiveView:
        """The view, from its first map where it has none yet.

        Raises:
            StoreUnavailable, LedgerUnavailable: there is no view and its map cannot be read now.
        """
        if self.view is None:
            await asyncio.shield(self.read_map(layout))
        assert self.view is not None
        return self.view

    def read_map(self, layout: LayoutIndex) -> "asyncio.Task[None]":
        """Have the map read from now on: where a read is under way, once more after it."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_map(layout), name=f"read map {self.event_id}")
            self._reading.add_done_callback(self._read_ended)
        elif self.view is not None:
            self._read_again = True
        return self._reading

    def note(self, entries: Sequence[FeedEntry]) -> None:
        """Take what this process itself has appended."""
        view = self.view
        if view is None:
            self._noted_before_view += entries
            return
        for entry in entries:
            if view.note(entry) is Taken.FOREIGN:
                self.read_map(view.layout)
        self._has_moved()

    def take(self, entries: Sequence[FeedEntry], now_ms: int) -> None:
        """Take the next entries of the feed, as read after the view's place; a gap has the map read anew."""
        view = self.view
        if view is None:
            return
        for entry in entries:
            taken = view.take(entry)
            if taken is Taken.EARLY or taken is Taken.FOREIGN:
                self.read_map(view.layout)
                return
            if entry.change.kind in (ChangeKind.HELD, ChangeKind.EXPIRY_CHANGED):
                self._maps.sweeper.note_expiry(self.event_id, entry.change.expires_at_ms)
        self.confirmed(now_ms)
        self._has_moved()

    def compare(self, position: Position, head: Position | None, now_ms: int) -> None:
        """Take note where the feed stood (None: cold) when the view stood at `position`."""
        view = self.tailed
        if view is None or view.position != position:
            return  # it has moved on meanwhile
        if head == position:
            self.confirmed(now_ms)
        elif head is None or head.epoch != position.epoch or order_of(head.offset) <= order_of(position.offset):
            self.read_map(view.layout)
        # else the next read of the feed brings what is missing, or shows a gap

    def confirmed(self, now_ms: int) -> None:
        """The store has just confirmed or moved the view."""
        self.fresh_at_ms = now_ms
        if self.view is not None:
            self.view.stale = False

    def lost(self) -> None:
        """The store cannot be reached: the view may be behind."""
        self.fresh_at_ms = 0
        if self.view is not None:
            self.view.stale = True

    async def catch_up(self, view: LiveView) -> None:
        """Wait for the feed to bring this process's own changes; past OWN_CHANGE_WAIT_S read the map instead."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(OWN_CHANGE_WAIT_S):
                while view.behind:
                    self._moved.clear()
                    await self._moved.wait()
        if view.behind:
            with contextlib.suppress(StoreUnavailable, LedgerUnavailable):  # then it is stale, and marked so
                await asyncio.shield(self.read_map(view.layout))

    async def changed(self, view: LiveView, shown: Position, within_s: float) -> None:
        """Return when the view has moved on from `shown`, COALESCE_S after the last such time at the earliest; or
        after `within_s`."""
        if self._pulse is None:
            self._pulse = asyncio.get_running_loop().create_future()
        if view.position != shown:
            self._pulse_soon()
        await asyncio.wait((self._pulse,), timeout=within_s)

    def _has_moved(self) -> None:
        self._moved.set()
        self._pulse_soon()

    def _pulse_soon(self) -> None:
        if self._pulse is not None and not self._pulse_due:
            self._pulse_due = True
            loop = asyncio.get_running_loop()
            loop.call_at(max(loop.time(), self._pulsed_at_s + COALESCE_S), self._wake_watchers)

    def _wake_watchers(self) -> None:
        pulse, self._pulse, self._pulse_due = self._pulse, None, False
        self._pulsed_at_s = asyncio.get_running_loop().time()
        if pulse is not None and not pulse.done():
            pulse.set_result(None)

    async def close(self) -> None:
        """End the read under way."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _read_map(self, layout: LayoutIndex) -> None:
        while True:
            self._read_again = False
            notes_before = 0 if self.view is None else self.view.notes
            snapshot = await self._maps.read(self.event_id)
            if self.view is None:
                self.view = LiveView(snapshot, layout)
                self.note(self._noted_before_view)
                self._noted_before_view = []
            else:
                self.view.replace(snapshot, notes_before=notes_before)
                self._maps.on_read_anew(self.event_id)
            self.view.stale = False
            self._has_moved()
            if not self._read_again:
                return

    def _read_ended(self, task: "asyncio.Task[None]") -> None:
        self._reading = None
        self._has_moved()
        self._readable.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self.lost()
            if not isinstance(error, StoreUnavailable | LedgerUnavailable):
                _log.error("map_read_failed", event_id=self.event_id, exc_info=error)
        elif self._read_again and self.view is not None:  # asked for after the read had ended, before it was known
            self.read_map(self.view.layout)
