"""What a whole run came to, round by round, and as docs/reliability.md tells it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.chaos.checker.judging import Verdict
from tests.chaos.history import Fault


@dataclass
class Tally:
    """Sums over rounds."""

    rounds: int = 0
    gentle: int = 0
    calls: int = 0
    seats: int = 0
    steps: int = 0
    seconds: float = 0.0
    operations: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def add(self, verdict: Verdict, faults: Sequence[Fault], *, calls: int, seconds: float, is_gentle: bool) -> None:
        """One round more."""
        self.rounds += 1
        self.gentle += is_gentle
        self.calls += calls
        self.seats += verdict.seats
        self.steps += verdict.steps
        self.seconds += seconds
        self.operations.update(verdict.operations)
        self.faults.update(fault.detail for fault in faults)

    def lines(self) -> Iterator[str]:
        """As Markdown."""
        yield (
            f"{self.faults.total():,} faults in {self.rounds} rounds ({self.gentle} of them gentle),"
            f" {self.seconds / 60:.0f} minutes: {self.calls:,} calls, {self.operations.total():,} operations judged,"
            f" {self.seats:,} seats, {self.steps:,} steps of seats put in order; {len(self.broken)} promises broken."
        )
        yield ""
        yield "| fault | times |"
        yield "|---|---|"
        yield from (f"| {name} | {count} |" for name, count in sorted(self.faults.items()))
        yield ""
        outcomes = ("done", "accepted", "refused", "unknown")
        yield f"| operation | {' | '.join(outcomes)} |"
        yield "|---|---|---|---|---|"
        for kind in sorted({name.split()[0] for name in self.operations}):
            counts = [f"{self.operations[f'{kind} {outcome}']:,}" for outcome in outcomes]
            yield f"| {kind.replace('_', ' ')} | {' | '.join(counts)} |"
