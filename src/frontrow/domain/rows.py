"""Seats side by side: which seats of a layout a party can sit on together, in order, with no aisle between them.

Rows are told from the drawing alone: seats of one section and row label, not at tables, in the order in which they
stand, however the row is bent or turned and in whatever order the document names them (row_lines.py).
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from frontrow.domain.ids import SeatId, SectionId
from frontrow.domain.layout import Layout, Seat
from frontrow.domain.row_lines import Spot, lines_of, smooth_line_of

AISLE_FACTOR = 1.5
"""A gap of more than this many usual pitches is an aisle: sofas in pairs (about 1.3) are not, an aisle one seat wide
(2) is."""
_OWN_PITCH_STEPS_MIN = 3
"""With fewer steps between its seats, a row is measured by the layout's usual pitch where that is smaller."""


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Seats side by side in one row, from one end to the other, without an aisle; one seat or more."""

    section_id: SectionId | None
    row_label: str
    seat_ids: tuple[SeatId, ...]
    indexes: Sequence[int]
    """The same seats' places in layout order; a range where it can be."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Every block of a layout. `place_of` is a seat's (block, place in the block); seats at tables have none."""

    blocks: tuple[RowBlock, ...]
    place_of: Mapping[SeatId, tuple[int, int]]


class _Places(Mapping[SeatId, tuple[int, int]]):
    """Where each seat is, in eight bytes a seat."""

    def __init__(self, blocks: Sequence[RowBlock], index_of: Mapping[SeatId, int]) -> None:
        self._index_of = index_of
        self._numbers = array("i", [-1]) * len(index_of)
        self._places = array("i", [0]) * len(index_of)
        for number, block in enumerate(blocks):
            for place, index in enumerate(block.indexes):
                self._numbers[index] = number
                self._places[index] = place

    def __getitem__(self, seat_id: SeatId) -> tuple[int, int]:
        index = self._index_of[seat_id]
        number = self._numbers[index]
        if number < 0:
            raise KeyError(seat_id)
        return number, self._places[index]

    def __iter__(self) -> Iterator[SeatId]:
        return (seat_id for seat_id, index in self._index_of.items() if self._numbers[index] >= 0)

    def __len__(self) -> int:
        return sum(number >= 0 for number in self._numbers)


def rows_of(layout: Layout, index_of: Mapping[SeatId, int] | None = None) -> Rows:
    """Find the blocks of a layout, in the order in which the document names their first seats.

    Costs about 3 microseconds a seat where the document names a row's seats along the row, about 50 where not.

    Args:
        index_of: each seat's place in layout order, where that is at hand already; it is kept.
    """
    rows = _labelled_rows(layout.seats)
    blocks: list[RowBlock] = []
    for (section_id, row_label), indexes in _cut_at_aisles(layout.seats, rows):
        seat_ids = tuple(layout.seats[index].id for index in indexes)
        blocks.append(RowBlock(section_id, row_label, seat_ids, _as_range(indexes)))
    blocks.sort(key=lambda block: min(block.indexes))
    if index_of is None:
        index_of = {seat.id: index for index, seat in enumerate(layout.seats)}
    return Rows(tuple(blocks), _Places(blocks, index_of))


def _as_range(indexes: Sequence[int]) -> Sequence[int]:
    first, last = indexes[0], indexes[-1]
    step = 1 if first <= last else -1
    whole = range(first, last + step, step)
    return whole if len(whole) == len(indexes) and all(map(int.__eq__, whole, indexes)) else tuple(indexes)


_RowKey = tuple[SectionId | None, str]


def _labelled_rows(seats: Sequence[Seat]) -> dict[_RowKey, list[int]]:
    rows: dict[_RowKey, list[int]] = {}
    for index, seat in enumerate(seats):
        if seat.table_id is None:
            rows.setdefault((seat.section_id, seat.row_label), []).append(index)
    return rows


def _cut_at_aisles(seats: Sequence[Seat], rows: Mapping[_RowKey, list[int]]) -> Iterator[tuple[_RowKey, list[int]]]:
    steps_of: dict[_RowKey, list[float] | None] = {}
    spots_of: dict[_RowKey, list[Spot]] = {}
    usual: list[float] = []
    for key, indexes in rows.items():
        spots = spots_of[key] = [_spot(seats[index]) for index in indexes]
        steps = steps_of[key] = smooth_line_of(spots)
        if steps is not None:
            usual += (step for step in steps if step > 0)
    layout_pitch = median(usual) if usual else None
    for key, indexes in rows.items():
        steps = steps_of[key]
        if steps is None:
            for line in lines_of(spots_of[key], AISLE_FACTOR, layout_pitch):
                yield key, [indexes[n] for n in line]
            continue
        limit = AISLE_FACTOR * _pitch(steps, layout_pitch)
        first = 0
        for place, step in enumerate(steps, start=1):
            if step > limit:
                yield key, indexes[first:place]
                first = place
        yield key, indexes[first:]


def _pitch(steps: Sequence[float], layout_pitch: float | None) -> float:
    if not steps:
        return 0.0
    own = median(steps)
    return own if len(steps) >= _OWN_PITCH_STEPS_MIN or layout_pitch is None else min(own, layout_pitch)


def _spot(seat: Seat) -> Spot:
    return (seat.position.x, seat.position.y, seat.rotation)
