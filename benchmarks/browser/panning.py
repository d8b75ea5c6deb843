"""Panning and zooming: what a frame costs at every closeness, from whole sections to single seats with numbers."""

import math
from dataclasses import dataclass

from benchmarks.browser.window import Spent, Window
from benchmarks.load.figures import Figure

SCRIPT_MS_MAX = 8.0
"""Half of a frame at 60 a second, so that a laptop of half the speed still keeps up."""
_STEPS = 90
_WHEEL_PX_MAX = 200.0
_WHEEL_ZOOM_PER_PX = 0.0021


@dataclass(frozen=True, slots=True)
class Hall:
    """An event to look at: two neighbouring seats tell how close the map is."""

    name: str
    event_id: str
    seat_id: str
    neighbour_id: str


LEVELS = (0.0, 3.0, 5.0, 8.0, 14.0, 22.0, 40.0)
"""Pixels from a seat to the next; 0 is the view that shows everything."""


def measure(window: Window, hall: Hall) -> list[Figure]:
    """Open the event and pan it in circles at every level, then zoom all the way in and out."""
    window.open(hall.event_id)
    window.rest()
    figures = []
    for level in LEVELS:
        if level:
            _zoom_to(window, hall, level)
        spent = _panned(window)
        name = f"{hall.name}: panning, {f'seats {level:g} px apart' if level else 'all in view'}"
        figures.append(_figure(name, spent))
    figures.append(_figure(f"{hall.name}: zooming from everything to single seats and back", _zoomed(window)))
    return figures


def _middle(window: Window) -> tuple[float, float]:
    box = window.page.locator("seat-map canvas").first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _pitch(window: Window, hall: Hall) -> float:
    (x, y), (other_x, other_y) = window.position_of(hall.seat_id), window.position_of(hall.neighbour_id)
    return math.hypot(other_x - x, other_y - y)


def _zoom_to(window: Window, hall: Hall, pitch: float) -> None:
    window.page.mouse.move(*_middle(window))
    for _ in range(40):
        missing = math.log(pitch / _pitch(window, hall)) / _WHEEL_ZOOM_PER_PX
        if abs(missing) < 8:
            break
        window.page.mouse.wheel(0, -max(-_WHEEL_PX_MAX, min(_WHEEL_PX_MAX, missing)))
        window.rest()
    window.rest()


def _panned(window: Window) -> Spent:
    x, y = _middle(window)
    mouse = window.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 12, y)
    window.mark()
    for step in range(_STEPS):
        angle = 2 * math.pi * step / _STEPS * 2
        mouse.move(x + 260 * math.sin(angle), y + 200 * (1 - math.cos(angle)))
    spent = window.spent()
    mouse.up()
    window.rest()
    return spent


def _zoomed(window: Window) -> Spent:
    window.page.keyboard.press("0")
    window.page.mouse.move(*_middle(window))
    for _ in range(12):
        window.page.mouse.wheel(0, 200)
    window.rest()
    window.mark()
    for direction in (-1, 1):
        for _ in range(40):
            window.page.mouse.wheel(0, direction * 40)
    spent = window.spent()
    window.rest()
    return spent


def _figure(name: str, spent: Spent) -> Figure:
    frames = max(1, len(spent.frames))
    worst = max(spent.frames, default=0)
    measured = (
        f"frame p50 {spent.percentile(50):.1f}, p95 {spent.percentile(95):.1f}, worst {worst:.1f} ms; "
        f"script {spent.script / frames:.1f}, all tasks {spent.tasks / frames:.1f} ms a frame; "
        f"{frames} frames in {spent.seconds:.1f} s, {spent.moves} moves"
    )
    return Figure(name, measured, f"p95 under {SCRIPT_MS_MAX:g} ms", spent.percentile(95) < SCRIPT_MS_MAX)
