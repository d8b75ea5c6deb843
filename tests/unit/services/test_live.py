"""Live views follow their feeds through everything a store can do, and reads show this process's own changes."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hypothesis import given, settings

from frontrow.domain.changes import ChangeKind
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.ids import EventId
from frontrow.domain.layout_index import index_layout
from frontrow.services import followed_event, live
from tests.support.eventually import eventually
from tests.support.house import small_layout
from tests.support.live_stage import EVENT, OTHER, STEPS, Stage, take


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


async def test_an_event_opened_while_the_tail_waits_is_tailed_at_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEADS_EVERY_MS", 3_600_000)  # so long the tail waits, unless it is told
    stage.tail()
    await stage.live.view(EVENT)
    await eventually(lambda: "read_after" in stage.feed.reads, "the tail reads")
    await stage.live.view(OTHER)
    stage.feed.append(OTHER, ChangeKind.HELD, "A1")
    await eventually(lambda: stage.shows(OTHER), "the view shows the hold")


async def test_where_one_node_is_lost_only_its_events_are_stale_until_it_is_back(stage: Stage) -> None:
    await stage.live.view(EVENT)
    await stage.live.view(OTHER)
    stage.feed.lost.add(OTHER)
    stage.tail()
    stage.feed.append(EVENT, ChangeKind.HELD, "A1")
    await eventually(stage.shows, "the other event's view shows the hold")
    assert not (await stage.live.view(EVENT)).stale
    assert (await stage.live.view(OTHER)).stale
    stage.feed.lost.clear()
    stage.feed.append(OTHER, ChangeKind.HELD, "A2")
    await eventually(lambda: stage.shows(OTHER), "the lost event's view goes on")
    assert not (await stage.live.view(OTHER)).stale


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
    assert stage.read_anew == [EVENT]


async def test_a_feed_that_goes_on_tells_nobody_that_changes_were_lost(stage: Stage) -> None:
    await stage.live.view(EVENT)
    stage.tail()
    stage.feed.append(EVENT, ChangeKind.HELD, "A1")
    await eventually(stage.shows, "the view shows the hold")
    assert stage.read_anew == []


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


async def test_a_feed_that_another_process_began_anew_behind_the_views_place_is_seen(stage: Stage) -> None:
    await stage.live.view(EVENT)
    stage.tail()
    stage.feed.append(EVENT, ChangeKind.HELD, "A1")
    await eventually(stage.shows, "the view shows the hold")
    stage.feed.flush_all(clock_back_ms=500)
    stage.feed.warm(EVENT)
    stage.feed.append(EVENT, ChangeKind.BOOKED, "A2")
    stage.clock.advance(live.HEADS_EVERY_MS)
    await eventually(stage.shows, "the view follows the new epoch, though the tail brings none of it")


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


async def test_a_watched_event_is_not_let_go(stage: Stage) -> None:
    await stage.live.view(EVENT)
    with stage.live.watching(EVENT):
        stage.tail()
        stage.clock.advance(live.IDLE_MS + 1)
        await eventually(lambda: "heads" in stage.feed.reads, "the tail looks for idle views")
        assert stage.live.events_followed == 1
    stage.clock.advance(live.IDLE_MS + 1)
    await eventually(lambda: stage.live.events_followed == 0, "the view is let go")
