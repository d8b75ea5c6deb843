"""Whole purchases, from the first seat to the ticket: by mouse and by touch, at a desk and on a phone, in light and in
dark, and with the hold store dying in the middle. No browser complains, and where the store lives nothing is refused.
By keyboard alone: test_keyboard.py."""

import re

import psutil
import pytest
import redis
from playwright.sync_api import Page, expect

from frontrow.adapters.redis.private_folder import socket_path
from tests.support.server import RunningServer
from tests.web.conftest import Visit
from tests.web.own_event import OwnEvent
from tests.web.seat_map_page import (
    buy,
    click_seat,
    pay_button,
    position_of,
    tap_seat,
    wait_for_state,
    wait_until_open,
    wait_until_settled,
)

PHONE: dict[str, object] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
READERS: dict[str, dict[str, object]] = {
    "by mouse, at a desk, in the light": {},
    "by touch, on a phone, in the dark": {**PHONE, "color_scheme": "dark"},
}


def _kill_hold_store(server: RunningServer) -> None:
    """The server's embedded Valkey ends like a machine without power: at once, and with nothing said."""
    children = psutil.Process(server.process.pid).children(recursive=True)
    [valkey] = [child for child in children if "valkey" in child.name()]
    valkey.kill()


def _empty_hold_store(server: RunningServer) -> None:
    """It ends, and comes back without its data."""
    with redis.Redis(unix_socket_path=str(socket_path(server.data_dir / "valkey"))) as client:
        client.flushall()
    _kill_hold_store(server)


def _button(page: Page, name: str | re.Pattern[str]) -> tuple[float, float]:
    """The middle of a button that can be pressed, for a mouse or a finger that finds it by sight."""
    button = page.get_by_role("button", name=name).and_(page.locator(":enabled:not([data-busy])"))
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("reader", READERS)
def test_a_purchase_is_seen_from_another_window_and_nothing_is_refused(
    reader: str, visit: Visit, own_event: OwnEvent, refused: list[str]
) -> None:
    options = READERS[reader]
    touch = "has_touch" in options
    page, other = visit(own_event.path, **options), visit(own_event.path)
    wait_until_open(page, "G5")
    wait_until_open(other, "G5")

    def press(x: float, y: float) -> None:
        page.touchscreen.tap(x, y) if touch else page.mouse.click(x, y)

    for seat in ("G5", "G6"):
        press(*position_of(page, seat))
        wait_for_state(page, seat, "mine")
        wait_for_state(other, seat, "held")
    press(*_button(page, "Continue"))
    for field, said in (("Name", "Ada Lovelace"), ("E-mail", "ada@example.org")):
        box = page.get_by_label(field).bounding_box()
        assert box is not None
        press(box["x"] + 20, box["y"] + box["height"] / 2)
        expect(page.get_by_label(field)).to_be_focused()
        page.keyboard.type(said)
    press(*_button(page, "Continue to payment"))
    pay_button(page).wait_for()
    wait_for_state(page, "G5", "mine")
    wait_for_state(other, "G5", "held")
    press(*_button(page, re.compile(r"^Pay \$")))
    page.wait_for_url("**/pay/demo/*")
    press(*_button(page, re.compile("Pays$")))
    press(*_button(page, re.compile(r"^Pay \$")))
    ticket = page.get_by_role("article", name="Your ticket")
    expect(ticket).to_contain_text(re.compile("G.*5.*6", re.DOTALL))
    for seat in ("G5", "G6"):
        wait_for_state(other, seat, "booked")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    press(*_button(page, "Back to the map"))
    wait_for_state(page, "G5", "booked")
    assert refused == []


def test_a_purchase_goes_on_when_the_hold_store_is_killed_in_its_middle(
    visit: Visit, own_event: OwnEvent, server: RunningServer
) -> None:
    page, other = visit(own_event.path), visit(own_event.path)
    wait_until_open(page, "D5")
    wait_until_open(other, "D5")
    click_seat(page, "D5")
    wait_for_state(other, "D5", "held")
    _kill_hold_store(server)
    click_seat(page, "D6")
    wait_for_state(other, "D6", "held")
    expect(page.locator(".count")).to_have_text("2 seats")
    _kill_hold_store(server)
    buy(page)
    for seat in ("D5", "D6"):
        wait_for_state(other, seat, "booked")
        wait_for_state(page, seat, "booked")


def test_a_hold_that_went_with_the_hold_store_is_said_to_be_lost_and_had_again_at_a_press(
    visit: Visit, own_event: OwnEvent, server: RunningServer
) -> None:
    own_event.book("somebody", "B1")
    page = visit(own_event.path, **PHONE)
    wait_until_open(page, "D5")
    tap_seat(page, "D5")
    wait_for_state(page, "D5", "mine")
    wait_until_settled(page)
    _empty_hold_store(server)
    wait_for_state(page, "D5", "available")
    page.get_by_role("button", name="Try the same seat").tap()
    buy(page)
    wait_for_state(page, "B1", "booked")
