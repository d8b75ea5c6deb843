"""What must be looked at so that no hold leaves a single seat."""

from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain.hold import ORPHAN_CHECKS_MAX, OrphanCheck
from frontrow.domain.ids import SeatId
from frontrow.domain.orphan_rule import orphan_checks
from tests.support.house import seats
from tests.support.seat_plans import indexed_plan


def checks(rows: list[str], wanted: str) -> set[tuple[str, str | None]]:
    found = orphan_checks(indexed_plan(rows).rows, seats(wanted))
    return {(check.seat_id, check.beyond) for check in found}


def test_the_neighbours_on_both_sides_are_looked_at_with_the_seats_beyond_them() -> None:
    assert checks(["xxxxxxxx"], "A4 A5") == {("A3", "A2"), ("A6", "A7")}


def test_at_the_end_of_a_block_nothing_is_beyond() -> None:
    assert checks(["xxxx xxxx"], "A2 A6 A7") == {("A1", None), ("A3", "A4"), ("A5", None), ("A8", None)}


def test_a_seat_between_two_wanted_ones_is_looked_at_once_and_stranded_if_free() -> None:
    assert checks(["xxxxx"], "A2 A4") == {("A1", None), ("A3", None), ("A5", None)}
    (between,) = (it for it in orphan_checks(indexed_plan(["xxxxx"]).rows, seats("A2 A4")) if it.seat_id == "A3")
    assert set(between.beside) == set(seats("A2 A4"))


def test_a_whole_block_strands_nothing() -> None:
    assert checks(["xxxx xx"], "A1 A2 A3 A4") == set()


def test_checks_come_in_the_order_of_the_wanted_seats() -> None:
    rows = indexed_plan(["xxxxxxxxxx"]).rows
    found = orphan_checks(rows, seats("A9 A2"))
    assert found == (
        OrphanCheck(SeatId("A8"), seats("A9"), SeatId("A7")),
        OrphanCheck(SeatId("A10"), seats("A9")),
        OrphanCheck(SeatId("A1"), seats("A2")),
        OrphanCheck(SeatId("A3"), seats("A2"), SeatId("A4")),
    )


def test_a_seat_of_no_row_is_passed_over() -> None:
    assert orphan_checks(indexed_plan(["xx"]).rows, seats("seat_table_1")) == ()


@given(
    taken=st.sets(st.integers(1, 12)),
    wanted=st.sets(st.integers(1, 12), min_size=1),
    aisle=st.integers(0, 12),
)
def test_the_checks_find_exactly_the_seats_that_become_single(taken: set[int], wanted: set[int], aisle: int) -> None:
    wanted -= taken
    rows = indexed_plan(["x" * aisle + " " + "x" * (12 - aisle)]).rows
    free_before = {n for n in range(1, 13) if n not in taken}
    free = free_before - wanted

    def is_single(n: int, among: set[int]) -> bool:
        left, right = (n - 1 if n - 1 != aisle else 0), (n + 1 if n != aisle else 0)
        return n in among and left not in among and right not in among

    expected = {n for n in free if is_single(n, free) and not is_single(n, free_before)}
    found = orphan_checks(rows, [SeatId(f"A{n}") for n in wanted])
    number = {f"A{n}": n for n in range(1, 13)}
    stranded = {
        number[it.seat_id]
        for it in found
        if number[it.seat_id] in free and (it.beyond is None or number[it.beyond] not in free)
    }
    assert stranded == expected
    assert len(found) <= ORPHAN_CHECKS_MAX
