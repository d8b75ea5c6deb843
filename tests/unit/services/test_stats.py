"""Figures: the ledger decides, the view tells of holds, and the four states always add up to every seat."""

import asyncio
import random

import msgspec
import pytest

from frontrow.domain.booking import LedgerSeat, SeatRowState, TakenSeats
from frontrow.domain.changes import ChangeKind
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.ids import BookingId, CategoryId, SeatId
from frontrow.domain.layout_index import LayoutIndex, index_layout
from frontrow.services.live_view import LiveView
from frontrow.services.outcomes import NotFound, RoleMissing
from frontrow.services.paced_reads import SHARE_MAX, PacedReads
from frontrow.services.stats import (
    SPANS_MAX,
    BookedInSpan,
    EventStats,
    Interval,
    SeatFigures,
    StatsService,
    booked_in_spans,
    figures,
    last_spans,
)
from tests.support.fake_clock import START_MS, FakeClock
from tests.support.fake_feed import FakeFeed
from tests.support.fake_ledger import FakeLedger
from tests.support.house import EVENT, STANDARD_MINOR, VIP_MINOR, House, seats, small_layout, user

ADMIN = user("boss", "admin")
ANN, BOB = user("ann"), user("bob")
LAYOUT = index_layout(small_layout(), 1)
STANDARD, VIP = CategoryId("standard"), CategoryId("vip")
HOUR_MS = 3_600_000


class Views:
    """The one view there is, fed by what tests append."""

    def __init__(self) -> None:
        self.feed = FakeFeed()
        self.feed.warm(EVENT)
        self.layout: LayoutIndex = LAYOUT
        self.stale = False

    async def view(self, event_id: object) -> LiveView:
        """See LiveViews."""
        view = LiveView(self.feed.snapshot(EVENT), self.layout)
        view.stale = self.stale
        return view


@pytest.fixture
def views() -> Views:
    return Views()


@pytest.fixture
def service(house: House, views: Views, clock: FakeClock) -> StatsService:
    return StatsService(ledger=house.ledger, catalog=house.catalog, live=views, clock=clock, sleep=clock.sleep)


async def stats(service: StatsService, interval: Interval = Interval.HOUR) -> EventStats:
    """The figures, which must come."""
    answer = await service.stats(ADMIN, EVENT, interval)
    assert isinstance(answer, EventStats), answer
    return answer


async def test_a_new_events_seats_are_all_available(service: StatsService) -> None:
    found = await stats(service)
    assert found.seats == SeatFigures(28, 28, 0, 0, 0, 0)
    assert found.by_category == {STANDARD: SeatFigures(10, 10, 0, 0, 0, 0), VIP: SeatFigures(18, 18, 0, 0, 0, 0)}
    assert (found.over_time, found.earlier) == ((), BookedInSpan(0, 0, 0, 0))


async def test_sold_blocked_and_held_seats_are_counted_by_category(
    house: House, service: StatsService, views: Views
) -> None:
    await house.sold(ANN, "A1 A2 B1")
    await house.sold(BOB, "B2")
    await house.blocks.block(ADMIN, EVENT, seats("A9"), None)
    views.feed.append(EVENT, ChangeKind.HELD, "A3 B3 B4", expires_at_ms=START_MS + 5_000)
    found = await stats(service)
    assert found.by_category == {
        STANDARD: SeatFigures(10, 6, 1, 2, 1, 2 * STANDARD_MINOR),
        VIP: SeatFigures(18, 14, 2, 2, 0, 2 * VIP_MINOR),
    }
    assert found.seats == SeatFigures(28, 20, 3, 4, 1, 2 * STANDARD_MINOR + 2 * VIP_MINOR)
    assert found.currency == "USD"


async def test_the_ledger_decides_where_the_view_says_otherwise(
    house: House, service: StatsService, views: Views
) -> None:
    await house.sold(ANN, "A1 A2")
    # The view has not heard of the sale of A1 (held) and A2 (free), and shows A3 as sold that was cancelled since.
    views.feed.append(EVENT, ChangeKind.HELD, "A1", expires_at_ms=START_MS + 5_000)
    views.feed.append(EVENT, ChangeKind.BOOKED, "A3")
    views.feed.append(EVENT, ChangeKind.BLOCKED, "A4")
    assert (await stats(service)).by_category[STANDARD] == SeatFigures(10, 8, 0, 2, 0, 2 * STANDARD_MINOR)


async def test_a_claimed_seat_counts_as_held(service: StatsService, ledger: FakeLedger, views: Views) -> None:
    ledger_row(ledger, "A1", SeatRowState.CLAIMED)
    views.feed.append(EVENT, ChangeKind.CLAIMED, "A1")
    assert (await stats(service)).seats == SeatFigures(28, 27, 1, 0, 0, 0)


async def test_cancelled_seats_are_no_revenue_and_their_booking_counts_while_seats_of_it_stand(
    house: House, service: StatsService
) -> None:
    kept, gone = await house.sold(ANN, "A1 A2"), await house.sold(BOB, "B1")
    await house.bookings.cancel(ANN, kept.booking_id, seats("A2"))
    await house.bookings.cancel(BOB, gone.booking_id)
    found = await stats(service)
    assert found.seats == SeatFigures(28, 27, 0, 1, 0, STANDARD_MINOR)
    assert [(it.bookings, it.seats, it.revenue_minor) for it in found.over_time] == [(1, 1, STANDARD_MINOR)]


async def test_revenue_is_what_the_seats_were_sold_for_whatever_they_cost_now(
    house: House, service: StatsService
) -> None:
    await house.sold(ANN, "A1")
    event = await house.real_ledger.event(EVENT)
    assert event is not None
    dearer = msgspec.structs.replace(event, prices={**event.prices, STANDARD: 99_900})
    assert await house.real_ledger.update_event(dearer, expected=event)
    house.catalog.forget(EVENT)
    await house.sold(ANN, "A2")
    assert (await stats(service)).seats.revenue_minor == STANDARD_MINOR + 99_900


async def test_bookings_are_told_apart_by_the_span_they_were_made_in(
    house: House, service: StatsService, clock: FakeClock
) -> None:
    await house.sold(ANN, "A1 B1")
    clock.advance(59 * 60_000)
    await house.sold(BOB, "A2")
    clock.advance(60_000)
    await house.sold(BOB, "A3")
    found = await stats(service)
    assert found.over_time == (
        BookedInSpan(START_MS, 2, 3, 2 * STANDARD_MINOR + VIP_MINOR),
        BookedInSpan(START_MS + HOUR_MS, 1, 1, STANDARD_MINOR),
    )
    assert [it.seats for it in (await stats(service, Interval.MINUTE)).over_time] == [2, 1, 1]
    (day,) = (await stats(service, Interval.DAY)).over_time
    assert (day.starts_at_ms, day.bookings, day.seats) == (START_MS - START_MS % (24 * HOUR_MS), 3, 4)


async def test_what_was_booked_before_the_last_spans_is_one_figure(
    house: House, service: StatsService, clock: FakeClock
) -> None:
    await house.sold(ANN, "A1")
    clock.advance(60_000)
    await house.sold(BOB, "A2")
    clock.advance((SPANS_MAX - 1) * 60_000)
    found = await stats(service, Interval.MINUTE)
    assert found.since_ms == START_MS + 60_000
    assert found.earlier == BookedInSpan(0, 1, 1, STANDARD_MINOR)
    assert found.over_time == (BookedInSpan(START_MS + 60_000, 1, 1, STANDARD_MINOR),)
    assert found.seats.revenue_minor == 2 * STANDARD_MINOR


async def test_the_last_spans_are_all_there_and_what_is_before_them_in_one_figure(
    house: House, service: StatsService, clock: FakeClock
) -> None:
    await house.sold(ANN, "A1")
    clock.advance(2 * 60_000)
    await house.sold(BOB, "A2")
    clock.advance(2 * 60_000)
    found = await stats(service, Interval.MINUTE)
    start_ms = START_MS - START_MS % 60_000
    drawn = last_spans(found, 4)
    assert [(it.starts_at_ms, it.bookings) for it in drawn.over_time] == [
        (start_ms + minute * 60_000, bookings) for minute, bookings in ((1, 0), (2, 1), (3, 0), (4, 0))
    ]
    assert (drawn.since_ms, drawn.until_ms) == (start_ms + 60_000, start_ms + 4 * 60_000)
    assert drawn.earlier == BookedInSpan(0, 1, 1, STANDARD_MINOR)
    assert drawn.seats == found.seats
    assert last_spans(found, 5).earlier == BookedInSpan(0, 0, 0, 0)
    ahead = msgspec.structs.replace(found, until_ms=start_ms)  # the booking's process had its clock ahead
    assert [it.bookings for it in last_spans(ahead, 2).over_time] == [0, 1]


async def test_a_seat_counts_in_the_category_it_has_now(house: House, service: StatsService, views: Views) -> None:
    await house.sold(ANN, "A1")
    drawn = small_layout()
    moved = tuple(
        msgspec.structs.replace(seat, category_id=VIP) if seat.id == "A1" else seat
        for seat in drawn.seats
        if seat.id != "A9"
    )
    views.layout = index_layout(msgspec.structs.replace(drawn, seats=moved), 2)
    found = await stats(service)
    assert found.by_category[VIP] == SeatFigures(19, 18, 0, 1, 0, STANDARD_MINOR)
    assert found.by_category[STANDARD] == SeatFigures(8, 8, 0, 0, 0, 0)


async def test_only_admins_are_told_and_only_of_events_there_are(service: StatsService) -> None:
    assert await service.stats(ANN, EVENT) == RoleMissing("admin")
    assert await service.stats(ADMIN, type(EVENT)("none")) == NotFound()


async def test_figures_say_when_the_store_does_not_answer(service: StatsService, views: Views) -> None:
    views.stale = True
    assert (await stats(service)).is_stale


async def test_a_ledger_that_is_away_is_said_to_everyone_and_asked_again(house: House, service: StatsService) -> None:
    house.ledger_faults.before("taken_seats", LedgerUnavailable("gone"))
    with pytest.raises(LedgerUnavailable):
        await service.stats(ADMIN, EVENT)
    assert isinstance(await service.stats(ADMIN, EVENT), EventStats)


@pytest.mark.parametrize("seed", range(20))
def test_the_states_add_up_whatever_view_and_ledger_say(seed: int) -> None:
    chance = random.Random(seed)
    letters = bytes(chance.choice(b"aahhbx") for _ in LAYOUT.seat_ids)
    rows: dict[str, list[SeatId]] = {"booked": [], "claimed": [], "blocked": [], "free": []}
    for seat_id in (*LAYOUT.seat_ids, SeatId("of-an-older-drawing")):
        rows[chance.choice(list(rows))].append(seat_id)
    booked, count = tuple(rows["booked"]), len(rows["booked"])
    taken = TakenSeats(
        booked=booked,
        booking_ids=(BookingId("1-a"),) * count,
        prices_minor=tuple(chance.choice((0, 100, 250)) for _ in booked),
        booked_at_ms=(START_MS,) * count,
        claimed=tuple(rows["claimed"]),
        blocked=tuple(rows["blocked"]),
    )
    found = figures(LAYOUT, letters, taken)
    for category_id, seats_drawn in LAYOUT.seats_by_category.items():
        of = found[category_id]
        assert of.total == seats_drawn == of.available + of.held + of.booked + of.blocked
        assert min(of.available, of.held, of.booked, of.blocked) >= 0


def test_a_booking_at_several_prices_counts_once_in_its_span() -> None:
    taken = TakenSeats(
        booked=seats("A1 B1 A2 C1"),
        booking_ids=tuple(map(BookingId, ("1-a", "1-b", "1-b", "1-c"))),
        prices_minor=(100, 250, 100, 50),
        booked_at_ms=(HOUR_MS, 2 * HOUR_MS - 1, 2 * HOUR_MS - 1, HOUR_MS - 1),
    )
    assert booked_in_spans(taken, since_ms=HOUR_MS, span_ms=HOUR_MS) == [
        BookedInSpan(0, 1, 1, 50),
        BookedInSpan(HOUR_MS, 2, 3, 450),
    ]


async def test_who_asks_before_a_read_begins_shares_it_and_who_asks_later_has_the_next(clock: FakeClock) -> None:
    reads = PacedReads[str, int](clock, sleep=clock.sleep)
    begun, may_end, made = asyncio.Event(), asyncio.Event(), 0

    async def work() -> int:
        nonlocal made
        made += 1
        mine = made
        begun.set()
        await may_end.wait()
        return mine

    first = [asyncio.ensure_future(reads.read("k", work)) for _ in range(3)]
    await begun.wait()
    later = [asyncio.ensure_future(reads.read("k", work)) for _ in range(3)]
    later[0].cancel()
    await asyncio.sleep(0)
    may_end.set()
    assert await asyncio.gather(*first) == [1, 1, 1]
    assert await asyncio.gather(*later[1:]) == [2, 2]


async def test_reads_leave_the_ledger_most_of_its_time(clock: FakeClock) -> None:
    reads = PacedReads[str, None](clock, sleep=clock.sleep)

    async def work() -> None:
        clock.advance(100)

    for key in ("one", "two", "one"):
        await reads.read(key, work)
    assert clock.slept_s == [0.4, 0.4]
    assert SHARE_MAX == 100 / (100 + 400)


def ledger_row(ledger: FakeLedger, name: str, state: SeatRowState) -> None:
    """A live row of that state, by an owner of its own."""
    seat_id = SeatId(name)
    ledger.rows[EVENT, seat_id] = LedgerSeat(seat_id, state, "1-owner", ANN.user_id)
