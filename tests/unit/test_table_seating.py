"""Seats set around tables."""

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain.ids import CategoryId
from frontrow.domain.layout import SEAT_EXTENT, Item, Point
from frontrow.domain.table_seating import TABLE_GAP, seats_around

CATEGORY = CategoryId("c")


def table(sc: int, shp: str = "round", *, width: float = 60, height: float = 60, rot: float = 0) -> Item:
    return Item(id="t", type="table", pos=Point(100, 100), size=Point(width, height), rot=rot, shp=shp, sc=sc)


def test_a_round_tables_seats_stand_on_a_ring_from_the_top_clockwise() -> None:
    top, right, bottom, left = seats_around(table(4), CATEGORY)
    reach = 30 + TABLE_GAP + SEAT_EXTENT / 2
    assert top.position == Point(100, 100 - reach)
    assert right.position == Point(100 + reach, 100)
    assert bottom.position == Point(100, 100 + reach)
    assert left.position == Point(100 - reach, 100)


@pytest.mark.parametrize("rot", [0, 30, 90, 200, 359])
@pytest.mark.parametrize("shp", ["round", "rectangle"])
def test_every_seat_faces_its_table(shp: str, rot: float) -> None:
    for seat in seats_around(table(6, shp, width=120, rot=rot), CATEGORY):
        facing = math.radians(seat.rotation)
        to_table = (100 - seat.position.x, 100 - seat.position.y)
        assert math.sin(facing) * to_table[0] - math.cos(facing) * to_table[1] > 0


def test_a_long_table_has_its_seats_along_its_long_sides_however_it_stands() -> None:
    across = seats_around(table(5, "rectangle", width=120, height=40), CATEGORY)
    assert [seat.position.y for seat in across] == [64, 64, 64, 136, 136]
    upright = seats_around(table(5, "rectangle", width=40, height=120), CATEGORY)
    assert [seat.position.x for seat in upright] == [136, 136, 136, 64, 64]


def test_the_labels_are_the_tables() -> None:
    assert [(seat.row_label, seat.seat_number) for seat in seats_around(table(2), CATEGORY)] == [("t", 1), ("t", 2)]


@given(
    sc=st.integers(1, 60),
    shp=st.sampled_from(["round", "rectangle"]),
    width=st.floats(0, 300),
    height=st.floats(0, 300),
    rot=st.floats(-360, 360),
)
def test_seats_never_overlap_and_have_the_rotation_the_format_allows(
    sc: int, shp: str, width: float, height: float, rot: float
) -> None:
    seats = seats_around(
        table(sc, shp, width=max(width, height) if shp == "round" else width, height=height, rot=rot), CATEGORY
    )
    assert len({seat.id for seat in seats}) == sc
    assert all(0 <= seat.rotation <= 360 for seat in seats)
    if shp == "rectangle" or sc < 3:
        for one, other in combinations(seats, 2):
            apart = math.hypot(one.position.x - other.position.x, one.position.y - other.position.y)
            assert apart >= SEAT_EXTENT
