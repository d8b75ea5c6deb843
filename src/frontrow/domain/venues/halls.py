"""Two small halls whose ids are those of well-known examples of booking APIs, so that their calls work as written."""

from frontrow.domain.ids import CategoryId, LayoutId, SeatId, SectionId
from frontrow.domain.layout import Category, Item, Layout, Point, Seat, Section
from frontrow.domain.venues.geometry import bent_row, block_offsets, row_letters
from frontrow.domain.venues.palette import Ink

_VIP, _STANDARD = CategoryId("vip"), CategoryId("standard")
_PITCH, _ROW_PITCH = 30.0, 36.0
_SIDE_ROWS, _SIDE_SEATS = ("A", "B", "C"), 4
_LEFT_X, _RIGHT_X, _FIRST_Y = 100.0, 1010.0, 50.0
_VIP_TABLES = (8, 8, 8, 8, 6)
_STANDARD_TABLES = (6, 6, 6, 6, 6, 6)
_STALLS_Y, _STALLS_PITCH, _AISLE = 336.0, 34.0, 36.0
_STALLS_BLOCKS = (*((8, 14, 8),) * 10, *((10, 14, 10),) * 3)
_STUDIO_ROWS, _STUDIO_ROW_SEATS = 5, 10
_STUDIO_RADIUS, _STUDIO_ROW_PITCH, _STUDIO_BEST_ROW = 650.0, 38.0, 3


def grand_theater() -> Layout:
    """A hall of 500 seats on a canvas of 1200 x 800: 50 in `vip` for 150, 450 in `standard` for 75.

    `seat_A1` to `seat_A4` (and rows B, C) stand left of the tables, `seat_A5` to `seat_A8` right of them, rows D to R
    behind. Five VIP tables, the first of 8 seats at (300, 100); six standard tables of 6.

    Source: seeds/002 (sections 2 to 4).
    """
    sides = [seat for n, row in enumerate(_SIDE_ROWS) for seat in _side_row(row, _FIRST_Y + n * _ROW_PITCH)]
    letters = row_letters(len(_SIDE_ROWS) + len(_STALLS_BLOCKS))[len(_SIDE_ROWS) :]
    stalls = [
        _hall_seat(row, number, Point(round(600 + offset, 2), _STALLS_Y + n * _STALLS_PITCH), _STANDARD)
        for n, (row, blocks) in enumerate(zip(letters, _STALLS_BLOCKS, strict=True))
        for number, offset in enumerate(block_offsets(blocks, _PITCH, _AISLE), start=1)
    ]
    vip_tables = [
        _table("VIP", n, Point(300.0 + 150 * (n - 1), 100), extent=80, seats=seats, category_id=_VIP)
        for n, seats in enumerate(_VIP_TABLES, start=1)
    ]
    standard_tables = [
        _table("standard", n, Point(225.0 + 150 * (n - 1), 242), extent=60, seats=seats, category_id=_STANDARD)
        for n, seats in enumerate(_STANDARD_TABLES, start=1)
    ]
    return Layout(
        id=LayoutId("64f123456789abcd12345678"),
        name="Grand Theater Main Hall",
        canvas_w=1200,
        canvas_h=800,
        categories=(
            Category(id=_VIP, name="VIP", color="#FFD700", price=150.0),
            Category(id=_STANDARD, name="Standard", color="#4CAF50", price=75.0),
        ),
        seats=(*sides, *stalls),
        items=(
            *vip_tables,
            *standard_tables,
            Item(id="stage", type="stage", pos=Point(600, 15), size=Point(700, 20), lbl="Stage"),
        ),
        focal_point=Point(600, 15),
    )


def _side_row(row: str, y: float) -> list[Seat]:
    left = [Point(_LEFT_X + _PITCH * n, y) for n in range(_SIDE_SEATS)]
    right = [Point(_RIGHT_X + _PITCH * n, y) for n in range(_SIDE_SEATS)]
    return [
        _hall_seat(row, number, point, _VIP if number <= _SIDE_SEATS else _STANDARD)
        for number, point in enumerate((*left, *right), start=1)
    ]


def _hall_seat(row: str, number: int, position: Point, category_id: CategoryId) -> Seat:
    seat_id = SeatId(f"seat_{row}{number}")
    return Seat(id=seat_id, position=position, category_id=category_id, row_label=row, seat_number=number)


def _table(kind: str, number: int, pos: Point, *, extent: float, seats: int, category_id: CategoryId) -> Item:
    return Item(
        id=f"table_{kind}_{number:03}",
        type="table",
        pos=pos,
        size=Point(extent, extent),
        lbl=f"{kind[:1].upper()}{kind[1:]} Table {number}",
        shp="round",
        sc=seats,
        category_id=category_id,
    )


def studio() -> Layout:
    """A studio of 50 seats, `S1` to `S50`, five bent rows of ten, 10.00 each.

    Source: seeds/004.
    """
    section_id = SectionId("studio")
    bend = Point(240, -500)
    seats = [
        Seat(
            id=SeatId(f"S{n * _STUDIO_ROW_SEATS + nth}"),
            position=place.point,
            category_id=_STANDARD,
            row_label="S",
            seat_number=n * _STUDIO_ROW_SEATS + nth,
            rotation=place.rotation,
            section_id=section_id,
            accessible=n == 0 and nth in (1, _STUDIO_ROW_SEATS),
            companion=n == 0 and nth in (2, _STUDIO_ROW_SEATS - 1),
        )
        for n in range(_STUDIO_ROWS)
        for nth, place in enumerate(
            bent_row(bend, _STUDIO_RADIUS + _STUDIO_ROW_PITCH * n, block_offsets((5, 5), _PITCH, _AISLE)),
            start=1,
        )
    ]
    outline = [place.point for radius in (620, 832) for place in bent_row(bend, radius, range(-200, 201, 40))]
    half = len(outline) // 2
    return Layout(
        id=LayoutId("studio"),
        name="Studio",
        canvas_w=480,
        canvas_h=380,
        categories=(Category(id=_STANDARD, name="Standard", color=Ink.TEAL, price=10.0),),
        seats=tuple(seats),
        sections=(Section(id=section_id, name="Studio", outline=(*outline[:half], *reversed(outline[half:]))),),
        items=(Item(id="screen", type="stage", pos=Point(240, 45), size=Point(320, 14), lbl="Screen"),),
        focal_point=Point(240, bend.y + _STUDIO_RADIUS + _STUDIO_BEST_ROW * _STUDIO_ROW_PITCH),
    )
