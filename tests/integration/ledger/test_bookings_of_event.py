"""An event's bookings as those who run it list them: in order, page after page, and nobody else's."""

from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import BookingContact, SeatRowState
from frontrow.domain.event import Event
from frontrow.domain.ids import BookingId
from tests.integration.ledger.drafts import block, booked, draft, event_on_sale, seats
from tests.support.fake_clock import FakeClock


async def test_they_are_listed_newest_first_and_page_after_page(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    ball = await event_on_sale(ledger, "ball")
    made = [
        (await booked(ledger, clock, draft(gala, f"A{n}", user=f"u{n}", booked_at_ms=1_000 + n // 2))).booking
        for n in range(1, 8)
    ]
    await booked(ledger, clock, draft(ball, "A1"))
    spent = draft(gala, "B1")
    await ledger.abort(spent)
    newest_first = sorted(made, key=lambda it: (it.booked_at_ms, it.booking_id), reverse=True)
    found, contacts = [], []
    before: tuple[int, BookingId] | None = None
    while page := await ledger.bookings_in(gala.event_id, before=before, limit=3):
        contacts += await ledger.booking_contacts(gala.event_id, before=before, limit=3)
        found += page
        before = (page[-1].booked_at_ms, page[-1].booking_id)
    assert found == newest_first
    assert contacts == [
        BookingContact(it.booking_id, it.booked_at_ms, "Ann Lee", "ann@example.com") for it in newest_first
    ]
    assert await ledger.booking_contacts(gala.event_id, before=before, limit=3) == []


async def test_some_are_read_by_their_ids_in_the_order_asked(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    ball = await event_on_sale(ledger, "ball")
    first, second = [(await booked(ledger, clock, draft(gala, name))).booking for name in ("A1 A2", "B1")]
    foreign = (await booked(ledger, clock, draft(ball, "A1"))).booking
    spent = draft(gala, "C1")
    await ledger.abort(spent)
    asked = [second.booking_id, foreign.booking_id, first.booking_id, spent.booking.booking_id, BookingId("1-none")]
    assert await ledger.bookings_among(gala.event_id, asked) == [second, first]


async def test_what_owners_have_or_had_their_seats_as_is_remembered(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    sold = (await booked(ledger, clock, draft(gala, "A1 A2"))).booking
    withheld = block(gala, "B1")
    await ledger.add_block(withheld)
    await ledger.cancel(sold.booking_id, None)
    await ledger.drop_blocks(gala.event_id, seats("B1"))
    owners = [sold.booking_id, withheld.block_id, "1-never"]
    assert await ledger.states_of_owners(gala.event_id, owners) == {
        sold.booking_id: SeatRowState.BOOKED,
        withheld.block_id: SeatRowState.BLOCKED,
    }
