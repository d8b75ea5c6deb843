"""What a part counts of itself: plain numbers, added to where things happen and read by whoever asks for them.

A part knows nothing of who asks or of the form its figures are published in (frontrow.metrics). Adding takes a fraction
of a microsecond and no lock: every part counts on its process's one event loop. Sums never go back while the process
lives.
"""

from bisect import bisect_left
from collections.abc import Sequence

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Bounds for what should take milliseconds, and is given up after seconds."""
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
"""Bounds for how many things were done in one go."""


class Spread:
    """How many values lay between which bounds, and their sum.

    `counts` has one number for each bound, of the values up to it and above the one before, and a last one for what
    lay above them all.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0

    def note(self, value: float) -> None:
        """Count one more value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    @property
    def count(self) -> int:
        """How many values there were."""
        return sum(self.counts)


class Spreads:
    """Spreads by name, each there from its first value on. Names must be few: each is published."""

    __slots__ = ("_bounds", "by_name")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = tuple(bounds)
        self.by_name: dict[str, Spread] = {}

    def note(self, name: str, value: float) -> None:
        """Count one more value under this name."""
        spread = self.by_name.get(name)
        if spread is None:
            spread = self.by_name[name] = Spread(self._bounds)
        spread.note(value)
