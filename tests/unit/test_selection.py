"""What a request's seats and tables mean on a layout."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain.ids import SeatId, TableId
from frontrow.domain.layout_index import LayoutIndex
from frontrow.domain.selection import (
    DuplicateSeats,
    EmptySelection,
    Selection,
    SelectionFault,
    TableOnlyWhole,
    TooManySeats,
    UnknownSeats,
    select,
    split_whole_tables,
)
from tests.support import layout_documents as documents


@pytest.fixture(scope="module")
def index() -> LayoutIndex:
    """Seats A1 to A3, a table of two sold by the seat, one of three sold whole, and 60 more seats."""
    seats = documents.document()["seats"] + [documents.seat(f"M{n}", position={"x": n, "y": 300}) for n in range(60)]
    tables = [
        documents.table("loose", 2, pos={"x": 100, "y": 200}),
        documents.table("tied", 3, pos={"x": 300, "y": 200}, bookAs="whole"),
    ]
    return documents.indexed(seats=seats, items=tables)


def chosen(index: LayoutIndex, seats: str = "", tables: str = "") -> Selection | SelectionFault:
    return select(index, [SeatId(s) for s in seats.split()], [TableId(t) for t in tables.split()])


def test_seats_come_in_the_order_asked_and_tables_after_them(index: LayoutIndex) -> None:
    selection = chosen(index, "A3 A1", "tied loose")
    assert isinstance(selection, Selection)
    tied, loose = ("seat_tied_0", "seat_tied_1", "seat_tied_2"), ("seat_loose_0", "seat_loose_1")
    assert selection.seat_ids == ("A3", "A1", *tied, *loose)
    assert selection.table_ids == ("tied", "loose")
    assert selection.table_of_seat == {**dict.fromkeys(tied, "tied"), **dict.fromkeys(loose, "loose")}


def test_nothing_is_an_empty_selection(index: LayoutIndex) -> None:
    assert chosen(index) == EmptySelection()


def test_unknown_seats_and_tables_are_all_named_once(index: LayoutIndex) -> None:
    assert chosen(index, "X1 A1 X2 X1", "nope") == UnknownSeats(("X1", "X2"), ("nope",))  # type: ignore[arg-type]


def test_a_table_is_no_seat_and_a_seat_no_table(index: LayoutIndex) -> None:
    assert chosen(index, "loose") == UnknownSeats((SeatId("loose"),), ())
    assert chosen(index, "", "A1") == UnknownSeats((), (TableId("A1"),))


@pytest.mark.parametrize(
    ("seats", "tables", "repeated"),
    [
        ("A1 A2 A1", "", ("A1",)),
        ("seat_loose_1 A1", "loose", ("seat_loose_1",)),
        ("seat_tied_0", "tied", ("seat_tied_0",)),
        ("", "loose loose", ("seat_loose_0", "seat_loose_1")),
    ],
)
def test_a_seat_meant_twice_is_named(index: LayoutIndex, seats: str, tables: str, repeated: tuple[str, ...]) -> None:
    assert chosen(index, seats, tables) == DuplicateSeats(repeated)  # type: ignore[arg-type]


def test_fifty_seats_are_enough_and_too_many_is_judged_before_anything_else(index: LayoutIndex) -> None:
    fifty = " ".join(f"M{n}" for n in range(50))
    assert isinstance(chosen(index, fifty), Selection)
    assert chosen(index, fifty + " M50") == TooManySeats(51, 50)
    assert chosen(index, fifty, "loose") == TooManySeats(52, 50)
    assert chosen(index, "nowhere " * 51) == TooManySeats(51, 50)


def test_a_part_of_a_whole_table_is_refused_with_its_table(index: LayoutIndex) -> None:
    assert chosen(index, "A1 seat_tied_2") == TableOnlyWhole((SeatId("seat_tied_2"),), (TableId("tied"),))


def test_every_seat_of_a_whole_table_is_the_table(index: LayoutIndex) -> None:
    selection = chosen(index, "seat_tied_2 seat_tied_0 seat_tied_1")
    assert isinstance(selection, Selection)
    assert selection.table_ids == ("tied",)
    assert set(selection.table_of_seat) == {"seat_tied_0", "seat_tied_1", "seat_tied_2"}


def test_seats_of_a_loose_table_may_be_had_one_by_one(index: LayoutIndex) -> None:
    selection = chosen(index, "seat_loose_1")
    assert isinstance(selection, Selection)
    assert selection.table_ids == ()
    assert selection.table_of_seat == {}


def test_giving_back_some_seats_of_a_whole_table_splits_it(index: LayoutIndex) -> None:
    part = [SeatId("A1"), SeatId("seat_tied_0")]
    assert split_whole_tables(index, part) == TableOnlyWhole((SeatId("seat_tied_0"),), (TableId("tied"),))
    assert split_whole_tables(index, [SeatId(f"seat_tied_{n}") for n in range(3)]) is None


@given(data=st.data())
def test_a_selection_always_has_distinct_known_seats_and_whole_tables(index: LayoutIndex, data: st.DataObject) -> None:
    seat_ids = data.draw(st.lists(st.sampled_from([*index.seat_ids[:8], SeatId("ghost")]), max_size=6))
    table_ids = data.draw(st.lists(st.sampled_from([*index.tables, TableId("ghost")]), max_size=3))
    outcome = select(index, seat_ids, table_ids)
    if isinstance(outcome, Selection):
        assert len(set(outcome.seat_ids)) == len(outcome.seat_ids) > 0
        assert set(outcome.seat_ids) <= set(index.seat_ids)
        assert set(seat_ids) <= set(outcome.seat_ids)
        assert set(table_ids) <= set(outcome.table_ids)
        assert split_whole_tables(index, outcome.seat_ids) is None
