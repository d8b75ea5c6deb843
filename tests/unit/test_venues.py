"""The demo's own venues: sound, roomy and readable."""

import itertools
import math
from collections import Counter, defaultdict

import pytest

from frontrow.domain.ids import SeatId, TableId
from frontrow.domain.layout import Layout, Point
from frontrow.domain.layout_faults import LayoutSound, judge_layout
from frontrow.domain.layout_index import LayoutIndex, index_layout
from frontrow.domain.venues.palette import Ink
from frontrow.domain.venues.programme import DEMO_EVENTS, demo_layouts

WHITE, DARK = "#FFFFFF", "#11141C"
LAYOUTS = {layout.id: layout for layout in demo_layouts()}
GRAND_THEATER = "64f123456789abcd12345678"


@pytest.fixture(params=sorted(LAYOUTS))
def drawn(request: pytest.FixtureRequest) -> Layout:
    """Each venue, complete."""
    judged = judge_layout(LAYOUTS[request.param])
    assert isinstance(judged, LayoutSound), judged
    assert judged.warnings == ()
    return judged.layout


def complete(layout_id: str) -> LayoutIndex:
    judged = judge_layout(next(layout for layout in LAYOUTS.values() if layout.id == layout_id))
    assert isinstance(judged, LayoutSound)
    return index_layout(judged.layout, 1)


def is_inside(point: Point, outline: tuple[Point, ...]) -> bool:
    inside = False
    for one, other in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (one.y > point.y) != (other.y > point.y):
            inside ^= point.x < (other.x - one.x) * (point.y - one.y) / (other.y - one.y) + one.x
    return inside


def luminance(color: str) -> float:
    channels = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_no_two_seats_of_a_venue_overlap(drawn: Layout) -> None:
    cells: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for index, seat in enumerate(drawn.seats):
        column, row = int(seat.position.x // 40), int(seat.position.y // 40)
        for near in itertools.product((column - 1, column, column + 1), (row - 1, row, row + 1)):
            for other in (drawn.seats[n] for n in cells[near]):
                apart = math.dist((seat.position.x, seat.position.y), (other.position.x, other.position.y))
                assert apart >= max(seat.size.x, other.size.x), f"{seat.id} and {other.id} are {apart} apart"
        cells[column, row].append(index)


def test_every_seat_lies_within_its_section_and_in_no_other(drawn: Layout) -> None:
    outlines = {section.id: section.outline for section in drawn.sections}
    for seat in drawn.seats[:: max(1, len(drawn.seats) // 1_000)]:
        around = [name for name, outline in outlines.items() if is_inside(seat.position, outline)]
        assert around == ([seat.section_id] if seat.section_id else [])


def test_seats_and_sections_leave_a_margin_on_the_canvas(drawn: Layout) -> None:
    points = [point for section in drawn.sections for point in section.outline]
    points += [seat.position for seat in drawn.seats]
    assert all(20 <= p.x <= drawn.canvas_w - 20 and 20 <= p.y <= drawn.canvas_h - 20 for p in points)


def test_every_venue_has_a_stage_in_sight_and_prices_for_everything(drawn: Layout) -> None:
    assert any(item.type == "stage" for item in drawn.items)
    assert drawn.focal_point is not None
    assert all(category.price for category in drawn.categories)


def test_every_accessible_seat_has_a_companion_seat_beside_it(drawn: Layout) -> None:
    seats = drawn.seats
    for n, seat in enumerate(seats):
        if seat.accessible:
            beside = [seats[m] for m in (n - 1, n + 1) if 0 <= m < len(seats)]
            assert any(other.companion and other.row_label == seat.row_label for other in beside), seat.id


@pytest.mark.parametrize("ink", list(Ink))
@pytest.mark.parametrize("page", [WHITE, DARK])
def test_colours_stand_out_from_a_white_and_from_a_dark_page(ink: Ink, page: str) -> None:
    assert contrast(ink, page) >= 3


def test_colours_of_one_venue_are_easy_to_tell_apart(drawn: Layout) -> None:
    for one, other in itertools.combinations([category.color for category in drawn.categories], 2):
        red, green, blue = (abs(int(one[n : n + 2], 16) - int(other[n : n + 2], 16)) for n in (1, 3, 5))
        assert red + green + blue > 100, f"{one} and {other}"


def test_drawing_a_venue_twice_gives_the_same_drawing() -> None:
    assert demo_layouts() == demo_layouts()


def test_the_cinema_has_120_seats_with_the_ids_its_events_use() -> None:
    cinema = complete("cinema")
    assert len(cinema.seat_ids) == 120
    named = {f"A{n}" for n in range(1, 11)} | {"F5", "F6", "K14"}
    assert {SeatId(seat_id) for seat_id in named} <= set(cinema.seat_ids)


def test_the_theatre_has_stalls_balcony_boxes_and_twelve_round_tables_some_of_them_whole() -> None:
    theatre = complete("theatre")
    assert {section.floor for section in theatre.layout.sections} >= {"Stalls", "Balcony", "Boxes"}
    assert len(theatre.tables) == 12
    assert Counter(table.book_as for table in theatre.tables.values()) == {"whole": 6, "either": 6}
    assert theatre.tables[TableId("table-1")].seat_ids == tuple(f"seat_table-1_{n}" for n in range(6))


def test_the_arena_has_at_least_10000_seats_in_sections() -> None:
    arena = complete("arena")
    assert len(arena.seat_ids) >= 10_000
    assert len(arena.sections) >= 30
    assert all(seat.section_id is not None for seat in arena.layout.seats)


def test_the_grand_theater_is_the_one_of_the_document() -> None:
    hall = complete(GRAND_THEATER)
    assert (hall.layout.name, hall.layout.canvas_w, hall.layout.canvas_h) == ("Grand Theater Main Hall", 1200, 800)
    assert [(c.id, c.name, c.color, c.price) for c in hall.layout.categories] == [
        ("vip", "VIP", "#FFD700", 150.0),
        ("standard", "Standard", "#4CAF50", 75.0),
    ]
    assert hall.seats_by_category == {"vip": 50, "standard": 450}
    assert [hall.seat(SeatId(f"seat_A{n}")).position for n in (1, 2, 3)] == [
        Point(100, 50),
        Point(130, 50),
        Point(160, 50),
    ]
    categories = {seat_id: hall.seat(SeatId(f"seat_{seat_id}")).category_id for seat_id in ("A1", "A2", "A3", "A5")}
    assert categories == {"A1": "vip", "A2": "vip", "A3": "vip", "A5": "standard"}
    assert {"seat_B1", "seat_B2", "seat_B5", "seat_B6"} <= set(hall.seat_ids)
    table = next(item for item in hall.layout.items if item.id == "table_VIP_001")
    assert (table.pos, table.size, table.rot, table.lbl, table.shp, table.sc) == (
        Point(300, 100),
        Point(80, 80),
        0,
        "VIP Table 1",
        "round",
        8,
    )
    assert hall.tables[TableId("table_VIP_001")].seat_ids == tuple(f"seat_table_VIP_001_{n}" for n in range(8))
    assert {hall.seat(seat_id).category_id for seat_id in hall.tables[TableId("table_VIP_001")].seat_ids} == {"vip"}
    assert TableId("table_standard_002") in hall.tables


def test_every_event_of_the_demo_is_on_one_of_its_venues_and_the_documents_have_theirs() -> None:
    assert {event.layout_id for event in DEMO_EVENTS} <= set(LAYOUTS)
    ids = [event.event_id for event in DEMO_EVENTS]
    assert len(set(ids)) == len(ids)
    assert {GRAND_THEATER, "42", "6968c63750fc5afb14f89c46", "movie123", "spider123"} <= set(ids)


def test_the_studio_has_seats_s1_to_s50() -> None:
    assert complete("studio").seat_ids == tuple(f"S{n}" for n in range(1, 51))
