"""Who may book and for whom, what people see of bookings, and giving seats back."""

import msgspec
import pytest

from frontrow.domain.booking import (
    Booking,
    BookingCancelled,
    BookingNotFound,
    BookingStatus,
    BookingWritten,
    SeatsNotInBooking,
)
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import SeatsUnavailable
from frontrow.domain.ids import BookingId, EventId, SeatId, UserId
from frontrow.domain.seat_states import SeatState
from frontrow.domain.selection import EmptySelection, TableOnlyWhole, UnknownSeats
from frontrow.services.booking_ids import BookingIds
from frontrow.services.callers import Caller
from frontrow.services.outcomes import (
    BookRequest,
    CancellationClosed,
    DirectBookingNotAllowed,
    HoldRequest,
    NotFound,
    RoleMissing,
)
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.house import CONTACT, EVENT, House, key, seats, tables, user

ANN, BOB, ADMIN, BOX_OFFICE = user("ann"), user("bob"), user("root", "admin"), user("box office", "integrator")


@pytest.fixture
async def strict(store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock) -> House:
    """A house where only integrators book directly."""
    made = House(store, ledger, clock, sleep=clock.sleep, anyone_may_book=False)
    await made.open()
    return made


async def book_for(house: House, caller: Caller, owner: Caller, names: str) -> object:
    request = BookRequest(EVENT, CONTACT, seat_ids=seats(names), user_id=owner.user_id)
    return await house.bookings.book(caller, request)


async def test_buyers_do_not_book_directly_unless_anyone_may(strict: House) -> None:
    await strict.held(ANN, "A1")
    assert await strict.book_seats(ANN, "A1") == DirectBookingNotAllowed()
    assert await book_for(strict, ANN, BOB, "A1") == DirectBookingNotAllowed()


@pytest.mark.parametrize("caller", [BOX_OFFICE, ADMIN])
async def test_integrators_and_admins_book_what_the_named_user_holds(strict: House, caller: Caller) -> None:
    await strict.held(ANN, "A1")
    answer = await book_for(strict, caller, ANN, "A1")
    assert isinstance(answer, BookingWritten)
    assert answer.booking.user_id == ANN.user_id


async def test_an_integrator_without_a_name_books_its_own_hold(strict: House) -> None:
    await strict.held(BOX_OFFICE, "A1")
    assert isinstance(await strict.book_seats(BOX_OFFICE, "A1"), BookingWritten)
    await strict.held(ANN, "A2")
    assert isinstance(await strict.book_seats(BOX_OFFICE, "A2"), SeatsUnavailable)


async def test_nobody_else_books_in_anothers_name(house: House) -> None:
    await house.held(BOB, "A1")
    assert await book_for(house, ANN, BOB, "A1") == RoleMissing("integrator")
    await house.held(ANN, "A2")
    assert isinstance(await book_for(house, ANN, ANN, "A2"), BookingWritten)


async def test_an_integrators_key_is_its_own_and_replays_for_it(strict: House) -> None:
    hold_id = await strict.held(ANN, "A1")
    request = BookRequest(EVENT, CONTACT, hold_id=hold_id, user_id=ANN.user_id)
    first = await strict.bookings.book(BOX_OFFICE, request, key("k", BOX_OFFICE))
    again = await strict.bookings.book(BOX_OFFICE, request, key("k", BOX_OFFICE))
    assert isinstance(first, BookingWritten)
    assert isinstance(again, BookingWritten)
    assert again.replayed
    assert again.booking == first.booking


async def test_an_unknown_event_is_not_found(house: House) -> None:
    assert await house.bookings.book(ANN, BookRequest(EventId("nowhere"), CONTACT, seat_ids=seats("A1"))) == NotFound()


async def test_what_cannot_be_selected_cannot_be_booked(house: House) -> None:
    assert await house.bookings.book(ANN, BookRequest(EVENT, CONTACT)) == EmptySelection()
    assert await house.book_seats(ANN, "A1 X9") == UnknownSeats(seat_ids=seats("X9"), table_ids=())
    assert isinstance(await house.book_seats(ANN, "W1"), TableOnlyWhole)


def test_a_hold_and_seats_are_never_both_booked_by_one_request() -> None:
    with pytest.raises(ValueError, match="both"):
        BookRequest(EVENT, CONTACT, hold_id=BookingId("1-x"), seat_ids=seats("A1"))  # type: ignore[arg-type]


async def test_a_booking_is_shown_to_its_owner_and_to_admins(house: House) -> None:
    booking = await house.sold(ANN, "A1")
    assert await house.bookings.booking(ANN, booking.booking_id) == booking
    assert await house.bookings.booking(ADMIN, booking.booking_id) == booking
    assert await house.bookings.booking(BOB, booking.booking_id) == BookingNotFound()
    assert await house.bookings.booking(ANN, BookingId("1-" + "A" * 22)) == BookingNotFound()
    assert await house.bookings.booking(ANN, BookingId("no id")) == BookingNotFound()


async def test_my_bookings_come_newest_first_in_pages_that_miss_none(house: House, clock: FakeClock) -> None:
    made: list[Booking] = []
    for number in range(1, 8):
        made.append(await house.sold(ANN, f"A{number}"))
        clock.advance(number % 2)  # some of one millisecond
    await house.sold(BOB, "B1")
    seen: list[Booking] = []
    before = None
    while True:
        page = await house.bookings.my_bookings(ANN, before, 3)
        assert len(page.bookings) <= 3
        seen += page.bookings
        if (before := page.next_before) is None:
            break
    assert sorted(it.booking_id for it in seen) == sorted(it.booking_id for it in made)
    times = [it.booked_at_ms for it in seen]
    assert times == sorted(times, reverse=True)


async def test_a_cancelled_booking_gives_its_seats_back(house: House, store: FakeHoldStore, ledger: FakeLedger) -> None:
    booking = await house.sold(ANN, "A1 A2")
    cancelled = await house.bookings.cancel(ANN, booking.booking_id)
    assert isinstance(cancelled, BookingCancelled)
    assert cancelled.freed == seats("A1 A2")
    assert cancelled.booking.status is BookingStatus.CANCELLED
    assert store.maps[EVENT].state_of(SeatId("A1")) is SeatState.AVAILABLE
    await house.sold(BOB, "A1 A2")
    await house.relay.relay_once()
    assert ledger.tasks == {}
    assert await house.broken_promises(ANN, BOB) == []


async def test_some_seats_of_a_booking_are_cancelled(house: House) -> None:
    booking = await house.sold(ANN, "A1 A2 A3")
    cancelled = await house.bookings.cancel(ANN, booking.booking_id, seats("A2 A2"))
    assert isinstance(cancelled, BookingCancelled)
    assert (cancelled.freed, cancelled.booking.status) == (seats("A2"), BookingStatus.PARTLY_CANCELLED)
    assert await house.bookings.cancel(ANN, booking.booking_id, seats("A1 B9")) == SeatsNotInBooking(seats("B9"))
    await house.sold(BOB, "A2")


async def test_cancelling_twice_frees_nothing_that_was_sold_in_between(house: House) -> None:
    booking = await house.sold(ANN, "A1")
    await house.bookings.cancel(ANN, booking.booking_id)
    await house.sold(BOB, "A1")
    again = await house.bookings.cancel(ANN, booking.booking_id)
    assert isinstance(again, BookingCancelled)
    assert again.freed == ()
    await house.relay.relay_once()
    assert await house.broken_promises(ANN, BOB) == []


async def test_only_the_owner_and_admins_cancel(house: House) -> None:
    booking = await house.sold(ANN, "A1")
    assert await house.bookings.cancel(BOB, booking.booking_id) == BookingNotFound()
    assert isinstance(await house.bookings.cancel(ADMIN, booking.booking_id), BookingCancelled)


async def test_an_owner_gives_nothing_back_once_the_event_has_begun(house: House, clock: FakeClock) -> None:
    booking = await house.sold(ANN, "A1 A2 A3")
    event = await house.ledger.event(EVENT)
    assert event is not None
    clock.advance(event.starts_at_ms - 1 - clock.now_ms())
    assert isinstance(await house.bookings.cancel(ANN, booking.booking_id, seats("A1")), BookingCancelled)
    clock.advance(1)
    assert await house.bookings.cancel(ANN, booking.booking_id) == CancellationClosed()
    assert await house.bookings.cancel(ANN, booking.booking_id, seats("A1 A2")) == CancellationClosed()
    again = await house.bookings.cancel(ANN, booking.booking_id, seats("A1"))
    assert isinstance(again, BookingCancelled)
    assert (again.freed, again.booking.cancelled_seat_ids) == ((), seats("A1"))
    integrator = user("ann", "integrator")
    assert isinstance(await house.bookings.cancel(integrator, booking.booking_id, seats("A2")), BookingCancelled)
    assert isinstance(await house.bookings.cancel(ADMIN, booking.booking_id), BookingCancelled)
    assert isinstance(await house.bookings.cancel(ANN, booking.booking_id), BookingCancelled)


async def test_a_cancelled_event_gives_back_after_its_time_too(house: House, clock: FakeClock) -> None:
    first, second = await house.sold(ANN, "A1"), await house.sold(ANN, "A2")
    event = await house.ledger.event(EVENT)
    assert event is not None
    clock.advance(event.starts_at_ms - clock.now_ms())
    await house.bookings.cancel_for_event(first.booking_id)
    cancelled = msgspec.structs.replace(event, cancelled_at_ms=clock.now_ms())
    assert await house.ledger.update_event(cancelled, expected=event)
    house.catalog.forget(EVENT)
    for booking in (first, second):
        assert isinstance(await house.bookings.cancel(ANN, booking.booking_id), BookingCancelled)


async def test_a_whole_table_is_cancelled_whole(house: House) -> None:
    await house.holds.hold(ANN, EVENT, HoldRequest(table_ids=tables("W")))
    answer = await house.bookings.book(ANN, BookRequest(EVENT, CONTACT, table_ids=tables("W")))
    assert isinstance(answer, BookingWritten)
    booking_id = answer.booking.booking_id
    assert await house.bookings.cancel(ANN, booking_id, seats("W1")) == TableOnlyWhole(seats("W1"), tables("W"))
    assert isinstance(await house.bookings.cancel(ANN, booking_id, seats("W1 W2 W3 W4")), BookingCancelled)


async def test_with_the_store_down_a_cancelling_is_finished_by_the_relay(
    house: House, clock: FakeClock, store: FakeHoldStore
) -> None:
    booking = await house.sold(ANN, "A1")
    house.store_faults.take_down(StoreUnavailable("gone"))
    assert isinstance(await house.bookings.cancel(ANN, booking.booking_id), BookingCancelled)
    house.store_faults.bring_up()
    clock.advance(6_000)
    await house.relay.relay_once()
    assert store.maps[EVENT].state_of(SeatId("A1")) is SeatState.AVAILABLE
    assert await house.broken_promises(ANN) == []


async def test_a_finish_that_comes_after_the_cancelling_sells_nothing_again(
    house: House, clock: FakeClock, store: FakeHoldStore, ledger: FakeLedger
) -> None:
    hold_id = await house.held(ANN, "A1")
    house.store_faults.before("finish_booking", StoreUnavailable("cut"))
    answer = await house.book_hold(ANN, hold_id)
    assert isinstance(answer, BookingWritten)
    finish = list(ledger.tasks.values())
    await house.bookings.cancel(ANN, answer.booking.booking_id)
    clock.advance(6_000)
    await house.relay.relay_once()
    for task in finish:
        ledger.tasks[task.task_id] = task
    await house.relay.relay_once()
    assert store.maps[EVENT].state_of(SeatId("A1")) is not SeatState.BOOKED
    assert await house.broken_promises(ANN) == []


async def test_with_the_ledger_down_nothing_is_read_or_cancelled(house: House) -> None:
    booking = await house.sold(ANN, "A1")
    house.ledger_faults.take_down(LedgerUnavailable("no disk"))
    with pytest.raises(LedgerUnavailable):
        await house.bookings.booking(ANN, booking.booking_id)
    with pytest.raises(LedgerUnavailable):
        await house.bookings.cancel(ANN, booking.booking_id)


def test_booking_ids_are_made_again_from_the_same_request_and_from_no_other() -> None:
    ids = BookingIds(b"0123456789abcdef")
    made = {
        ids.of_key(1, key("k", ANN)),
        ids.of_key(1, key("k", BOB)),
        ids.of_key(1, key("k", ANN, route="PUT /bookings")),
        ids.of_key(1, key("k2", ANN)),
        ids.of_key(2, key("k", ANN)),
        ids.of_hold(1, UserId("ann"), BookingId("1-h")),  # type: ignore[arg-type]
        ids.of_hold(1, UserId("ann1"), BookingId("-h")),  # type: ignore[arg-type]
        ids.fresh(1),
        ids.fresh(1),
        BookingIds(b"another secret!!").of_key(1, key("k", ANN)),
    }
    assert len(made) == 10
    assert ids.of_key(1, key("k", ANN, body="one")) == ids.of_key(1, key("k", ANN, body="another"))


def test_a_secret_of_a_few_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        BookingIds(b"short")
