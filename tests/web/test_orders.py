"""Orders on the screen: fees, cards that are declined or ask for a second step, giving up, what becomes of an order
while nobody looks, and finding a booking again."""

import json
import re

import httpx
from playwright.sync_api import Page, Route, expect

from tests.support.server import RunningServer
from tests.web.axe import violations
from tests.web.conftest import Visit
from tests.web.own_event import OwnEvent, PutOnSale
from tests.web.seat_map_page import (
    buy,
    click_seat,
    pay,
    pay_button,
    place_order,
    use_card,
    wait_for_state,
    wait_until_open,
)

CHARGES = [
    {"name": "Booking fee", "kind": "per_order", "amountMinor": 250, "refundable": False},
    {"name": "VAT", "kind": "included_share", "basisPoints": 700},
]
PHONE: dict[str, object] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _order(visit: Visit, event: OwnEvent, *seat_ids: str) -> Page:
    page = visit(event.path)
    wait_until_open(page, seat_ids[0])
    for seat_id in seat_ids:
        click_seat(page, seat_id)
    place_order(page)
    return page


def _stands_as(page: Page, **changes: object) -> None:
    """Let the server tell that the order stands otherwise."""

    def tell(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(status=200, body=json.dumps({**answer.json(), **changes}), content_type="application/json")

    page.route(re.compile(r"/api/v1/orders/[^/?]+$"), tell)


def test_an_order_outlives_reloads_and_declined_cards_until_a_second_step_confirms_it(
    visit: Visit, put_on_sale: PutOnSale
) -> None:
    event = put_on_sale(charges=CHARGES)
    other = visit(event.path)
    wait_until_open(other, "G5")
    page = _order(visit, event, "G5", "G6")
    panel = page.get_by_role("complementary", name="Your seats")
    expect(panel).to_contain_text(re.compile(r"Booking fee.*\$2\.50.*including VAT.*\$34\.50", re.DOTALL))
    expect(page.get_by_role("timer", name=re.compile("14 minutes|15 minutes"))).to_be_visible()
    wait_for_state(other, "G5", "held")
    wait_for_state(page, "G5", "mine")
    page.reload()
    wait_for_state(page, "G5", "mine")
    pay(page, "Is declined")
    expect(page.get_by_text("The bank declined this card.")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Go on to the payment page").click()
    use_card(page, "second step")
    page.get_by_role("button", name="Yes, confirm").click()
    expect(page.get_by_role("article", name="Your ticket")).to_contain_text("$34.50")
    wait_for_state(other, "G5", "booked")


def test_an_order_is_given_up_in_one_tab_and_gone_from_the_other(visit: Visit, own_event: OwnEvent) -> None:
    page = _order(visit, own_event, "B5")
    tab = page.context.new_page()
    tab.goto(page.url)
    expect(pay_button(tab)).to_be_visible()
    click_seat(tab, "B6")
    expect(tab.get_by_text("You have an order to pay.").first).to_be_visible()
    page.get_by_role("button", name="Give up this order").click()
    page.get_by_role("button", name="Keep the order").click()
    expect(pay_button(page)).to_be_visible()
    page.get_by_role("button", name="Give up this order").click()
    page.get_by_role("dialog").get_by_role("button", name="Give up this order").click()
    wait_for_state(page, "B5", "available")
    expect(page.get_by_role("heading", name="Pick your seats")).to_be_visible()
    tab.get_by_role("button", name="Try the same seat").click()
    wait_for_state(tab, "B5", "mine")


def test_a_payment_being_processed_is_given_up_where_the_buyer_sees_what_is_paid(
    visit: Visit, put_on_sale: PutOnSale, server: RunningServer
) -> None:
    event = put_on_sale(charges=CHARGES)
    page = _order(visit, event, "G5")
    pay_button(page).click()
    expect(page.get_by_role("timer")).to_contain_text("Time left to pay: 14:")
    use_card(page, "Pays in about a minute")
    page.get_by_role("link", name="Back to the shop").click()
    panel = page.get_by_role("complementary", name="Your seats")
    expect(panel).to_contain_text(re.compile(r"being processed.*Row G, Seat 5.*Booking fee.*\$18\.50", re.DOTALL))
    expect(panel.get_by_role("button", name="Give up this order")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{server.url}/?bookings")
    processed = page.get_by_role("region", name="Being processed")
    processed.get_by_role("button", name="Give up the order").click()
    page.get_by_role("dialog").get_by_role("button", name="Give up this order").click()
    expect(processed).to_contain_text("The order is being given up")


def test_what_became_of_an_order_is_told_in_plain_words(visit: Visit, own_event: OwnEvent) -> None:
    page = _order(visit, own_event, "C5")
    money = {"amountMinor": 1200, "currency": "USD"}
    back = {
        "refundId": "r",
        "amount": money,
        "reason": "paid_late",
        "status": "due",
        "seatIds": [],
        "createdAt": "2026-01-01T00:00:00Z",
    }
    declined = {"paymentId": "p", "gateway": "demo", "status": "declined", "amount": money, "reason": "no funds left"}
    told: tuple[tuple[dict[str, object], str], ...] = (
        ({"status": "claimed", "payment": declined}, "Your payment was declined. No funds left."),
        ({"status": "paid"}, "Your payment is being processed"),
        (
            {"status": "refunding", "refunds": [back]},
            "your seats were sold meanwhile. $12.00 is on its way back to you.",
        ),
        ({"status": "needs_attention"}, "The box office is looking into your order"),
        ({"status": "expired"}, "The time to pay ran out"),
    )
    for changes, words in told:
        _stands_as(page, **changes)
        page.reload()
        expect(page.locator("seat-map .panel")).to_contain_text(
            re.compile(r"\s*".join(map(re.escape, words.split(" "))))
        )
        assert violations(page) == [], words
        page.unroute_all(behavior="ignoreErrors")  # the page may be asking just now
    page.get_by_role("button", name="Back to the map").click()
    page.reload()
    expect(pay_button(page)).to_be_visible()  # it was open all the time


def test_bookings_list_what_is_to_be_paid_and_one_is_found_again_elsewhere(
    visit: Visit, own_event: OwnEvent, put_on_sale: PutOnSale, server: RunningServer
) -> None:
    page = visit(own_event.path)
    wait_until_open(page, "D5")
    click_seat(page, "D5")
    code = buy(page)
    unpaid = put_on_sale()
    page.goto(server.url + unpaid.path)
    wait_until_open(page, "A5")
    click_seat(page, "A5")
    place_order(page)
    page.goto(f"{server.url}/?bookings")
    still = page.get_by_role("region", name="Still to be paid")
    expect(still).to_contain_text(f"Own Event {unpaid.event_id}")
    still.get_by_role("button", name="Give up the order").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep the order").click()
    still.get_by_role("button", name="Pay now").click()
    use_card(page, "Pays$")
    expect(page.get_by_role("article", name="Your ticket")).to_contain_text("Row A, Seat 5")

    elsewhere = visit("/?bookings", **PHONE)
    elsewhere.get_by_role("link", name="Find a booking").click()
    elsewhere.get_by_label("Booking code").fill(code)
    elsewhere.get_by_label("E-mail").fill("eve@example.org")
    elsewhere.get_by_role("button", name="Find my booking").click()
    expect(elsewhere.get_by_role("alert")).to_have_text(re.compile("We found no booking"))
    assert violations(elsewhere) == []
    elsewhere.get_by_label("E-mail").fill("ADA@example.org")
    elsewhere.get_by_role("button", name="Find my booking").click()
    expect(elsewhere.get_by_role("article", name="Your booking")).to_contain_text("Row D, Seat 5")
    elsewhere.get_by_role("button", name="Cancel seats").click()
    elsewhere.get_by_role("dialog").get_by_role("button", name="Cancel booking").click()
    expect(elsewhere.get_by_role("region", name="Refunds")).to_contain_text("$12.00")


def test_where_no_gateway_is_configured_after_all_the_seats_are_booked_directly(
    visit: Visit, own_event: OwnEvent
) -> None:
    page = visit(own_event.path)
    refusal = {"status": 503, "code": "payment_not_configured", "title": "No payments here"}
    page.route(
        re.compile(r"/api/v1/orders$"),
        lambda route: route.fulfill(status=503, body=json.dumps(refusal), content_type="application/problem+json"),
    )
    wait_until_open(page, "E5")
    click_seat(page, "E5")
    page.get_by_role("button", name="Continue").and_(page.locator(":enabled")).click()
    page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_role("article", name="Your ticket")).to_contain_text("Row E, Seat 5")
    held = httpx.get(f"{own_event.api}", timeout=60).json()["counts"]
    assert (held["held"], held["booked"]) == (0, 1)
