"""No hold is granted while the store's clock is seconds away from this machine's."""

import pytest

from frontrow.domain.errors import StoreUnavailable
from frontrow.services.clock_watch import SKEW_MAX_MS, ClockWatch
from frontrow.services.outcomes import HoldRequest, HoldShown
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.house import EVENT, House, seats, user


class _StoreAhead(FakeHoldStore):
    """A store whose clock is ahead of its process's."""

    def __init__(self, clock: FakeClock, ahead_ms: int) -> None:
        super().__init__(clock)
        self._ahead_ms = ahead_ms

    async def ping(self) -> int:
        return await super().ping() + self._ahead_ms


@pytest.mark.parametrize("ahead_ms", [-SKEW_MAX_MS, 0, SKEW_MAX_MS])
async def test_clocks_within_five_seconds_are_lived_with(clock: FakeClock, ahead_ms: int) -> None:
    watch = ClockWatch(store=_StoreAhead(clock, ahead_ms), clock=clock)
    await watch.look()
    watch.require_agreement()
    assert watch.skew_ms == ahead_ms


@pytest.mark.parametrize("ahead_ms", [-SKEW_MAX_MS - 1, SKEW_MAX_MS + 1])
async def test_beyond_five_seconds_holds_are_refused_with_the_reason(clock: FakeClock, ahead_ms: int) -> None:
    watch = ClockWatch(store=_StoreAhead(clock, ahead_ms), clock=clock)
    await watch.look()
    with pytest.raises(StoreUnavailable, match="synchronise both"):
        watch.require_agreement()


async def test_no_hold_is_granted_while_the_clocks_differ_and_they_are_again_afterwards(house: House) -> None:
    request = HoldRequest(seats("A1"))
    house.clock_watch.skew_ms = SKEW_MAX_MS + 1
    with pytest.raises(StoreUnavailable):
        await house.holds.hold(user("ann"), EVENT, request)
    await house.clock_watch.look()
    assert isinstance(await house.holds.hold(user("ann"), EVENT, request), HoldShown)
