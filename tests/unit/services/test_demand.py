"""Demand is what the feed keeps, counted once: however it is trimmed, emptied and asked for."""

import asyncio
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontrow.domain.changes import ChangeKind, FeedEntry
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import SeatRefusal, SeatsUnavailable, Unavailable
from frontrow.domain.ids import EventId, SeatId
from frontrow.services import demand as demand_module
from frontrow.services.demand import EVENTS_COUNTED_MAX, Demand, DemandService
from frontrow.services.outcomes import NotFound, RoleMissing
from frontrow.services.refused_seats import SEATS_REMEMBERED_MAX, RefusedSeats
from tests.support.fake_clock import FakeClock
from tests.support.fake_feed import FakeFeed
from tests.support.house import EVENT, House, user

ADMIN, ANN = user("boss", "admin"), user("ann")
PIECE = 5


class FeedInPieces(FakeFeed):
    """A feed that gives PIECE entries at a time, and counts those it has given."""

    given = 0

    async def read_after(
        self, offsets: Mapping[EventId, str], *, block_ms: int
    ) -> Mapping[EventId, list[FeedEntry] | StoreUnavailable]:
        """See ports.ChangeFeed."""
        found = await super().read_after(offsets, block_ms=block_ms)
        pieces: dict[EventId, list[FeedEntry] | StoreUnavailable] = {}
        for event_id, entries in found.items():
            assert isinstance(entries, list)
            pieces[event_id] = entries[:PIECE]
            self.given += len(entries[:PIECE])
        return pieces


@pytest.fixture
def feed() -> FeedInPieces:
    return FeedInPieces()


@pytest.fixture
def refused(clock: FakeClock) -> RefusedSeats:
    return RefusedSeats(clock)


@pytest.fixture
def service(house: House, feed: FeedInPieces, refused: RefusedSeats, clock: FakeClock) -> DemandService:
    return DemandService(feed=feed, catalog=house.catalog, refused=refused, clock=clock, sleep=clock.sleep)


async def holds(service: DemandService, limit: int = 100) -> dict[str, int]:
    """How often each seat was held, the most wanted first."""
    answer = await service.demand(ADMIN, EVENT, limit=limit)
    assert isinstance(answer, Demand), answer
    return {seat.seat_id: seat.holds for seat in answer.seats}


def hold(feed: FakeFeed, names: str, by: str = "u") -> None:
    """Append a hold."""
    feed.append(EVENT, ChangeKind.HELD, names, user=by)


async def test_holds_are_counted_once_and_only_on_from_there(service: DemandService, feed: FeedInPieces) -> None:
    assert await holds(service) == {}
    feed.warm(EVENT)
    for number in range(12):
        hold(feed, "A1 A2", by=f"u{number}")
    hold(feed, "A2", by="late")
    assert await holds(service) == {"A2": 13, "A1": 12}
    given = feed.given
    assert await holds(service) == {"A2": 13, "A1": 12}
    assert feed.given == given == 14
    hold(feed, "A3")
    assert list((await holds(service, limit=2)).items()) == [("A2", 13), ("A1", 12)]
    assert feed.given == given + 1


async def test_who_holds_a_seat_once_more_wanted_it_once(service: DemandService, feed: FeedInPieces) -> None:
    feed.warm(EVENT)
    hold(feed, "A1", by="ann")
    hold(feed, "A1 A2", by="ann")
    feed.append(EVENT, ChangeKind.EXPIRY_CHANGED, "A1")
    hold(feed, "A1", by="ann")
    assert await holds(service) == {"A1": 1, "A2": 1}
    feed.append(EVENT, ChangeKind.EXPIRED, "A1")
    hold(feed, "A1", by="ann")
    feed.append(EVENT, ChangeKind.BOOKED, "A2")
    feed.append(EVENT, ChangeKind.FREED, "A2")
    hold(feed, "A2", by="ann")
    assert await holds(service) == {"A1": 2, "A2": 2}


async def test_a_hold_repeated_since_its_beginning_was_trimmed_counts_once_at_most(
    service: DemandService, house: House, feed: FeedInPieces, refused: RefusedSeats, clock: FakeClock
) -> None:
    feed.warm(EVENT)
    hold(feed, "A1", by="ann")
    assert await holds(service) == {"A1": 1}
    hold(feed, "A1", by="ann")
    feed.trim(EVENT, keep=1)
    later = DemandService(feed=feed, catalog=house.catalog, refused=refused, clock=clock, sleep=clock.sleep)
    assert await holds(service) == {}
    assert await holds(later) == {"A1": 1}


step = st.one_of(
    st.tuples(st.just("hold"), st.sets(st.sampled_from(["A1", "A2", "B1", "B2"]), min_size=1)),
    st.tuples(st.just("ask"), st.just(set[str]())),
    st.tuples(st.sampled_from(["trim", "empty", "empty and set the clock back"]), st.just(set[str]())),
)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.tuples(step, st.integers(1, 8)), max_size=25))
def test_whatever_becomes_of_the_feed_its_kept_holds_are_counted(
    steps: list[tuple[tuple[str, set[str]], int]],
) -> None:
    async def run() -> None:
        clock, feed = FakeClock(), FeedInPieces()
        service = DemandService(
            feed=feed, catalog=EveryEvent(), refused=RefusedSeats(clock), clock=clock, sleep=clock.sleep
        )
        feed.warm(EVENT)
        buyers = 0
        for (what, names), size in steps:
            match what:
                case "hold":
                    for _ in range(size):
                        buyers += 1
                        hold(feed, " ".join(sorted(names)), by=f"u{buyers}")
                case "trim":
                    feed.trim(EVENT, keep=size)
                case "ask":
                    assert await holds(service) == kept(feed)
                case _:
                    feed.flush_all(clock_back_ms=size if "clock" in what else 0)
                    feed.warm(EVENT)
        assert await holds(service) == kept(feed)

    asyncio.run(run())


def kept(feed: FakeFeed) -> dict[str, int]:
    """The holds among the entries that the feed has now."""
    entries = feed.entries(EVENT)
    return dict(Counter(name for it in entries if it.change.kind is ChangeKind.HELD for name in it.change.seats))


class EveryEvent:
    """Knows whatever event is asked for."""

    async def sale(self, event_id: EventId) -> object:
        """See Catalog."""
        return event_id


async def test_many_dashboards_share_a_count_and_leave_the_process_most_of_its_time(
    service: DemandService, feed: FeedInPieces, clock: FakeClock
) -> None:
    feed.warm(EVENT)
    for number in range(30):
        hold(feed, "A1", by=f"u{number}")
    answers = await asyncio.gather(*(holds(service) for _ in range(20)))
    assert answers == [{"A1": 30}] * 20
    assert feed.given == 31
    assert feed.reads.count("ends") <= 2
    assert clock.slept_s[: 31 // PIECE] == [demand_module.PAUSE_S] * (31 // PIECE)


async def test_counts_of_events_that_nobody_asks_for_are_let_go(service: DemandService, feed: FeedInPieces) -> None:
    for number in range(EVENTS_COUNTED_MAX + 5):
        service._of(EventId(f"event-{number}"))
    assert len(service._counted) == EVENTS_COUNTED_MAX


async def test_a_store_that_is_away_is_said_and_counted_on_from_later(
    service: DemandService, feed: FeedInPieces
) -> None:
    feed.warm(EVENT)
    hold(feed, "A1", by="ann")
    assert await holds(service) == {"A1": 1}
    feed.go_down()
    with pytest.raises(StoreUnavailable):
        await service.demand(ADMIN, EVENT, limit=1)
    feed.come_up()
    hold(feed, "A1", by="bob")
    assert await holds(service) == {"A1": 2}


async def test_refusals_are_those_of_lost_races_and_the_newest(
    service: DemandService, feed: FeedInPieces, refused: RefusedSeats, clock: FakeClock
) -> None:
    feed.warm(EVENT)
    reasons = {"A1": Unavailable.HELD, "A2": Unavailable.BOOKED, "A3": Unavailable.BLOCKED, "A4": Unavailable.NOT_YOURS}
    lost = SeatsUnavailable(tuple(SeatRefusal(SeatId(name), reason) for name, reason in reasons.items()), 0)
    refused.note(EVENT, lost)
    refused.note(EventId("other"), lost)
    answer = await service.demand(ADMIN, EVENT, limit=10)
    assert isinstance(answer, Demand)
    assert [(it.seat_id, it.holds, it.refusals) for it in answer.seats] == [("A1", 0, 1), ("A2", 0, 1)]
    assert refused.counts(EVENT, clock.now_ms() + 1) == {}
    for _ in range(SEATS_REMEMBERED_MAX):
        refused.note(EventId("other"), lost)
    assert refused.counts(EVENT, 0) == {}


async def test_only_admins_are_told_and_only_of_events_there_are(service: DemandService) -> None:
    assert await service.demand(ANN, EVENT, limit=1) == RoleMissing("admin")
    assert await service.demand(ADMIN, EventId("none"), limit=1) == NotFound()
