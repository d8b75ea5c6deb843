"""The parts of a split party, chosen together: one part is tried as the hub, the others are chosen around it.

With the fewest parts, no two are of one run (they would be one part). For a hub, dynamic programming over the runs, in
the order in which they stand, finds the others of the least cost; its states are how many parts and seats are chosen,
and whether a single seat waits between the last part and the next run. Every part is tried as the hub if there is
time, else the most promising.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import pairwise
from typing import NamedTuple

from frontrow.domain.free_runs import FreeSeats, PricedRun, Run
from frontrow.domain.layout import Seat
from frontrow.domain.picking_cost import Cost, middle_of, split_cost

STEPS_MAX = 20_000
"""About how many steps a search may take, some 20 ms; the first hub is always tried."""


@dataclass(frozen=True, slots=True)
class Part:
    """Seats of one run, from its seat `first` to before `end`."""

    priced: PricedRun
    first: int
    end: int
    orphans: int
    cost: float

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Its seats, in order."""
        return self.priced.seats[self.first : self.end]


class _Option(NamedTuple):
    """A part as a step of the search, around one hub: where it stands, and what taking it adds."""

    seats: int
    cost: float
    orphans: int
    begins_at_gap: bool
    ends_at_gap: bool
    part: Part


class _Chosen(NamedTuple):
    """Parts chosen so far, the last one first: a linked list, cheap to extend."""

    orphans: int
    cost: float
    part: Part | None = None
    before: "_Chosen | None" = None

    def parts(self) -> Iterator[Part]:
        """Every part, the last one first."""
        chosen: _Chosen | None = self
        while chosen is not None and chosen.part is not None:
            yield chosen.part
            chosen = chosen.before


_State = tuple[int, int, bool]
"""(Parts chosen, their seats, whether the last one ends at a gap of a single seat before the next run.)"""


class PartSearch:
    """The search over these runs, in the order in which they stand, for one number of parts (2 or more)."""

    def __init__(self, runs: Sequence[PricedRun], free: FreeSeats, parts: int) -> None:
        self._taste = free.taste
        self._needs_accessible = free.wish.accessible
        self._count = free.wish.count
        self._parts = parts
        self._gaps = [False, *(_is_gap_between(one.run, other.run) for one, other in pairwise(runs)), False]
        lengths = sorted((len(run.seats) for run in runs), reverse=True)
        self._most = [sum(lengths[:more]) for more in range(parts + 1)]
        """The most seats that so many more parts can bring."""
        self._windows = [list(self._windows_of(run)) for run in runs]

    def best(self) -> tuple[list[Part], Cost] | None:
        """The parts of the least cost around the hubs that there is time for; None where no parts make the party."""
        hubs = [
            (part, middle, at)
            for at, windows in enumerate(self._windows)
            for part, middle in windows
            if not self._needs_accessible or part.priced.accessible[part.end] > part.priced.accessible[part.first]
        ]
        hubs_max = max(1, STEPS_MAX // (self._parts * sum(map(len, self._windows)) + 1))
        promising = nsmallest(hubs_max, hubs, key=lambda hub: (hub[0].orphans, hub[0].cost / len(hub[0].seats)))
        best: _Chosen | None = None
        for hub, middle, at in promising:
            chosen = self._around(hub, middle, at)
            if chosen is not None and (best is None or chosen[:2] < best[:2]):
                best = chosen
        if best is None:
            return None
        parts = list(best.parts())[::-1]
        # Summed anew: another hub than the one tried may be better for the very same parts.
        costs = sum(part.priced.costs[part.end] - part.priced.costs[part.first] for part in parts)
        return parts, Cost(len(parts), best.orphans, costs + split_cost(self._taste, [part.seats for part in parts]))

    def _windows_of(self, priced: PricedRun) -> Iterator[tuple[Part, tuple[float, float]]]:
        """Every part the run can give, with its middle."""
        run, costs, length = priced.run, priced.costs, len(priced.seats)
        length_min = max(1, self._count - self._most[self._parts - 1])
        for taken in range(length_min, min(length, self._count - self._parts + 1) + 1):
            for first in range(length - taken + 1):
                end = first + taken
                cost = costs[end] - costs[first] + self._taste.part_cost(taken)
                part = Part(priced, first, end, run.orphans(first, end), cost)
                yield part, middle_of(part.seats)

    def _around(self, hub: Part, middle: tuple[float, float], hub_at: int) -> _Chosen | None:
        states: dict[_State, _Chosen] = {(0, 0, False): _Chosen(0, 0.0)}
        for at, windows in enumerate(self._windows):
            parts_max = self._parts - (at < hub_at)  # the hub has its place among them
            following: dict[_State, _Chosen] = {}
            if at != hub_at:
                for (parts, seats, _), chosen in states.items():
                    state = (parts, seats, False)
                    known = following.get(state)
                    if known is None or chosen[:2] < known[:2]:
                        following[state] = chosen
            options = self._options(windows if at != hub_at else [(hub, middle)], middle, at)
            for (parts, seats, waits), chosen in states.items():
                if parts >= parts_max:
                    continue
                seats_min = self._count - self._most[self._parts - parts - 1]
                for option in options:
                    total = seats + option.seats
                    if not seats_min <= total <= self._count:
                        continue
                    orphans = chosen.orphans + option.orphans + (waits and option.begins_at_gap)
                    cost = chosen.cost + option.cost
                    state = (parts + 1, total, option.ends_at_gap)
                    known = following.get(state)
                    if known is None or (orphans, cost) < known[:2]:
                        following[state] = _Chosen(orphans, cost, option.part, chosen)
            states = following
        ends = [states[key] for waits in (False, True) if (key := (self._parts, self._count, waits)) in states]
        return min(ends, key=lambda chosen: chosen[:2], default=None)

    def _options(
        self, windows: Sequence[tuple[Part, tuple[float, float]]], hub_middle: tuple[float, float], at: int
    ) -> list[_Option]:
        """For each length, and each way to end at a gap, the best part of a run."""
        hub_x, hub_y = hub_middle
        gap_before, gap_after = self._gaps[at], self._gaps[at + 1]
        best: dict[tuple[int, bool, bool], _Option] = {}
        for part, (x, y) in windows:
            taken = part.end - part.first
            cost = part.cost + taken * ((x - hub_x) ** 2 + (y - hub_y) ** 2) ** 0.5
            begins, ends = gap_before and part.first == 0, gap_after and part.end == len(part.priced.seats)
            known = best.get((taken, begins, ends))
            if known is None or (part.orphans, cost) < (known.orphans, known.cost):
                best[taken, begins, ends] = _Option(taken, cost, part.orphans, begins, ends, part)
        return list(best.values())


def _is_gap_between(one: Run, other: Run) -> bool:
    """Whether a single free seat, not to be taken, stands between the runs: taking both its neighbours leaves it."""
    return (
        one.group == other.group
        and one.start + len(one.indexes) + 1 == other.start
        and one.orphans_at_end == other.orphans_at_start == (0, 0)
    )
