"""Layout documents judged: every fault named with its place."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain.document_reading import FAULTS_MAX, Fault
from frontrow.domain.layout import SEATS_MAX, Layout, Point
from frontrow.domain.layout_faults import LayoutSound, LayoutUnsound, judge_layout, read_layout
from tests.support.layout_documents import document, encoded, faults_of, layout, seat, sound, table


def test_a_sound_document_is_a_layout_without_warnings() -> None:
    judged = sound(document())
    assert [it.id for it in judged.layout.seats] == ["A1", "A2", "A3"]
    assert judged.layout.seats[0].size == Point(24, 24)
    assert judged.warnings == ()


def test_reading_what_was_written_gives_the_same_layout() -> None:
    made = layout(items=[table("t", 4)], sections=[{"id": "s", "name": "S"}], focalPoint={"x": 1, "y": 2})
    assert read_layout(msgspec.json.encode(made)) == LayoutSound(made)


def test_what_readers_rely_on_is_written_out_stated_or_not() -> None:
    written = json.loads(msgspec.json.encode(layout(items=[table("t", 1, size={"x": 0, "y": 0})])))
    assert written["sections"] == []
    assert written["seats"][0]["size"] == {"x": 24, "y": 24}
    assert written["seats"][0]["rotation"] == 0
    assert written["items"][0]["rot"] == 0
    assert written["items"][0]["lbl"] == ""
    assert "accessible" not in written["seats"][0]


@pytest.mark.parametrize(
    ("members", "path", "message"),
    [
        ({"id": "a b"}, "$.id", "expected 1 to 64 of A-Z a-z 0-9 _ . - (but not . or ..), got 'a b'"),
        ({"id": ".."}, "$.id", "(but not . or ..), got '..'"),
        ({"seats": [seat(".")]}, "$.seats[0].id", "(but not . or ..), got '.'"),
        ({"id": "a\n"}, "$.id", "expected 1 to 64 of"),
        ({"id": ""}, "$.id", "expected 1 to 64 of"),
        ({"id": "x" * 65}, "$.id", "expected 1 to 64 of"),
        ({"name": ""}, "$.name", "expected text of length >= 1"),
        ({"canvasW": 0}, "$.canvasW", "expected a number > 0.0"),
        ({"canvasH": -1}, "$.canvasH", "expected a number > 0.0"),
        ({"canvasH": float("inf")}, "$.canvasH", "expected a finite number, got Infinity"),
        ({"categories": []}, "$.categories", "expected a list of length >= 1"),
        ({"seats": []}, "$.seats", "there are no seats"),
        ({"colour": 1}, "$.colour", "is not known here"),
        ({"seats": [seat("A1"), seat("A1")]}, "$.seats[1].id", "A1 is already the id of seats[0]"),
        ({"seats": [seat("A/1")]}, "$.seats[0].id", "got 'A/1'"),
        ({"seats": [seat("A1", categoryId="gold")]}, "$.seats[0].categoryId", "there is no category 'gold'"),
        ({"seats": [seat("A1", sectionId="s")]}, "$.seats[0].sectionId", "there is no section 's'"),
        ({"seats": [seat("A1", tableId="t")]}, "$.seats[0].tableId", "there is no table 't'"),
        (
            {"seats": [seat("A1", position={"x": 401, "y": 0})]},
            "$.seats[0].position",
            "(401, 0) is outside the canvas of 400 x 400",
        ),
        ({"seats": [seat("A1", position={"x": 0, "y": -0.5})]}, "$.seats[0].position", "(0, -0.5) is outside"),
        ({"seats": [seat("A1", position={"x": 1})]}, "$.seats[0].position.y", "is missing"),
        ({"seats": [seat("A1", size={"x": 0, "y": 5})]}, "$.seats[0].size", "expected an extent above 0"),
        ({"seats": [seat("A1", seatNumber=1.5)]}, "$.seats[0].seatNumber", "expected a whole number or text"),
        ({"seats": [seat("A1", accessible=1)]}, "$.seats[0].accessible", "expected true or false"),
        ({"seats": [seat("A1", rotation=361)]}, "$.seats[0].rotation", "expected a number <= 360.0"),
        ({"sections": [{"id": "s", "name": "S"}] * 2}, "$.sections[1].id", "s is already the id of sections[0]"),
        (
            {"sections": [{"id": "s", "name": "S", "outline": [{"x": 0, "y": 0}] * 2}]},
            "$.sections[0].outline",
            "expected 3 points or more, got 2",
        ),
        (
            {"items": [table("t", 0)]},
            "$.items[0].sc",
            "no seat names it, and sc is 0 or not given",
        ),
        ({"items": [table("t", 51, bookAs="whole")]}, "$.items[0].bookAs", "nobody can hold more than 50 seats"),
        ({"items": [table("t", 2), table("t", 2)]}, "$.items[1].id", "t is already the id of items[0]"),
        ({"items": [table("t", 2, categoryId="gold")]}, "$.items[0].categoryId", "there is no category 'gold'"),
        ({"items": [table("t", 2, sectionId="s")]}, "$.items[0].sectionId", "there is no section 's'"),
        ({"items": [table("t", 2, categoryId=None)]}, "$.items[0].categoryId", "is missing: with several categories"),
        ({"items": [table("t", 2, pos={"x": 500, "y": 0})]}, "$.items[0].pos", "is outside the canvas"),
        ({"items": [table("t", 2, pos={"x": 200, "y": 20})]}, "$.items[0].pos", "its seat seat_t_0 at (200, -26) is"),
        ({"items": [table("t", 2, size={"x": -1, "y": 0})]}, "$.items[0].size", "expected an extent of 0 or more"),
        ({"items": [table("x" * 60, 2)]}, "$.items[0].id", "is too long for the ids of its seats"),
        ({"items": [table("t", 2, type="stage", categoryId=None)]}, "$.items[0].sc", "is for tables; this is a stage"),
        ({"items": [table("t", 2, type="sofa")]}, "$.items[0].type", "expected one of table, stage, text, shape"),
        (
            {"items": [{"id": "i", "type": "text", "pos": {"x": 1, "y": 1}, "bookAs": "whole"}]},
            "$.items[0].bookAs",
            "is for tables; this is a text",
        ),
    ],
)
def test_each_fault_is_named_where_it_is(members: dict[str, Any], path: str, message: str) -> None:
    faults = faults_of(document(**members))
    assert list(faults) == [path]
    assert message in faults[path]


@pytest.mark.parametrize(
    ("category", "path"),
    [
        ({"color": "gold"}, "$.categories[0].color"),
        ({"color": "#FFF"}, "$.categories[0].color"),
        ({"color": "#FFD70\n"}, "$.categories[0].color"),
        ({"color": "#FFD700\n"}, "$.categories[0].color"),
        ({"price": -1}, "$.categories[0].price"),
        ({"price": "75"}, "$.categories[0].price"),
        ({"price": 1e12}, "$.categories[0].price"),
        ({"id": "standard"}, "$.categories[1].id"),
    ],
)
def test_a_category_that_cannot_be_used_is_named(category: dict[str, Any], path: str) -> None:
    vip, standard = document()["categories"]
    faults = faults_of(document(categories=[vip | category, standard]))
    assert path in faults


def test_all_faults_are_named_at_once_those_of_form_and_those_of_the_whole() -> None:
    faults = faults_of(
        document(
            canvasW="wide",
            extra=1,
            seats=[seat("A1", categoryId="gold"), seat("A1"), seat("B1", rotation="left", sectionId="nowhere")],
        )
    )
    assert set(faults) == {
        "$.canvasW",
        "$.extra",
        "$.seats[0].categoryId",
        "$.seats[1].id",
        "$.seats[2].rotation",
        "$.seats[2].sectionId",
    }


def test_a_part_that_cannot_be_read_brings_no_faults_that_only_follow_from_it() -> None:
    assert set(faults_of(document(seats=[seat("A1"), 7, seat("A2", id=3), seat("A3", position=None)]))) == {
        "$.seats[1]",
        "$.seats[2].id",
        "$.seats[3].position",
    }
    assert set(faults_of(document(seats="many", items=[table("t", 0)]))) == {"$.seats"}
    assert set(faults_of(document(canvasW=None, canvasH=[]))) == {"$.canvasW", "$.canvasH"}
    vip, standard = document()["categories"]
    assert set(faults_of(document(categories=[vip, standard | {"id": 7}]))) == {"$.categories[1].id"}
    assert set(faults_of(document(categories=[vip | {"name": 7}]))) == {
        "$.categories[0].name",
        "$.seats[1].categoryId",
        "$.seats[2].categoryId",
    }
    assert set(faults_of(document(sections=7, seats=[seat("A1", sectionId="s")]))) == {"$.sections"}


@pytest.mark.parametrize("canvas_w", [-1, "wide", None])
def test_what_lies_outside_of_the_known_edges_is_named_though_the_canvas_has_a_fault(canvas_w: object) -> None:
    places = [{"x": 900, "y": 40}, {"x": -5, "y": 40}, {"x": 40, "y": 401}]
    seats = [seat(f"A{n}", position=place, seatNumber=n) for n, place in enumerate(places)]
    faults = faults_of(document(canvasW=canvas_w, seats=seats))
    assert set(faults) == {"$.canvasW", "$.seats[1].position", "$.seats[2].position"}
    assert faults["$.seats[2].position"] == "(40, 401) is outside the canvas of ? x 400"


def test_a_place_is_told_as_the_api_names_members() -> None:
    assert Fault("$.seats[3].position.x", "is missing").place == "seats[3].position.x"
    assert Fault("$", "is no JSON").place == ""


def test_a_tables_seats_are_made_around_it_when_none_is_named() -> None:
    made = layout(items=[table("t", 4, lbl="VIP 1", sectionId="s")], sections=[{"id": "s", "name": "S"}])
    seats = [it for it in made.seats if it.table_id == "t"]
    assert [it.id for it in seats] == ["seat_t_0", "seat_t_1", "seat_t_2", "seat_t_3"]
    assert [(it.row_label, it.seat_number) for it in seats] == [("VIP 1", n) for n in (1, 2, 3, 4)]
    assert {it.category_id for it in seats} == {"standard"}
    assert {it.section_id for it in seats} == {"s"}
    assert seats[0].position == Point(200, 154)


def test_the_only_category_needs_no_naming_at_a_table() -> None:
    only = [{"id": "standard", "name": "Standard", "color": "#4CAF50"}]
    made = sound(document(categories=only, seats=[], items=[table("t", 2, categoryId=None)])).layout
    assert {it.category_id for it in made.seats} == {"standard"}


def test_a_table_with_named_seats_needs_no_count_and_a_wrong_one_is_a_fault() -> None:
    named = [seat("A1", tableId="t"), seat("A2", position={"x": 80, "y": 50}, tableId="t", seatNumber=2)]
    assert layout(seats=named, items=[table("t", 0)]).items[0].sc == 2
    assert layout(seats=named, items=[table("t", 2)]).items[0].sc == 2
    assert faults_of(document(seats=named, items=[table("t", 3)])) == {
        "$.items[0].sc": "3 seats are stated, but 2 name the table 't'"
    }


def test_made_seats_may_not_take_the_id_of_another_seat() -> None:
    faults = faults_of(document(seats=[seat("seat_t_1")], items=[table("t", 2)]))
    assert faults == {"$.items[0].id": "its seat seat_t_1 would have the id of another seat"}


def test_seats_of_tables_count_for_the_most_a_layout_may_have() -> None:
    canvas = {"canvasW": 20_000, "canvasH": 20_000}
    tables = [table(f"t{n}", 1_000, pos={"x": 9_000, "y": 9_000}) for n in range(SEATS_MAX // 1_000 + 1)]
    assert f"{SEATS_MAX + 1_000} seats" in faults_of(document(seats=[], items=tables, **canvas))["$.seats"]


def test_so_many_faults_are_named_and_no_more() -> None:
    judged = judge_layout(msgspec.convert(document(seats=[seat("A1")] * (FAULTS_MAX + 9)), Layout))
    assert isinstance(judged, LayoutUnsound)
    assert len(judged.faults) == FAULTS_MAX + 1
    assert judged.faults[-1].message == f"only the first {FAULTS_MAX} faults are named; there may be more"


def test_what_is_odd_but_stops_nobody_is_a_warning() -> None:
    seats = [seat("A1"), seat("A2"), seat("A3", position={"x": 80, "y": 50})]
    assert sound(document(seats=seats)).warnings == (
        "1 label given to more than one seat: A 1",
        "1 place taken by more than one seat: (50, 50)",
        "1 category without seats: vip",
    )


def test_the_same_label_in_another_section_or_at_another_table_is_nothing_odd() -> None:
    sections = [{"id": "l", "name": "Left"}, {"id": "r", "name": "Right"}]
    seats = [
        seat("L1", sectionId="l", categoryId="vip"),
        seat("R1", sectionId="r", position={"x": 80, "y": 50}),
    ]
    assert sound(document(sections=sections, seats=seats)).warnings == ()


@given(noise=st.binary(max_size=30), at=st.integers(0, 2_000))
def test_a_damaged_document_gives_faults_and_never_an_exception(noise: bytes, at: int) -> None:
    good = encoded(document(items=[table("t", 3)]))
    place = at % len(good)
    judged = read_layout(good[:place] + noise + good[place + len(noise) :])
    assert isinstance(judged, LayoutSound) or judged.faults
