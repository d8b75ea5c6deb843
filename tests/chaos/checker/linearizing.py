"""Whether a history of one object could have happened one step after another: the search of Wing and Gong.

Every step took effect at one moment between its beginning and its end. The search walks the history by time and keeps
every way in which things may stand (Lowe's just-in-time form): a step is given its moment only when its end comes, and
before it any steps that had begun. What was never answered may have taken effect or not, so it is used only where it
explains something; a way that needs fewer of these than another, all else being equal, makes that other superfluous.

Source: J. Wing, C. Gong, "Testing and Verifying Concurrent Objects" (1993); G. Lowe, "Testing for linearizability"
(2017).
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic, TypeVar

COMPARISONS_MAX = 5_000_000
"""Of ways to stand at the end of one step, which are seconds; more leave the history undecided."""

S = TypeVar("S", bound=Hashable)


class Need(Enum):
    """What the search has to do with a step."""

    MUST = auto()
    """It took effect, once."""
    READ = auto()
    """It took effect and never changes anything: it says how things stood."""
    MAY = auto()
    """It took effect once, or not at all."""
    WEATHER = auto()
    """It took effect any number of times."""


@dataclass(frozen=True, eq=False)
class Step(Generic[S]):
    """What happened at some moment from `began_ns` to `ended_ns`; None: at any time after."""

    name: str
    need: Need
    began_ns: int
    ended_ns: int | None
    apply: Callable[[S], Iterable[S]]
    """The states it may lead to from this one; none where it cannot have taken effect then."""


@dataclass(frozen=True)
class Broken(Generic[S]):
    """No order explains `step`: what it says contradicts every way in which things may have stood."""

    step: Step[S]
    states: tuple[S, ...]


@dataclass(frozen=True)
class Undecided:
    """The search outgrew its bound at `name`: nothing is known of this history."""

    name: str


Numbers = frozenset[int]
_Ways = dict[tuple[S, Numbers], list[Numbers]]


def broken_step(initial: S, steps: Sequence[Step[S]]) -> Broken[S] | Undecided | None:
    """The first step that no order explains, or None where the whole history could have happened so.

    Time and room grow with the steps under way at once, not with the length of the history.
    """
    return _Search(initial, steps).run()


class _Search(Generic[S]):
    """One history's. A way is a state, the steps still under way that have had their moment, and the MAYs it used."""

    def __init__(self, initial: S, steps: Sequence[Step[S]]) -> None:
        self._steps = steps
        self._open: dict[Need, dict[int, Step[S]]] = {need: {} for need in Need}
        self._ways: _Ways[S] = {(initial, frozenset()): [frozenset()]}

    def run(self) -> Broken[S] | Undecided | None:
        for is_end, number in _turns(self._steps):
            step = self._steps[number]
            if not is_end:
                self._open[step.need][number] = step
                if step.need is Need.READ:
                    self._ways = _of((self._with_reads(*key), used) for key, used in _each(self._ways))
                continue
            ways = self._after(number, step)
            if ways is None:
                return Undecided(step.name)
            if not ways:
                return Broken(step, tuple(dict.fromkeys(state for state, _ in self._ways)))
            del self._open[step.need][number]
            self._ways = ways
        return None

    def _after(self, number: int, step: Step[S]) -> _Ways[S] | None:
        """Every way to stand at the end of `step`; None beyond COMPARISONS_MAX."""
        stays = step.need in {Need.MAY, Need.WEATHER}
        found: _Ways[S] = {}
        reached: _Ways[S] = {}
        fresh: list[tuple[S, Numbers, Numbers]] = []
        for (state, done), used in _each(self._ways):
            _keep(reached, (state, done), used)
            fresh.append((state, done, used))
        comparisons = 0
        while fresh:
            state, done, used = fresh.pop()
            if used not in reached[state, done]:
                continue  # a better one was found meanwhile
            if stays or number in done:
                _keep(found, (state, done - {number}), used - {number})
                if not stays:
                    continue
            for way in self._further(state, done, used):
                after, after_done, after_used = way
                comparisons += 1 + len(reached.get((after, after_done), ()))
                if _keep(reached, (after, after_done), after_used):
                    fresh.append(way)
            if comparisons > COMPARISONS_MAX:
                return None
        return found

    def _further(self, state: S, done: Numbers, used: Numbers) -> Iterator[tuple[S, Numbers, Numbers]]:
        """One step further, every open one that has not had its moment."""
        for number, step in self._open[Need.MUST].items():
            if number not in done:
                for after in step.apply(state):
                    yield *self._with_reads(after, done | {number}), used
        for number, step in self._open[Need.MAY].items():
            if number not in used:
                for after in step.apply(state):
                    if after != state:
                        yield *self._with_reads(after, done), used | {number}
        for step in self._open[Need.WEATHER].values():
            for after in step.apply(state):
                if after != state:
                    yield *self._with_reads(after, done), used

    def _with_reads(self, state: S, done: Numbers) -> tuple[S, Numbers]:
        """Whatever only says how things stand has its moment as soon as they stand so: waiting would gain nothing."""
        true = [
            it for it, step in self._open[Need.READ].items() if it not in done and any(True for _ in step.apply(state))
        ]
        return state, done.union(true) if true else done


def _turns(steps: Sequence[Step[S]]) -> list[tuple[bool, int]]:
    """Beginnings and ends by time, by the number of the step; at one time, beginnings first. Open ends never come."""
    begun = [(step.began_ns, False, number) for number, step in enumerate(steps)]
    ended = [(step.ended_ns, True, number) for number, step in enumerate(steps) if step.ended_ns is not None]
    return [(is_end, number) for _, is_end, number in sorted([*begun, *ended])]


def _each(ways: _Ways[S]) -> Iterator[tuple[tuple[S, Numbers], Numbers]]:
    return ((key, used) for key, several in ways.items() for used in several)


def _of(ways: Iterable[tuple[tuple[S, Numbers], Numbers]]) -> _Ways[S]:
    kept: _Ways[S] = {}
    for key, used in ways:
        _keep(kept, key, used)
    return kept


def _keep(ways: _Ways[S], key: tuple[S, Numbers], used: Numbers) -> bool:
    """Add a way unless one that used no more is there; those that used more go. Whether it was added."""
    several = ways.get(key)
    if several is None:
        ways[key] = [used]
        return True
    if any(other <= used for other in several):
        return False
    several[:] = [other for other in several if not used < other]
    several.append(used)
    return True
