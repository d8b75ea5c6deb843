"""Picking: the best seats for people, judged against trying everything, and by cases a box office would name."""

import random
from math import hypot

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontrow.domain import picking_splits
from frontrow.domain.ids import CategoryId, SectionId
from frontrow.domain.layout import Item, Point, Seat
from frontrow.domain.layout_faults import LayoutSound, judge_layout
from frontrow.domain.layout_index import LayoutIndex, index_layout
from frontrow.domain.orphan_rule import orphan_checks
from frontrow.domain.picking import Pick, pick, suggest
from frontrow.domain.picking_cost import COUNT_MAX, Wish
from frontrow.domain.seat_groups import SeatGroups, focus_of, seat_groups_of
from frontrow.domain.table_seating import seats_around
from frontrow.domain.venues.arena import arena
from frontrow.domain.venues.cinema import cinema
from tests.support import brute_picking
from tests.support.house import seats
from tests.support.seat_plans import PITCH, indexed_plan, plan, states_of


def groups_of(*rows: str) -> SeatGroups:
    return seat_groups_of(indexed_plan(rows))


def picked(groups: SeatGroups, wish: Wish, taken: str = "") -> Pick:
    found = pick(groups, states_of(groups.seat_ids, taken.split()), wish)
    assert found is not None
    return found


def table(name: str, x: float, y: float, count: int, *, whole: bool = False) -> tuple[Item, tuple[Seat, ...]]:
    item = Item(
        name, "table", Point(x, y), Point(40, 40), shp="round", sc=count, book_as="whole" if whole else "either"
    )
    return item, seats_around(item, CategoryId("vip"))


def hall(rows: list[str], *tables: tuple[Item, tuple[Seat, ...]]) -> SeatGroups:
    drawn = plan(
        rows, tables=[item for item, _ in tables], table_seats=[seat for _, around in tables for seat in around]
    )
    return seat_groups_of(index_layout(drawn, 1))


# The middle of the stage is at x = 300, above place 10 of a row.
WIDE = "x" * 19


def test_the_best_seats_are_those_in_the_middle_of_the_first_row() -> None:
    assert picked(groups_of(WIDE, WIDE), Wish(3)).seat_ids == seats("A9 A10 A11")


def test_people_sit_together_further_back_rather_than_apart_in_front() -> None:
    groups = groups_of("xx xx xx", "xxxx")
    assert picked(groups, Wish(4)).seat_ids == seats("B1 B2 B3 B4")


def test_no_single_seat_is_left_where_a_little_further_away_none_would_be() -> None:
    groups = groups_of("xxxxxxx")
    chosen = picked(groups, Wish(3), "A7")
    assert chosen.seat_ids == seats("A4 A5 A6")
    assert picked(groups, Wish(2), "A1 A7").seat_ids == seats("A5 A6")
    # Of five free seats in a row, three in the middle would leave two single ones.
    assert picked(groups, Wish(3), "A1 A7").cost.orphans == 0


def test_a_single_seat_is_left_rather_than_a_party_split() -> None:
    chosen = picked(groups_of("xxx", "xxx"), Wish(2))
    assert chosen.cost.parts == 1
    assert chosen.cost.orphans == 1


def test_where_no_single_seat_may_be_left_the_party_is_split() -> None:
    groups = groups_of("xxx", "xx x")
    chosen = picked(groups, Wish(2, orphans_allowed=False), "B1")
    assert chosen.cost.orphans == 0
    assert chosen.cost.parts == 2
    assert pick(groups_of("xxx"), states_of(indexed_plan(["xxx"]).seat_ids), Wish(2, orphans_allowed=False)) is None


def test_a_party_that_must_be_split_sits_in_as_few_parts_and_as_near_each_other_as_can_be() -> None:
    groups = groups_of("xxx       xxx", "xxx", "xxx")
    chosen = picked(groups, Wish(6))
    assert chosen.cost.parts == 2
    assert {part[0][0] for part in chosen.parts} in ({"A", "B"}, {"B", "C"})


def test_nobody_of_a_split_party_sits_alone_if_they_need_not() -> None:
    chosen = picked(groups_of("xxx", "xxx"), Wish(4))
    assert sorted(map(len, chosen.parts)) == [2, 2] or chosen.cost.orphans == 0


def test_restricted_views_come_after_unrestricted_seats_of_similar_quality() -> None:
    assert picked(groups_of("rrrr", "xxxx"), Wish(2)).seat_ids[0].startswith("B")
    far = ["rrrr", *[" "] * 14, "xxxx"]
    assert picked(groups_of(*far), Wish(2)).seat_ids[0].startswith("A")


def test_wheelchair_places_and_those_beside_them_are_kept_back() -> None:
    groups = groups_of("wcxxcw", "xxxxxx")
    assert picked(groups, Wish(3)).seat_ids[0].startswith("B")
    assert pick(groups, states_of(groups.seat_ids, [f"B{n}" for n in range(1, 7)]), Wish(3)) is None


def test_who_asks_for_an_accessible_seat_gets_one_with_a_companions_seat_beside() -> None:
    groups = groups_of("xxxxxxxx", "xxxxwcxx", "wwxxxxxx")
    assert set(picked(groups, Wish(2, accessible=True)).seat_ids) == set(seats("B5 B6"))
    assert picked(groups, Wish(1, accessible=True), "B5").seat_ids in (seats("C1"), seats("C2"))
    assert pick(groups, states_of(groups.seat_ids, ["B5", "C1", "C2"]), Wish(1, accessible=True)) is None


def test_a_party_with_one_wheelchair_does_not_take_two_places_for_wheelchairs() -> None:
    chosen = picked(groups_of("wwcxx"), Wish(3, accessible=True))
    assert chosen.seat_ids == seats("A2 A3 A4") or chosen.cost.orphans == 0


def test_only_seats_of_the_category_and_the_section_asked_for_are_picked() -> None:
    groups = groups_of("xxxxxxvvxx", "xxvvvvvvxx")
    assert picked(groups, Wish(2, category_id=CategoryId("vip"))).seat_ids == seats("A7 A8")
    assert pick(groups, states_of(groups.seat_ids), Wish(2, section_id=SectionId("balcony"))) is None


def test_seats_near_wanted_ones_are_of_their_category_where_that_can_be() -> None:
    groups = groups_of("xxxvvv", "xxxvvv")
    near = Wish(2, near=seats("A3"))
    assert set(picked(groups, near, "A3").seat_ids) <= set(seats("A1 A2 B1 B2 B3"))


def test_a_party_that_fits_a_table_is_not_torn_apart_and_strangers_tables_come_later() -> None:
    groups = hall(["x x x x"], table("t1", 300, 200, 4), table("t2", 300, 400, 4))
    assert picked(groups, Wish(3)).seat_ids[0].startswith("seat_t1")
    assert picked(groups, Wish(3), "seat_t1_0").cost.parts == 1
    assert len({seat_id.rsplit("_", 1)[0] for seat_id in picked(groups, Wish(3), "seat_t1_0").seat_ids}) == 1


def test_a_table_booked_whole_is_picked_by_those_who_fill_it_and_by_nobody_else() -> None:
    groups = hall(["xx"], table("t1", 300, 200, 4, whole=True))
    assert set(picked(groups, Wish(4)).seat_ids) == {f"seat_t1_{n}" for n in range(4)}
    everything = states_of(groups.seat_ids)
    assert pick(groups, everything, Wish(3)) is None
    assert pick(groups, everything, Wish(6)) is None
    assert pick(groups, states_of(groups.seat_ids, ["seat_t1_1"]), Wish(4)) is None


def test_people_want_to_be_near_the_focal_point_else_the_stage_else_the_upper_edge() -> None:
    drawn = plan(["xx"])
    assert focus_of(drawn) == drawn.focal_point
    stage = Item("stage", "stage", Point(7, 9))
    assert focus_of(plan(["xx"], tables=[stage], focal=False)) == Point(7, 9)
    assert focus_of(plan(["xx"], focal=False)) == Point(5_000, 0)


def test_suggestions_share_no_seat_and_the_best_comes_first() -> None:
    groups = groups_of(WIDE, WIDE)
    wish = Wish(2, near=seats("A10 A11"))
    found = list(suggest(groups, states_of(groups.seat_ids, ["A10", "A11"]), wish, 10))
    taken = [seat_id for choice in found for seat_id in choice.seat_ids]
    assert len(found) == 10
    assert len(set(taken)) == 20
    assert not set(taken) & {"A10", "A11"}
    assert found[0].cost == min(choice.cost for choice in found)


def test_each_suggestion_is_judged_alone_and_there_are_no_more_than_seats() -> None:
    groups = groups_of("xxxxx")
    assert [
        choice.seat_ids for choice in suggest(groups, states_of(groups.seat_ids), Wish(2, near=seats("A1")), 5)
    ] == [
        seats("A1 A2"),
        seats("A4 A5"),
    ]


@pytest.mark.parametrize("count", [0, COUNT_MAX + 1])
def test_a_wish_is_for_one_to_fifty_seats(count: int) -> None:
    with pytest.raises(ValueError, match=str(count)):
        Wish(count)


@st.composite
def houses(draw: st.DrawFn) -> tuple[LayoutIndex, bytes, Wish]:
    """A small house, partly sold, and a wish that trying everything can answer."""
    accessible = draw(st.booleans())
    kinds = st.sampled_from("xxxx  v" + draw(st.sampled_from(["", "r", "wc", "wcr"])))
    rows = draw(st.lists(st.text(kinds, min_size=1, max_size=8), min_size=1, max_size=3))
    around = draw(st.sampled_from([(), (3,), (4,)]))
    tables = [table(f"t{n}", 150.0 + 100 * n, 250, count, whole=draw(st.booleans())) for n, count in enumerate(around)]
    groups_drawn = plan(rows, tables=[it for it, _ in tables], table_seats=[seat for _, it in tables for seat in it])
    if not groups_drawn.seats:
        groups_drawn = plan(["xxx"])
    aisle = PITCH * draw(st.sampled_from([99, 2, 4]))
    sided = (
        seat
        if seat.table_id or seat.position.x <= aisle
        else msgspec.structs.replace(seat, section_id=SectionId("east"))
        for seat in groups_drawn.seats
    )
    groups_drawn = msgspec.structs.replace(groups_drawn, seats=tuple(sided))
    layout = index_layout(groups_drawn, 1)
    states = draw(st.lists(st.sampled_from(b"aaaahb"), min_size=len(layout.seat_ids), max_size=len(layout.seat_ids)))
    near = draw(st.lists(st.sampled_from(layout.seat_ids), max_size=2, unique=True))
    wish = Wish(
        count=draw(st.integers(1, 5)),
        category_id=draw(st.sampled_from([None, None, CategoryId("vip"), CategoryId("standard")])),
        accessible=accessible,
        near=tuple(near),
    )
    return layout, bytes(states), wish


@settings(max_examples=300, deadline=None)
@given(houses())
def test_no_choice_is_better_than_the_one_picked(house: tuple[LayoutIndex, bytes, Wish]) -> None:
    layout, states, wish = house
    groups = seat_groups_of(layout)
    best, found = brute_picking.best_cost(groups, states, wish), pick(groups, states, wish)
    if best is None:
        assert found is None
        return
    assert found is not None
    assert len(set(found.seat_ids)) == wish.count
    for seat_id in found.seat_ids:
        assert states[groups.index_of[seat_id]] == ord("a")
        assert wish.admits(groups.seat(seat_id))
    told = brute_picking.cost_of(groups, states, wish, found.seat_ids)
    assert told is not None
    assert found.cost[:2] == told[:2] == best[:2]
    assert found.cost.quality == pytest.approx(told.quality)
    assert told.quality == pytest.approx(best.quality)


@settings(max_examples=200, deadline=None)
@given(houses())
def test_where_there_is_no_time_for_every_run_the_choice_is_still_of_the_fewest_parts(
    house: tuple[LayoutIndex, bytes, Wish],
) -> None:
    layout, states, wish = house
    groups = seat_groups_of(layout)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(picking_splits, "RUNS_MAX", 0)
        found = pick(groups, states, wish)
    best = brute_picking.best_cost(groups, states, wish)
    assert (found is None) == (best is None)
    if found is None or best is None:
        return
    told = brute_picking.cost_of(groups, states, wish, found.seat_ids)
    assert told is not None
    assert found.cost.parts == told.parts == best.parts
    assert found.cost.orphans == told.orphans >= best.orphans
    assert found.cost.quality == pytest.approx(told.quality)


@settings(max_examples=200, deadline=None)
@given(houses())
def test_where_none_may_be_left_no_single_seat_is_left_and_the_hold_will_be_granted(
    house: tuple[LayoutIndex, bytes, Wish],
) -> None:
    layout, states, wish = house
    groups = seat_groups_of(layout)
    wish = Wish(wish.count, wish.category_id, accessible=wish.accessible, near=wish.near, orphans_allowed=False)
    found = pick(groups, states, wish)
    best = brute_picking.best_cost(groups, states, wish)
    if best is not None and best.parts == 1:
        assert found is not None
    if found is None:
        return
    free = {seat_id for seat_id, state in zip(layout.seat_ids, states, strict=True) if state == ord("a")}
    left = free - set(found.seat_ids)
    for check in orphan_checks(layout.rows, found.seat_ids):
        assert check.seat_id not in left or check.beyond in left


@settings(max_examples=100, deadline=None)
@given(houses(), st.integers(1, 10))
def test_suggestions_are_free_and_disjoint_and_never_get_better(
    house: tuple[LayoutIndex, bytes, Wish], alternatives_max: int
) -> None:
    layout, states, wish = house
    groups = seat_groups_of(layout)
    found = list(suggest(groups, states, wish, alternatives_max))
    taken = [seat_id for choice in found for seat_id in choice.seat_ids]
    assert len(found) <= alternatives_max
    assert len(taken) == len(set(taken)) == wish.count * len(found)
    assert all(states[groups.index_of[seat_id]] == ord("a") for seat_id in taken)


def test_a_split_party_sits_in_rows_behind_one_another_rather_than_apart_near_the_stage() -> None:
    groups = groups_of("xxxx" + " " * 30 + "xxxx", "xxxx", *[""] * 4, "xxxxx", "xxxxx")
    chosen = picked(groups, Wish(10))
    assert {part[0][0] for part in chosen.parts} == {"G", "H"}


def test_a_split_party_stays_in_one_section_rather_than_across_an_aisle() -> None:
    drawn = plan(["xxxx xxxx"] * 4)
    sides = [SectionId("left" if int(seat.seat_number) <= 4 else "right") for seat in drawn.seats]
    moved = [msgspec.structs.replace(seat, section_id=side) for seat, side in zip(drawn.seats, sides, strict=True)]
    groups = seat_groups_of(index_layout(msgspec.structs.replace(drawn, seats=tuple(moved)), 1))
    chosen = picked(groups, Wish(8), " ".join(f"{row}{n}" for row in "BC" for n in range(1, 9)))
    assert {groups.seat(seat_id).section_id for seat_id in chosen.seat_ids} == {"right"}


def test_the_best_seats_of_the_demo_cinema_are_two_thirds_back_in_the_middle() -> None:
    chosen = picked(seat_groups_of(index_layout(cinema(), 1)), Wish(4))
    assert {seat_id[0] for seat_id in chosen.seat_ids} == {"G"}
    assert set(chosen.seat_ids) <= set(seats("G4 G5 G6 G7 G8 G9"))


@pytest.fixture(scope="module")
def arena_groups() -> SeatGroups:
    judged = judge_layout(arena())
    assert isinstance(judged, LayoutSound)
    return seat_groups_of(index_layout(judged.layout, 1))


@pytest.mark.parametrize("sold", [0.0, 0.5, 0.9, 0.99, 1.0])
@pytest.mark.parametrize("count", [1, 4, 13, 50])
def test_in_an_arena_there_is_a_choice_for_as_long_as_there_are_seats(
    arena_groups: SeatGroups, sold: float, count: int
) -> None:
    seat_count = len(arena_groups.seats)
    states = bytes(random.Random(count).choices(b"ab", (1 - sold, sold), k=seat_count))
    wish = Wish(count)
    admitted = sum(
        state == ord("a") and wish.admits(seat) for state, seat in zip(states, arena_groups.seats, strict=True)
    )
    found = pick(arena_groups, states, wish)
    assert (found is not None) == (admitted >= count)
    assert found == pick(arena_groups, states, wish)
    if found is not None:
        told = brute_picking.cost_of(arena_groups, states, wish, found.seat_ids)
        assert told is not None
        assert found.cost[:2] == told[:2]
        assert found.cost.quality == pytest.approx(told.quality)


@pytest.mark.parametrize("count", [26, 28, 30, 36, 40, 48, 50])
def test_in_an_empty_arena_a_large_party_sits_in_two_rows_of_one_section_behind_one_another(
    arena_groups: SeatGroups, count: int
) -> None:
    chosen = picked(arena_groups, Wish(count))
    assert len(chosen.parts) == 2
    first, second = ([arena_groups.seat(seat_id) for seat_id in part] for part in chosen.parts)
    assert {seat.section_id for seat in (*first, *second)} == {first[0].section_id}
    rows = "ABCDEFGHJKLMNPQRSTU"
    assert abs(rows.index(first[0].row_label) - rows.index(second[0].row_label)) == 1
    between = min(hypot(a.position.x - b.position.x, a.position.y - b.position.y) for a in first for b in second)
    assert between < 2 * first[0].size.y


@pytest.mark.parametrize("count", [14, 20, 24])
def test_a_party_that_fits_one_row_of_the_arena_sits_in_one_row(arena_groups: SeatGroups, count: int) -> None:
    assert len(picked(arena_groups, Wish(count)).parts) == 1


@pytest.mark.parametrize("count", [30, 50])
def test_in_an_arena_that_is_a_fifth_sold_a_large_party_still_sits_close_together(
    arena_groups: SeatGroups, count: int
) -> None:
    dice = random.Random(3)
    taken = {first + n for first in dice.sample(range(len(arena_groups.seats)), 600) for n in range(4)}
    states = bytes(ord("b" if index in taken else "a") for index in range(len(arena_groups.seats)))
    chosen = pick(arena_groups, states, Wish(count))
    assert chosen is not None
    assert len({arena_groups.seat(seat_id).section_id for seat_id in chosen.seat_ids}) == 1


@pytest.mark.parametrize("count", [30, 45])
def test_a_large_party_with_a_wheelchair_sits_close_together(arena_groups: SeatGroups, count: int) -> None:
    chosen = picked(arena_groups, Wish(count, accessible=True))
    seated = [arena_groups.seat(seat_id) for seat_id in chosen.seat_ids]
    assert any(seat.accessible for seat in seated)
    assert len({seat.section_id for seat in seated}) == 1
