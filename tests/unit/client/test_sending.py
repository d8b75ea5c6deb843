"""What the two clients put on the wire and take from it, over a transport that is no network."""

import asyncio
import time
from collections.abc import Callable

import httpx
import msgspec
import pytest

from frontrow.client import (
    NO_RETRIES,
    AsyncClient,
    Client,
    FrontrowError,
    NotFound,
    Retries,
    SeatState,
    SeatsUnavailable,
    TransportFailed,
)
from frontrow.http.problems import Code
from tests.unit.client.answers import EVENT_ANSWER, HOLD_ANSWER, problem_body

AT_ONCE = Retries(first_wait_s=0.0)
ADDRESS = "https://tickets.example.com/frontrow/"
Answers = list[httpx.Response | Exception]
STATES = {"epoch": "e", "offset": "1", "layoutVersion": 1, "states": "aah"}
BOOKING = {
    "bookingId": "b",
    "eventId": "gala",
    "seatIds": ["A1"],
    "tableIds": [],
    "total": {"amountMinor": 1, "currency": "USD"},
    "status": "in_a_museum",
    "contactInfo": {"name": "Ada", "email": "ada@example.com"},
    "bookedAt": "2026-01-01T00:00:00.000Z",
    "userId": "ada",
    "aMemberOfTomorrow": [1],
}


class Server:
    """Gives its answers in turn, and keeps the requests."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers: Answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, *, token: str | Callable[[], str] | None = None, retries: Retries = AT_ONCE) -> Client:
        http = httpx.Client(transport=httpx.MockTransport(self))
        return Client(ADDRESS, token=token, retries=retries, http=http)

    def async_client(self, *, token: str | None = None) -> AsyncClient:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return AsyncClient(ADDRESS, token=token, retries=AT_ONCE, http=http)


def event() -> httpx.Response:
    return httpx.Response(200, json=EVENT_ANSWER)


def hold() -> httpx.Response:
    return httpx.Response(201, json=HOLD_ANSWER)


def refusal(code: Code, status: int) -> httpx.Response:
    return httpx.Response(status, json=problem_body(code))


def test_the_address_may_have_a_path_and_names_are_escaped() -> None:
    server = Server(event())
    server.client().get_event("a/b?c d")
    assert str(server.requests[0].url) == "https://tickets.example.com/frontrow/api/v1/events/a%2Fb%3Fc%20d"


@pytest.mark.parametrize("address", ["tickets.example.com", "ftp://tickets.example.com", "http://", ""])
def test_an_address_that_is_none_is_refused_at_once(address: str) -> None:
    with pytest.raises(ValueError, match="an address such as"):
        Client(address)


def test_requests_say_who_sends_them_and_under_which_id() -> None:
    server = Server(event(), event())
    client = server.client()
    client.get_event("gala")
    client.get_event("gala")
    headers = [request.headers for request in server.requests]
    assert all(it["user-agent"].startswith("frontrow-python/") for it in headers)
    assert headers[0]["x-request-id"] != headers[1]["x-request-id"]


def test_a_public_read_carries_no_token_and_a_hold_does() -> None:
    server = Server(event(), hold())
    client = server.client(token="secret")
    client.get_event("gala")
    client.hold_seats("gala", ["A1"])
    assert [request.headers.get("authorization") for request in server.requests] == [None, "Bearer secret"]


def test_a_token_that_changes_is_asked_for_before_every_try() -> None:
    tokens = iter(("one", "two", "three"))
    server = Server(httpx.ReadTimeout("slow"), hold(), hold())
    client = server.client(token=lambda: next(tokens))
    client.hold_seats("gala", ["A1"])
    client.hold_seats("gala", ["A1"])
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Bearer one", "Bearer two", "Bearer three"]
    keys = [request.headers["idempotency-key"] for request in server.requests]
    assert keys[0] == keys[1] != keys[2]


async def test_an_async_client_may_await_its_token() -> None:
    server = Server(hold(), hold())

    async def fetched() -> str:
        await asyncio.sleep(0)
        return "fetched"

    async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as http:
        for token in (fetched, lambda: "plain"):
            client = AsyncClient(ADDRESS, token=token, http=http)
            await client.hold_seats("gala", ["A1"])
    sent = [request.headers["authorization"] for request in server.requests]
    assert sent == ["Bearer fetched", "Bearer plain"]


def test_another_users_client_shares_the_connections_and_closes_none() -> None:
    server = Server(hold(), hold(), event())
    http = httpx.Client(transport=httpx.MockTransport(server))
    with Client(ADDRESS, token="ann", http=http) as ann:
        with ann.with_token("bob") as bob:
            bob.hold_seats("gala", ["A1"])
        ann.hold_seats("gala", ["A2"])
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer bob", "Bearer ann"]
    assert not http.is_closed
    http.close()


async def test_a_client_closes_the_connections_it_made() -> None:
    with Client(ADDRESS) as client:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        client.get_liveness()
    async with AsyncClient(ADDRESS) as aclient:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        await aclient.get_liveness()


@pytest.mark.parametrize(
    ("failure", "may_have_happened"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("far"), False),
        (httpx.PoolTimeout("crowded"), False),
        (httpx.ReadTimeout("slow"), True),
        (httpx.WriteTimeout("slow"), True),
        (httpx.ReadError("cut"), True),
        (httpx.RemoteProtocolError("gibberish"), True),
        (httpx.DecodingError("no gzip"), True),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_failure_of_the_transport_says_what_may_have_happened(
    failure: httpx.RequestError, may_have_happened: bool
) -> None:
    with pytest.raises(TransportFailed) as raised:
        Server(failure).client(retries=NO_RETRIES).hold_seats("gala", ["A1"])
    assert raised.value.may_have_happened == may_have_happened
    assert raised.value.__cause__ is failure


def test_the_timeout_goes_with_every_request() -> None:
    server = Server(event())
    Client(ADDRESS, timeout_s=2.5, http=httpx.Client(transport=httpx.MockTransport(server))).get_event("gala")
    assert set(server.requests[0].extensions["timeout"].values()) == {2.5}


async def test_both_clients_wait_before_they_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def note(wait_s: float) -> None:
        waited.append(wait_s)

    monkeypatch.setattr(time, "sleep", waited.append)

    def limited() -> httpx.Response:
        return httpx.Response(429, json=problem_body(Code.RATE_LIMITED), headers={"Retry-After": "3"})

    Server(limited(), event()).client().get_event("gala")
    monkeypatch.setattr(asyncio, "sleep", note)
    await Server(limited(), event()).async_client().get_event("gala")
    assert waited == [3.0, 3.0]


async def test_the_async_client_sends_and_raises_the_same() -> None:
    server = Server(httpx.ReadError("cut"), hold(), refusal(Code.NOT_FOUND, 404), httpx.ConnectError("refused"))
    async with server.async_client(token="t") as client:
        assert (await client.hold_seats("gala", ["A1"])).seat_ids == ("A1",)
        with pytest.raises(NotFound):
            await client.get_event("nowhere")
        with pytest.raises(TransportFailed):
            await client.cancel_booking("b")
    keys = {request.headers.get("idempotency-key") for request in server.requests[:2]}
    assert len(keys) == 1


def pages() -> list[httpx.Response]:
    first, second = ({**EVENT_ANSWER, "eventId": name} for name in ("one", "two"))
    return [
        httpx.Response(200, json={"items": [first], "nextCursor": "17"}),
        httpx.Response(200, json={"items": [], "nextCursor": "18"}),
        httpx.Response(200, json={"items": [second], "nextCursor": None}),
    ]


async def test_pages_are_read_one_after_the_other_and_only_as_far_as_is_looked_at() -> None:
    server = Server(*pages())
    events = server.client().events(page_size=1)
    assert server.requests == []
    assert next(events).event_id == "one"
    assert len(server.requests) == 1
    assert [event.event_id for event in events] == ["two"]
    cursors = [request.url.params.get("cursor") for request in server.requests]
    assert cursors == [None, "17", "18"]
    again = Server(*pages())
    assert [event.event_id async for event in again.async_client().events()] == ["one", "two"]


def test_a_page_that_fails_raises_where_it_is_reached() -> None:
    events = Server(pages()[0], refusal(Code.VALIDATION_FAILED, 422)).client().events()
    assert next(events).event_id == "one"
    with pytest.raises(FrontrowError):
        next(events)


def test_polling_with_the_known_answer_asks_by_its_etag_and_gives_it_back_when_it_stands() -> None:
    server = Server(
        httpx.Response(200, json=STATES, headers={"ETag": '"e:1"'}),
        httpx.Response(304, headers={"ETag": '"e:1"'}),
        httpx.Response(200, json={**STATES, "states": "ahh"}, headers={"ETag": '"e:2"'}),
    )
    client = server.client()
    first = client.get_seat_states("gala")
    assert client.get_seat_states("gala", known=first) is first
    assert client.get_seat_states("gala", known=first).states == "ahh"
    asked = [request.headers.get("if-none-match") for request in server.requests]
    assert asked == [None, '"e:1"', '"e:1"']


def test_words_and_members_of_a_newer_server_do_no_harm() -> None:
    booking = Server(httpx.Response(200, json=BOOKING)).client(token="t").get_booking("b")
    assert (booking.status, booking.user_id) == ("unknown", "ada")
    assert msgspec.convert("melted", SeatState) is SeatState.UNKNOWN


def test_a_refusal_is_raised_with_what_it_names() -> None:
    taken = problem_body(Code.SEATS_UNAVAILABLE, seats=[{"seatId": "A1", "reason": "held"}], seatIds=["A1"])
    server = Server(httpx.Response(409, json=taken))
    with pytest.raises(SeatsUnavailable) as raised:
        server.client(token="t").hold_seats("gala", ["A1"])
    assert [(seat.seat_id, seat.reason) for seat in raised.value.seats] == [("A1", "held")]
