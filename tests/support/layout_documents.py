"""Small layout documents to bend out of shape."""

import json
from typing import Any

from frontrow.domain.layout import Layout
from frontrow.domain.layout_faults import LayoutSound, LayoutUnsound, read_layout
from frontrow.domain.layout_index import LayoutIndex, index_layout


def seat(seat_id: str, **members: Any) -> dict[str, Any]:
    """A seat at (50, 50) in category `standard`; `members` replace or add."""
    sound = {"id": seat_id, "position": {"x": 50, "y": 50}, "categoryId": "standard", "rowLabel": "A", "seatNumber": 1}
    return sound | members


def table(table_id: str, seats: int, **members: Any) -> dict[str, Any]:
    """A round table in the middle of the canvas that brings its own seats."""
    return {
        "id": table_id,
        "type": "table",
        "pos": {"x": 200, "y": 200},
        "size": {"x": 60, "y": 60},
        "shp": "round",
        "sc": seats,
        "categoryId": "standard",
    } | members


def document(**members: Any) -> dict[str, Any]:
    """Three seats A1 to A3 on a canvas of 400 x 400 with two priced categories; `members` replace or add."""
    sound: dict[str, Any] = {
        "id": "hall",
        "name": "Hall",
        "canvasW": 400,
        "canvasH": 400,
        "categories": [
            {"id": "vip", "name": "VIP", "color": "#FFD700", "price": 150},
            {"id": "standard", "name": "Standard", "color": "#4CAF50", "price": 75.5},
        ],
        "seats": [
            seat("A1", categoryId="vip"),
            seat("A2", position={"x": 80, "y": 50}, seatNumber=2),
            seat("A3", position={"x": 110, "y": 50}, seatNumber=3),
        ],
    }
    return sound | members


def encoded(value: object) -> bytes:
    """The document as it would be sent; NaN and the infinities stay as Python writes them."""
    return json.dumps(value).encode()


def faults_of(value: object) -> dict[str, str]:
    """What reading the document finds wrong, by path."""
    judged = read_layout(value if isinstance(value, bytes) else encoded(value))
    return {fault.path: fault.message for fault in judged.faults} if isinstance(judged, LayoutUnsound) else {}


def sound(value: object) -> LayoutSound:
    """The document read; fails where it has a fault."""
    judged = read_layout(encoded(value))
    assert isinstance(judged, LayoutSound), judged
    return judged


def layout(**members: Any) -> Layout:
    """A sound layout of `document(**members)`."""
    return sound(document(**members)).layout


def indexed(**members: Any) -> LayoutIndex:
    """The same, indexed as version 1."""
    return index_layout(layout(**members), 1)
