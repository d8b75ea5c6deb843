"""The house on fakes: stores in memory, time that tests move, and a fault wherever a test wants one."""

import pytest

from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.house import House


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(clock: FakeClock) -> FakeHoldStore:
    return FakeHoldStore(clock)


@pytest.fixture
def ledger(clock: FakeClock) -> FakeLedger:
    return FakeLedger(clock)


@pytest.fixture
async def house(store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock) -> House:
    made = House(store, ledger, clock, sleep=clock.sleep)
    await made.open()
    return made
