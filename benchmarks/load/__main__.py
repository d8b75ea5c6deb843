"""`python -m benchmarks.load {showtime|arena|one-seat|expiry|soak|watchers|on-sale|sizes}`: each starts its own server
and ends by itself."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
import uvloop

import frontrow
from benchmarks.capacity.costs import here_and_now, read_costs
from benchmarks.capacity.plan import predict
from benchmarks.capacity.rehearsal import write_rehearsal
from benchmarks.load import arena, expiry, on_sale, one_seat, showtime, sizes, soak, watchers
from benchmarks.load.figures import Figure, print_figures
from benchmarks.load.on_sale_figures import figures as on_sale_figures
from benchmarks.load.on_sale_figures import rehearsed, sale_as_planned
from benchmarks.load.sale_crowd import Manners, arrivals
from benchmarks.load.sale_site import running_sale_site
from benchmarks.load.site import Site, running_site

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
Seconds = Annotated[float, typer.Option(min=1, help="How long the traffic lasts.")]


@app.command("showtime")
def showtime_load(seconds: Seconds = 60) -> None:
    """50 users on one showtime: lock latency and consistency."""
    _measure("One showtime", lambda site: showtime.run(site, seconds))


@app.command("arena")
def arena_load() -> None:
    """1,000 users buying in a 10,000-seat arena at once."""
    _measure("One arena", arena.run)


@app.command("one-seat")
def one_seat_load() -> None:
    """Two users on the same seat in the same instant."""
    _measure("One seat, two users", one_seat.run)


@app.command("expiry")
def expiry_load() -> None:
    """100,000 locks that run out in one moment: how long others' calls take meanwhile."""
    _measure("Expired locks", expiry.run)


@app.command("soak")
def soak_load(seconds: Seconds = 1800) -> None:
    """Mixed traffic on events that open and end: memory, and what is left of them."""
    _measure("Soak", lambda site: soak.run(site, seconds))


@app.command("watchers")
def watchers_load(
    seconds: Seconds = 20,
    count: Annotated[int, typer.Option("--watchers", min=1, max=2_500, help="Streams open at once.")] = 2_000,
    changes_per_s: Annotated[
        int, typer.Option("--changes", min=1, max=1_000, help="Seats that change a second.")
    ] = 100,
) -> None:
    """2,000 watchers of one event while 100 seats change per second: how soon they see it, and what they cost."""
    _measure("Watchers", lambda site: watchers.run(site, count, changes_per_s, seconds))


@app.command("on-sale")
def on_sale_load(  # noqa: PLR0917 (options, all of them named)
    seats: Annotated[int, typer.Option(min=10, max=20_000)] = 1_000,
    visitors: Annotated[int, typer.Option(min=10, max=100_000)] = 10_000,
    arriving: Annotated[float, typer.Option(min=1, help="Seconds within which they all come, ever fewer.")] = 20,
    admitted: Annotated[float, typer.Option(min=0, help="Let in a second by a waiting room; 0: there is none.")] = 250,
    workers: Annotated[int, typer.Option(min=1, max=16, help="API processes behind the port.")] = 2,
    by_orders: Annotated[bool, typer.Option(help="Paid at the demo's bank, or else booked directly.")] = False,
    json: Annotated[Path | None, typer.Option(help="Also keep the figures here.")] = None,
) -> None:
    """A hundredth of a million visitors and a stadium: predicted, measured, and nobody told anything false."""
    command = " ".join(["python -m benchmarks.load", *(it for it in sys.argv[1:] if it not in ("--json", str(json)))])
    manners, let_in_s = Manners(), arrivals(visitors, arriving, admitted)
    planned = sale_as_planned(seats=seats, visitors=visitors, let_in_s=let_in_s, manners=manners, by_orders=by_orders)
    with (
        running_sale_site(workers=workers) as site,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        started_at = here_and_now()
        selling = on_sale.sale(site, seats=seats, let_in_s=let_in_s, manners=manners, by_orders=by_orders)
        measured = runner.run(selling)
    rehearsal = rehearsed(command, started_at, predict(planned, read_costs(), workers), measured)
    if json is not None:
        write_rehearsal(rehearsal, json)
    title = f"On sale: {seats:,} seats, {visitors:,} visitors, {workers} workers"
    if not print_figures(title, on_sale_figures(rehearsal, measured)):
        raise typer.Exit(1)


@app.command("sizes")
def sizes_load() -> None:
    """The states of 50,000 seats: bytes on the wire."""
    _measure("Sizes", sizes.run)


def _measure(title: str, run: Callable[[Site], Awaitable[list[Figure]]]) -> None:
    started = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    with running_site() as site:
        figures = asyncio.run(_awaited(run(site)))
    if not print_figures(f"{title}: frontrow {frontrow.__version__}, {started}", figures):
        raise typer.Exit(1)


async def _awaited(figures: Awaitable[list[Figure]]) -> list[Figure]:
    return await figures


if __name__ == "__main__":
    app()
