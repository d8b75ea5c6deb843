"""Judging a layout document: every fault named with its place, and the layout completed where there is none.

The structs of layout.py say what a member may be; this module judges what only the whole can say: ids, references,
places on the canvas, tables and their seats.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Protocol

import msgspec

from frontrow.domain.document_reading import FAULTS_MAX, Fault, Mended, read_document
from frontrow.domain.hold import SEATS_PER_HOLD_MAX
from frontrow.domain.ids import CHOSEN_ID_FORM, CategoryId, SeatId, TableId, is_chosen_id
from frontrow.domain.layout import SEATS_MAX, Item, Layout, Point, Seat
from frontrow.domain.table_seating import seats_around

_COLOR = re.compile(r"#[0-9A-Fa-f]{6}\Z")
_EXAMPLES_MAX = 3


class LayoutSound(msgspec.Struct, frozen=True):
    """The layout can be sold from. It is complete: the seats that its tables only counted are there, with places.

    `warnings` are sentences about what stops nobody: repeated labels, seats on one spot, unused categories.
    """

    layout: Layout
    warnings: tuple[str, ...] = ()


class LayoutUnsound(msgspec.Struct, frozen=True):
    """What is wrong with the document: at least one fault, the first FAULTS_MAX, each with its JSON path."""

    faults: tuple[Fault, ...]


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def read_layout(document: bytes) -> LayoutSound | LayoutUnsound:
    """Read and judge a layout document (UTF-8 JSON, docs/layouts.md). Never raises, whatever the bytes.

    Costs about 10 ms per thousand seats: large documents belong in a thread.
    """
    match read_document(document, Layout):
        case Layout() as layout:
            return judge_layout(layout)
        case Mended(value=value, faults=faults):
            if value is None:
                return LayoutUnsound(faults)
            echoes = _Echoes(faults)
            own = (fault for fault in _faults(value, unreadable=echoes) if fault not in echoes)
            return _unsound(chain(faults, own))


def judge_layout(layout: Layout) -> LayoutSound | LayoutUnsound:
    """Judge a layout whose members are each as their types say, and complete it."""
    faults = list(islice(_faults(layout, unreadable=None), FAULTS_MAX + 1))
    if faults:
        return _unsound(faults)
    complete = _completed(layout)
    return LayoutSound(complete, tuple(_warnings(complete)))


def _unsound(faults: Iterable[Fault]) -> LayoutUnsound:
    named = list(islice(faults, FAULTS_MAX + 1))
    if len(named) > FAULTS_MAX:
        named[FAULTS_MAX:] = [Fault("$", f"only the first {FAULTS_MAX} faults are named; there may be more")]
    return LayoutUnsound(tuple(named))


class _Echoes:
    """Faults of the whole that lie in, or right around, a part that could not even be read: not worth naming."""

    def __init__(self, unread: Iterable[Fault]) -> None:
        self._unread = {fault.path for fault in unread}
        self._around = {path for fault in self._unread for path in _enclosing(fault)}

    def __contains__(self, fault: Fault) -> bool:
        return fault.path in self._around or any(path in self._unread for path in (fault.path, *_enclosing(fault.path)))

    def within(self, path: str) -> bool:
        """Whether anything at or under this path could not be read."""
        return path in self._around or path in self._unread

    def hide_ids(self, member: str) -> bool:
        """Whether some of the member's ids are unknown, so that nobody can say what refers to nothing."""
        return any(re.fullmatch(rf"\$\.{member}(\[\d+\](\.id)?)?", path) for path in self._unread)


def _enclosing(path: str) -> Iterator[str]:
    """The paths of everything that the part at `path` is in: `$.seats[3]`, `$.seats`, `$` for `$.seats[3].id`."""
    return (path[: cut.start()] for cut in re.finditer(r"[.\[]", path))


def _faults(layout: Layout, *, unreadable: _Echoes | None) -> Iterator[Fault]:
    yield from _id_faults(layout)
    yield from _color_faults(layout)
    hidden = {m for m in ("categories", "sections", "items") if unreadable is not None and unreadable.hide_ids(m)}
    yield from _reference_faults(layout, hidden)
    yield from _place_faults(layout)
    unread = ("$.categories", "$.seats", "$.items")
    if unreadable is None or not any(unreadable.within(path) for path in unread):
        yield from _table_faults(layout)


def _id_faults(layout: Layout) -> Iterator[Fault]:
    if not is_chosen_id(layout.id):
        yield Fault("$.id", f"expected {CHOSEN_ID_FORM}, got {layout.id!r}")
    kinds: tuple[tuple[str, Sequence[_Named]], ...] = (
        ("categories", layout.categories),
        ("sections", layout.sections),
        ("seats", layout.seats),
        ("items", layout.items),
    )
    for member, named in kinds:
        first: dict[str, int] = {}
        for index, one in enumerate(named):
            if not is_chosen_id(one.id):
                yield Fault(f"$.{member}[{index}].id", f"expected {CHOSEN_ID_FORM}, got {one.id!r}")
            elif first.setdefault(one.id, index) != index:
                yield Fault(f"$.{member}[{index}].id", f"{one.id} is already the id of {member}[{first[one.id]}]")


def _color_faults(layout: Layout) -> Iterator[Fault]:
    for index, category in enumerate(layout.categories):
        if not _COLOR.match(category.color):
            yield Fault(f"$.categories[{index}].color", f"expected #RRGGBB, got {category.color!r}")


def _reference_faults(layout: Layout, hidden: Collection[str]) -> Iterator[Fault]:
    """References to nothing, but for those to members whose ids are `hidden`."""
    categories = {category.id for category in layout.categories}
    sections = {section.id for section in layout.sections}
    tables = {item.id for item in layout.items if item.type == "table"}
    for index, seat in enumerate(layout.seats):
        if seat.category_id not in categories and "categories" not in hidden:
            yield Fault(f"$.seats[{index}].categoryId", f"there is no category {seat.category_id!r}")
        if seat.section_id is not None and seat.section_id not in sections and "sections" not in hidden:
            yield Fault(f"$.seats[{index}].sectionId", f"there is no section {seat.section_id!r}")
        if seat.table_id is not None and seat.table_id not in tables and "items" not in hidden:
            yield Fault(f"$.seats[{index}].tableId", f"there is no table {seat.table_id!r}")
    for index, item in enumerate(layout.items):
        if item.category_id is not None and item.category_id not in categories and "categories" not in hidden:
            yield Fault(f"$.items[{index}].categoryId", f"there is no category {item.category_id!r}")
        if item.section_id is not None and item.section_id not in sections and "sections" not in hidden:
            yield Fault(f"$.items[{index}].sectionId", f"there is no section {item.section_id!r}")


def _place_faults(layout: Layout) -> Iterator[Fault]:
    for index, seat in enumerate(layout.seats):
        if not _on_canvas(layout, seat.position):
            yield Fault(f"$.seats[{index}].position", _outside(layout, seat.position))
        if seat.size.x <= 0 or seat.size.y <= 0:
            yield Fault(f"$.seats[{index}].size", "expected an extent above 0 both ways")
    for index, item in enumerate(layout.items):
        if not _on_canvas(layout, item.pos):
            yield Fault(f"$.items[{index}].pos", _outside(layout, item.pos))
        if item.size.x < 0 or item.size.y < 0:
            yield Fault(f"$.items[{index}].size", "expected an extent of 0 or more both ways")
    for index, section in enumerate(layout.sections):
        if 0 < len(section.outline) < 3:
            yield Fault(f"$.sections[{index}].outline", f"expected 3 points or more, got {len(section.outline)}")


def _on_canvas(layout: Layout, point: Point) -> bool:
    # An extent that could not be read is 0: only the canvas's other edges are known.
    return (
        point.x >= 0
        and point.y >= 0
        and (point.x <= layout.canvas_w or layout.canvas_w <= 0)
        and (point.y <= layout.canvas_h or layout.canvas_h <= 0)
    )


def _outside(layout: Layout, point: Point) -> str:
    width, height = (f"{extent:g}" if extent > 0 else "?" for extent in (layout.canvas_w, layout.canvas_h))
    return f"({point.x:g}, {point.y:g}) is outside the canvas of {width} x {height}"


def _table_faults(layout: Layout) -> Iterator[Fault]:
    seats_named = Counter(seat.table_id for seat in layout.seats if seat.table_id is not None)
    ids = {seat.id for seat in layout.seats}
    seats_count = len(layout.seats)
    item_ids: set[str] = set()
    for index, item in enumerate(layout.items):
        path = f"$.items[{index}]"
        if item.id in item_ids:
            continue  # Its id is a fault already; which of the two the seats mean, nobody knows.
        item_ids.add(item.id)
        if item.type != "table":
            yield from _seatless_faults(path, item)
            continue
        named = seats_named[TableId(item.id)]
        if named == 0 and item.sc == 0:
            yield Fault(f"{path}.sc", f"the table {item.id!r} has no seats: no seat names it, and sc is 0 or not given")
        elif named and item.sc not in (0, named):
            yield Fault(f"{path}.sc", f"{item.sc} seats are stated, but {named} name the table {item.id!r}")
        elif item.book_as == "whole" and max(named, item.sc) > SEATS_PER_HOLD_MAX:
            yield Fault(f"{path}.bookAs", f"nobody can hold more than {SEATS_PER_HOLD_MAX} seats as a whole")
        elif not named:
            seats_count += item.sc
            if seats_count <= SEATS_MAX:
                yield from _seating_faults(layout, path, item, ids)
    if seats_count == 0:
        yield Fault("$.seats", "there are no seats")
    elif seats_count > SEATS_MAX:
        yield Fault("$.seats", f"there are {seats_count} seats with those of the tables; expected {SEATS_MAX} at most")


def _seatless_faults(path: str, item: Item) -> Iterator[Fault]:
    given = {
        "sc": item.sc != 0,
        "bookAs": item.book_as == "whole",
        "categoryId": item.category_id is not None,
        "sectionId": item.section_id is not None,
    }
    for member, is_given in given.items():
        if is_given:
            yield Fault(f"{path}.{member}", f"is for tables; this is a {item.type}")


def _seating_faults(layout: Layout, path: str, table: Item, ids: set[SeatId]) -> Iterator[Fault]:
    """What is wrong with the seats that a table only counts. Adds their ids to `ids`."""
    category_id = _category_of(layout, table)
    if category_id is None:
        yield Fault(f"{path}.categoryId", "is missing: with several categories, seats of a table need it said")
        return
    for seat in seats_around(table, category_id):
        if not is_chosen_id(seat.id):
            yield Fault(f"{path}.id", f"is too long for the ids of its seats, such as {seat.id!r}")
            return
        if seat.id in ids:
            yield Fault(f"{path}.id", f"its seat {seat.id} would have the id of another seat")
        elif not _on_canvas(layout, seat.position):
            yield Fault(f"{path}.pos", f"its seat {seat.id} at {_outside(layout, seat.position)}")
        ids.add(seat.id)


def _category_of(layout: Layout, table: Item) -> CategoryId | None:
    if table.category_id is None and len(layout.categories) == 1:
        return layout.categories[0].id
    return table.category_id


def _completed(layout: Layout) -> Layout:
    """The layout with every table's seats in it and every `sc` stated."""
    counts = Counter(seat.table_id for seat in layout.seats if seat.table_id is not None)
    added: list[Seat] = []
    items: list[Item] = []
    for item in layout.items:
        named = counts[TableId(item.id)] if item.type == "table" else item.sc
        items.append(item if named in (0, item.sc) else msgspec.structs.replace(item, sc=named))
        category_id = _category_of(layout, item)
        if item.type == "table" and named == 0 and category_id is not None:
            added.extend(seats_around(item, category_id))
    return msgspec.structs.replace(layout, seats=(*layout.seats, *added), items=tuple(items))


def _warnings(layout: Layout) -> Iterator[str]:
    labels: defaultdict[tuple[str | None, str | None, str, str], int] = defaultdict(int)
    spots: defaultdict[Point, int] = defaultdict(int)
    for seat in layout.seats:
        labels[seat.section_id, seat.table_id, seat.row_label, str(seat.seat_number)] += 1
        spots[seat.position] += 1
    same_label = [f"{key[2]} {key[3]}".strip() for key, count in labels.items() if count > 1]
    if same_label:
        yield f"{_several(len(same_label), 'label')} given to more than one seat: {_examples(same_label)}"
    same_spot = [f"({point.x:g}, {point.y:g})" for point, count in spots.items() if count > 1]
    if same_spot:
        yield f"{_several(len(same_spot), 'place')} taken by more than one seat: {_examples(same_spot)}"
    used = {seat.category_id for seat in layout.seats}
    unused = [category.id for category in layout.categories if category.id not in used]
    if unused:
        yield f"{_several(len(unused), 'category', 'categories')} without seats: {_examples(unused)}"


def _several(count: int, one: str, many: str | None = None) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {many or one + 's'}"


def _examples(names: Sequence[str]) -> str:
    return ", ".join(names[:_EXAMPLES_MAX]) + (", ..." if len(names) > _EXAMPLES_MAX else "")
