"""Every code that the operations can answer with, each brought about for real and checked in full."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.hold import SeatsBusy
from frontrow.http.app import OPERATIONS
from frontrow.http.problems import KINDS, PROBLEMS, Code
from frontrow.services.bookings import BookingService
from frontrow.services.holds import HoldService
from frontrow.settings import DirectBooking, PaymentGatewayName
from tests.support.house import small_layout
from tests.support.http_stack import (
    CLOSED_EVENT,
    CONTACT,
    EVENT,
    LAYOUT,
    Answered,
    Api,
    api_of,
    event_body,
    running_application,
)
from tests.support.valkey import ValkeyServer

HOLDS = f"/api/v1/events/{EVENT}/holds"
ADMIN = ("boss", "admin")
ABSENT_HOLD = "1-AAAAAAAAAAAAAAAAAAAAAA"

Play = Callable[[Api, pytest.MonkeyPatch], Awaitable[Answered]]


@dataclass(frozen=True)
class Scenario:
    """How a code comes about: what to do on a server with these settings."""

    code: Code
    play: Play
    settings: dict[str, Any]


PAID_HERE: dict[str, Any] = {"payment_gateway": PaymentGatewayName.DEMO}
SCENARIOS: list[Scenario] = []


def brings_about(code: Code, **settings: Any) -> Callable[[Play], Play]:
    """Register a scenario that must end in this code."""

    def register(play: Play) -> Play:
        SCENARIOS.append(Scenario(code, play, settings))
        return play

    return register


async def book(api: Api, body: dict[str, object], by: tuple[str, ...] = ("buyer",), **options: Any) -> Answered:
    return await api.post("/api/v1/bookings", {"eventId": EVENT, "contactInfo": CONTACT, **body}, by=by, **options)


@brings_about(Code.MALFORMED)
async def not_json(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post(HOLDS, content=b'{"seatIds": [', headers={"content-type": "application/json"})


@brings_about(Code.MALFORMED)
async def no_object(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post(HOLDS, ["A1"])


@brings_about(Code.MALFORMED)
async def not_utf8(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post(HOLDS, content=b'{"reason": "\xff"}', headers={"content-type": "application/json"})


@brings_about(Code.MALFORMED)
async def lone_surrogate(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post(HOLDS, content=rb'{"reason": "\ud800"}', headers={"content-type": "application/json"})


@brings_about(Code.MALFORMED)
async def empty_body(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post(HOLDS, content=b"", headers={"content-type": "application/json"})


@brings_about(Code.MALFORMED)
async def nested_without_end(api: Api, _: pytest.MonkeyPatch) -> Answered:
    content = b'{"seatIds":' + b"[" * 30_000
    return await api.post(HOLDS, content=content, headers={"content-type": "application/json"})


@brings_about(Code.MALFORMED)
async def corrupt_layout(api: Api, _: pytest.MonkeyPatch) -> Answered:
    options: dict[str, Any] = {"content": b'{"id": "x"', "headers": {"content-type": "application/json"}}
    return await api.post("/api/v1/layouts", by=ADMIN, **options)


@brings_about(Code.MALFORMED)
async def corrupt_chart(api: Api, _: pytest.MonkeyPatch) -> Answered:
    options: dict[str, Any] = {"content": b"\x00\x01", "headers": {"content-type": "application/json"}}
    return await api.post("/api/v1/layouts?format=seatsio", by=ADMIN, **options)


@brings_about(Code.TOKEN_MISSING)
async def no_token(api: Api, _: pytest.MonkeyPatch) -> Answered:
    answer = await api.get("/api/v1/holds")
    assert answer.headers["www-authenticate"] == 'Bearer realm="frontrow"'
    return answer


@brings_about(Code.TOKEN_INVALID)
async def bad_token(api: Api, _: pytest.MonkeyPatch) -> Answered:
    answer = await api.get("/api/v1/holds", headers={"authorization": "Bearer x.y.z"})
    assert answer.headers["www-authenticate"] == 'Bearer realm="frontrow", error="invalid_token"'
    return answer


@brings_about(Code.ROLE_MISSING)
async def admin_only(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post("/api/v1/events", event_body("mine"), by=("buyer",))


@brings_about(Code.ROLE_MISSING)
async def reason_of_admins(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post(HOLDS, {"seatIds": ["A1"], "reason": "maintenance"})


@brings_about(Code.ROLE_MISSING)
async def books_for_another(api: Api, _: pytest.MonkeyPatch) -> Answered:
    hold = await api.hold("A1")
    return await book(api, {"holdId": hold["holdId"], "userId": "someone-else"})


@brings_about(Code.NOT_FOUND)
async def no_such_path(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.get("/api/v1/nothing")


@brings_about(Code.NOT_FOUND)
async def no_such_event(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.get("/api/v1/events/nowhere")


@brings_about(Code.NOT_FOUND)
async def hold_on_no_such_event(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post("/api/v1/events/nowhere/holds", {"seatIds": ["A1"]})


@brings_about(Code.NOT_FOUND)
async def states_of_no_such_event(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.get("/api/v1/events/no where/seat-states")


@brings_about(Code.NOT_FOUND)
async def seats_of_no_such_event(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.get("/api/v1/events/nowhere/seats")


@brings_about(Code.NOT_FOUND)
async def no_such_layout_version(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.get(f"/api/v1/layouts/{LAYOUT}/versions/2")


@brings_about(Code.NOT_FOUND)
async def no_layout_version_at_all(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.get(f"/api/v1/layouts/{LAYOUT}/versions/latest")


@brings_about(Code.NOT_FOUND)
async def no_such_booking(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.get("/api/v1/bookings/1-AAAAAAAAAAAAAAAAAAAAAA", by=("buyer",))


@brings_about(Code.NOT_FOUND)
async def foreign_booking(api: Api, _: pytest.MonkeyPatch) -> Answered:
    booking = await api.book((await api.hold("A1"))["holdId"])
    foreign = await api.get(f"/api/v1/bookings/{booking['bookingId']}", by=("other",))
    absent = await api.get("/api/v1/bookings/1-AAAAAAAAAAAAAAAAAAAAAA", by=("other",))
    assert foreign.body | {"requestId": ""} == absent.body | {"requestId": ""}
    return foreign


@brings_about(Code.NOT_FOUND)
async def change_no_such_event(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.ask("PATCH", "/api/v1/events/nowhere", body={"name": "x"}, by=ADMIN)


@brings_about(Code.HOLD_NOT_FOUND)
async def absent_hold(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.get(f"{HOLDS}/{ABSENT_HOLD}", by=("buyer",))


@brings_about(Code.HOLD_NOT_FOUND)
async def hold_id_of_no_form(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.get(f"{HOLDS}/%F0%9F%8E%AD", by=("buyer",))


@brings_about(Code.HOLD_NOT_FOUND)
async def foreign_hold(api: Api, _: pytest.MonkeyPatch) -> Answered:
    hold = await api.hold("A1")
    absent = await api.get(f"{HOLDS}/{ABSENT_HOLD}", by=("other",))
    foreign = await api.get(f"{HOLDS}/{hold['holdId']}", by=("other",))
    assert foreign.body | {"requestId": ""} == absent.body | {"requestId": ""}
    return foreign


@brings_about(Code.HOLD_NOT_FOUND)
async def released_hold(api: Api, _: pytest.MonkeyPatch) -> Answered:
    path = f"{HOLDS}/{(await api.hold('A1'))['holdId']}"
    assert (await api.ask("DELETE", path)).status == 204
    for method, suffix in (("GET", ""), ("DELETE", ""), ("POST", "/extend"), ("POST", "/release")):
        assert (await api.ask(method, path + suffix)).code == "hold_not_found", (method, suffix)
    return await book(api, {"holdId": path.rpartition("/")[2]})


@brings_about(Code.HOLD_NOT_FOUND)
async def hold_of_another_event(api: Api, _: pytest.MonkeyPatch) -> Answered:
    hold = await api.hold("A1")
    return await api.get(f"/api/v1/events/{CLOSED_EVENT}/holds/{hold['holdId']}", by=("buyer",))


@brings_about(Code.HOLD_NOT_FOUND)
async def adds_to_no_hold(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post(HOLDS, {"seatIds": ["A1"], "holdId": ABSENT_HOLD})


@brings_about(Code.METHOD_NOT_ALLOWED)
async def put_on_holds(api: Api, _: pytest.MonkeyPatch) -> Answered:
    answer = await api.ask("PUT", HOLDS)
    assert set(answer.headers["allow"].split(", ")) == {"POST", "OPTIONS"}
    return answer


@brings_about(Code.METHOD_NOT_ALLOWED)
async def post_on_a_page(api: Api, _: pytest.MonkeyPatch) -> Answered:
    answer = await api.post("/docs")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    return answer


@brings_about(Code.SEATS_UNAVAILABLE)
async def some_seats_taken(api: Api, _: pytest.MonkeyPatch) -> Answered:
    await api.book((await api.hold("A1", by=("early",)))["holdId"], by=("early",))
    await api.hold("A3", by=("other",))
    blocked = await api.post(f"/api/v1/events/{EVENT}/blocks", {"seatIds": ["A4"]}, by=ADMIN)
    assert blocked.status == 201
    answer = await api.post(HOLDS, {"seatIds": ["A4", "A2", "A1", "A3"]})
    assert answer.body["seats"] == [
        {"seatId": "A4", "reason": "blocked"},
        {"seatId": "A1", "reason": "booked"},
        {"seatId": "A3", "reason": "held"},
    ]
    assert answer.body["seatIds"] == ["A4", "A1", "A3"]
    assert (await api.states())["A2"] == "a"
    return answer


@brings_about(Code.SEATS_UNAVAILABLE)
async def books_seats_not_held(api: Api, _: pytest.MonkeyPatch) -> Answered:
    await api.hold("A1")
    answer = await book(api, {"seatIds": ["A1", "A2"]})
    assert answer.body["seats"] == [{"seatId": "A2", "reason": "not_yours"}]
    return answer


@brings_about(Code.SEATS_UNAVAILABLE)
async def releases_seats_not_held(api: Api, _: pytest.MonkeyPatch) -> Answered:
    hold = await api.hold("A1")
    return await api.post(f"{HOLDS}/{hold['holdId']}/release", {"seatIds": ["A1", "A9"]})


@brings_about(Code.SEATS_UNAVAILABLE)
async def blocks_a_held_seat(api: Api, _: pytest.MonkeyPatch) -> Answered:
    await api.hold("A1")
    return await api.post(f"/api/v1/events/{EVENT}/blocks", {"seatIds": ["A1", "A2"]}, by=ADMIN)


@brings_about(Code.EVENT_NOT_ON_SALE)
async def sale_is_over(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post(f"/api/v1/events/{CLOSED_EVENT}/holds", {"seatIds": ["A1"]})


@brings_about(Code.CANCELLATION_CLOSED)
async def gives_seats_back_after_the_event_began(api: Api, _: pytest.MonkeyPatch) -> Answered:
    booking = await api.book((await api.hold("A1"))["holdId"])
    begun = {"startsAt": "2026-01-01T19:30:00Z", "salesStart": None, "salesEnd": None}
    assert (await api.ask("PATCH", f"/api/v1/events/{EVENT}", body=begun, by=ADMIN)).status == 200
    return await api.post(f"/api/v1/bookings/{booking['bookingId']}/cancel")


@brings_about(Code.HOLD_NOT_COMPLETE)
async def seats_moved_to_a_newer_hold(api: Api, _: pytest.MonkeyPatch) -> Answered:
    older = await api.hold("A1", "A2")
    await api.hold("A2", "A3")
    shown = await api.get(f"{HOLDS}/{older['holdId']}", by=("buyer",))
    assert (shown.body["seatIds"], shown.body["movedSeatIds"]) == (["A1"], ["A2"])
    answer = await book(api, {"holdId": older["holdId"]})
    assert answer.body["seatIds"] == ["A2"]
    return answer


@brings_about(Code.REQUEST_IN_PROGRESS)
async def a_booking_is_being_written(api: Api, patch: pytest.MonkeyPatch) -> Answered:
    async def busy(*_: object) -> SeatsBusy:
        return SeatsBusy(seat_ids=(), retry_after_ms=1_200, now_ms=0)

    patch.setattr(HoldService, "hold", busy)
    answer = await api.post(HOLDS, {"seatIds": ["A1"]})
    assert answer.headers["retry-after"] == "2"
    return answer


@brings_about(Code.LAYOUT_IN_USE)
async def a_newer_layout_lacks_a_sold_seat(api: Api, _: pytest.MonkeyPatch) -> Answered:
    await api.book((await api.hold("A10"))["holdId"])
    assert (await api.post("/api/v1/layouts", small_layout(seats_per_row=9), by=ADMIN)).body["version"] == 2
    answer = await api.ask("PATCH", f"/api/v1/events/{EVENT}", body={"layoutVersion": 2}, by=ADMIN)
    assert answer.body["seatIds"] == ["A10"]
    return answer


@brings_about(Code.EVENT_ID_TAKEN)
async def event_id_of_another_event(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post("/api/v1/events", event_body(name="Another gala"), by=ADMIN)


@brings_about(Code.BODY_TOO_LARGE)
async def body_past_64_kib(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post(HOLDS, {"reason": "x" * 65_536})


@brings_about(Code.BODY_TOO_LARGE)
async def layout_past_32_mib(api: Api, _: pytest.MonkeyPatch) -> Answered:
    content = b" " * (32 * 1024 * 1024 + 1)
    return await api.post("/api/v1/layouts", by=ADMIN, content=content, headers={"content-type": "application/json"})


@brings_about(Code.UNSUPPORTED_MEDIA_TYPE)
async def form_instead_of_json(api: Api, _: pytest.MonkeyPatch) -> Answered:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return await api.post(HOLDS, content=b"seatIds=A1", headers=headers)


@brings_about(Code.UNSUPPORTED_MEDIA_TYPE)
async def no_content_type(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post(HOLDS, content=b'{"seatIds":["A1"]}')


@brings_about(Code.UNSUPPORTED_MEDIA_TYPE)
async def another_charset(api: Api, _: pytest.MonkeyPatch) -> Answered:
    headers = {"content-type": "application/json; charset=iso-8859-1"}
    return await api.post(HOLDS, content=b'{"seatIds":["A1"]}', headers=headers)


@brings_about(Code.VALIDATION_FAILED)
async def wrong_fields(api: Api, _: pytest.MonkeyPatch) -> Answered:
    answer = await api.post(HOLDS, {"seatIds": ["A1"], "durationMinutes": 121, "seats": ["A2"]})
    assert [fault["field"] for fault in answer.body["errors"]] == ["durationMinutes", "seats"]
    return answer


@brings_about(Code.UNKNOWN_SEATS)
async def seats_and_tables_that_are_not_there(api: Api, _: pytest.MonkeyPatch) -> Answered:
    answer = await api.post(HOLDS, {"seatIds": ["A1", "Z9"], "tableIds": ["Q"]})
    assert (answer.body["seatIds"], answer.body["tableIds"]) == (["Z9"], ["Q"])
    return answer


@brings_about(Code.DUPLICATE_SEATS)
async def a_seat_twice(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post(HOLDS, {"seatIds": ["A1", "A1"]})


@brings_about(Code.DUPLICATE_SEATS)
async def a_table_and_one_of_its_seats(api: Api, _: pytest.MonkeyPatch) -> Answered:
    answer = await api.post(HOLDS, {"seatIds": ["W1"], "tableIds": ["W"]})
    assert answer.body["seatIds"] == ["W1"]
    return answer


@brings_about(Code.TOO_MANY_SEATS)
async def fifty_one_seats(api: Api, _: pytest.MonkeyPatch) -> Answered:
    answer = await api.post(HOLDS, {"seatIds": [f"A{number}" for number in range(51)]})
    assert (answer.body["count"], answer.body["seatsMax"]) == (51, 50)
    return answer


@brings_about(Code.TABLE_ONLY_WHOLE)
async def one_seat_of_a_whole_table(api: Api, _: pytest.MonkeyPatch) -> Answered:
    answer = await api.post(HOLDS, {"seatIds": ["W1"]})
    assert (answer.body["seatIds"], answer.body["tableIds"]) == (["W1"], ["W"])
    return answer


@brings_about(Code.TABLE_ONLY_WHOLE)
async def releases_one_seat_of_a_whole_table(api: Api, _: pytest.MonkeyPatch) -> Answered:
    hold = await api.hold(tableIds=["W"])
    return await api.post(f"{HOLDS}/{hold['holdId']}/release", {"seatIds": ["W2"]})


@brings_about(Code.PRICE_MISSING)
async def a_category_without_a_price(api: Api, _: pytest.MonkeyPatch) -> Answered:
    layout = {
        "id": "unpriced", "name": "Unpriced", "canvasW": 100, "canvasH": 100,
        "categories": [{"id": "free", "name": "Free", "color": "#aabbcc"}],
        "seats": [{"id": "A1", "position": {"x": 50, "y": 50}, "categoryId": "free", "rowLabel": "A", "seatNumber": 1}],
    }  # fmt: skip
    assert (await api.post("/api/v1/layouts", layout, by=ADMIN)).status == 201
    answer = await api.post("/api/v1/events", event_body("unpriced", layoutId="unpriced"), by=ADMIN)
    assert answer.body["categoryIds"] == ["free"]
    return answer


@brings_about(Code.IDEMPOTENCY_KEY_REUSED)
async def key_of_another_hold(api: Api, _: pytest.MonkeyPatch) -> Answered:
    key = {"idempotency-key": "checkout-1"}
    assert (await api.post(HOLDS, {"seatIds": ["A1"]}, headers=key)).status == 201
    return await api.post(HOLDS, {"seatIds": ["A2"]}, headers=key)


@brings_about(Code.IDEMPOTENCY_KEY_REUSED)
async def key_of_another_booking(api: Api, _: pytest.MonkeyPatch) -> Answered:
    key = {"idempotency-key": "checkout-1"}
    first, second = await api.hold("A1"), await api.hold("A2")
    assert (await book(api, {"holdId": first["holdId"]}, headers=key)).status == 201
    return await book(api, {"holdId": second["holdId"]}, headers=key)


@brings_about(Code.IDEMPOTENCY_KEY_REUSED)
async def key_of_another_event(api: Api, _: pytest.MonkeyPatch) -> Answered:
    key, body = {"idempotency-key": "season"}, event_body()
    del body["eventId"]
    assert (await api.post("/api/v1/events", body, by=ADMIN, headers=key)).status == 201
    return await api.post("/api/v1/events", body | {"name": "Else"}, by=ADMIN, headers=key)


@brings_about(Code.INTERNAL_ERROR)
async def a_bug(api: Api, patch: pytest.MonkeyPatch) -> Answered:
    async def broken(*_: object) -> None:
        raise RuntimeError("password=hunter2")

    patch.setattr(HoldService, "my_holds", broken)
    answer = await api.get("/api/v1/holds", by=("buyer",))
    assert "hunter2" not in str(answer.body)
    return answer


@brings_about(Code.STORE_UNAVAILABLE)
async def the_hold_store_is_away(api: Api, patch: pytest.MonkeyPatch) -> Answered:
    async def away(*_: object) -> None:
        raise StoreUnavailable("connection refused by 10.0.0.7", retry_after_s=2)

    patch.setattr(HoldService, "hold", away)
    answer = await api.post(HOLDS, {"seatIds": ["A1"]})
    assert answer.headers["retry-after"] == "2"
    assert "10.0.0.7" not in str(answer.body)
    return answer


@brings_about(Code.STORE_UNAVAILABLE)
async def the_ledger_is_away(api: Api, patch: pytest.MonkeyPatch) -> Answered:
    async def away(*_: object) -> None:
        raise LedgerUnavailable("disk full")

    patch.setattr(BookingService, "book", away)
    answer = await book(api, {"seatIds": ["A1"]})
    assert answer.headers["retry-after"] == "1"
    return answer


@brings_about(Code.DIRECT_BOOKING_NOT_ALLOWED, direct_booking=DirectBooking.INTEGRATOR)
async def buyers_may_not_book(api: Api, _: pytest.MonkeyPatch) -> Answered:
    hold = await api.hold("A1")
    answer = await book(api, {"holdId": hold["holdId"]})
    for_buyer = {"holdId": hold["holdId"], "userId": "buyer"}
    assert (await book(api, for_buyer, by=("shop", "integrator"))).status == 201
    return answer


@brings_about(Code.SEAT_LIMIT_REACHED, seats_per_user_max=2)
async def more_seats_than_a_user_may_hold(api: Api, _: pytest.MonkeyPatch) -> Answered:
    await api.hold("A1", "A2")
    answer = await api.post(HOLDS, {"seatIds": ["A3"]})
    assert (answer.body["heldCount"], answer.body["seatsMax"]) == (2, 2)
    await api.hold("A3", "A4", "A5", by=ADMIN)
    return answer


@brings_about(Code.ORPHAN_SEATS)
async def leaves_a_single_seat(api: Api, _: pytest.MonkeyPatch) -> Answered:
    changed = await api.ask("PATCH", f"/api/v1/events/{EVENT}", body={"orphanRule": True}, by=ADMIN)
    assert changed.status == 200
    answer = await api.post(HOLDS, {"seatIds": ["A2"]})
    assert answer.body["seatIds"] == ["A1"]
    return answer


@brings_about(Code.RATE_LIMITED, rate_limit_enabled=True, rate_limit_user_holds_per_minute=1)
async def more_calls_in_a_minute_than_a_user_may_make(api: Api, _: pytest.MonkeyPatch) -> Answered:
    await api.hold("A1")
    answer = await api.post(HOLDS, {"seatIds": ["A2"]})
    assert 1 <= int(answer.headers["retry-after"]) <= 61
    return answer


@brings_about(Code.STREAM_UNAVAILABLE, watchers_max=0)
async def one_stream_more_than_the_process_may_serve(api: Api, _: pytest.MonkeyPatch) -> Answered:
    answer = await api.get(f"/api/v1/events/{EVENT}/changes")
    assert int(answer.headers["retry-after"]) >= 1
    return answer


async def ordered(api: Api) -> str:
    """Where an order of the buyer's is."""
    body = {"eventId": EVENT, "holdId": (await api.hold("A1"))["holdId"], "customer": CONTACT}
    placed = await api.post("/api/v1/orders", body)
    assert placed.status == 201, placed
    return f"/api/v1/orders/{placed.body['orderId']}"


@brings_about(Code.PAYMENT_NOT_CONFIGURED)
async def pays_where_nobody_takes_money(api: Api, _: pytest.MonkeyPatch) -> Answered:
    answer = await api.post(f"{await ordered(api)}/payment", {})
    assert answer.headers["retry-after"] == "300"
    assert "FRONTROW" not in answer.body["detail"], "buyers configure nothing"
    return answer


@brings_about(Code.PAYMENT_DECLINED, **PAID_HERE)
async def pays_with_a_card_that_is_declined(api: Api, _: pytest.MonkeyPatch) -> Answered:
    answer = await api.post(f"{await ordered(api)}/payment", {"card": {"number": "4000 0000 0000 0002"}})
    assert answer.body["orderStatus"] == "claimed"
    return answer


@brings_about(Code.PAYMENT_UNAVAILABLE, **PAID_HERE)
async def the_gateways_answer_is_lost(api: Api, _: pytest.MonkeyPatch) -> Answered:
    answer = await api.post(f"{await ordered(api)}/payment", {"card": {"number": "4000 0000 0000 0119"}})
    assert "payment gateway does not answer" in answer.body["detail"]
    assert int(answer.headers["retry-after"]) >= 1
    return answer


@brings_about(Code.ORDER_STATE, **PAID_HERE)
async def gives_up_what_is_booked(api: Api, _: pytest.MonkeyPatch) -> Answered:
    order = await ordered(api)
    assert (await api.post(f"{order}/payment", {"card": {"number": "4242424242424242"}})).status == 200
    answer = await api.post(f"{order}/cancel")
    assert answer.body["orderStatus"] == "booked"
    assert "cancel its booking" in answer.body["detail"]
    return answer


@brings_about(Code.STATEMENT_NOT_ALLOWED, direct_booking=DirectBooking.INTEGRATOR, **PAID_HERE)
async def a_buyer_says_that_it_is_paid(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post(f"{await ordered(api)}/payment", {"paymentInfo": {"method": "cash"}})


@brings_about(Code.SIGNATURE_INVALID, **PAID_HERE)
async def somebody_plays_the_bank(api: Api, _: pytest.MonkeyPatch) -> Answered:
    return await api.post("/api/v1/webhooks/demo", {"paymentId": "1-x"}, by=None)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: f"{scenario.code}-{scenario.play.__name__}")
async def test_what_went_wrong_is_named_by_its_code(
    scenario: Scenario, folder: Path, valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_application(valkey.url, folder, **scenario.settings) as application, api_of(application) as api:
        answer = await scenario.play(api, monkeypatch)
    assert (answer.code, answer.status) == (scenario.code, KINDS[scenario.code].status)


def test_every_code_an_operation_may_answer_is_brought_about() -> None:
    # A dialect says no codes; its refusals are brought about by its own tests.
    own = (operation for operation in OPERATIONS if operation.errors is PROBLEMS)
    declared = set(chain.from_iterable(operation.codes for operation in own))
    of_any_path = {Code.METHOD_NOT_ALLOWED, Code.INTERNAL_ERROR}
    assert {scenario.code for scenario in SCENARIOS} == declared | of_any_path
