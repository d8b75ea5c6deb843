"""`python -m benchmarks [NAME ...] [--rounds N] [--json FILE]`: run scenarios and print what they measured."""

import asyncio
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import uvloop
from rich.console import Console
from rich.table import Table

import frontrow
from benchmarks import (
    best_seats,
    bookings_by_writer,
    bookings_on_postgres,
    holds_over_http,
    rate_counts,
    rate_limits,
    reads,
    replicated_holds,
    script_by_pipeline,
)
from benchmarks.scenario import Result, Scenario, run_rounds

Opened = Callable[[], AbstractAsyncContextManager[Scenario]]

SCENARIOS: dict[str, Opened] = {
    "holds-over-http": holds_over_http.opened,
    "script-by-pipeline": script_by_pipeline.opened,
    "replicated-holds": replicated_holds.opened,
    "bookings-by-writer": bookings_by_writer.opened,
    "bookings-on-postgres": bookings_on_postgres.opened,
    "best-seats": best_seats.opened,
    "rate-counts": rate_counts.opened,
    "rate-limits-in-memory": rate_limits.in_memory,
    "rate-limits-shared": rate_limits.shared,
    "rate-limits-on-polls": rate_limits.on_reads,
    "read-500": reads.of_500,
    "read-8897": reads.of_8897,
    "read-500-beside-holds": reads.of_500_beside_holds,
    "read-8897-beside-holds": reads.of_8897_beside_holds,
}


class Report(msgspec.Struct, frozen=True):
    """A run: what it measured, where, when and of which commit."""

    version: str
    commit: str
    machine: str
    cores: int
    python: str
    started_at: str
    results: list[Result]


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(SCENARIOS)}; all by default.")] = None,
    rounds: Annotated[int, typer.Option(min=1, max=50, help="Counted rounds of each.")] = 5,
    json: Annotated[Path | None, typer.Option(help="Also write the report here.")] = None,
) -> None:
    """Measure the hot paths, each against a floor in the same run."""
    unknown = set(names or ()) - SCENARIOS.keys()
    if unknown:
        raise typer.BadParameter(f"unknown: {', '.join(sorted(unknown))}")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        results = [runner.run(_measured(SCENARIOS[name], rounds)) for name in names or SCENARIOS]
    report = Report(
        version=frontrow.__version__,
        commit=_commit(),
        machine=f"{platform.system()} {platform.machine()}",
        cores=len(_usable_cores()),
        python=platform.python_version(),
        started_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        results=results,
    )
    _print(report)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


async def _measured(opened: Opened, rounds: int) -> Result:
    async with opened() as scenario:
        Console(stderr=True).print(f"{scenario.name} ...")
        return await run_rounds(scenario, rounds)


def _print(report: Report) -> None:
    table = Table("what", "per second", "floor", "per second", "ratio (min-max)", "aim")
    for result in report.results:
        colour = "green" if result.ratio >= result.aim else "yellow"
        table.add_row(
            f"{result.name}: {result.subject_name}",
            f"{result.subject_per_s:,.0f}",
            result.floor_name,
            f"{result.floor_per_s:,.0f}",
            f"[{colour}]{result.ratio:.2f}[/] ({result.ratio_min:.2f}-{result.ratio_max:.2f})",
            f"{result.aim:g}",
        )
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(table)
    console.print(
        f"frontrow {report.version} ({report.commit}), Python {report.python}, {report.machine}, {report.cores} cores, "
        f"{report.started_at}",
        highlight=False,
    )


def _commit() -> str:
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent,
    )
    return asked.stdout.strip() or "unknown"


def _usable_cores() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


if __name__ == "__main__":
    typer.run(main)
