"""What figures are made of: every live row of an event, gathered; and who has which seat since when."""

import pytest

from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import BookedSeat, SeatRowState, TakenSeats
from frontrow.domain.event import Event
from frontrow.domain.ids import EventId, SeatId, UserId
from frontrow.ports import Ledger
from tests.integration.ledger.drafts import PRICE_MINOR, block, booked, draft, event_on_sale, seats
from tests.support.fake_clock import START_MS, FakeClock
from tests.support.fake_ledger import FakeLedger

HOUR_MS = 3_600_000
T = 1_800_000_000_000
"""A whole hour."""


@pytest.fixture(params=["sql", "fake"])
def any_ledger(request: pytest.FixtureRequest, ledger: SqlLedger, clock: FakeClock) -> Ledger:
    """The ledger, and the fake that unit tests put in its place: both keep these promises."""
    return ledger if request.param == "sql" else FakeLedger(clock)


@pytest.fixture
async def sale(any_ledger: Ledger) -> Event:
    """An event to sell seats of."""
    return await event_on_sale(any_ledger, "sale")


async def taken(ledger: Ledger, of: Event, *, since_ms: int = 0) -> list[TakenSeats]:
    """The live rows by hours, in a fixed order, the seats of each group too."""
    found = await ledger.taken_seats(of.event_id, since_ms=since_ms, span_ms=HOUR_MS)
    return sorted(
        (TakenSeats(it.state, it.price_minor, it.from_ms, tuple(sorted(it.seat_ids)), it.owner_ids) for it in found),
        key=lambda it: (it.state, it.price_minor, it.from_ms),
    )


async def test_rows_alike_in_state_price_and_hour_come_together(
    any_ledger: Ledger, clock: FakeClock, sale: Event
) -> None:
    drafts = [
        draft(sale, "A1 A2", booked_at_ms=T),
        draft(sale, "A3", user="bob", booked_at_ms=T + HOUR_MS - 1),
        draft(sale, "A4", booked_at_ms=T + HOUR_MS),
    ]
    for wanted in drafts:
        await booked(any_ledger, clock, wanted)
    withheld = block(sale, "B1 B2")
    assert await any_ledger.add_block(withheld) is None
    first, second, third = (it.booking.booking_id for it in drafts)
    booked_rows = [it for it in await taken(any_ledger, sale) if it.state is SeatRowState.BOOKED]
    assert booked_rows == [
        TakenSeats(SeatRowState.BOOKED, PRICE_MINOR, T, seats("A1 A2 A3"), frozenset({first, second})),
        TakenSeats(SeatRowState.BOOKED, PRICE_MINOR, T + HOUR_MS, seats("A4"), frozenset({third})),
    ]
    (blocked,) = (it for it in await taken(any_ledger, sale) if it.state is SeatRowState.BLOCKED)
    assert blocked == TakenSeats(
        SeatRowState.BLOCKED, 0, START_MS - START_MS % HOUR_MS, seats("B1 B2"), frozenset({withheld.block_id})
    )


async def test_rows_from_before_the_spans_come_together(any_ledger: Ledger, clock: FakeClock, sale: Event) -> None:
    for name, hours in (("A1", -30), ("A2", -1), ("A3", 0), ("A4", 2)):
        await booked(any_ledger, clock, draft(sale, name, booked_at_ms=T + hours * HOUR_MS))
    found = await taken(any_ledger, sale, since_ms=T)
    assert [(it.from_ms, it.seat_ids) for it in found] == [
        (0, seats("A1 A2")),
        (T, seats("A3")),
        (T + 2 * HOUR_MS, seats("A4")),
    ]


async def test_seats_sold_at_different_prices_stay_apart(any_ledger: Ledger, clock: FakeClock, sale: Event) -> None:
    await booked(any_ledger, clock, draft(sale, "A1"))
    dear = draft(sale, "A2", price_minor=9_900)
    await booked(any_ledger, clock, dear)
    assert [(it.price_minor, it.seat_ids) for it in await taken(any_ledger, sale)] == [
        (PRICE_MINOR, seats("A1")),
        (9_900, seats("A2")),
    ]


async def test_what_was_cancelled_or_put_on_sale_again_is_left_out(
    any_ledger: Ledger, clock: FakeClock, sale: Event
) -> None:
    wanted = draft(sale, "A1 A2")
    await booked(any_ledger, clock, wanted)
    await any_ledger.add_block(block(sale, "B1"))
    await any_ledger.cancel(wanted.booking.booking_id, seats("A1"))
    await any_ledger.drop_blocks(sale.event_id, seats("B1"))
    assert [it.seat_ids for it in await taken(any_ledger, sale)] == [seats("A2")]


async def test_another_events_rows_are_another_matter(any_ledger: Ledger, clock: FakeClock, sale: Event) -> None:
    other = await event_on_sale(any_ledger, "other")
    await booked(any_ledger, clock, draft(other, "A1"))
    assert await taken(any_ledger, sale) == []
    assert await any_ledger.taken_seats(EventId("none"), since_ms=0, span_ms=1) == []
    assert await any_ledger.booked_seats(sale.event_id, seats("A1")) == []
    assert await any_ledger.booked_seats_of(sale.event_id, UserId("ann")) == []


async def test_a_sold_seat_tells_whose_it_is_since_when_and_for_how_much(
    any_ledger: Ledger, clock: FakeClock, sale: Event
) -> None:
    await booked(any_ledger, clock, draft(sale, "A1 A10", booked_at_ms=T))
    await booked(any_ledger, clock, draft(sale, "A2", user="bob", booked_at_ms=T + 5))
    await any_ledger.add_block(block(sale, "B1"))
    found = await any_ledger.booked_seats(sale.event_id, seats("B1 A2 A3 A1 A2"))
    assert found == [
        BookedSeat(SeatId("A2"), UserId("bob"), T + 5, PRICE_MINOR),
        BookedSeat(SeatId("A1"), UserId("ann"), T, PRICE_MINOR),
    ]


async def test_a_users_sold_seats_are_those_of_all_their_bookings_that_still_stand(
    any_ledger: Ledger, clock: FakeClock, sale: Event
) -> None:
    first, gone = draft(sale, "A2 A1 A3", booked_at_ms=T), draft(sale, "A9", booked_at_ms=T + 1)
    for wanted in (first, gone, draft(sale, "A5", booked_at_ms=T + 2), draft(sale, "A6", user="bob")):
        await booked(any_ledger, clock, wanted)
    await any_ledger.cancel(first.booking.booking_id, seats("A3"))
    await any_ledger.cancel(gone.booking.booking_id, None)
    await booked(any_ledger, clock, draft(sale, "A3 A9", user="bob"))
    ann = UserId("ann")
    assert await any_ledger.booked_seats_of(sale.event_id, ann) == [
        BookedSeat(SeatId("A2"), ann, T, PRICE_MINOR),
        BookedSeat(SeatId("A1"), ann, T, PRICE_MINOR),
        BookedSeat(SeatId("A5"), ann, T + 2, PRICE_MINOR),
    ]
