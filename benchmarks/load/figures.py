"""What a load measured, as lines to print and to keep."""

from collections.abc import Sequence
from statistics import quantiles

import msgspec
from rich.console import Console
from rich.table import Table


class Figure(msgspec.Struct, frozen=True):
    """One measured thing; `target` is what was asked for, empty where nothing was."""

    name: str
    measured: str
    target: str = ""
    is_met: bool = True


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that `percent` (1 to 99) of at least two values do not exceed."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def latency(name: str, seconds: Sequence[float], *, p99_ms_max: float | None = None) -> Figure:
    """Median, p99 and worst of these times."""
    in_ms = [1000 * value for value in seconds]
    p99_ms = percentile(in_ms, 99)
    measured = f"p50 {percentile(in_ms, 50):.1f} ms, p99 {p99_ms:.1f} ms, worst {max(in_ms):.1f} ms ({len(in_ms):,})"
    if p99_ms_max is None:
        return Figure(name, measured)
    return Figure(name, measured, f"p99 under {p99_ms_max:g} ms", p99_ms < p99_ms_max)


def must_be_none(name: str, found: int) -> Figure:
    """Something that must not have happened once."""
    return Figure(name, str(found), "0", found == 0)


def print_figures(title: str, figures: Sequence[Figure]) -> bool:
    """Print the table; whether every target was met."""
    table = Table("what", "measured", "target", "", title=title)
    for figure in figures:
        verdict = "" if not figure.target else "[green]met[/]" if figure.is_met else "[red]missed[/]"
        table.add_row(figure.name, figure.measured, figure.target, verdict)
    Console(width=130).print(table)
    return all(figure.is_met for figure in figures)
