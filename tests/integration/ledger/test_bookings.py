"""Bookings: written whole or not at all, answered for ever under their id and key, read back as they were written."""

import msgspec
import pytest

from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.booking import (
    BookingDraft,
    BookingIdSpent,
    BookingKeyReused,
    BookingWritten,
    ContactInfo,
    IdempotencyKey,
    LedgerSeat,
    PaymentInfo,
    SeatConflict,
    SeatRowState,
    SoldSeat,
)
from frontrow.domain.event import Event
from frontrow.domain.ids import BookingId, CategoryId, HoldId, TableId, UserId, new_made_id
from tests.integration.ledger.drafts import ROUTE, booked, draft, event_on_sale, guard, live, seats
from tests.support.fake_clock import FakeClock

ANN = UserId("ann")


async def test_a_booking_round_trips_wholly(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    plain = draft(gala, "B7 A1 A2", hold="1-hold")
    wanted = msgspec.structs.replace(
        plain.booking,
        seats=(
            SoldSeat(seats("B7")[0], CategoryId("balcony"), 0, TableId("T2")),
            SoldSeat(seats("A1")[0], CategoryId("standard"), 9_007_199_254_740_993),
            SoldSeat(seats("A2")[0], CategoryId("standard"), 4_500),
        ),
        table_ids=(TableId("T2"), TableId("T1")),
        contact_info=ContactInfo("Zoë O'Neil; --", "zoë@example.com", "+44 20 7946 0000"),
        payment_info=PaymentInfo("card", "tx-1", "stripe"),
        notes="wheelchair\nramp 🎭",
        special_requests="",
    )
    written = await booked(ledger, clock, msgspec.structs.replace(plain, booking=wanted))
    assert written.booking == wanted
    assert await ledger.booking(wanted.booking_id) == wanted


async def test_a_booking_with_nothing_optional_round_trips_too(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    plain = draft(gala, "A1")
    wanted = msgspec.structs.replace(plain.booking, payment_info=None)
    await booked(ledger, clock, msgspec.structs.replace(plain, booking=wanted))
    assert await ledger.booking(wanted.booking_id) == wanted


async def test_booked_seats_are_live_rows_of_the_booking(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    wanted = draft(gala, "A2 A1")
    await booked(ledger, clock, wanted)
    owner = wanted.booking.booking_id
    rows = {name: LedgerSeat(name, SeatRowState.BOOKED, owner, ANN, 4_500) for name in seats("A1 A2")}
    assert await ledger.live_seats(gala.event_id) == [rows[name] for name in seats("A1 A2")]
    assert await ledger.live_seats(gala.event_id, seats("A9 A2 A1")) == [rows[name] for name in seats("A2 A1")]
    assert await ledger.live_seats(gala.event_id, []) == []


async def test_a_taken_seat_refuses_the_whole_booking_and_names_every_taken_one(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    first = draft(gala, "A1 A3", user="bob")
    await booked(ledger, clock, first)
    second = draft(gala, "A3 A2 A1")
    outcome = await ledger.book(second, guard_until_ms=guard(clock))
    assert isinstance(outcome, SeatConflict)
    assert [(seat.seat_id, seat.owner_id) for seat in outcome.seats] == [
        ("A3", first.booking.booking_id),
        ("A1", first.booking.booking_id),
    ]
    assert await ledger.booking(second.booking.booking_id) is None
    assert "A2" not in await live(ledger, gala)


async def test_the_same_seat_of_another_event_is_another_seat(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    await booked(ledger, clock, draft(gala, "A1"))
    await booked(ledger, clock, draft(await event_on_sale(ledger, "matinee"), "A1"))


async def test_the_same_booking_again_is_the_same_booking(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    wanted = draft(gala, "A1 A2", key="k")
    await booked(ledger, clock, wanted)
    for _ in range(2):
        outcome = await ledger.book(wanted, guard_until_ms=guard(clock))
        assert outcome == BookingWritten(wanted.booking, replayed=True)


async def test_a_repeated_booking_is_answered_from_what_stands_even_when_the_attempt_found_other_seats(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    wanted = draft(gala, "A1", key="k")
    await booked(ledger, clock, wanted)
    retry = draft(gala, "A5", key="k", booking_id=wanted.booking.booking_id)
    assert await ledger.book(retry, guard_until_ms=guard(clock)) == BookingWritten(wanted.booking, replayed=True)
    assert "A5" not in await live(ledger, gala)


async def test_another_body_under_the_same_booking_id_is_refused(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    wanted = draft(gala, "A1")
    await booked(ledger, clock, wanted)
    other = draft(gala, "A2", body="another body", booking_id=wanted.booking.booking_id)
    assert await ledger.book(other, guard_until_ms=guard(clock)) == BookingKeyReused()
    assert "A2" not in await live(ledger, gala)


async def test_a_key_used_for_another_event_is_refused(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    matinee = await event_on_sale(ledger, "matinee")
    await booked(ledger, clock, draft(gala, "A1", key="k", body="gala"))
    other = draft(matinee, "A1", key="k", body="matinee")
    assert await ledger.book(other, guard_until_ms=guard(clock)) == BookingKeyReused()
    assert await live(ledger, matinee) == {}


async def test_a_key_belongs_to_its_user_and_route(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    await booked(ledger, clock, draft(gala, "A1", user="ann", key="k", body="one"))
    await booked(ledger, clock, draft(gala, "A2", user="bob", key="k", body="two"))
    elsewhere = draft(gala, "A3", user="ann", key="k", body="three")
    key = IdempotencyKey(ANN, "POST /elsewhere", "k", "three")
    await booked(ledger, clock, msgspec.structs.replace(elsewhere, idempotency_key=key))


async def test_a_key_answers_for_ever(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    wanted = draft(gala, "A1", key="k")
    assert wanted.idempotency_key is not None
    assert await ledger.replay(wanted.idempotency_key) is None
    await booked(ledger, clock, wanted)
    clock.advance(20 * 365 * 86_400_000)
    assert await ledger.replay(wanted.idempotency_key) == BookingWritten(wanted.booking, replayed=True)
    assert await ledger.replay(IdempotencyKey(ANN, ROUTE, "k", "another body")) == BookingKeyReused()
    assert await ledger.replay(IdempotencyKey(ANN, ROUTE, "another key", "body")) is None


async def test_an_aborted_id_is_spent(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    wanted = draft(gala, "A1", key="k")
    assert await ledger.abort(wanted) == BookingIdSpent()
    assert await ledger.abort(wanted) == BookingIdSpent()
    assert await ledger.book(wanted, guard_until_ms=guard(clock)) == BookingIdSpent()
    assert await ledger.booking(wanted.booking.booking_id) is None
    assert await ledger.booking_fingerprint(wanted.booking.booking_id) == "body"
    assert await ledger.bookings_of(ANN, before=None, limit=10) == []
    assert await live(ledger, gala) == {}
    assert wanted.idempotency_key is not None
    assert await ledger.replay(wanted.idempotency_key) == BookingIdSpent()


async def test_aborting_a_written_booking_answers_what_stands(ledger: SqlLedger, clock: FakeClock, gala: Event) -> None:
    wanted = draft(gala, "A1", key="k")
    await booked(ledger, clock, wanted)
    assert await ledger.abort(wanted) == BookingWritten(wanted.booking, replayed=True)
    other = draft(gala, "A1", key="k", body="another body", booking_id=wanted.booking.booking_id)
    assert await ledger.abort(other) == BookingKeyReused()
    assert await live(ledger, gala) == {"A1": wanted.booking.booking_id}


async def test_aborting_under_a_key_that_sold_elsewhere_answers_that(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    await booked(ledger, clock, draft(gala, "A1", key="k", body="gala"))
    matinee = await event_on_sale(ledger, "matinee")
    assert await ledger.abort(draft(matinee, "A1", key="k", body="matinee")) == BookingKeyReused()


async def test_a_booking_id_of_no_event_is_nobodys(ledger: SqlLedger, gala: Event) -> None:
    for unknown in (new_made_id(99), new_made_id(gala.number), "no-form", ""):
        assert await ledger.booking(BookingId(unknown)) is None
        assert await ledger.booking_fingerprint(BookingId(unknown)) is None
        assert await ledger.outbox_of(unknown) == []


async def test_a_users_bookings_are_paged_newest_first_and_none_falls_between_two_pages(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    matinee = await event_on_sale(ledger, "matinee")
    made: list[BookingDraft] = []
    for number, (of, at_ms) in enumerate([(gala, 100), (matinee, 300), (gala, 200), (matinee, 200), (gala, 200)]):
        made.append(draft(of, f"A{number}", booked_at_ms=at_ms))
        await booked(ledger, clock, made[-1])
    await booked(ledger, clock, draft(gala, "Z1", user="bob"))
    expected = sorted((it.booking for it in made), key=lambda it: (it.booked_at_ms, it.booking_id), reverse=True)
    paged = []
    before = None
    while page := await ledger.bookings_of(ANN, before=before, limit=2):
        paged += page
        before = (page[-1].booked_at_ms, page[-1].booking_id)
    assert paged == expected


async def test_a_users_one_booking_of_exactly_these_seats_is_found(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    wanted = draft(gala, "A1 A2 A3")
    await booked(ledger, clock, wanted)
    await booked(ledger, clock, draft(gala, "A4"))
    found = await ledger.booking_of_seats(gala.event_id, ANN, seats("A3 A2 A1"))
    assert found == wanted.booking
    for names in ("A1 A2", "A1 A2 A3 A4", "A1 A2 A3 A9", "A9"):
        assert await ledger.booking_of_seats(gala.event_id, ANN, seats(names)) is None
    assert await ledger.booking_of_seats(gala.event_id, UserId("bob"), seats("A1 A2 A3")) is None


async def test_what_is_left_of_a_booking_is_found_by_its_seats(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    wanted = draft(gala, "A1 A2 A3")
    await booked(ledger, clock, wanted)
    await ledger.cancel(wanted.booking.booking_id, seats("A2"))
    assert await ledger.booking_of_seats(gala.event_id, ANN, seats("A1 A2 A3")) is None
    found = await ledger.booking_of_seats(gala.event_id, ANN, seats("A1 A3"))
    assert found is not None
    assert found.booking_id == wanted.booking.booking_id


async def test_the_booking_made_from_a_hold_is_found_whatever_became_of_it(
    ledger: SqlLedger, clock: FakeClock, gala: Event
) -> None:
    wanted = draft(gala, "A1", hold="1-mine")
    await booked(ledger, clock, wanted)
    await ledger.cancel(wanted.booking.booking_id, None)
    found = await ledger.booking_of_hold(gala.event_id, ANN, HoldId("1-mine"))
    assert found is not None
    assert found.booking_id == wanted.booking.booking_id
    assert await ledger.booking_of_hold(gala.event_id, UserId("bob"), HoldId("1-mine")) is None
    assert await ledger.booking_of_hold(gala.event_id, ANN, HoldId("1-other")) is None


async def test_an_aborted_booking_of_a_hold_is_not_found_by_it(ledger: SqlLedger, gala: Event) -> None:
    await ledger.abort(draft(gala, "A1", hold="1-mine"))
    assert await ledger.booking_of_hold(gala.event_id, ANN, HoldId("1-mine")) is None


@pytest.mark.parametrize("seat_count", [1, 50, 3_000])
async def test_a_booking_of_any_size_is_one_write(
    ledger: SqlLedger, clock: FakeClock, gala: Event, seat_count: int
) -> None:
    wanted = draft(gala, " ".join(f"S{number}" for number in range(seat_count)))
    await booked(ledger, clock, wanted)
    assert await ledger.booking(wanted.booking.booking_id) == wanted.booking
    assert len(await ledger.live_seats(gala.event_id, wanted.booking.seat_ids)) == seat_count
