"""Bad requests: every fault is named with its place, what was expected and what came."""

from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta

from frontrow.http.faults import FAULTS_MAX, faults_of
from frontrow.http.fields import ChosenId
from frontrow.http.v1.bookings import BookSeats
from frontrow.http.v1.holds import HoldSeats


class Shape(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """One field of every kind that requests have."""

    id: ChosenId
    kind: Literal["frontrow", "seatsio"] = "frontrow"
    is_whole: bool = False
    prices: dict[str, int] = {}
    width: Annotated[float, Meta(ge=0)] = 0
    tags: Annotated[tuple[str, ...], Meta(min_length=1, max_length=2)] = ("x",)


def messages(value: object, expected: type) -> dict[str, str]:
    return {fault.field: fault.message for fault in faults_of(value, expected)}


def test_a_good_request_has_no_faults() -> None:
    assert faults_of({"seatIds": ["A1"], "durationMinutes": 10}, HoldSeats) == ()


@pytest.mark.parametrize(
    ("value", "field", "message"),
    [
        ({"durationMinutes": 0}, "durationMinutes", "must be a whole number from 1 to 120; got 0"),
        ({"durationMinutes": 121}, "durationMinutes", "must be a whole number from 1 to 120; got 121"),
        ({"durationMinutes": "ten"}, "durationMinutes", 'must be a whole number from 1 to 120; got "ten"'),
        ({"durationMinutes": True}, "durationMinutes", "must be a whole number from 1 to 120; got true"),
        ({"seatIds": "A1"}, "seatIds", 'must be a list, each text; got "A1"'),
        ({"seatIds": ["A1", 7]}, "seatIds[1]", "must be text; got 7"),
        ({"seatIds": {"a": 1}}, "seatIds", "must be a list, each text; got an object"),
        ({"reason": "x" * 201}, "reason", "must be text of at most 200 characters; got text of 201 characters"),
    ],
)
def test_a_wrong_value_is_named_with_its_remedy(value: object, field: str, message: str) -> None:
    assert messages(value, HoldSeats) == {field: message}


class Mixed(msgspec.Struct):
    """A list whose entries are of two kinds."""

    ids: tuple[str | Annotated[int, Meta(ge=0)], ...] = ()
    size: int = 1


def test_an_entry_of_any_of_its_kinds_is_no_fault() -> None:
    assert messages({"ids": ["A1", 7], "size": "big"}, Mixed) == {"size": 'must be a whole number; got "big"'}
    assert messages({"ids": ["A1", -7, True, None]}, Mixed) == {
        "ids[1]": "must be text or a whole number of at least 0; got -7",
        "ids[2]": "must be text or a whole number of at least 0; got true",
        "ids[3]": "must be text or a whole number of at least 0; got null",
    }


def test_every_fault_of_a_request_is_named_at_once() -> None:
    value = {"contactInfo": {"name": "", "email": "nobody", "fax": "1"}, "seatIds": [None], "notes": 5}
    assert messages(value, BookSeats) == {
        "eventId": "is required: text",
        "contactInfo.name": 'must be a name of 1 to 200 characters, without control characters; got ""',
        "contactInfo.email": 'must be an e-mail address of at most 254 characters; got "nobody"',
        "contactInfo.fax": "is not known here; the fields are: name, email, phone",
        "seatIds[0]": "must be text; got null",
        "notes": "must be text of at most 2000 characters; got 5",
    }


def test_an_unknown_field_is_answered_with_the_known_ones() -> None:
    assert messages({"seats": ["A1"]}, HoldSeats) == {
        "seats": "is not known here; the fields are: seatIds, tableIds, bestAvailable, durationMinutes, holdId, reason"
    }


def test_each_kind_of_field_says_what_it_accepts() -> None:
    value = {"id": "no spaces", "kind": "svg", "isWhole": 1, "prices": {"a": 1.5}, "width": -1, "tags": ["a", "b", "c"]}
    assert messages(value, Shape) == {
        "id": 'must be 1 to 64 of A-Z a-z 0-9 _ . - (but not . or ..); got "no spaces"',
        "kind": 'must be one of frontrow, seatsio; got "svg"',
        "isWhole": "must be true or false; got 1",
        "prices": "must be an object whose values are each a whole number; got an object",
        "width": "must be a number of at least 0; got -1",
        "tags": "must be a list of 1 to 2 entries, each text; got 3 entries",
    }


def test_the_number_of_faults_named_is_bounded() -> None:
    assert len(faults_of({"seatIds": [0] * 500}, HoldSeats)) == FAULTS_MAX


_SCALAR = st.none() | st.booleans() | st.integers(-1, 122) | st.floats(allow_nan=False) | st.text(max_size=4)
_JSON = _SCALAR | st.lists(_SCALAR, max_size=3) | st.dictionaries(st.text(max_size=3), _SCALAR, max_size=2)


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("seatIds", "tableIds", "durationMinutes", "holdId", "reason", "else"), _JSON),
    )
)
def test_faults_are_found_exactly_where_msgspec_refuses(value: dict[str, object]) -> None:
    try:
        msgspec.convert(value, HoldSeats)
        accepted = True
    except msgspec.ValidationError:
        accepted = False
    assert (faults_of(value, HoldSeats) == ()) == accepted
