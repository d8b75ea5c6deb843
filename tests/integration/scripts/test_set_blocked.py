"""set_blocked: free seats withheld from sale, all of them or none."""

import pytest

from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import Cold, SeatsUnavailable, Written
from tests.support.event_on_valkey import EventOnValkey
from tests.support.one_event import GUARD_MS, TTL_MS, seats


async def blocked(event: EventOnValkey, block: str, names: str) -> Written:
    outcome = await event.block(block, names)
    assert isinstance(outcome, Written), outcome
    return outcome


async def test_it_blocks_free_seats_and_appends_it(event: EventOnValkey) -> None:
    assert (await blocked(event, "1-x", "A1 A2")).seat_ids == seats("A1 A2")
    assert event.sold() == {"A1": "blocked:1-x", "A2": "blocked:1-x"}
    entry = event.feed()[-1]
    assert (entry["kind"], entry["seats"], entry["owner"]) == ("blocked", "A1,A2", "1-x")
    assert isinstance(await event.acquire("john", "1-h", "A1"), SeatsUnavailable)


async def test_held_sold_claimed_and_marked_seats_are_refused_each_by_name(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    await event.finish("jane", "1-b", "A2")
    await blocked(event, "1-x", "A3")
    before = event.everything()
    outcome = await event.block("1-y", "A4 A3 A2 A1")
    assert isinstance(outcome, SeatsUnavailable)
    assert [(it.seat_id, it.reason.value) for it in outcome.refusals] == [
        ("A3", "blocked"),
        ("A2", "booked"),
        ("A1", "held"),
    ]
    assert event.everything() == before


async def test_a_live_mark_refuses_until_its_deadline(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1", ttl_ms=1_000)
    await event.begun("john", "1-b", hold="1-h")
    event.raw.delete("held_seats:{gala}")
    assert isinstance(await event.block("1-x", "A1"), SeatsUnavailable)
    event.pass_ms(GUARD_MS)
    await blocked(event, "1-x", "A1")
    assert event.marks() == {}


async def test_a_hold_past_its_stored_expiry_is_no_obstacle_and_no_longer_indexed(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.pass_ms(TTL_MS, keys_stay=True)
    await blocked(event, "1-x", "A1")
    assert event.held() == {}
    assert (await event.sweep()).entries == ()


async def test_a_missing_epoch_answers_cold(cold: EventOnValkey) -> None:
    assert isinstance(await cold.block("1-x", "A1"), Cold)
    assert cold.everything() == {}


async def test_repeating_it_appends_nothing(event: EventOnValkey) -> None:
    await blocked(event, "1-x", "A1")
    before = event.everything()
    again = await blocked(event, "1-x", "A1")
    assert (again.seat_ids, again.entries) == ((), ())
    assert event.everything() == before
    assert (await blocked(event, "1-x", "A1 A2")).seat_ids == seats("A2")


async def test_a_thousand_seats_are_blocked_at_once_and_one_more_is_an_assertion(event: EventOnValkey) -> None:
    names = " ".join(f"B{number}" for number in range(1_000))
    assert len((await blocked(event, "1-x", names)).seat_ids) == 1_000
    with pytest.raises(Exception, match="1 to 1,000 seats"):
        await event.block("1-x", f"{names} C1")


async def test_without_memory_nothing_is_blocked(event: EventOnValkey) -> None:
    event.raw.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailable, match="memory"):
            await event.block("1-x", "A1")
    finally:
        event.raw.config_set("maxmemory", 0)
    assert event.sold() == {}
