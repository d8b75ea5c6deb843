"""How rounds become figures, how reports are kept, and how they are shown. No speed is measured here."""

from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from benchmarks.__main__ import SCENARIOS
from benchmarks.report import Measured, OtherMachine, Report, new_report, put_report, read_report
from benchmarks.scenario import (
    AnyResult,
    Bound,
    Bounded,
    BoundedResult,
    Growth,
    GrowthResult,
    Load,
    RatioResult,
    Scenario,
    Size,
    run_rounds,
)
from benchmarks.tables import BEGIN, END, main, tables

Value = TypeVar("Value")
DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def load(per_s: float, p99_ms: float = 10.0, p50_ms: float = 1.0, cpu_us: float | None = None) -> Load:
    return Load(requests=100, per_s=per_s, p50_ms=p50_ms, p99_ms=p99_ms, cpu_us=cpu_us)


def in_turn(*values: Value) -> Callable[[], Awaitable[Value]]:
    """A measure whose rounds are these, of which the first is not counted."""
    rounds = iter(values)

    async def measure() -> Value:
        return next(rounds)

    return measure


def beside(floor: Callable[[], Awaitable[float | Load]], subject: Callable[[], Awaitable[float | Load]]) -> Scenario:
    return Scenario("work", "the floor", "the subject", 0.7, floor, subject, p99_at_most=3)


async def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    result = await run_rounds(beside(in_turn(9.0, 10.0, 20.0, 10.0), in_turn(9.0, 8.0, 12.0, 9.0)), 3)

    assert isinstance(result, RatioResult)
    assert (result.ratio, result.ratio_min, result.ratio_max) == (0.8, 0.6, 0.9)
    assert (result.floor.per_s, result.subject.per_s) == (10.0, 9.0)


async def test_floor_and_subject_take_turns() -> None:
    order: list[str] = []

    async def note(side: str) -> float:
        order.append(side)
        return 1.0

    await run_rounds(beside(lambda: note("floor"), lambda: note("subject")), 2)

    assert order == ["floor", "subject"] * 3


@pytest.mark.parametrize(("p99_ms", "is_met"), [(30.0, True), (31.0, False)])
async def test_a_subject_whose_p99_is_too_many_times_the_floors_misses_its_aim(p99_ms: float, is_met: bool) -> None:
    floor, subject = load(100, 10, cpu_us=60), load(90, p99_ms, cpu_us=80)

    result = await run_rounds(beside(in_turn(floor, floor), in_turn(subject, subject)), 1)

    assert isinstance(result, RatioResult)
    assert result.is_met is is_met
    assert result.cpu_ratio == 0.75


async def test_a_bound_is_held_against_the_median() -> None:
    numbers = count(1)

    async def measure() -> tuple[float, float]:
        number = float(next(numbers))
        return number, 10 * number

    bounds = (Bound("small", "ms", 2), Bound("large", "kB", 19))
    result = await run_rounds(Bounded("work", "the subject", bounds, measure, rounds_max=3), 5)

    assert isinstance(result, BoundedResult)
    assert [(value.value, value.value_min, value.value_max) for value in result.values] == [(2, 1, 3), (20, 10, 30)]
    assert not result.is_met


async def test_growth_compares_the_median_times_at_the_first_and_the_last_size() -> None:
    sizes = tuple(
        Size(size, in_turn(*(load(1, p50_ms=p50_ms) for p50_ms in (9.0, p50_ms, p50_ms))))
        for size, p50_ms in ((10, 1.0), (100, 5.0), (1_000, 1.25))
    )

    result = await run_rounds(Growth("work", "the subject", "seats", sizes), 2)

    assert isinstance(result, GrowthResult)
    assert (result.ratio, result.is_met) == (0.8, True)
    assert [(point.size, point.at_size.p50_ms) for point in result.points] == [(10, 1.0), (100, 5.0), (1_000, 1.25)]


def report_of(**results: AnyResult) -> Report:
    at = "2026-11-21T20:00:00Z"
    measured = [
        Measured(scenario=name, commit="c0ffee", measured_at=at, load_before=1, load_after=2, result=result)
        for name, result in results.items()
    ]
    return msgspec.structs.replace(new_report(), results=measured)


async def ratio(subject: float) -> AnyResult:
    return await run_rounds(beside(in_turn(1.0, 1.0), in_turn(subject, subject)), 1)


async def test_a_file_of_results_keeps_those_of_other_scenarios(tmp_path: Path) -> None:
    file = tmp_path / "suite.json"
    put_report(report_of(kept=await ratio(0.9), anew=await ratio(0.8)), file)
    put_report(report_of(anew=await ratio(0.7)), file)

    results = {each.scenario: each.result for each in read_report(file).results}
    assert {name: result.ratio for name, result in results.items() if isinstance(result, RatioResult)} == {
        "kept": 0.9,
        "anew": 0.7,
    }


async def test_results_of_two_machines_are_not_mixed(tmp_path: Path) -> None:
    file = tmp_path / "suite.json"
    report = report_of(here=await ratio(0.9))
    put_report(msgspec.structs.replace(report, machine="another"), file)

    with pytest.raises(OtherMachine):
        put_report(report, file)


async def test_tables_mark_what_misses_its_aim_and_go_where_the_document_says(tmp_path: Path) -> None:
    file, document = tmp_path / "suite.json", tmp_path / "benchmarks.md"
    put_report(report_of(good=await ratio(0.9), bad=await ratio(0.5)), file)
    document.write_text(f"before\n{BEGIN}old\n{END}after\n")

    main(file, document)

    shown = document.read_text()
    assert shown.startswith(f"before\n{BEGIN}") and shown.endswith(f"{END}after\n") and "old" not in shown
    assert "| 0.90 (0.90-0.90) |" in shown and "| **0.50** (0.50-0.50) |" in shown
    assert tables(read_report(file)) in shown


def test_every_scenario_is_in_the_document_and_the_other_way_round() -> None:
    rows = [line for line in DOCUMENT.read_text().split(BEGIN)[0].splitlines() if line.startswith("| `")]
    named = [name.strip(" `") for row in rows for name in row.split("|")[1].split(",")]

    assert sorted(named) == sorted(SCENARIOS)
