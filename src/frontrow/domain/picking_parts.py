"""Parts: the seats side by side that a run can give to a party that is split."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from frontrow.domain.free_runs import PricedRun, Run
from frontrow.domain.layout import Seat
from frontrow.domain.picking_cost import Spot, Taste, spot_of


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

    @property
    def has_accessible(self) -> bool:
        """Whether one of its seats is accessible; False where the wish asks for none."""
        accessible = self.priced.accessible
        return bool(accessible) and accessible[self.end] > accessible[self.first]


class Window(NamedTuple):
    """A part that can be taken, and where it is."""

    part: Part
    spot: Spot


class Chosen(NamedTuple):
    """Parts chosen so far, the last one first: a linked list, cheap to extend."""

    orphans: int
    cost: float
    part: Part | None = None
    before: "Chosen | None" = None

    def parts(self) -> Iterator[Part]:
        """Every part, the last one first."""
        chosen: Chosen | None = self
        while chosen is not None and chosen.part is not None:
            yield chosen.part
            chosen = chosen.before


class RunParts:
    """The parts of one run that a search looks at, for as long as a pick lasts.

    They have `taken_min` to `taken_max` seats. All of them are looked at; or, where `is_thinned`, for each number of
    seats only the best one, the best one with an accessible seat, and those at the run's ends.
    """

    def __init__(self, priced: PricedRun, taste: Taste, taken_min: int, taken_max: int, *, is_thinned: bool) -> None:
        self._priced = priced
        self._taste = taste
        self._taken = range(max(1, taken_min), min(len(priced.seats), taken_max) + 1)
        self._is_thinned = is_thinned

    @property
    def run(self) -> Run:
        """The run whose seats they are."""
        return self._priced.run

    @property
    def key(self) -> tuple[int, int]:
        """The run's group, and its first seat's place in it."""
        return self.run.group, self.run.start

    @cached_property
    def windows(self) -> Mapping[int, Sequence[Window]]:
        """The parts of each number of seats, from the run's first seat on."""
        length = len(self._priced.seats)
        return {
            taken: [self._window(first, taken) for first in self._firsts(taken, length - taken)]
            for taken in self._taken
        }

    def _firsts(self, taken: int, last: int) -> Sequence[int]:
        if not self._is_thinned or last < 3:
            return range(last + 1)
        costs, accessible, run = self._priced.costs, self._priced.accessible, self.run

        def against(first: int) -> tuple[int, float]:
            return run.orphans(first, first + taken), costs[first + taken] - costs[first]

        firsts = {0, last, min(range(last + 1), key=against)}
        with_accessible = [
            first for first in range(last + 1) if accessible and accessible[first + taken] > accessible[first]
        ]
        if with_accessible:
            firsts.add(min(with_accessible, key=against))
        return sorted(firsts)

    def _window(self, first: int, taken: int) -> Window:
        priced, end = self._priced, first + taken
        cost = priced.costs[end] - priced.costs[first] + self._taste.part_cost(taken)
        part = Part(priced, first, end, priced.run.orphans(first, end), cost)
        return Window(part, spot_of((priced.seats[first], priced.seats[end - 1])))
