"""Many seats changed by others in one moment: what the page's thread spends until the map shows them."""

import asyncio
import threading
from collections.abc import Sequence

from benchmarks.browser.events import block
from benchmarks.browser.panning import Hall
from benchmarks.browser.window import Window
from benchmarks.load.figures import Figure
from benchmarks.load.site import Site

SEATS = 1_000


def measure(window: Window, site: Site, hall: Hall, free_ids: Sequence[str]) -> Figure:
    """Block SEATS free seats while the whole venue is in view."""
    window.open(hall.event_id)
    window.rest()
    window.mark()
    chosen = free_ids[:SEATS]
    # In a thread: the browser's driver runs a loop of its own in this one.
    operator = threading.Thread(target=lambda: asyncio.run(block(site, hall.event_id, chosen)))
    operator.start()
    window.page.wait_for_function(
        "(ids) => ids.every((id) => document.querySelector('seat-map').stateOf(id) === 'blocked')", arg=list(chosen)
    )
    operator.join()
    window.rest()
    spent = window.spent()
    return Figure(
        f"{hall.name}: {len(chosen):,} seats changed by others",
        f"script {spent.script:.0f} ms, all tasks {spent.tasks:.0f} ms, longest frame "
        f"{max(spent.frames, default=0):.1f} ms of {len(spent.frames)}",
    )
