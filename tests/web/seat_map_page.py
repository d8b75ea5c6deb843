"""The seat map as somebody uses it who looks at the picture: seats by their ids, clicks where they are drawn."""

import re
from typing import cast

from playwright.sync_api import Locator, Page, Route

from tests.web.own_event import OwnEvent

STATE_OF = "(id) => document.querySelector('seat-map').stateOf(id)"


def wait_until_open(page: Page, seat_id: str) -> None:
    """Wait until the map shows the states of its seats, `seat_id` among them."""
    page.wait_for_function("(id) => document.querySelector('seat-map')?.stateOf?.(id)", arg=seat_id)


def state_of(page: Page, seat_id: str) -> str | None:
    return cast("str | None", page.evaluate(STATE_OF, seat_id))


def wait_for_state(page: Page, seat_id: str, state: str) -> None:
    page.wait_for_function(
        "([id, state]) => document.querySelector('seat-map')?.stateOf?.(id) === state", arg=[seat_id, state]
    )


def wait_until_settled(page: Page) -> None:
    """Wait until the server has granted every seat in the basket: only then can one go on."""
    page.get_by_role("button", name="Continue").and_(page.locator(":enabled")).wait_for()


POSITION_AT_REST = """
async (id) => {
  const map = document.querySelector('seat-map');
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  for (let last = null, still = 0; ; ) {
    const at = map.positionOf(id);
    if (at === null) return null;
    still = last !== null && last.x === at.x && last.y === at.y ? still + 1 : 0;
    if (still === 3) return at;
    last = at;
    await frame();
  }
}
"""


def position_of(page: Page, seat_id: str) -> tuple[float, float]:
    """Where the seat is once the map no longer moves: a click on a map in flight lands beside it."""
    at = page.evaluate(POSITION_AT_REST, seat_id)
    assert at is not None, f"{seat_id} is not on this map"
    return float(at["x"]), float(at["y"])


def click_seat(page: Page, seat_id: str) -> None:
    page.mouse.click(*position_of(page, seat_id))


def tap_seat(page: Page, seat_id: str) -> None:
    page.touchscreen.tap(*position_of(page, seat_id))


def be_quicker(page: Page, event: OwnEvent, *seat_ids: str) -> None:
    """Let somebody else have the seats in the moment in which the page asks for them: the race is always lost."""

    def overtake(route: Route) -> None:
        event.hold("somebody-quicker", *seat_ids)
        route.continue_()

    page.route("**/holds", overtake, times=1)


def fill_in(page: Page, name: str = "Ada Lovelace", email: str = "ada@example.org") -> None:
    """Go on from the chosen seats, and say whose tickets they will be."""
    wait_until_settled(page)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").fill(email)


def place_order(page: Page) -> None:
    """From the chosen seats to the order that is to be paid."""
    fill_in(page)
    page.get_by_role("button", name="Continue to payment").click()
    pay_button(page).wait_for()


def pay_button(page: Page) -> Locator:
    """What leads to the payment page, be it the first time or not."""
    return page.get_by_role("button", name=re.compile(r"^(Pay \$|Try another card|Go on to the payment page)"))


def use_card(page: Page, conduct: str) -> None:
    """On the demo bank's page: pay with the test card of which the page says this."""
    page.get_by_role("button", name=re.compile(conduct)).click()
    page.get_by_role("button", name=re.compile(r"^Pay \$")).click()


def pay(page: Page, conduct: str = "Pays$") -> None:
    """From the order over the demo bank's page, back to what became of it."""
    pay_button(page).click()
    use_card(page, conduct)


def buy(page: Page) -> str:
    """From the chosen seats to the ticket; its code."""
    place_order(page)
    pay(page)
    return page.get_by_role("article", name="Your ticket").locator("code").inner_text()
