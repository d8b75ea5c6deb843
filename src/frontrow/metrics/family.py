"""What a metric is, and what one process read of all of them at one moment."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from frontrow.measures import Spread

Labels = tuple[str, ...]


class Kind(StrEnum):
    """How a metric moves: a counter only up, a gauge both ways; a histogram counts values between bounds."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Across(StrEnum):
    """What a gauge of several workers together is."""

    SUM = "sum"
    MAX = "max"


class Family(msgspec.Struct, frozen=True):
    """A metric: its name, what it says, its labels' names. Counters and histograms of workers are added up."""

    name: str
    kind: Kind
    help: str
    labels: Labels = ()
    across: Across = Across.SUM


class SpreadReading(msgspec.Struct, frozen=True):
    """A histogram as it was read: see measures.Spread."""

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float

    def plus(self, other: "SpreadReading") -> "SpreadReading":
        """Both together; where the bounds are another version's, this one alone."""
        if other.bounds != self.bounds:
            return self
        counts = tuple(mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True))
        return SpreadReading(self.bounds, counts, self.total + other.total)


class Readings(msgspec.Struct):
    """Values by metric and label values: those of one process, or of several together."""

    counters: dict[str, dict[Labels, float]] = {}
    gauges: dict[str, dict[Labels, float]] = {}
    spreads: dict[str, dict[Labels, SpreadReading]] = {}

    def put(self, family: Family, value: float, *labels: str) -> None:
        """Note a counter's sum or a gauge's value."""
        assert family.kind is not Kind.HISTOGRAM
        assert len(labels) == len(family.labels)
        values = self.counters if family.kind is Kind.COUNTER else self.gauges
        values.setdefault(family.name, {})[labels] = value

    def put_spread(self, family: Family, spread: Spread, *labels: str) -> None:
        """Note a histogram."""
        assert family.kind is Kind.HISTOGRAM
        assert len(labels) == len(family.labels)
        reading = SpreadReading(spread.bounds, tuple(spread.counts), spread.total)
        self.spreads.setdefault(family.name, {})[labels] = reading


def sums_of(*parts: Readings) -> Readings:
    """The counters and histograms of several processes together: these outlive a process, gauges do not."""
    together = Readings()
    for part in parts:
        for name, values in part.counters.items():
            sums = together.counters.setdefault(name, {})
            for labels, value in values.items():
                sums[labels] = sums.get(labels, 0) + value
        for name, spreads in part.spreads.items():
            known = together.spreads.setdefault(name, {})
            for labels, spread in spreads.items():
                known[labels] = known[labels].plus(spread) if labels in known else spread
    return together


def together(alive: Iterable[Readings], ended: Iterable[Readings], families: Iterable[Family]) -> Readings:
    """What all workers read: of those that have ended, only what adds up."""
    living = tuple(alive)
    whole = sums_of(*living, *ended)
    by_max = {family.name for family in families if family.across is Across.MAX}
    for part in living:
        for name, values in part.gauges.items():
            known = whole.gauges.setdefault(name, {})
            for labels, value in values.items():
                if labels not in known:
                    known[labels] = value
                else:
                    known[labels] = max(known[labels], value) if name in by_max else known[labels] + value
    return whole
