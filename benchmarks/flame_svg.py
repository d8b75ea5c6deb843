"""Sampled stacks as a picture: a flame graph in one plain SVG file, without scripts.

A box is a function, as wide as the share of samples it was running in, itself or through those above it. What is
narrower than MIN_SHARE is left out, so that the file is fit for a repository. Source: Brendan Gregg, "The Flame Graph",
Communications of the ACM 59(6), 2016.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape

MIN_SHARE = 0.002
_WIDTH, _MARGIN, _ROW, _GAP = 1200, 10, 18, 1
_HEAD, _FOOT = 62, 10
_CHARACTER = 6.4
"""Of the font below, in pixels."""
_NAMED_FROM = 26
"""Pixels: in narrower boxes no name can be read."""

LAYERS = (
    ("frontrow/http", "HTTP", "#7fb2e5"),
    ("frontrow/services", "services", "#66c2a4"),
    ("frontrow/domain", "domain", "#a6d96a"),
    ("frontrow/adapters", "adapters", "#fdae61"),
    ("frontrow/", "the rest of Frontrow", "#f4d35e"),
    ("", "libraries", "#d5d5d8"),
)
"""Beginnings of a function's file, what they are called, and their colours."""


@dataclass(slots=True)
class Box:
    """A function called from the one below, and the samples it was in."""

    frame: str
    samples: int = 0
    callees: "dict[str, Box]" = field(default_factory=dict)


def stacks_of(raw: str) -> Iterator[tuple[list[str], int]]:
    """(frames, samples) of each line of `py-spy record --format raw`, the outermost frame first."""
    for line in raw.splitlines():
        stack, _, samples = line.rpartition(" ")
        yield stack.split(";"), int(samples)


def tree_of(stacks: Iterable[tuple[list[str], int]]) -> Box:
    """The stacks as one tree, whose root stands for everything."""
    root = Box("all")
    for frames, samples in stacks:
        box = root
        box.samples += samples
        for frame in frames:
            box = box.callees.setdefault(frame, Box(frame))
            box.samples += samples
    return root


def drawn(root: Box, title: str, subtitle: str) -> str:
    """The SVG file's text."""
    least = root.samples * MIN_SHARE
    rows = max(depth for _, depth, _ in _places(root, least)) + 1
    height = _HEAD + rows * _ROW + _FOOT
    unit = (_WIDTH - 2 * _MARGIN) / root.samples
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="DejaVu Sans, Verdana, sans-serif" font-size="10.5" fill="#1b1b1f">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{_MARGIN}" y="20" font-size="14" font-weight="bold">{escape(title)}</text>',
        f'<text x="{_MARGIN}" y="37" fill="#55555c">{escape(subtitle)}</text>',
        *_legend(),
    ]
    for box, depth, first in _places(root, least):
        x, width = _MARGIN + first * unit, box.samples * unit
        y = height - _FOOT - (depth + 1) * _ROW
        parts.append(_drawn_box(box, x, y, width, 100 * box.samples / root.samples))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _places(box: Box, least: float, depth: int = 0, first: float = 0.0) -> Iterator[tuple[Box, int, float]]:
    """(box, row, samples to its left), the widest of a function's callees to the left."""
    yield box, depth, first
    for callee in sorted(box.callees.values(), key=lambda it: (-it.samples, it.frame)):
        if callee.samples >= least:
            yield from _places(callee, least, depth + 1, first)
            first += callee.samples


def _drawn_box(box: Box, x: float, y: float, width: float, percent: float) -> str:
    name, place = _named(box.frame)
    colour = next(colour for beginning, _, colour in LAYERS if place.startswith(beginning))
    label = _fitting(name, place.removeprefix("frontrow/"), int((width - 6) / _CHARACTER))
    text = f'<text x="{x + 3:.1f}" y="{y + 12:.0f}">{escape(label)}</text>' if width >= _NAMED_FROM else ""
    said = escape(f"{name} {place}".strip())
    shape = f'x="{x:.1f}" y="{y}" width="{max(width - _GAP, 0.4):.1f}" height="{_ROW - _GAP}" fill="{colour}"'
    return f"<g><title>{said}: {percent:.1f} %</title><rect {shape}/>{text}</g>"


def _fitting(name: str, place: str, room: int) -> str:
    """As much of it as so many characters show: with its file, or without, or without its class, or its beginning."""
    alone = name.rpartition(".")[2]
    fitting = (label for label in (f"{name} {place}".strip(), name, alone) if len(label) <= room)
    return next(fitting, alone[: room - 1] + "…")


def _named(frame: str) -> tuple[str, str]:
    """A function's name and its file, of `name (path/file.py:line)`."""
    name, _, place = frame.partition(" (")
    return name.replace("<locals>.", ""), place.removesuffix(")").partition(":")[0]


def _legend() -> Iterator[str]:
    x = float(_MARGIN)
    for _, layer, colour in LAYERS:
        yield f'<rect x="{x:.0f}" y="44" width="11" height="11" fill="{colour}"/>'
        yield f'<text x="{x + 15:.0f}" y="53.5">{escape(layer)}</text>'
        x += 15 + _CHARACTER * len(layer) + 18
