"""Live views over a change feed in memory, and everything that can happen to one."""

import asyncio

from hypothesis import strategies as st

from frontrow.domain.changes import ChangeKind
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.event import Event
from frontrow.domain.ids import EventId, LayoutId
from frontrow.domain.layout_index import index_layout
from frontrow.services.catalog import Sale
from frontrow.services.live import LiveViews
from tests.support.fake_clock import FakeClock
from tests.support.fake_feed import FakeFeed
from tests.support.house import small_layout

EVENT = EventId("gala")
OTHER = EventId("ball")


class Sales:
    """Two events on the small layout."""

    def __init__(self) -> None:
        self.layout = index_layout(small_layout(), 1)

    async def sale(self, event_id: EventId) -> Sale | None:
        if event_id not in (EVENT, OTHER):
            return None
        return Sale(Event(event_id, 1, "Gala", LayoutId("small-house"), 1, 2**53, "USD", {}), self.layout)


class Warmer:
    """Warms the fake feed, or says that the ledger is away."""

    def __init__(self, feed: FakeFeed) -> None:
        self._feed = feed
        self.ledger_down = False

    async def ensure_warm(self, event_id: EventId) -> None:
        if self.ledger_down:
            raise LedgerUnavailable("down")
        self._feed.warm(event_id)


class Sweeper:
    """Hears of sweeps and expiries."""

    def __init__(self) -> None:
        self.swept: list[EventId] = []
        self.expiries: list[tuple[EventId, int]] = []

    async def sweep(self, event_id: EventId) -> None:
        self.swept.append(event_id)

    def note_expiry(self, event_id: EventId, expires_at_ms: int) -> None:
        self.expiries.append((event_id, expires_at_ms))


class Stage:
    """Live views over a fake feed, tailing it."""

    def __init__(self) -> None:
        self.feed = FakeFeed()
        self.sales = Sales()
        self.warmer = Warmer(self.feed)
        self.sweeper = Sweeper()
        self.clock = FakeClock()
        self.read_anew: list[EventId] = []
        self.live = LiveViews(
            feed=self.feed,
            catalog=self.sales,
            warmer=self.warmer,
            sweeper=self.sweeper,
            clock=self.clock,
            on_read_anew=self.read_anew.append,
        )
        self._tail: asyncio.Task[None] | None = None

    def tail(self) -> None:
        self._tail = asyncio.create_task(self.live.run())

    async def close(self) -> None:
        if self._tail is not None:
            self._tail.cancel()
            await asyncio.gather(self._tail, return_exceptions=True)
        await self.live.close()

    async def shows(self, event_id: EventId = EVENT) -> bool:
        """Whether the view is the feed's state exactly, and fresh."""
        self.clock.advance(100)
        view = await self.live.view(event_id)
        return self.feed.is_warm(event_id) and view.snapshot() == self.feed.snapshot(event_id) and not view.stale


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from([kind for kind in ChangeKind if kind is not ChangeKind.WARMED]),
            st.sampled_from(["A1", "A1 A2", "B3", "R1 R2 R3"]),
            st.sampled_from(["tailed", "noted"]),
        ),
        st.tuples(st.sampled_from(["trim", "flush", "flush and warm", "outage", "pause", "read"])),
    ),
    max_size=40,
)


async def take(stage: Stage, step: tuple[str, ...]) -> None:
    match step:
        case (ChangeKind() as kind, names, how):
            stage.feed.warm(EVENT)
            entry = stage.feed.append(EVENT, kind, names, expires_at_ms=9)
            if how == "noted":
                stage.live.note(EVENT, [entry])
        case ("trim",):
            stage.feed.warm(EVENT)
            stage.feed.trim(EVENT, keep=1)
        case ("flush",):
            stage.feed.flush_all(clock_back_ms=3)
        case ("flush and warm",):
            stage.feed.flush_all()
            stage.feed.warm(EVENT)
        case ("outage",):
            stage.feed.go_down()
            await asyncio.sleep(0)
            stage.feed.come_up()
        case ("read",):
            await stage.live.view(EVENT)
        case _:
            for _ in range(5):
                await asyncio.sleep(0)
