"""What the checker takes for possible: how long things may last, and what faults excuse."""

from collections.abc import Iterable

import msgspec

from tests.chaos.checker.seat import FOREVER
from tests.chaos.history import Beginning, Fault, FaultKind

_MS = 1_000_000
_HOLDS_UP = frozenset(
    {
        FaultKind.API_STOPPED,
        FaultKind.STORE_STOPPED,
        FaultKind.LEDGER_STOPPED,
        FaultKind.CONNECTIONS_CUT,
        FaultKind.CONNECTIONS_HALF_OPEN,
    }
)
"""What a request may wait through before it takes effect."""


class Bounds(msgspec.Struct, frozen=True):
    """In milliseconds. Wider ones forgive more; none makes a seat that was sold twice go unseen."""

    clock_error: int = 1_000
    """Between the store's clock, an answer's times and this machine's monotonic clock, while no fault steps it."""
    guard: int = 30_000
    """How long a booking that is being written keeps its seats at most, past their hold's end."""
    late_request: int = 60_000
    """After how long a request that was never answered takes effect no more, once whatever held it up has passed."""
    leaving: int = 60_000
    """How long the store may go on refusing seats that the ledger has given back."""
    healing: int = 120_000
    """After how long the store knows again what it had forgotten of the ledger."""
    hold_lifetime: int = 7_200_000
    """No hold lives longer (FRONTROW_HOLD_LIFETIME_MINUTES_MAX)."""


class Times:
    """Bounds as moments of one history."""

    def __init__(self, beginning: Beginning, faults: Iterable[Fault], bounds: Bounds) -> None:
        self._beginning = beginning
        self._faults = sorted(faults, key=lambda it: it.began_ns)
        self.bounds = bounds

    def hold_ends(self, began_ns: int, ended_ns: int, expires_at_ms: int) -> tuple[int, int]:
        """The span within which a hold of then runs out; `expires_at_ms` is by the store's clock."""
        return self._ends(began_ns, ended_ns, expires_at_ms, FaultKind.STORE_CLOCK_STEPPED)

    def claim_ends(self, began_ns: int, ended_ns: int, pay_until_ms: int) -> int:
        """From when on a claim may be dropped; `pay_until_ms` is by an API process's clock."""
        return self._ends(began_ns, ended_ns, pay_until_ms, FaultKind.API_CLOCK_STEPPED)[0]

    def late_until(self, began_ns: int) -> int:
        """Until when a request of then that was never answered may still take effect."""
        until_ns = began_ns + self.bounds.late_request * _MS
        for fault in self._faults:
            if fault.kind in _HOLDS_UP and fault.began_ns <= until_ns and fault.ended_ns >= began_ns:
                until_ns = max(until_ns, fault.ended_ns + self.bounds.late_request * _MS)
        return until_ns

    def after(self, ended_ns: int, ms: int) -> int:
        """`ms` after then, the time of every fault in between not counted."""
        until_ns = ended_ns + ms * _MS
        for fault in self._faults:
            if fault.began_ns <= until_ns and fault.ended_ns > ended_ns:
                until_ns += fault.ended_ns - max(fault.began_ns, ended_ns)
        return until_ns

    def _ends(self, began_ns: int, ended_ns: int, at_ms: int, stepped_by: FaultKind) -> tuple[int, int]:
        at_ns, error_ns = self._beginning.at_ns(at_ms), self.bounds.clock_error * _MS
        lo_ns, hi_ns = at_ns - error_ns, at_ns + error_ns
        for fault in self._faults:
            if fault.kind is stepped_by and fault.began_ns <= hi_ns and fault.ended_ns >= began_ns:
                # Granted while the clock was astray, its end says nothing; else it may end while that lasts.
                lo_ns = min(lo_ns, began_ns if fault.began_ns <= ended_ns else fault.began_ns)
                hi_ns = FOREVER
        return lo_ns, hi_ns
