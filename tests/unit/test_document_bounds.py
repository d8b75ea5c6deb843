"""What no drawing has is refused before it is taken apart; everything that is a drawing passes."""

import json

import pytest

from frontrow.domain import document_reading
from frontrow.domain.document_bounds import PARTS_MAX, UNBROKEN_BYTES_MAX, excess
from frontrow.domain.document_pieces import PIECE_BYTES
from frontrow.domain.document_reading import FAULTS_MAX
from frontrow.domain.layout import SEATS_MAX
from frontrow.domain.layout_faults import LayoutUnsound, read_layout
from tests.support.layout_documents import document, encoded, seat

MANY = 2 * UNBROKEN_BYTES_MAX


@pytest.mark.parametrize("part", [b"1", b'"a"', b"{}", b"[]"])
def test_a_document_of_too_many_parts_is_not_taken_apart(part: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(document_reading, "decode_in_pieces")
    judged = read_layout(b'{"seats":[' + (part + b",") * PARTS_MAX + b"1]}")
    assert isinstance(judged, LayoutUnsound)
    [fault] = judged.faults
    assert fault.path == "$"
    assert fault.message.startswith("has ")
    assert fault.message.endswith(f" objects, lists and commas; expected {PARTS_MAX} at most")


@pytest.mark.parametrize(
    "text",
    [b"a" * MANY, rb"\u0041" * MANY, rb"\"" * MANY, rb"\\" * MANY, rb"\\\"" * MANY, rb"a\"" * MANY, rb"ab\"" * MANY],
)
def test_a_long_text_is_found_whatever_it_is_made_of_and_wherever_it_begins(text: bytes) -> None:
    for before in range(8):
        assert excess(b'{"id":' + b" " * before + b'"' + text + b'"}')


@pytest.mark.parametrize("unbroken", [b"[" * MANY, b"1," * MANY, b"1" * MANY, b" " * MANY])
def test_nothing_else_goes_on_and_on_without_a_text(unbroken: bytes) -> None:
    assert excess(b'{"id":' + unbroken + b"}")


@pytest.mark.parametrize("text", [rb"\\", rb"\"", "\u00fc".encode(), rb"\u00fc\\"])
def test_long_documents_of_short_texts_pass_whatever_these_are_made_of(text: bytes) -> None:
    for before in range(8):
        assert excess(b" " * before + b'["' + b'","'.join([text * 7_000] * 20) + b'"]') is None


def test_as_many_seats_as_there_may_be_pass_with_every_member_they_can_have() -> None:
    full = seat(
        "section-12-row-34-seat-56",
        size={"x": 20.5, "y": 20.5}, rotation=12.5, sectionId="stalls", tableId="t", rowLabel="A", accessible=True,
    )  # fmt: skip
    assert excess(encoded(document(seats=[full] * SEATS_MAX))) is None


def test_no_more_unknown_members_are_named_than_faults_are() -> None:
    judged = read_layout(json.dumps({f"member-{n}": n for n in range(10 * FAULTS_MAX)}).encode())
    assert isinstance(judged, LayoutUnsound)
    assert len(judged.faults) == FAULTS_MAX + 1


@pytest.mark.parametrize("at", range(-8, 3))
def test_a_control_character_is_found_where_two_pieces_of_the_search_meet(at: int) -> None:
    before = b'["a",' + b'"a",' * (PIECE_BYTES // 4 - 2)
    written = before.ljust(PIECE_BYTES + at, b" ") + rb'"\u007f"]'
    assert document_reading._may_have(document_reading._PERHAPS_CONTROL, written)
