"""Waiting for a condition with a deadline: what tests do instead of sleeping."""

import asyncio
import time
from collections.abc import Awaitable, Callable

WAIT_SECONDS_MAX = 10.0
_POLL_SECONDS = 0.005


async def eventually(
    condition: Callable[[], bool | Awaitable[bool]], description: str, *, seconds_max: float = WAIT_SECONDS_MAX
) -> None:
    """Return as soon as `condition` (plain or async) holds; fail with `description` after `seconds_max`."""
    deadline = time.monotonic() + seconds_max
    while True:
        held = condition()
        if held if isinstance(held, bool) else await held:
            return
        assert time.monotonic() < deadline, f"not within {seconds_max:g} s: {description}"
        await asyncio.sleep(_POLL_SECONDS)
