"""What figures are made of: every live row of an event, gathered; and who has which seat since when."""

import pytest

from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import BookedSeat, TakenSeats
from frontrow.domain.event import Event
from frontrow.domain.ids import EventId, SeatId, UserId
from frontrow.ports import Ledger
from tests.integration.ledger.drafts import PRICE_MINOR, block, booked, draft, event_on_sale, seats
from tests.support.fake_clock import FakeClock
from tests.support.fake_ledger import FakeLedger

T = 1_800_000_000_000


@pytest.fixture(params=["sql", "fake"])
def any_ledger(request: pytest.FixtureRequest, ledger: SqlLedger, clock: FakeClock) -> Ledger:
    """The ledger, and the fake that unit tests put in its place: both keep these promises."""
    return ledger if request.param == "sql" else FakeLedger(clock)


@pytest.fixture
async def sale(any_ledger: Ledger) -> Event:
    """An event to sell seats of."""
    return await event_on_sale(any_ledger, "sale")


async def sold(ledger: Ledger, of: Event) -> set[tuple[str, str, int, int]]:
    """Each sold seat with its booking, price and time."""
    taken = await ledger.taken_seats(of.event_id)
    columns = (taken.booked, taken.booking_ids, taken.prices_minor, taken.booked_at_ms)
    return set(zip(*columns, strict=True))


async def test_every_sold_seat_stands_with_its_booking_price_and_time(
    any_ledger: Ledger, clock: FakeClock, sale: Event
) -> None:
    first, second = draft(sale, "A2 A1", booked_at_ms=T), draft(sale, "A10", user="bob", booked_at_ms=T + 7)
    dear = draft(sale, "A3", booked_at_ms=T + 8, price_minor=9_900)
    for wanted in (first, second, dear):
        await booked(any_ledger, clock, wanted)
    assert await sold(any_ledger, sale) == {
        ("A1", first.booking.booking_id, PRICE_MINOR, T),
        ("A2", first.booking.booking_id, PRICE_MINOR, T),
        ("A10", second.booking.booking_id, PRICE_MINOR, T + 7),
        ("A3", dear.booking.booking_id, 9_900, T + 8),
    }
    taken = await any_ledger.taken_seats(sale.event_id)
    assert (taken.claimed, taken.blocked) == ((), ())


async def test_blocked_seats_stand_apart_from_those_that_were_sold(
    any_ledger: Ledger, clock: FakeClock, sale: Event
) -> None:
    await any_ledger.add_block(block(sale, "B1 B2"))
    await booked(any_ledger, clock, draft(sale, "A1"))
    taken = await any_ledger.taken_seats(sale.event_id)
    assert (set(taken.blocked), taken.booked) == (set(seats("B1 B2")), seats("A1"))


async def test_what_was_cancelled_or_put_on_sale_again_is_left_out(
    any_ledger: Ledger, clock: FakeClock, sale: Event
) -> None:
    wanted = draft(sale, "A1 A2")
    await booked(any_ledger, clock, wanted)
    await any_ledger.add_block(block(sale, "B1"))
    await any_ledger.cancel(wanted.booking.booking_id, seats("A1"))
    await any_ledger.drop_blocks(sale.event_id, seats("B1"))
    taken = await any_ledger.taken_seats(sale.event_id)
    assert (taken.booked, taken.blocked) == (seats("A2"), ())


async def test_another_events_rows_are_another_matter(any_ledger: Ledger, clock: FakeClock, sale: Event) -> None:
    other = await event_on_sale(any_ledger, "other")
    await booked(any_ledger, clock, draft(other, "A1"))
    assert await any_ledger.taken_seats(sale.event_id) == TakenSeats()
    assert await any_ledger.taken_seats(EventId("none")) == TakenSeats()
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
