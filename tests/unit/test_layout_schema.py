"""The published JSON Schema says what the reader does."""

import json
from importlib.resources import files
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain.document_reading import Mended, read_document
from frontrow.domain.ids import is_chosen_id
from frontrow.domain.layout import Layout
from frontrow.domain.layout_faults import LayoutUnsound, judge_layout
from frontrow.domain.layout_schema import layout_schema
from frontrow.domain.venues.programme import demo_layouts
from tests.support.layout_documents import document, encoded, table

VALIDATOR = jsonschema_rs.Draft202012Validator(layout_schema())
FULL = document(
    sections=[{"id": "s", "name": "S", "outline": [{"x": 0, "y": 0}] * 3, "floor": "1", "zone": "z", "entrance": "e"}],
    items=[table("t", 2, rot=10, lbl="T", bookAs="whole", sectionId="s")],
    focalPoint={"x": 1, "y": 2},
)
FULL["seats"][0] |= {"size": {"x": 2, "y": 3}, "rotation": 5, "sectionId": "s", "accessible": True, "companion": True}
FULL["seats"][0] |= {"restrictedView": False, "seatNumber": "1a", "tableId": "t"}


def test_the_packaged_schema_is_the_one_the_structs_give() -> None:
    packaged = (files("frontrow") / "layout.schema.json").read_text(encoding="utf-8")
    assert json.loads(packaged) == json.loads(msgspec.json.encode(layout_schema()))


def test_the_schema_is_a_draft_2020_12_schema_with_a_word_on_every_member() -> None:
    jsonschema_rs.meta.validate(layout_schema())
    schema = layout_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for part in schema["$defs"].values():
        assert part["description"]
        assert part["additionalProperties"] is False


def test_the_demo_venues_follow_the_schema() -> None:
    for layout in demo_layouts():
        VALIDATOR.validate(json.loads(msgspec.json.encode(layout)))


def _paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner: list[tuple[str | int, ...]] = []
    if isinstance(value, dict):
        inner = [p for key, member in value.items() for p in _paths(member, (*path, key))]
    elif isinstance(value, list):
        inner = [p for index, element in enumerate(value) for p in _paths(element, (*path, index))]
    return [path, *inner] if path else inner


STRANGE = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        0.5,
        361,
        10**8,
        1e300,
        "",
        "a b",
        "a\0b",
        "a\x7f",
        "a\tb\n",
        "..",
        "#12345",
        "#123456",
        "x" * 65,
        "x" * 300,
        [],
        {},
        [1],
        {"x": 1},
    ]
)


def changed(path: tuple[str | int, ...], change: object) -> dict[str, Any]:
    """FULL with the part at `path` replaced, or taken out where `change` is Ellipsis."""
    copy: dict[str, Any] = json.loads(json.dumps(FULL))
    part: Any = copy
    for step in path[:-1]:
        part = part[step]
    if change is ...:
        del part[path[-1]]
    else:
        part[path[-1]] = change
    return copy


@given(path=st.sampled_from(_paths(FULL)), change=STRANGE | st.just(...))
def test_schema_and_reader_agree_on_every_member(path: tuple[str | int, ...], change: object) -> None:
    bent = changed(path, change)
    read = read_document(encoded(bent), Layout)
    follows_schema = VALIDATOR.is_valid(bent)
    assert follows_schema == (isinstance(read, Layout) and _is_well_formed(read))


def _is_well_formed(layout: Layout) -> bool:
    """What the schema says with patterns and the reader judges with the whole: ids, references, colours."""
    ids: list[str | None] = [layout.id]
    ids += [category.id for category in layout.categories]
    ids += [section.id for section in layout.sections]
    ids += [part for seat in layout.seats for part in (seat.id, seat.category_id, seat.section_id, seat.table_id)]
    ids += [part for item in layout.items for part in (item.id, item.category_id, item.section_id)]
    judged = judge_layout(layout)
    faults = judged.faults if isinstance(judged, LayoutUnsound) else ()
    return all(is_chosen_id(one) for one in ids if one is not None) and not any(
        fault.path.endswith(".color") for fault in faults
    )


@pytest.mark.parametrize("member", ["colour", "price_minor"])
def test_unknown_members_are_refused_by_both(member: str) -> None:
    bent = document()
    bent["categories"][0][member] = 1
    assert not VALIDATOR.is_valid(bent)
    assert isinstance(read_document(encoded(bent), Layout), Mended)
