"""One engine, five languages: what is held, given back or booked in one dialect is so in every other."""

import itertools
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.support.http_stack import CONTACT, Api, bearer

EVENT = "movie123"
SEAT = "A5"
Ask = Callable[[httpx.AsyncClient, str], Awaitable[bool]]
"""Ask in a user's name for SEAT; whether it was had."""
Look = Callable[[httpx.AsyncClient], Awaitable[str]]
"""How SEAT is shown to everybody."""


async def _had(answer: httpx.Response, *, refused: int = 409) -> bool:
    assert answer.status_code in (200, 201, refused), (answer.status_code, answer.text)
    return answer.status_code != refused


async def hold_by_v1(client: httpx.AsyncClient, user: str) -> bool:
    body = {"seatIds": [SEAT]}
    return await _had(await client.post(f"/api/v1/events/{EVENT}/holds", json=body, headers=bearer(user)))


async def hold_by_seat_booking(client: httpx.AsyncClient, user: str) -> bool:
    body = {"eventId": EVENT, "seatIds": [SEAT]}
    return await _had(await client.post("/seat-booking/hold-seats", json=body, headers=bearer(user)))


async def hold_by_showtimes(client: httpx.AsyncClient, user: str) -> bool:
    body = {"seats": [SEAT]}
    return await _had(await client.post(f"/api/v1/showtimes/{EVENT}/seats/lock", json=body, headers=bearer(user)))


async def hold_by_bookings(client: httpx.AsyncClient, user: str) -> bool:
    body = {"showId": EVENT, "seatNumber": SEAT, "userId": user}
    return await _had(await client.post("/hold", json=body, headers=bearer(user)))


async def hold_by_holds(client: httpx.AsyncClient, user: str) -> bool:
    body = {"showId": EVENT, "seatIds": [SEAT], "quantity": 1}
    return await _had(await client.post("/holds", json=body, headers=bearer(user)))


async def state_by_v1(client: httpx.AsyncClient) -> str:
    seats = (await client.get(f"/api/v1/events/{EVENT}/seats")).json()["seats"]
    return str(next(seat["state"] for seat in seats if seat["seatId"] == SEAT))


async def state_by_seat_booking(client: httpx.AsyncClient) -> str:
    seats = (await client.get(f"/seat-booking/layout/{EVENT}")).json()["data"]["seats"]
    return str(next(seat["status"] for seat in seats if seat["id"] == SEAT))


async def state_by_showtimes(client: httpx.AsyncClient) -> str:
    seats = (await client.get(f"/api/v1/showtimes/{EVENT}/seats/status")).json()["data"]["seats"]
    status = next(seat["status"] for seat in seats if seat["seat"] == SEAT)
    return {"locked": "held", "occupied": "booked"}.get(str(status), str(status))


async def state_by_bookings(client: httpx.AsyncClient) -> str:
    seats = (await client.get(f"/status/{EVENT}")).json()["seats"]
    return str(next(seat["status"] for seat in seats if seat["seatNumber"] == SEAT)).lower()


async def state_by_holds(client: httpx.AsyncClient) -> str:
    seatmap = (await client.get(f"/shows/{EVENT}/seatmap")).json()
    if SEAT in seatmap["heldSeatIds"]:
        return "held"
    return "booked" if SEAT in seatmap["unavailableSeatIds"] else "available"


async def book_by_v1(client: httpx.AsyncClient, user: str) -> bool:
    body = {"eventId": EVENT, "seatIds": [SEAT], "contactInfo": CONTACT}
    return await _had(await client.post("/api/v1/bookings", json=body, headers=bearer(user)))


async def book_by_seat_booking(client: httpx.AsyncClient, user: str) -> bool:
    body = {"eventId": EVENT, "seatIds": [SEAT], "contactInfo": CONTACT | {"phone": "+15550001"}}
    return await _had(await client.post("/seat-booking/confirm", json=body, headers=bearer(user)))


async def book_by_bookings(client: httpx.AsyncClient, user: str) -> bool:
    body = {"showId": EVENT, "seatNumber": SEAT, "userId": user}
    return await _had(await client.post("/confirm", json=body, headers=bearer(user)), refused=403)


HOLD: dict[str, Ask] = {
    "v1": hold_by_v1,
    "seat booking": hold_by_seat_booking,
    "showtimes": hold_by_showtimes,
    "bookings": hold_by_bookings,
    "holds": hold_by_holds,
}
STATE: dict[str, Look] = {
    "v1": state_by_v1,
    "seat booking": state_by_seat_booking,
    "showtimes": state_by_showtimes,
    "bookings": state_by_bookings,
    "holds": state_by_holds,
}
BOOK: dict[str, Ask] = {"v1": book_by_v1, "seat booking": book_by_seat_booking, "bookings": book_by_bookings}


@pytest.fixture
async def client(api: Api) -> httpx.AsyncClient:
    return api.client


@pytest.mark.parametrize("one", HOLD)
async def test_a_seat_held_in_one_dialect_is_held_in_every_other(client: httpx.AsyncClient, one: str) -> None:
    assert await HOLD[one](client, "ann")
    for other, hold in HOLD.items():
        assert not await hold(client, "bob"), other
        assert await STATE[other](client) == "held", other
    for other, hold in HOLD.items():
        assert await hold(client, "ann"), f"one's own seat again by {other}"


@pytest.mark.parametrize(("holds", "books"), [*itertools.product(HOLD, BOOK)])
async def test_a_seat_held_in_one_dialect_is_booked_in_another_and_sold_in_all(
    client: httpx.AsyncClient, holds: str, books: str
) -> None:
    assert await HOLD[holds](client, "ann")
    assert await BOOK[books](client, "ann")
    for name, state in STATE.items():
        assert await state(client) == "booked", name
    for name in ("v1", "seat booking", "showtimes", "holds"):
        assert not await HOLD[name](client, "bob"), name


@pytest.mark.parametrize("one", BOOK)
async def test_nobody_books_in_one_dialect_what_somebody_else_holds_in_another(
    client: httpx.AsyncClient, one: str
) -> None:
    assert await HOLD["showtimes"](client, "ann")
    assert not await BOOK[one](client, "bob")
    assert await STATE["v1"](client) == "held"
