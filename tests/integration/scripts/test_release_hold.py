"""release_hold: given back at once or a little later, and only what that very hold holds now."""

from frontrow.adapters.redis import hold_calls, keys
from frontrow.adapters.redis.arguments import ListedHold, ListedSeat
from frontrow.adapters.redis.replies import Changed
from frontrow.domain.hold import Cold, HoldExtended, HoldNotFound, HoldReleased, SeatsBusy, SeatsUnavailable
from frontrow.domain.ids import HoldId, UserId
from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.one_event import GUARD_MS, TTL_MS, seats


async def released(
    event: EventOnValkey, user: str, hold: str, names: str | None = None, *, after_ms: int = 0
) -> HoldReleased:
    outcome = await event.release(user, hold, names, after_ms=after_ms)
    assert isinstance(outcome, HoldReleased), outcome
    return outcome


async def test_a_released_hold_leaves_nothing_but_its_entry_in_the_feed(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1", tables={"T1": "A2 A3"})
    outcome = await released(event, "john", "1-h")
    assert (outcome.seat_ids, outcome.expires_at_ms) == (seats("A1 A2 A3"), outcome.now_ms)
    assert set(event.everything()) == {keys.event_epoch(EVENT), keys.seat_changes(EVENT)}
    entry = event.feed()[-1]
    assert (entry["kind"], entry["seats"], entry["user"], entry["hold"]) == ("released", "A1,A2,A3", "john", "1-h")
    assert isinstance(await event.release("john", "1-h"), HoldNotFound)


async def test_an_explicit_release_takes_seats_and_their_table_off_the_list(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h", "A1", tables={"T1": "A2 A3"})
    await released(event, "john", "1-h", "A2")
    assert event.record("1-h")["seats"] == "A1,A3"
    assert event.record("1-h")["tables"] == ""
    assert event.record("1-h")["expires_at_ms"] == str(first.expires_at_ms)
    assert event.table_lock("T1") is None
    assert event.held() == event.capped("john") == {"A1": first.expires_at_ms, "A3": first.expires_at_ms}
    await released(event, "john", "1-h", "A1 A3")
    assert event.record("1-h") == {}


async def test_a_missing_epoch_answers_cold(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.lose_epoch()
    before = event.everything()
    assert isinstance(await event.release("john", "1-h"), Cold)
    assert isinstance(await event.release_seats("john", "A1"), Cold)
    assert event.everything() == before


async def test_a_foreign_hold_is_never_touched(event: EventOnValkey) -> None:
    await event.acquired("john12", "1-h", "A1")
    before = event.everything()
    assert isinstance(await event.release("john1", "1-h"), HoldNotFound)
    assert isinstance(await event.release_seats("john1", "A1"), SeatsUnavailable)
    assert event.everything() == before


async def test_a_seat_is_touched_only_while_its_lock_names_that_very_hold(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2")
    await event.acquired("john", "1-h2", "A2")
    before = event.everything()
    refused = await event.release("john", "1-h", "A1 A2")
    assert isinstance(refused, SeatsUnavailable)
    assert [(it.seat_id, it.reason.value) for it in refused.refusals] == [("A2", "not_yours")]
    assert event.everything() == before
    assert (await released(event, "john", "1-h")).seat_ids == seats("A1")
    assert await event.held_now("john") == {"A2": "1-h2"}


async def test_a_newer_hold_of_somebody_else_is_not_released_by_the_older_one(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2")
    event.raw.zrem(keys.held_seats(EVENT), "A1")
    taken = await event.acquired("jane", "1-j", "A1")
    assert (await released(event, "john", "1-h")).seat_ids == seats("A2")
    assert event.lock("A1") == f"jane:1-j:{taken.now_ms}"
    assert event.held() == {"A1": taken.expires_at_ms}


async def test_a_delayed_release_only_shortens_and_an_extension_cancels_it(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1", tables={"T1": "A2"})
    sooner = await released(event, "john", "1-h", after_ms=15_000)
    until_ms = sooner.now_ms + 15_000
    assert sooner.expires_at_ms == until_ms
    names = [
        keys.seat_lock(EVENT, "A1"),
        keys.table_lock(EVENT, "T1"),
        keys.hold(EVENT, "1-h"),
        keys.user_seats(EVENT, "john"),
    ]
    assert {event.runs_out_at(name) for name in names} == {until_ms}
    assert event.held() == event.capped("john") == {"A1": until_ms, "A2": until_ms}
    assert event.record("1-h")["expires_at_ms"] == str(until_ms)
    entry = event.feed()[-1]
    assert (entry["kind"], entry["expires"]) == ("expiry_changed", str(until_ms))
    before = event.everything()
    assert (await released(event, "john", "1-h", after_ms=TTL_MS)).entries == ()
    assert event.everything() == before
    outcome = await event.extend("john", "1-h")
    assert isinstance(outcome, HoldExtended)
    assert event.runs_out_at(keys.seat_lock(EVENT, "A1")) == outcome.now_ms + TTL_MS


async def test_a_delayed_release_of_some_seats_leaves_the_others_as_they_are(event: EventOnValkey) -> None:
    first = await event.acquired("john", "1-h", "A1 A2")
    sooner = await released(event, "john", "1-h", "A2", after_ms=15_000)
    assert event.held() == {"A1": first.expires_at_ms, "A2": sooner.now_ms + 15_000}
    assert event.record("1-h")["seats"] == "A1,A2"
    assert event.record("1-h")["expires_at_ms"] == str(first.expires_at_ms)
    assert event.runs_out_at(keys.user_seats(EVENT, "john")) == first.expires_at_ms


async def test_a_marked_seat_answers_busy_until_the_deadline_and_counts_as_unmarked_after(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2")
    await event.begun("john", "1-b", names="A1")
    before = event.everything()
    for outcome in (
        await event.release("john", "1-h"),
        await event.release("john", "1-h", "A1", after_ms=15_000),
        await event.release_seats("john", "A1"),
    ):
        assert isinstance(outcome, SeatsBusy)
        assert outcome.seat_ids == seats("A1")
        assert 0 < outcome.retry_after_ms <= GUARD_MS
    assert event.everything() == before
    event.pass_ms(GUARD_MS)
    assert (await released(event, "john", "1-h")).seat_ids == seats("A1 A2")
    assert event.marks() == {}


async def test_by_seats_across_holds_all_or_none_are_given_back(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h1", "A1 A2", tables={"T1": "A5"})
    await event.acquired("john", "1-h2", "A3")
    before = event.everything()
    assert isinstance(await event.release_seats("john", "A1 A4"), SeatsUnavailable)
    assert event.everything() == before
    outcome = await event.release_seats("john", "A3 A1 A5")
    assert isinstance(outcome, HoldReleased)
    assert outcome.seat_ids == seats("A3 A1 A5")
    assert await event.held_now("john") == {"A2": "1-h1"}
    assert event.record("1-h1")["seats"] == "A2"
    assert event.table_lock("T1") is None
    assert event.record("1-h2") == {}


async def test_what_differs_from_what_was_read_answers_changed_and_writes_nothing(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1 A2")
    before = event.everything()
    by_list = await hold_calls.release_hold(
        event.client,
        event_id=EVENT,
        user_id=UserId("john"),
        by="whole",
        holds=[ListedHold(HoldId("1-h"), seats("A1"))],
        seats=[ListedSeat(seat, HoldId("1-h")) for seat in seats("A1")],
        tables=[],
        after_ms=0,
    )
    by_pair = await hold_calls.release_hold(
        event.client,
        event_id=EVENT,
        user_id=UserId("john"),
        by="seats",
        holds=[ListedHold(HoldId("1-other"))],
        seats=[ListedSeat(seat, HoldId("1-other")) for seat in seats("A1")],
        tables=[],
        after_ms=0,
    )
    assert isinstance(by_list, Changed)
    assert isinstance(by_pair, Changed)
    assert event.everything() == before


async def test_a_hold_past_its_stored_expiry_is_not_found_though_its_keys_still_exist(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.pass_ms(TTL_MS, keys_stay=True)
    assert isinstance(await event.release("john", "1-h"), HoldNotFound)
    assert isinstance(await event.release_seats("john", "A1"), SeatsUnavailable)


async def test_users_with_colons_and_percents_release_their_own(event: EventOnValkey) -> None:
    await event.acquired("a:1-h:7", "1-h", "A1")
    await event.acquired("50%", "1-p", "A2")
    await released(event, "a:1-h:7", "1-h")
    assert isinstance(await event.release_seats("50%", "A2"), HoldReleased)
    assert event.held() == {}


async def test_without_memory_release_goes_on(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h", "A1")
    event.raw.config_set("maxmemory", 1)
    try:
        await released(event, "john", "1-h")
    finally:
        event.raw.config_set("maxmemory", 0)
    assert event.held() == {}
