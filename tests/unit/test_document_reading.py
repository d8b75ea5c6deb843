"""Documents read as far as they go, each misfit named."""

import json
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from frontrow.domain.document_reading import FAULTS_MAX, Fault, Mended, read_document

Bounded = Annotated[float, Meta(ge=-100, le=100)]


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    x: Bounded
    kind: Literal["round", "square"] = "round"


class Tree(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    name: str
    first_leaf: Leaf | None = None
    leaves: Annotated[tuple[Leaf, ...], Meta(max_length=3)] = ()
    label: int | str = 0


def faults_of(document: bytes) -> dict[str, str]:
    read = read_document(document, Tree)
    assert isinstance(read, Mended), read
    return {fault.path: fault.message for fault in read.faults}


def test_a_document_that_fits_is_read_at_once() -> None:
    read = read_document(b'{"name": "oak", "leaves": [{"x": 1}], "firstLeaf": {"x": 2, "kind": "square"}}', Tree)
    assert read == Tree(name="oak", first_leaf=Leaf(2, "square"), leaves=(Leaf(1),))


def test_every_misfit_is_named_with_its_path() -> None:
    document = b"""{"nick": 1, "firstLeaf": {"x": "wide", "kind": "oval"}, "label": true,
        "leaves": [{"x": 1}, {"x": 101, "y": 2}, 7, {}]}"""
    assert faults_of(document) == {
        "$.nick": "is not known here",
        "$.name": "is missing",
        "$.firstLeaf.x": "expected a number, got text",
        "$.firstLeaf.kind": 'expected one of round, square, got "oval"',
        "$.label": "expected a whole number or text, got true or false",
        "$.leaves": "expected a list of length <= 3",
    }
    assert faults_of(b'{"name": "oak", "leaves": [{"x": 1}, {"x": 101, "y": 2}, 7]}') == {
        "$.leaves[1].x": "expected a number <= 100.0",
        "$.leaves[1].y": "is not known here",
        "$.leaves[2]": "expected an object, got a whole number",
    }


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("\\u0000", "U+0000"),
        ("\\u001F", "U+001F"),
        ("\\b", "U+0008"),
        ("\\f", "U+000C"),
        ("\\u007f", "U+007F"),
        ("\x7f", "U+007F"),
    ],
)
def test_a_control_character_in_a_text_is_named_with_its_path_and_its_remedy(written: str, code: str) -> None:
    faults = faults_of(f'{{"name": "o{written}ak", "leaves": [{{"x": 1}}], "label": "{written}"}}'.encode())
    message = f"expected text without control characters, got {code} in it: take it out"
    assert faults == {"$.name": message, "$.label": message}


@pytest.mark.parametrize("name", ["two\tthree", "two\nlines\r", "a\\b", "\\u0000", "ünï"])
def test_tabs_line_ends_and_backslashes_are_text_like_any_other(name: str) -> None:
    assert read_document(json.dumps({"name": name}).encode(), Tree) == Tree(name=name)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "not JSON: Expecting value at line 1, column 1"),
        (b'{"name": "oak",}', "not JSON: "),
        (b'{"name": "\xff"}', "not UTF-8: byte 10 is 0xff"),
        (b"[" * 50_000, "not usable: nested too deeply"),
        (b'{"name": ' + b"1" * 5_000 + b"}", "not usable: a number has too many digits"),
        (b"[]", "expected an object, got a list"),
        (b"null", "expected an object, got null"),
    ],
)
def test_what_is_no_json_object_is_said_in_one_fault(document: bytes, message: str) -> None:
    faults = faults_of(document)
    assert list(faults) == ["$"]
    assert faults["$"].startswith(message)


@pytest.mark.parametrize(
    ("number", "got"), [("NaN", "NaN"), ("Infinity", "Infinity"), ("-Infinity", "-Infinity"), ("1e999", "past 1e308")]
)
def test_a_number_that_is_not_finite_is_named(number: str, got: str) -> None:
    document = f'{{"name": "oak", "leaves": [{{"x": {number}}}]}}'.encode()
    message = faults_of(document)["$.leaves[0].x"]
    assert message.startswith("expected a finite number")
    assert got in message


def test_half_of_a_surrogate_pair_is_named_where_it_stands() -> None:
    assert faults_of(rb'{"name": "\ud800"}') == {"$.name": "expected text, got half of a surrogate pair in it"}
    assert faults_of(rb'{"name": "oak", "\ud800": 1}')


def test_what_could_be_read_is_kept_with_neutral_values_in_the_gaps() -> None:
    read = read_document(b'{"name": 1, "leaves": [{"x": 5}, {"x": "a"}, 3], "firstLeaf": 9}', Tree)
    assert isinstance(read, Mended)
    assert read.value == Tree(name="", first_leaf=None, leaves=(Leaf(5), Leaf(0), Leaf(0)))


class Forest(msgspec.Struct, frozen=True):
    leaves: tuple[Leaf, ...]


def test_so_many_faults_are_named_and_no_more() -> None:
    document = b'{"leaves": [' + b",".join([b'{"x": "a"}'] * (FAULTS_MAX + 500)) + b"]}"
    read = read_document(document, Forest)
    assert isinstance(read, Mended)
    assert len(read.faults) == FAULTS_MAX + 1
    assert read.faults[-1] == Fault("$", f"only the first {FAULTS_MAX} faults are named; there may be more")


@given(document=st.binary(max_size=60))
def test_no_bytes_raise(document: bytes) -> None:
    read = read_document(document, Tree)
    assert isinstance(read, Tree) or read.faults


# Control characters are refused here alone: the decoder takes them.
plain_texts = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=5)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | plain_texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["name", "leaves", "firstLeaf", "label", "x", "kind", "y"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@given(value=json_values)
def test_the_walk_finds_a_fault_exactly_where_the_decoder_does(value: object) -> None:
    document = json.dumps(value).encode()
    read = read_document(document, Tree)
    try:
        msgspec.json.decode(document, type=Tree)
    except msgspec.MsgspecError:
        assert isinstance(read, Mended)
        assert read.faults
    else:
        assert isinstance(read, Tree)
