"""What a type checker is told of both clients' methods: mypy judges this file, nothing runs it."""

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

from frontrow.client import (
    AsyncClient,
    Booking,
    Client,
    Contact,
    Event,
    EventStats,
    Hold,
    Layout,
    Order,
    Reservation,
    SeatHold,
)


def of_the_sync_client(client: Client, contact: Contact) -> None:
    """Every shape that a method's answer has."""
    assert_type(client.get_event("e"), Event)
    assert_type(client.events(page_size=5), Iterator[Event])
    assert_type(client.list_holds(), tuple[Hold, ...])
    assert_type(client.hold_seats("e", ["A1"], duration_minutes=5), Hold)
    assert_type(client.book_seats("e", contact, hold_id="h"), Booking)
    assert_type(client.place_order("e", "h", contact), Order)
    assert_type(client.orders(open_only=True), Iterator[Order])
    assert_type(client.deliver_callback("demo", b"{}"), None)
    assert_type(client.get_stats("e", interval="day"), EventStats)
    assert_type(client.reserve_seats("e", ["A1"]), Reservation)
    assert_type(client.seat_layout("e"), Layout)
    assert_type(client.available_seats(show_id="e"), tuple[str, ...])
    assert_type(client.seat_reservation("e", "A1"), SeatHold | None)
    client.hold_seats("e", duration="5")  # type: ignore[call-arg]
    client.hold_seats(5)  # type: ignore[arg-type]


async def of_the_async_client(client: AsyncClient, contact: Contact) -> None:
    """The same, awaited."""
    assert_type(await client.get_event("e"), Event)
    assert_type(client.events(page_size=5), AsyncIterator[Event])
    assert_type(await client.list_holds(), tuple[Hold, ...])
    assert_type(await client.hold_seats("e", ["A1"], duration_minutes=5), Hold)
    assert_type(await client.book_seats("e", contact, hold_id="h"), Booking)
    assert_type(await client.place_order("e", "h", contact), Order)
    assert_type(client.orders(open_only=True), AsyncIterator[Order])
    assert_type(await client.deliver_callback("demo", b"{}"), None)
    assert_type(await client.get_stats("e", interval="day"), EventStats)
    assert_type(await client.reserve_seats("e", ["A1"]), Reservation)
    assert_type(await client.seat_layout("e"), Layout)
    assert_type(await client.available_seats(show_id="e"), tuple[str, ...])
    assert_type(await client.seat_reservation("e", "A1"), SeatHold | None)
    await client.hold_seats("e", duration="5")  # type: ignore[call-arg]
    await client.hold_seats(5)  # type: ignore[arg-type]
