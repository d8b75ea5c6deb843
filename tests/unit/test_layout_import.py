"""Seats.io drawings imported as layouts."""

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain.ids import LayoutId
from frontrow.domain.layout import Layout, Point, Seat
from frontrow.domain.layout_faults import LayoutSound, LayoutUnsound, read_layout
from frontrow.domain.layout_import import MARGIN_MIN, import_chart
from tests.support.charts import chart, encoded, real_chart, row, seat, section, sub_chart


def imported(value: object) -> LayoutSound:
    outcome = import_chart(value if isinstance(value, bytes) else encoded(value))
    assert isinstance(outcome, LayoutSound), outcome
    return outcome


def faults_of(value: object) -> dict[str, str]:
    outcome = import_chart(value if isinstance(value, bytes) else encoded(value))
    assert isinstance(outcome, LayoutUnsound), outcome
    return {fault.path: fault.message for fault in outcome.faults}


def seat_of(layout: Layout, seat_id: str) -> Seat:
    return next(it for it in layout.seats if it.id == seat_id)


def is_inside(point: Point, outline: tuple[Point, ...]) -> bool:
    inside = False
    for one, other in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (one.y > point.y) != (other.y > point.y):
            crossing = (other.x - one.x) * (point.y - one.y) / (other.y - one.y) + one.x
            inside ^= point.x < crossing
    return inside


# --- real charts ------------------------------------------------------------------------------------------------


def test_the_chart_of_8897_seats_is_imported_whole() -> None:
    outcome = imported(real_chart("sampleChartWithZones"))
    layout = outcome.layout
    assert len(layout.seats) == 8_897
    assert [(it.name, it.zone) for it in layout.sections] == [
        ("Goal Stand 4", "Finish Line"),
        ("Goal Stand 3", "Finish Line"),
        ("MT1", "Mid Track"),
        ("MT3", "Mid Track"),
    ]
    assert outcome.warnings == ("1 background image: left out", "2 focal points of zones: left out")
    assert seat_of(layout, "Goal-Stand-3-AA-1").row_label == "AA"


def test_every_seat_of_the_large_chart_lies_in_its_sections_outline_and_in_no_other() -> None:
    layout = imported(real_chart("sampleChartWithZones")).layout
    outlines = {it.id: it.outline for it in layout.sections}
    for it in layout.seats[::7]:
        assert [name for name, outline in outlines.items() if is_inside(it.position, outline)] == [it.section_id]


def test_seats_of_the_large_chart_keep_their_distances_and_do_not_overlap() -> None:
    raw = json.loads(real_chart("sampleChartWithZones"))
    layout = imported(real_chart("sampleChartWithZones")).layout
    one, other = raw["subChart"]["sections"][0]["subChart"]["rows"][0]["seats"][0:2]
    first, second = seat_of(layout, "Goal-Stand-4-A-1"), seat_of(layout, "Goal-Stand-4-A-2")
    apart = math.dist((one["x"], one["y"]), (other["x"], other["y"]))
    assert math.dist((first.position.x, first.position.y), (second.position.x, second.position.y)) == pytest.approx(
        apart, abs=0.02
    )
    assert first.size.x == 16


def test_an_imported_chart_is_a_document_of_the_layout_format() -> None:
    layout = imported(real_chart("sampleChartWithZones")).layout
    assert read_layout(msgspec.json.encode(layout)) == LayoutSound(layout)


def test_the_chart_with_general_admission_keeps_its_rows_and_says_what_it_lost() -> None:
    outcome = imported(real_chart("sampleChart"))
    assert len(outcome.layout.seats) == 32
    assert "2 general-admission areas: left out, as only numbered places are sold" in outcome.warnings
    assert [(it.type, it.lbl) for it in outcome.layout.items] == [("stage", "Stage")]
    assert [it.id for it in outcome.layout.seats if it.accessible] == ["A-7"]


def test_the_chart_with_tables_keeps_which_one_is_booked_whole_and_warns_of_seats_on_one_spot() -> None:
    outcome = imported(real_chart("sampleChartWithTables"))
    assert [(it.id, it.sc, it.book_as, it.shp) for it in outcome.layout.items] == [
        ("T1", 6, "either", "round"),
        ("T2", 6, "whole", "round"),
    ]
    assert [it.id for it in outcome.layout.seats if it.table_id == "T2"] == [f"T2-{n}" for n in range(1, 7)]
    assert any(warning.startswith("6 places taken by more than one seat") for warning in outcome.warnings)


def test_the_chart_with_sections_keeps_categories_and_entrances() -> None:
    layout = imported(real_chart("sampleChartWithSections")).layout
    assert [(it.name, it.entrance) for it in layout.sections] == [
        ("Section A", "Entrance 1"),
        ("Section B", "Entrance 2"),
    ]
    assert {(it.section_id, it.category_id) for it in layout.seats} == {("Section-A", "cat1"), ("Section-B", "cat2")}
    assert len(layout.seats) == 71


def test_the_chart_with_floors_has_them_below_each_other_on_one_canvas() -> None:
    layout = imported(real_chart("sampleChartWithFloors")).layout
    first, second = layout.sections
    assert (first.floor, second.floor) == ("Floor 1", "Floor 2")
    assert max(point.y for point in first.outline) < min(point.y for point in second.outline)
    assert [it.lbl for it in layout.items] == ["Floor 1", "Floor 2"]


# --- hand-made charts -------------------------------------------------------------------------------------------


def test_rows_become_seats_with_their_labels_on_a_canvas_cut_to_the_drawing() -> None:
    outcome = imported(chart(rows=[row("A", 2, y=1_000), row("B", 2, y=1_024)]))
    layout = outcome.layout
    assert (layout.id, layout.name) == ("Corn-Exchange", "Corn Exchange")
    assert [it.id for it in layout.seats] == ["A-1", "A-2", "B-1", "B-2"]
    assert [(it.row_label, it.seat_number) for it in layout.seats] == [("A", 1), ("A", 2), ("B", 1), ("B", 2)]
    assert seat_of(layout, "A-1").position == Point(MARGIN_MIN + 8, MARGIN_MIN + 8)
    assert (layout.canvas_w, layout.canvas_h) == (36 + 2 * MARGIN_MIN, 40 + 2 * MARGIN_MIN)
    assert [(it.id, it.color, it.price) for it in layout.categories] == [
        ("Balcony-Co", "#87A9CD", None),
        ("Stalls", "#55EE44", None),
    ]


def test_the_id_of_the_layout_may_be_chosen() -> None:
    outcome = import_chart(encoded(chart(rows=[row("A")])), LayoutId("mine"))
    assert isinstance(outcome, LayoutSound)
    assert outcome.layout.id == "mine"


def test_labels_for_display_win_over_labels_and_ids_are_made_of_labels() -> None:
    shown = row("R1", 1, displayLabel="Reihe 1")
    shown["seats"][0]["displayLabel"] = "1a"
    it = imported(chart(rows=[shown])).layout.seats[0]
    assert (it.id, it.row_label, it.seat_number) == ("R1-1", "Reihe 1", "1a")


@pytest.mark.parametrize(("label", "number"), [("7", 7), ("07", "07"), ("7b", "7b"), ("12345678", "12345678")])
def test_a_seat_number_is_a_number_only_where_that_changes_nothing(label: str, number: int | str) -> None:
    assert imported(chart(rows=[{"label": "A", "seats": [seat(label, 1)]}])).layout.seats[0].seat_number == number


def test_seats_with_the_same_labels_get_ids_of_their_own_and_are_counted() -> None:
    outcome = imported(chart(rows=[row("A", 2), row("A", 2, y=30)]))
    assert [it.id for it in outcome.layout.seats] == ["A-1", "A-2", "A-1-2", "A-2-2"]
    assert "2 seats with the labels of others: told apart by a number at the end of the id" in outcome.warnings


def test_seats_in_a_section_are_moved_by_its_corner_and_inherit_its_category() -> None:
    plain = [{key: value for key, value in it.items() if key != "categoryKey"} for it in row("A", y=40)["seats"]]
    left = section("Left", (100, 200), categoryKey="two", zone="z", entrance="North")
    left["subChart"]["rows"][0]["seats"] = plain
    right = section("Left", (300, 200))
    value = chart(sections=[left, right]) | {"zones": {"list": [{"key": "z", "label": "Zone Z"}]}}
    layout = imported(value).layout
    first, second = layout.sections
    assert (first.id, first.name, first.zone, first.entrance) == ("Left", "Left", "Zone Z", "North")
    assert second.id == "Left-2"
    one, other = seat_of(layout, "Left-A-1"), seat_of(layout, "Left-2-A-1")
    assert other.position == Point(one.position.x + 200, one.position.y)
    assert one.position == Point(first.outline[0].x + 20, first.outline[0].y + 40)
    assert (one.category_id, other.category_id) == ("Stalls", "Balcony-Co")


def test_marks_of_seats_are_kept_and_a_category_for_wheelchairs_makes_its_seats_accessible() -> None:
    seats = [
        seat("1", 0, accessible=True),
        seat("2", 20, companionSeat=True),
        seat("3", 40, restrictedView=True),
        seat("4", 60, categoryKey="two"),
        seat("5", 80, plusSize=True, semiAmbulatorySeat=True),
    ]
    outcome = imported(chart(rows=[{"label": "A", "seats": seats}]))
    marks = [(it.accessible, it.companion, it.restricted_view) for it in outcome.layout.seats]
    yes, no = True, False
    assert marks == [(yes, no, no), (no, yes, no), (no, no, yes), (yes, no, no), (no, no, no)]
    assert any(warning.startswith("1 seat with a mark other than") for warning in outcome.warnings)


def test_rows_of_a_chart_without_sections_may_name_theirs() -> None:
    layout = imported(chart(rows=[row("A", sectionLabel="Parkett"), row("B", y=30, sectionLabel="Parkett")])).layout
    assert [(it.id, it.outline) for it in layout.sections] == [("Parkett", ())]
    assert {it.section_id for it in layout.seats} == {"Parkett"}
    assert layout.seats[0].id == "Parkett-A-1"


def test_seats_are_turned_with_their_row_and_shrink_where_they_would_overlap() -> None:
    slanted = {"label": "A", "seats": [seat(str(n), 10 * n, 10 * n) for n in range(1, 4)]}
    first, *_ = imported(chart(rows=[slanted])).layout.seats
    assert first.rotation == 45
    assert first.size.x == pytest.approx(0.9 * math.hypot(10, 10), abs=0.01)


def test_tables_keep_shape_and_seats_and_empty_ones_are_left_out() -> None:
    round_one = {
        "label": "7",
        "type": "round",
        "center": {"x": 100, "y": 100},
        "radius": 24,
        "bookAsAWhole": True,
        "seats": [seat("1", 100, 69), seat("2", 100, 131)],
    }
    long_one = {
        "label": "Long",
        "type": "rectangular",
        "center": {"x": 300, "y": 100},
        "width": 90,
        "height": 30,
        "rotationAngle": 30,
        "seats": [seat("1", 300, 75)],
    }
    empty = {"label": "Empty", "center": {"x": 0, "y": 0}}
    outcome = imported(chart(tables=[round_one, long_one, empty]))
    tables = [(it.id, it.lbl, it.shp, it.size, it.book_as, it.rot) for it in outcome.layout.items]
    assert tables == [
        ("7", "7", "round", Point(48, 48), "whole", 0),
        ("Long", "Long", "rectangle", Point(90, 30), "either", 30),
    ]
    assert [it.rotation for it in outcome.layout.seats if it.table_id == "7"] == [180, 0]
    assert "1 table without seats: left out" in outcome.warnings


def test_stages_shapes_and_texts_become_items() -> None:
    shapes = [
        {"type": "rectangle", "label": "Bühne", "smartType": "stage", "center": {"x": 50, "y": 10}, "width": 80},
        {"type": "circle", "label": "Bar", "center": {"x": 200, "y": 10}, "radius1": 20, "radius2": 10},
        {"type": "polygon", "points": [{"x": 0, "y": 0}, {"x": 30, "y": 0}, {"x": 15, "y": 40}]},
        {"type": "rectangle"},
    ]
    texts = [
        {"text": "Exit", "center": {"x": 5, "y": 5}, "fontSize": 10},
        {"label": "WC", "x": 1, "y": 2},
        {"text": ""},
    ]
    outcome = imported(chart(rows=[row("A")], shapes=shapes, texts=texts))
    assert [(it.id, it.type, it.shp, it.size) for it in outcome.layout.items] == [
        ("Buhne", "stage", "rectangle", Point(80, 0)),
        ("Bar", "shape", "round", Point(40, 20)),
        ("shape", "shape", "rectangle", Point(30, 40)),
        ("Exit", "text", "rectangle", Point(24, 10)),
        ("WC", "text", "rectangle", Point(28.8, 24)),
    ]
    assert {
        "1 shape that is no rectangle or circle: drawn as its box",
        "1 shape without a place: left out",
        "1 text without words or a place: left out",
    } <= set(outcome.warnings)


def test_everything_that_cannot_be_kept_is_told_once_with_its_count() -> None:
    bent = section("Bent", (0, 100), viewFromYourSeatImage={"url": "x"})
    bent["points"][0]["curve"] = 3
    bent["subChart"] |= {"booths": [{}, {}], "icons": [{}], "sections": [section("Inner", (200, 0))]}
    outcome = imported(
        chart(
            sections=[bent],
            generalAdmissionAreas=[{}],
            booths=[{}],
            imageObjects=[{}],
            backgroundImage={"url": "x"},
            lasers=[1, 2],
        )
    )
    assert outcome.warnings == (
        "1 general-admission area: left out, as only numbered places are sold",
        "3 booths: left out, as only numbered places are sold",
        "1 icon: left out",
        "1 image: left out",
        "1 background image: left out",
        "1 picture of the view from a seat: left out",
        "1 section with a curved outline: drawn with straight lines",
        "1 section inside a section: kept as a section beside it",
        "2 of 'lasers': left out, as this importer does not know them",
        "1 category without seats: Stalls",
    )


def test_colours_that_are_not_understood_are_replaced() -> None:
    value = chart(rows=[row("A")])
    value["categories"]["list"][0]["color"] = "hotpink"
    outcome = imported(value)
    assert "1 category colour not understood: replaced" in outcome.warnings
    assert outcome.layout.categories[0].color.startswith("#")


def test_the_focal_point_moves_with_the_drawing() -> None:
    layout = imported(chart(rows=[row("A", y=500)], focalPoint={"x": 20, "y": 400})).layout
    assert layout.focal_point == Point(MARGIN_MIN + 8, MARGIN_MIN + 8 - 100)


def test_the_same_chart_always_gives_the_same_layout() -> None:
    value = encoded(chart(sections=[section("A", (0, 0)), section("A", (200, 0))]))
    assert import_chart(value) == import_chart(value)


# --- charts that cannot be used ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "path", "message"),
    [
        (b"", "$", "not JSON"),
        (b"[1, 2]", "$", "expected an object, got a list"),
        (b"{}", "$.categories", "is missing"),
        ({"categories": {"list": []}}, "$.subChart", "nothing drawn on it"),
        (chart(), "$.subChart", "there are no numbered seats on the chart"),
        (chart(generalAdmissionAreas=[{}]), "$.subChart", "there are no numbered seats"),
        (chart(floors=[sub_chart(), sub_chart()]), "$.subChartFloors[0]", "there are no numbered seats"),
        (
            chart(rows=[{"label": "A", "seats": [seat("1", 0, categoryKey=9)]}]),
            "$.subChart.rows[0].seats[0].categoryKey",
            "there is no category 9",
        ),
        (
            chart(rows=[{"label": "A", "seats": [seat("1", 0, categoryKey=None)]}]),
            "$.subChart.rows[0].seats[0].categoryKey",
            "no category is named here or around here",
        ),
        (
            chart(rows=[{"label": "A", "seats": [{"label": "1", "x": "far", "y": 0}]}]),
            "$.subChart.rows[0].seats[0].x",
            "expected a number, got text",
        ),
        (chart(rows=[7]), "$.subChart.rows[0]", "expected an object"),
        (chart(rows={"A": 1}), "$.subChart.rows", "expected a list, got an object"),
        (
            chart(sections=[section("S", (0, 0), topLeft=None, subChart=sub_chart(rows=[row("A", 1, seats=3)]))]),
            "$.subChart.sections[0].subChart.rows[0].seats",
            "expected a list or null, got a whole number",
        ),
    ],
)
def test_a_chart_that_cannot_be_used_is_told_where(value: object, path: str, message: str) -> None:
    faults = faults_of(value)
    assert message in faults[path]


def test_two_categories_with_one_key_are_a_fault() -> None:
    value = chart(rows=[row("A")])
    value["categories"]["list"].append({"key": "1", "label": "Again"})
    assert faults_of(value) == {"$.categories.list[2].key": "'1' is the key of two categories"}


def test_a_chart_nested_without_end_is_a_fault() -> None:
    value: dict[str, Any] = sub_chart(rows=[row("A")])
    for _ in range(60):
        value = sub_chart(sections=[{"label": "S", "subChart": value}])
    outcome = import_chart(encoded(chart(**value)))
    assert isinstance(outcome, LayoutSound | LayoutUnsound)
    deep = b'{"categories": {"list": []}, "subChart": ' + b'{"sections": [{"subChart": ' * 5_000
    assert faults_of(deep)


GOOD = encoded(
    chart(
        sections=[section("S", (0, 0))],
        rows=[row("A", y=300)],
        tables=[{"label": "T", "center": {"x": 300, "y": 300}, "radius": 20, "seats": [seat("1", 300, 260)]}],
        texts=[{"text": "Exit", "center": {"x": 5, "y": 5}}],
    )
)


@given(noise=st.binary(max_size=12), at=st.integers(0, len(GOOD)))
def test_a_damaged_chart_gives_faults_and_never_an_exception(noise: bytes, at: int) -> None:
    outcome = import_chart(GOOD[:at] + noise + GOOD[at + len(noise) :])
    assert isinstance(outcome, LayoutSound) or outcome.faults


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner: list[tuple[str | int, ...]] = []
    if isinstance(value, dict):
        inner = [p for key, member in value.items() for p in _paths(member, (*path, key))]
    elif isinstance(value, list):
        inner = [p for index, element in enumerate(value) for p in _paths(element, (*path, index))]
    return [path, *inner] if path else inner


@given(
    path=st.sampled_from(_paths(json.loads(GOOD))),
    change=st.sampled_from([None, True, -1, 1e300, "", "x" * 300, "Ложа", [], {}, [None], {"x": 1}]),
)
def test_any_member_may_be_anything(path: tuple[str | int, ...], change: object) -> None:
    value = json.loads(GOOD)
    part = value
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = change
    outcome = import_chart(encoded(value))
    assert isinstance(outcome, LayoutSound) or outcome.faults
