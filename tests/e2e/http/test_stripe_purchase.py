"""A whole purchase through Stripe: the real SDK, the real server, and a stand-in for Stripe and the buyer's browser."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from frontrow.settings import PaymentGatewayName
from tests.e2e.http.test_orders import ORDERS, ordered, pay
from tests.support.eventually import eventually
from tests.support.http_stack import Answered, Api, Json, api_of, running_application
from tests.support.stripe_stand_in import PUBLISHABLE_KEY, SECRET_KEY, WEBHOOK_SECRET, StripeStandIn
from tests.support.valkey import ValkeyServer

# The SDK gives httpx its body in a way that httpx would rather be given otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@dataclass(frozen=True)
class Shop:
    """A server that takes its money through Stripe, and Stripe."""

    api: Api
    stripe: StripeStandIn

    async def begun(self) -> Json:
        """An order whose buyer is at the page with Stripe's form."""
        order = await ordered(self.api, "A1", "A2")
        return dict((await pay(self.api, order["orderId"], {"returnUrl": "/?event=spring-gala"})).body)

    async def told(self, kind: str, *, event_id: str = "evt_1", **how: Any) -> Answered:
        """Stripe calls back about its one intent."""
        headers, body = self.stripe.webhook(kind, self.stripe.only_intent, event_id=event_id, **how)
        return await self.api.post("/api/v1/webhooks/stripe", by=None, content=body, headers=headers)

    async def order(self, order: Json) -> Json:
        """How the order stands."""
        return dict((await self.api.get(f"{ORDERS}/{order['orderId']}", by=("buyer",))).body)


@pytest.fixture
async def shop(folder: Path, valkey: ValkeyServer) -> AsyncIterator[Shop]:
    async with StripeStandIn().serving() as stripe:
        settings: dict[str, Any] = {
            "payment_gateway": PaymentGatewayName.STRIPE,
            "stripe_secret_key": SECRET_KEY,
            "stripe_publishable_key": PUBLISHABLE_KEY,
            "stripe_webhook_secret": WEBHOOK_SECRET,
            "stripe_api_url": stripe.url,
        }
        async with running_application(valkey.url, folder, **settings) as running, api_of(running) as api:
            yield Shop(api, stripe)


async def test_what_the_buyer_authorises_is_captured_once_and_booked(shop: Shop) -> None:
    order = await shop.begun()
    action = order["payment"]["action"]
    assert action["url"].startswith(f"/pay/stripe/{order['payment']['paymentId']}?order=")
    assert (action["clientSecret"], action["publicKey"]) == ("pi_1_secret_x", PUBLISHABLE_KEY)
    shop.stripe.confirm("pi_1")
    for event_id in ("evt_1", "evt_1", "evt_2"):
        assert (await shop.told("payment_intent.amount_capturable_updated", event_id=event_id)).status == 200
    assert (await shop.order(order))["status"] == "booked"
    assert shop.stripe.only_intent["amount_received"] == order["total"]["amountMinor"]
    captures = [path for _, path in shop.stripe.calls if path.endswith("/capture")]
    assert len(captures) == 1


async def test_a_callback_that_comes_too_early_or_is_forged_takes_no_money(shop: Shop) -> None:
    order = await shop.begun()
    assert (await shop.told("payment_intent.succeeded")).status == 200  # so it says; Stripe is asked
    assert (await shop.told("payment_intent.succeeded", secret="whsec_other")).status == 400
    assert (await shop.told("payment_intent.succeeded", at_s=1_000_000)).status == 400
    assert (await shop.order(order))["status"] == "paying"


async def test_a_declined_card_leaves_the_seats_and_the_form(shop: Shop) -> None:
    order = await shop.begun()
    shop.stripe.confirm("pi_1", fate="declined")
    assert (await shop.told("payment_intent.payment_failed")).status == 200
    assert (await shop.order(order))["status"] == "paying"
    shop.stripe.confirm("pi_1")
    await shop.told("payment_intent.amount_capturable_updated", event_id="evt_2")
    assert (await shop.order(order))["status"] == "booked"


async def test_an_order_that_is_given_up_is_cancelled_at_stripe_first(shop: Shop) -> None:
    order = await shop.begun()
    given_up = await shop.api.post(f"{ORDERS}/{order['orderId']}/cancel", {}, by=("buyer",))
    assert given_up.status == 200, given_up
    assert (await shop.order(order))["status"] == "cancelled"
    assert shop.stripe.only_intent["status"] == "canceled"
    assert (await shop.api.states())["A1"] == "a"


async def test_a_cancelled_booking_is_refunded_at_stripe_once(shop: Shop) -> None:
    order = await shop.begun()
    shop.stripe.confirm("pi_1")
    await shop.told("payment_intent.amount_capturable_updated")
    booking_id = (await shop.order(order))["bookingId"]
    cancelled = await shop.api.post(f"/api/v1/bookings/{booking_id}/cancel", {}, by=("buyer",))
    assert cancelled.status == 200, cancelled

    async def refunded() -> bool:
        return bool((await shop.order(order))["status"] == "refunded")

    await eventually(refunded, "the refund is done")
    [refund] = shop.stripe.refunds.values()
    assert refund["amount"] == order["total"]["amountMinor"]


async def test_stripes_page_loads_its_form_from_stripe_and_sends_the_buyer_to_no_stranger(shop: Shop) -> None:
    page = await shop.api.get("/pay/stripe/1-A?order=1-B&returnUrl=%2F%3Fevent%3Dspring-gala")
    assert page.status == 200
    policy = page.headers["content-security-policy"]
    assert "script-src 'self' https://js.stripe.com https://*.js.stripe.com;" in policy
    assert "connect-src 'self' https://api.stripe.com;" in policy
    assert page.headers["referrer-policy"] == "strict-origin"
    for stranger in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"):
        refused = await shop.api.get("/pay/stripe/1-A", params={"returnUrl": stranger})
        assert (refused.status, refused.code) == (422, "validation_failed"), stranger
    assert (await shop.api.get("/pay/demo/1-A")).status == 404
