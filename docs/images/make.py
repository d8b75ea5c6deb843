"""Make the pictures of the documentation: `make screenshots`.

It starts the demo in a fresh folder, sells it up to a point that is the same each time, and looks at it with Chromium.
Names of pictures on the command line make those alone.
"""

import json
import random
import shutil
import sqlite3
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import httpx
from playwright.sync_api import Browser, FloatRect, Page, Route, expect, sync_playwright
from tests.support.server import RunningServer, running_server
from tests.web.seat_map_page import click_seat, position_of, wait_for_state, wait_until_open, wait_until_settled

FOLDER = Path(__file__).parent
BYTES_MAX = 400_000
DAY_MS = 86_400_000
DESK: dict[str, object] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, object] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
NAMES = (
    *("Ada Lovelace", "Grace Hopper", "Alan Turing", "Mary Somerville", "Emmy Noether", "Sofia Kovalevskaya"),
    *("Ibn al-Haytham", "Katherine Johnson", "Srinivasa Ramanujan", "Hypatia Theon", "Leonhard Euler", "Lise Meitner"),
)


@dataclass(frozen=True)
class Sale:
    """How far an event is sold: how many parties have booked, how large they are, how many hold seats just now."""

    event_id: str
    parties: int
    party_max: int
    holding: int
    undecided: int = 0
    """How many have held seats and given them back, which shows how wanted those are."""


TABLES_SOLD_MAX = 5
SALES = (
    Sale("theatre-demo", 150, 6, 14, 45),
    Sale("arena-demo", 420, 18, 30),
    Sale("cinema-demo", 13, 5, 3),
    Sale("64f123456789abcd12345678", 40, 6, 2),
    Sale("42", 34, 6, 2),
    Sale("6968c63750fc5afb14f89c46", 5, 3, 0),
    Sale("movie123", 9, 4, 1),
    Sale("spider123", 28, 6, 2),
)


class Crowd:
    """People who take seats through the API, the same ones each time."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._http = httpx.Client(base_url=f"{server.url}/api/v1", timeout=30)

    def call(self, user: str, method: str, path: str, body: object = None) -> dict[str, object]:
        """Ask as this user; "operator" is one. Refusals raise."""
        token = self._server.token(user, *(["admin"] if user == "operator" else []))
        answer = self._http.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
        answer.raise_for_status()
        return dict[str, object](answer.json()) if answer.content else {}

    def hold(self, user: str, event_id: str, seat_ids: Sequence[str]) -> str:
        return str(self.call(user, "POST", f"/events/{event_id}/holds", {"seatIds": seat_ids})["holdId"])

    def give_back(self, user: str, event_id: str, hold_id: str) -> None:
        self.call(user, "DELETE", f"/events/{event_id}/holds/{hold_id}")

    def book(self, user: str, event_id: str, seat_ids: Sequence[str], name: str) -> str:
        hold_id = self.hold(user, event_id, seat_ids)
        contact = {"name": name, "email": f"{name.partition(' ')[0].lower()}@example.org"}
        body = {"eventId": event_id, "holdId": hold_id, "contactInfo": contact}
        return str(self.call(user, "POST", "/bookings", body)["bookingId"])

    def hold_best(self, user: str, event_id: str, count: int, category_id: str | None = None) -> list[str]:
        """Let the server choose, and hold what it chose."""
        wish = {"count": count, **({"categoryId": category_id} if category_id else {})}
        held = self.call(user, "POST", f"/events/{event_id}/holds", {"bestAvailable": wish})
        return cast("list[str]", held["seatIds"])

    def scout(self, event_id: str, count: int, category_id: str | None = None) -> list[str]:
        """Seats that would be chosen, and are free still."""
        wish = {"count": count, **({"categoryId": category_id} if category_id else {})}
        held = self.call("scout", "POST", f"/events/{event_id}/holds", {"bestAvailable": wish})
        self.give_back("scout", event_id, str(held["holdId"]))
        return cast("list[str]", held["seatIds"])

    def parties(self, sale: Sale) -> Iterator[list[str]]:
        """Neighbours in a row, or whole tables, rather near to where everybody wants to sit; nobody twice."""
        event = self.call("ada", "GET", f"/events/{sale.event_id}")
        layout = self.call("ada", "GET", f"/layouts/{event['layoutId']}/versions/{event['layoutVersion']}")
        seats = cast("list[dict[str, object]]", layout["seats"])
        focus = cast("dict[str, float]", layout.get("focalPoint") or {"x": 0.0, "y": 0.0})
        luck = random.Random(sale.event_id)
        groups: dict[tuple[object, ...], list[dict[str, object]]] = {}
        for seat in seats:
            groups.setdefault((seat.get("tableId"), seat.get("sectionId"), seat.get("rowLabel")), []).append(seat)

        def distance(group: list[dict[str, object]]) -> float:
            at = cast("dict[str, float]", group[len(group) // 2]["position"])
            return float(((at["x"] - focus["x"]) ** 2 + (at["y"] - focus["y"]) ** 2) ** 0.5)

        rows = sorted(groups.values(), key=distance)
        taken: set[object] = set()
        tables_left = TABLES_SOLD_MAX
        while True:
            row = rows[min(int(luck.expovariate(2.2) * len(rows)), len(rows) - 1)]
            size = luck.randint(1, sale.party_max)
            start = luck.randrange(len(row))
            chosen = row[start : start + size]
            if row[0].get("tableId"):
                if tables_left == 0 or str(row[0]["id"]) in taken:
                    continue
                tables_left -= 1
                chosen = row
            ids = [str(seat["id"]) for seat in chosen]
            if taken.isdisjoint(ids):
                taken.update(ids)
                yield ids


def sell(crowd: Crowd) -> None:
    """Book what is sold, and let many want the best seats."""
    for sale in SALES:
        parties = crowd.parties(sale)
        for number in range(sale.parties):
            crowd.book(f"{sale.event_id}-{number}", sale.event_id, next(parties), NAMES[number % len(NAMES)])


def hold_some(crowd: Crowd) -> None:
    """Let some be choosing at this moment."""
    for sale in SALES:
        parties = crowd.parties(sale)
        for _ in range(sale.parties):
            next(parties)
        for number in range(sale.holding):
            crowd.hold(f"{sale.event_id}-choosing-{number}", sale.event_id, next(parties))
        luck = random.Random(sale.event_id)
        for number in range(sale.undecided):
            seats, user = next(parties), f"{sale.event_id}-undecided-{number}"
            for _ in range(1 + int(luck.expovariate(0.5))):
                crowd.give_back(user, sale.event_id, crowd.hold(user, sale.event_id, seats))


def spread_over_days(ledger: Path, days: int) -> None:
    """Date the bookings back, as if they had come in over days, more of them lately. Nobody else has it open."""
    now_ms = int(time.time() * 1_000)
    with sqlite3.connect(ledger) as connection:
        found = connection.execute("SELECT event_id, booking_id FROM bookings ORDER BY booked_at_ms").fetchall()
        luck = random.Random(len(found))
        for event_id, booking_id in found:
            ago_ms = int(luck.random() ** 1.7 * days * DAY_MS) + 600_000
            moment = (now_ms - ago_ms, event_id, booking_id)
            connection.execute("UPDATE bookings SET booked_at_ms = ? WHERE event_id = ? AND booking_id = ?", moment)
            connection.execute("UPDATE seat_rows SET created_at_ms = ? WHERE event_id = ? AND owner_id = ?", moment)
    connection.close()


@dataclass(frozen=True)
class Stage:
    """What a picture is taken of."""

    browser: Browser
    server: RunningServer
    crowd: Crowd
    ada: dict[str, str]
    """Her bookings by event."""

    @contextmanager
    def window(self, path: str, user: str = "", /, **options: object) -> Iterator[Page]:
        """A window in which animations stand still; `user` is who buys in it."""
        usual: dict[str, object] = {"locale": "en-US", "timezone_id": "UTC", "reduced_motion": "reduce"}
        context = self.browser.new_context(**{**usual, **DESK, **options})  # type: ignore[arg-type]
        if user:
            kept = {"token": self.server.token(user), "userId": user, "expiresAt": "2099-01-01T00:00:00Z"}
            key = json.dumps(f"frontrow.guest-token:{self.server.url}")
            context.add_init_script(f"localStorage.setItem({key}, {json.dumps(json.dumps(kept))})")
        page = context.new_page()
        page.goto(self.server.url + path)
        yield page
        context.close()


def settled(page: Page) -> None:
    """Fonts are there, the connection is live, and what was to be drawn is drawn: two frames after the map rests."""
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    page.wait_for_load_state("load")
    page.evaluate(
        "() => new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 700))"
    )


def keep(page: Page, name: str, *, height: float = 800) -> None:
    """Write the picture, down to this height of the page, which may be more than the window's."""
    settled(page)
    file = FOLDER / f"{name}.png"
    window = page.viewport_size
    assert window is not None
    clip: FloatRect = {"x": 0, "y": 0, "width": window["width"], "height": max(height, window["height"])}
    file.write_bytes(packed(page.screenshot(full_page=True, clip=clip)))
    size = file.stat().st_size
    print(f"{file.name}: {size // 1000} kB")  # noqa: T201
    assert size <= BYTES_MAX, f"{file.name} is too large"


def packed(png: bytes) -> bytes:
    """The same picture in fewer bytes: browsers compress for speed."""
    at, kept, data = 8, [], b""
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, chunk = png[at + 4 : at + 8], png[at : at + 12 + length]
        at += len(chunk)
        if kind == b"IDAT":
            data += chunk[8:-4]
        else:
            kept.append(chunk)
    thorough = zlib.compressobj(9, memLevel=9)
    body = b"IDAT" + thorough.compress(zlib.decompress(data)) + thorough.flush()
    image = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:8] + b"".join([*kept[:-1], image, kept[-1]])


def bottom_of(page: Page, selector: str) -> float:
    """Where this part of the page ends, with a little room."""
    settled(page)
    page.evaluate("() => scrollTo(0, 0)")
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"] + box["height"] + 20


def wait_until_mine(page: Page, seats: Sequence[str]) -> None:
    """The map is open and has found the hold of these seats."""
    wait_until_open(page, seats[0])
    for seat in seats:
        wait_for_state(page, seat, "mine")


def events_list(stage: Stage) -> None:
    with stage.window("/", **DESK) as page:
        expect(page.locator(".event-card")).to_have_count(len(SALES))
        keep(page, "events")


def seat_map(stage: Stage) -> None:
    mine = stage.crowd.hold_best("reader", "theatre-demo", 3, "premium")
    with stage.window("/?event=theatre-demo", "reader", **DESK) as page:
        wait_until_mine(page, mine)
        wait_until_settled(page)
        page.mouse.move(*position_of(page, stage.crowd.scout("theatre-demo", 1, "boxes")[0]))
        keep(page, "seat-map")


def arena(stage: Stage) -> None:
    with stage.window("/?event=arena-demo", **DESK) as page:
        wait_until_open(page, "101-A-1")
        keep(page, "arena")


def close_up(stage: Stage) -> None:
    mine = stage.crowd.hold_best("close", "theatre-demo", 2, "stalls")
    with stage.window("/?event=theatre-demo", "close", **DESK) as page:
        wait_until_mine(page, mine)
        page.mouse.move(*position_of(page, mine[0]))
        for _ in range(2):
            page.mouse.wheel(0, -240)
            position_of(page, mine[0])
        page.mouse.move(1100, 600)
        keep(page, "seats")


def dark(stage: Stage) -> None:
    mine = stage.crowd.hold_best("night", "theatre-demo", 2, "stalls")
    with stage.window("/?event=theatre-demo", "night", **DESK, color_scheme="dark") as page:
        wait_until_mine(page, mine)
        wait_until_settled(page)
        keep(page, "dark")


def phone(stage: Stage) -> None:
    mine = stage.crowd.hold_best("walker", "cinema-demo", 2, "premium")
    with stage.window("/?event=cinema-demo", "walker", **PHONE) as page:
        wait_until_mine(page, mine)
        wait_until_settled(page)
        keep(page, "phone")


def arabic(stage: Stage) -> None:
    mine = stage.crowd.hold_best("layla", "theatre-demo", 2, "stalls")
    with stage.window("/?event=theatre-demo", "layla", **DESK, locale="ar") as page:
        wait_until_mine(page, mine)
        page.locator("seat-map .main:enabled:not([data-busy])").wait_for()
        keep(page, "arabic")


def lost_race(stage: Stage) -> None:
    wanted = stage.crowd.scout("theatre-demo", 1, "stalls")

    def overtake(route: Route) -> None:
        stage.crowd.hold("quicker", "theatre-demo", wanted)
        route.continue_()

    with stage.window("/?event=theatre-demo", "slower", **DESK) as page:
        wait_until_open(page, wanted[0])
        page.route("**/holds", overtake, times=1)
        click_seat(page, wanted[0])
        page.locator(".offer").first.wait_for()
        page.locator(".offer").first.hover()
        keep(page, "lost-race")


def booking(stage: Stage) -> None:
    with stage.window(f"/?booking={stage.ada['theatre-demo']}", "ada", **DESK) as page:
        page.locator(".pass").wait_for()
        keep(page, "booking")


def bookings(stage: Stage) -> None:
    with stage.window("/?bookings", "ada", **DESK) as page:
        expect(page.locator(".booking-card")).to_have_count(len(stage.ada))
        keep(page, "bookings")


@contextmanager
def desk_of(stage: Stage, event_id: str) -> Iterator[Page]:
    """The operator's page of an event, with everything on it."""
    token = stage.server.token("operator", "admin")
    with stage.window(f"/operator/#token={token}", **DESK) as page:
        page.locator(f".card[href='#/event/{event_id}']").click()
        page.get_by_role("button", name="Days", exact=True).click()
        page.locator("seat-map").wait_for()
        page.wait_for_function("() => document.querySelector('seat-map').positionOf('stalls-A-1') !== null")
        page.locator(".uplot").first.wait_for()
        page.locator(".wanted-bar").first.wait_for()
        yield page


def operator(stage: Stage) -> None:
    with desk_of(stage, "theatre-demo") as page:
        keep(page, "operator", height=bottom_of(page, ".over-time .readout"))


def heat(stage: Stage) -> None:
    with desk_of(stage, "theatre-demo") as page:
        page.get_by_role("button", name="Heat", exact=True).click()
        keep(page, "heat", height=bottom_of(page, ".floor"))


def drawing(stage: Stage) -> None:
    version = httpx.get(f"{stage.server.url}/api/v1/layouts/theatre/versions/1").json()
    file = stage.server.data_dir / "orpheum-theatre.json"
    file.write_text(json.dumps(version), encoding="utf-8")
    token = stage.server.token("operator", "admin")
    with stage.window(f"/operator/#token={token}", **DESK) as page:
        page.get_by_role("link", name="Drawings").click()
        page.locator("#layout-file").set_input_files(file)
        page.locator(".preview").wait_for()
        keep(page, "drawing", height=bottom_of(page, ".preview"))


PICTURES: dict[str, Callable[[Stage], None]] = {
    "events": events_list,
    "seat-map": seat_map,
    "arena": arena,
    "seats": close_up,
    "dark": dark,
    "phone": phone,
    "arabic": arabic,
    "lost-race": lost_race,
    "booking": booking,
    "bookings": bookings,
    "operator": operator,
    "heat": heat,
    "drawing": drawing,
}


def book_for_ada(crowd: Crowd) -> dict[str, str]:
    """What a regular visitor has: three evenings to come, and one called off."""
    booked = {}
    for event_id, count in (("theatre-demo", 2), ("cinema-demo", 3), ("arena-demo", 4), ("42", 2)):
        booked[event_id] = crowd.book("ada", event_id, crowd.scout(event_id, count), "Ada Lovelace")
    crowd.call("ada", "POST", f"/bookings/{booked['42']}/cancel")
    return booked


def main(names: Sequence[str]) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no browser: chromium is not on PATH")
    unknown = [name for name in names if name not in PICTURES]
    if unknown:
        sys.exit(f"no such picture: {', '.join(unknown)}; there are {', '.join(PICTURES)}")
    expect.set_options(timeout=30_000)
    command, unlimited = ("demo", "--buyers", "0"), {"FRONTROW_RATE_LIMIT_ENABLED": "false"}
    with tempfile.TemporaryDirectory(prefix="frontrow-pictures-") as folder:
        data_dir = Path(folder)
        with running_server(data_dir, command, extra=unlimited) as server:
            crowd = Crowd(server)
            sell(crowd)
            ada = book_for_ada(crowd)
        spread_over_days(data_dir / "ledger.sqlite3", 12)
        with (
            running_server(data_dir, command, extra=unlimited) as server,
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]) as browser,
        ):
            crowd = Crowd(server)
            hold_some(crowd)
            for name, take in PICTURES.items():
                if not names or name in names:
                    take(Stage(browser, server, crowd, ada))


if __name__ == "__main__":
    main(sys.argv[1:])
