"""A viewport as requests write it: a rectangle of the canvas as JSON in a query parameter."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.layout_index import Viewport
from frontrow.http.faults import faults_of
from frontrow.http.problems import FieldFault, Problem, invalid

ViewportText = Annotated[str, Meta(description='a rectangle of the canvas as JSON: {"x","y","width","height"}')]

_EXPECTED = 'must be JSON such as {"x":0,"y":0,"width":800,"height":600}'


class _Rectangle(msgspec.Struct, frozen=True):
    x: float
    y: float
    width: Annotated[float, Meta(ge=0)]
    height: Annotated[float, Meta(ge=0)]


class _RectangleAlone(_Rectangle, frozen=True, forbid_unknown_fields=True):
    pass


def read_viewport(text: str, *, ignores_unknown: bool = False) -> Viewport | Problem:
    """The rectangle, or the 422 that names every fault of it."""
    expected = _Rectangle if ignores_unknown else _RectangleAlone
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return invalid(FieldFault("viewport", _EXPECTED))
    if not isinstance(value, dict):
        return invalid(FieldFault("viewport", _EXPECTED))
    faults = faults_of(value, expected)
    if faults:
        return invalid(*(FieldFault(f"viewport.{fault.field}", fault.message) for fault in faults))
    shape = msgspec.convert(value, expected)
    return Viewport(x=shape.x, y=shape.y, width=shape.width, height=shape.height)
