"""What stores say when they are asked for a reading: about what all processes share, so only one of them asks."""

import asyncio
from collections.abc import Awaitable, Callable
from time import time
from typing import TypeVar

from frontrow.adapters.redis.memory import ServerMemory
from frontrow.adapters.sql.backlog import Backlog, Waiting
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.metrics import families
from frontrow.metrics.family import Readings

SECONDS_MAX = 2.0
_MS_PER_SECOND = 1000

T = TypeVar("T")
AsksStore = Callable[[], Awaitable[list[ServerMemory]]]
AsksLedger = Callable[[], Awaitable[Backlog]]


async def ask_stores(store: AsksStore, ledger: AsksLedger, into: Readings) -> None:
    """Ask both at once, each for at most SECONDS_MAX. Of one that does not answer, only that is noted."""
    memory, backlog = await asyncio.gather(_answer_of(store), _answer_of(ledger))
    into.put(families.STORE_UP, memory is not None)
    into.put(families.LEDGER_UP, backlog is not None)
    for server in memory or ():
        into.put(families.STORE_MEMORY_USED, server.used_bytes, server.server)
        into.put(families.STORE_MEMORY_MAX, server.max_bytes, server.server)
    if backlog is not None:
        _put_backlog(into, backlog)


async def _answer_of(ask: Callable[[], Awaitable[T]]) -> T | None:
    try:
        async with asyncio.timeout(SECONDS_MAX):
            return await ask()
    except (StoreUnavailable, LedgerUnavailable, TimeoutError, OSError):
        return None


def _put_backlog(into: Readings, backlog: Backlog) -> None:
    now_ms = time() * _MS_PER_SECOND
    kinds: dict[str, Waiting] = {
        "outbox": backlog.outbox,
        "orders": backlog.orders,
        "refunds": backlog.refunds,
        **{f"{channel.value}s": waiting for channel, waiting in backlog.notices.items()},
    }
    for work, waiting in kinds.items():
        age_ms = 0.0 if waiting.since_ms is None else max(0.0, now_ms - waiting.since_ms)
        into.put(families.BACKLOG, waiting.count, work)
        into.put(families.BACKLOG_AGE, age_ms / _MS_PER_SECOND, work)
