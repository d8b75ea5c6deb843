"""A layout version prepared for reading: seats by id and place, tables with their seats. Built once, never changed."""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from frontrow.domain.ids import CategoryId, SeatId, SectionId, TableId
from frontrow.domain.layout import Category, Layout, Seat, Section
from frontrow.domain.rows import Rows, rows_of


@dataclass(frozen=True, slots=True)
class Table:
    """A table and its seats, in layout order. A `whole` table's seats are only held with it."""

    table_id: TableId
    seat_ids: tuple[SeatId, ...]
    book_as: Literal["either", "whole"]


@dataclass(frozen=True, slots=True)
class Viewport:
    """A rectangle of the canvas in canvas units, edges included. Finite numbers, width and height >= 0."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class LayoutIndex:
    """One valid layout version with everything that reads of it need.

    `seat_ids` is the layout order of every compact answer; `index_of` is its inverse. Made by `index_layout`.
    """

    layout: Layout
    version: int
    seat_ids: tuple[SeatId, ...]
    index_of: dict[SeatId, int]
    tables: dict[TableId, Table]
    whole_table_of: dict[SeatId, TableId]
    """The table of each seat that is only held with it; other seats, most of any house, are not in it."""
    categories: dict[CategoryId, Category]
    sections: dict[SectionId, Section]
    seats_by_category: dict[CategoryId, int]
    """How many seats each category has; categories without seats count 0."""
    rows: Rows
    _by_y: "array[int]"
    """The places in layout order of all seats, from the uppermost to the lowest."""

    def seat(self, seat_id: SeatId) -> Seat:
        """The seat; KeyError when the layout has none of that id."""
        return self.layout.seats[self.index_of[seat_id]]

    def table_of(self, seat_id: SeatId) -> Table | None:
        """The table the seat stands at, if any; KeyError when the layout has no such seat."""
        table_id = self.seat(seat_id).table_id
        return None if table_id is None else self.tables[table_id]

    def indexes_in(self, viewport: Viewport) -> list[int]:
        """The places in layout order of the seats whose position is in the rectangle, edges included, ascending.

        Costs the seats of the horizontal band between the viewport's upper and lower edge, not the whole layout.
        """
        seats, left, right = self.layout.seats, viewport.x, viewport.x + viewport.width
        first = bisect_left(self._by_y, viewport.y, key=self._y)
        last = bisect_right(self._by_y, viewport.y + viewport.height, key=self._y)
        return sorted(index for index in self._by_y[first:last] if left <= seats[index].position.x <= right)

    def _y(self, index: int) -> float:
        return self.layout.seats[index].position.y


def index_layout(layout: Layout, version: int) -> LayoutIndex:
    """Index a layout that validation found free of faults (domain/layout_faults.py).

    Costs about 2 ms per thousand seats, so large layouts belong in a thread.
    """
    seat_ids = tuple(seat.id for seat in layout.seats)
    counts = Counter(seat.category_id for seat in layout.seats)
    index_of = dict(zip(seat_ids, _places(len(seat_ids)), strict=True))
    ys = [seat.position.y for seat in layout.seats]
    tables = _tables(layout)
    whole = (table for table in tables.values() if table.book_as == "whole")
    return LayoutIndex(
        layout=layout,
        version=version,
        seat_ids=seat_ids,
        index_of=index_of,
        tables=tables,
        whole_table_of={seat_id: table.table_id for table in whole for seat_id in table.seat_ids},
        categories={category.id: category for category in layout.categories},
        sections={section.id: section for section in layout.sections},
        seats_by_category={category.id: counts[category.id] for category in layout.categories},
        rows=rows_of(layout, index_of),
        _by_y=array("i", sorted(range(len(ys)), key=ys.__getitem__)),
    )


_known_places: tuple[int, ...] = ()


def _places(count: int) -> tuple[int, ...]:
    """0 and on. All drawings have the same numbers, so they are kept once: 28 bytes each."""
    global _known_places  # noqa: PLW0603 - threads may each make the rest of it; all of them make the same
    known = _known_places
    if len(known) < count:
        _known_places = known = known + tuple(range(len(known), count))
    return known[:count]


def _tables(layout: Layout) -> dict[TableId, Table]:
    seats_of: dict[TableId, list[SeatId]] = {}
    for seat in layout.seats:
        if seat.table_id is not None:
            seats_of.setdefault(seat.table_id, []).append(seat.id)
    tables = (item for item in layout.items if item.type == "table")
    return {
        (table_id := TableId(item.id)): Table(table_id, tuple(seats_of.get(table_id, ())), item.book_as)
        for item in tables
    }
