"""The parts of a seats.io drawing that can be imported, as structs. Members not named here are passed over.

Nearly every member may be absent or null: drawings of several format versions (17 to 22 were seen) look different.
Coordinates inside a section count from the section's `topLeft`; a section's own `points` count from the chart's origin.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from frontrow.domain.layout import CANVAS_MAX

_Number = Annotated[float, Meta(ge=-CANVAS_MAX, le=CANVAS_MAX)]
_Extent = Annotated[float, Meta(ge=0, le=CANVAS_MAX)]
_Key = int | str


class ChartPoint(msgspec.Struct, frozen=True, rename="camel"):
    x: _Number
    y: _Number


class ChartCategory(msgspec.Struct, frozen=True, rename="camel"):
    key: _Key
    label: str | None = None
    color: str | None = None
    accessible: bool | None = None


class ChartCategories(msgspec.Struct, frozen=True, rename="camel"):
    list: tuple[ChartCategory, ...] = ()


class ChartZone(msgspec.Struct, frozen=True, rename="camel"):
    key: _Key
    label: str | None = None
    focal_point: ChartPoint | None = None


class ChartZones(msgspec.Struct, frozen=True, rename="camel"):
    list: tuple[ChartZone, ...] = ()


class ChartSeat(msgspec.Struct, frozen=True, rename="camel"):
    x: _Number
    y: _Number
    label: str | None = None
    display_label: str | None = None
    category_key: _Key | None = None
    accessible: bool | None = None
    companion_seat: bool | None = None
    restricted_view: bool | None = None
    semi_ambulatory_seat: bool | None = None
    lift_up_armrests: bool | None = None
    hearing_impaired: bool | None = None
    sign_language_interpretation: bool | None = None
    plus_size: bool | None = None
    disabled_by_social_distancing_rules: bool | None = None
    view_from_your_seat_image: Any = None


class ChartRow(msgspec.Struct, frozen=True, rename="camel"):
    seats: tuple[ChartSeat, ...] | None = None
    label: str | None = None
    display_label: str | None = None
    section_label: str | None = None
    section_displayed_label: str | None = None
    category_key: _Key | None = None


class ChartTable(msgspec.Struct, frozen=True, rename="camel"):
    center: ChartPoint
    seats: tuple[ChartSeat, ...] | None = None
    label: str | None = None
    display_label: str | None = None
    type: str | None = None
    radius: _Extent | None = None
    width: _Extent | None = None
    height: _Extent | None = None
    rotation_angle: _Number | None = None
    book_as_a_whole: bool | None = None
    variable_occupancy: bool | None = None
    category_key: _Key | None = None


class ChartShape(msgspec.Struct, frozen=True, rename="camel"):
    type: str | None = None
    label: str | None = None
    smart_type: str | None = None
    icon: str | None = None
    center: ChartPoint | None = None
    rotation_angle: _Number | None = None
    width: _Extent | None = None
    height: _Extent | None = None
    radius: _Extent | None = None
    radius1: _Extent | None = None
    radius2: _Extent | None = None
    points: tuple[ChartPoint, ...] | None = None


class ChartText(msgspec.Struct, frozen=True, rename="camel"):
    text: str | None = None
    label: str | None = None
    center: ChartPoint | None = None
    x: _Number | None = None
    y: _Number | None = None
    font_size: _Extent | None = None
    rotation_angle: _Number | None = None


class ChartOther(msgspec.Struct, frozen=True, rename="camel"):
    """Something that only gets counted."""


class SubChart(msgspec.Struct, frozen=True, rename="camel"):
    """What a chart, a floor or a section has drawn on it."""

    rows: tuple[ChartRow, ...] | None = None
    tables: tuple[ChartTable, ...] | None = None
    shapes: tuple[ChartShape, ...] | None = None
    texts: tuple[ChartText, ...] | None = None
    sections: tuple["ChartSection", ...] | None = None
    general_admission_areas: tuple[ChartOther, ...] | None = None
    booths: tuple[ChartOther, ...] | None = None
    icons: tuple[ChartOther, ...] | None = None
    image_objects: tuple[ChartOther, ...] | None = None
    focal_point: ChartPoint | None = None
    background_image: Any = None
    floor_name: str | None = None
    floor_display_name: str | None = None


class ChartSectionPoint(msgspec.Struct, frozen=True, rename="camel"):
    """A corner of a section's outline; some versions bend the line that leaves it."""

    x: _Number
    y: _Number
    curve: Any = None
    type: str | None = None


class ChartSection(msgspec.Struct, frozen=True, rename="camel"):
    points: tuple[ChartSectionPoint, ...] | None = None
    label: str | None = None
    display_label: str | None = None
    top_left: ChartPoint | None = None
    sub_chart: SubChart | None = None
    category_key: _Key | None = None
    zone: _Key | None = None
    entrance: Any = None
    view_from_your_seat_image: Any = None


class Chart(msgspec.Struct, frozen=True, rename="camel"):
    """A drawing: one sub-chart, or one for each floor."""

    categories: ChartCategories
    name: str | None = None
    zones: ChartZones | None = None
    sub_chart: SubChart | None = None
    sub_chart_floors: tuple[SubChart, ...] | None = None
