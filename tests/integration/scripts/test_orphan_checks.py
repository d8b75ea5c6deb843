"""acquire_hold's orphan checks: how they are sent, what is answered, and that a refused hold leaves no trace."""

import pytest
from redis.exceptions import ResponseError

from frontrow.adapters.redis import keys, scripts
from frontrow.adapters.redis.client import Argument
from frontrow.domain.booking import SeatRowState
from frontrow.domain.hold import ORPHAN_CHECKS_MAX, SEATS_PER_HOLD_MAX, HoldAcquired, OrphanSeats
from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.one_event import TTL_MS, seats
from tests.support.script_recorder import ScriptRecorder

NAMES = [
    keys.event_epoch(EVENT),
    keys.sold_seats(EVENT),
    keys.held_seats(EVENT),
    keys.booking_marks(EVENT),
    keys.seat_changes(EVENT),
    keys.user_seats(EVENT, "john"),
    keys.hold(EVENT, "1-h"),
    keys.seat_lock(EVENT, "A1"),
]
"""The keys of a hold of A1 for John."""


def arguments(check_count: int, *checks: Argument) -> list[Argument]:
    """What is sent for that hold, up to the checks as they are told and given."""
    return ["john", "1-h", TTL_MS, TTL_MS, 0, "0", "", "tag", 1, 0, check_count, "A1", *checks]


async def test_the_stranded_seats_are_named_in_the_order_of_the_checks_and_nothing_is_written(
    event: EventOnValkey,
) -> None:
    await event.acquired("jane", "1-j", "A5")
    before = event.everything()
    outcome = await event.acquire(
        "john", "1-h", "A3", tables={"T1": "A8"}, key="k", fingerprint="f", checks="A4>A5 A2>A1 A9 A7>A6"
    )
    assert isinstance(outcome, OrphanSeats)
    assert outcome.seat_ids == seats("A4 A9")
    assert event.everything() == before


async def test_the_reply_is_a_status_word_the_clock_and_the_seats(event: EventOnValkey) -> None:
    reply = await event.run(scripts.ACQUIRE_HOLD, NAMES, *arguments(2, "A2", "", "A4", "A5", 1, 1, 1, 1))
    assert isinstance(reply, list)
    word, now_ms, named = reply
    assert (word, named) == (b"orphans", b"A2")
    assert isinstance(now_ms, int)
    assert now_ms <= event.now_ms()


@pytest.mark.parametrize("beyond", ["held", "own", "booked", "claimed", "blocked", "wanted", "marked", "free"])
async def test_a_seat_beyond_is_in_the_way_unless_it_is_free(event: EventOnValkey, beyond: str) -> None:
    match beyond:
        case "held" | "own":
            await event.acquired("jane" if beyond == "held" else "john", "1-j", "A3")
        case "booked" | "claimed":
            await event.finish("jim", "1-b", "A3", state=SeatRowState(beyond))
        case "blocked":
            await event.block("1-x", "A3")
        case "marked":
            event.raw.hset(keys.booking_marks(EVENT), "A3", f"1-b:{event.now_ms() + 600_000}")
    wanted = "A1 A3" if beyond == "wanted" else "A1"
    outcome = await event.acquire("john", "1-h", wanted, checks="A2>A3")
    assert isinstance(outcome, HoldAcquired if beyond == "free" else OrphanSeats)


async def test_a_seat_beside_which_nothing_is_newly_taken_was_alone_before(event: EventOnValkey) -> None:
    await event.acquired("john", "1-h1", "A2")
    await event.block("1-x", "A4")
    assert isinstance(await event.acquire("john", "1-h2", "A2 A8", checks="A1 A3>A4 A9>A10"), HoldAcquired)
    both = await event.acquire("john", "1-h3", "A8 A10", checks="A9 A11>A12")
    assert isinstance(both, OrphanSeats)
    assert both.seat_ids == seats("A9")


async def test_what_ran_out_is_free_though_its_keys_are_still_there(event: EventOnValkey) -> None:
    await event.acquired("jane", "1-j", "A3")
    event.pass_ms(TTL_MS, keys_stay=True)
    event.raw.hset(keys.booking_marks(EVENT), "A6", f"1-b:{event.now_ms()}")
    assert isinstance(await event.acquire("john", "1-h", "A1", checks="A2>A3"), HoldAcquired)
    assert isinstance(await event.acquire("jim", "1-h2", "A4", checks="A5>A6"), HoldAcquired)


async def test_the_most_seats_with_the_most_checks_are_judged_at_once(event: EventOnValkey) -> None:
    wanted = " ".join(f"B{3 * number + 1}" for number in range(SEATS_PER_HOLD_MAX))
    checks = " ".join(f"B{3 * number} B{3 * number + 2}" for number in range(SEATS_PER_HOLD_MAX))
    outcome = await event.acquire("john", "1-h", wanted, checks=checks)
    assert isinstance(outcome, OrphanSeats)
    assert len(outcome.seat_ids) == ORPHAN_CHECKS_MAX
    with pytest.raises(ResponseError, match="acquire_hold: at most 100 orphan checks"):
        await event.acquire("john", "1-h", "A1", checks=" ".join(f"C{number}" for number in range(101)))
    assert event.held() == {}


@pytest.mark.parametrize(
    ("count", "checks"), [(0, ["A2", "", 1, 1]), (1, []), (1, ["A2", ""]), (2, ["A2", "", 1, 1]), (-1, [])]
)
async def test_another_number_of_checks_than_was_told_is_an_assertion(
    event: EventOnValkey, count: int, checks: list[Argument]
) -> None:
    before = event.everything()
    with pytest.raises(ResponseError, match="acquire_hold: "):
        await event.run(scripts.ACQUIRE_HOLD, NAMES, *arguments(count, *checks))
    assert event.everything() == before


async def test_checks_take_no_key_and_no_command_of_their_own(event: EventOnValkey, recorder: ScriptRecorder) -> None:
    await event.acquired("jane", "1-j", "A9")
    recorder.runs()
    await event.acquired("john", "1-h", "A1")
    await event.acquired("john", "1-h2", "A4", checks="A5>A6 A3>A2")
    plain, checked = recorder.runs()
    assert not checked.undeclared
    assert checked.commands == plain.commands
