"""Which faults, when, to what: drawn from the seed alone, so that the same seed is the same schedule."""

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tests.chaos.driver.faults import RECIPES, Draw, Recipe

PAUSE_S_MAX = 0.4
GENTLE_SHARE = 0.4
"""The share of rounds whose faults lose no hold: in these nothing is forgiven."""


@dataclass(frozen=True)
class Planned:
    """One fault to come."""

    number: int
    name: str
    after_s: float
    draw: Draw

    may_lose_holds: bool

    @property
    def recipe(self) -> Recipe:
        """What is done."""
        return RECIPES[self.name]

    def __str__(self) -> str:
        return (
            f"{self.number:>4} {self.name:<25} after {self.after_s:.2f} s, which {self.draw.which % 2},"
            f" lasts {self.draw.lasts_s:.2f} s, share {self.draw.share:.2f}"
        )


@dataclass(frozen=True)
class PlannedRound:
    """What one round sees."""

    number: int
    seed: int
    is_gentle: bool
    faults: tuple[Planned, ...]


def planned_rounds(
    seed: int,
    faults: int,
    *,
    per_round: int,
    only: Collection[str] = (),
    without: Collection[str] = (),
    also_lossy: Collection[str] = (),
) -> list[PlannedRound]:
    """The whole schedule. Every fault comes once before the dice alone decide, where there are so many."""
    rng = random.Random(seed)
    names = [name for name in RECIPES if (not only or name in only) and name not in without]
    lossy = {name for name in names if RECIPES[name].may_lose_holds or name in also_lossy}
    each_once = rng.sample(names, len(names))
    rounds: list[PlannedRound] = []
    number = 0
    while number < faults:
        is_gentle = rng.random() < GENTLE_SHARE and len(lossy) < len(names)
        fit = [name for name in names if not (is_gentle and name in lossy)]
        planned = []
        for _ in range(min(per_round, faults - number)):
            number += 1
            owed = next((name for name in each_once if name in fit), None)
            if owed is None:
                owed = rng.choices(fit, [RECIPES[name].weight for name in fit])[0]
            else:
                each_once.remove(owed)
            planned.append(
                Planned(number, owed, rng.uniform(0, PAUSE_S_MAX), _drawn(rng, RECIPES[owed]), owed in lossy)
            )
        rounds.append(PlannedRound(len(rounds) + 1, rng.getrandbits(32), is_gentle, tuple(planned)))
    return rounds


def counts_of(rounds: Collection[PlannedRound]) -> Mapping[str, int]:
    """How often each fault is in a schedule."""
    names = [fault.name for each in rounds for fault in each.faults]
    return {name: names.count(name) for name in RECIPES if name in names}


def _drawn(rng: random.Random, recipe: Recipe) -> Draw:
    return Draw(rng.getrandbits(16), rng.uniform(*recipe.lasts_s), rng.random())
