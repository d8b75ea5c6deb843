"""A venue's drawing: canvas, categories, sections, seats and tables, immutable once it has a version.

The structs are Frontrow's layout format, member for member (docs/layouts.md); JSON uses camelCase. Their bounds and
descriptions are what the published JSON Schema says. What a schema cannot say is judged in layout_faults.py.

`gc=False`: none of them can be part of a cycle, and a collector that looks through a million of them stops everything
for a third of a second.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from frontrow.domain.ids import CHOSEN_ID_FORM, CHOSEN_ID_PATTERN, CategoryId, LayoutId, SeatId, SectionId, TableId
from frontrow.domain.texts import PRINTABLE_PATTERN

SEATS_MAX = 200_000
CATEGORIES_MAX = 500
SECTIONS_MAX = 5_000
ITEMS_MAX = 10_000
OUTLINE_POINTS_MAX = 1_000
CANVAS_MAX = 10_000_000
PRICE_MAX = 1_000_000_000
SEAT_EXTENT = 24.0
"""A seat's width and height where the drawing states none."""

_ID = Meta(
    description=f"An id of your choice, unique among its kind: {CHOSEN_ID_FORM}",
    extra_json_schema={"pattern": CHOSEN_ID_PATTERN},
)
_REFERENCE = Meta(description="An id given in this document.", extra_json_schema={"pattern": CHOSEN_ID_PATTERN})
_TEXT_FORM = {"pattern": PRINTABLE_PATTERN}
_Name = Annotated[
    str, Meta(min_length=1, max_length=200, description="For people to read.", extra_json_schema=_TEXT_FORM)
]
_Label = Annotated[str, Meta(max_length=100, extra_json_schema=_TEXT_FORM)]
_Degrees = Annotated[float, Meta(ge=-360, le=360, description="Degrees, clockwise.")]
_Canvas = Annotated[float, Meta(gt=0, le=CANVAS_MAX, description="Canvas units.")]


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A place or an extent on the canvas, in canvas units; x grows to the right, y downwards."""

    x: Annotated[float, Meta(ge=-CANVAS_MAX, le=CANVAS_MAX)]
    y: Annotated[float, Meta(ge=-CANVAS_MAX, le=CANVAS_MAX)]


class Category(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A price class. `price` is in major units of the event's currency; an event may override it."""

    id: Annotated[CategoryId, _ID]
    name: _Name
    color: Annotated[str, Meta(description="#RRGGBB, as in CSS.", extra_json_schema={"pattern": "^#[0-9A-Fa-f]{6}$"})]
    price: Annotated[float, Meta(ge=0, le=PRICE_MAX)] | None = None


class Section(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A named part of the venue. `outline` is a polygon on the canvas, for drawing from far away."""

    id: Annotated[SectionId, _ID]
    name: _Name
    outline: Annotated[tuple[Point, ...], Meta(max_length=OUTLINE_POINTS_MAX)] = ()
    floor: _Label | None = None
    zone: _Label | None = None
    entrance: _Label | None = None


class Seat(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One place to sit. `position` is the seat's centre; `rotation` is in degrees, clockwise; at 0 it faces up."""

    id: Annotated[SeatId, _ID]
    position: Point
    category_id: Annotated[CategoryId, _REFERENCE]
    row_label: Annotated[_Label, Meta(description="The row as shown to people; may be empty.")]
    seat_number: (
        Annotated[int, Meta(ge=0, le=1_000_000)]
        | Annotated[str, Meta(min_length=1, max_length=100, extra_json_schema=_TEXT_FORM)]
    )
    # Factories, not plain defaults: readers are always given a seat's extent and rotation, stated or not.
    size: Point = field(default_factory=lambda: Point(SEAT_EXTENT, SEAT_EXTENT))
    rotation: _Degrees = field(default_factory=float)
    section_id: Annotated[SectionId, _REFERENCE] | None = None
    accessible: Annotated[bool, Meta(description="A place for a wheelchair.")] = False
    companion: Annotated[bool, Meta(description="For who comes with somebody on an accessible seat.")] = False
    restricted_view: Annotated[bool, Meta(description="Something is in the way of the view.")] = False
    table_id: Annotated[TableId, _REFERENCE] | None = None


class Item(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Something drawn that is not a seat. `pos` is its centre, `size` its extent, `lbl` what is written on it.

    A table's `sc` is its number of seats. Where a table has `sc` and no seat names it, its seats
    `seat_<table id>_0` and on are set around it, in the table's `categoryId` (not needed where the layout has only
    one category) and `sectionId`. A table that is booked `whole` is only held with all its seats.
    """

    id: Annotated[str, _ID]
    type: Literal["table", "stage", "text", "shape"]
    pos: Point
    size: Point = field(default_factory=lambda: Point(0.0, 0.0))
    rot: _Degrees = field(default_factory=float)
    lbl: Annotated[str, Meta(max_length=200, extra_json_schema=_TEXT_FORM)] = field(default_factory=lambda: "")
    shp: Annotated[
        str,
        Meta(
            max_length=32,
            description="`rectangle` or `round`; readers draw others as rectangles.",
            extra_json_schema=_TEXT_FORM,
        ),
    ] = field(default_factory=lambda: "rectangle")
    sc: Annotated[int, Meta(ge=0, le=1_000)] = field(default_factory=int)
    book_as: Literal["either", "whole"] = "either"
    category_id: Annotated[CategoryId, _REFERENCE] | None = None
    section_id: Annotated[SectionId, _REFERENCE] | None = None


class Layout(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One version of a venue's drawing. The order of `seats` is the layout order of every compact answer."""

    id: Annotated[LayoutId, _ID]
    name: _Name
    canvas_w: _Canvas
    canvas_h: _Canvas
    categories: Annotated[tuple[Category, ...], Meta(min_length=1, max_length=CATEGORIES_MAX)]
    seats: Annotated[
        tuple[Seat, ...], Meta(max_length=SEATS_MAX, description="May be empty only where tables bring the seats.")
    ]
    sections: Annotated[tuple[Section, ...], Meta(max_length=SECTIONS_MAX)] = field(default_factory=lambda: ())
    items: Annotated[tuple[Item, ...], Meta(max_length=ITEMS_MAX)] = field(default_factory=lambda: ())
    focal_point: Point | None = None
