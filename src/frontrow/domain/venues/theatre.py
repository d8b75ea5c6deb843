"""A theatre: twelve round tables before the stage, stalls behind them, a balcony above, four boxes on either side."""

import math

from frontrow.domain.ids import CategoryId, LayoutId, SeatId, SectionId
from frontrow.domain.layout import Category, Item, Layout, Point, Seat, Section
from frontrow.domain.table_seating import seats_around
from frontrow.domain.venues.geometry import Arc, Place, below, row_letters
from frontrow.domain.venues.palette import Ink

_CANVAS_W, _CANVAS_H = 1700.0, 1560.0
_MIDDLE = _CANVAS_W / 2
_BEND = Point(_MIDDLE, -306)
_SEAT_PITCH, _ROW_PITCH, _HALF_AISLE = 28.0, 36.0, 20.0
_STALLS_RADIUS, _STALLS_ROWS = 930.0, 14
_STALLS_BEST_ROW = 3
"""Row D, the middle of the premium stalls: where people want to sit."""
_BALCONY_RADIUS, _BALCONY_ROWS = 1512.0, 8
_TABLE_RADII, _TABLE_SEATS, _TABLES_PER_ROW, _TABLE_ANGLE = (655.0, 780.0), 6, 6, 0.185
_BOX_RADIUS, _BOX_PITCH, _BOX_ANGLE = 900.0, 118.0, 0.62

_CABARET, _PREMIUM, _STALLS = CategoryId("cabaret"), CategoryId("premium"), CategoryId("stalls")
_BALCONY, _BOXES = CategoryId("balcony"), CategoryId("boxes")
_STALLS_WEDGES = {"left": (-0.51, -0.2), "centre": (-0.2, 0.2), "right": (0.2, 0.51)}
_BALCONY_WEDGES = {"left": (-0.425, -0.155), "centre": (-0.155, 0.155), "right": (0.155, 0.425)}
"""Blocks of a tier: angles to the right of straight down."""


def theatre() -> Layout:
    """The drawing: canvas 1700 x 1560.

    Stalls `stalls-A-1`, balcony `balcony-A-1`, boxes `box-1-1`, tables `table-1` to `table-12` with seats
    `seat_table-1_0` and on; the six tables next to the stage are booked whole.
    """
    tables = [_table(number) for number in range(1, 2 * _TABLES_PER_ROW + 1)]
    table_seats = [seat for table in tables for seat in seats_around(table, _CABARET)]
    boxes = [_box(number) for number in range(1, 9)]
    stalls, stalls_sections = _tier("stalls", _STALLS_WEDGES, _STALLS_RADIUS, _STALLS_ROWS)
    balcony, balcony_sections = _tier("balcony", _BALCONY_WEDGES, _BALCONY_RADIUS, _BALCONY_ROWS)
    edge = _TABLE_ANGLE * (_TABLES_PER_ROW - 1) / 2 + 0.1
    outline = below(_BEND, edge).band(_TABLE_RADII[0] - 68, _TABLE_RADII[1] + 68)
    cabaret = Section(id=SectionId("cabaret"), name="Cabaret tables", outline=outline)
    return Layout(
        id=LayoutId("theatre"),
        name="Orpheum Theatre",
        canvas_w=_CANVAS_W,
        canvas_h=_CANVAS_H,
        categories=(
            Category(id=_PREMIUM, name="Premium stalls", color=Ink.VIOLET, price=120.0),
            Category(id=_STALLS, name="Stalls", color=Ink.BLUE, price=85.0),
            Category(id=_BALCONY, name="Balcony", color=Ink.TEAL, price=55.0),
            Category(id=_BOXES, name="Boxes", color=Ink.RED, price=140.0),
            Category(id=_CABARET, name="Cabaret tables", color=Ink.AMBER, price=95.0),
        ),
        seats=(*table_seats, *stalls, *(seat for seats, _ in boxes for seat in seats), *balcony),
        sections=(cabaret, *stalls_sections, *(section for _, section in boxes), *balcony_sections),
        items=(
            Item(id="stage", type="stage", pos=Point(_MIDDLE, 110), size=Point(760, 130), lbl="Stage"),
            *tables,
            _heading("stalls-heading", "Stalls", _STALLS_RADIUS + _STALLS_ROWS * _ROW_PITCH + 4),
            _heading("balcony-heading", "Balcony", _BALCONY_RADIUS + _BALCONY_ROWS * _ROW_PITCH + 4),
        ),
        focal_point=Point(_MIDDLE, _BEND.y + _STALLS_RADIUS + _STALLS_BEST_ROW * _ROW_PITCH),
    )


def _heading(item_id: str, words: str, radius: float) -> Item:
    return Item(id=item_id, type="text", pos=Point(_MIDDLE, radius + _BEND.y), size=Point(120, 24), lbl=words)


def _table(number: int) -> Item:
    row, place = divmod(number - 1, _TABLES_PER_ROW)
    angle = math.pi - (place - (_TABLES_PER_ROW - 1) / 2) * _TABLE_ANGLE
    return Item(
        id=f"table-{number}",
        type="table",
        pos=Arc(_BEND, 0, 0).point(_TABLE_RADII[row], angle),
        size=Point(54, 54),
        lbl=f"T{number}",
        shp="round",
        sc=_TABLE_SEATS,
        book_as="whole" if row == 0 else "either",
        category_id=_CABARET,
        section_id=SectionId("cabaret"),
    )


def _tier(
    prefix: str, blocks_at: dict[str, tuple[float, float]], radius: float, rows: int
) -> tuple[list[Seat], list[Section]]:
    """The seats of stalls or balcony, row by row, numbered from left to right across its three blocks."""
    wedges = {side: Arc(_BEND, math.pi - start, math.pi - end) for side, (start, end) in blocks_at.items()}
    seats = []
    for n, row in enumerate(row_letters(rows)):
        at = radius + n * _ROW_PITCH
        blocks = {side: wedge.narrowed(at, _HALF_AISLE).places(at, _SEAT_PITCH) for side, wedge in wedges.items()}
        number = 0
        for side, places in blocks.items():
            for nth, place in enumerate(places):
                number += 1
                seats.append(_tier_seat(prefix, side, row, number, place, is_last_row=n == rows - 1, nth=nth))
    name = prefix.capitalize()
    outer = radius + (rows - 1) * _ROW_PITCH + 22
    sections = [
        Section(
            id=SectionId(f"{prefix}-{side}"),
            name=f"{name} {side}",
            outline=wedge.narrowed(radius, _HALF_AISLE - 8).band(radius - 22, outer),
            floor=name,
        )
        for side, wedge in wedges.items()
    ]
    return seats, sections


def _tier_seat(prefix: str, side: str, row: str, number: int, place: Place, *, is_last_row: bool, nth: int) -> Seat:
    is_stalls = prefix == "stalls"
    return Seat(
        id=SeatId(f"{prefix}-{row}-{number}"),
        position=place.point,
        category_id=_BALCONY if not is_stalls else _PREMIUM if row <= "F" else _STALLS,
        row_label=row,
        seat_number=number,
        rotation=place.rotation,
        section_id=SectionId(f"{prefix}-{side}"),
        # The last row of the stalls is on the level of the doors.
        accessible=is_stalls and is_last_row and nth in (0, 2),
        companion=is_stalls and is_last_row and nth in (1, 3),
        restricted_view=not is_stalls and row == "A" and side != "centre",
    )


def _box(number: int) -> tuple[list[Seat], Section]:
    """Boxes 1 to 4 on the left, from the stage outwards, 5 to 8 on the right; four chairs in two rows."""
    side = -1 if number <= 4 else 1
    angle = math.pi - side * _BOX_ANGLE
    radius = _BOX_RADIUS + (number - 1) % 4 * _BOX_PITCH
    wall = Arc(_BEND, angle - 0.1, angle + 0.1)
    section_id = SectionId(f"box-{number}")
    step = 15
    seats = [
        Seat(
            id=SeatId(f"box-{number}-{n + 1}"),
            position=(place := wall.place(radius + down, angle - across / radius)).point,
            category_id=_BOXES,
            row_label=f"Box {number}",
            seat_number=n + 1,
            rotation=place.rotation,
            section_id=section_id,
            restricted_view=down > 0,
        )
        for n, (across, down) in enumerate(((-step, -step), (step, -step), (-step, step), (step, step)))
    ]
    half = 42 / radius
    outline = Arc(_BEND, angle + half, angle - half).band(radius - 38, radius + 38)
    return seats, Section(id=section_id, name=f"Box {number}", outline=outline, floor="Boxes")
