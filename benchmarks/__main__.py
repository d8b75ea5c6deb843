"""`python -m benchmarks [NAME ...] [--rounds N] [--json FILE]`: run scenarios and print what they measured."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from benchmarks import (
    best_seats,
    bookings_on_postgres,
    bookings_on_sqlite,
    confirm_on_postgres,
    gathering,
    growth,
    holds,
    holds_with_limits,
    memory,
    orders,
    purchase,
    rate_counts,
    reads,
    replicated_holds,
    start,
    watching,
)
from benchmarks.report import Measured, OtherMachine, Report, load_average, new_report, now, put_report
from benchmarks.scenario import AnyScenario, run_rounds
from benchmarks.tables import tables

Opened = Callable[[], AbstractAsyncContextManager[AnyScenario]]

SCENARIOS: dict[str, Opened] = {
    "holds-one-event": holds.on_one_event,
    "holds-1000-events": holds.on_1000_events,
    "holds-refused": holds.all_taken,
    "holds-with-limits-in-memory": holds_with_limits.in_memory,
    "holds-with-limits-shared": holds_with_limits.shared,
    "gathering": gathering.opened,
    "growth-seats": growth.of_seats,
    "growth-events": growth.of_events,
    "replicated-holds": replicated_holds.opened,
    "bookings-sqlite": bookings_on_sqlite.opened,
    "bookings-postgres": bookings_on_postgres.opened,
    "confirm-postgres": confirm_on_postgres.opened,
    "purchase": purchase.opened,
    "orders-sqlite": orders.on_sqlite,
    "orders-postgres": orders.on_postgres,
    "best-seats": best_seats.opened,
    "rate-counts": rate_counts.opened,
    "rate-limits-on-polls": holds_with_limits.on_polls,
    "read-500": reads.of_500,
    "read-10000": reads.of_10000,
    "read-500-beside-holds": reads.of_500_beside_holds,
    "read-10000-beside-holds": reads.of_10000_beside_holds,
    "watchers-5000": watching.of_5000,
    "start": start.opened,
    "memory-100-events": memory.of_100_events,
}


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(SCENARIOS)}; all by default.")] = None,
    rounds: Annotated[int, typer.Option(min=1, max=50, help="Counted rounds of each.")] = 5,
    json: Annotated[Path | None, typer.Option(help="A file to put the results into.")] = None,
) -> None:
    """Measure the hot paths, each against a floor in the same run or below a bound."""
    unknown = set(names or ()) - SCENARIOS.keys()
    if unknown:
        raise typer.BadParameter(f"unknown: {', '.join(sorted(unknown))}")
    report = new_report()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for name in names or SCENARIOS:
            report.results.append(runner.run(_measured(name, rounds, report)))
            if json is not None:
                try:
                    put_report(report, json)
                except OtherMachine as other:
                    raise typer.BadParameter(str(other)) from None
    print(tables(report))


async def _measured(name: str, rounds: int, report: Report) -> Measured:
    typer.echo(f"{name} ...", err=True)
    measured_at, load_before = now(), load_average()
    async with SCENARIOS[name]() as scenario:
        result = await run_rounds(scenario, rounds)
    return Measured(
        scenario=name,
        commit=report.commit,
        measured_at=measured_at,
        load_before=load_before,
        load_after=load_average(),
        result=result,
    )


if __name__ == "__main__":
    typer.run(main)
