"""The orphan rule in the specification: what a hold may not leave behind, and what is judged before it."""

import pytest

from frontrow.domain.booking import SeatRowState
from frontrow.domain.hold import (
    AcquireOutcome,
    HoldAcquired,
    HoldNotFound,
    KeyReused,
    OrphanSeats,
    SeatLimitReached,
    SeatsBusy,
    SeatsUnavailable,
)
from frontrow.domain.seat_records import HOLD_LISTED_MAX
from tests.support.one_event import GUARD_MS, TTL_MS, OneEvent, seats


@pytest.fixture
def event() -> OneEvent:
    return OneEvent()


def _orphans(outcome: AcquireOutcome) -> str:
    assert isinstance(outcome, OrphanSeats), outcome
    return " ".join(outcome.seat_ids)


def test_a_seat_is_stranded_where_nothing_beyond_it_is_free_and_nothing_is_written(event: OneEvent) -> None:
    event.acquired("jane", "1-j", "A5")
    before = event.map.snapshot(event.now_ms)
    outcome = event.acquire("john", "1-h", "A2 A3", checks="A1 A4>A5")
    assert outcome == OrphanSeats(seats("A1 A4"), event.now_ms)
    assert event.map.snapshot(event.now_ms) == before
    assert event.held_now("john") == {}
    assert isinstance(event.acquire("john", "1-h", "A2 A3"), HoldAcquired), "without checks there is no rule"


def test_a_seat_with_a_free_seat_beyond_it_is_not_stranded(event: OneEvent) -> None:
    assert isinstance(event.acquire("john", "1-h", "A3", checks="A2>A1 A4>A5"), HoldAcquired)


def test_a_seat_that_is_not_free_itself_is_never_stranded(event: OneEvent) -> None:
    event.acquired("jane", "1-j", "A1")
    event.finish("jim", "1-b", "A3")
    event.finish("jim", "1-o", "A5", state=SeatRowState.CLAIMED)
    event.block("1-x", "A7")
    wanted = "A2 A4 A6 A8"
    assert isinstance(event.acquire("john", "1-h", wanted, checks="A1 A3 A5 A7 A8>A9"), HoldAcquired)


@pytest.mark.parametrize("state", ["held", "own", "booked", "claimed", "blocked", "wanted", "marked"])
def test_beyond_a_stranded_seat_may_be_anything_but_a_free_seat(event: OneEvent, state: str) -> None:
    match state:
        case "held":
            event.acquired("jane", "1-j", "A3")
        case "own":
            event.acquired("john", "1-j", "A3")
        case "booked":
            event.finish("jim", "1-b", "A3")
        case "claimed":
            event.finish("jim", "1-o", "A3", state=SeatRowState.CLAIMED)
        case "blocked":
            event.block("1-x", "A3")
        case "marked":
            # Sold under another booking, which freed it: only the mark is left.
            event.acquired("jane", "1-j", "A3")
            event.begun("jane", "1-c", hold="1-j")
            event.finish("jim", "1-b", "A3")
            event.free("1-b", "A3")
    wanted = "A1 A3" if state == "wanted" else "A1"
    assert _orphans(event.acquire("john", "1-h", wanted, checks="A2>A3")) == "A2"


def test_a_hold_that_ran_out_and_a_mark_past_its_deadline_count_as_free_before_any_sweep(event: OneEvent) -> None:
    event.acquired("jane", "1-j", "A3")
    event.begun("jane", "1-b", hold="1-j")
    event.finish("jim", "1-c", "A3")
    event.free("1-c", "A3")
    event.acquired("jane", "1-k", "A6")
    event.pass_ms(max(TTL_MS, GUARD_MS))
    assert isinstance(event.acquire("john", "1-h", "A1", checks="A2>A3"), HoldAcquired)
    assert isinstance(event.acquire("jim", "1-h2", "A4", checks="A5>A6"), HoldAcquired)


def test_a_seat_that_was_alone_before_is_not_the_fault_of_who_has_the_seats_beside_it_already(event: OneEvent) -> None:
    event.acquired("john", "1-h1", "A1 A3")
    event.block("1-x", "A5")
    again = event.acquire("john", "1-h2", "A3 A8", checks="A2>A1 A4>A5 A7>A6 A9>A10")
    assert isinstance(again, HoldAcquired)
    assert isinstance(event.acquire("john", "1-h3", "A1 A3", checks="A2 A4>A5"), HoldAcquired)


def test_a_seat_between_an_own_one_and_a_new_one_was_not_alone_before(event: OneEvent) -> None:
    event.acquired("john", "1-h1", "A1")
    assert _orphans(event.acquire("john", "1-h2", "A1 A3", checks="A2 A4>A5")) == "A2"


def test_own_seats_that_ran_out_are_newly_taken(event: OneEvent) -> None:
    event.acquired("john", "1-h1", "A2")
    event.pass_ms(TTL_MS)
    assert _orphans(event.acquire("john", "1-h2", "A2", checks="A1")) == "A1"


def test_adding_to_a_hold_is_judged_too(event: OneEvent) -> None:
    event.acquired("john", "1-h", "A1")
    assert _orphans(event.acquire("john", "1-h", "A3", adds=True, checks="A2>A1 A4>A5")) == "A2"
    assert event.held_now("john") == {"A1": "1-h"}
    assert isinstance(event.acquire("john", "1-h", "A2 A3", adds=True, checks="A4>A5"), HoldAcquired)
    event.block("1-x", "A5")
    repeated = event.acquire("john", "1-h", "A2 A3", adds=True, checks="A4>A5")
    assert isinstance(repeated, HoldAcquired), "what was added is there, and adds nothing"


def test_a_hold_that_was_granted_is_answered_again_whatever_the_rule_says_of_it_now(event: OneEvent) -> None:
    first = event.acquire("john", "1-h", "A1", key="k", fingerprint="f", checks="A2>A3")
    assert isinstance(first, HoldAcquired)
    event.acquired("jane", "1-j", "A3")
    by_id = event.acquire("john", "1-h", "A1", checks="A2>A3")
    by_key = event.acquire("john", "1-h2", "A1", key="k", fingerprint="f", checks="A2>A3")
    for again in (by_id, by_key):
        assert isinstance(again, HoldAcquired)
        assert (again.hold_id, again.expires_at_ms, again.replayed) == ("1-h", first.expires_at_ms, True)


def test_everything_else_that_is_against_a_hold_is_said_before_the_seats_it_would_strand(event: OneEvent) -> None:
    event.acquired("jane", "1-j", "A1")
    event.acquired("john", "1-h", "B1 B2", ttl_ms=TTL_MS)
    event.acquire("john", "1-k", "B3", key="k", fingerprint="f")
    event.begun("john", "1-b", hold="1-k")
    assert isinstance(event.acquire("john", "1-h2", "A1", checks="A2"), SeatsUnavailable)
    assert isinstance(event.acquire("john", "1-h2", "B3", checks="A2"), SeatsBusy)
    assert isinstance(event.acquire("john", "1-h2", "B5", seats_max=3, checks="A2"), SeatLimitReached)
    assert isinstance(event.acquire("john", "1-h3", "B5", adds=True, checks="A2"), HoldNotFound)
    assert isinstance(event.acquire("john", "1-h2", "B5", key="k", fingerprint="g", checks="A2"), KeyReused)


def test_a_hold_that_is_full_says_so_before_the_seats_it_would_strand(event: OneEvent) -> None:
    event.acquired("admin", "1-h", " ".join(f"B{number}" for number in range(HOLD_LISTED_MAX)))
    assert isinstance(event.acquire("admin", "1-h", "A1", adds=True, checks="A2"), SeatLimitReached)
