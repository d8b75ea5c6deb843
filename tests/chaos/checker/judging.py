"""The checker's one question: does this history, with how everything stands at its end, keep every promise?"""

from collections import Counter
from collections.abc import Iterator

import msgspec

from tests.chaos.checker import promises
from tests.chaos.checker.bounds import Bounds, Times
from tests.chaos.checker.breaches import Breach, Promise
from tests.chaos.checker.linearizing import Broken, Undecided, broken_step
from tests.chaos.checker.seat import FREE, Seat
from tests.chaos.checker.standing import Standing
from tests.chaos.checker.steps import steps_of_seats
from tests.chaos.history import Story

STATES_TOLD_MAX = 5
UNDECIDED_SHARE_MAX = 0.05
"""Of the seats of a run: where most calls on a seat were never answered, the orders they may have had are too many."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, and in how much."""

    breaches: tuple[Breach, ...]
    undecided: tuple[str, ...]
    """Seats whose history outgrew the search: nothing is known of them."""
    seats: int
    steps: int
    """Steps of seats that were put in order."""
    operations: dict[str, int]
    """How many, by kind and outcome."""
    faults: dict[str, int]
    """How many, by kind."""

    @property
    def is_kept(self) -> bool:
        """Whether every promise is kept, as far as could be decided, and enough could."""
        return not self.breaches and not self.is_judged_too_little

    @property
    def is_judged_too_little(self) -> bool:
        """Whether more seats than UNDECIDED_SHARE_MAX were left undecided."""
        return len(self.undecided) > UNDECIDED_SHARE_MAX * self.seats

    def lines(self) -> Iterator[str]:
        """The verdict for people."""
        yield f"{self.seats} seats, {self.steps} steps, {sum(self.operations.values())} operations"
        yield "operations: " + ", ".join(f"{count} {name}" for name, count in self.operations.items())
        yield f"{sum(self.faults.values())} faults: " + ", ".join(f"{n} {name}" for name, n in self.faults.items())
        yield from (f"undecided: {it}" for it in self.undecided)
        yield from (f"BROKEN {it}" for it in self.breaches)
        yield (
            "every promise is kept"
            if self.is_kept
            else f"{len(self.breaches)} breaches, {len(self.undecided)} undecided"
        )


def judge(story: Story, standing: Standing, bounds: Bounds | None = None) -> Verdict:
    """Judge a run that has come to rest.

    Takes seconds for thousands of operations. Every breach is named; a seat's history is judged up to its first.
    """
    times = Times(story.beginning, story.faults, bounds or Bounds())
    breaches: list[Breach] = []
    undecided: list[str] = []
    count = 0
    for (event, seat_id), steps in steps_of_seats(story, standing, times).items():
        count += len(steps)
        match broken_step(FREE, steps):
            case Broken(step, states):
                said = f"{event}/{seat_id}: {step.name}, while it can only have been {_told(states)}"
                breaches.append(Breach(Promise.ONE_OWNER, said))
            case Undecided(name):
                undecided.append(f"{event}/{seat_id} at {name}")
    breaches += promises.broken_rows(standing)
    breaches += promises.broken_effects(story, standing)
    breaches += promises.broken_wholes(story, standing)
    breaches += promises.broken_bookings(story, standing)
    breaches += promises.broken_money(standing)
    breaches += promises.broken_views(story, standing)
    breaches += promises.broken_rest(story, standing)
    return Verdict(
        breaches=tuple(breaches),
        undecided=tuple(undecided),
        seats=sum(len(it) for it in story.beginning.seats.values()),
        steps=count,
        operations=dict(sorted(Counter(f"{it.kind} {it.outcome}" for it in story.operations).items())),
        faults=dict(sorted(Counter(str(it.kind) for it in story.faults).items())),
    )


def _told(states: tuple[Seat, ...]) -> str:
    told = list(dict.fromkeys(f"{it.at} {it.purchase}".strip() for it in states))
    return " or ".join(told[:STATES_TOLD_MAX]) + (" or others" if len(told) > STATES_TOLD_MAX else "")
