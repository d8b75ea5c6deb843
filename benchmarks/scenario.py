"""What a scenario is, and how its rounds become a ratio with a spread."""

from collections.abc import Awaitable, Callable
from statistics import median

import msgspec

Measure = Callable[[], Awaitable[float]]
"""One round: does the work and returns its rate, operations per second."""


class Scenario(msgspec.Struct, frozen=True):
    """A subject and the floor it is held against; `aim` is the ratio subject/floor to reach."""

    name: str
    floor_name: str
    subject_name: str
    aim: float
    floor: Measure
    subject: Measure


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Medians over the rounds; `ratio` is the median of the rounds' own ratios, with its extremes."""

    name: str
    floor_name: str
    subject_name: str
    floor_per_s: float
    subject_per_s: float
    ratio: float
    ratio_min: float
    ratio_max: float
    aim: float
    rounds: int


async def run_rounds(scenario: Scenario, rounds: int) -> Result:
    """Floor and subject in turn, `rounds` times after one round that is not counted."""
    await scenario.floor()
    await scenario.subject()
    floors, subjects = [], []
    for _ in range(rounds):
        floors.append(await scenario.floor())
        subjects.append(await scenario.subject())
    ratios = [subject / floor for floor, subject in zip(floors, subjects, strict=True)]
    return Result(
        name=scenario.name,
        floor_name=scenario.floor_name,
        subject_name=scenario.subject_name,
        floor_per_s=median(floors),
        subject_per_s=median(subjects),
        ratio=median(ratios),
        ratio_min=min(ratios),
        ratio_max=max(ratios),
        aim=scenario.aim,
        rounds=rounds,
    )
