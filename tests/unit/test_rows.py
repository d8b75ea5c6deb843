"""Who sits beside whom: rows told from drawings, however they are bent, turned, split and listed."""

import math
import random
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain.ids import CategoryId, SeatId, SectionId
from frontrow.domain.layout import Layout, Point, Seat
from frontrow.domain.layout_faults import LayoutSound, judge_layout
from frontrow.domain.layout_import import import_chart
from frontrow.domain.layout_index import index_layout
from frontrow.domain.rows import Rows, rows_of
from frontrow.domain.venues.programme import demo_layouts
from tests.support.charts import real_chart
from tests.support.seat_plans import plan


def names(rows: Rows) -> list[str]:
    """Each block's seats in order, from the end whose name comes first."""
    texts = []
    for block in rows.blocks:
        ids = list(block.seat_ids)
        texts.append(" ".join(ids if ids[0] <= ids[-1] else reversed(ids)))
    return sorted(texts)


def row_of(places: list[tuple[float, float]], *, rotation: float = 0, label: str = "A") -> Layout:
    seats = [
        Seat(SeatId(f"{label}{n:02}"), Point(x, y), CategoryId("standard"), label, n, rotation=rotation)
        for n, (x, y) in enumerate(places, start=1)
    ]
    return msgspec.structs.replace(plan(["x"]), seats=tuple(seats))


def shuffled(layout: Layout, seed: int = 7) -> Layout:
    seats = list(layout.seats)
    random.Random(seed).shuffle(seats)
    return msgspec.structs.replace(layout, seats=tuple(seats))


def sound(layout: Layout) -> Layout:
    judged = judge_layout(layout)
    assert isinstance(judged, LayoutSound)
    return judged.layout


def imported(name: str) -> Layout:
    judged = import_chart(real_chart(name))
    assert isinstance(judged, LayoutSound)
    return judged.layout


def test_an_aisle_parts_a_row_into_blocks() -> None:
    assert names(rows_of(plan(["xxx xxx", "xxxxxxx"]))) == ["A1 A2 A3", "A4 A5 A6", "B1 B2 B3 B4 B5 B6 B7"]


def test_sofas_in_pairs_are_no_aisle() -> None:
    offsets = [30 * n + 9 * (n // 2) for n in range(8)]
    assert len(rows_of(row_of([(x, 0) for x in offsets])).blocks) == 1


def test_a_seat_knows_its_block_and_its_place_in_it() -> None:
    rows = rows_of(plan(["xx xx"]))
    number, place = rows.place_of[SeatId("A4")]
    assert rows.blocks[number].seat_ids[place] == "A4"
    assert rows.blocks[number].row_label == "A"


def test_seats_at_tables_are_in_no_row() -> None:
    theatre = next(layout for layout in demo_layouts() if layout.id == "theatre")
    rows = rows_of(sound(theatre))
    assert not any(seat_id.startswith("seat_table") for seat_id in rows.place_of)


def test_the_same_row_label_in_two_sections_is_two_rows() -> None:
    layout = plan(["xxxx"])
    sections = ("left", "left", "right", "right")
    seats = tuple(
        msgspec.structs.replace(seat, section_id=SectionId(section))
        for seat, section in zip(layout.seats, sections, strict=True)
    )
    assert names(rows_of(msgspec.structs.replace(layout, seats=seats))) == ["A1 A2", "A3 A4"]


def test_two_seats_of_a_row_far_apart_are_not_neighbours_where_the_layout_sits_closer() -> None:
    assert "A1" in names(rows_of(plan(["x          x", "xxxxxxxxxxxx"])))


@pytest.mark.parametrize("turn", range(0, 360, 15))
@pytest.mark.parametrize("is_stated", [True, False])
def test_a_row_turned_by_any_angle_is_one_row_whether_or_not_its_seats_say_so(turn: int, is_stated: bool) -> None:
    angle = math.radians(turn)
    places = [(30 * n * math.cos(angle), 30 * n * math.sin(angle)) for n in range(9)]
    layout = row_of(places, rotation=turn if is_stated else 0)
    expected = [" ".join(seat.id for seat in layout.seats)]
    assert names(rows_of(layout)) == expected
    assert names(rows_of(shuffled(layout))) == expected


@pytest.mark.parametrize("degrees", [60, 180, 300])
def test_a_row_bent_around_the_stage_is_in_order_from_end_to_end(degrees: int) -> None:
    count, radius = 30, 30 * 29 / math.radians(degrees)
    angles = [math.radians(degrees) * n / (count - 1) for n in range(count)]
    layout = row_of([(radius * math.sin(angle), -radius * math.cos(angle)) for angle in angles])
    assert names(rows_of(shuffled(layout))) == [" ".join(seat.id for seat in layout.seats)]


def test_odd_numbers_on_one_side_and_even_ones_on_the_other_are_put_in_order() -> None:
    offsets = {1: 0, 3: -30, 5: -60, 7: -90, 2: 30, 4: 60, 6: 90}
    seats = tuple(Seat(SeatId(f"A{n}"), Point(x, 0), CategoryId("standard"), "A", n) for n, x in offsets.items())
    rows = rows_of(msgspec.structs.replace(plan(["x"]), seats=seats))
    assert names(rows) == ["A6 A4 A2 A1 A3 A5 A7"]


def test_several_lines_under_one_label_are_rows_of_their_own() -> None:
    studio = next(layout for layout in demo_layouts() if layout.id == "studio")
    expected = [" ".join(f"S{n}" for n in range(first, first + 5)) for first in range(1, 51, 5)]
    listed = {frozenset(text.split()) for text in expected}
    assert {frozenset(block.seat_ids) for block in rows_of(studio).blocks} == listed
    assert {frozenset(block.seat_ids) for block in rows_of(shuffled(studio)).blocks} == listed


def test_chairs_in_a_box_sit_side_by_side_and_not_behind_each_other() -> None:
    theatre = sound(next(layout for layout in demo_layouts() if layout.id == "theatre"))
    boxes = [block.seat_ids for block in rows_of(theatre).blocks if block.seat_ids[0].startswith("box-")]
    assert len(boxes) == 16
    assert ("box-1-1", "box-1-2") in boxes
    assert ("box-1-3", "box-1-4") in boxes


def test_seats_on_the_very_same_spot_do_no_harm() -> None:
    rows = rows_of(row_of([(0, 0), (0, 0), (0, 0)]))
    assert sorted(seat_id for block in rows.blocks for seat_id in block.seat_ids) == ["A01", "A02", "A03"]


@pytest.mark.parametrize("layout", demo_layouts(), ids=lambda layout: layout.id)
def test_every_seat_of_a_venue_that_is_not_at_a_table_is_in_one_block_in_an_order_without_jumps(layout: Layout) -> None:
    layout = sound(layout)
    index = index_layout(layout, 1)
    places = [seat_id for block in index.rows.blocks for seat_id in block.seat_ids]
    assert sorted(places) == sorted(seat.id for seat in layout.seats if seat.table_id is None)
    for block in index.rows.blocks:
        assert tuple(index.seat_ids[n] for n in block.indexes) == block.seat_ids
        spots = [index.seat(seat_id).position for seat_id in block.seat_ids]
        steps = [math.dist((a.x, a.y), (b.x, b.y)) for a, b in pairwise(spots)]
        assert not steps or max(steps) <= 1.5 * min(steps)


@pytest.mark.parametrize("name", ["cinema", "theatre", "64f123456789abcd12345678", "studio"])
def test_the_order_of_the_document_makes_no_difference(name: str) -> None:
    layout = sound(next(layout for layout in demo_layouts() if layout.id == name))
    assert names(rows_of(shuffled(layout))) == names(rows_of(layout))


def test_the_cinema_has_two_aisles_and_its_last_row_none() -> None:
    cinema = next(layout for layout in demo_layouts() if layout.id == "cinema")
    blocks = [block.seat_ids for block in rows_of(cinema).blocks]
    assert [len(block) for block in blocks[:3]] == [2, 6, 2]
    assert [len(block) for block in blocks[3:6]] == [3, 6, 3]
    assert len(blocks[-1]) == 14


@pytest.mark.parametrize(
    ("name", "lengths"),
    [
        ("sampleChart", {8}),
        ("sampleChartWithSections", {5, 6}),
        ("sampleChartWithZones", {19, 26, 60, 93, 139}),
    ],
)
def test_real_charts_have_the_rows_they_were_drawn_with(name: str, lengths: set[int]) -> None:
    layout = imported(name)
    rows = rows_of(layout)
    drawn: dict[tuple[str | None, str], set[str]] = {}
    for seat in layout.seats:
        drawn.setdefault((seat.section_id, seat.row_label), set()).add(seat.id)
    assert {frozenset(block.seat_ids) for block in rows.blocks} == {frozenset(ids) for ids in drawn.values()}
    assert {len(block.seat_ids) for block in rows.blocks} == lengths


def test_a_real_charts_rows_are_found_in_whatever_order_their_seats_are_listed() -> None:
    layout = imported("sampleChartWithSections")
    assert names(rows_of(shuffled(layout))) == names(rows_of(layout))


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(0, 359)), min_size=1, max_size=40))
def test_every_seat_is_in_exactly_one_block_whatever_the_drawing(spots: list[tuple[int, int, int]]) -> None:
    seats = tuple(
        Seat(SeatId(f"S{n}"), Point(x, y), CategoryId("standard"), "", n, rotation=float(turn))
        for n, (x, y, turn) in enumerate(spots)
    )
    rows = rows_of(msgspec.structs.replace(plan(["x"]), seats=seats))
    assert sorted(seat_id for block in rows.blocks for seat_id in block.seat_ids) == sorted(seat.id for seat in seats)
    for seat_id, (number, place) in rows.place_of.items():
        assert rows.blocks[number].seat_ids[place] == seat_id


def test_a_house_without_labels_is_told_also_where_one_seat_stands_far_from_all_others() -> None:
    places = [(30.0 * n, 40.0 * row) for row in range(30) for n in range(20)]
    layout = row_of([*places, (1e6, 1e6)])
    lines = {frozenset(f"A{20 * row + n:02}" for n in range(1, 21)) for row in range(30)}
    assert {frozenset(block.seat_ids) for block in rows_of(shuffled(layout)).blocks} == lines | {frozenset({"A601"})}
