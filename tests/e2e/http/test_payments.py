"""Paying an order through the demo's bank, as a client sees it: cards that pay, fail and keep one waiting, the way over
a page, and everything sent again.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from frontrow.adapters.payments.demo import DemoPayments
from frontrow.app import Application
from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.payment import PaymentRequest, PaymentSeen
from frontrow.services.order_outcomes import OrderShown
from frontrow.services.orders import OrderService
from frontrow.settings import PaymentGatewayName
from tests.e2e.http.test_orders import BAD_CARD, GOOD_CARD, ORDERS, ordered, pay, wish
from tests.support.eventually import eventually
from tests.support.http_stack import EVENT, Api, Json, bearer, running_application
from tests.support.valkey import ValkeyServer

LOST_ANSWER = {"card": {"number": "4000000000000119"}}


@pytest.fixture
async def application(folder: Path, valkey: ValkeyServer) -> AsyncIterator[Application]:
    """A server with the demo's bank, whose pages of one other site may call it."""
    shop: dict[str, Any] = {
        "payment_gateway": PaymentGatewayName.DEMO,
        "cors_origins": ("https://shop.example",),
    }
    async with running_application(valkey.url, folder, **shop) as running:
        yield running


async def raw(api: Api, path: str, body: Json, key: str, by: str = "buyer") -> httpx.Response:
    """The answer as it came, byte for byte."""
    return await api.client.post(path, json=body, headers={**bearer(by), "idempotency-key": key})


async def looked_at(api: Api, order_id: str) -> Json:
    answer = await api.get(f"{ORDERS}/{order_id}", by=("buyer",))
    assert answer.status == 200, answer
    return dict(answer.body)


async def test_a_good_card_books_the_seats_at_once(api: Api) -> None:
    order = await ordered(api, "A1", "A2")
    paid = await pay(api, order["orderId"], GOOD_CARD)
    assert (paid.status, paid.body["status"]) == (200, "booked"), paid
    assert paid.body["payment"] == {
        "paymentId": paid.body["payment"]["paymentId"],
        "gateway": "demo",
        "status": "captured",
        "amount": order["total"],
    }
    assert paid.body["bookingId"]
    assert len(paid.body["ticketCode"]) == 19
    assert (await looked_at(api, order["orderId"])) == paid.body
    assert {(await api.states())[seat] for seat in ("A1", "A2")} == {"b"}


async def test_a_declined_card_takes_nothing_and_the_seats_stay_for_another_card(api: Api) -> None:
    order = await ordered(api, "A1")
    declined = await pay(api, order["orderId"], BAD_CARD)
    assert (declined.status, declined.code, declined.body["orderStatus"]) == (402, "payment_declined", "claimed")
    assert "the seats are kept" in declined.body["detail"]
    shown = await looked_at(api, order["orderId"])
    assert (shown["status"], shown["payment"]["status"]) == ("claimed", "declined")
    assert shown["payment"]["reason"]
    assert (await api.states())["A1"] == "h"
    assert (await pay(api, order["orderId"], GOOD_CARD)).body["status"] == "booked"


async def test_without_a_card_the_buyer_is_sent_to_the_gateways_page(api: Api) -> None:
    order = await ordered(api, "A1")
    started = await pay(api, order["orderId"], {"returnUrl": f"/events/{EVENT}"})
    assert (started.status, started.body["status"]) == (200, "paying"), started
    payment = started.body["payment"]
    assert payment["status"] == "action_required"
    assert payment["action"] == {"kind": "redirect", "url": f"/pay/demo/{payment['paymentId']}"}
    again = await pay(api, order["orderId"], {"returnUrl": f"/events/{EVENT}"})
    assert again.body["payment"]["paymentId"] == payment["paymentId"], "one payment is under way at a time"
    without_body = await api.post(f"{ORDERS}/{order['orderId']}/payment")
    assert without_body.body["payment"]["paymentId"] == payment["paymentId"]
    given_up = await api.post(f"{ORDERS}/{order['orderId']}/cancel")
    assert given_up.body["status"] == "cancelled"
    assert (await api.states())["A1"] == "a"


async def test_a_paid_order_is_not_paid_again(api: Api) -> None:
    order = await ordered(api, "A1")
    first = await pay(api, order["orderId"], GOOD_CARD)
    again = await pay(api, order["orderId"], BAD_CARD)
    assert (again.status, again.body) == (200, first.body)


async def test_nothing_is_to_be_paid_for_free_seats(api: Api) -> None:
    free = {"prices": {"standard": 0, "vip": 0}}
    assert (await api.ask("PATCH", f"/api/v1/events/{EVENT}", body=free, by=("boss", "admin"))).status == 200
    order = await ordered(api, "A1")
    assert order["total"]["amountMinor"] == 0
    paid = await pay(api, order["orderId"], {})
    assert (paid.status, paid.body["status"]) == (200, "booked"), paid
    assert "payment" not in paid.body
    assert (await api.post(f"/api/v1/bookings/{paid.body['bookingId']}/cancel")).body["status"] == "cancelled"
    ended = await looked_at(api, order["orderId"])
    assert (ended["status"], ended["refunds"]) == ("cancelled", [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"amount": 1}, "amount"),
        ({"amountMinor": -1}, "amountMinor"),
        ({"currency": "JPY"}, "currency"),
        ({"card": {"number": "4242", "amount": 1}}, "card.amount"),
        ({"card": {"number": 4242424242424242}}, "card.number"),
        ({"card": {"number": "4" * 41}}, "card.number"),
        ({"card": {"number": ""}}, "card.number"),
        ({"paymentInfo": {"method": "cash", "amountMinor": 1}}, "paymentInfo.amountMinor"),
        ({"paymentInfo": {"method": "x" * 201}}, "paymentInfo.method"),
        ({"paymentInfo": {"method": "cash"}, "card": {"number": "4242"}}, "paymentInfo"),
        ({"returnUrl": "https://evil.example/"}, "returnUrl"),
        ({"returnUrl": "//evil.example/"}, "returnUrl"),
        ({"returnUrl": "javascript:alert(1)"}, "returnUrl"),
        ({"returnUrl": "/" + "x" * 2000}, "returnUrl"),
    ],
)
async def test_a_payment_says_nothing_of_amounts_and_sends_nobody_to_strangers(
    api: Api, body: Json, field: str
) -> None:
    order = await ordered(api, "A1")
    refused = await pay(api, order["orderId"], body)
    assert (refused.status, refused.code) == (422, "validation_failed"), refused
    assert refused.body["errors"][0]["field"] == field
    assert (await looked_at(api, order["orderId"])) == order


@pytest.mark.parametrize(
    "url", ["/events/x?order=1#paid", "http://frontrow.test/events/x", "https://shop.example/back"]
)
async def test_this_site_and_allowed_ones_have_the_buyer_back(api: Api, url: str) -> None:
    order = await ordered(api, "A1")
    assert (await pay(api, order["orderId"], {"returnUrl": url})).status == 200


# A gateway that does not answer.


async def test_a_lost_answer_is_told_as_such_and_learnt_by_asking_again(api: Api) -> None:
    order = await ordered(api, "A1")
    path = f"{ORDERS}/{order['orderId']}/payment"
    lost = await api.post(path, LOST_ANSWER, headers={"idempotency-key": "p"})
    assert (lost.status, lost.code) == (503, "payment_unavailable")
    assert int(lost.headers["retry-after"]) >= 1
    assert "repeat it as it was" in lost.body["detail"]

    async def booked() -> bool:
        answer = await api.post(path, LOST_ANSWER, headers={"idempotency-key": "p"})
        assert answer.status in (200, 409), answer
        return answer.status == 200 and bool(answer.body["status"] == "booked")

    await eventually(booked, "the payment whose answer was lost has booked")
    payments = (await looked_at(api, order["orderId"]))["payment"]
    assert payments["status"] == "captured"


async def test_a_gateway_that_is_away_is_asked_for_the_same_payment_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    start = DemoPayments.start

    async def away(self: DemoPayments, request: PaymentRequest) -> PaymentSeen:
        asked.append(request.payment_id)
        raise PaymentUnavailable("no answer", retry_after_s=7)

    async def answering(self: DemoPayments, request: PaymentRequest) -> PaymentSeen:
        asked.append(request.payment_id)
        return await start(self, request)

    order = await ordered(api, "A1")
    monkeypatch.setattr(DemoPayments, "start", away)
    refused = await pay(api, order["orderId"], GOOD_CARD)
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (503, "payment_unavailable", "7")
    monkeypatch.setattr(DemoPayments, "start", answering)

    async def booked() -> bool:
        return bool((await pay(api, order["orderId"], GOOD_CARD)).body.get("status") == "booked")

    await eventually(booked, "the repeated payment has booked")
    assert len(set(asked)) == 1, "asked for again under its own id"


# Everything may be sent again.


async def test_an_order_is_placed_once_under_a_key_and_answered_the_same_for_ever(api: Api) -> None:
    body = wish((await api.hold("A1"))["holdId"])
    first = await raw(api, ORDERS, body, "o")
    assert "idempotency-replayed" not in first.headers
    order_id = first.json()["orderId"]
    assert (await pay(api, order_id, GOOD_CARD)).body["status"] == "booked"
    for _ in range(2):
        again = await raw(api, ORDERS, body, "o")
        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["idempotency-replayed"] == "true"
    other = await raw(api, ORDERS, body | {"notes": "another"}, "o")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "status"),
    [(GOOD_CARD, 200), (BAD_CARD, 402), ({"returnUrl": "/"}, 200)],
    ids=["paid", "declined", "begun on a page"],
)
async def test_a_payment_is_made_once_under_a_key_and_answered_the_same_for_ever(
    api: Api, body: Json, status: int
) -> None:
    order = await ordered(api, "A1", "A2")
    path = f"{ORDERS}/{order['orderId']}/payment"
    first = await raw(api, path, body, "p")
    assert first.status_code == status
    if status == 200 and "bookingId" in first.json():
        await api.post(f"/api/v1/bookings/{first.json()['bookingId']}/cancel", {"seatIds": ["A2"]})
    else:
        await api.post(f"{ORDERS}/{order['orderId']}/cancel")
    again = await raw(api, path, body, "p")
    assert again.status_code == status
    assert again.headers["idempotency-replayed"] == "true"
    if status == 200:
        assert again.content == first.content
    else:
        told = {**first.json(), "requestId": again.json()["requestId"]}
        assert again.json() == told
    other = await raw(api, path, {"card": {"number": "4111111111111111"}}, "p")
    assert other.json()["code"] == "idempotency_key_reused"


async def test_a_booking_under_a_key_is_answered_as_it_was_made(api: Api) -> None:
    hold = await api.hold("A1", "A2")
    contact = {"name": "Ada", "email": "ada@example.com"}
    body = {"eventId": EVENT, "holdId": hold["holdId"], "contactInfo": contact}
    first = await raw(api, "/api/v1/bookings", body, "b")
    assert first.status_code == 201
    await api.post(f"/api/v1/bookings/{first.json()['bookingId']}/cancel", {"seatIds": ["A2"]})
    again = await raw(api, "/api/v1/bookings", body, "b")
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")


async def test_keys_belong_to_one_user_and_one_operation(api: Api) -> None:
    mine, theirs = await api.hold("A1"), await api.hold("A2", by=("other",))
    first = await raw(api, ORDERS, wish(mine["holdId"]), "same")
    second = await raw(api, ORDERS, wish(theirs["holdId"]), "same", by="other")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["orderId"] != second.json()["orderId"]
    paid = await raw(api, f"{ORDERS}/{first.json()['orderId']}/payment", GOOD_CARD, "same")
    assert (paid.status_code, paid.json()["status"]) == (200, "booked")
    elsewhere = await raw(api, f"{ORDERS}/{second.json()['orderId']}/payment", GOOD_CARD, "same")
    assert elsewhere.status_code == 404


async def test_many_orders_at_once_under_one_key_are_one(api: Api) -> None:
    body = wish((await api.hold("A1", "A2"))["holdId"])
    answers = await asyncio.gather(*(raw(api, ORDERS, body, "o") for _ in range(12)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"request_in_progress"}
    placed = {answer.content for answer in answers if answer.status_code == 201}
    assert len(placed) == 1
    assert len((await api.get(ORDERS, by=("buyer",))).body["items"]) == 1


@pytest.mark.parametrize("keys", [["p"] * 12, [f"p{number}" for number in range(12)]], ids=["one key", "many keys"])
async def test_many_payments_at_once_take_the_money_once(api: Api, keys: list[str]) -> None:
    order = await ordered(api, "A1")
    path = f"{ORDERS}/{order['orderId']}/payment"
    answers = await asyncio.gather(*(raw(api, path, GOOD_CARD, key) for key in keys))
    assert {answer.status_code for answer in answers} <= {200, 409}, [answer.text for answer in answers]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"request_in_progress"}
    paid = [answer.json() for answer in answers if answer.status_code == 200]
    assert len({it["payment"]["paymentId"] for it in paid}) == 1
    shown = await looked_at(api, order["orderId"])
    assert (shown["status"], shown["refunds"]) == ("booked", [])
    assert len((await api.get("/api/v1/bookings", by=("buyer",))).body["items"]) == 1


async def test_while_a_payment_runs_its_repetition_is_told_so(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    order = await ordered(api, "A1")
    begun, may_go_on = asyncio.Event(), asyncio.Event()
    start = DemoPayments.start

    async def waiting(self: DemoPayments, request: PaymentRequest) -> PaymentSeen:
        begun.set()
        await may_go_on.wait()
        return await start(self, request)

    monkeypatch.setattr(DemoPayments, "start", waiting)
    path = f"{ORDERS}/{order['orderId']}/payment"
    first = asyncio.create_task(raw(api, path, GOOD_CARD, "p"))
    await asyncio.wait_for(begun.wait(), 30)
    running = await raw(api, path, GOOD_CARD, "p")
    assert (running.status_code, running.json()["code"]) == (409, "request_in_progress")
    assert int(running.headers["retry-after"]) >= 1
    may_go_on.set()
    assert (await first).json()["status"] == "booked"
    assert (await raw(api, path, GOOD_CARD, "p")).content == (await first).content


async def test_a_fault_is_never_kept_under_a_key(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    order = await ordered(api, "A1")
    path = f"{ORDERS}/{order['orderId']}/payment"

    async def broken(*_: object, **__: object) -> OrderShown:
        raise RuntimeError("password=hunter2")

    with monkeypatch.context() as faulty:
        faulty.setattr(OrderService, "pay", broken)
        failed = await api.post(path, GOOD_CARD, headers={"idempotency-key": "p"})
    assert (failed.status, failed.code) == (500, "internal_error")
    assert "hunter2" not in failed.body["detail"]
    paid = await api.post(path, GOOD_CARD, headers={"idempotency-key": "p"})
    assert (paid.status, paid.body["status"]) == (200, "booked")


async def test_a_refused_order_is_not_kept_under_its_key(api: Api) -> None:
    hold = await api.hold("A1", "A2")
    moved = await api.hold("A2")
    refused = await raw(api, ORDERS, wish(hold["holdId"]), "o")
    assert refused.json()["code"] == "hold_not_complete"
    placed = await raw(api, ORDERS, wish(moved["holdId"]), "o")
    assert placed.status_code == 201
    assert placed.json()["seatIds"] == ["A2"]
