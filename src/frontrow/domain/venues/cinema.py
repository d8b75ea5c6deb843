"""A cinema of 120 seats: ten gently bent rows, two aisles, sofas at the back, wheelchair places at the front."""

from frontrow.domain.ids import CategoryId, LayoutId, SeatId, SectionId
from frontrow.domain.layout import Category, Item, Layout, Point, Seat, Section
from frontrow.domain.venues.geometry import bent_row, block_offsets, row_letters
from frontrow.domain.venues.palette import Ink

_CANVAS_W, _CANVAS_H = 720.0, 640.0
_MIDDLE = _CANVAS_W / 2
_BEND = Point(_MIDDLE, -1400)
_PITCH, _AISLE, _ROW_PITCH = 34.0, 34.0, 42.0
_FIRST_ROW_Y = 165.0
_BEST_ROW = 6
"""Row G, two thirds back: where people want to sit."""
_SEAT = Point(28, 28)
_BLOCKS = {"A": (2, 6, 2), "K": (14,)}
_USUAL_BLOCKS = (3, 6, 3)

_STANDARD, _PREMIUM, _SOFA = CategoryId("standard"), CategoryId("premium"), CategoryId("sofa")
_HALL = SectionId("hall")


def cinema() -> Layout:
    """The drawing: canvas 720 x 640, rows A to K without I, seats `A1` to `K14`."""
    seats = tuple(seat for n, row in enumerate(row_letters(10)) for seat in _row(row, _FIRST_ROW_Y + n * _ROW_PITCH))
    return Layout(
        id=LayoutId("cinema"),
        name="Lumière Cinema",
        canvas_w=_CANVAS_W,
        canvas_h=_CANVAS_H,
        categories=(
            Category(id=_STANDARD, name="Standard", color=Ink.BLUE, price=12.0),
            Category(id=_PREMIUM, name="Premium", color=Ink.AMBER, price=16.0),
            Category(id=_SOFA, name="Back-row sofa", color=Ink.MAGENTA, price=19.5),
        ),
        seats=seats,
        sections=(Section(id=_HALL, name="Screen 1", outline=_outline()),),
        items=(
            Item(id="screen", type="stage", pos=Point(_MIDDLE, 64), size=Point(520, 16), lbl="Screen"),
            Item(id="exit", type="text", pos=Point(_MIDDLE, 616), size=Point(60, 16), lbl="Exit"),
        ),
        focal_point=Point(_MIDDLE, _FIRST_ROW_Y + _BEST_ROW * _ROW_PITCH),
    )


def _outline() -> tuple[Point, ...]:
    """Bent like the rows, with upright sides."""
    first, last = _FIRST_ROW_Y - _BEND.y, _FIRST_ROW_Y + 9 * _ROW_PITCH - _BEND.y
    offsets = [33.5 * n for n in range(-8, 9)]
    front = [place.point for place in bent_row(_BEND, first - 34, offsets)]
    back = [place.point for place in bent_row(_BEND, last + 34, offsets)]
    return (*front, *reversed(back))


def _row(row: str, y: float) -> list[Seat]:
    blocks = _BLOCKS.get(row, _USUAL_BLOCKS)
    # Sofas come in pairs: two seats close together, then a gap.
    offsets = block_offsets((2,) * 7, 30, 9) if row == "K" else block_offsets(blocks, _PITCH, _AISLE)
    places = bent_row(_BEND, y - _BEND.y, offsets)
    return [
        Seat(
            id=SeatId(f"{row}{number}"),
            position=place.point,
            category_id=_SOFA if row == "K" else _PREMIUM if row in "GHJ" and 3 < number < 10 else _STANDARD,
            row_label=row,
            seat_number=number,
            size=_SEAT,
            rotation=place.rotation,
            section_id=_HALL,
            accessible=row == "A" and number in (1, 10),
            companion=row == "A" and number in (2, 9),
        )
        for number, place in enumerate(places, start=1)
    ]
