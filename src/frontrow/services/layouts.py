"""Publishing drawings and putting events on them: the use cases behind the admin's layout and event calls."""

import asyncio
import secrets
from typing import Literal

import msgspec

from frontrow.domain.booking import SeatRowState
from frontrow.domain.document_pieces import decode_in_pieces, encode_in_pieces
from frontrow.domain.document_reading import Fault
from frontrow.domain.event import Event
from frontrow.domain.ids import CHOSEN_ID_FORM, EventId, LayoutId, SeatId, is_chosen_id
from frontrow.domain.layout import Layout
from frontrow.domain.layout_faults import LayoutUnsound, read_layout
from frontrow.domain.layout_import import import_chart
from frontrow.domain.layout_index import LayoutIndex
from frontrow.ports import Ledger
from frontrow.services.catalog import Catalog
from frontrow.services.event_rules import (
    EventFaulty,
    EventPatch,
    NewEvent,
    PricesMissing,
    drafted,
    patched,
    undrawn,
)

LayoutFormat = Literal["frontrow", "seatsio"]
CHANGE_ATTEMPTS_MAX = 5
_EVENT_ID_BYTES = 9


class LayoutPublished(msgspec.Struct, frozen=True):
    """The drawing is stored as this version, for good. `warnings` are sentences: what an import lost, what is odd."""

    layout_id: LayoutId
    version: int
    warnings: tuple[str, ...] = ()


class LayoutPreviewed(msgspec.Struct, frozen=True):
    """The drawing as publishing it would store it: `document` is what readers would be served. Nothing was written."""

    layout: Layout
    document: bytes
    warnings: tuple[str, ...] = ()


class LayoutFaulty(msgspec.Struct, frozen=True):
    """Why the document cannot be used, each fault with its JSON path in the document. Nothing was written."""

    faults: tuple[Fault, ...]


class LayoutUnknown(msgspec.Struct, frozen=True):
    """There is no such layout, or it has no such version (None: no version at all)."""

    layout_id: LayoutId
    version: int | None


class EventCreated(msgspec.Struct, frozen=True):
    """The event is stored. `replayed`: it already was, exactly as asked for now."""

    event: Event
    replayed: bool = False


class EventIdTaken(msgspec.Struct, frozen=True):
    """Another event has the id. Nothing was written."""

    event_id: EventId


class EventChanged(msgspec.Struct, frozen=True):
    """The event is as asked for now."""

    event: Event


class EventUnknown(msgspec.Struct, frozen=True):
    """There is no such event."""

    event_id: EventId


class LayoutInUse(msgspec.Struct, frozen=True):
    """Seats that are sold, claimed or blocked and that the new drawing has not. The event stays as it was."""

    seat_ids: tuple[SeatId, ...]


class LayoutService:
    """Layouts and events, for admins. Every method may raise LedgerUnavailable; whoever may call is judged outside."""

    def __init__(self, *, ledger: Ledger, catalog: Catalog) -> None:
        self._ledger = ledger
        self._catalog = catalog

    async def publish(
        self,
        document: bytes,
        *,
        format: LayoutFormat = "frontrow",  # noqa: A002 - the word of the API and the command line
        layout_id: LayoutId | None = None,
    ) -> LayoutPublished | LayoutFaulty:
        """Judge a drawing and store it as the next version of its layout.

        A drawing that equals the latest version is that version: publishing may be repeated. Reading happens in a
        thread, so that other requests go on.

        Args:
            document: Frontrow's own format, or (`seatsio`) a chart to import; UTF-8 JSON.
            layout_id: the layout to publish it as, whatever the document says; None takes the document's own id,
                and for an imported chart one made from its name.
        """
        if layout_id is not None and not is_chosen_id(layout_id):
            return LayoutFaulty((Fault("layoutId", f"expected {CHOSEN_ID_FORM}, got {layout_id!r}"),))
        prepared = await asyncio.to_thread(_prepared, document, format, layout_id)
        if isinstance(prepared, LayoutFaulty):
            return prepared
        version = await self._ledger.latest_layout_version(prepared.layout.id)
        latest = None if version is None else await self._ledger.layout(prepared.layout.id, version)
        if version is None or latest is None or not await asyncio.to_thread(_same, latest[0], prepared.layout):
            version = await self._ledger.add_layout(prepared.layout, prepared.document)
        return LayoutPublished(prepared.layout.id, version, prepared.warnings)

    async def preview(
        self,
        document: bytes,
        *,
        format: LayoutFormat = "frontrow",  # noqa: A002 - the word of the API and the command line
    ) -> LayoutPreviewed | LayoutFaulty:
        """Judge a drawing exactly as `publish` does, and store nothing."""
        prepared = await asyncio.to_thread(_prepared, document, format, None)
        if isinstance(prepared, LayoutFaulty):
            return prepared
        return LayoutPreviewed(prepared.layout, prepared.document, prepared.warnings)

    async def document(self, layout_id: LayoutId, version: int) -> bytes | None:
        """The drawing as readers are served it (JSON, complete and in layout order); None when there is none."""
        drawing = await self._catalog.drawing(layout_id, version)
        return None if drawing is None else await asyncio.to_thread(drawing.document)

    async def latest_version(self, layout_id: LayoutId) -> int | None:
        """The layout's newest version; None when there is no such layout."""
        return await self._ledger.latest_layout_version(layout_id) if is_chosen_id(layout_id) else None

    async def create_event(
        self, new: NewEvent
    ) -> EventCreated | EventIdTaken | EventFaulty | PricesMissing | LayoutUnknown:
        """Put an event on sale. Repeating it with an `event_id` changes nothing and answers the same."""
        layout = await self._layout(new.layout_id, new.layout_version)
        if isinstance(layout, LayoutUnknown):
            return layout
        event_id = new.event_id if new.event_id is not None else EventId(secrets.token_hex(_EVENT_ID_BYTES))
        event = drafted(new, event_id, layout)
        if not isinstance(event, Event):
            return event
        stored = await self._ledger.add_event(event)
        self._catalog.forget(event_id)
        if stored is not None:
            return EventCreated(stored)
        there = await self._ledger.event(event_id)
        if there is not None and msgspec.structs.replace(event, number=there.number) == there:
            return EventCreated(there, replayed=True)
        return EventIdTaken(event_id)

    async def change_event(
        self, event_id: EventId, patch: EventPatch
    ) -> EventChanged | EventUnknown | EventFaulty | PricesMissing | LayoutUnknown | LayoutInUse:
        """Change an event. A new drawing must have every seat that is sold, claimed or blocked.

        Bookings keep the prices they were made at. The check is made before and again after the change, which is
        taken back if a seat that is no longer drawn was sold in between; processes that have not yet heard of the
        change may still sell by the old drawing for EVENT_FRESH_MS, so drop seats while the event is not on sale.
        """
        for _ in range(CHANGE_ATTEMPTS_MAX):
            event = await self._ledger.event(event_id)
            if event is None:
                return EventUnknown(event_id)
            wanted = await self._patched(event, patch)
            if not isinstance(wanted, Event):
                return wanted
            if not await self._ledger.update_event(wanted, expected=event):
                continue
            self._catalog.forget(event_id)
            lost = await self._lost_seats(event, wanted)
            if not lost:
                return EventChanged(wanted)
            taken_back = await self._ledger.update_event(event, expected=wanted)
            self._catalog.forget(event_id)
            if taken_back:
                return LayoutInUse(lost)
        return EventFaulty((Fault("eventId", "others are changing this event all the time; try again"),))

    async def _patched(
        self, event: Event, patch: EventPatch
    ) -> Event | EventFaulty | PricesMissing | LayoutUnknown | LayoutInUse:
        layout_id = event.layout_id if patch.layout_id is msgspec.UNSET else patch.layout_id
        if patch.layout_version is not msgspec.UNSET:
            version: int | None = patch.layout_version
        else:
            version = event.layout_version if layout_id == event.layout_id else None
        layout = await self._layout(layout_id, version)
        if isinstance(layout, LayoutUnknown):
            return layout
        wanted = patched(event, patch, layout)
        if not isinstance(wanted, Event):
            return wanted
        lost = await self._lost_seats(event, wanted)
        if lost:
            return LayoutInUse(lost)
        if wanted.currency != event.currency and await self._has_sold(event.event_id):
            return EventFaulty((Fault("currency", "cannot change once seats are sold"),))
        return wanted

    async def _has_sold(self, event_id: EventId) -> bool:
        return any(seat.state is not SeatRowState.BLOCKED for seat in await self._ledger.live_seats(event_id))

    async def _lost_seats(self, before: Event, after: Event) -> tuple[SeatId, ...]:
        if (before.layout_id, before.layout_version) == (after.layout_id, after.layout_version):
            return ()
        drawing = await self._catalog.drawing(after.layout_id, after.layout_version)
        if drawing is None:
            return ()
        live = await self._ledger.live_seats(before.event_id)
        return undrawn(drawing.index, [seat.seat_id for seat in live])

    async def _layout(self, layout_id: LayoutId, version: int | None) -> LayoutIndex | LayoutUnknown:
        if not is_chosen_id(layout_id):
            return LayoutUnknown(layout_id, None)
        wanted = await self.latest_version(layout_id) if version is None else version
        drawing = None if wanted is None else await self._catalog.drawing(layout_id, wanted)
        return LayoutUnknown(layout_id, version) if drawing is None else drawing.index


class _Prepared(msgspec.Struct, frozen=True):
    layout: Layout
    document: bytes
    warnings: tuple[str, ...]


def _prepared(document: bytes, written_as: LayoutFormat, layout_id: LayoutId | None) -> _Prepared | LayoutFaulty:
    """The drawing as it will be stored: judged, complete, and written out the way readers are served it."""
    judged = import_chart(document, layout_id) if written_as == "seatsio" else read_layout(document)
    if isinstance(judged, LayoutUnsound):
        return LayoutFaulty(judged.faults)
    layout = judged.layout if layout_id is None else msgspec.structs.replace(judged.layout, id=layout_id)
    # What is stored is what reading it again gives, so that versions can be compared.
    written = encode_in_pieces(layout, "seats")
    return _Prepared(decode_in_pieces(written, Layout), written, judged.warnings)


def _same(one: Layout, other: Layout) -> bool:
    # Seat by seat in Python: comparing 200,000 in one call of C would keep every other request waiting.
    but_for_seats = msgspec.structs.replace(one, seats=()) == msgspec.structs.replace(other, seats=())
    return (
        but_for_seats
        and len(one.seats) == len(other.seats)
        and all(mine == theirs for mine, theirs in zip(one.seats, other.seats, strict=True))
    )
