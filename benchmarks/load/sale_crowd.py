"""Who comes to an on-sale and what they do there: when they arrive, what they want, how long they think."""

import math
import random

import msgspec

SEED = 1_000
AT_THE_DOORS = 0.2
"""The share that waits for the opening; the others come after it, ever fewer."""


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """How a crowd behaves. Seconds are those of the simulation, where people are about ten times as quick as they are.

    `looking` is the share that only looks, for `looks_s` on the average; the others choose 1 to 4 seats for `chooses_s`
    before each try. `leaving` is the share of those who hold seats and leave all the same, after `decides_s`, as those
    who buy take; their seats are given back `gives_back_after_s` later, as the page does when it is left. `staying` is
    the share that waits until everything is booked; the others give up after `tries_max` refusals or `patience_s`.
    """

    looking: float = 0.5
    looks_s: float = 4.0
    chooses_s: float = 1.0
    leaving: float = 0.2
    decides_s: float = 2.0
    gives_back_after_s: int = 2
    staying: float = 0.2
    tries_max: int = 4
    patience_s: float = 6.0

    @property
    def stays_s(self) -> float:
        """How long a visitor is on the map, about, in the mean."""
        return self.looking * self.looks_s + (1 - self.looking) * self.tries_max * self.chooses_s


SEATS_WANTED = {1: 0.1, 2: 0.55, 3: 0.15, 4: 0.2}
"""How many seats people want, and the share of those who do."""


def arrivals(visitors: int, arriving_s: float, admitted_per_s: float) -> list[float]:
    """When each is let in, in seconds from the opening: some wait for it, the others' rate falls to nothing over
    `arriving_s`. With `admitted_per_s` above 0 a waiting room lets so many in a second, in the order they came."""
    chance = random.Random(SEED)
    came = [0.0] * int(visitors * AT_THE_DOORS)
    came += sorted(arriving_s * (1 - math.sqrt(1 - chance.random())) for _ in range(visitors - len(came)))
    if admitted_per_s <= 0:
        return came
    admitted: list[float] = []
    for at_s in came:
        admitted.append(max(at_s, admitted[-1] + 1 / admitted_per_s if admitted else 0.0))
    return admitted


class Visitor:
    """One person: every choice of theirs comes from their number, so a crowd is the same each time."""

    def __init__(self, number: int, manners: Manners) -> None:
        chance = random.Random(f"{SEED}-{number}")
        self.number = number
        self.chance = chance
        self.only_looks = chance.random() < manners.looking
        self.looks_s = chance.expovariate(1 / manners.looks_s)
        self.seats_wanted = chance.choices(list(SEATS_WANTED), list(SEATS_WANTED.values()))[0]
        self.leaves = chance.random() < manners.leaving
        self.stays = chance.random() < manners.staying
        self._manners = manners

    def choosing_s(self) -> float:
        """How long until the next try."""
        return self._around(self._manners.chooses_s)

    def deciding_s(self) -> float:
        """How long from a hold to the purchase, or to leaving."""
        return self._around(self._manners.decides_s)

    def gives_up(self, refusals: int, waited_s: float) -> bool:
        """Whether it is enough."""
        return not self.stays and (refusals >= self._manners.tries_max or waited_s > self._manners.patience_s)

    def chosen(self, states: bytes) -> range | None:
        """Free seats side by side in this picture, rather in front; fewer than wanted where so many are not left."""
        front = int(self.chance.expovariate(3) * len(states)) % len(states)
        for count in range(self.seats_wanted, 0, -1):
            found = states.find(b"a" * count, front)
            if found < 0:
                found = states.find(b"a" * count)
            if found >= 0:
                return range(found, found + count)
        return None

    def _around(self, mean_s: float) -> float:
        return self.chance.uniform(0.3 * mean_s, 1.7 * mean_s)
