"""What a buyer must not get by lying: another price, another currency, other quantities, somebody else's order."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from frontrow.app import Application
from frontrow.http.app import OPERATIONS
from frontrow.settings import PaymentGatewayName
from tests.e2e.http.test_orders import GOOD_CARD, ORDERS, ordered, pay, wish
from tests.support.http_stack import CONTACT, EVENT, Api, Json, running_application
from tests.support.valkey import ValkeyServer

LIES: list[Json] = [
    {"amount": 1},
    {"amountMinor": 1},
    {"total": {"amountMinor": 0, "currency": "USD"}},
    {"price": -7500},
    {"currency": "IDR"},
    {"charges": []},
    {"status": "booked"},
    {"seats": [{"seatId": "A1", "price": 1}]},
]


@pytest.fixture
async def application(folder: Path, valkey: ValkeyServer) -> AsyncIterator[Application]:
    demo: dict[str, Any] = {"payment_gateway": PaymentGatewayName.DEMO, "dialect_guests": True}
    async with running_application(valkey.url, folder, **demo) as running:
        yield running


async def test_no_request_of_a_purchase_takes_a_price_a_currency_or_a_state(api: Api) -> None:
    hold_id = (await api.hold("A1"))["holdId"]
    before = [
        (f"/api/v1/events/{EVENT}/holds", {"seatIds": ["A2"]}),
        (ORDERS, wish(hold_id)),
        ("/api/v1/bookings", {"eventId": EVENT, "holdId": hold_id, "contactInfo": CONTACT}),
    ]
    await check_refused(api, before)
    assert (await api.get(ORDERS, by=("buyer",))).body["items"] == []
    order = (await api.post(ORDERS, wish(hold_id))).body
    path = f"{ORDERS}/{order['orderId']}"
    await check_refused(api, [(f"{path}/payment", GOOD_CARD), (f"{path}/cancel", {})])
    paid = await pay(api, order["orderId"], GOOD_CARD)
    assert (paid.status, paid.body["payment"]["amount"]) == (200, {"amountMinor": 7500, "currency": "USD"})


async def check_refused(api: Api, requests: list[tuple[str, Json]]) -> None:
    """Every lie in each of these requests is refused, and named."""
    for path, body in requests:
        for lie in LIES:
            refused = await api.post(path, body | lie)
            assert (refused.status, refused.code) == (422, "validation_failed"), (path, refused)
            assert refused.body["errors"][0]["field"] == next(iter(lie)), refused


async def test_a_dialect_that_ignores_what_it_does_not_know_ignores_prices_too(api: Api) -> None:
    lies = {"amount": 1, "totalAmount": 1, "currency": "IDR", "price": 0}
    held = await api.post("/holds", {"showId": EVENT, "seatIds": ["A1"], "quantity": 1} | lies)
    assert held.status == 200, held
    customer = CONTACT | {"phone": "+1234567890"}
    placed = await api.post("/orders", {"holdId": held.body["holdId"], "customer": customer} | lies)
    assert (placed.status, placed.body["amount"]) == (201, 75), placed
    paid = await api.post(f"/orders/{placed.body['orderId']}/confirm-payment", lies)
    assert paid.status == 200, paid
    order = (await api.get(f"{ORDERS}/{placed.body['orderId']}", by=("buyer",))).body
    assert order["payment"]["amount"] == {"amountMinor": 7500, "currency": "USD"}


async def test_a_quantity_that_is_not_that_of_the_seats_holds_nothing(api: Api) -> None:
    for quantity in (-1, 0, 2, 51, 2**31, 2**63, 10**400, 1.5, "1", True):
        refused = await api.post("/holds", {"showId": EVENT, "seatIds": ["A1"], "quantity": quantity})
        assert refused.status == 400, (quantity, refused)
    assert set((await api.states()).values()) == {"a"}


async def test_no_impossible_number_of_best_seats_is_held(api: Api) -> None:
    for count in (-1, 0, 51, 2**31, 2**63, 10**400, 1.5, "3", None):
        refused = await api.post(f"/api/v1/events/{EVENT}/holds", {"bestAvailable": {"count": count}})
        assert refused.status == 422, (count, refused)
    assert set((await api.states()).values()) == {"a"}


async def test_another_users_order_is_as_one_that_is_not_there_wherever_it_is_named(api: Api) -> None:
    mine = await ordered(api, "A1")
    routes = [it for it in OPERATIONS if "{orderId}" in it.path]
    assert {it.name for it in routes} >= {"getOrder", "payOrder", "cancelOrder"}
    for operation in routes:
        body: Json | None = None if operation.method == "GET" else {}
        answers = []
        for order_id in (mine["orderId"], "1-" + "x" * 22, "0", "1-' OR 1=1 --"):
            path = re.sub(r"\{orderId\}", order_id.replace(" ", "%20"), operation.path)
            answer = await api.ask(operation.method, path, body=body, by=("eve",))
            answers.append((answer.status, answer.code))
        assert len(set(answers)) == 1 and answers[0][0] in {403, 404}, (operation.name, answers)
    assert (await api.get(f"{ORDERS}/{mine['orderId']}", by=("buyer",))).body["status"] == "claimed"


async def test_who_pays_at_anothers_payment_page_learns_nothing_of_them_and_gets_nothing(api: Api) -> None:
    order = await ordered(api, "A1")
    started = (await pay(api, order["orderId"], {"returnUrl": "/"})).body
    bank = f"/api/v1/demo-payments/{started['payment']['paymentId']}"
    shown = await api.get(bank, by=("eve",))
    assert shown.status == 200
    for secret in (order["orderId"], order["holdId"], CONTACT["name"], CONTACT["email"], order["userId"]):
        assert secret not in str(shown.body), secret
    paid = await api.post(f"{bank}/card", {"number": "4242424242424242"}, by=("eve",))
    assert paid.status == 200, paid
    bookings = [(await api.get("/api/v1/bookings", by=(who,))).body["items"] for who in ("buyer", "eve")]
    assert [len(it) for it in bookings] == [1, 0]


async def test_a_buyer_changes_no_prices_and_no_charges(api: Api) -> None:
    changes: list[Json] = [{"prices": {"standard": 1}}, {"charges": []}, {"currency": "IDR"}]
    for change in changes:
        refused = await api.ask("PATCH", f"/api/v1/events/{EVENT}", body=change)
        assert (refused.status, refused.code) == (403, "role_missing"), refused
