"""One log line for what happens to seats, with what an operator needs to follow a seat, and never whose it is."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from frontrow.domain.hold import OrphanSeats, SeatRefusal, SeatsBusy, SeatsUnavailable, Unavailable
from frontrow.domain.ids import SeatId
from frontrow.services.outcomes import HoldRules
from frontrow.services.seat_log import SEATS_LOGGED_MAX, log_expiry, log_refusal
from frontrow.services.sweeping import Sweeper
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.house import EVENT, House, seats, user

ANN, BOB = user("ann"), user("bob")
MINUTE_MS = 60_000


def about_seats(lines: list[Any]) -> list[dict[str, Any]]:
    """Those lines, with what every one of them must have checked and taken off."""
    found = []
    for line in lines:
        if line["event"].startswith(("seats_", "hold_expiry")):
            assert line.pop("event_id") == EVENT
            assert line.pop("log_level") == "info"
            assert not {"user_id", "user", "ann", "bob"} & ({*line} | {str(value) for value in line.values()})
            found.append(dict(line))
    return found


async def test_a_hold_its_extension_and_its_release_are_a_line_each(house: House, clock: FakeClock) -> None:
    with capture_logs() as lines:
        hold_id = await house.held(ANN, "A1 A2")
        held_until_ms = clock.now_ms() + 10 * MINUTE_MS
        clock.advance(MINUTE_MS)
        await house.seat_holds.extend_mine(ANN, EVENT)
        await house.seat_holds.release_seats(ANN, EVENT, seats("A2"))
    about_hold = {"hold_id": hold_id, "seats": seats("A1 A2"), "seat_count": 2}
    assert about_seats(lines) == [
        {"event": "seats_held", **about_hold, "expires_at_ms": held_until_ms},
        {"event": "hold_expiry_changed", **about_hold, "expires_at_ms": held_until_ms + MINUTE_MS},
        {"event": "seats_released", "hold_id": hold_id, "seats": seats("A2"), "seat_count": 1, "expires_at_ms": 0},
    ]


async def test_a_conflict_names_the_seats_by_the_reason_why_they_could_not_be_had(house: House) -> None:
    await house.held(BOB, "A1 A3")
    await house.sold(BOB, "A5")
    with capture_logs() as lines:
        await house.hold(ANN, "A1 A2 A3 A5")
        await house.hold(ANN, "A1 A2")
    assert about_seats(lines) == [
        {
            "event": "seats_refused",
            "reason": "several",
            "seats": {"held": ["A1", "A3"], "booked": ["A5"]},
            "seat_count": 3,
        },
        {"event": "seats_refused", "reason": "held", "seats": {"held": ["A1"]}, "seat_count": 1},
    ]


async def test_a_refusal_by_the_cap_of_seats_says_so(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    house = House(store, ledger, clock, sleep=clock.sleep, rules=HoldRules(seats_per_user_max=1))
    await house.open()
    with capture_logs() as lines:
        await house.hold(ANN, "A1 A2")
    assert about_seats(lines) == [{"event": "seats_refused", "reason": "seat_limit", "held_count": 0, "seats_max": 1}]


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (SeatsBusy(seats("A1"), 1_000, 0), "busy"),
        (OrphanSeats(seats("A1"), 0), "orphan"),
        (SeatsUnavailable((SeatRefusal(SeatId("A1"), Unavailable.NOT_YOURS),), 0), "not_yours"),
    ],
)
def test_every_refusal_has_its_reason(refusal: SeatsBusy | OrphanSeats | SeatsUnavailable, reason: str) -> None:
    with capture_logs() as lines:
        log_refusal(EVENT, refusal)
    assert about_seats(lines) == [
        {"event": "seats_refused", "reason": reason, "seats": {reason: ["A1"]}, "seat_count": 1}
    ]


async def test_holds_that_ran_out_are_a_line_a_sweep(house: House, clock: FakeClock) -> None:
    await house.held(ANN, "A1 A2")
    sweeper = Sweeper(store=house.real_store, catalog=house.catalog, clock=clock, sleep=clock.sleep)
    clock.advance(10 * MINUTE_MS)
    with capture_logs() as lines:
        await sweeper.sweep(EVENT)
        await sweeper.sweep(EVENT)
    assert about_seats(lines) == [{"event": "seats_expired", "seats": seats("A1 A2"), "seat_count": 2}]


async def test_a_booking_is_a_line_too(house: House) -> None:
    with capture_logs() as lines:
        booking = await house.sold(ANN, "A1")
    assert about_seats(lines)[-1] == {
        "event": "seats_booked",
        "owner_id": booking.booking_id,
        "seats": seats("A1"),
        "seat_count": 1,
    }


def test_a_line_names_a_bounded_number_of_seats_and_says_how_many_there_are() -> None:
    many = tuple(SeatId(f"S{number}") for number in range(500))
    with capture_logs() as lines:
        log_expiry(EVENT, many)
        log_refusal(EVENT, SeatsUnavailable(tuple(SeatRefusal(it, Unavailable.HELD) for it in many), 0))
    expired, refused = about_seats(lines)
    assert (len(expired["seats"]), expired["seat_count"]) == (SEATS_LOGGED_MAX, 500)
    assert (len(refused["seats"]["held"]), refused["seat_count"]) == (SEATS_LOGGED_MAX, 500)
