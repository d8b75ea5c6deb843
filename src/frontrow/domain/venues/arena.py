"""An arena of more than 10,000 seats: a floor before the stage and two tiers of bent rows around it.

The bowl is an oval of four arcs: long sides of a large radius, ends of a small one, meeting without a corner. Rows
keep the same four centres, so that every row is evenly spaced from the one before.
"""

import math
from dataclasses import dataclass

from frontrow.domain.ids import CategoryId, LayoutId, SeatId, SectionId
from frontrow.domain.layout import Category, Item, Layout, Point, Seat, Section
from frontrow.domain.venues.geometry import Arc, Place, row_letters
from frontrow.domain.venues.palette import Ink

_HALF_WIDTH, _HALF_HEIGHT, _END_RADIUS = 560.0, 760.0, 420.0
"""Of the floor within the bowl, and of the arcs at its two ends."""
_END_RISE = _HALF_HEIGHT - _END_RADIUS
_SIDE_RADIUS = (_END_RADIUS**2 - _HALF_WIDTH**2 - _END_RISE**2) / (2 * (_END_RADIUS - _HALF_WIDTH))
"""Of the arcs along the sides, so that they meet the ends: |centre - centre| = side radius - end radius."""
_JOINT = math.atan2(_SIDE_RADIUS - _HALF_WIDTH, _END_RISE)
"""Where an end's arc goes over into a side's, as an angle from straight up (and down)."""

_SEAT = Point(17, 17)
_SEAT_PITCH, _ROW_PITCH, _HALF_AISLE = 20.0, 23.0, 16.0
_LOWER_START, _LOWER_ROWS = 52.0, 18
_UPPER_START, _UPPER_ROWS = 540.0, 20
_OUTER = _UPPER_START + _UPPER_ROWS * _ROW_PITCH
_CENTRE = Point(1660, 1760)
_CANVAS_W, _CANVAS_H = 2 * _CENTRE.x, _CENTRE.y + _HALF_HEIGHT + _OUTER + 60
_FLOOR_BEND = Point(_CENTRE.x, _CENTRE.y - 3000)
_FLOOR_BANDS = {"A": (2650.0, 14), "B": (3030.0, 14)}
_FLOOR_WEDGES = ((-0.128, -0.045), (-0.045, 0.045), (0.045, 0.128))

_FLOOR, _LOWER_SIDE, _LOWER_END = CategoryId("floor"), CategoryId("lower-side"), CategoryId("lower-end")
_UPPER, _BESIDE_STAGE = CategoryId("upper"), CategoryId("beside-stage")


@dataclass(frozen=True, slots=True)
class _Block:
    """One section of the bowl: its arc (with the radius of the bowl's inner edge) and its category."""

    number: int
    arc: Arc
    radius: float
    category_id: CategoryId
    rows: int
    start: float


def arena() -> Layout:
    """The drawing: canvas 3320 wide. Floor `floor-A1-A-1`, lower tier `101-A-1`, upper tier `201-A-1`, clockwise."""
    blocks = [*_tier(101, _LOWER_START, _LOWER_ROWS, 5, 4), *_tier(201, _UPPER_START, _UPPER_ROWS, 6, 5)]
    floor_seats, floor_sections = _floor()
    bowl_seats = [seat for block in blocks for seat in _block_seats(block)]
    return Layout(
        id=LayoutId("arena"),
        name="Meridian Arena",
        canvas_w=_CANVAS_W,
        canvas_h=_CANVAS_H,
        categories=(
            Category(id=_FLOOR, name="Floor", color=Ink.RED, price=195.0),
            Category(id=_LOWER_SIDE, name="Lower tier, sides", color=Ink.VIOLET, price=145.0),
            Category(id=_LOWER_END, name="Lower tier, end", color=Ink.BLUE, price=110.0),
            Category(id=_UPPER, name="Upper tier", color=Ink.GREEN, price=65.0),
            Category(id=_BESIDE_STAGE, name="Beside the stage", color=Ink.AMBER, price=40.0),
        ),
        seats=(*floor_seats, *bowl_seats),
        sections=(*floor_sections, *(_block_section(block) for block in blocks)),
        items=(
            Item(id="stage", type="stage", pos=Point(_CENTRE.x, _CENTRE.y - 580), size=Point(500, 220), lbl="Stage"),
            Item(id="runway", type="stage", pos=Point(_CENTRE.x, _CENTRE.y - 425), size=Point(90, 92)),
            Item(
                id="sound", type="shape", pos=Point(_CENTRE.x, _CENTRE.y + 520), size=Point(220, 70), lbl="Sound desk"
            ),
        ),
        focal_point=Point(_CENTRE.x, _CENTRE.y - 580),
    )


def _tier(first: int, start: float, rows: int, per_side: int, at_end: int) -> list[_Block]:
    """A tier's sections from the right of the stage clockwise to its left."""
    reach = _SIDE_RADIUS - _HALF_WIDTH
    right = Arc(Point(_CENTRE.x - reach, _CENTRE.y), _JOINT, math.pi - _JOINT)
    left = Arc(Point(_CENTRE.x + reach, _CENTRE.y), math.pi + _JOINT, 2 * math.pi - _JOINT)
    bottom = Arc(Point(_CENTRE.x, _CENTRE.y + _END_RISE), math.pi - _JOINT, math.pi + _JOINT)
    top = Point(_CENTRE.x, _CENTRE.y - _END_RISE)
    is_lower = first == 101
    beside = 0.5 * _JOINT
    side_category = _LOWER_SIDE if is_lower else _UPPER
    end_category = _LOWER_END if is_lower else _UPPER
    runs = [
        (Arc(top, beside, _JOINT), _END_RADIUS, _BESIDE_STAGE, 1),
        (right, _SIDE_RADIUS, side_category, per_side),
        (bottom, _END_RADIUS, end_category, at_end),
        (left, _SIDE_RADIUS, side_category, per_side),
        (Arc(top, -_JOINT, -beside), _END_RADIUS, _BESIDE_STAGE, 1),
    ]
    blocks: list[_Block] = []
    for arc, radius, category_id, count in runs:
        step = (arc.end - arc.start) / count
        for n in range(count):
            part = Arc(arc.centre, arc.start + n * step, arc.start + (n + 1) * step)
            blocks.append(_Block(first + len(blocks), part, radius, category_id, rows, start))
    return blocks


def _block_seats(block: _Block) -> list[Seat]:
    seats = []
    for n, row in enumerate(row_letters(block.rows)):
        at = block.radius + block.start + n * _ROW_PITCH
        places = block.arc.narrowed(at, _HALF_AISLE).places(at, _SEAT_PITCH)
        # The lower tier's last row is at the level of the concourse: places for wheelchairs, each with a companion's.
        is_concourse = block.start == _LOWER_START and n == block.rows - 1
        seats += [
            _seat(str(block.number), row, number, place, block.category_id, has_wheelchairs=is_concourse)
            for number, place in enumerate(places, start=1)
        ]
    return seats


def _seat(section: str, row: str, number: int, place: Place, category_id: CategoryId, *, has_wheelchairs: bool) -> Seat:
    return Seat(
        id=SeatId(f"{section}-{row}-{number}"),
        position=place.point,
        category_id=category_id,
        row_label=row,
        seat_number=number,
        size=_SEAT,
        rotation=place.rotation,
        section_id=SectionId(section),
        accessible=has_wheelchairs and number in (1, 3),
        companion=has_wheelchairs and number in (2, 4),
        restricted_view=category_id == _BESIDE_STAGE,
    )


def _block_section(block: _Block) -> Section:
    inner = block.radius + block.start
    outer = inner + (block.rows - 1) * _ROW_PITCH
    return Section(
        id=SectionId(str(block.number)),
        name=str(block.number),
        outline=block.arc.narrowed(inner, _HALF_AISLE - 5).band(inner - 15, outer + 15),
        floor="Lower tier" if block.start == _LOWER_START else "Upper tier",
        entrance=f"Gate {1 + block.number % 100 // 4}",
    )


def _floor() -> tuple[list[Seat], list[Section]]:
    seats: list[Seat] = []
    sections: list[Section] = []
    for band, (radius, rows) in _FLOOR_BANDS.items():
        for block, (start, end) in enumerate(_FLOOR_WEDGES, start=1):
            arc = Arc(_FLOOR_BEND, math.pi - start, math.pi - end)
            section = f"floor-{band}{block}"
            for n, row in enumerate(row_letters(rows)):
                at = radius + n * _ROW_PITCH
                places = arc.narrowed(at, _HALF_AISLE).places(at, _SEAT_PITCH)
                seats += [
                    _seat(section, row, number, place, _FLOOR, has_wheelchairs=n == rows - 1 and band == "B")
                    for number, place in enumerate(places, start=1)
                ]
            outline = arc.narrowed(radius, _HALF_AISLE - 5).band(radius - 15, radius + (rows - 1) * _ROW_PITCH + 15)
            sections.append(Section(id=SectionId(section), name=f"Floor {band}{block}", outline=outline, floor="Floor"))
    return seats, sections
