"""Choosing with help: a lost race and what is offered instead, the best seats, one category only, other languages."""

import re

from playwright.sync_api import Page, expect

from tests.web.conftest import Visit
from tests.web.own_event import OwnEvent, PutOnSale
from tests.web.seat_map_page import (
    be_quicker,
    click_seat,
    state_of,
    wait_for_state,
    wait_until_open,
    wait_until_settled,
)


def _open(visit: Visit, event: OwnEvent, **options: object) -> Page:
    page = visit(event.path, **options)
    wait_until_open(page, "A1")
    return page


def test_a_lost_race_explains_itself_and_offers_others_one_press_away(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event)
    click_seat(page, "D4")
    wait_until_settled(page)
    be_quicker(page, own_event, "D5")
    click_seat(page, "D5")
    dialog = page.get_by_role("dialog", name="Someone else was quicker")
    expect(dialog).to_contain_text("Row D, Seat 5 was just taken by someone else.")
    expect(dialog.get_by_role("heading")).to_be_focused()
    expect(page.locator("seat-map .unseen[role=alert]")).to_have_text("Row D, Seat 5 was just taken by someone else.")
    offer = dialog.get_by_role("button", name=re.compile(r"^Row \w, Seat \d+ .*\$1[26]$")).first
    offer.press("Enter")
    expect(dialog).to_be_hidden()
    wait_until_settled(page)
    expect(page.locator(".count")).to_have_text("2 seats")
    assert state_of(page, "D5") == "held"


def test_escape_leaves_the_offers_and_the_focus_goes_back(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event)
    be_quicker(page, own_event, "E5")
    click_seat(page, "E5")
    page.get_by_role("dialog").get_by_role("listitem").first.wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name=re.compile("^Row E, Seat 5, .* Held by someone else"))).to_be_focused()


def test_the_best_seats_are_held_together_and_where_there_are_none_it_says_what_helps(
    visit: Visit, own_event: OwnEvent
) -> None:
    page = _open(visit, own_event)
    page.get_by_role("button", name="Best seats", exact=True).click()
    dialog = page.get_by_role("dialog", name="Find the best seats")
    dialog.get_by_role("button", name="More seats").click()
    dialog.get_by_label("Category").select_option(label="Premium · $16")
    dialog.get_by_role("button", name="Hold the best 3 seats").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".message")).to_have_text(re.compile(r"^We found 3 seats for you: Row [GHJ], Seats \d–\d\.$"))
    wait_until_settled(page)
    expect(page.locator(".sum")).to_have_text("$48.00")
    page.get_by_role("button", name="Best seats", exact=True).click()
    dialog.get_by_label("Wheelchair accessible").check()
    dialog.get_by_role("button", name="Hold the best 3 seats").click()
    expect(dialog.get_by_role("alert")).to_contain_text("There is no such accessible seat left. Try fewer seats")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Best seats", exact=True)).to_be_focused()


def test_only_seats_of_the_tags_category_can_be_chosen(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event)
    page.evaluate("() => document.querySelector('seat-map').setAttribute('category', 'premium')")
    click_seat(page, "B5")
    expect(page.get_by_text("Only seats of the category Premium can be chosen here.").first).to_be_visible()
    assert state_of(page, "B5") == "available"
    click_seat(page, "H5")
    wait_for_state(page, "H5", "mine")
    expect(page.locator(".chip:visible")).to_have_count(1)


def test_an_operator_selects_seats_of_any_state_and_holds_none(visit: Visit, own_event: OwnEvent) -> None:
    own_event.book("somebody", "C5")
    page = visit("")
    page.add_init_script(
        "window.told = []; document.addEventListener('selection-changed', (e) => window.told.push(e.detail.seatIds));"
    )
    page.goto(own_event.server.url + own_event.path)
    wait_until_open(page, "A1")
    page.evaluate("() => document.querySelector('seat-map').setAttribute('mode', 'select')")
    page.wait_for_function("() => document.querySelector('seat-map').shadowRoot.querySelector('[data-mode=select]')")
    wait_for_state(page, "C5", "booked")
    click_seat(page, "C5")
    click_seat(page, "C6")
    assert page.evaluate("() => window.told.at(-1)") == ["C5", "C6"]
    box = [page.evaluate("(id) => document.querySelector('seat-map').positionOf(id)", seat) for seat in ("D4", "E5")]
    page.keyboard.down("Shift")
    page.mouse.move(box[0]["x"] - 8, box[0]["y"] - 8)
    page.mouse.down()
    page.mouse.move(box[1]["x"] + 8, box[1]["y"] + 8, steps=4)
    page.mouse.up()
    page.keyboard.up("Shift")
    selected = "() => document.querySelector('seat-map').selected"
    assert page.evaluate(selected) == ["C5", "C6", "D4", "D5", "E4", "E5"]
    page.evaluate("() => { document.querySelector('seat-map').selected = ['A1', 'no-such-seat']; }")
    assert page.evaluate(selected) == ["A1"]
    assert page.evaluate("() => window.told.length") == 3, "a selection that was set is no news"
    assert state_of(page, "C6") == "available"
    expect(page.locator(".panel")).to_have_count(0)


def test_in_arabic_the_panels_mirror_and_the_house_does_not(visit: Visit, put_on_sale: PutOnSale) -> None:
    event = put_on_sale(name="أمسية")
    page = _open(visit, event, locale="ar")
    click_seat(page, "F3")
    expect(page.get_by_role("heading", name="مقاعدك")).to_be_visible()
    spot = page.locator(".line-spot")
    expect(spot).to_have_text("الصف \u2068F\u2069، المقعد \u20683\u2069")
    places = page.evaluate(
        "() => { const map = document.querySelector('seat-map'); const left = (selector) => "
        "map.shadowRoot.querySelector(selector).getBoundingClientRect().left; "
        "return [left('.panel') < left('.map'), map.positionOf('F1').x < map.positionOf('F12').x, "
        "left('.view-toggle') < left('.legend'), map.shadowRoot.querySelector('.opened').lang]; }"
    )
    assert places == [True, True, True, "ar"]
