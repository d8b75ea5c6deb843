"""Streams: whoever watches is told everything once, in shared frames, at its own pace, and can go away anywhere."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import cast

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.testing import capture_logs

from frontrow.client import SeatChanges, SeatSnapshot
from frontrow.domain.changes import ChangeKind
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.ids import EventId
from frontrow.domain.layout_index import index_layout
from frontrow.http.problems import Problem
from frontrow.http.watching import audience, frames
from frontrow.http.watching.frames import HEARTBEAT, Frames, chunked
from frontrow.http.watching.places import PLACE_CHARS_MAX, place_of, position_of
from frontrow.http.watching.watchers import HEARTBEAT_MS, Admission, WatcherLimits, Watchers
from frontrow.services import live, view_journal
from frontrow.services.catalog import Sale
from tests.support.browser import Browser
from tests.support.eventually import eventually
from tests.support.house import small_layout
from tests.support.live_stage import EVENT, STEPS, Stage, take


class House:
    """A stage with streams."""

    def __init__(self, limits: WatcherLimits | None = None) -> None:
        self.stage = Stage()
        self.watchers = Watchers(self.stage.live, self.stage.clock, limits or WatcherLimits())

    def browser(self, address: str = "10.0.0.1") -> Browser:
        return Browser(self.stage.live, self.watchers, address=address)

    async def opened(self) -> Browser:
        browser = self.browser()
        await browser.open()
        return browser

    def change(self, kind: ChangeKind, names: str) -> None:
        self.stage.live.note(EVENT, [self.stage.feed.append(EVENT, kind, names)])

    async def shows_all(self, browser: Browser) -> bool:
        """Whether the page shows the server's exact state."""
        view = await self.stage.live.view(EVENT)
        states = dict(zip(view.layout.seat_ids, view.states().decode(), strict=True))
        return browser.place == place_of(view) and browser.letters == states

    async def told(self, browser: Browser) -> None:
        await eventually(lambda: self.shows_all(browser), "the page shows what the server has")

    async def close(self) -> None:
        await self.watchers.close()
        await self.stage.close()


@pytest_asyncio.fixture
async def house(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(live, "RETRY_PAUSES_S", (0.001,))
    monkeypatch.setattr(audience, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(audience, "LOOK_AT_SLOW_EVERY_S", 0.01)
    house = House()
    yield house
    await house.close()


async def test_a_stream_begins_with_a_snapshot_and_goes_on_with_what_changed(house: House) -> None:
    browser = await house.opened()
    first = browser.updates[0]
    assert isinstance(first, SeatSnapshot)
    assert (first.layout_id, first.layout_version, first.states) == ("small-house", 1, "a" * 28)
    assert first.id == f"{first.epoch}:{first.offset}"
    house.change(ChangeKind.HELD, "A1 A2")
    house.change(ChangeKind.BOOKED, "A2")
    await house.told(browser)
    changes = browser.updates[1:]
    assert all(isinstance(each, SeatChanges) for each in changes)
    assert (browser.letters["A1"], browser.letters["A2"]) == ("h", "b")


async def test_everyone_who_goes_the_same_step_is_sent_the_very_same_bytes(house: House) -> None:
    browsers = [await house.opened() for _ in range(audience.PUSHES_PER_TURN + 2)]
    for name in ("A1", "A2", "A3"):
        house.change(ChangeKind.HELD, name)
    for browser in browsers:
        await house.told(browser)
    assert {len(browser.updates) for browser in browsers} == {2}, "what came together is told together"
    assert len({id(chunk) for browser in browsers for chunk in browser.chunks}) == 1


async def test_whoever_comes_back_is_told_only_what_it_missed(house: House) -> None:
    browser = await house.opened()
    await browser.close()
    house.change(ChangeKind.HELD, "B1")
    await browser.open()
    assert browser.updates[1:] == [SeatChanges(browser.updates[1].offset, {"h": ("B1",)}, browser.place or "")]
    await browser.close()
    await browser.open()
    assert len(browser.updates) == 2, "nothing was missed"


@pytest.mark.parametrize(
    "place", ["", ":", "nonsense", "another.small-house.1:5-0-x", "epoch-1.other-house.1:1001-0-tag1", "é\x00:-" * 99]
)
async def test_whoever_comes_back_from_a_place_that_nobody_knows_is_shown_all(house: House, place: str) -> None:
    await house.stage.live.view(EVENT)
    browser = house.browser()
    browser.forget(place)
    await browser.open()
    assert isinstance(browser.updates[0], SeatSnapshot)


async def test_whoever_was_away_too_long_is_shown_all(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_journal, "STEPS_MAX", 3)
    browser = await house.opened()
    for kinds in ((ChangeKind.HELD, ChangeKind.RELEASED) * 2, (ChangeKind.HELD, ChangeKind.RELEASED, ChangeKind.HELD)):
        await browser.close()
        for kind in kinds:
            house.change(kind, "A1")
        await browser.open()
    assert [type(update) for update in browser.updates] == [SeatSnapshot, SeatSnapshot, SeatChanges]


async def test_an_emptied_store_reaches_those_who_watch_as_what_differs(house: House) -> None:
    browser = await house.opened()
    house.stage.feed.flush_all()
    house.stage.feed.warm(EVENT)
    house.stage.feed.append(EVENT, ChangeKind.BOOKED, "A1")
    house.stage.tail()
    house.stage.clock.advance(live.HEADS_EVERY_MS)
    await eventually(lambda: browser.letters["A1"] == "b", "the page is told")
    assert [type(update) for update in browser.updates] == [SeatSnapshot, SeatChanges]
    await house.told(browser)


async def test_another_drawing_is_a_snapshot_for_all_even_at_the_same_place_in_the_feed(house: House) -> None:
    watching, away = await house.opened(), await house.opened()
    await away.close()
    house.stage.sales.layout = index_layout(small_layout(seats_per_row=2), 2)
    await eventually(lambda: len(watching.updates) == 2, "the drawing is looked at now and then")
    await away.open()
    for browser in (watching, away):
        update = browser.updates[-1]
        assert isinstance(update, SeatSnapshot)
        assert (update.layout_version, update.states) == (2, "a" * 12)
        assert update.offset == browser.updates[0].offset


async def test_a_slow_reader_is_passed_over_and_later_told_all_in_one_frame(house: House) -> None:
    slow, quick = await house.opened(), await house.opened()
    slow.is_full = True
    for kind, names in ((ChangeKind.HELD, "A1"), (ChangeKind.BOOKED, "A1"), (ChangeKind.HELD, "B1 B2")):
        house.change(kind, names)
        await house.told(quick)
    assert len(slow.updates) == 1
    slow.is_full = False
    await house.told(slow)
    assert slow.updates[1:] == [
        SeatChanges(slow.updates[1].offset, {"b": ("A1",), "h": ("B1", "B2")}, quick.place or "")
    ]
    house.change(ChangeKind.RELEASED, "B1")
    await house.told(slow)


async def test_a_reader_that_takes_nothing_for_a_minute_is_disconnected(house: House) -> None:
    slow, quick = await house.opened(), await house.opened()
    slow.is_full = True
    house.change(ChangeKind.HELD, "A1")
    await house.told(quick)
    house.stage.clock.advance(audience.SLOW_MS_MAX)
    await eventually(lambda: slow.was_hung_up and slow.has_ended, "the slow reader is gone")
    assert not quick.has_ended
    assert house.watchers.count == 1


async def test_a_heartbeat_comes_while_nothing_changes(house: House) -> None:
    browser = await house.opened()
    for beats in (1, 2):
        house.stage.clock.advance(HEARTBEAT_MS)
        await eventually(lambda: browser.chunks == [chunked(HEARTBEAT)] * beats, "a heartbeat")  # noqa: B023


async def test_a_reader_that_is_slow_for_a_heartbeat_is_heard_of(house: House) -> None:
    browser = await house.opened()
    browser.is_full = True
    house.stage.clock.advance(HEARTBEAT_MS)
    await asyncio.sleep(0)
    audience = house.watchers.audience(EVENT)
    assert audience is not None
    await eventually(lambda: audience.slow_count == 1, "it was asked to take one")
    browser.is_full = False
    await eventually(lambda: audience.slow_count == 0, "it takes them again")


@pytest.mark.parametrize("limits", [WatcherLimits(watchers_max=2), WatcherLimits(watchers_per_address_max=2)])
async def test_only_so_many_may_watch(limits: WatcherLimits) -> None:
    house = House(limits)
    browsers = [await house.opened() for _ in range(2)]
    refusal = house.watchers.admit("10.0.0.1")
    assert isinstance(refusal, Problem) and refusal.retry_after_s
    assert isinstance(house.watchers.admit("10.0.0.2"), Admission) == (limits.watchers_max > 2)
    await browsers[0].close()
    assert isinstance(house.watchers.admit("10.0.0.1"), Admission)
    await house.close()


async def test_the_process_stops_and_every_stream_ends_at_once(house: House) -> None:
    reading, full = await house.opened(), await house.opened()
    full.is_full = True
    house.change(ChangeKind.HELD, "A1")
    await house.told(reading)
    house.watchers.end()
    await eventually(lambda: reading.has_ended and full.has_ended, "the streams end")
    assert (reading.was_hung_up, full.was_hung_up) == (False, True)
    assert isinstance(house.watchers.admit("10.0.0.1"), Problem)
    assert house.watchers.count == 0


async def test_an_event_that_is_gone_ends_its_streams(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with bound_contextvars(request_id="of-the-first-watcher"):
        browser = await house.opened()

    async def nothing(event_id: EventId) -> Sale | None:
        return None

    monkeypatch.setattr(house.stage.sales, "sale", nothing)
    with capture_logs(processors=[merge_contextvars]) as lines:
        await eventually(lambda: browser.has_ended, "the stream ends")
    assert not browser.was_hung_up
    assert lines == [{"event": "watched_event_gone", "event_id": EVENT, "watchers": 1, "log_level": "info"}]


async def test_ids_that_nobody_knows_are_not_kept(house: House) -> None:
    view = await house.stage.live.view(EVENT)
    kept = Frames()
    snapshot = kept.step(view, None)
    assert all(kept.step(view, f"{number}" * 9) is snapshot for number in range(9))
    assert len(kept._steps) == 1


async def test_an_id_that_goes_on_and_on_is_none(house: House) -> None:
    view = await house.stage.live.view(EVENT)
    epoch, _, offset = place_of(view).rpartition(":")
    assert position_of(view, f"{epoch}:{offset}") == view.position
    assert position_of(view, f"{'x' * PLACE_CHARS_MAX}{epoch}:{offset}") is None


async def test_frames_kept_for_many_places_are_bounded_by_their_bytes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await house.stage.live.view(EVENT)
    places = []
    for kind in (ChangeKind.HELD, ChangeKind.RELEASED) * 20:
        places.append(place_of(view))
        house.change(kind, "A1 A2 A3")
    kept = Frames()
    largest = max(len(step.frame) + len(step.chunk) for step in (kept.step(view, place) for place in places))
    assert len(kept._steps) == len(places)
    monkeypatch.setattr(frames, "BYTES_KEPT_MAX", 5 * largest)
    for place in places:
        step = kept.step(view, place)
        assert step.place == place_of(view) and b"event: changes" in step.frame
        held = sum(len(each.frame) + len(each.chunk) for each in kept._steps.values())
        assert held <= 6 * largest


async def test_room_is_taken_when_it_is_given_and_comes_back_though_no_stream_begins(house: House) -> None:
    view = await house.stage.live.view(EVENT)
    admission = house.watchers.admit("10.0.0.1")
    assert isinstance(admission, Admission)
    assert house.watchers.count == 1
    stream = house.watchers.stream(EVENT, view, shown=None, admission=admission, socket=house.browser())
    del admission
    assert house.watchers.count == 1
    del stream
    await eventually(lambda: house.watchers.count == 0, "nobody knows the admission any more")
    again = house.watchers.admit("10.0.0.1")
    assert isinstance(again, Admission)
    again.give_back()
    again.give_back()
    assert house.watchers.count == 0
    assert not house.watchers._by_address


async def test_streams_opened_after_a_fault_are_served_though_an_earlier_one_has_not_left(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await house.stage.live.view(EVENT)
    admission = house.watchers.admit("10.0.0.2")
    assert isinstance(admission, Admission)
    slow = house.watchers.stream(EVENT, view, shown=None, admission=admission, socket=house.browser())
    await anext(slow)
    failed = house.watchers.audience(EVENT)
    assert failed is not None

    async def fault(event_id: EventId) -> Sale | None:
        raise RuntimeError("a fault")

    with monkeypatch.context() as broken:
        broken.setattr(house.stage.sales, "sale", fault)
        await eventually(lambda: failed.is_over, "the fault is met")
    assert not failed.frames._steps
    browser = await house.opened()
    house.change(ChangeKind.HELD, "A1")
    await house.told(browser)
    assert not browser.has_ended
    await cast("AsyncGenerator[bytes, None]", slow).aclose()


async def test_a_ledger_that_is_away_ends_no_stream(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = await house.opened()
    asked = asyncio.Event()

    async def away(event_id: EventId) -> Sale | None:
        asked.set()
        raise LedgerUnavailable("down")

    with monkeypatch.context() as outage:
        outage.setattr(house.stage.sales, "sale", away)
        await asked.wait()
    house.change(ChangeKind.HELD, "A1")
    await house.told(browser)


async def test_nothing_is_left_when_the_last_one_has_gone(house: House) -> None:
    browsers = [await house.opened() for _ in range(3)]
    for browser in browsers:
        await browser.close()
    assert house.watchers.audience(EVENT) is None
    assert not house.watchers._by_address
    house.stage.tail()
    house.stage.clock.advance(live.IDLE_MS + 1)
    await eventually(lambda: house.stage.live.events_followed == 0, "the view is let go")


BREAKS = st.lists(st.integers(1, 600), min_size=1, max_size=4)
"""After how many bytes each connection breaks: in the middle of frames, between them, before the first."""


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, breaks=BREAKS, pauses=st.lists(st.booleans(), min_size=40, max_size=40))
def test_whoever_breaks_off_anywhere_and_comes_back_ends_with_the_servers_exact_state(
    steps: list[tuple[str, ...]], breaks: list[int], pauses: list[bool]
) -> None:
    async def play() -> None:
        house = House()
        stage = house.stage
        await stage.live.view(EVENT)
        stage.tail()
        browser = house.browser()
        left = list(breaks)
        try:
            await browser.open(break_after_bytes=left.pop())
            for step, pauses_here in zip(steps, pauses, strict=False):
                await take(stage, step)
                if pauses_here:
                    browser.is_full = not browser.is_full
                    await asyncio.sleep(0)
                if browser.has_ended:
                    await browser.open(break_after_bytes=left.pop() if left else None)
            stage.clock.advance(live.HEADS_EVERY_MS)
            await eventually(stage.shows, "the view converges")
            browser.is_full = False
            browser.break_no_more()
            if browser.has_ended or browser.is_broken:
                await browser.close()
                await browser.open()
            await eventually(lambda: house.shows_all(browser), f"the page shows what the server has after {steps}")
        finally:
            await house.close()

    asyncio.run(play())
