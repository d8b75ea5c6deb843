"""A layout as readers are given it: docs/layouts.md, member for member.

The server has its own structs for the same format, which refuse what they do not know. A reader must not: drawings
outlive the programs that read them.
"""

from typing import Literal

import msgspec


class Point(msgspec.Struct, frozen=True):
    """A place or an extent on the canvas, in canvas units; x grows to the right, y downwards."""

    x: float
    y: float


class Category(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A price class. `price` is in major units of the event's currency; an event may override it."""

    id: str
    name: str
    color: str
    price: float | None = None


class Section(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A named part of the venue. `outline` is a polygon on the canvas."""

    id: str
    name: str
    outline: tuple[Point, ...] = ()
    floor: str | None = None
    zone: str | None = None
    entrance: str | None = None


class Seat(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One place to sit. `position` is its centre; `rotation` is in degrees, clockwise; at 0 it faces up."""

    id: str
    position: Point
    category_id: str
    row_label: str
    seat_number: int | str
    size: Point | None = None
    rotation: float = 0.0
    section_id: str | None = None
    accessible: bool = False
    companion: bool = False
    restricted_view: bool = False
    table_id: str | None = None


class Item(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Something drawn that is not a seat: `type` is `table`, `stage`, `text` or `shape`. `pos` is its centre, `size`
    its extent, `lbl` what is written on it, `sc` a table's number of seats."""

    id: str
    type: str
    pos: Point
    size: Point | None = None
    rot: float = 0.0
    lbl: str = ""
    shp: str = "rectangle"
    sc: int = 0
    book_as: str = "either"
    category_id: str | None = None
    section_id: str | None = None


class Layout(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One version of a venue's drawing. The order of `seats` is that of `SeatStates.states`."""

    id: str
    name: str
    canvas_w: float
    canvas_h: float
    categories: tuple[Category, ...]
    seats: tuple[Seat, ...]
    sections: tuple[Section, ...] = ()
    items: tuple[Item, ...] = ()
    focal_point: Point | None = None


LayoutFormat = Literal["frontrow", "seatsio"]


class PreviewSection(msgspec.Struct, frozen=True, rename="camel"):
    """A section of a drawing that is not published, and how many seats it has."""

    section_id: str
    name: str
    seat_count: int


class PreviewCategory(msgspec.Struct, frozen=True, rename="camel"):
    """A category of a drawing that is not published, and how many seats it has."""

    category_id: str
    name: str
    color: str
    seat_count: int


class LayoutPreview(msgspec.Struct, frozen=True, rename="camel"):
    """What publishing a drawing would make of it: `layout` is as readers would be served it."""

    layout_id: str
    name: str
    seat_count: int
    table_count: int
    sections: tuple[PreviewSection, ...]
    categories: tuple[PreviewCategory, ...]
    warnings: tuple[str, ...]
    layout: Layout
