"""Picking seats for people: the best that are free, together where possible, leaving no single seat behind.

Pure and deterministic: the same layout, states and wish give the same seats. What is best is said in picking_cost.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from frontrow.domain.free_runs import FreeSeats
from frontrow.domain.ids import SeatId
from frontrow.domain.picking_cost import Cost, Wish
from frontrow.domain.picking_parts import Part
from frontrow.domain.picking_splits import split
from frontrow.domain.seat_groups import SeatGroups

ALTERNATIVES_MAX = 10


@dataclass(frozen=True, slots=True)
class Pick:
    """Seats picked, part by part; the seats of a part are side by side, or at one table."""

    parts: tuple[tuple[SeatId, ...], ...]
    cost: Cost

    @property
    def seat_ids(self) -> tuple[SeatId, ...]:
        """All the seats."""
        return tuple(seat_id for part in self.parts for seat_id in part)


def pick(groups: SeatGroups, states: bytes, wish: Wish, passed_over: frozenset[int] = frozenset()) -> Pick | None:
    """The best choice for this wish; None where there is none.

    Together in one block or at one table where that is possible, else in the fewest parts. Tables that are only taken
    whole are picked alone, by a party that fills them. Costs what `pick_together` does where that is possible, and 10
    to 80 ms where the party has to be split in a large, nearly sold house.

    Args:
        states: one character a seat in layout order; `a` is free.
        passed_over: places in layout order of free seats that are not to be taken; they stay free.

    Raises:
        KeyError: the wish is near a seat the layout does not have.
    """
    free = FreeSeats(groups, states, wish, passed_over)
    together = _picked_together(free)
    if together is not None or wish.count == 1:
        return together
    found = split(free)
    return None if found is None else _picked(groups, *found)


def pick_together(groups: SeatGroups, states: bytes, wish: Wish, only: frozenset[int] | None = None) -> Pick | None:
    """What `pick` chooses where the whole party can sit together; None where it cannot.

    Well under a millisecond in most houses, at most some 5 ms: where nothing suits in 50,000 seats.

    Args:
        only: numbers of the groups to take seats of; None for all.
    """
    return _picked_together(FreeSeats(groups, states, wish, only=only))


def suggest(groups: SeatGroups, states: bytes, wish: Wish, alternatives_max: int) -> Iterator[Pick]:
    """Up to that many (1 to ALTERNATIVES_MAX) choices for the same wish, the best first, that share no seat.

    Each is judged as if it alone were taken.
    """
    passed_over: frozenset[int] = frozenset()
    index_of = groups.index_of
    for _ in range(alternatives_max):
        found = pick(groups, states, wish, passed_over)
        if found is None:
            return
        yield found
        passed_over = passed_over.union(index_of[seat_id] for seat_id in found.seat_ids)


def _picked_together(free: FreeSeats) -> Pick | None:
    together = _together(free)
    if together is None or (together.orphans and not free.wish.orphans_allowed):
        return None
    return _picked(free.groups, [together], Cost(1, together.orphans, together.cost))


def _together(free: FreeSeats) -> Part | None:
    """The best part for the whole party; the groups are looked at from the target outwards for as long as it pays."""
    wish, groups, drawbacks = free.wish, free.groups.groups, free.taste.least_drawbacks
    count, best = wish.count, None
    for bound, number in free.nearest():
        if best is not None and best.orphans == 0 and bound * count + drawbacks >= best.cost:
            break
        if wish.accessible and not groups[number].has_kept_back:
            continue
        for run in free.runs(number, count):
            priced = free.priced(run)
            costs = priced.costs
            for first in range(len(run.indexes) - count + 1):
                end = first + count
                if wish.accessible and priced.accessible[end] == priced.accessible[first]:
                    continue
                cost, orphans = costs[end] - costs[first], run.orphans(first, end)
                if best is None or (orphans, cost) < (best.orphans, best.cost):
                    best = Part(priced, first, end, orphans, cost)
    return best


def _picked(groups: SeatGroups, parts: list[Part], cost: Cost) -> Pick:
    seat_ids = groups.seat_ids
    taken = (part.priced.run.indexes[part.first : part.end] for part in parts)
    return Pick(tuple(tuple(seat_ids[index] for index in indexes) for indexes in taken), cost)
