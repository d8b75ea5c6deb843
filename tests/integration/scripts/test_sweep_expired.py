"""sweep_expired: the feed learns which holds ran out; running it again changes nothing."""

import pytest

from tests.support.event_on_valkey import EventOnValkey
from tests.support.one_event import GUARD_MS, TTL_MS, seats

DAY_MS = 86_400_000


async def test_it_appends_expired_soonest_first_and_takes_seats_off_the_index(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h1", "A3", ttl_ms=20_000)
    await event.acquired("jane", "1-h2", "A1", ttl_ms=10_000)
    await event.acquired("jim", "1-h3", "A4", ttl_ms=30_000)
    event.pass_ms(20_000)
    swept = await event.sweep()
    assert swept.seat_ids == seats("A1 A3")
    assert set(event.held()) == {"A4"}
    entry = event.feed()[-1]
    assert (entry["kind"], entry["seats"]) == ("expired", "A1,A3")


async def test_it_is_idempotent(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.pass_ms(TTL_MS)
    await event.sweep()
    before = event.everything()
    again = await event.sweep()
    assert (again.seat_ids, again.entries) == ((), ())
    assert event.everything() == before


async def test_its_work_is_bounded_and_the_rest_is_left_for_the_next_call(event: EventOnValkey) -> None:
    for first in range(0, 120, 40):
        await event.acquired("john", f"1-h{first}", " ".join(f"A{number}" for number in range(first, first + 40)))
    event.pass_ms(TTL_MS)
    assert [len((await event.sweep(seats_max=50)).seat_ids) for _ in range(4)] == [50, 50, 20, 0]


@pytest.mark.parametrize("seats_max", [0, 1_001])
async def test_a_bound_below_one_or_above_a_thousand_is_an_assertion(event: EventOnValkey, seats_max: int) -> None:
    with pytest.raises(Exception, match="1 to 1,000 seats"):
        await event.sweep(seats_max=seats_max)


async def test_a_newer_hold_of_a_seat_that_ran_out_is_not_swept(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.pass_ms(TTL_MS)
    taken = await event.acquired("jane", "1-j", "A1")
    assert (await event.sweep()).seat_ids == ()
    assert event.held() == {"A1": taken.expires_at_ms}


async def test_it_drops_marks_past_their_deadline_and_leaves_live_ones(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1", ttl_ms=5_000)
    await event.begun("john", "1-b", hold="1-h")
    await event.sweep()
    assert set(event.marks()) == {"A1"}
    event.pass_ms(GUARD_MS)
    assert (await event.sweep()).seat_ids == seats("A1")
    assert event.marks() == {}


async def test_it_drops_as_many_tombstones_older_than_a_day(event: EventOnValkey) -> None:
    await event.free("1-b", " ".join(f"A{number}" for number in range(150)))
    event.pass_ms(DAY_MS - 60_000)
    await event.sweep()
    assert len(event.freed()) == 150
    event.pass_ms(60_000)
    await event.sweep(seats_max=100)
    assert len(event.freed()) == 50


async def test_without_memory_sweep_goes_on(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.pass_ms(TTL_MS)
    event.raw.config_set("maxmemory", 1)
    try:
        assert (await event.sweep()).seat_ids == seats("A1")
    finally:
        event.raw.config_set("maxmemory", 0)
