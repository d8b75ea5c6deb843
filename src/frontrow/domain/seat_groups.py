"""Seats that a party can take together, ready to be searched: the blocks of a layout's rows and its tables."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import itemgetter

from frontrow.domain.ids import CategoryId, SeatId, SectionId
from frontrow.domain.layout import Layout, Point, Seat
from frontrow.domain.layout_index import LayoutIndex

RELUCTANCE_SHARE = 0.25
"""A drawback of a seat (a restricted view, strangers at the table, ...) weighs like this share of the way from the
focal point to the farthest seat."""


class GroupKind(Enum):
    """What keeps the seats of a group together."""

    BLOCK = "block"
    TABLE = "table"
    WHOLE_TABLE = "whole table"


@dataclass(frozen=True, slots=True)
class SeatGroup:
    """A block, in order from end to end, or a table's seats, in layout order.

    `x`, `y` and `reach` are a circle around all its seats: nothing in the group is nearer to a point than the circle.
    """

    kind: GroupKind
    indexes: tuple[int, ...]
    span: slice | None
    """The same seats as a slice of the layout order, where they are one."""
    x: float
    y: float
    reach: float
    categories: frozenset[CategoryId]
    sections: frozenset[SectionId | None]
    has_kept_back: bool
    """Whether some of its seats are accessible, or a companion's."""

    def states(self, states: bytes) -> bytes:
        """The group's own states, out of all states in layout order."""
        if self.span is not None:
            return states[self.span]
        return bytes(itemgetter(*self.indexes)(states)) if len(self.indexes) > 1 else bytes((states[self.indexes[0]],))

    def bound_from(self, x: float, y: float) -> float:
        """No seat of the group is nearer to the point than this."""
        return max(0.0, math.hypot(self.x - x, self.y - y) - self.reach)


@dataclass(frozen=True, slots=True, eq=False)
class SeatGroups:
    """Every group of a layout, and its seats in layout order.

    `by_focus` are all (lower bound of a seat's distance, group number), nearest first. It does not keep the index alive
    that it was made from.
    """

    seats: tuple[Seat, ...]
    seat_ids: tuple[SeatId, ...]
    index_of: Mapping[SeatId, int]
    groups: tuple[SeatGroup, ...]
    focus: Point
    reluctance: float
    """What a drawback of a seat weighs, in canvas units."""
    by_focus: tuple[tuple[float, int], ...]

    def seat(self, seat_id: SeatId) -> Seat:
        """The seat; KeyError when the layout has none of that id."""
        return self.seats[self.index_of[seat_id]]

    def nearest_to(self, x: float, y: float) -> tuple[tuple[float, int], ...]:
        """The same as `by_focus` for any other point."""
        return tuple(sorted((group.bound_from(x, y), number) for number, group in enumerate(self.groups)))


def seat_groups_of(layout: LayoutIndex) -> SeatGroups:
    """Prepare a layout for picking. Costs about 1 ms per thousand seats."""
    seats = layout.layout.seats
    groups = [_group(GroupKind.BLOCK, seats, tuple(block.indexes)) for block in layout.rows.blocks]
    for table in layout.tables.values():
        if table.seat_ids:
            kind = GroupKind.WHOLE_TABLE if table.book_as == "whole" else GroupKind.TABLE
            groups.append(_group(kind, seats, tuple(layout.index_of[seat_id] for seat_id in table.seat_ids)))
    focus = focus_of(layout.layout)
    farthest = max(math.hypot(group.x - focus.x, group.y - focus.y) + group.reach for group in groups)
    by_focus = sorted((group.bound_from(focus.x, focus.y), number) for number, group in enumerate(groups))
    return SeatGroups(
        seats=seats,
        seat_ids=layout.seat_ids,
        index_of=layout.index_of,
        groups=tuple(groups),
        focus=focus,
        reluctance=RELUCTANCE_SHARE * farthest,
        by_focus=tuple(by_focus),
    )


def focus_of(layout: Layout) -> Point:
    """Where people want to sit near: the drawing's focal point, else its first stage, else its upper edge's middle."""
    if layout.focal_point is not None:
        return layout.focal_point
    stage = next((item for item in layout.items if item.type == "stage"), None)
    return Point(layout.canvas_w / 2, 0.0) if stage is None else stage.pos


def _group(kind: GroupKind, seats: Sequence[Seat], indexes: tuple[int, ...]) -> SeatGroup:
    members = [seats[index] for index in indexes]
    xs, ys = [seat.position.x for seat in members], [seat.position.y for seat in members]
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return SeatGroup(
        kind=kind,
        indexes=indexes,
        span=_span(indexes),
        x=x,
        y=y,
        reach=max(map(math.hypot, (it - x for it in xs), (it - y for it in ys))),
        categories=frozenset(seat.category_id for seat in members),
        sections=frozenset(seat.section_id for seat in members),
        has_kept_back=any(seat.accessible or seat.companion for seat in members),
    )


def _span(indexes: tuple[int, ...]) -> slice | None:
    first, last = indexes[0], indexes[-1]
    if indexes == tuple(range(first, first + len(indexes))):
        return slice(first, last + 1)
    if indexes == tuple(range(first, first - len(indexes), -1)):
        return slice(first, last - 1 if last else None, -1)
    return None
