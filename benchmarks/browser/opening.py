"""From the address to the picture: first paint of the map, what preparing the drawing costs, and memory."""

from statistics import median

from benchmarks.browser.panning import Hall
from benchmarks.browser.window import Window
from benchmarks.load.figures import Figure

FIRST_PAINT_MS_MAX = 1_000.0
_ROUNDS = 5

_PREPARED = """
async ([api, event]) => {
  const { layoutId, layoutVersion } = await (await fetch(`${api}/api/v1/events/${event}`)).json();
  const text = await (await fetch(`${api}/api/v1/layouts/${layoutId}/versions/${layoutVersion}`)).text();
  const { Venue } = await import(`${api}/js/venue/venue.js`);
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    const began = performance.now();
    const layout = JSON.parse(text);
    const parsed = performance.now();
    new Venue(layout);
    times.push([parsed - began, performance.now() - parsed]);
  }
  return { bytes: text.length, times };
}
"""


def measure(window: Window, hall: Hall) -> list[Figure]:
    """Open the event again and again, the cache emptied by nothing but the first time."""
    paints, longest = [], []
    for _ in range(_ROUNDS):
        window.open(hall.event_id)
        window.rest()
        opened = window.opened()
        paints.append(opened.drawn_ms)
        longest.append(opened.longest_task_ms)
    prepared = window.page.evaluate(_PREPARED, [window.url, hall.event_id])
    parsing, preparing = ([times[part] for times in prepared["times"]] for part in (0, 1))
    first, others = paints[0], median(paints[1:])
    return [
        Figure(
            f"{hall.name}: address to drawn map",
            f"first visit {first:.0f} ms, then {others:.0f} ms (median of {len(paints) - 1}); "
            f"longest task {longest[0]:.0f} ms, then {median(longest[1:]):.0f} ms",
            f"first under {FIRST_PAINT_MS_MAX:g} ms",
            first < FIRST_PAINT_MS_MAX,
        ),
        Figure(
            f"{hall.name}: drawing prepared",
            f"{prepared['bytes'] / 1e6:.1f} MB of JSON parsed in {median(parsing):.0f} ms, "
            f"indexed in {median(preparing):.0f} ms (the first time {preparing[0]:.0f} ms)",
        ),
        Figure(f"{hall.name}: JavaScript heap", f"{window.heap_mib():.1f} MiB"),
    ]
