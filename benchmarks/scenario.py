"""What a scenario is, of three kinds, and how its rounds become figures with a spread.

A `Scenario` compares a subject with a floor, a `Bounded` one has figures that must stay below bounds, and a `Growth` is
one piece of work at several sizes, which must take as long at the largest as at the smallest.
"""

from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from typing import TypeVar

import msgspec

Measured = TypeVar("Measured")


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """One round of requests, as the load generator saw it."""

    requests: int
    per_s: float
    p50_ms: float
    p99_ms: float
    refused: int = 0
    """Of the requests, those answered with a status of 400 or more."""
    cpu_us: float | None = None
    """Processor time of the serving process for a request, microseconds, where it was looked at."""


Measure = Callable[[], Awaitable[float | Load]]
"""One round: does the work and returns its rate, operations per second, or more of what was seen of it."""


class Scenario(msgspec.Struct, frozen=True):
    """A subject and the floor it is held against; `aim` is the ratio subject/floor to reach."""

    name: str
    floor_name: str
    subject_name: str
    aim: float
    floor: Measure
    subject: Measure
    p99_at_most: float | None = None
    """How many times the floor's p99 the subject's may be; both must then return a Load."""


class Bound(msgspec.Struct, frozen=True):
    """A figure in absolute terms, and what it may be at most."""

    name: str
    unit: str
    at_most: float


class Bounded(msgspec.Struct, frozen=True):
    """Work that has no floor beside it: each round returns one value for each bound, in their order."""

    name: str
    subject_name: str
    bounds: tuple[Bound, ...]
    measure: Callable[[], Awaitable[Sequence[float]]]
    rounds_max: int = 50
    """Rounds that are enough, where one is long or all are alike. None is left uncounted."""


class Size(msgspec.Struct, frozen=True):
    """The work at one size."""

    size: int
    measure: Callable[[], Awaitable[Load]]


class Growth(msgspec.Struct, frozen=True):
    """One piece of work at growing sizes, at least two; `aim` is the p50 at the first by the p50 at the last."""

    name: str
    subject_name: str
    unit: str
    sizes: tuple[Size, ...]
    aim: float = 0.8


AnyScenario = Scenario | Bounded | Growth


class Side(msgspec.Struct, frozen=True, omit_defaults=True):
    """Medians over one side's rounds; what was not looked at is None."""

    per_s: float
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_us: float | None = None


class RatioResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="ratio"):
    """`ratio` is the median of the rounds' own ratios, with its extremes.

    `cpu_ratio` is the floor's processor time by the subject's, `p99_times` the subject's p99 by the floor's: medians.
    """

    name: str
    floor_name: str
    subject_name: str
    floor: Side
    subject: Side
    ratio: float
    ratio_min: float
    ratio_max: float
    aim: float
    cpu_ratio: float | None = None
    p99_times: float | None = None
    p99_at_most: float | None = None
    rounds: int

    @property
    def is_met(self) -> bool:
        """Whether every aim was reached."""
        slow = self.p99_at_most is not None and (self.p99_times is None or self.p99_times > self.p99_at_most)
        return self.ratio >= self.aim and not slow


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A bounded figure: median and extremes over the rounds."""

    name: str
    unit: str
    value: float
    value_min: float
    value_max: float
    at_most: float


class BoundedResult(msgspec.Struct, frozen=True, kw_only=True, tag="bounded"):
    """What a Bounded scenario measured."""

    name: str
    subject_name: str
    values: list[Value]
    rounds: int

    @property
    def is_met(self) -> bool:
        """Whether no value is above its bound."""
        return all(each.value <= each.at_most for each in self.values)


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One size of a Growth, medians over the rounds."""

    size: int
    at_size: Side


class GrowthResult(msgspec.Struct, frozen=True, kw_only=True, tag="growth"):
    """`ratio` is the median of the rounds' p50 at the first size by that at the last, with its extremes."""

    name: str
    subject_name: str
    unit: str
    points: list[Point]
    ratio: float
    ratio_min: float
    ratio_max: float
    aim: float
    rounds: int

    @property
    def is_met(self) -> bool:
        """Whether it is flat enough."""
        return self.ratio >= self.aim


AnyResult = RatioResult | BoundedResult | GrowthResult


async def run_rounds(scenario: AnyScenario, rounds: int) -> AnyResult:
    """Do the work `rounds` times and say what was measured; what is compared takes turns within each round."""
    match scenario:
        case Scenario():
            return await _beside_its_floor(scenario, rounds)
        case Bounded():
            return await _below_bounds(scenario, min(rounds, scenario.rounds_max))
        case Growth():
            return await _at_sizes(scenario, rounds)


async def _beside_its_floor(scenario: Scenario, rounds: int) -> RatioResult:
    floors, subjects = await _in_turn((scenario.floor, scenario.subject), rounds)
    pairs = list(zip(floors, subjects, strict=True))
    ratios = [_per_s(subject) / _per_s(floor) for floor, subject in pairs]
    loads = [(floor, subject) for floor, subject in pairs if isinstance(floor, Load) and isinstance(subject, Load)]
    p99_times = [subject.p99_ms / floor.p99_ms for floor, subject in loads]
    cpu_ratios = [floor.cpu_us / subject.cpu_us for floor, subject in loads if floor.cpu_us and subject.cpu_us]
    return RatioResult(
        name=scenario.name,
        floor_name=scenario.floor_name,
        subject_name=scenario.subject_name,
        floor=_side(floors),
        subject=_side(subjects),
        ratio=_short(median(ratios)),
        ratio_min=_short(min(ratios)),
        ratio_max=_short(max(ratios)),
        aim=scenario.aim,
        cpu_ratio=_short(median(cpu_ratios)) if cpu_ratios else None,
        p99_times=_short(median(p99_times)) if p99_times else None,
        p99_at_most=scenario.p99_at_most,
        rounds=rounds,
    )


async def _below_bounds(scenario: Bounded, rounds: int) -> BoundedResult:
    taken = [await scenario.measure() for _ in range(rounds)]
    values = [
        Value(
            name=bound.name,
            unit=bound.unit,
            value=_short(median(found)),
            value_min=_short(min(found)),
            value_max=_short(max(found)),
            at_most=bound.at_most,
        )
        for bound, found in zip(scenario.bounds, zip(*taken, strict=True), strict=True)
    ]
    return BoundedResult(name=scenario.name, subject_name=scenario.subject_name, values=values, rounds=rounds)


async def _at_sizes(scenario: Growth, rounds: int) -> GrowthResult:
    taken = await _in_turn([size.measure for size in scenario.sizes], rounds)
    ratios = [small.p50_ms / large.p50_ms for small, large in zip(taken[0], taken[-1], strict=True)]
    return GrowthResult(
        name=scenario.name,
        subject_name=scenario.subject_name,
        unit=scenario.unit,
        points=[Point(size=size.size, at_size=_side(loads)) for size, loads in zip(scenario.sizes, taken, strict=True)],
        ratio=_short(median(ratios)),
        ratio_min=_short(min(ratios)),
        ratio_max=_short(max(ratios)),
        aim=scenario.aim,
        rounds=rounds,
    )


async def _in_turn(measures: Sequence[Callable[[], Awaitable[Measured]]], rounds: int) -> list[list[Measured]]:
    """Each measure's rounds, one of each after the other, after one round that is not counted."""
    for measure in measures:
        await measure()
    taken: list[list[Measured]] = [[] for _ in measures]
    for _ in range(rounds):
        for measure, kept in zip(measures, taken, strict=True):
            kept.append(await measure())
    return taken


def _per_s(measured: float | Load) -> float:
    return measured.per_s if isinstance(measured, Load) else measured


def _side(measured: Sequence[float | Load]) -> Side:
    loads = [each for each in measured if isinstance(each, Load)]
    cpu_us = [load.cpu_us for load in loads if load.cpu_us is not None]
    return Side(
        per_s=_short(median(map(_per_s, measured))),
        p50_ms=_short(median(load.p50_ms for load in loads)) if loads else None,
        p99_ms=_short(median(load.p99_ms for load in loads)) if loads else None,
        cpu_us=_short(median(cpu_us)) if cpu_us else None,
    )


def _short(value: float) -> float:
    """Four digits are more than a shared machine can tell apart."""
    return float(f"{value:.4g}")
