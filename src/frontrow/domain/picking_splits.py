"""Seats for a party that cannot sit together: how many parts it takes, and which runs are worth looking at.

The parts themselves are chosen in part_search.py. Where there are more runs than a pick has time for, only those
nearest to the target, and the longest, are looked at: what is found is still of the fewest parts, but may not be the
very best of them.
"""

from collections.abc import Iterable
from heapq import nlargest

from frontrow.domain.free_runs import FreeSeats, Run
from frontrow.domain.part_search import Part, PartSearch
from frontrow.domain.picking_cost import Cost
from frontrow.domain.seat_groups import GroupKind

RUNS_MAX = 24
"""Runs looked at near the target, beside one for each part and the longest ones."""
PARTS_MORE_MAX = 2
"""How many more parts than needed are tried to leave no single seat, where none may be left."""

_Length = tuple[int, int]
"""A run's length, and its group's number."""


def split(free: FreeSeats) -> tuple[list[Part], Cost] | None:
    """The seats for a party of two or more in two parts or more; None where there are not enough of them.

    Several whole tables are never put together.
    """
    wish = free.wish
    numbers = [number for _, number in free.nearest() if free.groups.groups[number].kind is not GroupKind.WHOLE_TABLE]
    lengths = [(length, number) for number in numbers for length in free.lengths(number)]
    accessible = _accessible_runs(free, numbers) if wish.accessible else []
    if wish.accessible and not accessible:
        return None
    fewest = _fewest_parts(lengths, accessible, wish.count)
    if fewest is None:
        return None
    parts_max = fewest if wish.orphans_allowed else min(fewest + PARTS_MORE_MAX, wish.count)
    for parts in range(fewest, parts_max + 1):
        longest = nlargest(parts, lengths)
        length_min = max(1, wish.count - sum(length for length, _ in longest[:-1]))
        runs = _looked_at(free, numbers, length_min, parts)
        runs += [run for _, number in longest for run in free.runs(number, length_min)]
        runs += accessible[:RUNS_MAX] + nlargest(1, accessible, key=_length)
        looked_at = {(run.group, run.start): run for run in runs}
        found = PartSearch([free.priced(looked_at[key]) for key in sorted(looked_at)], free, parts).best()
        if found is not None and (wish.orphans_allowed or found[1].orphans == 0):
            return found
    return None


def _length(run: Run) -> int:
    return len(run.indexes)


def _accessible_runs(free: FreeSeats, numbers: Iterable[int]) -> list[Run]:
    """The runs with an accessible seat, nearest first."""
    groups = free.groups.groups
    return [
        run
        for number in numbers
        if groups[number].has_kept_back
        for run in free.runs(number, 1)
        if free.has_accessible(run)
    ]


def _fewest_parts(lengths: list[_Length], accessible: list[Run], count: int) -> int | None:
    """At least 2; None where all runs together are too few. With `accessible`, one part is of such a run."""
    longest = sorted(lengths, reverse=True)
    if accessible:
        first = max((_length(run), run.group) for run in accessible)
        longest.remove(first)
        longest.insert(0, first)
    found = 0
    for parts, (length, _) in enumerate(longest, start=1):
        found += length
        if found >= count:
            return max(parts, 2)
    return None


def _looked_at(free: FreeSeats, numbers: Iterable[int], length_min: int, parts: int) -> list[Run]:
    """The nearest runs that are long enough to be a part."""
    runs: list[Run] = []
    for number in numbers:
        runs += free.runs(number, length_min)
        if len(runs) >= RUNS_MAX + parts:
            break
    return runs
