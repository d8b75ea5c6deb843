"""A house as the demo's simulated buyers see it: rows of neighbours, tables, and how far everything is from the stage.

Wheelchair places and those beside them are left to the people who need them, seats at a table to whole parties.
"""

import itertools
import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from frontrow.cli.buyer_profiles import Wish
from frontrow.client.layouts import Layout, Point, Seat

_AISLE_RATIO = 1.6
"""A gap this many times the row's usual one is an aisle: people on both sides of it do not sit together."""
_ROWS_COMPARED = 4
"""How many of the nearest rows with room are looked at; from the rest of an arena nobody chooses."""
_EAGERNESS = 1.3
"""The higher, the more buyers choose the very best: each next choice is taken e^1.3 times (3.7) as seldom."""
_FREE = "a"

T = TypeVar("T")


@dataclass(frozen=True)
class Choice:
    """What a buyer wants to hold: seats side by side, or a table with all of its seats."""

    seat_ids: tuple[str, ...]
    table_id: str | None = None


@dataclass(frozen=True)
class _Place:
    index: int
    """In layout order: where the seat's letter is among the states."""
    seat_id: str
    from_focus: float


_Row = tuple[_Place, ...]


class House:
    """The seats of one event. `states` is always one letter per seat in layout order, `a` for a free one."""

    def __init__(self, event_id: str, layout: Layout) -> None:
        self.event_id = event_id
        self.seat_count = len(layout.seats)
        focus = _focus(layout)
        self._rows = sorted(_rows(layout.seats, focus), key=lambda row: min(place.from_focus for place in row))
        self._tables = sorted(_tables(layout.seats, focus), key=lambda table: table[1][0].from_focus)
        self._row_of = {place.seat_id: (row, at) for row in self._rows for at, place in enumerate(row)}

    def choose(self, wish: Wish, party: int, states: str, luck: random.Random) -> Choice | None:
        """Free seats for so many people by their wish, the better the more probably; None where there are none."""
        if wish is Wish.TABLE and self._tables:
            return self._choose_table(states, luck)
        rows = luck.sample(self._rows, len(self._rows)) if wish is Wish.ANYWHERE else self._rows
        spans: list[_Row] = []
        with_room = 0
        for row in rows:
            free = [span for span in _spans(row, party) if _all_free(span, states)]
            if free:
                spans += luck.sample(free, len(free)) if wish in (Wish.FRONT, Wish.ANYWHERE) else free
                with_room += 1
            if with_room == (_ROWS_COMPARED if wish is Wish.BEST else 1):
                break
        if wish is Wish.BEST:
            spans.sort(key=lambda span: sum(place.from_focus for place in span))
        span = _mostly_first(spans, luck)
        return None if span is None else Choice(tuple(place.seat_id for place in span))

    def swap(self, seat_ids: Sequence[str], states: str) -> tuple[str, str] | None:
        """A free seat at one end of neighbours and the one at the other end that it is worth giving back for it."""
        found = sorted((self._row_of[seat_id] for seat_id in seat_ids if seat_id in self._row_of), key=lambda it: it[1])
        if not found or len(found) < len(seat_ids):
            return None
        row, (first, last) = found[0][0], (found[0][1], found[-1][1])
        for new, old in ((last + 1, first), (first - 1, last)):
            if 0 <= new < len(row) and states[row[new].index] == _FREE:
                return row[new].seat_id, row[old].seat_id
        return None

    def _choose_table(self, states: str, luck: random.Random) -> Choice | None:
        free = [(table_id, seats) for table_id, seats in self._tables if _all_free(seats, states)]
        chosen = _mostly_first(free, luck)
        return None if chosen is None else Choice(tuple(place.seat_id for place in chosen[1]), chosen[0])


def _mostly_first(options: Sequence[T], luck: random.Random) -> T | None:
    if not options:
        return None
    return options[min(int(luck.expovariate(_EAGERNESS)), len(options) - 1)]


def _focus(layout: Layout) -> Point:
    if layout.focal_point is not None:
        return layout.focal_point
    stage = next((item.pos for item in layout.items if item.type == "stage"), None)
    return stage or Point(layout.canvas_w / 2, 0)


def _rows(seats: Sequence[Seat], focus: Point) -> list[_Row]:
    named: dict[tuple[str | None, str], list[tuple[int, Seat]]] = {}
    for index, seat in enumerate(seats):
        if seat.table_id is None and not (seat.accessible or seat.companion):
            named.setdefault((seat.section_id, seat.row_label), []).append((index, seat))
    return [part for row in named.values() for part in _parted(row, focus)]


def _parted(row: Sequence[tuple[int, Seat]], focus: Point) -> list[_Row]:
    gaps = [_distance(one.position, other.position) for (_, one), (_, other) in itertools.pairwise(row)]
    aisle = _AISLE_RATIO * statistics.median(gaps) if gaps else math.inf
    parts: list[list[_Place]] = [[]]
    for (index, seat), gap in zip(row, [0.0, *gaps], strict=True):
        if gap > aisle:
            parts.append([])
        parts[-1].append(_Place(index, seat.id, _distance(seat.position, focus)))
    return [tuple(part) for part in parts]


def _tables(seats: Sequence[Seat], focus: Point) -> list[tuple[str, _Row]]:
    tables: dict[str, list[_Place]] = {}
    for index, seat in enumerate(seats):
        if seat.table_id is not None:
            place = _Place(index, seat.id, _distance(seat.position, focus))
            tables.setdefault(seat.table_id, []).append(place)
    return [(table_id, tuple(places)) for table_id, places in tables.items()]


def _spans(row: _Row, party: int) -> list[_Row]:
    return [row[start : start + party] for start in range(len(row) - party + 1)]


def _all_free(places: _Row, states: str) -> bool:
    return all(states[place.index] == _FREE for place in places)


def _distance(one: Point, other: Point) -> float:
    return math.hypot(one.x - other.x, one.y - other.y)
