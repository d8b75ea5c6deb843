"""What the store keeps of an event goes a day after it ended, and not before."""

from frontrow.services.outcomes import HoldRequest
from frontrow.services.retiring import RETIRED_AFTER_MS, Retirement
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.house import EVENT, House, seats, user


async def test_an_event_is_retired_a_day_after_it_ended_and_no_sooner(
    house: House, store: FakeHoldStore, clock: FakeClock
) -> None:
    await house.holds.hold(user("ann"), EVENT, HoldRequest(seats("A1")))
    sale = await house.catalog.sale(EVENT)
    assert sale is not None
    retirement = Retirement(store=store, catalog=house.catalog, clock=clock)
    clock.advance(sale.event.starts_at_ms + RETIRED_AFTER_MS - 1 - clock.now_ms())
    assert await retirement.retire_ended() == []
    assert not store.maps[EVENT].is_cold
    clock.advance(1)
    assert EVENT in await retirement.retire_ended()
    assert store.maps[EVENT].is_cold
