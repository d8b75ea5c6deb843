"""A window on a server's map, with clocks in it: every animation frame's script and every task of the page's thread."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import msgspec
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks.load.figures import percentile

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDTH, HEIGHT = 1280, 800

_CLOCKS = """
(() => {
  const frames = [];
  let moves = 0;
  const ask = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => ask((time) => {
    const began = performance.now();
    callback(time);
    frames.push(performance.now() - began);
  });
  addEventListener("pointermove", () => { moves += 1; }, { capture: true });
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ type: "longtask", buffered: true });
  const look = () => {
    const map = document.querySelector("seat-map");
    if (map?.stateOf?.("SEAT")) ask(() => setTimeout(() => performance.mark("map-drawn")));
    else ask(look);
  };
  look();
  const drawn = () => performance.getEntriesByName("map-drawn")[0].startTime;
  window.opened = () => ({ drawn: drawn(), longest: Math.max(0, ...tasks) });
  window.clocks = {
    count: () => frames.length,
    take: () => ({ frames: frames.splice(0), moves: ((n) => (moves = 0, n))(moves) }),
  };
})();
"""

_AT_REST = """
async () => {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 300));
  for (let quiet = 0; quiet < 2; ) {
    const before = window.clocks.count();
    await pause();
    quiet = window.clocks.count() === before ? quiet + 1 : 0;
  }
}
"""


class Spent(msgspec.Struct, frozen=True):
    """What some time in the window cost, in milliseconds."""

    frames: list[float]
    """Script of each animation frame's callback."""
    moves: int
    """Pointer movements that reached the page."""
    script: float
    """All script of the page's thread, handlers of input included."""
    tasks: float
    """All tasks of the page's thread: script, layout, and the software renderer's drawing of the canvas."""
    seconds: float

    def percentile(self, percent: int) -> float:
        """Of the frames' script."""
        return percentile(self.frames, percent) if len(self.frames) > 1 else 0.0


class Opened(msgspec.Struct, frozen=True):
    """How long opening took, in milliseconds from navigation."""

    drawn_ms: float
    """The first frame with the seats' states is drawn."""
    longest_task_ms: float
    """Nothing could be clicked for so long at most; 0 where no task took 50 ms."""


class Window:
    """One page that shows an event; `seat_id` is a seat of that event whose state tells that the map is there."""

    def __init__(self, page: Page, url: str, seat_id: str) -> None:
        self.page = page
        self.url = url
        self._seat_id = seat_id
        page.add_init_script(_CLOCKS.replace("SEAT", seat_id))
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.send("Performance.enable")
        self._before = self._metrics()

    def open(self, event_id: str) -> None:
        """Go to the event and wait until the states of its seats are known."""
        self.page.goto(f"{self.url}/?event={event_id}")
        self.page.wait_for_function("(id) => document.querySelector('seat-map')?.stateOf?.(id)", arg=self._seat_id)

    def opened(self) -> Opened:
        """Since the last navigation."""
        told = self.page.evaluate("() => window.opened()")
        return Opened(drawn_ms=told["drawn"], longest_task_ms=told["longest"])

    def rest(self) -> None:
        """Wait until no frame is asked for any more."""
        self.page.evaluate(_AT_REST)

    def mark(self) -> None:
        """What is spent counts from now on."""
        self.page.evaluate("() => window.clocks.take()")
        self._before = self._metrics()

    def spent(self) -> Spent:
        """Since the last mark."""
        after = self._metrics()
        taken = self.page.evaluate("() => window.clocks.take()")
        script, tasks, seconds = (
            after[name] - self._before[name] for name in ("ScriptDuration", "TaskDuration", "Timestamp")
        )
        return Spent(
            frames=taken["frames"], moves=taken["moves"], script=1000 * script, tasks=1000 * tasks, seconds=seconds
        )

    def heap_mib(self) -> float:
        """JavaScript's heap after a collection."""
        self._session.send("HeapProfiler.collectGarbage")
        return self._metrics()["JSHeapUsedSize"] / 2**20

    def _metrics(self) -> dict[str, float]:
        answer = self._session.send("Performance.getMetrics")
        return {metric["name"]: float(metric["value"]) for metric in answer["metrics"]}

    def position_of(self, seat_id: str) -> tuple[float, float]:
        """Where the seat is drawn, in pixels of the window."""
        at = cast(
            "dict[str, float]", self.page.evaluate("(id) => document.querySelector('seat-map').positionOf(id)", seat_id)
        )
        return at["x"], at["y"]


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Debian's Chromium or Chrome without a screen, drawing in software."""
    executable = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if executable is None:
        raise SystemExit(f"no browser: none of {', '.join(_NAMES)} is on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened_window(browser: Browser, url: str, seat_id: str, **options: object) -> Iterator[Window]:
    """Somebody new; keywords go to the browser context."""
    context = browser.new_context(**{"viewport": {"width": WIDTH, "height": HEIGHT}, "bypass_csp": True, **options})  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.set_default_timeout(60_000)
        yield Window(page, url, seat_id)
    finally:
        context.close()
