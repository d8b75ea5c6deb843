"""Whether the store's clock and this machine's agree: people are told expiries, and no hold is granted where the
clocks differ by more than anybody could understand."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from frontrow.domain.errors import StoreUnavailable
from frontrow.ports import Clock, HoldStore

LOOK_EVERY_S = 5.0
SKEW_WARNED_MS = 500
SKEW_MAX_MS = 5_000
RETRY_AFTER_S = 30

_log = structlog.get_logger(__name__)


class ClockWatch:
    """Compares the clocks every LOOK_EVERY_S seconds. `run` is its loop; before its first look it trusts them."""

    def __init__(
        self, *, store: HoldStore, clock: Clock, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._store = store
        self._clock = clock
        self._sleep = sleep
        self.skew_ms = 0
        """The store's clock less this machine's at the last look, give or take half a round trip."""

    def require_agreement(self) -> None:
        """Go on where the clocks agree to within SKEW_MAX_MS.

        Raises:
            StoreUnavailable: they do not; nothing was asked of the store.
        """
        if abs(self.skew_ms) > SKEW_MAX_MS:
            raise StoreUnavailable(
                f"the store's clock differs from this machine's by {self.skew_ms} ms: synchronise both",
                retry_after_s=RETRY_AFTER_S,
            )

    async def run(self) -> None:
        """Look until cancelled; an unavailable store is somebody else's news."""
        while True:
            with contextlib.suppress(StoreUnavailable):
                await self.look()
            await self._sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Compare the clocks once.

        Raises:
            StoreUnavailable: the store does not answer; what was known stays.
        """
        began_ms, began_at_ms = self._clock.monotonic_ms(), self._clock.now_ms()
        store_ms = await self._store.ping()
        half_way_ms = (self._clock.monotonic_ms() - began_ms) // 2
        self.skew_ms = store_ms - began_at_ms - half_way_ms
        if abs(self.skew_ms) > SKEW_WARNED_MS:
            _log.warning("clock_skew", skew_ms=self.skew_ms, holds_refused=abs(self.skew_ms) > SKEW_MAX_MS)
