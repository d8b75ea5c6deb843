"""The client has a method for every operation of v1 and of health, sends what the operation takes, and reads all that
it answers: held against the same declarations that `/openapi.json` is made of.
"""

import inspect
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, get_args, get_origin
from urllib.parse import unquote

import httpx
import msgspec
import pytest

from frontrow.client import (
    UNSET,
    AsyncClient,
    BestAvailable,
    Charge,
    ChargeKind,
    Client,
    Contact,
    Layout,
    Payment,
    SeatList,
    SeatSnapshot,
    SeatStates,
)
from frontrow.client.answers import HoldList, Suggestions
from frontrow.http import dialects, health, v1
from frontrow.http.app import OPERATIONS
from frontrow.http.openapi import openapi_document
from frontrow.http.operation import Access, AnyOperation, RawBody, RawJson
from frontrow.http.v1 import demo_payments
from frontrow.http.v1.changes import SeatEvent
from tests.unit.client.answers import AT

EVENT, HOLD, BOOKING, NOTICE = "hamlet 1/2", "1-hold", "1-booking", "1-notice"
SEATS = ["A1", "A2"]
CHARGES = [Charge("Service", ChargeKind.SHARE, 1, 500, refundable=False)]
CONTACT = Contact("Ada", "ada@example.com", "+441234")
Json = dict[str, Any]

CALLS: dict[str, Callable[[Client], object]] = {
    "listEvents": lambda client: client.list_events(limit=20, cursor="17"),
    "getEvent": lambda client: client.get_event(EVENT),
    "getLatestLayout": lambda client: client.get_latest_layout("small-hall"),
    "getLayout": lambda client: client.get_layout("small-hall", 1),
    "listSeats": lambda client: client.list_seats(EVENT, viewport=(0, 0, 8.5, 6), section="stalls", state="held"),
    "getSeatStates": lambda client: client.get_seat_states(EVENT),
    "watchChanges": lambda client: next(iter(client.changes(EVENT, last_event_id="x.y.1:5-0-z"))),
    "holdSeats": lambda client: client.hold_seats(
        EVENT,
        SEATS,
        table_ids=["T1"],
        best_available=BestAvailable(4, category_id="vip", section="stalls", accessible=True),
        duration_minutes=5,
        hold_id=HOLD,
        reason="phone",
    ),
    "listHolds": lambda client: client.list_holds(),
    "getHold": lambda client: client.get_hold(EVENT, HOLD),
    "getSeatHold": lambda client: client.get_seat_hold(EVENT, "A1"),
    "deleteHold": lambda client: client.delete_hold(EVENT, HOLD),
    "extendHold": lambda client: client.extend_hold(EVENT, HOLD, 20),
    "releaseSeats": lambda client: client.release_hold_seats(EVENT, HOLD, SEATS, after_seconds=30),
    "bookSeats": lambda client: client.book_seats(
        EVENT,
        CONTACT,
        hold_id=HOLD,
        seat_ids=SEATS,
        table_ids=["T1"],
        payment=Payment("card", "tx", "demo"),
        notes="a",
        special_requests="b",
        user_id="ann",
    ),
    "listBookings": lambda client: client.list_bookings(limit=5, cursor="17.1-0123456789abcdefghijkl"),
    "listEventBookings": lambda client: client.list_event_bookings(
        EVENT, "ada", limit=5, cursor="17.1-0123456789abcdefghijkl"
    ),
    "getBooking": lambda client: client.get_booking(BOOKING),
    "cancelBooking": lambda client: client.cancel_booking(BOOKING, SEATS),
    "findBooking": lambda client: client.find_booking("QX7K-2M4N-ABCD-EF23", "ada@example.com"),
    "placeOrder": lambda client: client.place_order(
        EVENT, HOLD, CONTACT, notes="a", special_requests="b", user_id="ann"
    ),
    "listOrders": lambda client: client.list_orders(open_only=True, limit=5, cursor="17.1-0123456789abcdefghijkl"),
    "getOrder": lambda client: client.get_order("1-order"),
    "payOrder": lambda client: client.pay_order(
        "1-order", return_url="/", card_number="4242", payment=Payment("cash", "tx", "till")
    ),
    "cancelOrder": lambda client: client.cancel_order("1-order"),
    "resolveOrder": lambda client: client.resolve_order("1-order"),
    "deliverCallback": lambda client: client.deliver_callback("stripe", b"{}", {"stripe-signature": "t=1"}),
    "createGuestToken": lambda client: client.create_guest_token(),
    "publishLayout": lambda client: client.publish_layout(b"{}", format="seatsio"),
    "createEvent": lambda client: client.create_event(
        "Hamlet",
        "grand",
        AT,
        "USD",
        event_id="hamlet",
        layout_version=2,
        sales_start=AT,
        sales_end=AT,
        prices={"stalls": 1},
        orphan_rule=True,
        charges=CHARGES,
    ),
    "changeEvent": lambda client: client.change_event(
        EVENT,
        name="Othello",
        layout_id="grand",
        layout_version=3,
        starts_at=AT,
        sales_start=AT,
        sales_end=None,
        currency="EUR",
        prices={"stalls": 2},
        orphan_rule=False,
        charges=CHARGES,
    ),
    "blockSeats": lambda client: client.block_seats(EVENT, SEATS, reason="camera"),
    "unblockSeats": lambda client: client.unblock_seats(EVENT, SEATS),
    "listRecentChanges": lambda client: client.list_recent_changes(EVENT, limit=5, cursor="17-0-4fd0a1b2"),
    "getDemand": lambda client: client.get_demand(EVENT, limit=500),
    "getStats": lambda client: client.get_stats(EVENT, interval="day", last=30),
    "listEventOrders": lambda client: client.list_event_orders(
        EVENT, "ada", state="booked,refunding", limit=5, cursor="17.1-0123456789abcdefghijkl"
    ),
    "cancelEvent": lambda client: client.cancel_event(EVENT),
    "getCancellation": lambda client: client.get_cancellation(EVENT),
    "reconcileEvent": lambda client: client.reconcile_event(EVENT, cursor="refunds::1-refund", captured=False),
    "erasePerson": lambda client: client.erase_person(user_id="ada", email="ada@example.com"),
    "getSeatHistory": lambda client: client.get_seat_history(EVENT, "A1"),
    "suggestSeats": lambda client: client.suggest_seats(EVENT, SEATS, count=2, alternatives=3),
    "listNotices": lambda client: client.list_notices(state="failed", limit=5, cursor="17.1-0123456789abcdefghijkl"),
    "sendNotice": lambda client: client.send_notice(NOTICE),
    "getLiveness": lambda client: client.get_liveness(),
    "getReadiness": lambda client: client.get_readiness(),
}
"""Each operation called with all that its method takes, so that a misspelt member is seen."""

OF_PAGES = {operation.name for operation in demo_payments.OPERATIONS}
"""What only the demo bank's card page asks."""
COVERED = [operation for operation in (*v1.OPERATIONS, *health.OPERATIONS) if operation.name not in OF_PAGES]
ANSWERED_IN_PART: Mapping[str, tuple[str, type]] = {
    "listHolds": ("items", HoldList),
    "suggestSeats": ("suggestions", Suggestions),
}
"""Operations whose method returns one member of what they answer, and the whole answer."""
UNREAD = {"deliverCallback"}
"""Operations whose answer says nothing beyond its status."""
UNSENT: Mapping[str, set[str]] = {"unblockSeats": {"reason"}}
"""Members that an operation takes and does nothing with."""
OF_OTHER_METHODS: Mapping[str, set[str]] = {
    "publishLayout": {"dryRun"},
    "listEventBookings": {"format"},
    "listEventOrders": {"format"},
}
"""Query parameters that make another answer, which a method of its own asks for and reads."""
OF_HEADERS: Mapping[object, set[str]] = {SeatList: {"etag"}, SeatStates: {"etag"}}
"""Members that come with the answer's headers."""


class Recorder:
    """A server that notes the request and answers with the operation's own example."""

    def __init__(self, operation: AnyOperation) -> None:
        self.operation = operation
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        example = self.operation.example.answer
        content = b"" if example is None else msgspec.json.encode(example)
        if isinstance(example, SeatEvent):
            content = f"event: {example.event}\nid: {example.id}\ndata: {example.data}\n\n".encode()
        headers = {"etag": '"v1"', "content-type": self.operation.media_type}
        return httpx.Response(self.operation.status, content=content, headers=headers)

    def client(self) -> Client:
        return Client(
            "http://frontrow.test", token="t", http=httpx.Client(transport=httpx.MockTransport(self.__call__))
        )


def test_every_operation_of_v1_and_health_has_a_method_and_there_is_no_other() -> None:
    document = msgspec.json.decode(openapi_document(OPERATIONS))
    named = {
        described["operationId"]
        for path, methods in document["paths"].items()
        if path.startswith(("/api/v1/", "/health/"))
        for described in methods.values()
    }
    assert set(CALLS) == named - OF_PAGES - {operation.name for operation in dialects.OPERATIONS}


@pytest.mark.parametrize("operation", COVERED, ids=lambda operation: operation.name)
def test_a_method_sends_what_its_operation_takes(operation: AnyOperation) -> None:
    recorder = Recorder(operation)
    CALLS[operation.name](recorder.client())
    [request] = recorder.requests
    assert request.method == operation.method
    template = operation.path.split("/")
    sent = [unquote(part) for part in request.url.raw_path.decode().partition("?")[0].split("/")]
    assert [got for got, wanted in zip(sent, template, strict=True) if not wanted.startswith("{")] == [
        wanted for wanted in template if not wanted.startswith("{")
    ]
    msgspec.convert(dict(request.url.params), operation.query, strict=False)
    fields = {field.encode_name for field in msgspec.structs.fields(operation.query)}
    assert set(request.url.params) == fields - OF_OTHER_METHODS.get(operation.name, set())
    if operation.has_body and operation.body not in (RawJson, RawBody):
        assert request.headers["content-type"] == "application/json"
        msgspec.json.decode(request.content, type=operation.body)
        sent_members = set(members_of(msgspec.json.decode(request.content)))
        assert members(operation.body) - sent_members == UNSENT.get(operation.name, set())
    assert ("authorization" in request.headers) == (operation.access in (Access.USER, Access.ADMIN))
    assert ("idempotency-key" in request.headers) == operation.takes_key


@pytest.mark.parametrize("operation", COVERED, ids=lambda operation: operation.name)
def test_a_method_reads_all_that_its_operation_answers(operation: AnyOperation) -> None:
    answer = CALLS[operation.name](Recorder(operation).client())
    event = operation.example.answer
    if isinstance(event, SeatEvent):
        assert isinstance(answer, SeatSnapshot)
        assert answer == msgspec.structs.replace(msgspec.json.decode(event.data, type=SeatSnapshot), id=event.id)
        assert event.id == f"{answer.epoch}:{answer.offset}"
        return
    if operation.answer is None or operation.name in UNREAD:
        assert answer is None
        return
    if operation.name in ANSWERED_IN_PART:
        member, whole = ANSWERED_IN_PART[operation.name]
        answer = whole(**{member: answer})
    assert as_the_server_reads(operation, answer) == as_the_server_reads(operation, operation.example.answer)


@pytest.mark.parametrize("operation", COVERED, ids=lambda operation: operation.name)
def test_the_answers_members_are_those_that_the_operation_documents(operation: AnyOperation) -> None:
    """Also the members that no example shows."""
    if operation.answer is None or operation.streams or operation.name in UNREAD:
        return
    returned = inspect.signature(getattr(Client, snake_case(operation.name))).return_annotation
    if operation.name in ANSWERED_IN_PART:
        _, returned = ANSWERED_IN_PART[operation.name]
    assert members(returned) - OF_HEADERS.get(returned, set()) == members(operation.answer)


def test_a_drawing_is_previewed_by_the_same_operation_with_another_answer() -> None:
    [operation] = [operation for operation in OPERATIONS if operation.name == "publishLayout"]
    [variant] = operation.variants
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, content=msgspec.json.encode(variant.example))

    with Client("http://frontrow.test", token="t", http=httpx.Client(transport=httpx.MockTransport(answer))) as client:
        previewed = client.preview_layout(b"{}", format="seatsio")
    assert dict(requests[0].url.params) == {"format": "seatsio", "dryRun": "true"}
    msgspec.convert(dict(requests[0].url.params), operation.query, strict=False)
    assert msgspec.json.decode(msgspec.json.encode(previewed), type=variant.answer) == variant.example
    assert members(type(previewed)) == members(variant.answer)


def test_bookings_are_exported_by_the_same_operation_as_they_come() -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, content=b"bookingId\r\n", headers={"content-type": "text/csv; charset=utf-8"})

    with Client("http://frontrow.test", token="t", http=httpx.Client(transport=httpx.MockTransport(answer))) as client:
        assert client.export_bookings(EVENT, "ada") == b"bookingId\r\n"
    assert dict(requests[0].url.params) == {"query": "ada", "format": "csv"}


def members(struct: Any) -> set[str]:
    """Every member's path, through all the structs in it."""
    _, components = msgspec.json.schema_components([struct], ref_template="#/{name}")

    def paths(schema: Json, prefix: str) -> Iterator[str]:
        if "$ref" in schema:
            schema = components[schema["$ref"].removeprefix("#/")]
        for branch in schema.get("anyOf", []):
            yield from paths(branch, prefix)
        for name, member in schema.get("properties", {}).items():
            yield prefix + name
            yield from paths(member, f"{prefix}{name}.")
        for inner in ("items", "additionalProperties"):
            if isinstance(schema.get(inner), dict):
                yield from paths(schema[inner], f"{prefix}*.")
        for member in schema.get("prefixItems", []):
            yield from paths(member, f"{prefix}*.")

    return set(paths({"$ref": f"#/{struct.__name__}"}, ""))


def members_of(value: object, prefix: str = "") -> Iterator[str]:
    """Every member's path in a JSON value, as `members` writes them; names that a program chose as `*`."""
    if isinstance(value, dict):
        for name, member in value.items():
            chosen = "*" if prefix == "prices." else name
            if chosen != "*":
                yield prefix + chosen
            yield from members_of(member, f"{prefix}{chosen}.")
    elif isinstance(value, list):
        for item in value:
            yield from members_of(item, f"{prefix}*.")


def as_the_server_reads(operation: AnyOperation, answer: object) -> object:
    """The answer as JSON and back into the operation's own struct, times to the millisecond."""

    def written(time: re.Match[bytes]) -> bytes:
        at = datetime.fromisoformat(time[0].decode())
        return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z".encode()

    assert operation.answer is not None
    text = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", written, msgspec.json.encode(answer))
    return msgspec.json.decode(text, type=operation.answer)


def snake_case(name: str) -> str:
    # 001's `release_seats` names seats of a show, not of a hold.
    named = {"releaseSeats": "release_hold_seats", "watchChanges": "changes"}
    return named.get(name) or "".join(f"_{it.lower()}" if it.isupper() else it for it in name)


def public(client: type) -> dict[str, Any]:
    return {name: member for name, member in vars(client).items() if callable(member) and not name.startswith("_")}


def test_both_clients_have_the_same_methods_and_say_the_same_of_them() -> None:
    assert set(public(Client)) == set(public(AsyncClient))
    assert set(map(snake_case, CALLS)) <= set(public(Client))
    for name in set(public(Client)) - {"with_token", "close"}:
        plainly, awaited = inspect.signature(getattr(Client, name)), inspect.signature(getattr(AsyncClient, name))
        assert plainly.parameters == awaited.parameters
        assert getattr(Client, name).__doc__ == getattr(AsyncClient, name).__doc__
        if name in ("events", "bookings", "orders", "event_bookings", "event_orders", "notices", "changes"):
            [item] = get_args(plainly.return_annotation)
            assert get_args(awaited.return_annotation) == (item,)
            assert get_origin(plainly.return_annotation) is Iterator
            assert get_origin(awaited.return_annotation) is AsyncIterator
        else:
            assert plainly.return_annotation == awaited.return_annotation


def test_a_drawing_goes_back_as_it_came() -> None:
    [operation] = [operation for operation in OPERATIONS if operation.name == "getLayout"]
    recorder = Recorder(operation)
    with recorder.client() as client:
        layout = client.get_layout("small-hall", 1)
        assert isinstance(layout, Layout)
        assert client.get_layout_document("small-hall", 1) == msgspec.json.encode(operation.example.answer)
    [published] = [operation for operation in OPERATIONS if operation.name == "publishLayout"]
    again = Recorder(published)
    with again.client() as client:
        client.publish_layout(layout)
    msgspec.json.decode(again.requests[0].content, type=type(operation.example.answer))


def test_a_patch_sends_what_is_given_and_null_where_null_is_given() -> None:
    [operation] = [operation for operation in OPERATIONS if operation.name == "changeEvent"]
    recorder = Recorder(operation)
    with recorder.client() as client:
        client.change_event(EVENT, sales_end=None, currency="EUR", name=UNSET)
    assert msgspec.json.decode(recorder.requests[0].content) == {"salesEnd": None, "currency": "EUR"}


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_an_id_that_no_path_can_carry_is_refused_before_anything_is_sent(name: str) -> None:
    with Client("http://frontrow.test") as client, pytest.raises(ValueError, match="an id was expected"):
        client.get_event(name)
