"""Large documents taken apart give what they give whole."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain import document_pieces
from frontrow.domain.document_pieces import PIECE_BYTES, decode_in_pieces, encode_in_pieces, load_in_pieces
from frontrow.domain.document_reading import FAULTS_MAX, Mended, read_document
from frontrow.domain.layout import SEATS_MAX, Layout
from frontrow.domain.layout_faults import LayoutSound, LayoutUnsound, read_layout
from frontrow.domain.venues.programme import demo_layouts
from tests.support.layout_documents import document, encoded, seat, table

SEATS = 3_000


def large(**members: Any) -> bytes:
    """A hall of SEATS seats, many pieces long."""
    seats = [seat(f"seat-{n}", seatNumber=n, position={"x": n % 400, "y": n // 400}) for n in range(SEATS)]
    made = encoded(document(seats=seats, items=[table("t", 4)]) | members)
    assert len(made) > 2 * PIECE_BYTES
    return made


def test_a_large_drawing_is_read_and_written_as_in_one_piece() -> None:
    whole = msgspec.json.decode(large(), type=Layout)
    assert decode_in_pieces(large(), Layout) == whole
    assert encode_in_pieces(whole, "seats") == msgspec.json.encode(whole)


def test_the_demo_venues_are_written_and_read_as_in_one_piece() -> None:
    for layout in demo_layouts():
        written = msgspec.json.encode(layout)
        assert encode_in_pieces(layout, "seats") == written
        assert decode_in_pieces(written, Layout) == layout


def test_a_name_that_looks_like_an_empty_list_of_seats_is_written_as_a_name() -> None:
    layout = msgspec.json.decode(large(name='"seats":[]'), type=Layout)
    assert encode_in_pieces(layout, "seats") == msgspec.json.encode(layout)
    empty = msgspec.structs.replace(layout, seats=())
    assert encode_in_pieces(empty, "seats") == msgspec.json.encode(empty)


@pytest.mark.parametrize(
    "members",
    [
        {"colour": 1},
        {"canvasW": 0},
        {"seats": [seat("A1")] * (SEATS_MAX + 1)},
        {"seats": [seat(f"seat-{n}", rowLabel="A" if n < SEATS - 1 else 7) for n in range(SEATS)]},
        {"seats": {"A1": ["x" * PIECE_BYTES]}},
        {"name": "x" * 2 * PIECE_BYTES},
    ],
)
def test_what_does_not_fit_in_one_piece_does_not_fit_in_many(members: dict[str, Any]) -> None:
    bent = encoded(document() | members) if "seats" in members else large(**members)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(bent, type=Layout)
    with pytest.raises(msgspec.ValidationError):
        decode_in_pieces(bent, Layout)


def test_a_missing_member_is_missed_in_pieces_too() -> None:
    bent = json.loads(large())
    del bent["canvasW"]
    with pytest.raises(msgspec.ValidationError):
        decode_in_pieces(encoded(bent), Layout)


def test_a_fault_far_into_a_large_drawing_is_named_with_its_path() -> None:
    seats = [seat(f"seat-{n}") for n in range(SEATS)]
    seats[-1]["rowLabel"] = "A\0"
    seats[-2]["seatNumber"] = 1.5
    read = read_document(encoded(document(seats=seats)), Layout)
    assert isinstance(read, Mended)
    assert {fault.path for fault in read.faults} == {
        f"$.seats[{SEATS - 1}].rowLabel",
        f"$.seats[{SEATS - 2}].seatNumber",
    }


@pytest.mark.parametrize(
    "spoil", [lambda whole: whole[:-1], lambda whole: whole[:PIECE_BYTES], lambda whole: b"[" + whole]
)
def test_a_large_document_that_is_no_json_is_said_to_be_none(spoil: Callable[[bytes], bytes]) -> None:
    judged = read_layout(spoil(large()))
    assert isinstance(judged, LayoutUnsound)
    assert [fault.message.partition(":")[0] for fault in judged.faults] == ["not JSON"]


@pytest.mark.parametrize(
    ("end", "message"),
    [
        (b"", "not JSON: it ends too early at line 2, column 8"),
        (b"1,}", "not JSON: trailing comma in object at line 2, column 10"),
        (b"NaN}", "expected a finite number, got NaN"),
        (b"-Infinity}", "expected a finite number, got -Infinity"),
        (b'"\\ud800"}', "expected text, got half of a surrogate pair in it"),
    ],
)
def test_what_is_wrong_at_the_end_of_a_large_document_is_said_with_its_place(end: bytes, message: str) -> None:
    long = b'{"seats": [' + b'"x", ' * (2 * PIECE_BYTES // 5) + b'"x"],\n"name":'
    judged = read_layout(long + end)
    assert isinstance(judged, LayoutUnsound)
    assert message in [fault.message for fault in judged.faults]


def test_a_large_sound_drawing_is_sound() -> None:
    assert isinstance(read_layout(large()), LayoutSound)
    assert FAULTS_MAX < SEATS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(value=JSON, spaces=st.sampled_from([None, 1]))
def test_anything_taken_apart_is_what_it_is_whole(value: object, spaces: int | None) -> None:
    written = json.dumps(value, indent=spaces).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_pieces, "PIECE_BYTES", 8)
        assert json.dumps(load_in_pieces(written, json.loads)) == json.dumps(value)
