"""What stores say when they are asked for a reading; one that does not answer takes nothing else with it."""

import asyncio
import time

import pytest

from frontrow.adapters.redis.memory import ServerMemory
from frontrow.adapters.sql.backlog import Backlog, Waiting
from frontrow.domain.errors import LedgerUnavailable, StoreUnavailable
from frontrow.domain.notice import NoticeChannel
from frontrow.metrics import asking
from frontrow.metrics.asking import AsksLedger, AsksStore, ask_stores
from frontrow.metrics.family import Readings

NOTHING = Waiting(0, None)


async def store() -> list[ServerMemory]:
    return [ServerMemory("a:1", 10, 100), ServerMemory("b:1", 20, 0)]


async def ledger() -> Backlog:
    minute_ago_ms = time.time_ns() // 1_000_000 - 60_000
    return Backlog(Waiting(2, minute_ago_ms), NOTHING, NOTHING, {NoticeChannel.WEBHOOK: Waiting(1, 2**62)})


async def store_away() -> list[ServerMemory]:
    raise StoreUnavailable("away")


async def ledger_away() -> Backlog:
    raise LedgerUnavailable("away")


async def ledger_hangs() -> Backlog:
    await asyncio.Event().wait()
    raise AssertionError


async def asked(of_store: AsksStore, of_ledger: AsksLedger) -> dict[str, dict[tuple[str, ...], float]]:
    readings = Readings()
    await ask_stores(of_store, of_ledger, readings)
    return readings.gauges


async def test_every_server_says_its_memory_and_the_ledger_what_waits() -> None:
    gauges = await asked(store, ledger)
    assert gauges["frontrow_store_up"] == gauges["frontrow_ledger_up"] == {(): 1}
    assert gauges["frontrow_store_memory_used_bytes"] == {("a:1",): 10, ("b:1",): 20}
    assert gauges["frontrow_store_memory_max_bytes"] == {("a:1",): 100, ("b:1",): 0}
    assert gauges["frontrow_backlog"] == {("outbox",): 2, ("orders",): 0, ("refunds",): 0, ("webhooks",): 1}
    ages = gauges["frontrow_backlog_age_seconds"]
    assert ages["outbox",] >= 60
    assert (ages["orders",], ages["webhooks",]) == (0, 0)


@pytest.mark.parametrize("of_ledger", [ledger_away, ledger_hangs])
async def test_who_does_not_answer_is_down_and_says_nothing_else(
    of_ledger: AsksLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SECONDS_MAX", 0.01)
    assert await asked(store_away, of_ledger) == {"frontrow_store_up": {(): 0}, "frontrow_ledger_up": {(): 0}}
