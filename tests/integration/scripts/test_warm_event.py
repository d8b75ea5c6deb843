"""warm_event: the ledger's seats loaded in chunks under a token, and the epoch set last."""

import pytest

from frontrow.adapters.redis import keys, scripts, warm_calls
from frontrow.adapters.redis.warm_calls import SEATS_PER_LOAD_MAX, SeatsLoaded, TokenLost, WarmingStarted
from frontrow.domain.booking import LedgerSeat, SeatRowState
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import Cold, SeatsUnavailable, Written
from frontrow.domain.ids import SeatId
from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.one_event import seats

BOOKED, CLAIMED, BLOCKED = SeatRowState.BOOKED, SeatRowState.CLAIMED, SeatRowState.BLOCKED


def rows(names: str, owner: str = "1-b") -> list[LedgerSeat]:
    return [LedgerSeat(seat_id, BOOKED, owner) for seat_id in seats(names)]


async def started(event: EventOnValkey) -> str:
    outcome = await warm_calls.start_warming(event.client, event_id=EVENT)
    assert isinstance(outcome, WarmingStarted), outcome
    return outcome.token


async def loaded(event: EventOnValkey, token: str, names: str) -> tuple[SeatId, ...]:
    outcome = await warm_calls.load_seats(event.client, event_id=EVENT, token=token, seats=rows(names))
    assert isinstance(outcome, SeatsLoaded), outcome
    return outcome.seat_ids


async def test_it_leaves_the_sold_seats_an_epoch_and_a_first_entry(cold: EventOnValkey) -> None:
    warmed = await cold.warm(("A1", BOOKED, "1-b"), ("A2", CLAIMED, "1-o"), ("A3", BLOCKED, "1-x"))
    assert warmed.seat_ids == seats("A1 A2 A3")
    assert cold.sold() == {"A1": "booked:1-b", "A2": "claimed:1-o", "A3": "blocked:1-x"}
    epoch = cold.raw.get(keys.event_epoch(EVENT))
    (entry,) = cold.feed()
    assert (entry["kind"], entry["seats"], entry["prev"], entry["epoch"]) == ("warmed", "", "", epoch)
    assert set(cold.everything()) == {
        keys.event_epoch(EVENT),
        keys.sold_seats(EVENT),
        keys.seat_changes(EVENT),
    }


async def test_there_is_nothing_to_do_where_the_epoch_is_there(event: EventOnValkey) -> None:
    before = event.everything()
    again = await event.warm(("A1", BOOKED, "1-b"))
    assert (again.seat_ids, again.entries) == ((), ())
    assert event.everything() == before


async def test_ten_thousand_seats_are_loaded_in_chunks_of_a_bounded_size(cold: EventOnValkey) -> None:
    ledger = rows(" ".join(f"S{number}" for number in range(10_007)))
    warmed = await cold.store.warm(EVENT, ledger)
    assert len(warmed.seat_ids) == len(cold.sold()) == 10_007
    with pytest.raises(Exception, match="up to 500 pairs"):
        await warm_calls.load_seats(cold.client, event_id=EVENT, token="t", seats=ledger[: SEATS_PER_LOAD_MAX + 1])


async def test_the_event_stays_cold_until_everything_is_loaded(cold: EventOnValkey) -> None:
    token = await started(cold)
    await loaded(cold, token, "A1")
    assert isinstance(await cold.acquire("john", "1-h", "A2"), Cold)
    assert isinstance(await warm_calls.end_warming(cold.client, event_id=EVENT, token=token), Written)
    assert isinstance(await cold.acquire("john", "1-h", "A1"), SeatsUnavailable)
    await cold.acquired("john", "1-h", "A2")


async def test_a_flushall_takes_the_token_and_what_was_loaded_is_never_taken_for_all(cold: EventOnValkey) -> None:
    token = await started(cold)
    await loaded(cold, token, "A1")
    cold.raw.flushall()
    lost = await warm_calls.load_seats(cold.client, event_id=EVENT, token=token, seats=rows("A2"))
    assert isinstance(lost, TokenLost)
    assert isinstance(await warm_calls.end_warming(cold.client, event_id=EVENT, token=token), TokenLost)
    assert cold.everything() == {}


async def test_the_token_of_another_load_that_began_after_the_flushall_does_not_count(cold: EventOnValkey) -> None:
    token = await started(cold)
    await loaded(cold, token, "A1")
    cold.raw.flushall()
    await started(cold)
    assert isinstance(await warm_calls.end_warming(cold.client, event_id=EVENT, token=token), TokenLost)
    assert cold.raw.get(keys.event_epoch(EVENT)) is None


async def test_a_warm_up_that_races_a_flushall_begins_again_and_loads_everything(
    cold: EventOnValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_seats, flushes = warm_calls.load_seats, iter([False, True])

    async def load_then_lose(*arguments: object, **named: object) -> object:
        step = await load_seats(*arguments, **named)  # type: ignore[arg-type]  # passed on as they came
        if next(flushes, False):
            cold.raw.flushall()
        return step

    monkeypatch.setattr(warm_calls, "load_seats", load_then_lose)
    names = " ".join(f"S{number}" for number in range(3 * SEATS_PER_LOAD_MAX))
    await cold.store.warm(EVENT, rows(names))
    assert set(cold.sold()) == set(seats(names))


async def test_a_store_that_is_emptied_under_every_load_is_unavailable(
    cold: EventOnValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_seats = warm_calls.load_seats

    async def load_then_lose(*arguments: object, **named: object) -> object:
        step = await load_seats(*arguments, **named)  # type: ignore[arg-type]  # passed on as they came
        cold.raw.flushall()
        return step

    monkeypatch.setattr(warm_calls, "load_seats", load_then_lose)
    with pytest.raises(StoreUnavailable, match="emptied again and again"):
        await cold.store.warm(EVENT, rows("A1"))


async def test_two_processes_may_load_at_once_under_one_token(cold: EventOnValkey) -> None:
    mine, theirs = await started(cold), await started(cold)
    assert mine == theirs
    assert await loaded(cold, mine, "A1 A2") == seats("A1 A2")
    assert await loaded(cold, theirs, "A1 A2") == ()
    ended = await warm_calls.end_warming(cold.client, event_id=EVENT, token=theirs)
    late = await warm_calls.end_warming(cold.client, event_id=EVENT, token=mine)
    assert isinstance(ended, Written)
    assert isinstance(late, Written)
    assert (len(ended.entries), late.entries) == (1, ())


async def test_it_never_overwrites_what_is_there(cold: EventOnValkey) -> None:
    await cold.finish("john", "1-new", "A1")
    warmed = await cold.warm(("A1", CLAIMED, "1-old"), ("A2", BOOKED, "1-b"))
    assert warmed.seat_ids == seats("A2")
    assert cold.sold() == {"A1": "booked:1-new", "A2": "booked:1-b"}


async def test_it_skips_what_its_owner_has_freed_since_the_ledger_was_read(cold: EventOnValkey) -> None:
    await cold.free("1-b", "A1")
    warmed = await cold.warm(("A1", BOOKED, "1-b"), ("A2", BOOKED, "1-b"), ("A3", BOOKED, "1-b2"))
    assert warmed.seat_ids == seats("A2 A3")
    cold.lose_epoch()
    assert (await cold.warm(("A1", BOOKED, "1-b2"))).seat_ids == seats("A1")


async def test_the_token_lives_a_minute_past_its_last_use(cold: EventOnValkey) -> None:
    token = await started(cold)
    name = keys.event_warming(EVENT)
    assert 0 < cold.raw.pttl(name) <= 60_000
    cold.raw.pexpire(name, 1_000)
    await loaded(cold, token, "A1")
    assert cold.raw.pttl(name) > 1_000


async def test_seats_of_lost_holds_stay_held_until_they_run_out(event: EventOnValkey) -> None:
    acquired = await event.acquired("john", "1-h", "A1")
    event.lose_epoch()
    await event.warm()
    assert event.held() == {"A1": acquired.expires_at_ms}
    assert isinstance(await event.acquire("jane", "1-j", "A1"), SeatsUnavailable)


async def test_an_epoch_is_never_the_same_twice(event: EventOnValkey) -> None:
    first = event.raw.get(keys.event_epoch(EVENT))
    event.lose_epoch()
    await event.warm()
    assert event.raw.get(keys.event_epoch(EVENT)) != first
    assert [entry["kind"] for entry in event.feed()] == ["warmed", "warmed"]
    assert event.feed()[-1]["prev"] != ""


async def test_steps_out_of_the_documented_ones_are_assertions(cold: EventOnValkey) -> None:
    names = [
        keys.event_epoch(EVENT),
        keys.sold_seats(EVENT),
        keys.freed_seats(EVENT),
        keys.seat_changes(EVENT),
        keys.event_warming(EVENT),
    ]
    for arguments, message in (
        (("middle", "t", "", ""), "unknown step"),
        (("load", "t", "", "", "A1"), "up to 500 pairs"),
    ):
        with pytest.raises(Exception, match=message):
            await cold.run(scripts.WARM_EVENT, names, *arguments)
    token = await started(cold)
    with pytest.raises(Exception, match="an epoch and a tag to end with"):
        await cold.run(scripts.WARM_EVENT, names, "end", token, "", "")


async def test_without_memory_no_event_is_warmed(cold: EventOnValkey) -> None:
    cold.raw.config_set("maxmemory", 1)
    try:
        with pytest.raises(StoreUnavailable, match="memory"):
            await cold.warm(("A1", BOOKED, "1-b"))
    finally:
        cold.raw.config_set("maxmemory", 0)
    assert cold.everything() == {}
