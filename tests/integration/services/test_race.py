"""Fifty users and two rows of seats on real stores, through two processes, with the store emptied and killed meanwhile.

The negative control is in tests/unit/services/test_race.py: the same race on stores that guard nothing.
"""

import asyncio
from collections.abc import Callable

import pytest

from frontrow.services.relay import TAKE_OVER_AFTER_MS
from tests.integration.services.conftest import Process
from tests.integration.services.test_selling import flush, restart
from tests.support.box_office_race import Race
from tests.support.eventually import eventually
from tests.support.fake_clock import SkippingClock
from tests.support.house import EVENT, House, seats, user
from tests.support.valkey import ValkeyServer

WANTED = seats("A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 B1 B2 B3 B4 B5 B6 B7 B8 B9")


@pytest.mark.parametrize("fault", [None, flush, restart], ids=["no fault", "FLUSHALL", "kill -9"])
async def test_fifty_users_wanting_two_rows_never_share_a_seat(
    house: House,
    process: Process,
    valkey: ValkeyServer,
    clock: SkippingClock,
    fault: Callable[[ValkeyServer], None] | None,
) -> None:
    other = await process()
    race = Race([house, other], WANTED, seed=20)
    running = asyncio.create_task(race.run())
    if fault is not None:
        await eventually(lambda: race.sold() >= 1 or running.done(), "a seat is sold")
        fault(valkey)
    await running
    assert race.sold() >= 1, race.outcomes
    if fault is None:
        assert race.outcomes["hold lost"] == race.outcomes["store unavailable"] == 0, race.outcomes
    await house.background.finished()
    await other.background.finished()
    clock.skip(TAKE_OVER_AFTER_MS + 1)
    for each in (house, other):
        await each.relay.relay_once()
    await house.hold(user("someone else"), "B10")
    await house.reconciler.reconcile(EVENT)
    assert await house.broken_promises(*race.users) == []
