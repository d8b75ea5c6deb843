"""Seats for a party that cannot sit together: how many parts it takes, and which runs are looked at together.

The parts themselves are chosen in part_search.py. Where a pick has time for all the runs, they are looked at as one.
Else the party gathers: the runs are tried as hubs, the best first, each with the runs near it that make a party; what
is found is still of the fewest parts, but may not be the very best of them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from heapq import heapify, heappushpop, nlargest

from frontrow.domain.free_runs import FreeSeats, Run
from frontrow.domain.ids import SectionId
from frontrow.domain.part_search import PartSearch
from frontrow.domain.picking_cost import Cost, spot_of
from frontrow.domain.picking_parts import Part, RunParts
from frontrow.domain.seat_groups import GroupKind

RUNS_MAX = 24
"""So many runs are looked at as one."""
WINDOWS_MAX = 1_500
"""Every part that a run can give is looked at where there are no more of them."""
GATHERED_RUNS = 6
"""Runs looked at near a hub, beside one for each part."""
HUBS_MIN = 4
"""Hubs for which there is time at least."""
STEPS_MAX = 14_000
"""About how many steps the search for one number of parts may take, some 15 ms; the first hub is always tried."""
PARTS_MORE_MAX = 2
"""How many more parts than needed are tried to leave no single seat, where none may be left."""

_Length = tuple[int, int]
"""A run's length, and its group's number."""
_Found = tuple[list[Part], Cost]


def split(free: FreeSeats) -> _Found | None:
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
        length_min = max(1, wish.count - sum(length for length, _ in nlargest(parts - 1, lengths)))
        long_enough = sorted({number for length, number in lengths if length >= length_min})
        runs = [run for number in long_enough for run in free.runs(number, length_min)]
        found = _Split(free, runs, parts, length_min).best()
        if found is not None and (wish.orphans_allowed or found[1].orphans == 0):
            return found
    return None


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
        first = max((len(run.indexes), run.group) for run in accessible)
        longest.remove(first)
        longest.insert(0, first)
    found = 0
    for parts, (length, _) in enumerate(longest, start=1):
        found += length
        if found >= count:
            return max(parts, 2)
    return None


class _Split:
    """One party, in so many parts of these runs, which stand in order."""

    def __init__(self, free: FreeSeats, runs: list[Run], parts: int, length_min: int) -> None:
        self._free = free
        self._taste = free.taste
        self._count = free.wish.count
        self._parts = parts
        self._length_min = length_min
        self._taken_max = self._count - parts + 1
        self._runs = runs
        self._lengths = [len(run.indexes) for run in runs]
        self._is_gathered = len(runs) > RUNS_MAX
        self._is_thinned = self._is_gathered or self._windows() > WINDOWS_MAX
        self._steps = 0
        self._spots = [spot_of((free.seat_at(run, 0), free.seat_at(run, -1))) for run in runs]
        self._from_left = sorted(range(len(runs)), key=lambda number: self._spots[number].x)
        self._of_section: dict[SectionId | None, list[int]] = {}
        for number in self._from_left:
            self._of_section.setdefault(self._spots[number].section_id, []).append(number)
        self._known: dict[tuple[int, int], RunParts] = {}

    def best(self) -> _Found | None:
        """The least cost found; None where no parts make the party."""
        if not self._is_gathered:
            return PartSearch([self._parts_of(run) for run in self._runs], self._free, self._parts).best(STEPS_MAX)
        best: _Found | None = None
        for against, hub in self._hubs():
            if best is not None and (self._steps >= STEPS_MAX or (best[1].orphans, best[1].quality) <= (0, against)):
                break
            gathered = [self._parts_of(self._runs[number]) for number in sorted(self._around(hub))]
            search = PartSearch(gathered, self._free, self._parts)
            found = search.best(STEPS_MAX // HUBS_MIN, self._parts_of(self._runs[hub]).key)
            self._steps += search.steps
            if found is not None and (best is None or found[1] < best[1]):
                best = found
        return best

    def _windows(self) -> int:
        """How many parts all runs can give."""
        shortest = self._length_min
        ranges = ((length - shortest + 1, max(0, length - self._taken_max)) for length in self._lengths)
        return sum(most * (most + 1) // 2 - fewer * (fewer + 1) // 2 for most, fewer in ranges)

    def _hubs(self) -> list[tuple[float, int]]:
        """(About the least quality that there can be around a hub, its run's number), the best first."""
        # One part is of at least the mean number of seats. With an accessible seat, the hub may be a short one.
        is_hub = self._free.has_accessible if self._free.wish.accessible else self._is_long
        longest = nlargest(self._parts, self._lengths)
        others = sum(longest[:-1])
        return sorted(
            (self._against(run), number)
            for number, (run, length) in enumerate(zip(self._runs, self._lengths, strict=True))
            if is_hub(run) and (length >= longest[-1] or length + others >= self._count)
        )

    def _is_long(self, run: Run) -> bool:
        return len(run.indexes) * self._parts >= self._count

    def _against(self, run: Run) -> float:
        middle = self._free.seat_at(run, len(run.indexes) // 2)
        return self._count * self._taste.seat_cost(middle, among_strangers=run.among_strangers)

    def _around(self, hub: int) -> set[int]:
        """The hub, the runs nearest to it, and the longest of the nearest that make the party; of its section alone
        where those do."""
        own = self._of_section[self._spots[hub].section_id]
        return self._gathered(hub, own) or self._gathered(hub, self._from_left) or set()

    def _gathered(self, hub: int, from_left: Sequence[int]) -> set[int] | None:
        """Out of these runs, the middle of one not to the left of that of the one before; None where they are too few.

        They are looked for in a square around the hub, and in one twice as large for as long as it has not enough.
        """
        spots, lengths = self._spots, self._lengths
        x, y = spots[hub].x, spots[hub].y
        needed, others, reach = self._count - lengths[hub], self._parts - 1, self._taste.reluctance / 8
        while True:
            first = bisect_left(from_left, x - reach, key=lambda number: spots[number].x)
            end = bisect_right(from_left, x + reach, key=lambda number: spots[number].x)
            numbers = [nth for nth in from_left[first:end] if nth != hub and abs(spots[nth].y - y) <= reach]
            self._steps += len(numbers) + (end - first) // 4
            if len(numbers) >= others and sum(nlargest(others, map(lengths.__getitem__, numbers))) >= needed:
                return self._nearest_of(hub, numbers)
            if len(numbers) >= len(from_left) - 1:
                return None
            reach *= 2

    def _nearest_of(self, hub: int, numbers: Sequence[int]) -> set[int]:
        apart, hub_spot, spots, lengths = self._taste.apart, self._spots[hub], self._spots, self._lengths
        near = sorted((apart(hub_spot, spots[number]), number) for number in numbers)
        needed, others = self._count - lengths[hub], self._parts - 1
        longest = [(lengths[number], -number) for _, number in near[:others]]
        needed -= sum(length for length, _ in longest)
        heapify(longest)
        for _, number in near[others:]:
            if needed <= 0:
                break
            needed -= lengths[number] - heappushpop(longest, (lengths[number], -number))[0]
        nearest = (number for _, number in near[: self._parts + GATHERED_RUNS])
        return {hub, *nearest, *(-number for _, number in longest)}

    def _parts_of(self, run: Run) -> RunParts:
        key = (run.group, run.start)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = RunParts(
                self._free.priced(run),
                self._taste,
                self._length_min,
                self._taken_max,
                is_thinned=self._is_thinned,
            )
        return known
