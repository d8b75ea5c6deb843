"""`python -m benchmarks.capacity [plan|measure|document]`: figures in, machines out."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from benchmarks.capacity.costs import COSTS_FILE, Costs, here_and_now, read_costs, write_costs
from benchmarks.capacity.measuring import Meter
from benchmarks.capacity.plan import NotServed, Sale, processes_for
from benchmarks.capacity.rehearsal import read_rehearsal
from benchmarks.capacity.tables import DOCUMENT, parts, with_parts
from benchmarks.load.sale_site import SaleSite, running_sale_site

app = typer.Typer(add_completion=False, help=__doc__)
_CostsFile = Annotated[Path, typer.Option("--costs", help="Measured figures.")]


@app.callback(invoke_without_command=True)
def tables(context: typer.Context) -> None:
    """Print every table of the plan."""
    if context.invoked_subcommand is None:
        for made in parts(read_costs(), read_rehearsal()).values():
            print(made)


@app.command()
def plan(  # noqa: PLR0917 (options, all of them named)
    seats: Annotated[int, typer.Option(min=1)],
    visitors: Annotated[int, typer.Option(min=1)],
    admitted: Annotated[float, typer.Option(min=0.01, help="Visitors let in a second.")],
    stays: Annotated[float, typer.Option(min=0.1, help="Seconds that one is on the map, in the mean.")] = 90.0,
    looking: Annotated[float, typer.Option(min=0, max=0.99, help="The share that wants no seats.")] = 0.5,
    leaving: Annotated[float, typer.Option(min=0, max=0.99, help="The share of holders that leave.")] = 0.2,
    by_orders: Annotated[bool, typer.Option(help="Paid here, or else booked directly.")] = True,
    files: Annotated[float, typer.Option(min=0, help="Files that each visit asks the servers for.")] = 0.0,
    costs: _CostsFile = COSTS_FILE,
) -> None:
    """Print what one sale of yours takes."""
    sale = Sale(
        seats=seats,
        visitors=visitors,
        admitted_per_s=admitted,
        stays_s=stays,
        looking=looking,
        leaving=leaving,
        by_orders=by_orders,
        files=files,
    )
    found = processes_for(sale, read_costs(costs))
    if isinstance(found, NotServed):
        raise SystemExit(f"no number of processes serves this: {found.why}")
    print(f"API processes      {found.processes:,}, each {found.api_busy:.0%} busy, {found.process_mb:,.0f} MB")
    print(f"Valkey             {found.store_busy:.0%} of its thread")
    print(f"PostgreSQL         {found.ledger_busy:.2f} cores")
    print(f"sent               {found.sent_mbit_per_s:,.0f} Mbit/s, {found.requests_per_s:,.0f} requests a second")
    print(f"watching at once   {found.demand.watchers:,.0f}, told within {1000 * found.told_p99_s:,.0f} ms")
    print(f"sold out after     {found.demand.sold_out_s:,.0f} s")


@app.command()
def measure(file: _CostsFile = COSTS_FILE) -> None:
    """Measure what things cost, and keep it (some two minutes; a quiet machine is best)."""
    where = here_and_now()

    async def measured(site: SaleSite) -> Costs:
        async with site.crowd() as client:
            return await Meter(site, client).costs(where)

    with (
        running_sale_site(servers=2, settings={"FRONTROW_HOLD_MINUTES": "60"}) as site,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        write_costs(runner.run(measured(site)), file)


@app.command()
def document() -> None:
    """Make the tables of docs/capacity.md anew from the figures that are kept."""
    DOCUMENT.write_text(with_parts(DOCUMENT.read_text(), parts(read_costs(), read_rehearsal())))


if __name__ == "__main__":
    app()
