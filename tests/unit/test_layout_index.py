"""Layouts prepared for reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain.ids import CategoryId, SeatId, TableId
from frontrow.domain.layout_index import Viewport, index_layout
from tests.support import layout_documents as documents


def test_seats_are_found_by_id_and_keep_the_order_of_the_drawing() -> None:
    index = documents.indexed()
    assert index.seat_ids == ("A1", "A2", "A3")
    assert [index.index_of[seat_id] for seat_id in index.seat_ids] == [0, 1, 2]
    assert index.seat(SeatId("A2")).seat_number == 2
    assert index.version == 1


def test_a_seat_of_another_layout_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        documents.indexed().seat(SeatId("Z9"))


def test_a_table_knows_its_seats_and_a_seat_its_table() -> None:
    index = documents.indexed(items=[documents.table("t1", 3, bookAs="whole")])
    table = index.tables[TableId("t1")]
    assert table.seat_ids == ("seat_t1_0", "seat_t1_1", "seat_t1_2")
    assert table.book_as == "whole"
    assert index.table_of(SeatId("seat_t1_1")) is table
    assert index.table_of(SeatId("A1")) is None


def test_categories_count_their_seats_also_when_they_have_none() -> None:
    index = documents.indexed(seats=[documents.seat("A1")])
    assert index.seats_by_category == {CategoryId("vip"): 0, CategoryId("standard"): 1}


def test_a_viewport_includes_the_seats_on_its_edges() -> None:
    index = documents.indexed()
    assert index.indexes_in(Viewport(50, 50, 30, 0)) == [0, 1]
    assert index.indexes_in(Viewport(50.1, 0, 59.9, 400)) == [1, 2]
    assert index.indexes_in(Viewport(0, 51, 400, 400)) == []


@given(
    places=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=40),
    corner=st.tuples(st.integers(-50, 450), st.integers(-50, 450)),
    extent=st.tuples(st.integers(0, 300), st.integers(0, 300)),
)
def test_a_viewport_finds_exactly_the_seats_inside_in_layout_order(
    places: list[tuple[int, int]], corner: tuple[int, int], extent: tuple[int, int]
) -> None:
    seats = [documents.seat(f"S{n}", position={"x": x, "y": y}) for n, (x, y) in enumerate(places)]
    index = index_layout(documents.layout(seats=seats), 1)
    found = index.indexes_in(Viewport(*corner, *extent))
    (left, top), (width, height) = corner, extent
    inside = [n for n, (x, y) in enumerate(places) if left <= x <= left + width and top <= y <= top + height]
    assert found == inside
