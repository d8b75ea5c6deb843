"""Live views: this process's picture of every event that someone watches or reads, fed by the events' change feeds.

One task tails all their feeds. A view changes by entries of its feed only; where an entry does not follow, where the
epoch is another, or where the head of a quiet feed is not where the view stands, the whole map is read again. So a
view converges whatever the store goes through. All reads are answered from here, without the store.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol

import structlog

from frontrow.domain.changes import FeedEntry, Position
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.ids import EventId
from frontrow.ports import ChangeFeed, Clock
from frontrow.services.catalog import Sale
from frontrow.services.followed_event import FollowedEvent, MapReader, Sweeps, Warms
from frontrow.services.live_view import LiveView, ViewChanges

__all__ = ["LiveView", "LiveViews", "ViewChanges"]

EVENTS_MAX = 1_000
"""Views kept at once; past it the one that was read longest ago is let go. Each costs a stream in every read."""
IDLE_MS = 60_000
"""A view that nobody has read for this long is let go."""
HEADS_EVERY_MS = 1_000
READ_PAUSE_S = 0.01
"""Between two reads of the feeds: bounds what the tail costs the store, well below the 250 ms others wait."""
RETRY_PAUSES_S = (0.05, 0.1, 0.2, 0.5, 1.0)

_log = structlog.get_logger(__name__)


class Sales(Protocol):
    """Knows events with their drawings (services/catalog.py)."""

    async def sale(self, event_id: EventId) -> Sale | None: ...


class LiveViews:
    """The views of this process. `run` is the task that tails the feeds; without it views do not follow others.

    `on_read_anew` is told of events whose feed did not go on where it was: the store may have lost its last changes, as
    after a failover, and among them what the ledger had told it.
    """

    def __init__(
        self,
        *,
        feed: ChangeFeed,
        catalog: Sales,
        warmer: Warms,
        sweeper: Sweeps,
        clock: Clock,
        on_read_anew: Callable[[EventId], object] = lambda _: None,
    ) -> None:
        self._feed = feed
        self._catalog = catalog
        self._clock = clock
        self._maps = MapReader(feed=feed, warmer=warmer, sweeper=sweeper, on_read_anew=on_read_anew)
        self._readable = asyncio.Event()
        self._followed: dict[EventId, FollowedEvent] = {}
        self._lost: set[EventId] = set()
        """Events whose server does not answer, while others do."""

    @property
    def events_followed(self) -> int:
        """How many events this process keeps a view of, at most EVENTS_MAX."""
        return len(self._followed)

    async def view(self, event_id: EventId) -> LiveView:
        """The event's view as `shown` has it.

        Raises:
            LookupError: no such event.
            StoreUnavailable, LedgerUnavailable: as `shown`.
        """
        found = await self.shown(event_id)
        if found is None:
            raise LookupError(event_id)
        return found[1]

    async def shown(self, event_id: EventId) -> tuple[Sale, LiveView] | None:
        """The event as it is now, on the drawing it is sold by: every change that this process has answered is in it.

        Others' changes are at most 250 ms behind. While the store is away the view stays as it was and is `stale`.
        Use both before the next await: the view goes on changing, and may be laid out by a newer drawing.

        Returns:
            None when there is no such event.

        Raises:
            StoreUnavailable: the event was not followed yet and its map cannot be read now.
            LedgerUnavailable: the event was not followed yet, and it or its sold seats cannot be read.
        """
        sale = await self._catalog.sale(event_id)
        if sale is None:
            return None
        followed = self._followed.get(event_id) or self._follow(event_id)
        followed.used_at_ms = self._clock.monotonic_ms()
        view = followed.view or await followed.open(sale.layout)
        if view.behind and not view.stale:
            await followed.catch_up(view)
        view.lay_out(sale.layout)
        return sale, view

    def note(self, event_id: EventId, entries: Sequence[FeedEntry]) -> None:
        """Show what a call of this process has appended, at once where it is the next entry of the feed."""
        followed = self._followed.get(event_id)
        if followed is not None:  # else the first map that is read has it
            followed.note(entries)

    @contextmanager
    def watching(self, event_id: EventId) -> Iterator[None]:
        """Keep the event's view until the end of the block, though nobody reads it."""
        followed = self._followed.get(event_id) or self._follow(event_id)
        followed.watchers += 1
        try:
            yield
        finally:
            followed.watchers -= 1

    async def moved(self, event_id: EventId, shown: Position, *, within_s: float) -> LiveView:
        """The view as soon as those who show it as of `shown` should be told more, or as it is after `within_s`.

        Changes that come within COALESCE_S of each other are told together: the first after a quiet time at once, those
        after it together. Called inside `watching`.

        Raises:
            LookupError, StoreUnavailable, LedgerUnavailable: as `view`.
        """
        view = await self.view(event_id)
        await self._followed[event_id].changed(view, shown, within_s)
        return await self.view(event_id)

    async def run(self) -> None:
        """Tail the feeds of the followed events, for ever."""
        failures = 0
        heads_due_ms = 0
        while True:
            now_ms = self._clock.monotonic_ms()
            try:
                if now_ms >= heads_due_ms:
                    heads_due_ms = now_ms + HEADS_EVERY_MS
                    await self._compare_heads(now_ms)
                await self._read_feeds(block_ms=max(1, heads_due_ms - now_ms))
            except Exception as error:  # the views must go on following, whatever one read came to
                if failures == 0:
                    unexpected = None if isinstance(error, StoreUnavailable) else error
                    _log.warning("live_views_stale", reason=str(error), exc_info=unexpected)
                for followed in self._followed.values():
                    followed.lost()
                await asyncio.sleep(RETRY_PAUSES_S[min(failures, len(RETRY_PAUSES_S) - 1)])
                failures += 1
                heads_due_ms = 0
            else:
                if failures:
                    _log.info("live_views_fresh", events=len(self._followed), failures=failures)
                failures = 0
                await asyncio.sleep(READ_PAUSE_S)

    async def close(self) -> None:
        """Let every event go and end the map reads under way."""
        followed, self._followed = self._followed, {}
        for event in followed.values():
            await event.close()

    def _follow(self, event_id: EventId) -> FollowedEvent:
        unwatched = [event for event in self._followed.values() if not event.watchers]
        if len(self._followed) >= EVENTS_MAX and unwatched:
            del self._followed[min(unwatched, key=lambda event: event.used_at_ms).event_id]
        followed = self._followed[event_id] = FollowedEvent(event_id, self._maps, self._readable)
        return followed

    async def _compare_heads(self, now_ms: int) -> None:
        """Let idle views go, and see that every quiet feed still ends where its view stands."""
        idle = [
            event_id
            for event_id, followed in self._followed.items()
            if not followed.watchers and now_ms - followed.used_at_ms > IDLE_MS
        ]
        for event_id in idle:
            del self._followed[event_id]
        quiet = {
            event_id: view.position
            for event_id, followed in self._followed.items()
            if now_ms - followed.fresh_at_ms >= HEADS_EVERY_MS and (view := followed.tailed) is not None
        }
        heads = await self._feed.heads(list(quiet)) if quiet else {}
        for event_id, position in quiet.items():
            head = heads.get(event_id)
            if isinstance(head, StoreUnavailable):
                self._lose(event_id, head)
            elif (followed := self._followed.get(event_id)) is not None:
                followed.compare(position, head, now_ms)
                self._find_again(event_id)

    async def _read_feeds(self, *, block_ms: int) -> None:
        """Wait for entries of any feed and apply them; return early when a map was read: there is more to tail."""
        self._readable.clear()
        offsets = {
            event_id: view.position.offset
            for event_id, followed in self._followed.items()
            if (view := followed.tailed) is not None
        }
        reading = asyncio.ensure_future(self._entries_after(offsets, block_ms))
        interrupted = asyncio.ensure_future(self._readable.wait())
        try:
            await asyncio.wait((reading, interrupted), return_when=asyncio.FIRST_COMPLETED)
        finally:
            interrupted.cancel()
            if not reading.done():
                reading.cancel()
            await asyncio.gather(reading, interrupted, return_exceptions=True)
        if reading.cancelled():
            return
        now_ms = self._clock.monotonic_ms()
        for event_id, entries in reading.result().items():
            if isinstance(entries, StoreUnavailable):
                self._lose(event_id, entries)
            elif (followed := self._followed.get(event_id)) is not None:
                followed.take(entries, now_ms)
                self._find_again(event_id)

    def _lose(self, event_id: EventId, why: StoreUnavailable) -> None:
        """One server of several does not answer: its events' views are stale, and the others go on."""
        if not self._lost:
            _log.warning("live_views_stale", reason=str(why), first_event_id=event_id)
        self._lost.add(event_id)
        if (followed := self._followed.get(event_id)) is not None:
            followed.lost()

    def _find_again(self, event_id: EventId) -> None:
        if event_id in self._lost:
            self._lost &= self._followed.keys()
            self._lost.discard(event_id)
            if not self._lost:
                _log.info("live_views_fresh", events=len(self._followed))

    async def _entries_after(
        self, offsets: Mapping[EventId, str], block_ms: int
    ) -> Mapping[EventId, list[FeedEntry] | StoreUnavailable]:
        if not offsets:
            await asyncio.sleep(block_ms / 1000)
            return {}
        return await self._feed.read_after(offsets, block_ms=block_ms)
