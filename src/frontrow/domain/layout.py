"""A venue's drawing: canvas, categories, sections, seats and tables, immutable once it has a version.

The field names are those of Frontrow's layout format (docs/data-model.md); JSON uses camelCase.
"""

from typing import Literal

import msgspec

from frontrow.domain.ids import CategoryId, LayoutId, SeatId, SectionId, TableId


class Point(msgspec.Struct, frozen=True):
    """A place or an extent on the canvas, in canvas units."""

    x: float
    y: float


class Category(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A price class. `price` is in major units of the event's currency; an event may override it."""

    id: CategoryId
    name: str
    color: str
    price: float | None = None


class Section(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A named part of the venue. `outline` is a polygon on the canvas, for drawing from far away."""

    id: SectionId
    name: str
    outline: tuple[Point, ...] = ()
    floor: str | None = None
    zone: str | None = None
    entrance: str | None = None


class Seat(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One place to sit. `position` is the seat's centre; `rotation` is in degrees, clockwise."""

    id: SeatId
    position: Point
    category_id: CategoryId
    row_label: str
    seat_number: int | str
    size: Point = Point(24, 24)
    rotation: float = 0
    section_id: SectionId | None = None
    accessible: bool = False
    companion: bool = False
    restricted_view: bool = False
    table_id: TableId | None = None


class Item(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Something drawn that is not a seat. A table's `sc` is its number of seats; `pos` is its centre."""

    id: str
    type: Literal["table", "stage", "text", "shape"]
    pos: Point
    size: Point = Point(0, 0)
    rot: float = 0
    lbl: str = ""
    shp: str = "rectangle"
    sc: int = 0
    book_as: Literal["either", "whole"] = "either"


class Layout(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One version of a venue's drawing. The order of `seats` is the layout order of every compact answer."""

    id: LayoutId
    name: str
    canvas_w: float
    canvas_h: float
    categories: tuple[Category, ...]
    seats: tuple[Seat, ...]
    sections: tuple[Section, ...] = ()
    items: tuple[Item, ...] = ()
    focal_point: Point | None = None
