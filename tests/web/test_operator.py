"""The operator at work: signing in, watching a sale, withholding seats, checking drawings, putting events on sale."""

import json
from pathlib import Path

import httpx
from playwright.sync_api import Page, Route, expect

from tests.support.server import RunningServer
from tests.web.axe import violations
from tests.web.conftest import Visit
from tests.web.own_event import OwnEvent, PutOnSale
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
    cinema = httpx.get(f"{server.url}/api/v1/layouts/cinema/versions/1", timeout=60).json()
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
    assert httpx.get(f"{server.url}/api/v1/layouts/{cinema['id']}", timeout=60).status_code == 404, (
        "a check keeps nothing"
    )
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
    page.locator(".head-acts button").last.click()
    assert violations(page) == [], "an event in the light, and a dialog"
    page.keyboard.press("Escape")
    page.locator(".pages a").nth(1).click()
    upload = tmp_path / "hall.json"
    upload.write_text(httpx.get(f"{server.url}/api/v1/layouts/cinema/versions/1", timeout=60).text, encoding="utf-8")
    page.locator("#layout-file").set_input_files(upload)
    page.locator(".preview").wait_for()
    assert violations(page) == [], "a drawing's report"
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []


def test_seats_are_sold_at_the_box_office_and_orders_are_looked_into(
    visit: Visit, server: RunningServer, put_on_sale: PutOnSale
) -> None:
    event = put_on_sale()
    page = _sign_in(visit, server)
    _open(page, event)
    page.get_by_role("button", name="Edit event").click()
    page.get_by_role("button", name="Add a fee or tax").click()
    page.get_by_label("Name of the fee or tax").fill("Booking fee")
    page.get_by_label("Amount").fill("1.50")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    for seat_id in ("C7", "C8"):
        click_seat(page, seat_id)
    page.get_by_role("button", name="Sell", exact=True).click()
    customer = page.get_by_role("dialog")
    customer.get_by_label("Customer's name").fill("Grace Hopper")
    customer.get_by_label("E-mail").fill("grace@example.org")
    customer.get_by_role("button", name="On to payment").click()
    payment = page.get_by_role("dialog", name="Take $25.50")
    expect(payment).to_contain_text("Booking fee")
    payment.get_by_role("button", name="Card", exact=True).click()
    payment.get_by_label("Receipt number").fill("0815")
    assert violations(page) == [], "taking the money"
    payment.get_by_role("button", name="$25.50 received").click()
    expect(page.get_by_role("article", name="Your booking")).to_contain_text("Grace Hopper")
    assert violations(page) == [], "the ticket"
    page.get_by_role("link", name="Back to the event").click()
    wait_until_open(page, "A1")
    wait_for_state(page, "C7", "booked")

    orders = page.get_by_role("region", name="Orders", exact=True)
    expect(orders.get_by_role("row").filter(has_text="Grace Hopper")).to_contain_text("Booked")
    orders.get_by_label("Which orders").select_option(label="To be paid")
    expect(orders).to_contain_text("No order matches.")
    orders.get_by_label("Which orders").select_option(label="All orders")
    orders.get_by_role("searchbox").fill("grace@")
    orders.get_by_role("button", name="Details of the order of Grace Hopper").click()
    expect(page.get_by_role("dialog")).to_contain_text("$25.50 · taken · external")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    with page.expect_download() as saved:
        orders.get_by_role("button", name="Download CSV").click()
    assert "Grace Hopper" in Path(saved.value.path()).read_text(encoding="utf-8-sig")


def test_an_order_that_needs_somebody_is_in_sight_and_looked_at_again(
    visit: Visit, server: RunningServer, own_event: OwnEvent
) -> None:
    total = {"amountMinor": 1200, "currency": "USD"}
    order = {
        "orderId": "1-hR2vZs0bUeKq3mXy7TgN1w", "eventId": own_event.event_id, "holdId": "h", "userId": "ada",
        "status": "needs_attention", "seatIds": ["A1"], "tableIds": [], "total": total,
        "lines": [{"kind": "seat", "label": "A1", "seatId": "A1", "amount": total}],
        "customer": {"name": "Ada Lovelace", "email": "ada@example.org"}, "createdAt": "2026-01-01T00:00:00Z",
        "refunds": [], "refunded": {**total, "amountMinor": 0}, "attention": "the gateway does not say how it ended",
    }  # fmt: skip
    page = _sign_in(visit, server)
    answer = json.dumps({"items": [order], "nextCursor": None})
    page.route("**/orders?*", lambda route: route.fulfill(body=answer, content_type="application/json"))
    booked = json.dumps({**order, "status": "booked"})
    page.route("**/resolve", lambda route: route.fulfill(body=booked, content_type="application/json"))
    _open(page, own_event)
    page.get_by_role("button", name="1 needs attention").click()
    expect(page.get_by_label("Which orders")).to_have_value("attention")
    page.get_by_role("button", name="Details of the order of Ada Lovelace").click()
    expect(page.get_by_role("dialog")).to_contain_text("the gateway does not say how it ended")
    assert violations(page) == []
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_text("The order is now: Booked").first).to_be_visible()


def test_an_event_is_cancelled_once_its_name_is_typed_and_everything_goes_back(
    visit: Visit, server: RunningServer, own_event: OwnEvent
) -> None:
    own_event.book("buyer", "A1", "A2")
    page = _sign_in(visit, server)
    _open(page, own_event)
    page.get_by_role("button", name="Cancel event").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("Seats sold: 2.")
    question.get_by_role("textbox").fill("Something else")
    question.get_by_role("button", name="Cancel this event").click()
    expect(question.get_by_role("alert")).to_have_text("This is not the event's name.")
    question.get_by_role("textbox").fill(f"own event {own_event.event_id}")
    question.get_by_role("button", name="Cancel this event").click()
    progress = page.get_by_role("region", name="Cancellation")
    expect(progress).to_contain_text("Everything is given back.")
    expect(progress).to_contain_text("1 / 1")
    assert violations(page) == []
    wait_for_state(page, "A1", "available")
    expect(page.get_by_role("button", name="Cancel event")).to_be_hidden()
    buyer = visit(own_event.path)
    wait_until_open(buyer, "A1")
    expect(buyer.get_by_role("heading", name="This event is cancelled")).to_be_visible()


def test_a_notice_that_failed_is_sent_again(visit: Visit, server: RunningServer) -> None:
    notice = {
        "noticeId": "1-J6rUWcfKBKz9mBj6NTz96w", "eventId": "cinema-demo", "type": "booking.confirmed",
        "channel": "webhook", "subject": {"bookingId": "1-Qm4c8TzPp0a1x2K9sLw3vA"}, "state": "failed", "tries": 13,
        "createdAt": "2026-01-01T00:00:00Z", "lastStatus": 500, "lastError": "the receiver answered 500",
    }  # fmt: skip
    page = _sign_in(visit, server)
    lists = [[notice]]

    def listed(route: Route) -> None:
        body = {"items": lists.pop() if lists else [], "nextCursor": None}
        route.fulfill(body=json.dumps(body), content_type="application/json")

    page.route("**/notices?*", listed)
    again = json.dumps({**notice, "state": "due", "tries": 0})
    page.route("**/send", lambda route: route.fulfill(body=again, content_type="application/json"))
    page.get_by_role("link", name="Notices").click()
    expect(page.get_by_role("row").filter(has_text="Booking confirmed")).to_contain_text("the receiver answered 500")
    assert violations(page) == []
    page.get_by_role("button", name="Send again: Booking confirmed").click()
    expect(page.get_by_text("No delivery has failed.")).to_be_visible()
