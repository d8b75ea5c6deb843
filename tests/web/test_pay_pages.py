"""The pages to pay at, in a browser: the demo bank's with what can come of a card, and the one with Stripe's form."""

import re
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.server import RunningServer
from tests.web.axe import violations
from tests.web.conftest import Visit
from tests.web.fake_stripe_js import serve_stripe_page
from tests.web.own_event import OwnEvent

PHONE: dict[str, object] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
STRIPE_JS = "asked another host: https://js.stripe.com/v3/"


def _order_to_pay(event: OwnEvent, server: RunningServer, *seat_ids: str) -> tuple[str, str, dict[str, str]]:
    """An order's id, the path of its payment's page, and the headers of its buyer."""
    buyer = {"Authorization": f"Bearer {server.token('payer')}"}
    hold_id = event.hold("payer", *seat_ids)
    customer = {"name": "Ada Lovelace", "email": "ada@example.org"}
    order = {"eventId": event.event_id, "holdId": hold_id, "customer": customer}
    placed = httpx.post(f"{server.url}/api/v1/orders", json=order, headers=buyer, timeout=60).raise_for_status().json()
    way = {"returnUrl": event.path}
    paying = httpx.post(f"{server.url}/api/v1/orders/{placed['orderId']}/payment", json=way, headers=buyer, timeout=60)
    return placed["orderId"], paying.raise_for_status().json()["payment"]["action"]["url"], buyer


def _use(page: Page, conduct: str) -> None:
    page.get_by_role("button", name=conduct).click()


@pytest.mark.parametrize("reader", [{}, {**PHONE, "color_scheme": "dark", "locale": "ar"}], ids=["desk", "phone"])
def test_a_card_is_declined_another_asks_for_a_second_step_and_the_buyer_comes_back(
    visit: Visit, own_event: OwnEvent, server: RunningServer, reader: dict[str, object]
) -> None:
    order_id, path, buyer = _order_to_pay(own_event, server, "A1", "A2")
    page = visit(path, **reader)
    pay = page.locator(".pay-button")
    expect(pay).to_be_enabled()
    assert violations(page) == []
    page.locator("#number").type("4111111111111111")  # no test card: a real one has no business here
    pay.click()
    expect(page.locator("#number")).to_have_attribute("aria-invalid", "true")
    page.locator("[value='4000000000000002']").click()
    pay.click()
    expect(page.locator(".decline")).to_be_visible()
    page.locator("[value='4000000000003220']").click()
    pay.dblclick()  # as people do
    expect(page.locator("[data-outcome='asked'] h1")).to_be_focused()
    assert violations(page) == []
    page.locator("[data-outcome='asked'] .button").click()
    page.wait_for_url(f"**{own_event.path}")
    order = httpx.get(f"{server.url}/api/v1/orders/{order_id}", headers=buyer, timeout=60).json()
    assert (order["status"], order["payment"]["status"]) == ("booked", "captured")


def test_an_answer_that_is_lost_is_asked_for_again(visit: Visit, own_event: OwnEvent, server: RunningServer) -> None:
    _, path, _ = _order_to_pay(own_event, server, "A1")
    page = visit(path)
    _use(page, "Pays, but the answer is lost")
    page.locator(".pay-button").click()
    expect(page.get_by_role("heading", name="No answer from the bank")).to_be_visible()
    expect(page.get_by_role("heading", name="Paid")).to_be_visible()


def test_stripes_form_is_declined_confirmed_in_a_second_step_and_the_buyer_comes_back(
    visit: Visit, own_event: OwnEvent, server: RunningServer, faults: list[str]
) -> None:
    page = visit("")
    serve_stripe_page(page)
    told = {"secret": "pi_1_secret", "key": "pk_test_1", "amount": 9000, "currency": "USD", "what": "Spring gala"}
    query = urlencode({"order": "1-order", "returnUrl": own_event.path})
    page.goto(f"{server.url}/pay/stripe/1-payment?{query}#{urlencode(told)}")
    pay = page.get_by_role("button", name="Pay $90.00")
    expect(pay).to_be_enabled()
    assert "secret" not in page.url
    root = page.locator("html")
    expect(root).to_have_attribute("data-elements", re.compile("pi_1_secret"))
    assert violations(page) == []
    page.get_by_label("Stripe's card field").fill("declined")
    pay.click()
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    page.reload()  # what the form needs was kept in this tab
    expect(pay).to_be_enabled()
    pay.dblclick()
    page.get_by_role("button", name="Complete").click()
    expect(page.get_by_role("heading", name="Paid")).to_be_visible()
    expect(root).to_have_attribute("data-return-url", f"{server.url}/pay/stripe/1-payment?{query}")
    page.wait_for_url(f"**{own_event.path}")
    page.goto(f"{server.url}/pay/stripe/2-payment?{query}#{urlencode(told)}")
    page.get_by_label("Stripe's card field").fill("lost")
    pay.click()
    expect(page.get_by_role("heading", name="No answer from the bank")).to_be_visible()
    expect(page.get_by_role("heading", name="Paid")).to_be_visible()
    page.wait_for_url(f"**{own_event.path}")
    assert set(faults) == {STRIPE_JS}
    faults.clear()
