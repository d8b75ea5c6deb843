"""Live views follow their feeds through everything a store can do, and reads show this process's own changes."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

import msgspec
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from frontrow.domain.changes import ChangeKind, Position
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.event import Event
from frontrow.domain.ids import EventId, LayoutId, SeatId
from frontrow.domain.layout_index import index_layout
from frontrow.domain.seat_map import SeatState
from frontrow.services import followed_event, live, view_journal
from frontrow.services.catalog import Sale
from frontrow.services.live import LiveViews, ViewChanges
from tests.support.eventually import eventually
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
        self.live = LiveViews(
            feed=self.feed, catalog=self.sales, warmer=self.warmer, sweeper=self.sweeper, clock=self.clock
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


@pytest_asyncio.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr(live, "RETRY_PAUSES_S", (0.001,))
    stage = Stage()
    yield stage
    await stage.close()


async def test_opening_a_view_warms_a_cold_event_and_sweeps_first(stage: Stage) -> None:
    view = await stage.live.view(EVENT)
    assert view.position == stage.feed.position(EVENT)
    assert stage.sweeper.swept == [EVENT]


async def test_an_event_that_does_not_exist_has_no_view(stage: Stage) -> None:
    with pytest.raises(LookupError):
        await stage.live.view(EventId("unknown"))
    assert stage.live.events_followed == 0


async def test_readers_who_come_at_once_share_one_map_read(stage: Stage) -> None:
    stage.feed.warm(EVENT)
    views = await asyncio.gather(*(stage.live.view(EVENT) for _ in range(20)))
    assert len(set(map(id, views))) == 1
    assert stage.feed.reads.count("read_map") == 1


async def test_reads_of_a_followed_event_never_touch_the_store(stage: Stage) -> None:
    await stage.live.view(EVENT)
    reads = len(stage.feed.reads)
    for _ in range(10):
        (await stage.live.view(EVENT)).states()
    assert len(stage.feed.reads) == reads


async def test_a_cancelled_reader_leaves_the_others_their_map(stage: Stage) -> None:
    stage.feed.warm(EVENT)
    first, second = (asyncio.create_task(stage.live.view(EVENT)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).position == stage.feed.position(EVENT)


async def test_others_changes_come_along_the_feed_with_their_expiries(stage: Stage) -> None:
    await stage.live.view(EVENT)
    stage.tail()
    stage.feed.append(EVENT, ChangeKind.HELD, "A1", expires_at_ms=7_000)
    await eventually(stage.shows, "the view shows the hold")
    assert (EVENT, 7_000) in stage.sweeper.expiries


async def test_an_event_opened_while_the_tail_waits_is_tailed_at_once(stage: Stage) -> None:
    stage.tail()
    await stage.live.view(EVENT)
    await eventually(lambda: "read_after" in stage.feed.reads, "the tail reads")
    await stage.live.view(OTHER)
    stage.feed.append(OTHER, ChangeKind.HELD, "A1")
    await eventually(lambda: stage.shows(OTHER), "the view shows the hold", seconds_max=0.8)


async def test_an_own_change_shows_at_once_and_does_not_come_twice(stage: Stage) -> None:
    stage.feed.warm(EVENT)
    await stage.live.view(EVENT)
    stage.live.note(EVENT, [stage.feed.append(EVENT, ChangeKind.HELD, "A1")])
    assert (await stage.live.view(EVENT)).counts()["held"] == 1
    stage.tail()
    stage.feed.append(EVENT, ChangeKind.RELEASED, "A1")
    await eventually(stage.shows, "the release came along the feed")
    assert stage.feed.reads.count("read_map") == 1


async def test_an_own_change_after_others_waits_for_the_tail(stage: Stage) -> None:
    stage.feed.warm(EVENT)
    await stage.live.view(EVENT)
    stage.feed.append(EVENT, ChangeKind.HELD, "A1")
    stage.live.note(EVENT, [stage.feed.append(EVENT, ChangeKind.HELD, "A2")])
    reader = asyncio.create_task(stage.live.view(EVENT))
    stage.tail()
    assert (await reader).counts()["held"] == 2
    assert stage.feed.reads.count("read_map") == 1


async def test_an_own_change_that_the_tail_does_not_bring_is_read_with_the_map(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followed_event, "OWN_CHANGE_WAIT_S", 0.01)
    await stage.live.view(EVENT)
    stage.feed.append(EVENT, ChangeKind.HELD, "A1")
    stage.live.note(EVENT, [stage.feed.append(EVENT, ChangeKind.HELD, "A2")])
    assert (await stage.live.view(EVENT)).counts()["held"] == 2


async def test_an_own_change_noted_while_the_first_map_is_read_is_shown(stage: Stage) -> None:
    stage.feed.warm(EVENT)
    reader = asyncio.create_task(stage.live.view(EVENT))
    await eventually(lambda: "read_map" in stage.feed.reads, "the map is being read")
    stage.live.note(EVENT, [stage.feed.append(EVENT, ChangeKind.HELD, "A1")])
    assert (await reader).counts()["held"] == 1


async def test_an_own_change_in_a_new_epoch_is_shown_by_the_next_read(stage: Stage) -> None:
    await stage.live.view(EVENT)
    stage.feed.flush_all()
    stage.feed.warm(EVENT)
    stage.live.note(EVENT, [stage.feed.append(EVENT, ChangeKind.HELD, "A1")])
    assert (await stage.live.view(EVENT)).counts()["held"] == 1


async def test_a_trimmed_feed_has_the_map_read_anew(stage: Stage) -> None:
    await stage.live.view(EVENT)
    for name in ("A1", "A2", "A3"):
        stage.feed.append(EVENT, ChangeKind.HELD, name)
    stage.feed.trim(EVENT, keep=1)
    stage.tail()
    await eventually(stage.shows, "the view shows all three holds")


@pytest.mark.parametrize("clock_back_ms", [0, 500])
async def test_an_emptied_store_is_warmed_and_read_anew(stage: Stage, clock_back_ms: int) -> None:
    await stage.live.view(EVENT)
    stage.tail()
    stage.feed.append(EVENT, ChangeKind.HELD, "A1")
    await eventually(stage.shows, "the view shows the hold")
    stage.feed.flush_all(clock_back_ms=clock_back_ms)
    stage.clock.advance(live.HEADS_EVERY_MS)
    await eventually(lambda: stage.feed.reads.count("read_map") >= 3, "cold is noticed, warmed and read")
    stage.feed.append(EVENT, ChangeKind.BOOKED, "A2")
    await eventually(stage.shows, "the view follows the new epoch")


async def test_views_are_stale_while_the_store_is_away_and_fresh_when_it_is_back(stage: Stage) -> None:
    view = await stage.live.view(EVENT)
    stage.tail()
    await eventually(lambda: "read_after" in stage.feed.reads, "the tail reads")
    stage.feed.go_down()
    await eventually(lambda: view.stale, "the view is stale")
    assert (await stage.live.view(EVENT)) is view
    with pytest.raises(StoreUnavailable):
        await stage.live.view(OTHER)
    stage.feed.come_up()
    await eventually(stage.shows, "the view is fresh again")
    assert (await stage.live.view(OTHER)).position == stage.feed.position(OTHER)


async def test_while_the_ledger_is_away_a_cold_event_keeps_its_last_view(stage: Stage) -> None:
    view = await stage.live.view(EVENT)
    stage.tail()
    stage.warmer.ledger_down = True
    stage.feed.flush_all()
    stage.clock.advance(live.HEADS_EVERY_MS)
    await eventually(lambda: view.stale, "the view is stale")
    stage.warmer.ledger_down = False

    def warmed() -> bool:
        stage.clock.advance(live.HEADS_EVERY_MS)
        return not view.stale

    await eventually(warmed, "the event is warm again")
    assert await stage.shows()


async def test_a_view_that_nobody_reads_is_let_go(stage: Stage) -> None:
    await stage.live.view(EVENT)
    stage.tail()
    stage.clock.advance(live.IDLE_MS + 1)
    await eventually(lambda: stage.live.events_followed == 0, "the view is let go")


async def test_views_are_bounded_and_the_longest_unread_is_let_go(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "EVENTS_MAX", 1)
    await stage.live.view(EVENT)
    await stage.live.view(OTHER)
    assert stage.live.events_followed == 1


async def test_an_event_moved_to_another_layout_version_is_shown_in_its_order(stage: Stage) -> None:
    assert len((await stage.live.view(EVENT)).states()) == 28
    stage.sales.layout = index_layout(small_layout(seats_per_row=2), 2)
    assert len((await stage.live.view(EVENT)).states()) == 12


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


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_a_view_converges_whatever_happened_to_the_feed(steps: list[tuple[str, ...]]) -> None:
    async def play() -> None:
        stage = Stage()
        await stage.live.view(EVENT)
        stage.tail()
        try:
            for step in steps:
                await take(stage, step)
            stage.clock.advance(live.HEADS_EVERY_MS)
            await eventually(stage.shows, f"the view shows what the store has after {steps}")
        finally:
            await stage.close()

    asyncio.run(play())


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


class Snapshot(msgspec.Struct, frozen=True):
    """Every seat, as a watcher is shown them first."""

    position: Position
    layout_version: int
    states: bytes


async def watch(stage: Stage, shown: Position | None = None) -> AsyncGenerator[Snapshot | ViewChanges, None]:
    """What a watcher is told that looks each time the view has moved; the first at once."""
    with stage.live.watching(EVENT):
        view = await stage.live.view(EVENT)
        layout_version = view.layout.version
        while True:
            if shown != view.position or layout_version != view.layout.version:
                known = shown is not None and layout_version == view.layout.version
                changes = view.changes_since(shown) if known and shown is not None else None
                shown, layout_version = view.position, view.layout.version
                yield changes or Snapshot(shown, layout_version, view.states())
            view = await stage.live.moved(EVENT, shown, within_s=0.1)


async def test_a_watcher_starts_with_a_snapshot_and_then_gets_what_changed(stage: Stage) -> None:
    async with contextlib.aclosing(watch(stage)) as watcher:
        first = await anext(watcher)
        assert first == Snapshot(stage.feed.position(EVENT), 1, b"a" * 28)
        stage.live.note(EVENT, [stage.feed.append(EVENT, ChangeKind.HELD, "A1 A2")])
        stage.live.note(EVENT, [stage.feed.append(EVENT, ChangeKind.BOOKED, "A2")])
        assert await anext(watcher) == ViewChanges(
            stage.feed.position(EVENT), {SeatState.HELD: (SeatId("A1"),), SeatState.BOOKED: (SeatId("A2"),)}
        )


async def test_changes_that_come_together_reach_every_watcher_as_one_value(stage: Stage) -> None:
    async with (
        contextlib.aclosing(watch(stage)) as one,
        contextlib.aclosing(watch(stage)) as other,
    ):
        await anext(one)
        await anext(other)
        waiting = [asyncio.create_task(anext(watcher)) for watcher in (one, other)]
        await asyncio.sleep(0)
        for name in ("A1", "A2", "A3"):
            stage.live.note(EVENT, [stage.feed.append(EVENT, ChangeKind.HELD, name)])
        first, second = await asyncio.gather(*waiting)
        assert first is second
        assert isinstance(first, ViewChanges)
        assert first.seats == {SeatState.HELD: (SeatId("A1"), SeatId("A2"), SeatId("A3"))}


async def test_a_watcher_that_comes_back_gets_only_what_it_missed(stage: Stage) -> None:
    await stage.live.view(EVENT)
    shown = stage.feed.position(EVENT)
    stage.live.note(EVENT, [stage.feed.append(EVENT, ChangeKind.HELD, "B1")])
    async with contextlib.aclosing(watch(stage, shown)) as watcher:
        assert await anext(watcher) == ViewChanges(stage.feed.position(EVENT), {SeatState.HELD: (SeatId("B1"),)})


async def test_a_watcher_from_an_unknown_position_gets_a_snapshot(stage: Stage) -> None:
    async with contextlib.aclosing(watch(stage, Position("another", "5-0-x"))) as watcher:
        assert isinstance(await anext(watcher), Snapshot)


async def test_a_watcher_too_far_behind_gets_a_snapshot(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_journal, "STEPS_MAX", 3)
    async with contextlib.aclosing(watch(stage)) as watcher:
        await anext(watcher)
        for kind in (ChangeKind.HELD, ChangeKind.RELEASED, ChangeKind.HELD, ChangeKind.RELEASED):
            stage.live.note(EVENT, [stage.feed.append(EVENT, kind, "A1")])
        assert isinstance(await anext(watcher), Snapshot)
        for kind in (ChangeKind.HELD, ChangeKind.RELEASED, ChangeKind.HELD):
            stage.live.note(EVENT, [stage.feed.append(EVENT, kind, "A1")])
        assert isinstance(await anext(watcher), ViewChanges)


async def test_a_map_read_anew_reaches_watchers_as_what_differs(stage: Stage) -> None:
    async with contextlib.aclosing(watch(stage)) as watcher:
        await anext(watcher)
        stage.feed.flush_all()
        stage.feed.warm(EVENT)
        stage.feed.append(EVENT, ChangeKind.BOOKED, "A1")
        stage.tail()
        stage.clock.advance(live.HEADS_EVERY_MS)
        changes = await anext(watcher)
        assert changes == ViewChanges(stage.feed.position(EVENT), {SeatState.BOOKED: (SeatId("A1"),)})


async def test_another_layout_version_reaches_watchers_as_a_snapshot(stage: Stage) -> None:
    async with contextlib.aclosing(watch(stage)) as watcher:
        await anext(watcher)
        stage.sales.layout = index_layout(small_layout(seats_per_row=2), 2)
        stage.live.note(EVENT, [stage.feed.append(EVENT, ChangeKind.HELD, "A1")])
        assert await anext(watcher) == Snapshot(stage.feed.position(EVENT), 2, b"haaaaaaaaaaa")


async def test_a_watched_event_is_not_let_go(stage: Stage) -> None:
    async with contextlib.aclosing(watch(stage)) as watcher:
        await anext(watcher)
        stage.tail()
        stage.clock.advance(live.IDLE_MS + 1)
        await eventually(lambda: "heads" in stage.feed.reads, "the tail looks for idle views")
        assert stage.live.events_followed == 1
    stage.clock.advance(live.IDLE_MS + 1)
    await eventually(lambda: stage.live.events_followed == 0, "the view is let go")


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_a_watcher_that_applies_what_it_is_given_shows_what_the_store_has(steps: list[tuple[str, ...]]) -> None:
    async def play() -> None:
        stage = Stage()
        shown = await Screen.opened(stage)
        stage.tail()
        try:
            for step in steps:
                await take(stage, step)
            stage.clock.advance(live.HEADS_EVERY_MS)
            await eventually(stage.shows, "the view converges")
            view = await stage.live.view(EVENT)
            await eventually(lambda: shown.position == view.position, f"the watcher has followed {steps}")
            assert shown.letters == view.states()
        finally:
            await shown.close()
            await stage.close()

    asyncio.run(play())


class Screen:
    """What a browser does: apply snapshots and changes, nothing else."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.letters = bytearray()
        self.position = Position("", "")
        self._task = asyncio.create_task(self._follow())

    @classmethod
    async def opened(cls, stage: Stage) -> "Screen":
        await stage.live.view(EVENT)
        return cls(stage)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        async with contextlib.aclosing(watch(self._stage)) as watcher:
            async for given in watcher:
                self.position = given.position
                match given:
                    case Snapshot():
                        self.letters = bytearray(given.states)
                    case ViewChanges():
                        for state, seat_ids in given.seats.items():
                            for seat_id in seat_ids:
                                self.letters[self._stage.sales.layout.index_of[seat_id]] = ord(state.value)
