"""Time that only a test moves."""

import asyncio

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
