"""The operating system's clocks."""

import time


class SystemClock:
    """Implements ports.Clock."""

    def now_ms(self) -> int:
        """See Clock.now_ms."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        """See Clock.monotonic_ms."""
        return time.monotonic_ns() // 1_000_000
