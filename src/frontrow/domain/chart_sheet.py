"""One floor of a seats.io drawing, read into seats, sections and items in the floor's own coordinates."""

import math
from dataclasses import dataclass, field

from frontrow.domain.chart_format import ChartRow, ChartSeat, ChartSection, ChartShape, ChartTable, ChartText, SubChart
from frontrow.domain.chart_geometry import (
    SEAT_EXTENT_MAX,
    box,
    direction,
    seat_extent,
    shape_box,
    table_size,
    turn,
)
from frontrow.domain.document_reading import Fault
from frontrow.domain.ids import CategoryId, SeatId, SectionId, TableId
from frontrow.domain.import_losses import Loss, Losses
from frontrow.domain.layout import OUTLINE_POINTS_MAX, Item, Point, Seat, Section
from frontrow.domain.slugs import UniqueIds, slug

_LABEL_MAX = 100
_TEXT_HEIGHT = 24.0
_PART_LENGTH_MAX = 16
"""Of a row's and a seat's label in a seat's id; a section's part may have twice as much. Together at most 64."""


@dataclass(frozen=True, slots=True)
class ChartContext:
    """What the whole chart says, shared by all its floors: categories and zones by key, ids and losses so far."""

    categories: dict[str, CategoryId]
    accessible_categories: set[CategoryId]
    zones: dict[str, str]
    losses: Losses = field(default_factory=Losses)
    faults: list[Fault] = field(default_factory=list)
    seat_ids: UniqueIds = field(default_factory=UniqueIds)
    section_ids: UniqueIds = field(default_factory=UniqueIds)
    item_ids: UniqueIds = field(default_factory=UniqueIds)


@dataclass(frozen=True, slots=True)
class _Part:
    """Where in the chart reading is: the shift of the coordinates and what is inherited from around."""

    path: str
    x: float = 0
    y: float = 0
    section_id: SectionId | None = None
    category_key: int | str | None = None

    def point(self, x: float, y: float) -> Point:
        return Point(round(self.x + x, 2), round(self.y + y, 2))


class ChartSheet:
    """A floor as it is read. `seats`, `sections` and `items` are filled by `read`."""

    def __init__(self, context: ChartContext, *, floor: str | None) -> None:
        self.seats: list[Seat] = []
        self.sections: list[Section] = []
        self.items: list[Item] = []
        self._context = context
        self._floor = floor
        self._sections_by_label: dict[str, SectionId] = {}

    def read(self, chart: SubChart, path: str) -> None:
        """Read everything drawn on the floor; `path` is where in the document it stands."""
        self._read(chart, _Part(path))

    def bounds(self) -> tuple[float, float, float, float] | None:
        """Left, top, right and bottom of all that is drawn; None when nothing is."""
        boxes = [box(seat.position, seat.size, seat.rotation) for seat in self.seats]
        boxes += [box(item.pos, item.size, item.rot) for item in self.items]
        boxes += [(p.x, p.y, p.x, p.y) for section in self.sections for p in section.outline]
        if not boxes:
            return None
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)

    def _read(self, chart: SubChart, part: _Part) -> None:
        for index, row in enumerate(chart.rows or ()):
            self._read_row(row, part, f"{part.path}.rows[{index}]")
        for index, table in enumerate(chart.tables or ()):
            self._read_table(table, part, f"{part.path}.tables[{index}]")
        for shape in chart.shapes or ():
            self._read_shape(shape, part)
        for text in chart.texts or ():
            self._read_text(text, part)
        for index, section in enumerate(chart.sections or ()):
            self._read_section(section, part, f"{part.path}.sections[{index}]")
        losses = self._context.losses
        losses.count(Loss.GENERAL_ADMISSION, len(chart.general_admission_areas or ()))
        losses.count(Loss.BOOTH, len(chart.booths or ()))
        losses.count(Loss.ICON, len(chart.icons or ()))
        losses.count(Loss.IMAGE, len(chart.image_objects or ()))
        losses.count(Loss.BACKGROUND, 1 if chart.background_image else 0)

    def _read_section(self, section: ChartSection, part: _Part, path: str) -> None:
        label = section.display_label or section.label or "Section"
        points = section.points or ()
        losses = self._context.losses
        if part.section_id is not None:
            losses.count(Loss.NESTED_SECTION)
        if any(point.curve or point.type not in (None, "line", "straight") for point in points):
            losses.count(Loss.CURVED_OUTLINE)
        outline = tuple(part.point(point.x, point.y) for point in points)
        if len(outline) > OUTLINE_POINTS_MAX:
            losses.count(Loss.LONG_OUTLINE)
        losses.count(Loss.SEAT_VIEW, 1 if section.view_from_your_seat_image else 0)
        section_id = SectionId(self._context.section_ids.take(slug(section.label or label) or "section"))
        self.sections.append(
            Section(
                id=section_id,
                name=label[:_LABEL_MAX],
                outline=outline if 3 <= len(outline) <= OUTLINE_POINTS_MAX else (),
                floor=self._floor,
                zone=None if section.zone is None else self._context.zones.get(str(section.zone), str(section.zone)),
                entrance=section.entrance[:_LABEL_MAX] if isinstance(section.entrance, str) else None,
            )
        )
        if section.sub_chart is not None:
            corner = section.top_left
            inner = _Part(
                path=f"{path}.subChart",
                x=part.x + (corner.x if corner else 0),
                y=part.y + (corner.y if corner else 0),
                section_id=section_id,
                category_key=part.category_key if section.category_key is None else section.category_key,
            )
            self._read(section.sub_chart, inner)

    def _read_row(self, row: ChartRow, part: _Part, path: str) -> None:
        seats = row.seats or ()
        section_id = part.section_id
        if section_id is None and row.section_label:
            section_id = self._section_of_label(row.section_label, row.section_displayed_label)
        label = row.label or ""
        prefix = _joined(section_id or "", slug(label, length_max=_PART_LENGTH_MAX))
        extent = seat_extent(seats)
        for index, seat in enumerate(seats):
            neighbours = seats[max(index - 1, 0)], seats[min(index + 1, len(seats) - 1)]
            self._add_seat(
                seat,
                part,
                f"{path}.seats[{index}]",
                category_key=row.category_key,
                prefix=prefix,
                row_label=row.display_label or label,
                section_id=section_id,
                extent=extent,
                rotation=direction(*neighbours),
            )

    def _read_table(self, table: ChartTable, part: _Part, path: str) -> None:
        losses = self._context.losses
        seats = table.seats or ()
        if not seats:
            losses.count(Loss.EMPTY_TABLE)
            return
        if table.variable_occupancy:
            losses.count(Loss.VARIABLE_TABLE)
        label = table.label or ""
        table_id = TableId(self._context.item_ids.take(_joined(part.section_id or "", slug(label) or "table")))
        is_round = table.radius is not None and table.type in (None, "round")
        self.items.append(
            Item(
                id=table_id,
                type="table",
                pos=part.point(table.center.x, table.center.y),
                size=table_size(table, seats),
                rot=turn(table.rotation_angle),
                lbl=(table.display_label or label)[:_LABEL_MAX],
                shp="round" if is_round else "rectangle",
                sc=len(seats),
                book_as="whole" if table.book_as_a_whole else "either",
            )
        )
        for index, seat in enumerate(seats):
            across, down = seat.x - table.center.x, seat.y - table.center.y
            room = 2 * (math.hypot(across, down) - table.radius) if is_round and table.radius else SEAT_EXTENT_MAX
            self._add_seat(
                seat,
                part,
                f"{path}.seats[{index}]",
                category_key=table.category_key,
                prefix=table_id,
                row_label=table.display_label or label or table_id,
                section_id=part.section_id,
                extent=round(min(SEAT_EXTENT_MAX, room), 2) if room > 4 else SEAT_EXTENT_MAX,
                rotation=round(math.degrees(math.atan2(-across, down)) % 360, 2),
                table_id=table_id,
            )

    def _add_seat(
        self,
        seat: ChartSeat,
        part: _Part,
        path: str,
        *,
        category_key: int | str | None,
        prefix: str,
        row_label: str,
        section_id: SectionId | None,
        extent: float,
        rotation: float,
        table_id: TableId | None = None,
    ) -> None:
        key = next((k for k in (seat.category_key, category_key, part.category_key) if k is not None), None)
        category_id = None if key is None else self._context.categories.get(str(key))
        if category_id is None:
            wrong = "no category is named here or around here" if key is None else f"there is no category {key!r}"
            self._context.faults.append(Fault(f"{path}.categoryKey", wrong))
            return
        self._note_marks(seat)
        label = seat.label or ""
        wanted = _joined(prefix, slug(label, length_max=_PART_LENGTH_MAX)) or "seat"
        number = seat.display_label or label
        self.seats.append(
            Seat(
                id=SeatId(self._context.seat_ids.take(wanted)),
                position=part.point(seat.x, seat.y),
                category_id=category_id,
                row_label=row_label[:_LABEL_MAX],
                seat_number=_seat_number(number or str(len(self.seats) + 1)),
                size=Point(extent, extent),
                rotation=rotation,
                section_id=section_id,
                accessible=bool(seat.accessible) or category_id in self._context.accessible_categories,
                companion=bool(seat.companion_seat),
                restricted_view=bool(seat.restricted_view),
                table_id=table_id,
            )
        )

    def _note_marks(self, seat: ChartSeat) -> None:
        other_marks = (
            seat.semi_ambulatory_seat,
            seat.lift_up_armrests,
            seat.hearing_impaired,
            seat.sign_language_interpretation,
            seat.plus_size,
        )
        losses = self._context.losses
        losses.count(Loss.SEAT_MARK, 1 if any(other_marks) else 0)
        losses.count(Loss.DISTANCED, 1 if seat.disabled_by_social_distancing_rules else 0)
        losses.count(Loss.SEAT_VIEW, 1 if seat.view_from_your_seat_image else 0)

    def _section_of_label(self, label: str, displayed: str | None) -> SectionId:
        """The section that rows of a chart without sections name; made where they first do."""
        known = self._sections_by_label.get(label)
        if known is not None:
            return known
        section_id = SectionId(self._context.section_ids.take(slug(label) or "section"))
        self._sections_by_label[label] = section_id
        self.sections.append(Section(id=section_id, name=(displayed or label)[:_LABEL_MAX], floor=self._floor))
        return section_id

    def _read_shape(self, shape: ChartShape, part: _Part) -> None:
        losses = self._context.losses
        placed = shape_box(shape)
        if placed is None:
            losses.count(Loss.EMPTY_SHAPE)
            return
        center, size = placed
        is_stage = "stage" in (shape.smart_type, shape.icon)
        is_round = shape.type == "circle"
        if not is_round and shape.type not in (None, "rectangle"):
            losses.count(Loss.SHAPE)
        label = (shape.label or "")[:_LABEL_MAX]
        self.items.append(
            Item(
                id=self._context.item_ids.take(slug(label) or ("stage" if is_stage else "shape")),
                type="stage" if is_stage else "shape",
                pos=part.point(center.x, center.y),
                size=size,
                rot=turn(shape.rotation_angle) if shape.points is None else 0,
                lbl=label,
                shp="round" if is_round else "rectangle",
            )
        )

    def _read_text(self, text: ChartText, part: _Part) -> None:
        words = (text.text or text.label or "").strip()[:_LABEL_MAX]
        x, y = (text.x, text.y) if text.center is None else (text.center.x, text.center.y)
        if not words or x is None or y is None:
            self._context.losses.count(Loss.EMPTY_TEXT)
            return
        height = text.font_size or _TEXT_HEIGHT
        self.items.append(
            Item(
                id=self._context.item_ids.take(slug(words, length_max=32) or "text"),
                type="text",
                pos=part.point(x, y),
                size=Point(round(0.6 * height * len(words), 2), height),
                rot=turn(text.rotation_angle),
                lbl=words,
            )
        )


def _joined(*parts: str) -> str:
    """The parts that are not empty, a dash between them, cut to the length of an id."""
    first, *others = [part for part in parts if part] or [""]
    kept = first[: 64 - sum(len(part) + 1 for part in others)].strip("-")
    return "-".join([kept, *others])


def _seat_number(label: str) -> int | str:
    plain = label.isascii() and label.isdigit() and (label == "0" or label[0] != "0") and len(label) < 7
    return int(label) if plain else label[:_LABEL_MAX]
