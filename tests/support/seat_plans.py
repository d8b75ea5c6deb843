"""Layouts drawn with letters, for tests of who sits beside whom: a text line is a row, a character a place."""

from collections.abc import Iterable, Sequence

from frontrow.domain.ids import CategoryId, LayoutId, SeatId
from frontrow.domain.layout import Category, Item, Layout, Point, Seat
from frontrow.domain.layout_index import LayoutIndex, index_layout

PITCH = 30.0
ROW_PITCH = 40.0
STAGE = Point(300.0, 0.0)
_KINDS = {"accessible": "w", "companion": "c", "restricted_view": "r"}


def plan(
    rows: Sequence[str], *, tables: Iterable[Item] = (), table_seats: Iterable[Seat] = (), focal: bool = True
) -> Layout:
    """Rows `A`, `B`, ... one below the other, the stage above the first.

    A space is no seat (an aisle one seat wide); `w` an accessible seat, `c` a companion's, `r` one with a restricted
    view, `v` one in the category `vip`; any other letter is an ordinary seat in `standard`. Seats are `A1`, `A2`, ...
    """
    seats = []
    for n, row in enumerate(rows):
        label = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[n]
        places = [(place, kind) for place, kind in enumerate(row) if kind != " "]
        seats += [
            Seat(
                id=SeatId(f"{label}{number}"),
                position=Point(PITCH * (place + 1), 60 + ROW_PITCH * n),
                category_id=CategoryId("vip" if kind == "v" else "standard"),
                row_label=label,
                seat_number=number,
                accessible=kind == _KINDS["accessible"],
                companion=kind == _KINDS["companion"],
                restricted_view=kind == _KINDS["restricted_view"],
            )
            for number, (place, kind) in enumerate(places, start=1)
        ]
    return Layout(
        id=LayoutId("plan"),
        name="Plan",
        canvas_w=10_000,
        canvas_h=10_000,
        categories=(
            Category(CategoryId("standard"), "Standard", "#4CAF50", 75),
            Category(CategoryId("vip"), "VIP", "#FFD700", 150),
        ),
        seats=(*seats, *table_seats),
        items=tuple(tables),
        focal_point=STAGE if focal else None,
    )


def indexed_plan(rows: Sequence[str]) -> LayoutIndex:
    """The plan, indexed as version 1."""
    return index_layout(plan(rows), 1)


def states_of(seat_ids: Sequence[SeatId], taken: Iterable[str] = ()) -> bytes:
    """States in layout order: those seats booked, all others available."""
    gone = set(taken)
    return bytes(ord("b" if seat_id in gone else "a") for seat_id in seat_ids)
