"""read_seat_map: every seat that is not available, and the feed's position that this is the state at."""

from frontrow.adapters.redis import keys, scripts
from frontrow.adapters.redis.change_feed import ValkeyChangeFeed
from frontrow.domain.booking import SeatRowState
from frontrow.domain.hold import Cold
from frontrow.domain.seat_states import SeatMapSnapshot
from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.one_event import TTL_MS, seats


async def snapshot(event: EventOnValkey) -> SeatMapSnapshot:
    outcome = await ValkeyChangeFeed(event.client).read_map(EVENT)
    assert isinstance(outcome, SeatMapSnapshot), outcome
    return outcome


async def test_it_names_held_and_sold_seats_and_the_last_entry(event: EventOnValkey) -> None:
    acquired = await event.acquired("john", "1-h", "A1 A2")
    finished = await event.finish("jane", "1-b", "A3")
    found = await snapshot(event)
    assert found.held == dict.fromkeys(seats("A1 A2"), acquired.expires_at_ms)
    assert found.booked == {"A3": "1-b"}
    assert found.position.offset == finished.entries[-1].offset
    assert found.position.epoch == event.raw.get(keys.event_epoch(EVENT))


async def test_a_seat_that_ran_out_is_listed_until_the_sweep_has_told_the_feed(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.pass_ms(TTL_MS)
    assert set((await snapshot(event)).held) == {"A1"}
    await event.sweep()
    assert (await snapshot(event)).held == {}


async def test_a_missing_epoch_answers_cold(cold: EventOnValkey) -> None:
    await cold.finish("jane", "1-b", "A3")
    assert isinstance(await ValkeyChangeFeed(cold.client).read_map(EVENT), Cold)
    assert isinstance(await cold.store.sold_seats(EVENT), Cold)


async def test_the_sold_seats_alone_come_with_state_and_owner(event: EventOnValkey) -> None:
    await event.finish("jane", "1-b", "A1")
    await event.finish("jane", "1-o", "A2", state=SeatRowState.CLAIMED)
    await event.block("1-x", "A3")
    assert await event.store.sold_seats(EVENT) == {
        "A1": (SeatRowState.BOOKED, "1-b"),
        "A2": (SeatRowState.CLAIMED, "1-o"),
        "A3": (SeatRowState.BLOCKED, "1-x"),
    }


async def test_a_sold_out_arena_is_read_at_once(cold: EventOnValkey) -> None:
    await cold.warm(*((f"S{number}", SeatRowState.BOOKED, "1-b") for number in range(10_000)))
    assert len((await snapshot(cold)).booked) == 10_000


async def test_it_says_that_it_writes_nothing_and_runs_without_memory(event: EventOnValkey) -> None:
    assert scripts.READ_SEAT_MAP.source.startswith(b"#!lua flags=no-writes\n")
    before = event.everything()
    event.raw.config_set("maxmemory", 1)
    try:
        await snapshot(event)
    finally:
        event.raw.config_set("maxmemory", 0)
    assert event.everything() == before
