"""The seat map as somebody uses it who looks at the picture: seats by their ids, clicks where they are drawn."""

from typing import cast

from playwright.sync_api import Page, Route

from tests.web.own_event import OwnEvent

STATE_OF = "(id) => document.querySelector('seat-map').stateOf(id)"


def wait_until_open(page: Page, seat_id: str) -> None:
    """Wait until the map shows the states of its seats, `seat_id` among them."""
    page.wait_for_function("(id) => document.querySelector('seat-map')?.stateOf?.(id)", arg=seat_id)


def state_of(page: Page, seat_id: str) -> str | None:
    return cast("str | None", page.evaluate(STATE_OF, seat_id))


def wait_for_state(page: Page, seat_id: str, state: str) -> None:
    page.wait_for_function(
        "([id, state]) => document.querySelector('seat-map').stateOf(id) === state", arg=[seat_id, state]
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
