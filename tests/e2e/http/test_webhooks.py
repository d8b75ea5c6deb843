"""Callbacks of gateways: signed, bounded, dealt with once, and believed in nothing but that something happened."""

import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from frontrow.adapters.payments.demo_callbacks import SIGNATURE_HEADER, TOLERANCE_S, CallbackSeal
from frontrow.app import Application
from frontrow.derived_keys import derived_key
from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.ids import PaymentId
from frontrow.domain.payment import GatewayCallback
from frontrow.services.order_steps import OrderSteps
from frontrow.settings import PaymentGatewayName
from tests.e2e.http.test_orders import GOOD_CARD, ORDERS, ordered, pay
from tests.support.http_stack import SECRET, Answered, Api, Json, running_application
from tests.support.valkey import ValkeyServer

HOOK = "/api/v1/webhooks/demo"
SEAL = CallbackSeal(derived_key(SECRET, "demo callbacks"))


@pytest.fixture
async def application(folder: Path, valkey: ValkeyServer) -> AsyncIterator[Application]:
    """A server with the demo's bank."""
    demo: dict[str, Any] = {"payment_gateway": PaymentGatewayName.DEMO}
    async with running_application(valkey.url, folder, **demo) as running:
        yield running


async def tell(api: Api, headers: Mapping[str, str], body: bytes, path: str = HOOK) -> Answered:
    """A callback as the bank sends it: without any token."""
    return await api.post(path, by=None, content=body, headers=dict(headers))


async def told(api: Api, payment_id: str, callback_id: str = "cb-1", *, at_ms: int | None = None) -> Answered:
    """The bank says that something happened to this payment."""
    now_ms = time.time_ns() // 1_000_000
    signed = SEAL.signed(GatewayCallback(callback_id, PaymentId(payment_id)), now_ms=at_ms or now_ms)
    return await tell(api, signed.headers, signed.body)


async def begun_on_the_page(api: Api) -> Json:
    """An order whose buyer is at the bank's page."""
    order = await ordered(api, "A1")
    return dict((await pay(api, order["orderId"], {"returnUrl": "/"})).body)


async def paid_at_the_bank(api: Api, order: Json) -> None:
    """The buyer pays there, and never comes back."""
    payment_id = order["payment"]["paymentId"]
    card = {"number": "4242424242424242"}
    paid = await api.post(f"/api/v1/demo-payments/{payment_id}/card", card, by=None)
    assert paid.status == 200, paid


async def test_a_callback_before_the_redirect_books_what_was_paid(api: Api) -> None:
    order = await begun_on_the_page(api)
    await paid_at_the_bank(api, order)
    for _ in range(2):
        answer = await told(api, order["payment"]["paymentId"])
        assert (answer.status, answer.body) == (200, {})
    shown = (await api.get(f"{ORDERS}/{order['orderId']}", by=("buyer",))).body
    assert (shown["status"], shown["payment"]["status"], shown["refunds"]) == ("booked", "captured", [])
    assert (await api.states())["A1"] == "b"


async def test_a_callback_is_believed_in_nothing_but_that_something_happened(api: Api) -> None:
    order = await begun_on_the_page(api)
    assert (await told(api, order["payment"]["paymentId"])).status == 200
    shown = (await api.get(f"{ORDERS}/{order['orderId']}", by=("buyer",))).body
    assert (shown["status"], shown["payment"]["status"]) == ("paying", "action_required")


async def test_a_callback_after_all_is_done_changes_nothing(api: Api) -> None:
    order = await ordered(api, "A1")
    paid = (await pay(api, order["orderId"], GOOD_CARD)).body
    assert (await told(api, paid["payment"]["paymentId"], "late")).status == 200
    assert (await api.get(f"{ORDERS}/{order['orderId']}", by=("buyer",))).body == paid


async def test_a_callback_about_nothing_of_ours_is_taken_and_told_no_more(api: Api) -> None:
    assert (await told(api, "1-AAAAAAAAAAAAAAAAAAAAAA")).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SIGNATURE_HEADER: ""},
        {SIGNATURE_HEADER: "t=1,v1=" + "0" * 64},
        {SIGNATURE_HEADER: "v1=" + "0" * 64},
        {SIGNATURE_HEADER: "t=" + "9" * 400 + ",v1=x"},
        {"stripe-signature": "t=1,v1=" + "0" * 64},
    ],
)
async def test_a_forged_callback_is_refused(api: Api, headers: dict[str, str]) -> None:
    order = await begun_on_the_page(api)
    await paid_at_the_bank(api, order)
    body = msgspec.json.encode({"callbackId": "cb", "paymentId": order["payment"]["paymentId"]})
    refused = await tell(api, headers, body)
    assert (refused.status, refused.code) == (400, "signature_invalid")


async def test_a_signature_is_over_the_body_as_it_was_sent(api: Api) -> None:
    order = await begun_on_the_page(api)
    signed = SEAL.signed(
        GatewayCallback("cb", PaymentId(order["payment"]["paymentId"])), now_ms=time.time_ns() // 1_000_000
    )
    for body in (signed.body + b" ", signed.body.replace(b":", b": "), b"", b"\xff\x00", b"{"):
        assert (await tell(api, signed.headers, body)).code == "signature_invalid"
    with_type = {**signed.headers, "content-type": "text/plain; charset=latin-1"}
    assert (await tell(api, with_type, signed.body)).status == 200, "the media type says nothing"


@pytest.mark.parametrize("off_s", [-TOLERANCE_S - 60, TOLERANCE_S + 60], ids=["replayed later", "from the future"])
async def test_a_stale_callback_is_refused(api: Api, off_s: int) -> None:
    order = await begun_on_the_page(api)
    refused = await told(api, order["payment"]["paymentId"], at_ms=time.time_ns() // 1_000_000 + off_s * 1000)
    assert (refused.status, refused.code) == (400, "signature_invalid")
    assert "ago" in refused.body["detail"]


async def test_only_gateways_that_are_there_call_back(api: Api) -> None:
    for path in ("/api/v1/webhooks/stripe", "/api/v1/webhooks/none", "/api/v1/webhooks/x%2Fy"):
        refused = await tell(api, {}, b"{}", path)
        assert (refused.status, refused.code) == (404, "not_found")
    assert (await tell(api, {}, b"{}", "/api/v1/webhooks/external")).code == "signature_invalid"


async def test_a_body_has_its_bound(api: Api) -> None:
    assert (await tell(api, {}, b" " * (256 * 1024 + 1))).code == "body_too_large"
    assert (await tell(api, {}, b" " * (256 * 1024))).code == "signature_invalid"


async def test_what_could_not_be_dealt_with_is_to_be_told_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    order = await begun_on_the_page(api)
    await paid_at_the_bank(api, order)

    async def away(*_: object, **__: object) -> None:
        raise PaymentUnavailable("no answer", retry_after_s=3)

    with monkeypatch.context() as outage:
        outage.setattr(OrderSteps, "advance", away)
        refused = await told(api, order["payment"]["paymentId"])
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (503, "payment_unavailable", "3")
    assert (await told(api, order["payment"]["paymentId"])).status == 200
    assert (await api.get(f"{ORDERS}/{order['orderId']}", by=("buyer",))).body["status"] == "booked"
