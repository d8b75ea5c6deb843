"""`python -m benchmarks.curves [NAME ...]`: measure what docs/images/benchmarks/ shows as curves.

Each is written to docs/benchmarks/<name>.json, which `python -m benchmarks.plots` draws. What is compared takes turns
in every round, and a point is the median of its rounds.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Annotated

import msgspec
import typer
import uvloop

from benchmarks.growth import of_seats
from benchmarks.hold_script import IN_A_LARGE_HOUSE, SEATS
from benchmarks.holds import BARE_PATH, HOLDS_PATH, both_serving, holds_arguments
from benchmarks.load.figures import percentile
from benchmarks.load.site import running_site
from benchmarks.load.watchers import Watching, watching
from benchmarks.load_generator import CONNECTIONS
from benchmarks.report import load_average, new_report
from benchmarks.scenario import GrowthResult, run_rounds
from frontrow.bench.load_generator import HOLDS, LoadRun, run_wrk

KEPT = Path(__file__).parents[1] / "docs" / "benchmarks"
CONNECTION_COUNTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
HOUSES = (1_000, 3_000, 10_000, 30_000, 100_000)
AUDIENCES = (100, 500, 1_000, 2_000, 5_000)
CHANGES_PER_S = 100
FRONTROW, BARE = "Frontrow", "bare ASGI function, same script, no checks"


class Curve(msgspec.Struct, frozen=True):
    """One line: what it is of, and its points."""

    name: str
    points: list[tuple[float, float]]


class Curves(msgspec.Struct, frozen=True, kw_only=True):
    """What one picture shows, with where and how it was measured."""

    command: str
    version: str
    commit: str
    machine: str
    cores: int
    python: str
    started_at: str
    load_before: float
    load_after: float
    curves: list[Curve]


Measure = Callable[[int, int], Awaitable[list[Curve]]]
"""Takes the seconds of a round and the number of rounds."""


async def hold_latency(seconds: int, rounds: int) -> list[Curve]:
    """(percent of the holds, milliseconds they took at most), with 64 connections."""
    taken = await _holds_by_connections((CONNECTIONS,), seconds, rounds)
    return [Curve(name, _distribution(by_connections[CONNECTIONS])) for name, by_connections in taken.items()]


async def connections(seconds: int, rounds: int) -> list[Curve]:
    """(connections, holds per second), and (connections, milliseconds) for p50 and p99 of them."""
    taken = await _holds_by_connections(CONNECTION_COUNTS, seconds, rounds)
    curves = []
    for name, by_connections in taken.items():
        for what, value in (("holds/s", _per_s), ("p50 ms", _p50_ms), ("p99 ms", _p99_ms)):
            points = [(float(count), _of_runs(runs, value)) for count, runs in by_connections.items()]
            curves.append(Curve(f"{name}: {what}", points))
    return curves


async def seats(_seconds: int, rounds: int) -> list[Curve]:
    """(seats of the event, milliseconds of a hold by one connection) for p50 and p99, and the processor's part."""
    async with of_seats(HOUSES) as growth:
        result = await run_rounds(growth, rounds)
    assert isinstance(result, GrowthResult)
    sides = [(float(point.size), point.at_size) for point in result.points]
    return [
        Curve("p50 ms", [(size, side.p50_ms or 0.0) for size, side in sides]),
        Curve("p99 ms", [(size, side.p99_ms or 0.0) for size, side in sides]),
        Curve("processor ms", [(size, (side.cpu_us or 0.0) / 1000) for size, side in sides]),
    ]


async def watchers(seconds: int, rounds: int) -> list[Curve]:
    """(watchers, milliseconds from a hold's sending to their receipt of it) for p50 and p99, and (watchers, per cent of
    a core)."""
    with running_site() as site:
        taken = {
            count: [await watching(site, count, CHANGES_PER_S, seconds, baseline_s=1) for _ in range(rounds)]
            for count in AUDIENCES
        }

    def curve(name: str, value: Callable[[Watching], float]) -> Curve:
        return Curve(name, [(float(count), _short(median(map(value, seen)))) for count, seen in taken.items()])

    return [
        curve("p50 ms", lambda seen: 1000 * percentile(seen.since_sent_s, 50)),
        curve("p99 ms", lambda seen: 1000 * percentile(seen.since_sent_s, 99)),
        curve("% of a core", lambda seen: 100 * seen.cpu_with_them),
    ]


CURVES: dict[str, Measure] = {
    "hold-latency": hold_latency,
    "connections": connections,
    "seats": seats,
    "watchers": watchers,
}


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(CURVES)}; all by default.")] = None,
    seconds: Annotated[int, typer.Option(min=1, max=60, help="How long a round lasts.")] = 3,
    rounds: Annotated[int, typer.Option(min=1, max=20, help="Rounds of each point.")] = 3,
    folder: Annotated[Path, typer.Option(help="Where the JSON goes.")] = KEPT,
) -> None:
    """Measure what the plots show."""
    unknown = set(names or ()) - CURVES.keys()
    if unknown:
        raise typer.BadParameter(f"unknown: {', '.join(sorted(unknown))}")
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or CURVES:
        typer.echo(f"{name} ...", err=True)
        report, load_before = new_report(), load_average()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            measured = runner.run(_awaited(CURVES[name](seconds, rounds)))
        curves = Curves(
            command=f"python -m benchmarks.curves {name} --seconds {seconds} --rounds {rounds}",
            version=report.version,
            commit=report.commit,
            machine=report.machine,
            cores=report.cores,
            python=report.python,
            started_at=report.started_at,
            load_before=load_before,
            load_after=load_average(),
            curves=measured,
        )
        (folder / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(curves), indent=1) + b"\n")


async def _awaited(curves: Awaitable[list[Curve]]) -> list[Curve]:
    return await curves


async def _holds_by_connections(
    counts: Sequence[int], seconds: int, rounds: int
) -> dict[str, dict[int, list[LoadRun]]]:
    """Runs of 3-seat holds, on an event of 10,000 seats, by side and number of connections."""
    async with both_serving(1, SEATS) as (bare, frontrow):
        sides = {FRONTROW: (frontrow.url, HOLDS_PATH), BARE: (bare.url, BARE_PATH)}
        taken: dict[str, dict[int, list[LoadRun]]] = {name: {count: [] for count in counts} for name in sides}
        for round_number in range(rounds + 1):
            for count in counts if round_number else counts[-1:]:
                for name, (url, path) in sides.items():
                    arguments = holds_arguments(path, 1, IN_A_LARGE_HOUSE)
                    run = await asyncio.to_thread(run_wrk, url, HOLDS, *arguments, seconds=seconds, connections=count)
                    assert run.refused == run.lost == 0, run
                    if round_number:  # the round before the first only warms
                        taken[name][count].append(run)
    return taken


def _distribution(runs: Sequence[LoadRun]) -> list[tuple[float, float]]:
    percents = [percent for percent, _ in runs[0].latency_us]
    return [(percent, _short(median(run.percentile_ms(percent) for run in runs))) for percent in percents]


def _of_runs(runs: Sequence[LoadRun], value: Callable[[LoadRun], float]) -> float:
    return _short(median(map(value, runs)))


def _per_s(run: LoadRun) -> float:
    return run.per_s


def _p50_ms(run: LoadRun) -> float:
    return run.percentile_ms(50)


def _p99_ms(run: LoadRun) -> float:
    return run.percentile_ms(99)


def _short(value: float) -> float:
    """Four digits are more than a shared machine can tell apart."""
    return float(f"{value:.4g}")


if __name__ == "__main__":
    typer.run(main)
