"""`python -m benchmarks.plots [NAME ...]`: draw docs/benchmarks/*.json as pictures, docs/images/benchmarks/*.svg.

Text stays text and nothing is said about when it was drawn, so that a picture is small, and the same for the same
figures.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from benchmarks.curves import BARE, CHANGES_PER_S, CURVES, FRONTROW, KEPT, Curves

PICTURES = Path(__file__).parents[1] / "docs" / "images" / "benchmarks"
_INK, _MUTED, _GRID = "#1b1b1f", "#6b6b73", "#e4e4e8"
_OURS, _OURS_LIGHT, _FLOOR, _FLOOR_LIGHT = "#1f5fbf", "#86b1ee", "#8a8a92", "#c4c4ca"
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "frontrow",
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 9,
    "text.color": _INK,
    "axes.edgecolor": _GRID,
    "axes.labelcolor": _MUTED,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "grid.color": _GRID,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "lines.linewidth": 1.8,
    "lines.markersize": 4,
    "legend.frameon": False,
}
_WIDTH_IN, _HEIGHT_IN = 8.0, 3.6
Points = list[tuple[float, float]]


def hold_latency(figure: Figure, measured: Curves) -> None:
    """Both distributions, the rarer the further to the right."""
    axes = figure.subplots()
    _scaled(axes, "a hold takes at most, ms", "log")
    for name, colour in ((FRONTROW, _OURS), (BARE, _FLOOR)):
        percents, times_ms = zip(*_points(measured, name), strict=True)
        axes.plot([_rarity(percent) for percent in percents], times_ms, color=colour, label=name)
    shown = (1, 50, 90, 99, 99.9, 99.99)
    axes.set_xscale("log")
    axes.set_xlim(_rarity(1), _rarity(99.99))
    axes.set_xticks([_rarity(percent) for percent in shown], [f"{percent:g} %" for percent in shown])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("of all holds")
    axes.legend(loc="lower right")


def connections(figure: Figure, measured: Curves) -> None:
    """Rates to the left, times to the right."""
    rates, times = _two_axes(figure, ("holds per second", "a hold takes, ms"), ("linear", "log"))
    for side, name, dark, light in (
        (FRONTROW, "Frontrow", _OURS, _OURS_LIGHT),
        (BARE, "bare ASGI function", _FLOOR, _FLOOR_LIGHT),
    ):
        _line(rates, _points(measured, f"{side}: holds/s"), dark, name)
        _line(times, _points(measured, f"{side}: p50 ms"), dark, f"{name}, p50")
        _line(times, _points(measured, f"{side}: p99 ms"), light, f"{name}, p99")
    for axes in (rates, times):
        axes.set_xscale("log", base=2)
        _plain_ticks(axes, [x for x, _ in _points(measured, f"{FRONTROW}: holds/s")])
        axes.set_xlabel("connections")
    rates.legend(loc="upper left")
    times.legend(loc="upper left")
    rates.set_ylim(bottom=0)
    _headroom(rates)
    _headroom(times)


def seats(figure: Figure, measured: Curves) -> None:
    """A hold's time by one connection, and the processor's part of it; not its p99, which is the machine's."""
    axes = figure.subplots()
    _scaled(axes, "a hold by one connection, ms")
    for name, said, colour in (
        ("p50 ms", "p50", _OURS),
        ("processor ms", "processor time of the serving process", _FLOOR),
    ):
        _line(axes, _points(measured, name), colour, said)
    axes.set_xscale("log")
    _plain_ticks(axes, [x for x, _ in _points(measured, "p50 ms")])
    axes.set_xlabel("seats of the event, half of them held by others")
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper right")
    _headroom(axes)


def watchers(figure: Figure, measured: Curves) -> None:
    """Delays to the left, what they cost to the right."""
    delays, cost = _two_axes(
        figure, ("from a hold to a watcher, ms", "processor time, of a core"), ("linear", "linear")
    )
    _line(delays, _points(measured, "p99 ms"), _OURS_LIGHT, "p99")
    _line(delays, _points(measured, "p50 ms"), _OURS, "p50")
    _line(cost, _points(measured, "% of a core"), _OURS, "the serving process")
    cost.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} %"))
    for axes in (delays, cost):
        axes.set_xlabel(f"watchers of one event, {CHANGES_PER_S} changes a second")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        axes.legend(loc="upper left")
        _headroom(axes)


DRAWN: dict[str, tuple[str, Callable[[Figure, Curves], None]]] = {
    "hold-latency": ("How long holds of 3 seats take, 64 connections", hold_latency),
    "connections": ("Holds of 3 seats as connections grow", connections),
    "seats": ("A hold of 3 seats as the house grows", seats),
    "watchers": ("How soon watchers see a hold, and what they cost", watchers),
}
assert DRAWN.keys() == CURVES.keys()


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Which: {', '.join(DRAWN)}; all there are.")] = None,
    folder: Annotated[Path, typer.Option(help="Where the JSON is.")] = KEPT,
    to: Annotated[Path, typer.Option(help="Where the pictures go.")] = PICTURES,
) -> None:
    """Draw what `python -m benchmarks.curves` measured."""
    to.mkdir(parents=True, exist_ok=True)
    for name in names or [name for name in DRAWN if (folder / f"{name}.json").exists()]:
        title, draw = DRAWN[name]
        measured = msgspec.json.decode((folder / f"{name}.json").read_bytes(), type=Curves)
        with style.context(_STYLE):
            figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), layout="constrained", facecolor="white")
            figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
            draw(figure, measured)
            figure.supxlabel(_circumstances(measured), x=0.01, ha="left", fontsize=7, color=_MUTED)
            figure.savefig(to / f"{name}.svg", metadata={"Date": None, "Creator": None})


def _circumstances(measured: Curves) -> str:
    return (
        f"frontrow {measured.version} at {measured.commit}, {measured.started_at[:10]}: {measured.machine}, "
        f"{measured.cores} cores with a load of {measured.load_before:g} before and {measured.load_after:g} after"
    )


def _points(measured: Curves, name: str) -> Points:
    return next(curve.points for curve in measured.curves if curve.name == name)


def _two_axes(figure: Figure, y_labels: tuple[str, str], y_scales: tuple[str, str]) -> tuple[Axes, Axes]:
    both = figure.subplots(1, 2)
    for axes, y_label, y_scale in zip(both, y_labels, y_scales, strict=True):
        _scaled(axes, y_label, y_scale)
    return both[0], both[1]


def _line(axes: Axes, points: Points, colour: str, label: str) -> None:
    xs, ys = zip(*points, strict=True)
    axes.plot(xs, ys, marker="o", color=colour, label=label)


def _scaled(axes: Axes, y_label: str, y_scale: str = "linear") -> None:
    axes.set_ylabel(y_label)
    axes.set_yscale(y_scale)
    if y_scale == "log":
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="both", length=0)


def _plain_ticks(axes: Axes, values: Sequence[float]) -> None:
    axes.set_xticks(values, [f"{value:,.0f}" for value in values])
    axes.xaxis.set_minor_locator(NullLocator())


def _headroom(axes: Axes) -> None:
    """Room above the lines for the legend."""
    axes.set_ylim(top=(20 if axes.get_yscale() == "log" else 1.35) * axes.get_ylim()[1])


def _rarity(percent: float) -> float:
    """One in how many is beyond it."""
    return 100 / (100 - percent)


if __name__ == "__main__":
    typer.run(main)
