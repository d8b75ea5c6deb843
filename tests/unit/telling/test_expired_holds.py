"""Holds that ran out: told once each, by whom they were, where anybody is to hear of them."""

import pytest

from frontrow.domain.changes import ChangeKind, FeedEntry
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.ids import EventId
from frontrow.domain.notice import NoticeChannel, NoticeKind
from frontrow.services.background import Background
from frontrow.services.expired_holds import SWEPT_WITHIN_MS, ExpiredHolds
from frontrow.services.notices import NoticeBoard
from frontrow.services.seat_calls import SeatCalls
from frontrow.services.sweeping import Sweeper
from frontrow.services.warming import Warmer
from tests.support.fake_clock import FakeClock
from tests.support.fake_feed import FakeFeed
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.faults import Faults, faulty
from tests.support.house import EVENT, House, user

GALA = EventId("gala")
HOLD = "1-hhhhhhhhhhhhhhhhhhhhhh"
ANN, BEN = user("ann"), user("ben")


class Watch:
    """One process's memory of holds, over a feed that all processes share."""

    def __init__(self, feed: FakeFeed, ledger: FakeLedger, *channels: NoticeChannel) -> None:
        self.faults = Faults()
        self.background = Background()
        self.ledger = ledger
        self.expired = ExpiredHolds(
            ledger=faulty(ledger.orders, self.faults),
            notices=NoticeBoard(channels=channels, clock=FakeClock()),
            feed=feed,
            background=self.background,
        )

    async def told(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """User, hold and seats of each notice so far."""
        await self.background.finished()
        notes = self.ledger.orders.notes.values()
        assert all(it.kind is NoticeKind.HOLD_EXPIRED for it in notes)
        return sorted((str(it.subject.user_id), str(it.subject.hold_id), it.subject.seat_ids) for it in notes)


@pytest.fixture
def feed() -> FakeFeed:
    made = FakeFeed()
    made.warm(GALA)
    return made


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger(FakeClock())


@pytest.fixture
def watch(feed: FakeFeed, ledger: FakeLedger) -> Watch:
    return Watch(feed, ledger, NoticeChannel.WEBHOOK)


def held(feed: FakeFeed, names: str, who: str, *, expires_at_ms: int) -> FeedEntry:
    return feed.append(GALA, ChangeKind.HELD, names, expires_at_ms=expires_at_ms, user=who, hold=HOLD)


def ran_out(feed: FakeFeed, names: str) -> FeedEntry:
    return feed.append(GALA, ChangeKind.EXPIRED, names)


async def test_a_hold_that_ran_out_is_told_with_its_seats_and_its_holder(watch: Watch, feed: FakeFeed) -> None:
    for names, who in (("A1 A2", "ann"), ("B1", "ben")):
        watch.expired.note(GALA, [held(feed, names, who, expires_at_ms=1_000)])
    feed.reads.clear()
    watch.expired.note(GALA, [ran_out(feed, "A1 B1 A2")])
    assert await watch.told() == [("ann", HOLD, ("A1", "A2")), ("ben", HOLD, ("B1",))]
    assert feed.reads == [], "it was remembered"


async def test_what_another_process_granted_is_found_in_the_feed(watch: Watch, feed: FakeFeed) -> None:
    held(feed, "A1", "earlier", expires_at_ms=900)
    ran_out(feed, "A1")
    held(feed, "A1 A2", "ann", expires_at_ms=1_000)
    feed.append(GALA, ChangeKind.RELEASED, "A2")
    watch.expired.note(GALA, [ran_out(feed, "A1 A2")])
    assert await watch.told() == [("ann", HOLD, ("A1",))]


async def test_a_seat_that_was_to_run_out_at_another_time_is_looked_up(watch: Watch, feed: FakeFeed) -> None:
    """Another process released it and granted it anew: what is remembered here is somebody else's hold."""
    watch.expired.note(GALA, [held(feed, "A1", "ann", expires_at_ms=1)])
    feed._stream_ms += SWEPT_WITHIN_MS
    feed.append(GALA, ChangeKind.RELEASED, "A1")
    held(feed, "A1", "ben", expires_at_ms=feed._stream_ms)
    watch.expired.note(GALA, [ran_out(feed, "A1")])
    assert await watch.told() == [("ben", HOLD, ("A1",))]


async def test_what_the_feed_has_forgotten_is_told_to_nobody(watch: Watch, feed: FakeFeed) -> None:
    held(feed, "A1", "ann", expires_at_ms=1_000)
    feed.trim(GALA, keep=0)
    watch.expired.note(GALA, [ran_out(feed, "A1")])
    assert await watch.told() == []


async def test_a_ledger_that_is_away_costs_the_notice_and_nothing_else(watch: Watch, feed: FakeFeed) -> None:
    watch.faults.before("add_notices", LedgerUnavailable("away"))
    for name in ("A1", "A2"):
        watch.expired.note(GALA, [held(feed, name, "ann", expires_at_ms=1_000), ran_out(feed, name)])
        await watch.background.finished()
    assert [seats for _, _, seats in await watch.told()] == [("A2",)]


async def test_nothing_is_remembered_or_looked_up_where_no_webhook_is_configured(
    feed: FakeFeed, ledger: FakeLedger
) -> None:
    watch = Watch(feed, ledger, NoticeChannel.EMAIL)
    feed.reads.clear()
    watch.expired.note(GALA, [held(feed, "A1", "ann", expires_at_ms=1_000), ran_out(feed, "A1")])
    assert await watch.told() == []
    assert feed.reads == []


async def test_the_sweep_that_frees_the_seats_tells_of_their_holds() -> None:
    clock = FakeClock()
    store, ledger = FakeHoldStore(clock), FakeLedger(clock)
    house = House(store, ledger, clock, sleep=clock.sleep)
    await house.open()
    watch = Watch(FakeFeed(), ledger, NoticeChannel.WEBHOOK)
    sweeper = Sweeper(store=store, catalog=house.catalog, clock=clock, expired=watch.expired, sleep=clock.sleep)
    warmer = Warmer(store=store, ledger=ledger, on_warmed=house.activity.note_warmed, sleep=clock.sleep)
    house.holds._calls = SeatCalls(
        warmer=warmer, live=house.ears, sweeper=sweeper, activity=house.activity, expired=watch.expired
    )
    ann, ben = await house.held(ANN, "A1 A2"), await house.held(BEN, "B1")
    clock.advance(10 * 60_000)
    assert await sweeper.sweep(EVENT) == 3
    assert await watch.told() == [("ann", ann, ("A1", "A2")), ("ben", ben, ("B1",))]
    assert await sweeper.sweep(EVENT) == 0
    assert len(await watch.told()) == 2
