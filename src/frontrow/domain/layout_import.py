"""Importing a seats.io drawing: rows, tables, sections, zones and floors as a layout, and a list of what is lost."""

from collections.abc import Iterator, Sequence

import msgspec

from frontrow.domain.chart_format import Chart, ChartCategory, SubChart
from frontrow.domain.chart_sheet import ChartContext, ChartSheet
from frontrow.domain.document_reading import Fault, Mended, read_document
from frontrow.domain.ids import CategoryId, LayoutId
from frontrow.domain.import_losses import Loss, Losses
from frontrow.domain.layout import Category, Item, Layout, Point, Seat, Section
from frontrow.domain.layout_faults import LayoutSound, LayoutUnsound, judge_layout
from frontrow.domain.slugs import UniqueIds, slug

MARGIN_MIN = 40.0
MARGIN_SHARE = 0.02
"""Room around the drawing: MARGIN_MIN units, or this share of its longer side if that is more."""
_FLOOR_HEADING = 24.0
_NAME_MAX = 200
_COLORS = ("#3B7DD8", "#D1495B", "#2A9D8F", "#C77DFF", "#B5651D", "#5C7C2F", "#8D6A9F", "#7F7F7F")
"""For categories whose colour is not stated in a way we know, in turn."""


def import_chart(document: bytes, layout_id: LayoutId | None = None) -> LayoutSound | LayoutUnsound:
    """Read a seats.io drawing (JSON, format versions 17 to 22 were seen) as a layout.

    Ids are made of section, row and seat labels (`Stand-4-AA-12`), always the same for the same chart; labels stay as
    they are for display. Floors are set one below the other on one canvas, which is cut to what is drawn. A chart has
    no prices: the event must bring them. `warnings` say once per kind what could not be kept, then what
    `judge_layout` found. Paths in faults are the chart's own.

    Args:
        layout_id: the layout's id; None makes it from the chart's name.

    Never raises, whatever the bytes. Costs about 20 ms per thousand seats: large charts belong in a thread.
    """
    chart = read_document(document, Chart)
    if isinstance(chart, Mended):
        return LayoutUnsound(chart.faults)
    floors = _floors(chart)
    if not floors:
        return LayoutUnsound((Fault("$.subChart", "is missing: the chart has nothing drawn on it"),))
    categories, context = _context(chart)
    sheets = []
    for path, floor_name, sub_chart in floors:
        sheet = ChartSheet(context, floor=floor_name)
        sheet.read(sub_chart, path)
        sheets.append((floor_name, sheet))
    if context.faults:
        return LayoutUnsound(tuple(context.faults))
    layout = _assembled(
        chart, layout_id, categories, sheets, item_ids=context.item_ids, focal_point=_focal_point(floors)
    )
    if layout is None or not layout.seats:
        return LayoutUnsound((Fault(floors[0][0], "there are no numbered seats on the chart"),))
    context.losses.count(Loss.RENAMED, context.seat_ids.renamed)
    _count_unknown(document, context.losses)
    judged = judge_layout(layout)
    if isinstance(judged, LayoutUnsound):
        return judged
    return LayoutSound(judged.layout, (*context.losses.sentences(), *judged.warnings))


def _floors(chart: Chart) -> list[tuple[str, str | None, SubChart]]:
    """Each floor's path, its name (None for the only one) and what is drawn on it."""
    if chart.sub_chart_floors:
        return [
            (
                f"$.subChartFloors[{index}]",
                (floor.floor_display_name or floor.floor_name or f"Floor {index + 1}")[:100],
                floor,
            )
            for index, floor in enumerate(chart.sub_chart_floors)
        ]
    return [] if chart.sub_chart is None else [("$.subChart", None, chart.sub_chart)]


def _context(chart: Chart) -> tuple[tuple[Category, ...], ChartContext]:
    ids = UniqueIds()
    losses = Losses()
    faults: list[Fault] = []
    by_key: dict[str, CategoryId] = {}
    categories = []
    for index, category in enumerate(chart.categories.list):
        key = str(category.key)
        if key in by_key:
            faults.append(Fault(f"$.categories.list[{index}].key", f"{key!r} is the key of two categories"))
            continue
        label = category.label or f"Category {key}"
        by_key[key] = CategoryId(ids.take(slug(label) or "category"))
        color = _color(category, index, losses)
        categories.append(Category(id=by_key[key], name=label[:_NAME_MAX], color=color))
    zones = chart.zones.list if chart.zones else ()
    losses.count(Loss.ZONE_FOCUS, sum(1 for zone in zones if zone.focal_point is not None))
    context = ChartContext(
        categories=by_key,
        accessible_categories={by_key[str(c.key)] for c in chart.categories.list if c.accessible},
        zones={str(zone.key): (zone.label or str(zone.key))[:100] for zone in zones},
        losses=losses,
        faults=faults,
    )
    return tuple(categories), context


def _color(category: ChartCategory, index: int, losses: Losses) -> str:
    digits = (category.color or "").removeprefix("#")
    if digits and set(digits) <= set("0123456789abcdefABCDEF"):
        if len(digits) in (3, 4):
            return "#" + "".join(2 * digit for digit in digits[:3]).upper()
        if len(digits) in (6, 8):
            return f"#{digits[:6].upper()}"
    losses.count(Loss.COLOR)
    return _COLORS[index % len(_COLORS)]


def _focal_point(floors: Sequence[tuple[str, str | None, SubChart]]) -> Point | None:
    """The first floor's, in its own coordinates."""
    point = floors[0][2].focal_point
    return None if point is None else Point(point.x, point.y)


def _assembled(
    chart: Chart,
    layout_id: LayoutId | None,
    categories: tuple[Category, ...],
    sheets: Sequence[tuple[str | None, ChartSheet]],
    *,
    item_ids: UniqueIds,
    focal_point: Point | None,
) -> Layout | None:
    """The floors below one another, each in the middle, with a margin all around; None when nothing is drawn."""
    drawn = [(name, sheet, bounds) for name, sheet in sheets if (bounds := sheet.bounds()) is not None]
    if not drawn:
        return None
    width = max(bounds[2] - bounds[0] for _, _, bounds in drawn)
    longest = max(width, *(bounds[3] - bounds[1] for _, _, bounds in drawn))
    margin = round(max(MARGIN_MIN, MARGIN_SHARE * longest))
    seats: list[Seat] = []
    sections: list[Section] = []
    items: list[Item] = []
    y = 0.0
    for name, sheet, (left, top, right, bottom) in drawn:
        y += margin
        shift = Point(margin + (width - (right - left)) / 2 - left, y - top)
        if name is not None:
            place = Point(round(margin + width / 2, 2), round(y - margin / 2, 2))
            heading = Item(
                id=item_ids.take(f"floor-{slug(name, length_max=40)}"),
                type="text",
                pos=place,
                size=Point(round(0.6 * _FLOOR_HEADING * len(name), 2), _FLOOR_HEADING),
                lbl=name,
            )
            items.append(heading)
        seats += (msgspec.structs.replace(seat, position=_moved(seat.position, shift)) for seat in sheet.seats)
        sections += (
            msgspec.structs.replace(section, outline=tuple(_moved(point, shift) for point in section.outline))
            for section in sheet.sections
        )
        items += (msgspec.structs.replace(item, pos=_moved(item.pos, shift)) for item in sheet.items)
        if focal_point is not None and sheet is sheets[0][1]:
            focal_point = _moved(focal_point, shift)
        y += bottom - top
    name = (chart.name or "Imported chart").strip()[:_NAME_MAX] or "Imported chart"
    return Layout(
        id=layout_id or LayoutId(slug(name) or "layout"),
        name=name,
        canvas_w=round(width + 2 * margin, 2),
        canvas_h=round(y + margin, 2),
        categories=categories,
        seats=tuple(seats),
        sections=tuple(sections),
        items=tuple(items),
        focal_point=focal_point,
    )


def _moved(point: Point, by: Point) -> Point:
    return Point(round(point.x + by.x, 2), round(point.y + by.y, 2))


def _count_unknown(document: bytes, losses: Losses) -> None:
    """Count the lists of things in the chart that chart_format.py has no name for."""
    known = {field.encode_name for field in msgspec.structs.fields(SubChart)}
    try:
        raw = msgspec.json.decode(document)
    except (msgspec.MsgspecError, RecursionError):
        return  # Something in a part that is passed over; what is drawn was read, and this is only a tally.
    for sub_chart in _raw_sub_charts(raw):
        for name, value in sub_chart.items():
            if name not in known and isinstance(value, list) and value:
                losses.count_unknown(name, len(value))


def _raw_sub_charts(part: dict[str, object]) -> Iterator[dict[str, object]]:
    """Every sub-chart in a chart, a floor or a section, as the decoder gives it; the shape was checked before."""
    floors = part.get("subChartFloors")
    inner = floors if isinstance(floors, list) and floors else [part.get("subChart")]
    for sub_chart in inner:
        if isinstance(sub_chart, dict):
            yield sub_chart
            sections = sub_chart.get("sections")
            for section in sections if isinstance(sections, list) else ():
                yield from _raw_sub_charts(section)
