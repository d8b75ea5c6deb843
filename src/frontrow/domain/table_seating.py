"""Seats around a table: where they stand when a drawing gives a table and only the number of its seats."""

import math

from frontrow.domain.ids import CategoryId, SeatId, TableId
from frontrow.domain.layout import SEAT_EXTENT, Item, Point, Seat

TABLE_GAP = 4.0
"""Canvas units between a table's edge and its seats."""

_PITCH_MIN = SEAT_EXTENT + 2


def table_seat_id(table_id: str, n: int) -> SeatId:
    """The id of a table's seat that nobody named; `n` counts from 0."""
    return SeatId(f"seat_{table_id}_{n}")


def seats_around(table: Item, category_id: CategoryId) -> tuple[Seat, ...]:
    """The table's `sc` seats (1 or more), each turned towards it, clockwise from the top left or (round) the top.

    A `round` table (or circle, or ellipse) has them on a ring, evenly spaced; any other along its two longer sides.
    They stand further out, or past its ends, where it is too small for them.
    Labels are the table's own label (else its id) and 1, 2, ...; ids count from 0.
    """
    places = _ring(table) if table.shp in ("round", "circle", "ellipse") else _long_sides(table)
    return tuple(
        Seat(
            id=table_seat_id(table.id, n),
            position=_turned(table, x, y),
            category_id=category_id,
            row_label=table.lbl[:100] or table.id,
            seat_number=n + 1,
            rotation=round((facing + table.rot) % 360, 2),
            section_id=table.section_id,
            table_id=TableId(table.id),
        )
        for n, (x, y, facing) in enumerate(places)
    )


def _ring(table: Item) -> list[tuple[float, float, float]]:
    """Places relative to the table's centre, and the seat's own turn there."""
    reach = TABLE_GAP + SEAT_EXTENT / 2
    room = table.sc * _PITCH_MIN / (2 * math.pi)
    across, down = max(table.size.x / 2 + reach, room), max(table.size.y / 2 + reach, room)
    turns = [n / table.sc for n in range(table.sc)]
    return [
        (across * math.sin(2 * math.pi * turn), -down * math.cos(2 * math.pi * turn), 360 * turn + 180)
        for turn in turns
    ]


def _long_sides(table: Item) -> list[tuple[float, float, float]]:
    width, height = table.size.x, table.size.y
    upright = height > width
    length, depth = (height, width) if upright else (width, height)
    reach = depth / 2 + TABLE_GAP + SEAT_EXTENT / 2
    top = math.ceil(table.sc / 2)
    pitch = max(length / top, _PITCH_MIN)
    above = [((n - (top - 1) / 2) * pitch, -reach, 180.0) for n in range(top)]
    below = [(-across, reach, 0.0) for across, _, _ in above[: table.sc - top]]
    places = above + below
    return [(-y, x, facing + 90) for x, y, facing in places] if upright else places


def _turned(table: Item, x: float, y: float) -> Point:
    angle = math.radians(table.rot)
    return Point(
        round(table.pos.x + x * math.cos(angle) - y * math.sin(angle), 2),
        round(table.pos.y + x * math.sin(angle) + y * math.cos(angle), 2),
    )
