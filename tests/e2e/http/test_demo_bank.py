"""The demo bank's card page over HTTP: cards, a second step, waiting, and the callback that books what was paid."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from frontrow.app import Application
from frontrow.settings import PaymentGatewayName
from tests.e2e.http.test_orders import ORDERS, ordered, pay
from tests.support.http_stack import Answered, Api, Json, api_of, running_application
from tests.support.valkey import ValkeyServer

PAYS, DECLINED, SECOND_STEP = "4242424242424242", "4000000000000002", "4000000000003220"
LOST, LATE = "4000000000000119", "4000000000000077"


@pytest.fixture
async def application(folder: Path, valkey: ValkeyServer) -> AsyncIterator[Application]:
    demo: dict[str, Any] = {"payment_gateway": PaymentGatewayName.DEMO}
    async with running_application(valkey.url, folder, **demo) as running:
        yield running


async def at_the_bank(api: Api, return_url: str = "/?event=spring-gala") -> tuple[Json, str]:
    """An order whose buyer is sent to the bank, and the payment's address there."""
    order = await ordered(api, "A1", "A2")
    started = (await pay(api, order["orderId"], {"returnUrl": return_url})).body
    action = started["payment"]["action"]
    assert action == {"kind": "redirect", "url": f"/pay/demo/{started['payment']['paymentId']}"}
    return started, f"/api/v1/demo-payments/{started['payment']['paymentId']}"


async def card(api: Api, bank: str, number: str) -> Answered:
    return await api.post(f"{bank}/card", {"number": number}, by=None)


async def status_of(api: Api, order: Json) -> str:
    return str((await api.get(f"{ORDERS}/{order['orderId']}", by=("buyer",))).body["status"])


async def test_the_page_knows_what_is_bought_and_where_the_buyer_came_from(api: Api) -> None:
    order, bank = await at_the_bank(api)
    shown = (await api.get(bank)).body
    assert (shown["stage"], shown["amount"], shown["returnUrl"]) == ("card", order["total"], "/?event=spring-gala")
    assert shown["description"]
    assert {each["conduct"] for each in shown["cards"]} >= {"pays", "declined", "second_step", "late"}


async def test_the_order_is_booked_before_the_buyer_is_sent_back(api: Api) -> None:
    order, bank = await at_the_bank(api)
    declined = await card(api, bank, DECLINED)
    assert (declined.body["stage"], declined.body["decline"]) == ("card", "declined")
    assert await status_of(api, order) == "paying"
    assert (await card(api, bank, SECOND_STEP)).body["stage"] == "second_step"
    confirmed = await api.post(f"{bank}/confirmation", {"accepted": True}, by=None)
    assert (confirmed.body["stage"], confirmed.body["cardEnd"]) == ("paid", "3220")
    assert await status_of(api, order) == "booked"
    for _ in range(2):
        assert (await card(api, bank, PAYS)).body == confirmed.body


async def test_a_refused_second_step_takes_nothing(api: Api) -> None:
    order, bank = await at_the_bank(api)
    await card(api, bank, SECOND_STEP)
    refused = await api.post(f"{bank}/confirmation", {"accepted": False}, by=None)
    assert (refused.body["stage"], refused.body["decline"]) == ("card", "not_confirmed")
    assert await status_of(api, order) == "paying"


async def test_a_payment_that_is_given_up_leaves_the_order_to_be_paid_again(api: Api) -> None:
    order, bank = await at_the_bank(api)
    assert (await api.post(f"{bank}/cancel", {}, by=None)).body["stage"] == "cancelled"
    assert await status_of(api, order) == "claimed"
    assert (await card(api, bank, PAYS)).body["stage"] == "cancelled"


async def test_a_lost_answer_is_a_503_and_asking_again_says_paid(api: Api) -> None:
    _, bank = await at_the_bank(api)
    lost = await card(api, bank, LOST)
    assert (lost.status, lost.code) == (503, "payment_unavailable")
    assert (await api.get(bank)).body["stage"] == "paid"


async def test_the_bank_takes_a_late_card_up_and_cannot_be_stopped(api: Api) -> None:
    _, bank = await at_the_bank(api)
    assert (await card(api, bank, LATE)).body["stage"] == "waiting"
    assert (await api.post(f"{bank}/cancel", {}, by=None)).body["stage"] == "waiting"


@pytest.mark.parametrize("payment_id", ["unknown", "1-AAAAAAAAAAAAAAAAAAAAAA", "%00"])
async def test_a_payment_nobody_made_is_not_there(api: Api, payment_id: str) -> None:
    bank = f"/api/v1/demo-payments/{payment_id}"
    assert (await api.get(bank)).status == 404
    assert (await card(api, bank, PAYS)).status == 404


@pytest.mark.parametrize("number", ["", "4" * 41, "4242\0"])
async def test_what_is_no_card_number_is_refused(api: Api, number: str) -> None:
    _, bank = await at_the_bank(api)
    assert (await card(api, bank, number)).code == "validation_failed"


async def test_the_page_loads_nothing_from_elsewhere_and_tells_nobody_its_address(api: Api) -> None:
    page = await api.get("/pay/demo/1-AAAAAAAAAAAAAAAAAAAAAA")
    assert page.status == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "https:" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    again = await api.get("/pay/demo/other", headers={"if-none-match": page.headers["etag"]})
    assert (again.status, again.headers["content-security-policy"]) == (304, policy)
    assert (await api.get("/pay/stripe/1-AAAAAAAAAAAAAAAAAAAAAA")).status == 404


async def test_without_the_demo_there_is_no_bank_and_no_page(folder: Path, valkey: ValkeyServer) -> None:
    async with running_application(valkey.url, folder) as running, api_of(running) as api:
        assert (await api.get("/api/v1/demo-payments/1-A")).status == 404
        assert (await card(api, "/api/v1/demo-payments/1-A", PAYS)).status == 404
        assert (await api.get("/pay/demo/1-A")).status == 404
