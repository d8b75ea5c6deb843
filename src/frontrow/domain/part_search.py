"""The parts of a split party, chosen together: one part is tried as the hub, the others are chosen around it.

With the fewest parts, no two are of one run (they would be one part). For a hub, dynamic programming over the runs, in
the order in which they stand, finds the others of the least cost; its states are how many parts and seats are chosen,
and whether a single seat waits between the last part and the next run. Every part is tried as the hub if there is
time, else the most promising.
"""

from collections.abc import Mapping, Sequence
from heapq import nsmallest
from itertools import pairwise
from typing import NamedTuple

from frontrow.domain.free_runs import FreeSeats, Run
from frontrow.domain.picking_cost import Cost, apart_weight, split_cost
from frontrow.domain.picking_parts import Chosen, Part, RunParts, Window

RunKey = tuple[int, int]
"""A run's group, and its first seat's place in it."""


class _Option(NamedTuple):
    """A part as a step of the search, around one hub: where it stands, and what taking it adds."""

    seats: int
    cost: float
    orphans: int
    begins_at_gap: bool
    ends_at_gap: bool
    part: Part


_State = tuple[int, int, bool]
"""(Parts chosen, their seats, whether the last one ends at a gap of a single seat before the next run.)"""


class PartSearch:
    """The search over these runs, in the order in which they stand, for one number of parts (2 or more)."""

    def __init__(self, runs: Sequence[RunParts], free: FreeSeats, parts: int) -> None:
        self.steps = 0
        """About how much work was done, in parts looked at."""
        self._taste = free.taste
        self._needs_accessible = free.wish.accessible
        self._count = free.wish.count
        self._parts = parts
        self._weight = apart_weight(self._count, parts)
        self._runs = runs
        self._gaps = [False, *(_is_gap_between(one.run, other.run) for one, other in pairwise(runs)), False]
        lengths = sorted((len(run.run.indexes) for run in runs), reverse=True)
        self._most = [sum(lengths[:more]) for more in range(parts + 1)]
        """The most seats that so many more parts can bring."""

    def best(self, steps_max: int, hub_key: RunKey | None = None) -> tuple[list[Part], Cost] | None:
        """The parts of the least cost around the hubs that there is time for; None where no parts make the party.

        The first hub is always tried. With `hub_key`, every hub is a part of that run.
        """
        count, taken_min = self._count, self._count - self._most[self._parts - 1]
        hubs = [
            (window, at)
            for at, run in enumerate(self._runs)
            if hub_key is None or run.key == hub_key
            for taken, windows in run.windows.items()
            if taken >= taken_min
            for window in windows
            if not self._needs_accessible or window.part.has_accessible
        ]

        def promise(hub: tuple[Window, int]) -> tuple[int, float]:
            part = hub[0].part
            return part.orphans, part.cost / (part.end - part.first) * count

        best: Chosen | None = None
        for window, at in nsmallest(len(hubs), hubs, key=promise):
            if best is not None and self.steps >= steps_max:
                break
            chosen = self._around(window, at)
            if chosen is not None and (best is None or chosen[:2] < best[:2]):
                best = chosen
        if best is None:
            return None
        parts = list(best.parts())[::-1]
        # Summed anew: another hub than the one tried may be better for the very same parts.
        costs = sum(part.priced.costs[part.end] - part.priced.costs[part.first] for part in parts)
        return parts, Cost(len(parts), best.orphans, costs + split_cost(self._taste, [part.seats for part in parts]))

    def _around(self, hub: Window, hub_at: int) -> Chosen | None:
        states: dict[_State, Chosen] = {(0, 0, False): Chosen(0, 0.0)}
        hub_taken = hub.part.end - hub.part.first
        least = self._count - hub_taken - self._most[self._parts - 2]
        most = self._count - hub_taken - (self._parts - 2)
        for at, run in enumerate(self._runs):
            parts_max = self._parts - (at < hub_at)  # the hub has its place among them
            following: dict[_State, Chosen] = {}
            if at != hub_at:
                for (parts, seats, _), chosen in states.items():
                    state = (parts, seats, False)
                    known = following.get(state)
                    if known is None or chosen[:2] < known[:2]:
                        following[state] = chosen
                options = self._options(run.windows, hub, at, least, most)
            else:
                options = self._options({hub_taken: (hub,)}, hub, at, hub_taken, hub_taken)
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
                        following[state] = Chosen(orphans, cost, option.part, chosen)
            self.steps += len(states) * (len(options) + 1)
            states = following
        ends = [states[key] for waits in (False, True) if (key := (self._parts, self._count, waits)) in states]
        return min(ends, key=lambda chosen: chosen[:2], default=None)

    def _options(
        self, windows: Mapping[int, Sequence[Window]], hub: Window, at: int, least: int, most: int
    ) -> list[_Option]:
        """For each length, and each way to end at a gap, the best part of a run."""
        apart, weight, hub_spot = self._taste.apart, self._weight, hub.spot
        gap_before, gap_after = self._gaps[at], self._gaps[at + 1]
        best: dict[tuple[int, bool, bool], _Option] = {}
        for taken, alike in windows.items():
            if not least <= taken <= most:
                continue
            self.steps += len(alike)
            for part, spot in alike:
                cost = part.cost + weight * apart(hub_spot, spot)
                begins = gap_before and part.first == 0
                ends = gap_after and part.end == len(part.priced.seats)
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
