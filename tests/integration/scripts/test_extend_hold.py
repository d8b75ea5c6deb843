"""extend_hold: later, never sooner, never past the lifetime cap."""

import pytest

from frontrow.adapters.redis import hold_calls, keys
from frontrow.adapters.redis.arguments import ListedHold, ListedSeat
from frontrow.adapters.redis.replies import Changed
from frontrow.domain.hold import Cold, HoldExtended, HoldNotFound, SeatsUnavailable
from frontrow.domain.ids import HoldId, UserId
from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.one_event import LIFETIME_MAX_MS, TTL_MS, seats


async def extended(event: EventOnValkey, user: str, hold: str, *, ttl_ms: int = TTL_MS) -> HoldExtended:
    outcome = await event.extend(user, hold, ttl_ms=ttl_ms)
    assert isinstance(outcome, HoldExtended), outcome
    return outcome


async def extended_as_read(event: EventOnValkey, listed: str, held: str) -> object:
    """The script's answer to a caller who read that 1-h lists and holds these seats."""
    return await hold_calls.extend_hold(
        event.client,
        event_id=EVENT,
        user_id=UserId("john"),
        by="hold",
        holds=[ListedHold(HoldId("1-h"), seats(listed))],
        seats=[ListedSeat(seat, HoldId("1-h"), seat in seats(held)) for seat in seats(listed)],
        tables=[],
        ttl_ms=TTL_MS,
        lifetime_max_ms=LIFETIME_MAX_MS,
    )


async def test_expiry_changes_in_lock_table_lock_record_index_and_cap_set_together_and_in_the_feed(
    event: EventOnValkey,
) -> None:
    await event.acquired("john", "1-h", "A1", tables={"T1": "A2"}, ttl_ms=1_000)
    outcome = await extended(event, "john", "1-h")
    until_ms = outcome.now_ms + TTL_MS
    assert (outcome.seat_ids, outcome.expires_at_ms) == (seats("A1 A2"), until_ms)
    assert event.held() == event.capped("john") == {"A1": until_ms, "A2": until_ms}
    assert event.record("1-h")["expires_at_ms"] == str(until_ms)
    names = [
        *(keys.seat_lock(EVENT, seat) for seat in ("A1", "A2")),
        keys.table_lock(EVENT, "T1"),
        keys.hold(EVENT, "1-h"),
        keys.user_seats(EVENT, "john"),
    ]
    assert {event.runs_out_at(name) for name in names} == {until_ms}
    entry = event.feed()[-1]
    assert (entry["kind"], entry["seats"], entry["expires"]) == ("expiry_changed", "A1,A2", str(until_ms))


async def test_it_never_shortens(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h", "A1")
    before = event.everything()
    outcome = await extended(event, "john", "1-h", ttl_ms=1_000)
    assert (outcome.expires_at_ms, outcome.entries) == (first.expires_at_ms, ())
    assert event.everything() == before


async def test_it_never_passes_the_lifetime_cap(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h", "A1", ttl_ms=LIFETIME_MAX_MS - 10)
    event.pass_ms(60_000)
    outcome = await extended(event, "john", "1-h", ttl_ms=LIFETIME_MAX_MS)
    assert outcome.expires_at_ms == first.now_ms - 60_000 + LIFETIME_MAX_MS


async def test_a_missing_epoch_answers_cold(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.lose_epoch()
    before = event.everything()
    assert isinstance(await event.extend("john", "1-h"), Cold)
    assert isinstance(await event.extend_seats("john", "A1"), Cold)
    assert event.everything() == before


async def test_an_absent_foreign_or_expired_hold_is_not_found(event: EventOnValkey) -> None:
    await event.acquired("john12", "1-h", "A1")
    assert isinstance(await event.extend("john1", "1-h"), HoldNotFound)
    assert isinstance(await event.extend("john1", "1-none"), HoldNotFound)
    event.pass_ms(TTL_MS, keys_stay=True)
    before = event.everything()
    assert isinstance(await event.extend("john12", "1-h"), HoldNotFound)
    assert event.everything() == before


async def test_a_list_that_differs_from_what_was_read_answers_changed_and_writes_nothing(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2", ttl_ms=1_000)
    before = event.everything()
    assert isinstance(await extended_as_read(event, "A1", "A1"), Changed)
    assert event.everything() == before


async def test_a_pair_that_differs_from_what_was_read_answers_changed_and_writes_nothing(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2", ttl_ms=60_000)
    await event.acquired("john", "1-h2", "A2", ttl_ms=60_000)
    before = event.everything()
    assert isinstance(await extended_as_read(event, "A1 A2", "A1 A2"), Changed)
    assert event.everything() == before
    assert isinstance(await extended_as_read(event, "A1 A2", "A1"), HoldExtended)


async def test_a_seat_that_moved_to_another_hold_is_not_touched(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2")
    moved = await event.acquired("john", "1-h2", "A2", ttl_ms=1_000)
    event.pass_ms(500)
    assert (await extended(event, "john", "1-h")).seat_ids == seats("A1")
    assert event.held()["A2"] == moved.expires_at_ms - 500


async def test_a_seat_that_somebody_else_took_meanwhile_is_never_touched(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2")
    event.raw.zrem(keys.held_seats(EVENT), "A2")
    event.raw.delete(keys.seat_lock(EVENT, "A2"))
    taken = await event.acquired("jane", "1-j", "A2", ttl_ms=1_000)
    assert (await extended(event, "john", "1-h", ttl_ms=2 * TTL_MS)).seat_ids == seats("A1")
    assert event.held()["A2"] == taken.expires_at_ms
    assert event.lock("A2") == f"jane:1-j:{taken.now_ms}"


async def test_by_seats_each_hold_concerned_is_extended_whole_or_none(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h1", "A1 A2", ttl_ms=60_000)
    await event.acquired("john", "1-h2", "A3", ttl_ms=60_000)
    await event.acquired("jane", "1-j", "A4")
    before = event.everything()
    refused = await event.extend_seats("john", "A1 A4 A5")
    assert isinstance(refused, SeatsUnavailable)
    assert [(it.seat_id, it.reason.value) for it in refused.refusals] == [("A4", "held"), ("A5", "not_yours")]
    assert event.everything() == before
    outcome = await event.extend_seats("john", "A1 A3")
    assert isinstance(outcome, HoldExtended)
    assert [entry.change.seats for entry in outcome.entries] == [seats("A1 A2"), seats("A3")]
    assert [entry.change.hold_id for entry in outcome.entries] == ["1-h1", "1-h2"]
    until_ms = outcome.now_ms + TTL_MS
    assert {event.held()[seat] for seat in ("A1", "A2", "A3")} == {until_ms}


async def test_five_hundred_listed_seats_are_extended_at_once(event: EventOnValkey) -> None:
    await event.acquired("admin", "1-h", "B0", ttl_ms=60_000)
    for first in range(1, 500, 50):
        names = " ".join(f"B{number}" for number in range(first, min(first + 50, 500)))
        await event.acquired("admin", "1-h", names, adds=True)
    outcome = await extended(event, "admin", "1-h")
    assert len(outcome.seat_ids) == 500
    assert set(event.held().values()) == {outcome.expires_at_ms}


@pytest.mark.parametrize("name", ["john12", "a:b", "100%"])
async def test_whole_users_are_compared(event: EventOnValkey, name: str) -> None:
    await event.acquired(name, "1-h", "A1", ttl_ms=60_000)
    assert isinstance(await event.extend(name[:-1], "1-h"), HoldNotFound)
    assert isinstance(await event.extend_seats(name[:-1], "A1"), SeatsUnavailable)
    assert isinstance(await event.extend_seats(name, "A1"), HoldExtended)


async def test_a_lock_is_compared_whole_user_and_hold(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h", "A1 A2")
    event.raw.set(keys.seat_lock(EVENT, "A2"), f"john2:1-h:{first.now_ms}", keepttl=True)
    assert (await extended(event, "john", "1-h", ttl_ms=2 * TTL_MS)).seat_ids == seats("A1")
    assert event.held()["A2"] == first.expires_at_ms
