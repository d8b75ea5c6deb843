"""`python -m benchmarks.tables [FILE ...]`: reports as Markdown tables, those of docs/benchmarks by default.

`--into docs/benchmarks.md` puts them there, between the two lines that say so.
"""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.report import Measured, Report, read_report
from benchmarks.scenario import BoundedResult, GrowthResult, RatioResult, Side

KEPT = Path(__file__).parents[1] / "docs" / "benchmarks"
BEGIN, END = "<!-- tables -->\n", "<!-- end of tables -->\n"

_HEADS = {
    RatioResult: (
        "| scenario | per second | p50, p99 ms | µs of CPU | floor | p50, p99 ms | µs | ratio (min-max) | aim | load |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ),
    GrowthResult: (
        "| scenario | p50 ms at each size | p50 at the first by the last (min-max) | aim | load |",
        "|---|---|---|---|---|",
    ),
    BoundedResult: ("| scenario | figure | measured (min-max) | at most | load |", "|---|---|---|---|---|"),
}


def tables(reports: Sequence[Report]) -> str:
    """A table for each kind of result, and of each run where it was made."""
    parts = []
    for kind, head in _HEADS.items():
        rows = [row for report in reports for each in report.results for row in _rows(each, kind)]
        if rows:
            parts.append("\n".join([*head, *rows]) + "\n")
    parts.append("\n".join(chain.from_iterable(map(_origin, reports))) + "\n")
    return "\n".join(parts)


def _rows(measured: Measured, kind: type) -> list[str]:
    result = measured.result
    load = f"{measured.load_before:g}, {measured.load_after:g}"
    if not isinstance(result, kind):
        return []
    match result:
        case RatioResult():
            ratio = f"{_marked(f'{result.ratio:.2f}', result.ratio >= result.aim)} {_spread(result)}"
            aim = f"{result.aim:g}"
            if result.p99_at_most is not None and result.p99_times is not None:
                ratio += f", p99 {_marked(f'{result.p99_times:.1f} times', result.p99_times <= result.p99_at_most)}"
                aim += f", p99 at most {result.p99_at_most:g} times"
            return [_row(measured.scenario, *_side(result.subject), *_side(result.floor), ratio, aim, load)]
        case GrowthResult():
            sizes = ", ".join(f"{point.size:,}: {point.at_size.p50_ms:.2f}" for point in result.points)
            ratio = f"{_marked(f'{result.ratio:.2f}', result.is_met)} {_spread(result)}"
            return [_row(measured.scenario, f"{result.unit} {sizes}", ratio, f"{result.aim:g}", load)]
        case BoundedResult():
            return [
                _row(
                    measured.scenario,
                    value.name,
                    f"{_marked(f'{value.value:,g} {value.unit}', value.value <= value.at_most)}"
                    f" ({value.value_min:,g}-{value.value_max:,g})",
                    f"{value.at_most:,g} {value.unit}",
                    load,
                )
                for value in result.values
            ]


def _row(scenario: str, *cells: str) -> str:
    return f"| {' | '.join((f'`{scenario}`', *cells))} |"


def _side(side: Side) -> tuple[str, str, str]:
    times = "" if side.p50_ms is None or side.p99_ms is None else f"{side.p50_ms:.1f}, {side.p99_ms:.1f}"
    return f"{side.per_s:,.0f}", times, "" if side.cpu_us is None else f"{side.cpu_us:,.0f}"


def _spread(result: RatioResult | GrowthResult) -> str:
    return f"({result.ratio_min:.2f}-{result.ratio_max:.2f})"


def _marked(figure: str, is_met: bool) -> str:
    """Bold where the aim is missed."""
    return figure if is_met else f"**{figure}**"


def _origin(report: Report) -> list[str]:
    rounds = sorted({each.result.rounds for each in report.results})
    names = ", ".join(f"`{each.scenario}`" for each in report.results)
    return [
        f"- {names}: {report.started_at[:10]} at {report.commit}, {report.machine}, {report.cores} cores,"
        f" Python {report.python}; {' or '.join(map(str, rounds))} rounds."
    ]


def main(
    files: Annotated[list[Path] | None, typer.Argument(help="Reports; docs/benchmarks/*.json by default.")] = None,
    into: Annotated[Path | None, typer.Option(help="A Markdown file whose tables are to be these.")] = None,
) -> None:
    """Print reports as Markdown."""
    made = tables([read_report(file) for file in files or sorted(KEPT.glob("*.json"))])
    if into is None:
        print(made)
        return
    before, begin, rest = into.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise typer.BadParameter(f"{into} has no lines {BEGIN.strip()} and {END.strip()}")
    into.write_text(f"{before}{begin}\n{made}\n{end}{after}")


if __name__ == "__main__":
    typer.run(main)
