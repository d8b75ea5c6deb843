"""People at the seat map: looking, holding, losing, booking, in one window and in two.

The windows of all tests look at one server, so every test that changes anything has an event of its own.
"""

import re

import httpx
from playwright.sync_api import Page, Route, expect

from tests.support.server import RunningServer
from tests.web.conftest import Visit
from tests.web.own_event import OwnEvent, PutOnSale
from tests.web.seat_map_page import (
    buy,
    click_seat,
    pay,
    position_of,
    state_of,
    tap_seat,
    wait_for_state,
    wait_until_open,
    wait_until_settled,
)

CINEMA = "/?event=cinema-demo"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _open(visit: Visit, event: OwnEvent, **options: object) -> Page:
    page = visit(event.path, **options)
    wait_until_open(page, "A1")
    return page


def test_the_page_lists_the_events_on_sale_and_opens_one(visit: Visit, server: RunningServer) -> None:
    page = visit("/")
    events = httpx.get(f"{server.url}/api/v1/events", timeout=60).json()["items"]
    soonest_first = sorted(events, key=lambda event: str(event["startsAt"]))
    expect(page.get_by_role("link", name="A Winter Cabaret")).to_be_visible()
    shown = page.locator(".event-card h2").all_inner_texts()
    demo = {"The Long Take", "The Last Projectionist", "A Winter Cabaret", "Northern Lights Live"}
    assert demo <= {*shown}
    assert [it for it in shown if it in demo] == [it["name"] for it in soonest_first if it["name"] in demo]
    page.get_by_role("link", name="A Winter Cabaret").click()
    wait_until_open(page, "stalls-A-1")
    expect(page.get_by_role("heading", name="A Winter Cabaret")).to_be_visible()
    expect(page.get_by_text("On sale", exact=True)).to_be_visible()
    expect(page).to_have_title("A Winter Cabaret · Frontrow")


def test_the_page_asks_nobody_but_its_own_server(visit: Visit, server: RunningServer) -> None:
    page = visit("")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url + CINEMA)
    wait_until_open(page, "A1")
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []


def test_a_seat_clicked_is_held_and_seen_held_in_another_window(visit: Visit, own_event: OwnEvent) -> None:
    mine, other = _open(visit, own_event), _open(visit, own_event)
    click_seat(mine, "B1")
    assert state_of(mine, "B1") == "mine", "a click shows at once, before the server has answered"
    wait_until_settled(mine)
    expect(mine.locator(".line-spot")).to_have_text(["Row B, Seat 1"])
    expect(mine.locator(".sum")).to_have_text("$12.00")
    wait_for_state(other, "B1", "held")


def test_a_second_click_gives_the_seat_back_to_everybody(visit: Visit, own_event: OwnEvent) -> None:
    mine, other = _open(visit, own_event), _open(visit, own_event)
    click_seat(mine, "B2")
    wait_for_state(other, "B2", "held")
    wait_until_settled(mine)
    click_seat(mine, "B2")
    expect(mine.get_by_role("heading", name="Pick your seats")).to_be_visible()
    wait_for_state(other, "B2", "available")


def test_the_hold_is_counted_down(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event)
    click_seat(page, "B3")
    timer = page.locator(".panel-head .timer-text")
    expect(timer).to_have_text(re.compile(r"^(10:00|9:5\d)$"))
    before = timer.text_content()
    expect(timer).not_to_have_text(str(before))
    expect(timer).to_have_text(re.compile(r"^9:5\d$"))


def test_three_seats_are_booked_up_to_the_confirmation(visit: Visit, own_event: OwnEvent) -> None:
    page, other = _open(visit, own_event), _open(visit, own_event)
    for seat_id in ("C4", "C5", "C6"):
        click_seat(page, seat_id)
    wait_until_settled(page)
    expect(page.locator(".sum")).to_have_text("$36.00")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_text("Please tell us your name.")).to_be_visible()
    page.get_by_label("Name").fill("Ada Lovelace")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_role("button", name="Pay $36.00")).to_be_visible()
    pay(page)
    ticket = page.get_by_role("article", name="Your ticket")
    expect(ticket).to_be_visible()
    expect(ticket).to_contain_text("Row C, Seat 4")
    expect(ticket).to_contain_text("$36.00")
    expect(ticket.locator("code")).to_have_text(re.compile(r"^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$"))
    wait_for_state(other, "C5", "booked")
    page.get_by_role("button", name="Back to the map").click()
    expect(page.get_by_role("heading", name="Pick your seats")).to_be_visible()
    assert state_of(page, "C5") == "booked"


def test_a_ticket_is_found_again_after_a_reload(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event)
    for seat_id in ("K4", "K5"):
        click_seat(page, seat_id)
    code = buy(page)
    page.get_by_role("button", name="Back to the map").click()
    expect(
        page.get_by_role("button", name=re.compile("2 seats, Row K, Seat 4 · Row K, Seat 5, .*. Show the ticket"))
    ).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Show the ticket").click()
    expect(page.get_by_role("article", name="Your ticket").locator("code")).to_have_text(code)
    expect(page.get_by_text("2 seats booked for Ada Lovelace.")).to_be_visible()
    page.get_by_role("button", name="Back to the map").click()
    stranger = _open(visit, own_event)
    expect(stranger.get_by_role("heading", name="Pick your seats")).to_be_visible()
    expect(stranger.get_by_role("button", name="Show the ticket")).to_have_count(0)


def test_seats_that_are_only_held_are_not_called_sold_out(
    visit: Visit, server: RunningServer, put_on_sale: PutOnSale
) -> None:
    _bring_parlour(server)
    parlour = put_on_sale("parlour", name="The Parlour")
    parlour.hold("parlour-buyer", "A1", "A2")
    parlour.book("parlour-buyer", "B1", "B2")
    page = visit(parlour.path)
    wait_until_open(page, "A1")
    expect(page.locator(".chip", has_text="Held")).to_contain_text("None free now")
    expect(page.locator(".chip", has_text="Booked")).to_contain_text("Sold out")
    expect(page.get_by_role("button", name="Held, $10, none free now")).to_be_visible()
    page.get_by_role("button", name="List", exact=False).first.click()
    expect(page.locator(".list-name + .soft")).to_have_text("None free now")
    page.goto(f"{server.url}/")
    page.get_by_role("searchbox").fill("The Parlour")
    expect(page.locator(".event-card", has_text="The Parlour")).to_contain_text("None free now")


def _bring_parlour(server: RunningServer) -> None:
    """A drawing of two seats in each of two categories."""
    layout = {
        "id": "parlour",
        "name": "The Parlour",
        "canvasW": 200,
        "canvasH": 100,
        "categories": [
            {"id": "held", "name": "Held", "color": "#336699", "price": 10},
            {"id": "booked", "name": "Booked", "color": "#996633", "price": 10},
        ],
        "seats": [
            {
                "id": f"{row}{n}",
                "position": {"x": 60 * n, "y": y},
                "categoryId": category,
                "rowLabel": row,
                "seatNumber": n,
            }
            for row, category, y in (("A", "held", 30), ("B", "booked", 70))
            for n in (1, 2)
        ],
    }
    admin = {"Authorization": f"Bearer {server.token('operator', 'admin')}"}
    answer = httpx.post(f"{server.url}/api/v1/layouts", json=layout, headers=admin, timeout=60)
    assert answer.status_code == 201, answer.text


def test_what_the_server_says_of_a_field_stands_beside_it(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event)
    click_seat(page, "C7")
    wait_until_settled(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("E-mail").fill("not an address")
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_text("This does not look like an e-mail address.")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_be_focused()


def test_a_reload_finds_the_hold_again(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event)
    click_seat(page, "E1")
    wait_until_settled(page)
    page.reload()
    wait_until_open(page, "E1")
    wait_for_state(page, "E1", "mine")
    expect(page.locator(".line-spot")).to_have_text(["Row E, Seat 1"])
    expect(page.locator(".panel-head .timer-text")).to_have_text(re.compile(r"^(10:00|9:\d\d)$"))


def test_a_hold_that_the_server_ended_is_told_and_can_be_asked_for_again(
    visit: Visit, own_event: OwnEvent, server: RunningServer
) -> None:
    page = _open(visit, own_event)
    page.evaluate(
        "() => { window.told = []; for (const type of ['seats-held', 'hold-lost']) "
        "document.addEventListener(type, ({ detail }) => window.told.push([type, detail.seatIds, detail.hold])); }"
    )
    click_seat(page, "E4")
    wait_until_settled(page)
    hold_id = page.evaluate("() => window.told[0][2].holdId")
    httpx.delete(
        f"{own_event.api}/holds/{hold_id}",
        headers={"Authorization": f"Bearer {server.token('operator', 'admin')}"},
        timeout=60,
    ).raise_for_status()
    expect(page.get_by_role("heading", name="Your time ran out")).to_be_visible()
    assert page.evaluate("() => window.told.map(([type, seats]) => [type, seats])") == [
        ["seats-held", ["E4"]],
        ["hold-lost", ["E4"]],
    ]
    page.get_by_role("button", name="Try the same seat").click()
    wait_until_settled(page)
    assert state_of(page, "E4") == "mine"


def test_a_hold_near_its_end_is_warned_of_and_then_runs_out(
    visit: Visit, own_event: OwnEvent, server: RunningServer
) -> None:
    page = _open(visit, own_event)
    page.add_init_script(
        "window.told = []; for (const type of ['hold-expiring', 'hold-lost']) "
        "document.addEventListener(type, (event) => window.told.push(event.type));"
    )
    click_seat(page, "E7")
    wait_until_settled(page)
    token = page.evaluate("() => JSON.parse(Object.values(localStorage)[0]).token")
    mine = {"Authorization": f"Bearer {token}"}
    hold_id = httpx.get(f"{server.url}/api/v1/holds", headers=mine, timeout=60).json()["items"][0]["holdId"]
    httpx.post(
        f"{own_event.api}/holds/{hold_id}/release", json={"afterSeconds": 8}, headers=mine, timeout=60
    ).raise_for_status()
    # A page that comes back prolongs what it finds; this hold may last no longer.
    page.route("**/extend", lambda route: route.fulfill(status=409, json={"code": "event_not_on_sale"}))
    page.reload()
    expect(page.locator(".message")).to_have_text(re.compile(r"^Your seats are held for another \d seconds?\.$"))
    expect(page.get_by_role("heading", name="Your time ran out")).to_be_visible(timeout=15_000)
    assert page.evaluate("() => window.told") == ["hold-expiring", "hold-lost"]
    wait_for_state(page, "E7", "available")


def test_more_time_is_a_longer_hold(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event)
    click_seat(page, "E5")
    timer = page.locator(".panel-head .timer-text")
    expect(timer).to_have_text(re.compile(r"^9:5[0-8]$"))
    with page.expect_response(lambda response: response.url.endswith("/extend")) as answered:
        page.get_by_role("button", name="More time").click()
    assert answered.value.status == 200
    expect(timer).to_have_text(re.compile(r"^(10:00|9:59)$"))


def test_the_seats_of_a_whole_table_go_together(visit: Visit, put_on_sale: PutOnSale) -> None:
    event = put_on_sale("theatre")
    page, other = visit(event.path), visit(event.path)
    seats = [f"seat_table-3_{n}" for n in range(6)]
    wait_until_open(page, seats[0])
    wait_until_open(other, seats[0])
    click_seat(page, seats[2])
    wait_until_settled(page)
    assert {state_of(page, seat_id) for seat_id in seats} == {"mine"}
    expect(page.get_by_text("Whole table, 6 seats")).to_be_visible()
    expect(page.locator(".sum")).to_have_text("$570.00")
    wait_for_state(other, seats[5], "held")
    click_seat(page, seats[4])
    wait_for_state(other, seats[0], "available")
    assert {state_of(page, seat_id) for seat_id in seats} == {"available"}


def test_a_section_seen_from_afar_opens_to_its_seats(visit: Visit) -> None:
    page = visit("/?event=arena-demo")
    wait_until_open(page, "214-A-1")
    first, last = position_of(page, "214-A-1"), position_of(page, "214-A-2")
    page.mouse.click(*first)
    page.wait_for_function(
        "(apart) => { const map = document.querySelector('seat-map'); const a = map.positionOf('214-A-1'); "
        "const b = map.positionOf('214-A-2'); return Math.hypot(a.x - b.x, a.y - b.y) > apart * 2; }",
        arg=abs(first[0] - last[0]) + abs(first[1] - last[1]),
    )
    assert state_of(page, "214-A-1") == "available", "a click on a block comes closer and takes nothing"
    page.get_by_role("button", name="Show everything").click()
    page.get_by_role("button", name="Show everything").and_(page.locator("[aria-disabled=true]")).wait_for()


def test_on_a_phone_the_map_and_the_basket_share_one_screen(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event, **PHONE)
    tap_seat(page, "H10")
    wait_until_settled(page)
    go_on = page.get_by_role("button", name="Continue")
    expect(go_on).to_be_in_viewport(ratio=1)
    expect(page.locator(".sum")).to_have_text("$12.00")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert position_of(page, "A1")[1] < position_of(page, "K1")[1] < go_on.bounding_box()["y"]  # type: ignore[index]
    go_on.tap()
    expect(page.get_by_label("Name")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Continue to payment")).to_be_in_viewport(ratio=1)


def test_an_unknown_event_is_said_to_be_unknown(visit: Visit) -> None:
    page = visit("/?event=no-such-event")
    expect(page.get_by_role("heading", name="We don't know this event")).to_be_visible()
    page.get_by_role("link", name="See what is on").click()
    expect(page.get_by_role("heading", name="What's on")).to_be_visible()


def test_a_server_out_of_reach_is_said_and_tried_again(visit: Visit, server: RunningServer) -> None:
    page = visit("")

    def refuse(route: Route) -> None:
        body = '{"code": "store_unavailable", "status": 503}'
        route.fulfill(status=503, body=body, content_type="application/problem+json", headers={"Retry-After": "60"})

    page.route("**/api/v1/events/*", refuse)
    page.goto(server.url + CINEMA)
    expect(page.get_by_role("heading", name="The box office does not answer")).to_be_visible()
    page.unroute("**/api/v1/events/*")
    page.get_by_role("button", name="Try now").click()
    wait_until_open(page, "A1")


def test_states_that_cannot_be_read_any_more_are_marked_as_old(visit: Visit, own_event: OwnEvent) -> None:
    page = _open(visit, own_event)
    page.context.set_offline(True)
    banner = page.get_by_role("region", name="Seats").get_by_text("Trying to reconnect.")
    expect(banner).to_be_visible(timeout=15_000)
    page.context.set_offline(False)
    expect(banner).to_be_hidden(timeout=15_000)
