"""Rows on arcs, and the outlines around them.

Angles are in radians, clockwise from straight up as on a compass, so that a seat at `angle` on an arc is at
(x + r sin, y - r cos). Coordinates are rounded to hundredths: enough for any screen, and documents stay small.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from frontrow.domain.layout import Point

_OUTLINE_STEP = math.radians(2)


class Place(NamedTuple):
    """Where a seat stands and how far it is turned (degrees, clockwise; 0 faces up)."""

    point: Point
    rotation: float


class Arc(NamedTuple):
    """Concentric rows around `centre`, from angle `start` to angle `end` (either may be the larger one)."""

    centre: Point
    start: float
    end: float

    def narrowed(self, radius: float, by: float) -> "Arc":
        """The arc without `by` canvas units at each end, measured at that radius."""
        angle = math.copysign(by / radius, self.end - self.start)
        return Arc(self.centre, self.start + angle, self.end - angle)

    def places(self, radius: float, pitch: float, *, count: int | None = None) -> list[Place]:
        """Seats facing the centre, `pitch` apart, in the middle of the arc: as many as fit, or `count`."""
        length = abs(self.end - self.start) * radius
        number = int((length + 1e-6) / pitch) if count is None else count
        step = math.copysign(pitch / radius, self.end - self.start)
        first = (self.start + self.end) / 2 - step * (number - 1) / 2
        return [self.place(radius, first + n * step) for n in range(number)]

    def band(self, inner: float, outer: float) -> tuple[Point, ...]:
        """The outline of everything between two radii: along the outer one and back along the inner one."""
        steps = max(2, math.ceil(abs(self.end - self.start) / _OUTLINE_STEP))
        angles = [self.start + (self.end - self.start) * n / steps for n in range(steps + 1)]
        return tuple(
            [self.point(outer, angle) for angle in angles] + [self.point(inner, angle) for angle in reversed(angles)]
        )

    def point(self, radius: float, angle: float) -> Point:
        """The point of the arc at that radius and angle."""
        return Point(
            round(self.centre.x + radius * math.sin(angle), 2), round(self.centre.y - radius * math.cos(angle), 2)
        )

    def place(self, radius: float, angle: float) -> Place:
        """One seat facing the centre."""
        return Place(self.point(radius, angle), round(math.degrees(angle + math.pi) % 360, 2))


def below(centre: Point, half_angle: float) -> Arc:
    """Rows below a stage, bent around a point above it, from left to right."""
    return Arc(centre, math.pi + half_angle, math.pi - half_angle)


def row_letters(count: int, *, skipping: str = "IO") -> list[str]:
    """Row labels A, B, ... Z, AA, BB, ... without letters that look like numbers."""
    letters = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in skipping]
    return [letters[n % len(letters)] * (n // len(letters) + 1) for n in range(count)]


def bent_row(centre: Point, radius: float, offsets: Sequence[float]) -> list[Place]:
    """Seats below `centre`, each `offset` along the arc to the right of its lowest point."""
    return [Arc(centre, 0, 0).place(radius, math.pi - offset / radius) for offset in offsets]


def block_offsets(counts: Sequence[int], pitch: float, aisle: float) -> list[float]:
    """Where the seats of a row stand along it, in blocks with aisles of that width between, from the middle."""
    offsets: list[float] = []
    edge = 0.0
    for count in counts:
        offsets += [edge + pitch * (n + 0.5) for n in range(count)]
        edge += pitch * count + aisle
    middle = (edge - aisle) / 2
    return [offset - middle for offset in offsets]
