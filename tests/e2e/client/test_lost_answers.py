"""Answers that get lost between the real application and the client: every call has one effect all the same."""

from datetime import UTC, datetime

import httpx
import pytest

from frontrow.client import NO_RETRIES, AsyncClient, Contact, Retries, TransportFailed
from tests.e2e.client.conftest import ADDRESS
from tests.support.http_stack import EVENT, LAYOUT, token

ADA = Contact("Ada Lovelace", "ada@example.com")


class LosesAnswers(httpx.AsyncBaseTransport):
    """Carries every request to the application, and loses the answers to the first `losses` of them."""

    def __init__(self, transport: httpx.ASGITransport, losses: int) -> None:
        self.transport = transport
        self.losses = losses

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask, and perhaps not tell."""
        answer = await self.transport.handle_async_request(request)
        if self.losses:
            self.losses -= 1
            await answer.aread()
            raise httpx.ReadError("cut", request=request)
        return answer


def unlucky(
    transport: httpx.ASGITransport, *roles: str, losses: int = 2, retries: Retries | None = None
) -> AsyncClient:
    http = httpx.AsyncClient(transport=LosesAnswers(transport, losses))
    return AsyncClient(ADDRESS, token=token("ada", *roles), http=http, retries=retries or Retries(first_wait_s=0.0))


async def test_a_hold_is_made_once(transport: httpx.ASGITransport) -> None:
    client = unlucky(transport)
    hold = await client.hold_seats(EVENT, ["A1", "A2"])
    assert await client.list_holds() == (hold,)


async def test_a_booking_is_made_once(transport: httpx.ASGITransport) -> None:
    hold = await unlucky(transport, losses=0).hold_seats(EVENT, ["A1"])
    client = unlucky(transport)
    booking = await client.book_seats(EVENT, ADA, hold_id=hold.hold_id)
    assert [it async for it in client.bookings()] == [booking]


async def test_an_event_is_made_once(transport: httpx.ASGITransport) -> None:
    client = unlucky(transport, "admin")
    event = await client.create_event("Ball", LAYOUT, datetime(2099, 5, 1, tzinfo=UTC), "USD")
    assert [it.event_id async for it in client.events() if it.name == "Ball"] == [event.event_id]


async def test_a_hold_is_given_back_once(transport: httpx.ASGITransport) -> None:
    hold = await unlucky(transport, losses=0).hold_seats(EVENT, ["A1"])
    client = unlucky(transport)
    await client.delete_hold(EVENT, hold.hold_id)
    assert await client.list_holds() == ()


async def test_a_call_that_was_given_up_is_settled_by_its_key(transport: httpx.ASGITransport) -> None:
    client = unlucky(transport, losses=1, retries=NO_RETRIES)
    with pytest.raises(TransportFailed) as raised:
        await client.hold_seats(EVENT, ["A1"])
    assert raised.value.may_have_happened
    [held] = await client.list_holds()
    assert await client.hold_seats(EVENT, ["A1"], idempotency_key=raised.value.idempotency_key) == held
