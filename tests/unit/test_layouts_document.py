"""docs/layouts.md says what the code does."""

import re
from pathlib import Path

from frontrow.domain.document_reading import FAULTS_MAX
from frontrow.domain.hold import SEATS_PER_HOLD_MAX
from frontrow.domain.layout import (
    CANVAS_MAX,
    CATEGORIES_MAX,
    ITEMS_MAX,
    OUTLINE_POINTS_MAX,
    SEATS_MAX,
    SECTIONS_MAX,
)
from frontrow.domain.layout_faults import LayoutSound, read_layout
from frontrow.domain.venues.arena import arena
from frontrow.domain.venues.theatre import theatre

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "layouts.md").read_text(encoding="utf-8")


def test_the_example_is_a_sound_layout() -> None:
    example = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    judged = read_layout(example[1].encode())
    assert isinstance(judged, LayoutSound), judged
    assert judged.warnings == ()
    assert [seat.id for seat in judged.layout.seats][-2:] == ["seat_T1_4", "seat_T1_5"]


def test_the_bounds_are_those_of_the_code() -> None:
    table = dict(re.findall(r"^\| ([a-z, ]+?) \| ([\d,]+) \|$", TEXT, re.MULTILINE))
    assert {name: int(number.replace(",", "")) for name, number in table.items()} == {
        "seats, those of tables included": SEATS_MAX,
        "categories": CATEGORIES_MAX,
        "sections": SECTIONS_MAX,
        "points of an outline": OUTLINE_POINTS_MAX,
        "items": ITEMS_MAX,
        "seats of a table": 1_000,
        "canvas units each way": CANVAS_MAX,
    }
    assert f"the first {FAULTS_MAX:,} of them" in TEXT
    assert f"whole tables of more than {SEATS_PER_HOLD_MAX} seats" in TEXT


def test_the_venues_have_as_many_seats_as_is_said() -> None:
    assert f"an arena ({len(arena().seats):,} seats in {len(arena().sections)} sections)" in TEXT
    assert f"a theatre ({len(theatre().seats)} seats" in TEXT
