"""The operator at work: signing in, watching a sale, withholding seats, checking drawings, putting events on sale."""

import json
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.support.server import RunningServer
from tests.web.axe import violations
from tests.web.conftest import Visit
from tests.web.own_event import OwnEvent
from tests.web.seat_map_page import click_seat, position_of, wait_for_state, wait_until_open


def _sign_in(visit: Visit, server: RunningServer, **options: object) -> Page:
    return visit(f"/operator/#token={server.token('operator', 'admin')}", **options)


def _open(page: Page, event: OwnEvent) -> None:
    page.locator(f".card[href='#/event/{event.event_id}']").click()
    wait_until_open(page, "A1")


def test_the_link_signs_in_and_leaves_no_token_in_the_address(visit: Visit, server: RunningServer) -> None:
    page = _sign_in(visit, server)
    expect(page.get_by_role("heading", name="Events", exact=True)).to_be_visible()
    assert "token" not in page.url
    page.reload()
    expect(page.get_by_role("heading", name="Events", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Operator sign-in")).to_be_visible()


def test_a_token_that_does_not_serve_is_told_from_one_that_does(visit: Visit, server: RunningServer) -> None:
    page = visit("/operator/")
    pasted = page.get_by_label("Link or token")
    forged = server.token("operator", "admin")[:-8] + "AAAAAAAA"
    for token, fault in (
        ("hello", "This is no token."),
        (server.token("somebody"), "This token lacks the admin role."),
        (forged, "The server does not accept this token any more."),
    ):
        pasted.fill(token)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert").filter(has_text=fault)).to_be_visible()
    pasted.fill(f"{server.url}/operator/#token={server.token('operator', 'admin')}")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Events", exact=True)).to_be_visible()


def test_a_room_that_does_not_load_is_tried_again(visit: Visit, server: RunningServer) -> None:
    page = visit("")
    page.route("**/operator/overview.js", lambda route: route.abort())
    page.goto(f"{server.url}/operator/#token={server.token('operator', 'admin')}")
    expect(page.get_by_role("heading", name="The box office does not answer")).to_be_visible()
    page.unroute("**/operator/overview.js")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Events", exact=True)).to_be_visible()


def test_a_purchase_moves_figures_map_and_lists_as_it_happens(
    visit: Visit, server: RunningServer, own_event: OwnEvent
) -> None:
    page = _sign_in(visit, server)
    _open(page, own_event)
    expect(page.locator("[data-figure=sold]")).to_have_text("0")
    expect(page.locator("[data-figure=revenue]")).to_have_text("$0")
    own_event.book("buyer", "A1", "A2")
    wait_for_state(page, "A1", "booked")
    expect(page.locator("[data-figure=sold]")).to_have_text("2")
    expect(page.locator("[data-figure=revenue]")).to_have_text("$24")
    expect(page.locator(".change").first).to_contain_text("Sold")
    expect(page.locator(".change").first).to_contain_text("A 1–2")
    page.get_by_text("As a table").click()
    expect(page.get_by_role("table").filter(has_text="Revenue so far").get_by_role("row").nth(1)).to_contain_text("$24")
    booking = page.get_by_role("row").filter(has_text="Ada Lovelace")
    expect(booking).to_contain_text("$24")
    booking.get_by_role("button", name="Cancel the booking of Ada Lovelace").click()
    page.get_by_label("A 2").uncheck()
    page.get_by_role("button", name="Cancel these seats").click()
    wait_for_state(page, "A1", "available")
    expect(booking).to_contain_text("Partly cancelled")
    expect(page.locator("[data-figure=revenue]")).to_have_text("$12")


def test_seats_are_withheld_and_put_on_sale_again_before_a_buyers_eyes(
    visit: Visit, server: RunningServer, own_event: OwnEvent
) -> None:
    own_event.hold("buyer", "C3")
    buyer = visit(own_event.path)
    wait_until_open(buyer, "C1")
    page = _sign_in(visit, server)
    _open(page, own_event)
    wait_for_state(page, "C3", "held")
    page.get_by_label("Row", exact=True).select_option(label="Row C")
    page.get_by_role("button", name="Select", exact=True).click()
    said = page.locator(".selection-said")
    expect(said).to_contain_text("12 seats selected")
    click_seat(page, "C10")
    expect(said).to_contain_text("11 seats selected")
    expect(said).to_contain_text("Held 1")
    page.get_by_role("button", name="Block", exact=True).click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Block 10 available seats?")
    expect(question).to_contain_text("1 held, 0 sold")
    question.get_by_label("Reason").fill("Camera position")
    question.get_by_role("button", name="Block").click()
    expect(page.get_by_text("10 seats blocked; refused because held or sold: 1.").first).to_be_visible()
    wait_for_state(buyer, "C1", "blocked")
    wait_for_state(buyer, "C3", "held")
    expect(page.locator("[data-figure=blocked]")).to_have_text("10")

    page.get_by_role("button", name="End holds").click()
    expect(page.get_by_role("dialog")).to_contain_text("buyer")
    page.get_by_role("dialog").get_by_role("button", name="End holds").click()
    wait_for_state(buyer, "C3", "available")

    page.get_by_role("button", name="Unblock", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Unblock").click()
    wait_for_state(buyer, "C1", "available")
    expect(page.locator("[data-figure=blocked]")).to_have_text("0")


def test_a_box_is_drawn_with_a_finger_where_there_is_no_shift(
    visit: Visit, server: RunningServer, own_event: OwnEvent
) -> None:
    page = _sign_in(visit, server, has_touch=True, is_mobile=True, viewport={"width": 412, "height": 860})
    _open(page, own_event)
    said = page.locator(".selection-said")
    expect(said).to_contain_text("two fingers move the map")
    page.get_by_role("button", name="Select a box").tap()
    expect(page.get_by_role("button", name="Select a box")).to_have_attribute("aria-pressed", "true")
    page.locator("seat-map").scroll_into_view_if_needed()
    (x, y), (to_x, to_y) = position_of(page, "A1"), position_of(page, "A3")
    page.mouse.move(x - 3, y - 3)
    page.mouse.down()
    page.mouse.move(to_x + 3, to_y + 3, steps=6)
    page.mouse.up()
    expect(said).to_contain_text("3 seats selected")


def test_a_drawing_is_checked_seen_published_and_sold_on(
    visit: Visit, server: RunningServer, own_event: OwnEvent, tmp_path: Path
) -> None:
    cinema = httpx.get(f"{server.url}/api/v1/layouts/cinema/versions/1").json()
    cinema |= {"id": f"upload-{own_event.event_id}", "name": "Fresh Hall"}
    faulty = json.loads(json.dumps(cinema))
    faulty["seats"][3]["categoryId"] = "nowhere"
    page = _sign_in(visit, server)
    page.get_by_role("link", name="Drawings").click()
    chosen = page.locator("#layout-file")

    broken = tmp_path / "broken.json"
    broken.write_text('{"id": "x",\n oops', encoding="utf-8")
    chosen.set_input_files(broken)
    expect(page.get_by_text("This file is not JSON")).to_be_visible()

    upload = tmp_path / "hall.json"
    upload.write_text(json.dumps(faulty), encoding="utf-8")
    chosen.set_input_files(upload)
    expect(page.get_by_text("This drawing has 1 fault.")).to_be_visible()
    expect(page.locator(".fault-list li")).to_contain_text("seats[3].categoryId")
    expect(page.locator(".fault-list li")).to_contain_text('"nowhere"')

    upload.write_text(json.dumps(cinema), encoding="utf-8")
    chosen.set_input_files(upload)
    expect(page.get_by_text(f"This drawing is in order: {len(cinema['seats'])} seats.")).to_be_visible()
    expect(page.get_by_role("img", name="Preview of Fresh Hall")).to_be_visible()
    assert httpx.get(f"{server.url}/api/v1/layouts/{cinema['id']}").status_code == 404, "a check keeps nothing"
    page.get_by_role("button", name="Publish as a new version").click()
    expect(page.get_by_text("version 1.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Opening Night")
    page.get_by_label("Currency").fill("EUR")
    page.get_by_role("button", name="Create event").click()
    expect(page.get_by_role("heading", name="Opening Night")).to_be_visible()
    wait_until_open(page, "A1")
    expect(page.get_by_text("On sale", exact=True)).to_be_visible()


def test_the_pages_are_accessible_and_ask_nobody_but_their_own_server(
    visit: Visit, server: RunningServer, own_event: OwnEvent, tmp_path: Path
) -> None:
    own_event.book("buyer", "A1")
    page = visit("", color_scheme="dark")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}/operator/?lang=ar")
    page.locator(".sign-in").wait_for()
    assert violations(page) == [], "the sign-in"
    page.goto(f"{server.url}/operator/?lang=ar#token={server.token('operator', 'admin')}")
    page.locator(".card h2").first.wait_for()
    assert violations(page) == [], "all events"
    _open(page, own_event)
    page.locator(".bookings tbody tr").wait_for()
    page.locator(".uplot").wait_for()
    assert violations(page) == [], "an event in the dark"
    page.emulate_media(color_scheme="light")
    page.locator(".head-acts button").click()
    assert violations(page) == [], "an event in the light, and a dialog"
    page.keyboard.press("Escape")
    page.locator(".pages a").nth(1).click()
    upload = tmp_path / "hall.json"
    upload.write_text(httpx.get(f"{server.url}/api/v1/layouts/cinema/versions/1").text, encoding="utf-8")
    page.locator("#layout-file").set_input_files(upload)
    page.locator(".preview").wait_for()
    assert violations(page) == [], "a drawing's report"
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []
