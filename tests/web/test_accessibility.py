"""Every state of the seat map against WCAG 2.2 AA, by axe-core: light and dark, desktop and phone, left to right and
right to left. One purchase goes through all the states, so that one window serves for all of them."""

import pytest
from playwright.sync_api import Page

from tests.web.axe import violations
from tests.web.conftest import Visit
from tests.web.own_event import OwnEvent
from tests.web.seat_map_page import be_quicker, click_seat, tap_seat, wait_for_state, wait_until_open

PHONE: dict[str, object] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NARROW: dict[str, object] = {"viewport": {"width": 320, "height": 568}, "has_touch": True, "is_mobile": True}
READERS: dict[str, dict[str, object]] = {
    "at a desk": {},
    "in Arabic on a phone": {**PHONE, "locale": "ar"},
    "in German and in the dark on a narrow phone": {**NARROW, "color_scheme": "dark", "locale": "de-DE"},
}


def _until_held(page: Page) -> None:
    page.locator("seat-map .main:enabled:not([data-busy])").wait_for()


@pytest.mark.parametrize("reader", READERS)
def test_no_state_of_a_purchase_breaks_a_rule(reader: str, visit: Visit, own_event: OwnEvent) -> None:
    options = READERS[reader]
    page = visit(own_event.path, **options)
    press = tap_seat if "has_touch" in options else click_seat
    wait_until_open(page, "A1")
    found = {"map": violations(page)}

    if "has_touch" in options:
        page.locator(".controls button").first.tap()  # a finger wants larger seats than the whole house shows
    press(page, "G5")
    _until_held(page)
    page.locator(".summary").click()
    found["basket"] = violations(page)

    be_quicker(page, own_event, "D5")
    press(page, "D5")
    page.locator(".offer").first.wait_for()
    found["lost race"] = violations(page)
    page.keyboard.press("Escape")
    wait_for_state(page, "D5", "held")

    page.locator(".best-toggle").click()
    found["best seats"] = violations(page)
    page.keyboard.press("Escape")

    page.locator(".view-toggle").click()
    found["list"] = violations(page)

    page.locator(".main").click()
    page.locator(".main").click()
    page.locator(".field-fault").first.wait_for()
    found["checkout"] = violations(page)

    page.locator("#name").fill("Ada Lovelace")
    page.locator("#email").fill("ada@example.org")
    page.locator(".main").click()
    page.locator(".order").wait_for()
    found["order"] = violations(page)
    page.locator(".give-up").click()
    page.locator("dialog[open] .two-acts").wait_for()
    found["giving up"] = violations(page)
    page.keyboard.press("Escape")

    page.locator(".main").click()
    page.locator(".test-cards button").first.click()
    page.locator(".pay-button").click()
    page.locator(".ticket").wait_for()
    found["ticket"] = violations(page)
    faults = [f"{state}: {fault}" for state, faults in found.items() for fault in faults]
    assert not faults, "\n".join(faults)
