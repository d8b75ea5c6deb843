"""Time that tests move."""

import asyncio
import time

START_MS = 1_800_000_000_000


class FakeClock:
    """Wall clock and monotonic clock in one, and the sleep that moves both."""

    def __init__(self) -> None:
        self._elapsed_ms = 0
        self.slept_s: list[float] = []

    def now_ms(self) -> int:
        """See Clock."""
        return START_MS + self._elapsed_ms

    def monotonic_ms(self) -> int:
        """See Clock."""
        return self._elapsed_ms

    def advance(self, ms: int) -> None:
        """Let that much time pass at once."""
        self._elapsed_ms += ms

    async def sleep(self, seconds: float) -> None:
        """Pass the time without waiting; others get their turn."""
        self.slept_s.append(seconds)
        self.advance(int(seconds * 1000))
        await asyncio.sleep(0)


class SkippingClock:
    """The real time, and what a test has skipped: for real stores, whose own clock nobody moves."""

    def __init__(self) -> None:
        self._skipped_ms = 0

    def now_ms(self) -> int:
        """See Clock."""
        return time.time_ns() // 1_000_000 + self._skipped_ms

    def monotonic_ms(self) -> int:
        """See Clock."""
        return time.monotonic_ns() // 1_000_000 + self._skipped_ms

    def skip(self, ms: int) -> None:
        """Be that much later from now on."""
        self._skipped_ms += ms
