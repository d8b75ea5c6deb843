"""retire_event: what has no lifetime of its own is removed when an event is over."""

from frontrow.adapters.redis import keys
from frontrow.domain.hold import Cold
from tests.support.event_on_valkey import EVENT, EventOnValkey


async def test_every_permanent_key_is_removed_and_what_is_left_runs_out_by_itself(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1", key="k", fingerprint="f")
    await event.begun("john", "1-b", hold="1-h")
    await event.finish("jane", "1-b2", "A2")
    await event.free("1-b3", "A3")
    await event.store.retire(EVENT)
    left = event.everything()
    assert set(left) == {
        keys.seat_lock(EVENT, "A1"),
        keys.hold(EVENT, "1-h"),
        keys.hold_answer(EVENT, "k"),
        keys.user_seats(EVENT, "john"),
    }
    assert all(runs_out_at_ms > 0 for _, runs_out_at_ms in left.values())


async def test_a_retired_event_is_cold_and_retiring_it_again_is_harmless(event: EventOnValkey) -> None:
    await event.store.retire(EVENT)
    await event.store.retire(EVENT)
    assert isinstance(await event.acquire("john", "1-h", "A1"), Cold)


async def test_a_load_under_way_is_lost_with_it(cold: EventOnValkey) -> None:
    cold.raw.set(keys.event_warming(EVENT), "token", px=60_000)
    await cold.store.retire(EVENT)
    assert cold.everything() == {}


async def test_without_memory_retire_goes_on(event: EventOnValkey) -> None:
    event.raw.config_set("maxmemory", 1)
    try:
        await event.store.retire(EVENT)
    finally:
        event.raw.config_set("maxmemory", 0)
    assert event.everything() == {}
