"""What is on offer: events with their drawings, cached, because every request needs them and they hardly change."""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import msgspec
import structlog

from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.event import Event, SaleStatus
from frontrow.domain.ids import EventId, LayoutId, is_chosen_id
from frontrow.domain.layout import Layout
from frontrow.domain.layout_index import LayoutIndex, index_layout
from frontrow.domain.shared_values import with_shared_values
from frontrow.ports import Clock, Ledger
from frontrow.services.event_news import EVENT_FRESH_MS, EVENT_PATIENCE_S, EventNews
from frontrow.services.shared_reads import SharedReads

EVENTS_CACHED_MAX = 10_000
CACHED_SEATS_MAX = 1_000_000
"""Layouts are kept until they have more seats than this together (about 300 bytes a seat, document included)."""
DRAWINGS_READ_AT_ONCE_MAX = 2
"""While it is read a drawing takes four times the memory that it is kept in, and the processor all the time."""
READY_SEATS_MAX = 200_000
"""Layouts are read before anybody asks for them until they have so many seats together."""
READY_AFTER_S = 1.0
READY_EVERY_S = 10.0
_EVENTS_PER_READ = 500

_log = structlog.get_logger(__name__)

V = TypeVar("V")
R = TypeVar("R")


class Sale(msgspec.Struct, frozen=True):
    """An event with its drawing."""

    event: Event
    layout: LayoutIndex


class Drawing(msgspec.Struct, frozen=True):
    """A layout version, indexed, and the document that readers are served, `compressed` by gzip: a tenth of it."""

    index: LayoutIndex
    compressed: bytes
    digest: str
    """32 characters that no other document has."""

    def document(self) -> bytes:
        """The document as JSON. Costs 5 ms a megabyte, so it belongs in a thread."""
        return gzip.decompress(self.compressed)


class _Kept(msgspec.Struct, Generic[V]):
    """What was read. Where it is known to have changed since it is in doubt, and read anew from `anew_from_ms` on."""

    value: V
    anew_from_ms: int | None = None


class Catalog:
    """Cached events and layouts. Layout versions never change, so they are kept as long as there is room.

    Events are served as the ledger had them EVENT_FRESH_MS ago or later: it is asked which of them changed, for all at
    once (event_news.py). Those are in doubt from then on, and read anew when they are next wanted.

    Every method that reads may raise LedgerUnavailable. What is on sale is read ahead (`run`), and what was read is
    served from the cache while the ledger is away: holds go on.
    """

    def __init__(
        self, ledger: Ledger, *, clock: Clock, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._sleep = sleep
        self._events: OrderedDict[EventId, _Kept[Event]] = OrderedDict()
        self._sales: dict[EventId, Sale] = {}
        """Of events and drawings that are both kept: the same value for as long as neither changes."""
        self._event_ids: dict[int, EventId] = {}
        self._drawings: OrderedDict[tuple[LayoutId, int], Drawing] = OrderedDict()
        self._all_events: _Kept[list[Event]] | None = None
        self._event_loads = SharedReads[EventId, Event | None]()
        self._drawing_loads = SharedReads[tuple[LayoutId, int], Drawing | None]()
        self._list_loads = SharedReads[None, list[Event]]()
        self._seats_cached = 0
        self._news = EventNews(ledger, clock, self._doubt)
        self._drawings_at_once = asyncio.Semaphore(DRAWINGS_READ_AT_ONCE_MAX)

    async def sale(self, event_id: EventId) -> Sale | None:
        """The event with its drawing; None when there is no such event. The same value as before, while neither has
        changed."""
        if event_id not in self._events and not is_chosen_id(event_id):
            return None
        if not self._news.are_recent():
            await self._news.heard()
        kept = self._events.get(event_id)
        if kept is not None and kept.anew_from_ms is None:
            event: Event | None = kept.value
            self._events.move_to_end(event_id)
        else:
            event = await self._event(event_id)
        if event is None:
            return None
        sale = self._sales.get(event_id)
        if sale is not None and sale.event is event:
            self._drawings.move_to_end((event.layout_id, event.layout_version))
            return sale
        drawing = await self.drawing(event.layout_id, event.layout_version)
        if drawing is None:
            raise LedgerUnavailable(f"layout {event.layout_id} version {event.layout_version} is missing")
        sale = Sale(event=event, layout=drawing.index)
        kept = self._events.get(event_id)
        if kept is not None and kept.value is event and (event.layout_id, event.layout_version) in self._drawings:
            self._sales[event_id] = sale
        return sale

    async def sale_by_number(self, number: int) -> Sale | None:
        """The same by the event's number, the prefix of its holds' and bookings' ids."""
        event_id = self._event_ids.get(number)
        if event_id is None:
            event = await self._ledger.event_by_number(number)
            if event is None:
                return None
            event_id = event.event_id
        return await self.sale(event_id)

    async def page(self, *, after_number: int, limit: int) -> list[Event]:
        """Up to `limit` events with a number above `after_number`, in that order, as the ledger has them now."""
        return await self._ledger.events(after_number=after_number, limit=limit)

    async def events_on_sale(self, now_ms: int) -> list[Event]:
        """Every event whose seats can be had at that time, by number; the list may be EVENT_FRESH_MS old.

        While the ledger is away it is the one that was read last, if any was.
        """
        await self._news.heard()
        events = await self._known(self._all_events, lambda: self._list_loads.join(None, self._read_all_events))
        return [event for event in events if event.sale_status(now_ms) is SaleStatus.ON_SALE]

    async def run(self) -> None:
        """Have what is on sale at hand before anybody asks, for ever: a ledger that goes away keeps nobody from it."""
        await self._sleep(READY_AFTER_S)  # who asks at the start is served first
        while True:
            try:
                await self.read_ahead()
            except LedgerUnavailable:
                pass  # the next round may find it
            except Exception:  # the rounds go on, whatever one of them came to
                _log.exception("reading_ahead_failed")
            await self._sleep(READY_EVERY_S)

    async def read_ahead(self) -> None:
        """Read every event on sale, and their drawings as far as READY_SEATS_MAX goes.

        Raises:
            LedgerUnavailable: what was read by then is kept.
        """
        for place, event in enumerate(await self.events_on_sale(self._clock.now_ms())):
            if place % _EVENTS_PER_READ == 0:
                await asyncio.sleep(0)  # ten thousand take 10 ms: others have their turn in between
            listed = self._all_events
            if listed is None or listed.anew_from_ms is not None:
                return  # an event was changed meanwhile: what was listed may be what it was before
            if event.event_id not in self._events and len(self._events) < EVENTS_CACHED_MAX:
                self._keep_event(event)
            if self._seats_cached < READY_SEATS_MAX:
                await self.drawing(event.layout_id, event.layout_version)

    async def drawing(self, layout_id: LayoutId, version: int) -> Drawing | None:
        """The layout version, indexed, with its document; None when there is none."""
        key = (layout_id, version)
        drawing = self._drawings.get(key)
        if drawing is not None:
            self._drawings.move_to_end(key)
            return drawing
        return await self._drawing_loads.join(key, lambda: self._read_drawing(layout_id, version))

    def forget(self, event_id: EventId) -> None:
        """Read the event anew at the next call: this process changed it, or heard that it changed."""
        self._events.pop(event_id, None)
        self._sales.pop(event_id, None)
        self._all_events = None
        # A read that is under way may bring the state before the change: nobody new may join it.
        self._event_loads.leave(event_id)
        self._list_loads.leave(None)

    def _doubt(self, event_ids: frozenset[EventId] | None) -> None:
        """These events (None: all) changed: read them, and the list, anew when they are next wanted."""
        now_ms = self._clock.monotonic_ms()
        for event_id in self._events if event_ids is None else event_ids:
            if (kept := self._events.get(event_id)) is not None:
                kept.anew_from_ms = now_ms
        # A read that is under way may bring the state before the change, as in `forget`.
        if event_ids is None:
            self._event_loads.leave_all()
        else:
            for event_id in event_ids:
                self._event_loads.leave(event_id)
        if event_ids is None or event_ids:
            if self._all_events is not None:
                self._all_events.anew_from_ms = now_ms
            self._list_loads.leave(None)

    async def _event(self, event_id: EventId) -> Event | None:
        return await self._known(
            self._events.get(event_id),
            lambda: self._event_loads.join(event_id, lambda: self._read_event(event_id)),
        )

    async def _known(self, kept: _Kept[V] | None, read: Callable[[], Awaitable[R]]) -> V | R:
        """What is kept unless it is in doubt, else what is read; but what is kept where the ledger fails or hangs."""
        if kept is None:
            return await read()
        if kept.anew_from_ms is None or self._clock.monotonic_ms() < kept.anew_from_ms:
            return kept.value
        try:
            async with asyncio.timeout(EVENT_PATIENCE_S):
                return await read()
        except (LedgerUnavailable, TimeoutError):
            # Those who come next need not wait as well; the read goes on, and what it brings is kept.
            kept.anew_from_ms = self._clock.monotonic_ms() + EVENT_FRESH_MS
            return kept.value

    async def _read_event(self, event_id: EventId) -> Event | None:
        event = await self._ledger.event(event_id)
        if event is not None and self._event_loads.is_current(event_id):
            return self._keep_event(event)
        return event

    def _keep_event(self, event: Event) -> Event:
        """Keep what was read; where it is what was known, the known one, for others know it by being the same."""
        known = self._events.get(event.event_id)
        kept = event if known is None or known.value != event else known.value
        self._events[event.event_id] = _Kept(kept)
        self._events.move_to_end(event.event_id)
        self._event_ids[event.number] = event.event_id
        while len(self._events) > EVENTS_CACHED_MAX:
            dropped_id, dropped = self._events.popitem(last=False)
            self._event_ids.pop(dropped.value.number, None)
            self._sales.pop(dropped_id, None)
        return kept

    async def _read_all_events(self) -> list[Event]:
        events: list[Event] = []
        while True:
            after = events[-1].number if events else 0
            page = await self._ledger.events(after_number=after, limit=_EVENTS_PER_READ)
            is_current = self._list_loads.is_current(None)
            events += map(self._settled, page) if is_current else page
            if len(page) < _EVENTS_PER_READ:
                break
        if is_current:
            self._all_events = _Kept(events)
        return events

    def _settled(self, event: Event) -> Event:
        """The event that was just read, as the kept one where it is that; a doubt about the kept one is over."""
        kept = self._events.get(event.event_id)
        if kept is None:
            return event
        if kept.anew_from_ms is not None:
            kept.anew_from_ms = None
            if kept.value != event:
                kept.value = event
        return kept.value if kept.value == event else event

    async def _read_drawing(self, layout_id: LayoutId, version: int) -> Drawing | None:
        async with self._drawings_at_once:
            stored = await self._ledger.layout(layout_id, version)
            if stored is None:
                return None
            kept = [drawing.index for drawing in self._drawings.values()]
            drawing = await asyncio.to_thread(_drawing, *stored, version, kept)
        self._drawings[layout_id, version] = drawing
        self._seats_cached += len(drawing.index.seat_ids)
        while len(self._drawings) > 1 and self._seats_cached > CACHED_SEATS_MAX:
            _, dropped = self._drawings.popitem(last=False)
            self._seats_cached -= len(dropped.index.seat_ids)
            self._sales = {key: sale for key, sale in self._sales.items() if sale.layout is not dropped.index}
        return drawing


def _drawing(layout: Layout, document: bytes, version: int, kept: Sequence[LayoutIndex]) -> Drawing:
    return Drawing(
        index=index_layout(with_shared_values(layout, kept), version),
        compressed=gzip.compress(document, 6, mtime=0),
        digest=hashlib.sha256(document).hexdigest()[:32],
    )
