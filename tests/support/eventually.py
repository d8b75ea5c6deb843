"""Waiting for a condition with a deadline: what tests do instead of sleeping."""

import asyncio
import time
from collections.abc import Awaitable, Callable

WAIT_SECONDS_MAX = 30.0
_POLL_SECONDS = 0.005
TRIES_MAX = 10


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


async def in_time(attempt: Callable[[int], Awaitable[None]], description: str, *, seconds_max: float) -> None:
    """Return as soon as one of TRIES_MAX attempts, numbered from 1, takes at most so long; fail when none does.

    For what a mechanism brings about soon, and without it something slower would: a busy machine is late now and then.
    """
    took: list[float] = []
    for number in range(1, TRIES_MAX + 1):
        began = time.monotonic()
        await attempt(number)
        took.append(time.monotonic() - began)
        if took[-1] <= seconds_max:
            return
    raise AssertionError(f"never within {seconds_max:g} s: {description}: {took}")
