"""`python -m benchmarks.tables [FILE]`: a report as Markdown tables, docs/benchmarks/suite.json by default.

`--into docs/benchmarks.md` puts them there, between the two lines that say so.
"""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.report import Measured, Report, read_report
from benchmarks.scenario import BoundedResult, GrowthResult, RatioResult, Side

KEPT = Path(__file__).parents[1] / "docs" / "benchmarks" / "suite.json"
BEGIN, END = "<!-- tables -->\n", "<!-- end of tables -->\n"

_HEADS = {
    RatioResult: (
        "| scenario | measured | floor | ratio (min-max) | of processor time | aim | load |",
        "|---|---|---|---|---|---|---|",
    ),
    GrowthResult: (
        "| scenario | p50 ms at each size | p50 at the first by the last (min-max) | aim | load |",
        "|---|---|---|---|---|",
    ),
    BoundedResult: ("| scenario | figure | measured (min-max) | at most | load |", "|---|---|---|---|---|"),
}


def tables(report: Report) -> str:
    """A table for each kind of result, and where, when and of which commit they are."""
    parts = []
    for kind, head in _HEADS.items():
        rows = [row for each in report.results for row in _rows(each, kind)]
        if rows:
            parts.append("\n".join([*head, *rows]))
    parts.append(_origin(report))
    return "\n\n".join(parts) + "\n"


def _rows(measured: Measured, kind: type) -> list[str]:
    result = measured.result
    load = f"{measured.load_before:g}, {measured.load_after:g}"
    if not isinstance(result, kind):
        return []
    match result:
        case RatioResult():
            ratio = f"{_marked(f'{result.ratio:.2f}', result.ratio >= result.aim)} {_spread(result)}"
            cpu = "" if result.cpu_ratio is None else f"{result.cpu_ratio:.2f}"
            aim = f"{result.aim:.3g}"
            if result.p99_at_most is not None and result.p99_times is not None:
                ratio += f", p99 {_marked(f'{result.p99_times:.1f} times', result.p99_times <= result.p99_at_most)}"
                aim += f", p99 at most {result.p99_at_most:g} times"
            return [_row(measured.scenario, _side(result.subject), _side(result.floor), ratio, cpu, aim, load)]
        case GrowthResult():
            sizes = ", ".join(f"{point.size:,}: {point.at_size.p50_ms:.2f}" for point in result.points)
            ratio = f"{_marked(f'{result.ratio:.2f}', result.is_met)} {_spread(result)}"
            return [_row(measured.scenario, f"{result.unit} {sizes}", ratio, f"{result.aim:g}", load)]
        case BoundedResult():
            return [
                _row(
                    measured.scenario,
                    value.name,
                    f"{_marked(_figure(value.value, value.unit), value.value <= value.at_most)}"
                    f" ({_figure(value.value_min)}-{_figure(value.value_max)})",
                    _figure(value.at_most, value.unit),
                    load,
                )
                for value in result.values
            ]


def _row(scenario: str, *cells: str) -> str:
    return f"| {' | '.join((f'`{scenario}`', *cells))} |"


def _side(side: Side) -> str:
    figures = [f"{side.per_s:,.0f}/s"]
    if side.p50_ms is not None and side.p99_ms is not None:
        figures.append(f"p50 {side.p50_ms:.1f}, p99 {side.p99_ms:.1f} ms")
    if side.cpu_us is not None:
        figures.append(f"{side.cpu_us:,.0f} µs")
    return "; ".join(figures)


def _spread(result: RatioResult | GrowthResult) -> str:
    return f"({result.ratio_min:.2f}-{result.ratio_max:.2f})"


def _figure(value: float, unit: str = "") -> str:
    return f"{value:,.0f} {unit}".rstrip() if abs(value) >= 1_000 else f"{value:g} {unit}".rstrip()


def _marked(figure: str, is_met: bool) -> str:
    """Bold where the aim is missed."""
    return figure if is_met else f"**{figure}**"


def _origin(report: Report) -> str:
    scenarios_of: dict[str, list[str]] = {}
    for each in report.results:
        origin = f"{each.measured_at[:10]} at {each.commit}, medians of {each.result.rounds}"
        scenarios_of.setdefault(origin, []).append(f"`{each.scenario}`")
    runs = [f"{', '.join(names)}: {origin}" for origin, names in scenarios_of.items()]
    return f"{report.machine}, {report.cores} cores, Python {report.python}. {'; '.join(runs)}."


def main(
    file: Annotated[Path, typer.Argument(help="A report, as `python -m benchmarks --json` writes it.")] = KEPT,
    into: Annotated[Path | None, typer.Option(help="A Markdown file whose tables are to be these.")] = None,
) -> None:
    """Print a report as Markdown."""
    made = tables(read_report(file))
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
