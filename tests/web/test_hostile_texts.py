"""Texts that are markup to whoever takes them for it: names of a drawing, an event and a buyer, and addresses of pages.

Every window's console is listened to by the fixtures: a script that ran, was refused by the page's policy, or asked
another host, fails the test.
"""

from typing import Any
from urllib.parse import quote

import httpx
from playwright.sync_api import Page, expect

from tests.support.layout_documents import document, seat, table
from tests.support.server import RunningServer
from tests.web.conftest import Visit
from tests.web.own_event import PutOnSale
from tests.web.seat_map_page import click_seat, wait_until_open, wait_until_settled

MARKUP = "<img src=x onerror=owned=1><script>owned=1</script>{{7*7}}\"'"
"""Would load a picture, run a script or end an attribute anywhere it was taken for more than text."""
LINK = "javascript:owned=1"
OWNED = "typeof owned !== 'undefined'"


def hostile_drawing() -> dict[str, Any]:
    return document(
        id="hostile-hall",
        name=f"Hall {MARKUP}",
        categories=[
            {"id": "vip", "name": f"VIP {MARKUP}", "color": "#FFD700", "price": 150},
            {"id": "standard", "name": LINK, "color": "#4CAF50", "price": 75.5},
        ],
        sections=[{"id": "stalls", "name": f"Stalls {MARKUP}"}],
        seats=[
            seat(f"A{number}", position={"x": 40 * number, "y": 80}, rowLabel=f"A{MARKUP}", seatNumber=f"{number}<b>")
            | {"sectionId": "stalls", "accessible": number == 1}
            for number in range(1, 9)
        ],
        items=[
            table("T1", 4, lbl=f"Table {MARKUP}"),
            {"id": "words", "type": "text", "pos": {"x": 100, "y": 300}, "size": {"x": 90, "y": 20}, "lbl": MARKUP},
        ],
    )


def nothing_ran(page: Page) -> None:
    assert page.evaluate(OWNED) is False
    assert page.locator("img[src=x]").count() == 0


def test_what_is_said_is_shown_as_text_and_nothing_else(
    visit: Visit, server: RunningServer, put_on_sale: PutOnSale
) -> None:
    admin = {"Authorization": f"Bearer {server.token('operator', 'admin')}"}
    published = httpx.post(f"{server.url}/api/v1/layouts", json=hostile_drawing(), headers=admin, timeout=60)
    assert published.status_code == 201, published.text
    event = put_on_sale(
        "hostile-hall", name=f"Gala {MARKUP}", charges=[{"name": MARKUP, "kind": "per_seat", "amountMinor": 5}]
    )
    hold_id = event.hold("mallory", "A7")
    contact = {"name": f"Mallory {MARKUP}", "email": "mallory@example.org", "phone": "+1<b>5"}
    body = {"eventId": event.event_id, "holdId": hold_id, "contactInfo": contact, "notes": MARKUP}
    by = {"Authorization": f"Bearer {server.token('mallory')}"}
    booked = httpx.post(f"{server.url}/api/v1/bookings", json=body, headers=by, timeout=60)
    assert booked.status_code == 201, booked.text

    page = visit(event.path)
    wait_until_open(page, "A1")
    expect(page.get_by_text(f"Gala {MARKUP}").first).to_be_visible()
    click_seat(page, "A1")
    wait_until_settled(page)
    expect(page.get_by_text(MARKUP).nth(1)).to_be_attached()
    nothing_ran(page)

    operator = visit(f"/operator/#token={server.token('operator', 'admin')}")
    operator.locator(f".card[href='#/event/{event.event_id}']").click()
    wait_until_open(operator, "A1")
    expect(operator.locator(".bookings tbody tr").filter(has_text=f"Mallory {MARKUP}")).to_be_visible()
    nothing_ran(operator)


def test_no_address_of_a_page_runs_anything(visit: Visit, server: RunningServer, refused: list[str]) -> None:
    page = visit("/")
    told = quote(MARKUP)
    for path in (
        f"/?event={told}",
        f"/?booking={told}",
        f"/?find={told}&code={told}",
        f"/?lang={told}",
        f"/operator/#/event/{told}",
        f"/operator/#token={told}",
        f"/pay/demo/{told}?returnUrl={quote('/' + MARKUP)}",
    ):
        page.goto(server.url + path)
        expect(page.locator("main, body").first).to_be_visible()
        page.wait_for_load_state("networkidle")
        nothing_ran(page)
    refused.clear()
