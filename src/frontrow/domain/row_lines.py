"""Lines of seats, told from where the seats stand and which way they face.

Two seats stand side by side when one is to the left or right of the other, as they face; where a drawing does not say
which way seats face (all have rotation 0, and the row is bent or stands upright on the canvas), when the row goes
straight on from one to the next.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

Spot = tuple[float, float, float]
"""x, y (canvas units), rotation (degrees, clockwise; 0 faces up)."""

_TURN_COS_MIN = 0.5
"""A line turns by at most 60 degrees from one step to the next."""
_DEPTH_SHARE_MAX = 0.6
"""A neighbour further behind than this share of its distance to the side is not side by side (31 degrees)."""
_OWN_PITCH_SPOTS_MIN = 4
_NEIGHBOURS_USUAL = 6
"""Seats in a seat's own cell of the grid, on average: what bounds the work, however the seats stand."""
_HALVINGS_MAX = 40
_RINGS_MAX = 4
"""Cells around its own in which a seat has its nearest neighbour, or none."""


def distance(one: Spot, other: Spot) -> float:
    """Between two seats' centres, in canvas units."""
    return math.hypot(one[0] - other[0], one[1] - other[1])


def smooth_line_of(spots: Sequence[Spot]) -> list[float] | None:
    """The steps from each seat to the next where these are one line already, in order; None where they are not."""
    steps: list[float] = []
    before_x = before_y = before = 0.0
    for (x, y, _), (next_x, next_y, _) in pairwise(spots):
        step_x, step_y = next_x - x, next_y - y
        step = math.hypot(step_x, step_y)
        if step == 0 or before_x * step_x + before_y * step_y < _TURN_COS_MIN * before * step:
            return None
        steps.append(step)
        before_x, before_y, before = step_x, step_y, step
    return steps


def lines_of(spots: Sequence[Spot], reach: float, usual_pitch: float | None) -> list[list[int]]:
    """The lines that these seats stand in, each from one end to the other, cut at gaps of more than `reach` pitches.

    The pitch is the usual distance to the nearest neighbour; of few seats, at most `usual_pitch`.
    """
    standing: dict[tuple[float, float], int] = {}
    for n, spot in enumerate(spots):
        standing.setdefault(spot[:2], n)
    apart = list(standing.values())  # who stands on the very spot of another sits beside nobody
    lines = [[apart[n] for n in line] for line in _lines_apart([spots[n] for n in apart], reach, usual_pitch)]
    return lines + [[n] for n in sorted(set(range(len(spots))) - set(apart))]


def _lines_apart(spots: Sequence[Spot], reach: float, usual_pitch: float | None) -> list[list[int]]:
    near = _Nearby(spots)
    nearest = [gap for n in range(len(spots)) if (gap := near.nearest_gap(n)) is not None]
    if not nearest:
        return [[n] for n in range(len(spots))]
    pitch = median(nearest)
    if usual_pitch is not None and len(spots) < _OWN_PITCH_SPOTS_MIN:
        pitch = min(pitch, usual_pitch)
    around = [near.within(n, reach * pitch) for n in range(len(spots))]
    beside = [[other for other in others if _is_beside(spots[n], spots[other])] for n, others in enumerate(around)]
    sides = beside if _is_facing_told(spots, around, beside) else around
    chosen = [_two_sides(spots, n, others) for n, others in enumerate(sides)]
    mutual = [[other for other in others if n in chosen[other]] for n, others in enumerate(chosen)]
    return _chains(mutual)


class _Nearby:
    """Seats by cells of a grid, few in a cell, also where some stand far from all others. No two on one spot."""

    def __init__(self, spots: Sequence[Spot]) -> None:
        self._spots = spots
        xs, ys = [spot[0] for spot in spots], [spot[1] for spot in spots]
        self._cell = max(max(xs) - min(xs), max(ys) - min(ys)) / math.sqrt(len(spots)) or 1.0
        for _ in range(_HALVINGS_MAX):
            cells = self._cells = self._in_cells()
            if sum(len(members) ** 2 for members in cells.values()) <= _NEIGHBOURS_USUAL * len(spots):
                break
            self._cell /= 2

    def nearest_gap(self, n: int) -> float | None:
        """The distance to the nearest seat; None where there is none within a few cells."""
        for rings in (1, 2, _RINGS_MAX):
            nearest = min((gap for _, gap in self._around(n, rings)), default=math.inf)
            if nearest <= rings * self._cell:
                return nearest
        return None

    def within(self, n: int, gap_max: float) -> list[int]:
        """The seats at most that far away, the nearest first."""
        rings = math.ceil(gap_max / self._cell)
        found = sorted((gap, other) for other, gap in self._around(n, rings) if gap <= gap_max)
        return [other for _, other in found]

    def _in_cells(self) -> dict[tuple[int, int], list[int]]:
        cells: dict[tuple[int, int], list[int]] = {}
        for n, spot in enumerate(self._spots):
            cells.setdefault(self._cell_of(spot), []).append(n)
        return cells

    def _cell_of(self, spot: Spot) -> tuple[int, int]:
        return math.floor(spot[0] / self._cell), math.floor(spot[1] / self._cell)

    def _around(self, n: int, rings: int) -> list[tuple[int, float]]:
        spots, cells = self._spots, self._cells
        spot = spots[n]
        column, row = self._cell_of(spot)
        return [
            (other, distance(spot, spots[other]))
            for x in range(column - rings, column + rings + 1)
            for y in range(row - rings, row + rings + 1)
            for other in cells.get((x, y), ())
            if other != n
        ]


def _is_beside(one: Spot, other: Spot) -> bool:
    """Whether each stands to the left or right of the other, as it faces."""
    to_x, to_y = other[0] - one[0], other[1] - one[1]
    for degrees in (one[2], other[2]):
        across, down = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        if abs(to_y * across - to_x * down) > _DEPTH_SHARE_MAX * abs(to_x * across + to_y * down):
            return False
    return True


def _is_facing_told(spots: Sequence[Spot], around: Sequence[list[int]], beside: Sequence[list[int]]) -> bool:
    """Whether the rotations tell which way seats face: those of most seats, or, all being equal, of every seat.

    Equal rotations are also what a bent or slanted row has whose drawing states none.
    """
    told, asked = sum(map(bool, beside)), sum(map(bool, around))
    return told == asked if len({spot[2] for spot in spots}) == 1 else 2 * told >= asked


def _two_sides(spots: Sequence[Spot], n: int, others: Sequence[int]) -> list[int]:
    """The nearest of the others, and the nearest on the far side from it."""
    if not others:
        return []
    first = others[0]
    x, y, _ = spots[n]
    to_x, to_y = spots[first][0] - x, spots[first][1] - y
    for other in others[1:]:
        away_x, away_y = spots[other][0] - x, spots[other][1] - y
        straight = -(to_x * away_x + to_y * away_y)
        if straight >= _TURN_COS_MIN * math.hypot(to_x, to_y) * math.hypot(away_x, away_y):
            return [first, other]
    return [first]


def _chains(links: Sequence[Sequence[int]]) -> list[list[int]]:
    """The chains of these links (two at most each, mutual), each from its end with the lower number; rings are cut."""
    chains: list[list[int]] = []
    seen: set[int] = set()
    ends = [n for n, others in enumerate(links) if len(others) < 2]
    for start in (*ends, *range(len(links))):
        if start in seen:
            continue
        chain = [start]
        seen.add(start)
        while (following := next((n for n in links[chain[-1]] if n not in seen), None)) is not None:
            chain.append(following)
            seen.add(following)
        chains.append(chain)
    return chains
