"""How large things of a seats.io drawing are and how they lie, worked out from where their seats stand."""

import math
from collections.abc import Sequence
from itertools import pairwise

from frontrow.domain.chart_format import ChartSeat, ChartShape, ChartTable
from frontrow.domain.layout import Point

SEAT_EXTENT_MAX = 16.0
"""A seat's width in such a drawing: neighbours of one row stand this plus the row's chair spacing apart."""


def seat_extent(seats: Sequence[ChartSeat]) -> float:
    """As wide as such drawings have seats, less where the row's neighbours would overlap."""
    pitches = (math.hypot(b.x - a.x, b.y - a.y) for a, b in pairwise(seats))
    pitch = min((pitch for pitch in pitches if pitch > 0), default=SEAT_EXTENT_MAX / 0.9)
    return round(min(SEAT_EXTENT_MAX, 0.9 * pitch), 2)


def direction(before: ChartSeat, after: ChartSeat) -> float:
    """The row's slope between two seats in degrees, -90 to 90: which end it is read from does not matter."""
    across, down = after.x - before.x, after.y - before.y
    degrees = math.degrees(math.atan2(down, across))
    upright = degrees - 180 if degrees > 90 else degrees + 180 if degrees < -90 else degrees
    return round(upright, 2)


def turn(degrees: float | None) -> float:
    """Degrees within one turn; 0 where none are stated."""
    return round(math.fmod(degrees or 0, 360), 2)


def table_size(table: ChartTable, seats: Sequence[ChartSeat]) -> Point:
    """The table's extent as stated, else what its seats leave room for."""
    if table.radius is not None:
        return Point(round(2 * table.radius, 2), round(2 * table.radius, 2))
    if table.width and table.height:
        return Point(table.width, table.height)
    across = max(abs(seat.x - table.center.x) for seat in seats)
    down = max(abs(seat.y - table.center.y) for seat in seats)
    return Point(round(max(2 * across - SEAT_EXTENT_MAX, 8), 2), round(max(2 * down - SEAT_EXTENT_MAX, 8), 2))


def shape_box(shape: ChartShape) -> tuple[Point, Point] | None:
    """Centre and extent of a shape; None when it has no place."""
    if shape.points:
        xs, ys = [p.x for p in shape.points], [p.y for p in shape.points]
        center = Point((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
        return center, Point(max(xs) - min(xs), max(ys) - min(ys))
    if shape.center is None:
        return None
    width = shape.width or 2 * (shape.radius1 or shape.radius or 0)
    height = shape.height or 2 * (shape.radius2 or shape.radius or shape.radius1 or 0)
    return Point(shape.center.x, shape.center.y), Point(round(width, 2), round(height, 2))


def box(center: Point, size: Point, rotation: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a turned rectangle."""
    angle = math.radians(rotation)
    across = (abs(size.x * math.cos(angle)) + abs(size.y * math.sin(angle))) / 2
    down = (abs(size.x * math.sin(angle)) + abs(size.y * math.cos(angle))) / 2
    return center.x - across, center.y - down, center.x + across, center.y + down
