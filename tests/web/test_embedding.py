"""The map on somebody else's page, which brings its own token and listens to what happens."""

import json
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.server import RunningServer
from tests.web.conftest import Visit
from tests.web.other_site import OtherSite
from tests.web.own_event import OwnEvent
from tests.web.seat_map_page import (
    click_seat,
    pay_button,
    place_order,
    use_card,
    wait_until_open,
    wait_until_settled,
)

Shop = Callable[..., Page]


@pytest.fixture
def shop(visit: Visit, server: RunningServer, other_site: OtherSite) -> Shop:
    """Open the other site's page with a map of these attributes, after this script of theirs."""

    def open_shop(attributes: str, script: str = "") -> Page:
        other_site.html = f"""<!doctype html><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">
          <script>{script}</script>
          <script type="module" src="{server.url}/embed/seat-map.js"></script>
          <seat-map {attributes} style="height: 700px"></seat-map>"""
        page = visit("")
        page.goto(other_site.url)
        return page

    return open_shop


def test_another_sites_page_sells_for_its_own_user(shop: Shop, own_event: OwnEvent, server: RunningServer) -> None:
    token = server.token("shop-user")
    script = f"""
      window.told = [];
      addEventListener("DOMContentLoaded", () => {{
        const map = document.querySelector("seat-map");
        map.getToken = async () => {json.dumps(token)};
        for (const type of ["opened", "seats-held", "checkout", "booked"])
          map.addEventListener(type, ({{ detail }}) => window.told.push([type, Object.keys(detail)]));
      }});"""
    page = shop(f'event="{own_event.event_id}" theme="dark" checkout="direct"', script)
    wait_until_open(page, "A1")
    click_seat(page, "A1")
    wait_until_settled(page)
    holds = httpx.get(f"{server.url}/api/v1/holds", headers={"Authorization": f"Bearer {token}"}, timeout=60).json()[
        "items"
    ]
    assert [hold["seatIds"] for hold in holds] == [["A1"]]
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_role("button", name="Book · $12.00").click()
    ticket = page.get_by_role("article", name="Your ticket")
    code = ticket.locator("code").inner_text()
    expect(ticket.get_by_role("img", name=f"QR code of the booking code {code}")).to_be_visible()
    assert page.evaluate("() => window.told") == [
        ["opened", ["event"]],
        ["seats-held", ["hold", "seatIds"]],
        ["checkout", ["holdIds", "seatIds"]],
        ["booked", ["booking"]],
    ]
    assert page.evaluate("() => Object.keys(localStorage)") == [], "a site with users of its own needs no guest"


def test_another_sites_page_takes_the_buyer_to_pay_and_shows_the_ticket_on_the_way_back(
    shop: Shop, own_event: OwnEvent, server: RunningServer, other_site: OtherSite
) -> None:
    script = """
      addEventListener("DOMContentLoaded", () => {
        const map = document.querySelector("seat-map");
        map.addEventListener("order-placed", ({ detail }) => { window.order = detail.order; });
        map.addEventListener("payment-required", (event) => {
          event.preventDefault();
          window.action = event.detail.action;
        });
      });"""
    page = shop(f'event="{own_event.event_id}"', script)
    wait_until_open(page, "A1")
    click_seat(page, "A1")
    place_order(page)
    assert page.evaluate("() => window.order.seatIds") == ["A1"]
    pay_button(page).click()
    page.wait_for_function("() => window.action")
    assert page.url.startswith(other_site.url), "what follows was prevented"
    page.goto(server.url + str(page.evaluate("() => window.action.url")))
    use_card(page, "Pays$")
    page.wait_for_url(f"{other_site.url}/**")
    expect(page.get_by_role("article", name="Your ticket")).to_contain_text("Row A, Seat 1")


def test_the_tag_bounds_the_number_of_seats_and_speaks_the_locales_language_and_money(
    shop: Shop, own_event: OwnEvent
) -> None:
    page = shop(f'event="{own_event.event_id}" max-seats="2" locale="de-DE"')
    wait_until_open(page, "J1")
    for seat_id in ("J10", "J11", "J12"):
        click_seat(page, seat_id)
    page.get_by_text("Sie können höchstens 2 Plätze wählen.").first.wait_for()
    page.get_by_role("button", name="Weiter").and_(page.locator(":enabled")).wait_for()
    assert (page.locator(".sum").text_content() or "").replace("\xa0", " ") == "24,00 $"


def test_a_token_the_server_refuses_is_told_as_an_error(shop: Shop, own_event: OwnEvent) -> None:
    page = shop(f'event="{own_event.event_id}" token="nonsense"')
    wait_until_open(page, "J5")
    page.evaluate(
        "() => document.querySelector('seat-map').addEventListener('error', (e) => { window.refused = e.detail.code; })"
    )
    click_seat(page, "J5")
    page.wait_for_function("() => window.refused === 'token_invalid'")
    page.get_by_text("Your session is no longer valid.").first.wait_for()


def test_a_site_the_server_does_not_know_is_told_what_to_set(
    shop: Shop, own_event: OwnEvent, other_site: OtherSite, faults: list[str]
) -> None:
    page = shop(f'event="{own_event.event_id}"')
    unknown = other_site.url.replace("127.0.0.1", "localhost")
    page.goto(unknown)
    expect(page.get_by_role("heading", name="The box office does not work with this site yet")).to_be_visible()
    expect(page.get_by_text(f"{unknown}, among those it answers to (FRONTROW_CORS_ORIGINS)")).to_be_visible()
    asked = f"asked another host: {unknown}/"  # by this test itself, under the other name
    assert all("CORS policy" in fault or fault == asked for fault in faults), faults
    faults.clear()  # the browser's own words on the answer it kept back
