"""The pages around the map: the list, a purchase and its ticket, my bookings; on a phone, on paper, in other words."""

import base64
import json
import re
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.missing import skip_for_want_of
from tests.support.server import RunningServer
from tests.web.conftest import Visit
from tests.web.own_event import OwnEvent, PutOnSale
from tests.web.seat_map_page import buy, click_seat, wait_for_state, wait_until_open

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
_MODULES = Path(__file__).parents[2] / "node_modules"


def _node_module(path: str) -> str:
    file = _MODULES / path
    if not file.exists():
        skip_for_want_of(f"{path} is not installed: npm ci")
    return file.read_text()


def _become(page: Page, server: RunningServer, user: str) -> None:
    """Be this user from the next page on, as if the browser had kept their token."""
    kept = {"token": server.token(user), "userId": user, "expiresAt": "2099-01-01T00:00:00Z"}
    script = f"localStorage.setItem({json.dumps(f'frontrow.guest-token:{server.url}')}, {json.dumps(json.dumps(kept))})"
    page.add_init_script(script)


def _fits(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return cast(
        "bool", page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    )


def _card(page: Page, name: str) -> Locator:
    return page.locator(".event-card", has=page.get_by_role("link", name=name, exact=True))


def _buy(page: Page, event: OwnEvent, *seat_ids: str) -> None:
    wait_until_open(page, seat_ids[0])
    for seat_id in seat_ids:
        click_seat(page, seat_id)
    buy(page)


def _unfolded(path: Path) -> dict[str, str]:
    lines = path.read_bytes().decode().replace("\r\n ", "").split("\r\n")
    return dict(line.split(":", 1) for line in lines if ":" in line)


def test_from_the_list_to_a_ticket_that_outlives_a_reload_and_gives_a_seat_back(
    visit: Visit, own_event: OwnEvent, put_on_sale: PutOnSale, tmp_path: Path
) -> None:
    page, other = visit("/"), visit(own_event.path)
    wait_until_open(other, "A1")
    name = f"Own Event {own_event.event_id}"
    page.get_by_role("searchbox", name="Search events").fill(name.upper())
    expect(page.locator("#said")).to_have_text(re.compile("found"))
    card = _card(page, name)
    expect(card).to_contain_text("Lumière Cinema")
    expect(card).to_contain_text("from $12")
    expect(card).to_contain_text("120 seats available")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator("header h1")).to_have_text(name)
    _buy(page, own_event, "C3", "C4")
    page.get_by_role("link", name="Print, save or cancel").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Your booking")
    ticket = page.get_by_role("article", name="Your booking")
    expect(ticket.get_by_role("heading", level=2)).to_have_text(name)
    expect(ticket).to_contain_text("Row C, Seat 3")
    expect(ticket).to_contain_text("$24.00")
    code, booking_id = ticket.locator("code").inner_text(), page.url.partition("/?booking=")[2]
    page.reload()
    expect(ticket.locator("code")).to_have_text(code)

    with page.expect_download() as saved:
        page.get_by_role("button", name="Add to calendar").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    assert file.suffix == ".ics"
    entry = _unfolded(file)
    assert (entry["DTSTART"], entry["DTEND"]) == ("20990101T200000Z", "20990101T220000Z")
    assert entry["UID"].startswith(f"{booking_id}@")
    assert entry["SUMMARY"] == name
    for told in (code, "Row C\\, Seat 3", "two hours"):
        assert told in entry["DESCRIPTION"]

    page.get_by_role("button", name="Cancel seats").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel seats").click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose at least one seat")
    dialog.get_by_label("Row C, Seat 3").check()
    dialog.get_by_role("button", name="Cancel 1 seat").click()
    expect(page.locator("#said")).to_have_text("1 seat was cancelled")
    expect(page.locator("h1")).to_be_focused()
    expect(page.get_by_text("Partly cancelled")).to_be_visible()
    expect(page.get_by_role("region", name="Refunds")).to_contain_text("$12.00")
    wait_for_state(other, "C3", "available")
    wait_for_state(other, "C4", "booked")

    page.go_back()
    expect(page.locator("header h1")).to_have_text(name)
    page.get_by_role("link", name="My bookings").click()
    expect(page.locator(".booking-card")).to_contain_text("1 seat · Partly cancelled")
    page.get_by_role("link", name=name, exact=True).click()
    expect(ticket.locator("code")).to_have_text(code)


def test_the_code_on_the_screen_is_read_by_another_reader(
    visit: Visit, own_event: OwnEvent, server: RunningServer
) -> None:
    reader = _node_module("jsqr/dist/jsQR.js")
    booking_id = own_event.book("qr-reader", "A1")
    page = visit("", color_scheme="dark")
    _become(page, server, "qr-reader")
    page.goto(f"{server.url}/?booking={booking_id}")
    code = page.locator(".pass-code code").inner_text()
    picture = base64.b64encode(
        page.get_by_role("img", name=f"QR code of the booking code {code}").screenshot()
    ).decode()
    scanner = visit("")
    scanner.add_script_tag(content=reader)
    read = scanner.evaluate(
        """async (picture) => {
          const image = new Image();
          image.src = `data:image/png;base64,${picture}`;
          await image.decode();
          const canvas = new OffscreenCanvas(image.width, image.height);
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0);
          return jsQR(context.getImageData(0, 0, image.width, image.height).data, image.width, image.height)?.data;
        }""",
        picture,
    )
    assert read == code


def test_my_bookings_come_in_groups_and_one_is_cancelled_there(
    visit: Visit, put_on_sale: PutOnSale, server: RunningServer
) -> None:
    soon, later = put_on_sale(startsAt="2098-01-01T20:00:00Z"), put_on_sale()
    kept, given_up = later.book("collector", "B1", "B2"), soon.book("collector", "B1", "B2")
    page = visit("", **PHONE)
    _become(page, server, "collector")
    page.goto(f"{server.url}/?bookings")
    upcoming = page.get_by_role("region", name="Upcoming")
    names = [f"Own Event {event.event_id}" for event in (soon, later)]
    expect(upcoming.get_by_role("heading", level=3)).to_have_text(names)
    cancel = page.get_by_role("button", name=f"Cancel booking: {names[0]}")
    cancel.click()
    page.get_by_role("button", name="Keep them").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(cancel).to_be_focused()
    cancel.click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel booking").click()
    expect(page.locator("#said")).to_have_text("2 seats were cancelled")
    expect(upcoming.get_by_role("heading", level=3)).to_have_text(names[1:])
    expect(page.get_by_role("region", name="Cancelled").get_by_role("heading", level=3)).to_have_text(names[:1])
    assert _fits(page)
    page.goto(f"{server.url}/?booking={given_up}")
    expect(page.get_by_text("its code opens no door")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("QR code"))).to_have_count(0)
    page.goto(f"{server.url}/?booking={kept}")
    assert _fits(page)


def test_a_code_that_may_not_be_copied_is_selected(server: RunningServer, visit: Visit, own_event: OwnEvent) -> None:
    booking_id = own_event.book("copier", "C1")
    page = visit("")
    page.add_init_script("if (navigator.clipboard) navigator.clipboard.writeText = () => Promise.reject(new Error())")
    _become(page, server, "copier")
    page.goto(f"{server.url}/?booking={booking_id}")
    page.get_by_role("button", name="Copy code").click()
    expect(page.locator("#said")).to_have_text("Copying is not allowed here: the code is selected")
    assert page.evaluate("String(getSelection())") == page.locator(".pass-code code").inner_text()


def test_a_stranger_sees_no_booking_and_has_none(visit: Visit, own_event: OwnEvent) -> None:
    booking_id = own_event.book("somebody", "D1")
    page = visit(f"/?booking={booking_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("We can't show this booking")
    page.get_by_role("link", name="My bookings").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No bookings yet")
    page.get_by_role("link", name="See what is on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What's on")


def test_the_list_tells_what_cannot_be_had_and_why(visit: Visit, put_on_sale: PutOnSale) -> None:
    put_on_sale(name="Octet To Come", salesStart="2098-12-24T09:00:00Z")
    put_on_sale(name="Octet Gone By", salesEnd="2020-01-01T00:00:00Z")
    page = visit("/?q=octet%20")
    expect(page.get_by_role("searchbox")).to_have_value("octet ")
    expect(_card(page, "Octet To Come")).to_contain_text("On sale from Dec 24")
    expect(_card(page, "Octet Gone By")).to_contain_text("Sales ended")
    page.get_by_role("searchbox").fill("nothing like this")
    expect(page.get_by_role("heading", name="No event matches “nothing like this”")).to_be_visible()
    page.get_by_role("link", name="Show all events").click()
    expect(page.get_by_role("searchbox")).to_have_value("")


def test_a_long_list_is_shown_in_parts_and_goes_on_where_it_was_read_to(visit: Visit, server: RunningServer) -> None:
    page = visit("")
    event = {"layoutId": "x", "layoutVersion": 1, "saleStatus": "on_sale", "currency": "EUR", "prices": {"a": 1200}}
    days = [{"eventId": f"e{n}", "name": f"Night {n}", "startsAt": f"2090-01-{n:02}T20:00:00Z"} for n in range(1, 31)]
    answer = json.dumps({"items": [{**event, **day} for day in days], "nextCursor": None})
    page.route("**/api/v1/events?*", lambda route: route.fulfill(body=answer, content_type="application/json"))
    page.goto(server.url)
    expect(page.locator(".event-card")).to_have_count(24)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".event-card")).to_have_count(30)
    expect(page.get_by_role("link", name="Night 25")).to_be_focused()
    expect(page.locator("#said")).to_have_text("6 more events shown")
    expect(page.get_by_role("button", name="Show more")).to_be_hidden()


def test_a_box_office_that_does_not_answer_is_asked_again(visit: Visit, server: RunningServer) -> None:
    page = visit("")
    page.route("**/api/v1/events?*", lambda route: route.fulfill(status=503, headers={"Retry-After": "30"}, body="{}"))
    page.goto(server.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("The box office does not answer")
    page.unroute("**/api/v1/events?*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What's on")


def test_a_language_chosen_is_kept_and_passed_on(visit: Visit, own_event: OwnEvent, server: RunningServer) -> None:
    page = visit("/")
    page.get_by_role("button", name="Language and display").click()
    page.get_by_role("radio", name="العربية").check()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("heading", level=1)).to_have_text("العروض القادمة")
    expect(page.get_by_role("radio", name="العربية")).to_be_focused()
    assert page.url.endswith("/?lang=ar")
    page.goto(server.url + own_event.path)
    wait_until_open(page, "A1")
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^ar"))
    expect(page.get_by_text("متاح للحجز")).to_be_visible()
    guest = visit("/?lang=de", **PHONE)
    expect(guest.get_by_role("heading", level=1)).to_have_text("Programm")
    assert _fits(guest)
    guest.get_by_role("link", name="Meine Buchungen").click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("Noch keine Buchungen")


def test_a_display_chosen_is_kept_and_the_map_follows_it(visit: Visit, own_event: OwnEvent) -> None:
    page = visit(own_event.path)
    wait_until_open(page, "A1")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Language and display").click()
    page.get_by_role("radio", name="Dark").check()
    assert page.evaluate(ground) != light
    expect(page.locator("seat-map")).to_have_attribute("theme", "dark")
    page.reload()
    wait_until_open(page, "A1")
    expect(page.locator("seat-map")).to_have_attribute("theme", "dark")
    assert page.evaluate(ground) != light


def test_an_address_that_leads_nowhere_says_so(visit: Visit, server: RunningServer) -> None:
    page = visit("")
    answer = page.goto(f"{server.url}/evnets")
    assert answer is not None and answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    page.goto(f"{server.url}/?event=no-such-event")
    expect(page.get_by_role("heading", level=1)).to_have_text("We don't know this event")


def test_no_page_asks_another_host_or_breaks_its_own_policy(
    visit: Visit, own_event: OwnEvent, server: RunningServer
) -> None:
    booking_id = own_event.book("private", "E1")
    page = visit("")
    _become(page, server, "private")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    ready = {
        "/": ".event-card",
        f"/?booking={booking_id}": ".pass",
        "/?bookings": ".booking-card",
        "/nowhere": ".note",
        "/docs": "article",
        own_event.path: "seat-map",
    }
    for path, there in ready.items():
        page.goto(server.url + path)
        page.locator(there).first.wait_for()
    wait_until_open(page, "A1")
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []


def test_a_ticket_prints_as_a_ticket(visit: Visit, own_event: OwnEvent, server: RunningServer) -> None:
    booking_id = own_event.book("on-paper", "F1")
    page = visit("", color_scheme="dark")
    _become(page, server, "on-paper")
    page.goto(f"{server.url}/?booking={booking_id}")
    expect(page.get_by_role("button", name="Print ticket")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Print ticket")).to_be_hidden()
    expect(page.get_by_role("navigation")).to_be_hidden()
    expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    assert page.evaluate("() => getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def _faults_of(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and its own best practices, each with the first element it found it at."""
    found = page.evaluate("async () => (await axe.run()).violations.map((v) => `${v.id}: ${v.nodes[0].html}`)")
    return cast("list[str]", found)


@pytest.mark.parametrize(("lang", "scheme"), [("en", "light"), ("ar", "dark")])
def test_the_pages_are_accessible(
    visit: Visit, put_on_sale: PutOnSale, server: RunningServer, lang: str, scheme: str
) -> None:
    axe = _node_module("axe-core/axe.min.js")
    event = put_on_sale()
    user = f"reader-{lang}-{scheme}"
    booking_id, _ = event.book(user, "A1", "A2"), put_on_sale().book(user, "A1")
    page = visit("", color_scheme=scheme, reduced_motion="reduce", **(PHONE if lang == "ar" else {}))
    _become(page, server, user)
    ready = {
        "/?": ".event-card",
        "/?bookings&": ".booking-card",
        f"/?booking={booking_id}&": ".pass",
        "/?event=none&": ".note",
    }
    for path, there in ready.items():
        page.goto(f"{server.url}{path}lang={lang}")
        page.locator(there).first.wait_for()
        page.evaluate(axe)
        assert _faults_of(page) == [], path
    page.goto(f"{server.url}/?booking={booking_id}&lang={lang}")
    page.locator(".settings-button").click()
    page.evaluate(axe)
    assert _faults_of(page) == [], "the settings"
    page.keyboard.press("Escape")
    page.locator(".cancel").click()
    page.get_by_role("dialog").wait_for()
    assert _faults_of(page) == [], "the dialog"


def test_the_keyboard_skips_to_the_content(visit: Visit) -> None:
    page = visit("/")
    page.locator(".event-card").first.wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
