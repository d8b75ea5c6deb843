"""The map's live connection and the basket it keeps: between windows, tabs, reloads and absences."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
from playwright.sync_api import Page, Route, expect

from tests.support.eventually import WAIT_SECONDS_MAX
from tests.web.conftest import Visit
from tests.web.other_site import OtherSite
from tests.web.own_event import OwnEvent
from tests.web.seat_map_page import click_seat, state_of, wait_for_state, wait_until_open, wait_until_settled

SEAT = "E5"
OTHER = "E6"


def _open(visit: Visit, event: OwnEvent) -> Page:
    page = visit(event.path)
    wait_until_open(page, SEAT)
    return page


def _second_tab(page: Page, event: OwnEvent) -> Page:
    tab = page.context.new_page()
    tab.goto(event.server.url + event.path)
    wait_until_open(tab, SEAT)
    return tab


def _wait(page: Page, condition: Callable[[], bool], description: str) -> None:
    """Wait for what no script of the page can tell, while the page's own requests go on."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, f"not within {WAIT_SECONDS_MAX:g} s: {description}"
        page.wait_for_timeout(20)


def _token(page: Page) -> str:
    kept = page.evaluate("() => Object.entries(localStorage).find(([key]) => key.includes('guest-token'))[1]")
    return str(json.loads(kept)["token"])


def _seconds_left(event: OwnEvent, token: str) -> Callable[[], float]:
    """How long this user's first hold lasts, by the server's clock."""

    def look() -> float:
        answer = httpx.get(f"{event.server.url}/api/v1/holds", headers={"Authorization": f"Bearer {token}"}, timeout=60)
        holds = answer.json()["items"]
        return (datetime.fromisoformat(holds[0]["expiresAt"]) - datetime.now(UTC)).total_seconds() if holds else 0.0

    return look


def test_two_windows_see_each_others_holds(visit: Visit, own_event: OwnEvent) -> None:
    ada, eve = _open(visit, own_event), _open(visit, own_event)
    click_seat(ada, SEAT)
    wait_for_state(eve, SEAT, "held")
    click_seat(eve, OTHER)
    wait_for_state(ada, OTHER, "held")
    wait_until_settled(ada)
    click_seat(ada, SEAT)
    wait_for_state(eve, SEAT, "available")


def test_a_blocked_stream_gives_way_to_polling_and_the_map_says_so(visit: Visit, own_event: OwnEvent) -> None:
    own_event.hold("somebody", OTHER)
    page = visit("")
    page.route("**/changes*", lambda route: route.abort())
    page.goto(own_event.server.url + own_event.path)
    wait_until_open(page, SEAT)
    wait_for_state(page, OTHER, "held")
    expect(page.locator("[class=map-notes]")).to_contain_text("10 seconds")
    click_seat(page, SEAT)
    wait_until_settled(page)
    page.unroute("**/changes*")
    own_event.hold("somebody else", "E7")
    wait_for_state(page, "E7", "held")


def test_a_page_that_is_left_gives_its_seats_back_soon_unless_it_comes_back(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event)
    click_seat(page, SEAT)
    wait_until_settled(page)
    left = _seconds_left(own_event, _token(page))
    assert left() > 60
    page.goto("about:blank")
    _wait(page, lambda: left() < 16, "the hold of a page that was left is shortened")
    page.go_back()
    wait_until_open(page, SEAT)
    wait_for_state(page, SEAT, "mine")
    _wait(page, lambda: left() > 60, "who comes back has the hold's full time again")
    page.reload()
    wait_until_open(page, SEAT)
    wait_for_state(page, SEAT, "mine")
    _wait(page, lambda: left() > 60, "a reload finds the hold and keeps it")


def test_a_map_on_another_site_gives_its_seats_back_soon_too(
    visit: Visit, own_event: OwnEvent, other_site: OtherSite
) -> None:
    server = own_event.server.url
    other_site.html = f"""<!doctype html><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">
      <script type="module" src="{server}/embed/seat-map.js"></script>
      <seat-map event="{own_event.event_id}" style="height: 700px"></seat-map>"""
    page = visit("")
    page.goto(other_site.url)
    wait_until_open(page, SEAT)
    click_seat(page, SEAT)
    wait_until_settled(page)
    left = _seconds_left(own_event, _token(page))
    page.goto("about:blank")
    _wait(page, lambda: left() < 16, "the hold of a page that was left is shortened, across origins")


def test_two_tabs_of_one_user_agree(visit: Visit, own_event: OwnEvent) -> None:
    first = _open(visit, own_event)
    second = _second_tab(first, own_event)
    click_seat(first, SEAT)
    wait_for_state(second, SEAT, "mine")
    click_seat(second, OTHER)
    wait_for_state(first, OTHER, "mine")
    wait_until_settled(second)
    click_seat(second, SEAT)
    wait_for_state(first, SEAT, "available")
    assert state_of(first, OTHER) == "mine"
    expect(first.get_by_text("run out")).to_have_count(0)


def test_a_tab_that_stays_keeps_what_another_one_leaves(visit: Visit, own_event: OwnEvent) -> None:
    first = _open(visit, own_event)
    click_seat(first, SEAT)
    wait_until_settled(first)
    left = _seconds_left(own_event, _token(first))
    prolonged: list[Route] = []

    def keep_back(route: Route) -> None:
        prolonged.append(route)

    first.context.route("**/extend", keep_back)
    second = _second_tab(first, own_event)
    wait_for_state(second, SEAT, "mine")
    _wait(second, lambda: len(prolonged) == 1, "a tab that opens prolongs what it finds")
    prolonged[0].fulfill(status=409, json={"code": "event_not_on_sale"})
    first.goto("about:blank")
    _wait(second, lambda: left() < 16, "the tab that leaves gives the seats back")
    _wait(second, lambda: len(prolonged) == 2, "the tab that stays prolongs the hold")
    prolonged[1].continue_()
    _wait(second, lambda: left() > 60, "the hold has its full time")
    assert state_of(second, SEAT) == "mine"


def test_a_click_that_got_no_answer_is_repeated_as_the_same_wish(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event)
    keys: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        key = route.request.headers.get("idempotency-key")
        if key is not None and not keys:
            route.fetch()
            route.abort()
        else:
            route.continue_()
        keys.extend([key] if key is not None else [])

    page.route("**/holds", lose_the_first_answer)
    click_seat(page, SEAT)
    wait_until_settled(page)
    assert state_of(page, SEAT) == "mine"
    assert keys == [keys[0]] * 2
