"""Runs: free seats of a group side by side that a wish admits, from which a party takes neighbours."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from frontrow.domain.layout import Seat
from frontrow.domain.picking_cost import AVAILABLE, Wish, taste_of
from frontrow.domain.seat_groups import GroupKind, SeatGroup, SeatGroups

_RUN = re.compile(rb"a+")
_GONE = ord("-")
_AT_EDGE = 2
"""Places of a run at which the seat left beside a part can be a single one."""


@dataclass(frozen=True, slots=True)
class Run:
    """Seats of one group that can be taken, side by side and in order (or around a table, in order).

    `orphans_at_start` are the single seats left when a part begins with the run's first seat, or with its second;
    `orphans_at_end` the same for its last and last but one.
    """

    group: int
    start: int
    """The first seat's place in the group."""
    indexes: tuple[int, ...]
    orphans_at_start: tuple[int, int]
    orphans_at_end: tuple[int, int]
    among_strangers: bool

    def orphans(self, first: int, end: int) -> int:
        """How many single seats a part of the run's seats `first` to before `end` leaves."""
        last = len(self.indexes) - end
        left = self.orphans_at_start[first] if first < _AT_EDGE else 0
        return left + (self.orphans_at_end[last] if last < _AT_EDGE else 0)


@dataclass(frozen=True, slots=True)
class PricedRun:
    """A run with what its seats cost: `costs[n]` is the sum over the first n seats, `accessible[n]` how many of them
    are accessible."""

    run: Run
    seats: tuple[Seat, ...]
    costs: tuple[float, ...]
    accessible: tuple[int, ...]


class FreeSeats:
    """The seats of a layout that a wish can have now."""

    def __init__(
        self,
        groups: SeatGroups,
        states: bytes,
        wish: Wish,
        passed_over: frozenset[int] = frozenset(),
        only: frozenset[int] | None = None,
    ) -> None:
        """`passed_over` are places in layout order of seats that are free, and yet not to be taken; `only` are the
        numbers of the groups to take seats of, None for all.

        Raises KeyError where the wish is near a seat the layout does not have.
        """
        self.groups = groups
        self.wish = wish
        self.taste = taste_of(groups, wish)
        self._states = states
        self._passed_over = passed_over
        self._only = only
        self._seats = groups.seats

    def nearest(self) -> Iterable[tuple[float, int]]:
        """(Lower bound of a seat's distance from the target, group number) of every group, nearest first."""
        nearest = self.groups.nearest_to(self.taste.x, self.taste.y) if self.wish.near else self.groups.by_focus
        return nearest if self._only is None else [group for group in nearest if group[1] in self._only]

    def lengths(self, number: int) -> list[int]:
        """How long the runs of one group are, without the cost of making them."""
        group = self.groups.groups[number]
        if not self._may_have(group):
            return []
        letters = self._letters(group, group.states(self._states))
        if group.kind is GroupKind.BLOCK:
            return list(map(len, _RUN.findall(letters)))
        return [len(run.indexes) for run in self._at_table(number, group, 1)]

    def runs(self, number: int, length_min: int) -> Iterator[Run]:
        """The runs of one group that are at least that long, in order."""
        group = self.groups.groups[number]
        if len(group.indexes) < length_min or not self._may_have(group):
            return
        if group.kind is not GroupKind.BLOCK:
            yield from self._at_table(number, group, length_min)
            return
        free = group.states(self._states)
        if b"a" * length_min not in free:
            return
        for found in _RUN.finditer(self._letters(group, free)):
            start, end = found.span()
            if end - start >= length_min:
                before, after = _orphans_beside(free, start - 1, -1), _orphans_beside(free, end, 1)
                yield Run(number, start, group.indexes[start:end], before, after, among_strangers=False)

    def has_accessible(self, run: Run) -> bool:
        """Whether one of its seats is accessible."""
        return any(self._seats[index].accessible for index in run.indexes)

    def seat_at(self, run: Run, place: int) -> Seat:
        """The run's seat at that place; negative ones count from its end."""
        return self._seats[run.indexes[place]]

    def priced(self, run: Run) -> PricedRun:
        """The run with its seats' costs."""
        seats = tuple(map(self._seats.__getitem__, run.indexes))
        cost, strangers = self.taste.seat_cost, run.among_strangers
        costs = tuple(accumulate((cost(seat, among_strangers=strangers) for seat in seats), initial=0.0))
        accessible: tuple[int, ...] = ()
        if self.wish.accessible:
            accessible = tuple(accumulate((int(seat.accessible) for seat in seats), initial=0))
        return PricedRun(run, seats, costs, accessible)

    def _may_have(self, group: SeatGroup) -> bool:
        wish = self.wish
        return (wish.category_id is None or wish.category_id in group.categories) and (
            wish.section_id is None or wish.section_id in group.sections
        )

    def _at_table(self, number: int, group: SeatGroup, length_min: int) -> Iterator[Run]:
        free = group.states(self._states)
        letters = self._letters(group, free)
        indexes = tuple(index for index, letter in zip(group.indexes, letters, strict=True) if letter == AVAILABLE)
        if len(indexes) < length_min:
            return
        if group.kind is GroupKind.WHOLE_TABLE and not len(indexes) == len(group.indexes) == self.wish.count:
            return
        yield Run(number, 0, indexes, (0, 0), (0, 0), among_strangers=any(letter != AVAILABLE for letter in free))

    def _letters(self, group: SeatGroup, free: bytes) -> bytes:
        """`a` for what can be taken of the group."""
        wish = self.wish
        is_uniform = (
            (wish.accessible or not group.has_kept_back)
            and (wish.category_id is None or len(group.categories) == 1)
            and (wish.section_id is None or len(group.sections) == 1)
            and not self._passed_over
        )
        if is_uniform:
            return free
        return bytes(
            AVAILABLE
            if letter == AVAILABLE and index not in self._passed_over and wish.admits(self._seats[index])
            else _GONE
            for index, letter in zip(group.indexes, free, strict=True)
        )


def _orphans_beside(free: bytes, beside: int, step: int) -> tuple[int, int]:
    """Single seats left on one side of a run, when a part begins right there, or leaves out the run's outermost seat.

    `beside` is the place next to the run on that side, `step` the way out from it.
    """
    if not 0 <= beside < len(free) or free[beside] != AVAILABLE:
        return (0, 1)
    beyond = beside + step
    return (0 if 0 <= beyond < len(free) and free[beyond] == AVAILABLE else 1, 0)
