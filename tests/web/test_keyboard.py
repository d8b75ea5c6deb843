"""The seat map without a mouse: where the keys go, what is said of each seat, and that the focus is never lost."""

import re

from playwright.sync_api import Page, expect

from tests.web.conftest import Visit
from tests.web.own_event import OwnEvent
from tests.web.seat_map_page import pay_button, wait_for_state, wait_until_open, wait_until_settled

FOCUSED = "() => document.querySelector('seat-map').shadowRoot.activeElement"
FOCUSED_LABEL = f"({FOCUSED})()?.getAttribute('aria-label') ?? ({FOCUSED})()?.textContent ?? ''"


def _open(visit: Visit, event: OwnEvent) -> Page:
    page = visit(event.path)
    wait_until_open(page, "A1")
    page.get_by_role("application").get_by_role("button").focus()
    return page


def _expect_focus(page: Page, label: str) -> None:
    """What has the focus is called so, or what it says begins so."""
    page.wait_for_function(f"(label) => ({FOCUSED_LABEL}).startsWith(label)", arg=label)


def test_a_purchase_from_the_first_seat_to_the_ticket_and_back(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event)
    _expect_focus(page, "Row E")
    for row in "FGH":
        page.keyboard.press("ArrowDown")
        _expect_focus(page, f"Row {row}")
    page.keyboard.press("Home")
    _expect_focus(page, "Row H, Seat 1, Screen 1 · Standard, $12, Available")
    page.keyboard.press("Enter")
    wait_for_state(page, "H1", "mine")
    _expect_focus(page, "Row H, Seat 1, Screen 1 · Standard, $12, Your seat")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    wait_for_state(page, "H2", "mine")
    page.keyboard.press("End")
    _expect_focus(page, "Row H, Seat 12")
    wait_until_settled(page)
    go_on = page.get_by_role("button", name="Continue")
    for _ in range(20):
        if go_on.evaluate(f"(button) => button === ({FOCUSED})()"):
            break
        page.keyboard.press("Tab")
    expect(go_on).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    expect(page.get_by_text("Please tell us your name.")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(go_on).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("Ada Lovelace")
    page.keyboard.press("Tab")
    page.keyboard.type("ada@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your order")).to_be_focused()
    pay_button(page).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("Pays$")).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # the form's own button has the focus then
    expect(page.get_by_role("heading", name="You're going!")).to_be_visible()
    page.get_by_role("button", name="Back to the map").focus()
    page.keyboard.press("Enter")
    _expect_focus(page, "Row")
    wait_for_state(page, "H1", "booked")


def test_a_seat_taken_from_under_the_keyboard_is_spoken_of_and_others_are_not(
    visit: Visit, own_event: OwnEvent
) -> None:
    page = _open(visit, own_event)
    page.keyboard.press("Home")
    _expect_focus(page, "Row E, Seat 1,")
    said = page.locator("seat-map .unseen[role=status]")
    own_event.hold("somebody-else", "A5")
    wait_for_state(page, "A5", "held")
    expect(said).to_have_text("")
    own_event.hold("somebody-else", "E1")
    expect(said).to_have_text("Row E, Seat 1 was just taken by someone else.")
    _expect_focus(page, "Row E, Seat 1, Screen 1 · Standard, $12, Held by someone else")
    page.keyboard.press("Enter")
    expect(said).to_have_text("Row E, Seat 1 cannot be had.")


def test_the_focus_stays_in_the_basket_while_it_empties(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event)
    for _ in range(3):
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowRight")
    wait_until_settled(page)
    seats = page.locator(".line-spot")
    names = seats.all_text_contents()
    page.get_by_role("button", name=f"Give back {names[1]}").focus()
    page.keyboard.press("Enter")
    expect(seats).to_have_count(2)
    _expect_focus(page, f"Give back {names[2]}")
    page.keyboard.press("Enter")
    expect(seats).to_have_count(1)
    _expect_focus(page, f"Give back {names[0]}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Pick your seats")).to_be_focused()


def test_the_list_is_filtered_and_walked_by_arrows(visit: Visit, own_event: OwnEvent) -> None:
    own_event.block("K2")
    page = _open(visit, own_event)
    page.get_by_role("button", name="Show the seats as a list").press("Enter")
    page.get_by_label("Category").select_option("Back-row sofa")
    expect(page.get_by_text("14 seats in the list")).to_be_visible()
    page.get_by_label("Available only").press("Space")
    expect(page.get_by_text("13 seats in the list")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Row K, Seat 1, ")).focus()
    page.keyboard.press("ArrowRight")
    _expect_focus(page, "Row K, Seat 3, $19.50, Available")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile("^Row K, Seat 3, "), pressed=True)).to_be_focused()
    wait_until_settled(page)
    expect(page.locator(".line-spot")).to_have_text(["Row K, Seat 3"])
