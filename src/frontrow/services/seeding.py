"""Loading the demo's venues and events. May be repeated: what is there stays, what is over is put on again."""

from collections.abc import Callable

import msgspec

from frontrow.domain.event import Event, SaleStatus
from frontrow.domain.ids import LayoutId
from frontrow.domain.venues.programme import DEMO_EVENTS, DemoEvent, demo_layouts
from frontrow.ports import Clock
from frontrow.services.catalog import Catalog
from frontrow.services.event_rules import EventPatch, NewEvent
from frontrow.services.layouts import EventChanged, EventCreated, EventIdTaken, LayoutPublished, LayoutService

Progress = Callable[[int, int, str], None]
"""Told before each step: steps done, steps in all, what comes now."""

CURRENCY = "USD"
_DAY_MS = 86_400_000
_EVENING_MS = 19 * 3_600_000 + 1_800_000
"""Half past seven."""


class SeedReport(msgspec.Struct, frozen=True):
    """Everything the demo has now, newly made or there before."""

    layouts: tuple[tuple[LayoutId, int], ...]
    events: tuple[Event, ...]


class Seeding:
    """Loads the demo through the same use cases an operator has."""

    def __init__(self, *, layouts: LayoutService, catalog: Catalog, clock: Clock) -> None:
        self._layouts = layouts
        self._catalog = catalog
        self._clock = clock

    async def load(self, progress: Progress | None = None) -> SeedReport:
        """Publish the demo's venues and put its events on sale.

        An event that is there stays on its layout version with its prices; one that is over gets a new start, so
        that a demo's old data folder has something to sell. Raises LedgerUnavailable.
        """
        drawings = demo_layouts()
        steps = len(drawings) + len(DEMO_EVENTS)
        tell = progress or (lambda _done, _steps, _what: None)
        published = []
        for done, layout in enumerate(drawings):
            tell(done, steps, layout.name)
            match await self._layouts.publish(msgspec.json.encode(layout)):
                case LayoutPublished(layout_id=layout_id, version=version):
                    published.append((layout_id, version))
                case refused:
                    raise AssertionError(f"the demo's own layout {layout.id} was refused: {refused.faults[:3]}")
        events = []
        for done, demo_event in enumerate(DEMO_EVENTS, start=len(drawings)):
            tell(done, steps, demo_event.name)
            events.append(await self._put_on(demo_event))
        tell(steps, steps, "done")
        return SeedReport(layouts=tuple(published), events=tuple(events))

    async def _put_on(self, demo_event: DemoEvent) -> Event:
        now_ms = self._clock.now_ms()
        starts_at_ms = (now_ms // _DAY_MS + demo_event.starts_in_days) * _DAY_MS + _EVENING_MS
        there = await self._catalog.sale(demo_event.event_id)
        if there is None:
            new = NewEvent(
                event_id=demo_event.event_id,
                name=demo_event.name,
                layout_id=demo_event.layout_id,
                starts_at_ms=starts_at_ms,
                currency=CURRENCY,
                charges=demo_event.charges,
            )
            match await self._layouts.create_event(new):
                case EventCreated(event=event):
                    return event
                case EventIdTaken():
                    # Somebody else seeds at this moment.
                    there = await self._catalog.sale(demo_event.event_id)
                case refused:
                    raise AssertionError(f"the demo's own event {demo_event.event_id} was refused: {refused}")
        if there is None:
            raise AssertionError(f"the event {demo_event.event_id} is taken and yet unknown")
        if there.event.sale_status(now_ms) is not SaleStatus.CLOSED:
            return there.event
        changed = await self._layouts.change_event(
            demo_event.event_id, EventPatch(starts_at_ms=starts_at_ms, sales_end_ms=None)
        )
        return changed.event if isinstance(changed, EventChanged) else there.event
