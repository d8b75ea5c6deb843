"""The whole of v1 through the client, against the real application: what an organiser, a buyer and a guest do."""

from datetime import UTC, datetime, timedelta

import pytest

from frontrow.client import (
    AsyncClient,
    BookingStatus,
    Client,
    Conflict,
    Contact,
    Forbidden,
    HoldNotFound,
    InvalidRequest,
    NotFound,
    Payment,
    SaleStatus,
    SeatState,
    SeatsUnavailable,
    Unauthorized,
)
from tests.support.http_stack import CLOSED_EVENT, EVENT, LAYOUT, token

ADA = Contact("Ada Lovelace", "ada@example.com")
STARTS = datetime(2099, 5, 1, 20, tzinfo=UTC)


def test_an_organiser_publishes_a_drawing_and_puts_an_event_on_sale(address: str) -> None:
    with Client(address, token=token("boss", "admin")) as office:
        drawing = office.get_layout(LAYOUT, 1)
        published = office.publish_layout(drawing)
        assert (published.layout_id, published.version) == (LAYOUT, 1)
        assert office.publish_layout(office.get_layout_document(LAYOUT, 1)).version == 1
        assert office.get_latest_layout(LAYOUT).version == 1
        event = office.create_event("Ball", LAYOUT, STARTS, "USD", event_id="ball", prices={"standard": 100})
        assert (event.starts_at, event.prices) == (STARTS, {"standard": 100, "vip": 15_000})
        with pytest.raises(Conflict) as taken:
            office.create_event("Another", LAYOUT, STARTS, "USD", event_id="ball")
        assert taken.value.code == "event_id_taken"
        changed = office.change_event("ball", name="Masked ball", sales_end=STARTS - timedelta(days=1))
        assert (changed.name, changed.sales_end) == ("Masked ball", STARTS - timedelta(days=1))
        assert office.change_event("ball", sales_end=None).sales_end is None
        assert office.block_seats("ball", ["A1", "A2"], reason="camera").seat_ids == ("A1", "A2")
        with pytest.raises(SeatsUnavailable) as unavailable:
            office.block_seats("ball", ["A2", "A3"])
        assert [(seat.seat_id, seat.reason) for seat in unavailable.value.seats] == [("A2", "blocked")]
        assert office.unblock_seats("ball", ["A1", "A3"]).seat_ids == ("A1",)
        assert office.get_event("ball").counts is not None
        stats = office.get_stats("ball", interval="day")
        assert (stats.total, stats.blocked, stats.by_category["standard"].blocked) == (28, 1, 1)


def test_a_buyer_holds_books_and_cancels(address: str) -> None:
    with Client(address, token=token("ada")) as ada:
        hold = ada.hold_seats(EVENT, ["A1"], table_ids=["W"], duration_minutes=20)
        assert (set(hold.seat_ids), hold.table_ids) == ({"A1", "W1", "W2", "W3", "W4"}, ("W",))
        assert hold.expires_at > datetime.now(UTC) + timedelta(minutes=15)
        assert ada.hold_seats(EVENT, ["A2"], hold_id=hold.hold_id).hold_id == hold.hold_id
        assert ada.extend_hold(EVENT, hold.hold_id, 60).expires_at > hold.expires_at
        assert ada.release_hold_seats(EVENT, hold.hold_id, ["A2"]).seat_ids == ("A2",)
        assert [it.hold_id for it in ada.list_holds()] == [hold.hold_id]
        held = ada.list_seats(EVENT, state=SeatState.HELD, viewport=(0, 90, 400, 20)).seats
        assert [(seat.seat_id, seat.price.amount_minor) for seat in held] == [("A1", 7_500)]
        states = ada.get_seat_states(EVENT)
        assert ada.get_seat_states(EVENT, known=states) is states
        seats = ada.list_seats(EVENT)
        assert ada.list_seats(EVENT, known=seats) is seats
        booking = ada.book_seats(EVENT, ADA, hold_id=hold.hold_id, payment=Payment("card"), notes="aisle")
        assert (booking.total, booking.payment_info, booking.notes) == (hold.total, Payment("card"), "aisle")
        assert ada.get_booking(booking.booking_id) == booking
        assert ada.list_bookings().items == (booking,)
        assert ada.cancel_booking(booking.booking_id, ["A1"]).status is BookingStatus.PARTLY_CANCELLED
        assert ada.cancel_booking(booking.booking_id).status is BookingStatus.CANCELLED
        with pytest.raises(HoldNotFound):
            ada.get_hold(EVENT, hold.hold_id)


def test_a_guest_is_a_user_of_its_own(address: str) -> None:
    with Client(address) as anyone:
        ann, bob = (anyone.with_token(anyone.create_guest_token().token) for _ in range(2))
        hold = ann.hold_seats(EVENT, ["A1"])
        assert ann.get_hold(EVENT, hold.hold_id) == hold
        with pytest.raises(HoldNotFound):
            bob.get_hold(EVENT, hold.hold_id)
        with pytest.raises(HoldNotFound):
            bob.delete_hold(EVENT, hold.hold_id)
        ann.delete_hold(EVENT, hold.hold_id)
        assert bob.hold_seats(EVENT, ["A1"]).seat_ids == ("A1",)


def test_lists_are_walked_through_to_their_end(address: str) -> None:
    with Client(address, token=token("ada")) as ada:
        assert {event.event_id for event in ada.events(page_size=1)} == {EVENT, CLOSED_EVENT}
        for seat_id in ("A1", "A2", "A3"):
            ada.hold_seats(EVENT, [seat_id])
            ada.book_seats(EVENT, ADA, seat_ids=[seat_id])
        assert [booking.seat_ids for booking in ada.bookings(page_size=2)] == [("A3",), ("A2",), ("A1",)]


async def test_the_async_client_sells_the_same(anyone: AsyncClient) -> None:
    ada, boss = anyone.with_token(token("ada")), anyone.with_token(token("boss", "admin"))
    hold = await ada.hold_seats(EVENT, ["A1", "A2"])
    assert (await boss.get_hold(EVENT, hold.hold_id)).seat_ids == ("A1", "A2")
    booking = await ada.book_seats(EVENT, ADA, hold_id=hold.hold_id)
    assert [it async for it in ada.bookings()] == [booking]
    assert {event.sale_status async for event in anyone.events()} == {SaleStatus.ON_SALE, SaleStatus.CLOSED}
    assert (await boss.get_stats(EVENT)).revenue == hold.total
    assert (await anyone.get_liveness()).status == "alive"
    assert (await anyone.get_readiness()).is_ready


async def test_refusals_are_raised_by_their_kind(anyone: AsyncClient) -> None:
    ada = anyone.with_token(token("ada"))
    with pytest.raises(Unauthorized):
        await anyone.hold_seats(EVENT, ["A1"])
    with pytest.raises(Unauthorized):
        await anyone.with_token(token("ada", expires_in_s=-60)).list_holds()
    with pytest.raises(Forbidden):
        await ada.block_seats(EVENT, ["A1"])
    with pytest.raises(NotFound):
        await ada.get_event("nowhere")
    with pytest.raises(InvalidRequest) as unknown:
        await ada.hold_seats(EVENT, ["A1", "Z9"])
    assert (unknown.value.code, unknown.value.seat_ids) == ("unknown_seats", ("Z9",))
    with pytest.raises(InvalidRequest) as invalid:
        await ada.hold_seats(EVENT, ["A1"], duration_minutes=500)
    assert [fault.field for fault in invalid.value.errors] == ["durationMinutes"]
    with pytest.raises(Conflict) as closed:
        await ada.hold_seats(CLOSED_EVENT, ["A1"])
    assert closed.value.code == "event_not_on_sale"
