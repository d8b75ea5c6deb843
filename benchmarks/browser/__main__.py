"""`python -m benchmarks.browser [arena|stadium]`: the seat map in Chromium, on a server and a sale of its own."""

import asyncio
import time
from typing import Annotated

import typer

import frontrow
from benchmarks.browser import changes, opening, panning
from benchmarks.browser.events import free_of, open_stadium, seat_ids_of, sell_some
from benchmarks.browser.panning import Hall
from benchmarks.browser.stadium import EVENT_ID
from benchmarks.browser.window import opened_browser, opened_window
from benchmarks.load.figures import Figure, print_figures
from benchmarks.load.site import Site, running_site

HALLS = {
    "arena": Hall("arena, 12,132 seats", "arena-demo", "107-J-10", "107-J-11"),
    "stadium": Hall("stadium, 50,000 seats", EVENT_ID, "213-J-10", "213-J-11"),
}
_SOLD_SHARE = 0.5


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(HALLS)}; all by default.")] = None,
) -> None:
    """Measure opening, panning, zooming, and changes of others."""
    unknown = set(names or ()) - HALLS.keys()
    if unknown:
        raise typer.BadParameter(f"unknown: {', '.join(sorted(unknown))}")
    started = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    with running_site() as site:
        figures = [figure for name in names or HALLS for figure in _measured(site, HALLS[name])]
    if not print_figures(f"The map in a browser: frontrow {frontrow.__version__}, {started}", figures):
        raise typer.Exit(1)


def _measured(site: Site, hall: Hall) -> list[Figure]:
    seat_ids = asyncio.run(open_stadium(site) if hall.event_id == EVENT_ID else seat_ids_of(site, hall.event_id))
    asyncio.run(sell_some(site, hall.event_id, seat_ids, share=_SOLD_SHARE, seed=1))
    free = asyncio.run(free_of(site, hall.event_id, seat_ids))
    with opened_browser() as browser:
        with opened_window(browser, site.url, hall.seat_id) as window:
            figures = opening.measure(window, hall)
        with opened_window(browser, site.url, hall.seat_id) as window:
            figures += panning.measure(window, hall)
        with opened_window(browser, site.url, hall.seat_id) as window:
            figures.append(changes.measure(window, site, hall, free))
    return figures


if __name__ == "__main__":
    typer.run(main)
