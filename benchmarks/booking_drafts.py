"""Bookings of three seats as the ledger is given them, and rounds of them through its group-commit writer."""

import asyncio
import time

from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import Booking, BookingDraft, BookingStatus, BookingWritten, ContactInfo, SoldSeat
from frontrow.domain.hold import HeldSeat
from frontrow.domain.ids import BookingId, CategoryId, EventId, HoldId, SeatId, UserId, new_made_id

BOOKINGS_PER_ROUND = 4_000
CALLERS = 64
SEATS_PER_BOOKING = 3
PRICE_MINOR = 4_500
BOOKED_AT_MS = 1_800_000_000_000
EVENT = EventId("bench")
USER = UserId("someone")
CATEGORY = CategoryId("stalls")
CONTACT = ContactInfo("Some One", "someone@example.com")
FINGERPRINT = "0" * 64
_GUARD_MS = 30_000


async def book_at_once(ledger: SqlLedger) -> float:
    """One round of CALLERS, each of whom waits for an answer before the next booking: bookings per second."""
    drafts = [draft() for _ in range(BOOKINGS_PER_ROUND)]
    started = time.perf_counter()

    async def one_caller(first: int) -> None:
        for each in drafts[first::CALLERS]:
            guard_until_ms = time.monotonic_ns() // 1_000_000 + _GUARD_MS
            outcome = await ledger.book(each, guard_until_ms=guard_until_ms)
            assert isinstance(outcome, BookingWritten), outcome

    async with asyncio.TaskGroup() as group:
        for first in range(CALLERS):
            group.create_task(one_caller(first))
    return BOOKINGS_PER_ROUND / (time.perf_counter() - started)


def draft() -> BookingDraft:
    """A booking of seats that nobody else has."""
    booking_id = BookingId(new_made_id(1))
    hold_id = HoldId(new_made_id(1))
    seats = tuple(
        SoldSeat(SeatId(f"{booking_id}-{place}"), CATEGORY, PRICE_MINOR) for place in range(SEATS_PER_BOOKING)
    )
    booking = Booking(
        booking_id=booking_id,
        event_id=EVENT,
        user_id=USER,
        seats=seats,
        table_ids=(),
        total_minor=PRICE_MINOR * SEATS_PER_BOOKING,
        currency="USD",
        status=BookingStatus.BOOKED,
        contact_info=CONTACT,
        booked_at_ms=BOOKED_AT_MS,
        hold_id=hold_id,
    )
    return BookingDraft(booking, tuple(HeldSeat(seat.seat_id, hold_id) for seat in seats), FINGERPRINT)
