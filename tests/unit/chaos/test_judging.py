"""The checker on histories told in a few lines, one rule each: what it lets pass, and what it must call broken."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from tests.chaos.checker.breaches import Promise
from tests.chaos.checker.judging import Verdict, judge
from tests.chaos.checker.standing import BookingRow, GatewayPayment, OrderRow, PaymentRow, RefundRow, Row, Standing
from tests.chaos.history import Beginning, Fault, FaultKind, Kind, Operation, Outcome, Sighting, Story

SECOND = 1_000_000_000
END_S = 500
BEGINNING = Beginning(seed=1, began_ns=0, wall_ms=0, seats={"gala": ("A1", "A2")})


def told(kind: Kind, purchase: str, began_s: float, outcome: Outcome = Outcome.DONE, **more: Any) -> Operation:
    """One call of a second about A1 by the user whom the purchase is named after; holds last 60 s unless told else."""
    ended_s = None if outcome is Outcome.UNKNOWN else more.pop("ended_s", began_s + 1)
    if kind in {Kind.HOLD, Kind.EXTEND} and outcome is Outcome.DONE:
        more.setdefault("expires_at_ms", int(began_s * 1000) + 60_000)
    defaults: dict[str, Any] = {"seats": ("A1",), "event": "gala", "client": purchase, "user": purchase}
    return Operation(
        kind=kind,
        purchase=purchase,
        began_ns=int(began_s * SECOND),
        ended_ns=None if ended_s is None else int(ended_s * SECOND),
        outcome=outcome,
        **(defaults | more),
    )


def refused(purchase: str, began_s: float, reason: str = "held") -> Operation:
    return told(Kind.HOLD, purchase, began_s, Outcome.REFUSED, code="seats_unavailable", refused={"A1": reason})


def lossy(began_s: float, ended_s: float) -> Fault:
    return Fault(
        number=1,
        kind=FaultKind.STORE_FAILED_OVER,
        target="store",
        began_ns=int(began_s * SECOND),
        ended_ns=int(ended_s * SECOND),
        may_lose_holds=True,
    )


def judged(*lines: Operation | Fault | Sighting, sold_to: str | None = None, **changes: Any) -> Verdict:
    """The verdict on a history whose seat A1 is in the end booked by that purchase, or nobody's."""
    rows = () if sold_to is None else (row(f"b-{sold_to}"),)
    bookings = () if sold_to is None else (booking(sold_to),)
    standing = Standing(at_ns=END_S * SECOND, rows=rows, bookings=bookings, sold=_sold(rows))
    standing = msgspec.structs.replace(standing, **changes)
    story = Story(
        BEGINNING,
        tuple(it for it in lines if isinstance(it, Operation)),
        tuple(it for it in lines if isinstance(it, Fault)),
        tuple(it for it in lines if isinstance(it, Sighting)),
    )
    return judge(story, standing)


def row(owner_id: str, seat: str = "A1", **more: Any) -> Row:
    defaults: dict[str, Any] = {
        "state": "booked",
        "user": "",
        "price_minor": 10,
        "created_at_ms": 0,
        "ended_at_ms": None,
    }
    return Row(event="gala", seat=seat, owner_id=owner_id, **(defaults | more))


def booking(purchase: str, **more: Any) -> BookingRow:
    defaults: dict[str, Any] = {"booking_id": f"b-{purchase}", "order_id": None, "status": "booked"}
    return BookingRow(event="gala", user=purchase, hold_id=None, total_minor=10, purchase=purchase, **(defaults | more))


def _sold(rows: tuple[Row, ...]) -> Mapping[str, Mapping[str, str]]:
    return {"gala": {it.seat: f"{it.state}:{it.owner_id}" for it in rows}}


def broken(verdict: Verdict) -> set[Promise]:
    """What is broken but for the seats that are left unsold: most of these histories end early."""
    return {it.promise for it in verdict.breaches if "could not be sold" not in it.what}


KEPT = set[Promise]()
ONE_OWNER = {Promise.ONE_OWNER}


def test_a_seat_is_held_extended_and_booked_by_one() -> None:
    lines = [told(Kind.HOLD, "anna", 1), told(Kind.EXTEND, "anna", 30), told(Kind.BOOK, "anna", 80)]
    assert broken(judged(*lines, sold_to="anna")) == KEPT


def test_a_second_hold_of_a_held_seat_is_broken_unless_the_first_was_released_or_may_have_run_out() -> None:
    anna, bob = told(Kind.HOLD, "anna", 1), told(Kind.HOLD, "bob", 10)
    assert broken(judged(anna, bob)) == ONE_OWNER
    assert broken(judged(anna, told(Kind.RELEASE, "anna", 5), bob)) == KEPT
    assert broken(judged(anna, told(Kind.RELEASE, "anna", 5, Outcome.UNKNOWN), bob)) == KEPT
    assert broken(judged(anna, told(Kind.RELEASE, "anna", 5, Outcome.REFUSED, code="rate_limited"), bob)) == ONE_OWNER
    assert broken(judged(anna, told(Kind.HOLD, "bob", 59.5))) == KEPT
    assert broken(judged(anna, told(Kind.EXTEND, "anna", 30), told(Kind.HOLD, "bob", 62))) == ONE_OWNER


def test_a_refusal_names_how_the_seat_stands_unless_the_store_may_have_lost_what_came_since() -> None:
    lines = [told(Kind.HOLD, "anna", 1), told(Kind.BOOK, "anna", 5), told(Kind.CANCEL_BOOKING, "anna", 10)]
    lines += [told(Kind.HOLD, "bob", 20), refused("cara", 25, "booked")]
    given_back = (booking("anna", status="cancelled"),)
    assert broken(judged(*lines, bookings=given_back)) == ONE_OWNER
    assert broken(judged(lossy(9, 12), *lines, bookings=given_back)) == KEPT


def test_a_hold_may_move_to_another_of_the_same_user() -> None:
    anna, again = told(Kind.HOLD, "anna", 1), told(Kind.HOLD, "anna-2", 10, user="anna")
    assert broken(judged(anna, again, told(Kind.BOOK, "anna-2", 20, user="anna"), sold_to="anna-2")) == KEPT
    assert broken(judged(anna, again, told(Kind.BOOK, "anna", 20), sold_to="anna")) == ONE_OWNER


def test_a_release_of_another_hold_frees_nothing() -> None:
    lines = [told(Kind.HOLD, "anna", 1), told(Kind.RELEASE, "bob", 5), told(Kind.HOLD, "carl", 10)]
    assert broken(judged(*lines)) == ONE_OWNER


def test_a_release_after_a_while_lets_the_seat_go_then_and_not_before() -> None:
    anna = [told(Kind.HOLD, "anna", 1), told(Kind.RELEASE, "anna", 5, delay_ms=15_000)]
    assert broken(judged(*anna, told(Kind.HOLD, "bob", 10))) == ONE_OWNER
    assert broken(judged(*anna, told(Kind.HOLD, "bob", 21))) == KEPT


def test_a_free_seat_is_not_refused_and_a_held_one_not_as_booked() -> None:
    assert broken(judged(refused("bob", 5))) == ONE_OWNER
    anna = told(Kind.HOLD, "anna", 1)
    assert broken(judged(anna, refused("bob", 5))) == KEPT
    assert broken(judged(anna, refused("bob", 5, "booked"))) == ONE_OWNER
    assert broken(judged(anna, refused("bob", 63))) == ONE_OWNER


def test_a_call_that_was_never_answered_explains_a_refusal_and_may_have_had_no_effect() -> None:
    anna = told(Kind.HOLD, "anna", 1, Outcome.UNKNOWN, duration_ms=60_000)
    assert broken(judged(anna, refused("bob", 5))) == KEPT
    assert broken(judged(anna, told(Kind.HOLD, "bob", 5), refused("carl", 6))) == KEPT
    assert broken(judged(anna, told(Kind.HOLD, "bob", 5), told(Kind.HOLD, "carl", 7))) == ONE_OWNER


def test_a_hold_that_is_replayed_stands() -> None:
    lost = told(Kind.HOLD, "anna", 1, Outcome.UNKNOWN, duration_ms=60_000)
    again = told(Kind.HOLD, "anna", 3, is_replay=True, expires_at_ms=61_000)
    assert broken(judged(lost, told(Kind.HOLD, "bob", 5))) == KEPT
    assert broken(judged(lost, again, told(Kind.HOLD, "bob", 5))) == ONE_OWNER


def test_an_order_that_is_answered_as_not_yet_claimed_may_come_to_be_claimed() -> None:
    anna = [told(Kind.HOLD, "anna", 1), told(Kind.ORDER, "anna", 3, Outcome.ACCEPTED)]
    assert broken(judged(*anna, refused("bob", 30))) == KEPT
    assert broken(judged(*anna, told(Kind.HOLD, "bob", 70))) == KEPT


def test_a_hold_that_stands_is_not_said_to_be_gone() -> None:
    gone = told(Kind.EXTEND, "anna", 10, Outcome.REFUSED, code="hold_not_found")
    assert broken(judged(told(Kind.HOLD, "anna", 1), gone)) == ONE_OWNER
    assert broken(judged(told(Kind.HOLD, "anna", 1), lossy(4, 6), gone)) == KEPT


def test_a_hold_is_not_booked_after_it_ran_out() -> None:
    anna = told(Kind.HOLD, "anna", 1)
    assert broken(judged(anna, told(Kind.BOOK, "anna", 61), sold_to="anna")) == KEPT
    assert broken(judged(anna, told(Kind.BOOK, "anna", 65), sold_to="anna")) == ONE_OWNER
    tried = told(Kind.BOOK, "anna", 58, Outcome.UNKNOWN)
    assert broken(judged(anna, tried, told(Kind.BOOK, "anna", 65), sold_to="anna")) == KEPT


def test_a_fault_that_loses_holds_excuses_that_while_it_lasts_and_no_longer() -> None:
    anna = told(Kind.HOLD, "anna", 1)
    assert broken(judged(anna, lossy(4, 6), told(Kind.HOLD, "bob", 8))) == KEPT
    assert broken(judged(anna, lossy(4, 6), told(Kind.EXTEND, "anna", 7), told(Kind.HOLD, "bob", 9))) == ONE_OWNER
    assert broken(judged(lossy(0.2, 0.8), anna, told(Kind.HOLD, "bob", 8))) == ONE_OWNER


def test_a_release_that_a_fault_made_forgotten_may_leave_the_seat_held() -> None:
    anna = [told(Kind.HOLD, "anna", 1), told(Kind.RELEASE, "anna", 5)]
    assert broken(judged(*anna, refused("bob", 10))) == ONE_OWNER
    assert broken(judged(*anna, lossy(6, 8), refused("bob", 10))) == KEPT


def test_a_sale_that_the_store_forgot_may_be_held_for_a_while_but_never_sold_again() -> None:
    anna = [told(Kind.HOLD, "anna", 1), told(Kind.BOOK, "anna", 3)]
    bob = told(Kind.HOLD, "bob", 10)
    assert broken(judged(*anna, bob, sold_to="anna")) == ONE_OWNER
    assert broken(judged(*anna, lossy(6, 8), bob, sold_to="anna")) == KEPT
    assert broken(judged(*anna, lossy(6, 8), told(Kind.HOLD, "bob", 140), sold_to="anna")) == ONE_OWNER
    both = judged(*anna, lossy(6, 8), bob, told(Kind.BOOK, "bob", 12), sold_to="anna")
    assert broken(both) == {Promise.ONE_OWNER, Promise.KEPT}


def test_two_bookings_of_one_seat_are_broken_whatever_the_ledger_says_in_the_end() -> None:
    anna = [told(Kind.HOLD, "anna", 1), told(Kind.BOOK, "anna", 3)]
    bob = [told(Kind.HOLD, "bob", 70), told(Kind.BOOK, "bob", 72)]
    for last in ("anna", "bob"):
        assert Promise.ONE_OWNER in broken(judged(*anna, *bob, sold_to=last))


def test_a_cancelled_seat_may_be_refused_for_a_while_and_is_then_free() -> None:
    anna = [told(Kind.HOLD, "anna", 1), told(Kind.BOOK, "anna", 3), told(Kind.CANCEL_BOOKING, "anna", 5)]
    ended: dict[str, Any] = {
        "rows": (row("b-anna", ended_at_ms=1),),
        "bookings": (booking("anna", status="cancelled"),),
        "sold": {},
    }
    assert broken(judged(*anna, refused("bob", 10, "booked"), told(Kind.HOLD, "bob", 12), **ended)) == KEPT
    assert broken(judged(*anna, refused("bob", 80, "booked"), **ended)) == ONE_OWNER


def test_an_order_keeps_its_seat_until_its_window_ends_and_is_booked_by_its_payment() -> None:
    anna = [told(Kind.HOLD, "anna", 1), told(Kind.ORDER, "anna", 3, expires_at_ms=100_000)]
    assert broken(judged(*anna, told(Kind.HOLD, "bob", 50))) == ONE_OWNER
    assert broken(judged(*anna, told(Kind.HOLD, "bob", 101))) == KEPT
    assert broken(judged(*anna, told(Kind.PAY, "anna", 10), sold_to="anna")) == KEPT
    assert broken(judged(*anna, told(Kind.PAY, "anna", 10, Outcome.UNKNOWN), sold_to="anna")) == KEPT
    assert broken(judged(*anna, told(Kind.CANCEL_ORDER, "anna", 10), told(Kind.HOLD, "bob", 20))) == KEPT


def test_who_has_claimed_a_seat_may_hold_it_as_long_as_the_store_does_not_know_but_not_buy_it_twice() -> None:
    anna = [told(Kind.HOLD, "anna", 1), told(Kind.ORDER, "anna", 3, expires_at_ms=100_000)]
    again = told(Kind.HOLD, "anna-2", 10, user="anna")
    assert broken(judged(*anna, again, told(Kind.PAY, "anna", 20), sold_to="anna")) == KEPT
    assert broken(judged(*anna, again, told(Kind.BOOK, "anna-2", 20, user="anna"), sold_to="anna-2")) == ONE_OWNER


def test_a_late_payment_takes_a_free_seat_again_and_no_other() -> None:
    anna = [told(Kind.HOLD, "anna", 1), told(Kind.ORDER, "anna", 3, expires_at_ms=100_000)]
    late = told(Kind.PAY, "anna", 50, Outcome.ACCEPTED)
    bob = [told(Kind.HOLD, "bob", 110), told(Kind.BOOK, "bob", 112)]
    assert broken(judged(*anna, late, sold_to="anna")) == KEPT
    assert broken(judged(*anna, late, *bob, sold_to="bob")) == KEPT
    assert Promise.ONE_OWNER in broken(judged(*anna, late, *bob, sold_to="anna"))


def test_a_clock_that_was_stepped_makes_expiries_uncertain_that_it_touched() -> None:
    anna = told(Kind.HOLD, "anna", 1)
    stepped = msgspec.structs.replace(lossy(30, 40), kind=FaultKind.STORE_CLOCK_STEPPED)
    assert broken(judged(anna, stepped, told(Kind.HOLD, "bob", 45))) == KEPT
    assert broken(judged(anna, stepped, told(Kind.HOLD, "bob", 10))) == ONE_OWNER


def test_a_repeated_request_is_answered_with_the_same_booking() -> None:
    lines = [
        told(Kind.HOLD, "anna", 1),
        told(Kind.BOOK, "anna", 3, key="k", booking_id="b-anna"),
        told(Kind.BOOK, "anna", 5, key="k", booking_id="b-other", is_replay=True),
    ]
    assert broken(judged(*lines, sold_to="anna")) == {Promise.ONE_EFFECT}


def test_a_purchase_has_one_booking() -> None:
    lines = [told(Kind.HOLD, "anna", 1), told(Kind.BOOK, "anna", 3)]
    twice = (booking("anna"), booking("anna", booking_id="b-2"))
    assert broken(judged(*lines, sold_to="anna", bookings=twice)) == {Promise.ONE_EFFECT}


def test_a_booking_has_all_seats_that_were_asked_for() -> None:
    both: dict[str, Any] = {"seats": ("A1", "A2")}
    lines = [told(Kind.HOLD, "anna", 1, **both), told(Kind.BOOK, "anna", 3, **both)]
    assert Promise.ALL_OR_NOTHING in broken(judged(*lines, sold_to="anna"))


def test_a_seat_whose_release_was_forgotten_may_be_booked_with_the_others() -> None:
    hold = told(Kind.HOLD, "anna", 1, seats=("A1", "A2"))
    release = told(Kind.RELEASE, "anna", 3, seats=("A2",))
    lines = [hold, release, told(Kind.BOOK, "anna", 8)]
    rows = (row("b-anna"), row("b-anna", "A2"))
    ends: dict[str, Any] = {"sold_to": "anna", "rows": rows, "sold": _sold(rows)}
    assert broken(judged(*lines, lossy(5, 6), **ends)) == KEPT
    assert broken(judged(*lines, **ends)) == {Promise.ONE_OWNER, Promise.ALL_OR_NOTHING}
    given_back = tuple(msgspec.structs.replace(it, ended_at_ms=1) for it in rows)
    lines.append(told(Kind.CANCEL_BOOKING, "anna", 10))
    assert broken(judged(*lines, lossy(5, 6), sold_to="anna", rows=given_back, sold={})) == KEPT
    assert Promise.KEPT in broken(judged(*lines, sold_to="anna", rows=given_back, sold={}))


def test_what_nobody_asked_for_is_not_booked() -> None:
    assert Promise.ONE_EFFECT in broken(judged(sold_to="ghost"))


def test_a_booking_that_was_answered_is_in_the_ledger() -> None:
    lines = [told(Kind.HOLD, "anna", 1), told(Kind.BOOK, "anna", 3, booking_id="b-anna")]
    assert Promise.KEPT in broken(judged(*lines))


def test_money_at_the_gateway_is_what_is_booked() -> None:
    lines = [
        told(Kind.HOLD, "anna", 1),
        told(Kind.ORDER, "anna", 3, expires_at_ms=100_000),
        told(Kind.PAY, "anna", 10, amount_minor=10),
    ]
    order = OrderRow(
        order_id="o",
        event="gala",
        user="anna",
        state="booked",
        has_claim=False,
        hold_id="h",
        booking_id="b-anna",
        amount_minor=10,
        seats={"A1": 10},
        attention=None,
        purchase="anna",
    )
    paid = PaymentRow(payment_id="p", order_id="o", state="captured", captured_minor=10)
    taken = GatewayPayment(payment_id="p", captured_minor=10, refunded_minor=())
    booked: dict[str, Any] = {"sold_to": "anna", "orders": (order,), "bookings": (booking("anna", order_id="o"),)}
    assert broken(judged(*lines, **booked, payments=(paid,), gateway=(taken,))) == KEPT
    untold = msgspec.structs.replace(paid, captured_minor=0, state="processing")
    twice = msgspec.structs.replace(taken, payment_id="p2")
    given_back = msgspec.structs.replace(taken, refunded_minor=(10,))
    refund = RefundRow(refund_id="r", order_id="o", payment_id="p", state="done", amount_minor=10)
    for payments, gateway, refunds in (
        ((), (taken,), ()),
        ((untold,), (taken,), ()),
        ((paid,), (), ()),
        ((paid,), (taken, twice), ()),
        ((paid, msgspec.structs.replace(paid, payment_id="p2")), (taken, twice), ()),
        ((paid,), (given_back,), ()),
        ((paid,), (given_back,), (refund,)),
    ):
        verdict = judged(*lines, **booked, payments=payments, gateway=gateway, refunds=refunds)
        assert Promise.MONEY in broken(verdict), (payments, gateway, refunds)


def test_who_saw_one_place_saw_the_same() -> None:
    one = Sighting(client="w1", event="gala", at_ns=5, epoch="e", offset="1-1", states="ab")
    other = msgspec.structs.replace(one, client="w2", states="aa")
    elsewhere = msgspec.structs.replace(other, offset="2-2")
    assert broken(judged(one, elsewhere)) == KEPT
    assert broken(judged(one, other)) == {Promise.VIEWS}


def test_in_the_end_every_process_shows_what_the_ledger_has() -> None:
    lines = [told(Kind.HOLD, "anna", 1), told(Kind.BOOK, "anna", 3)]
    assert broken(judged(*lines, sold_to="anna", views={"api-1": {"gala": "ba"}})) == KEPT
    assert broken(judged(*lines, sold_to="anna", views={"api-1": {"gala": "aa"}})) == {Promise.VIEWS}


@pytest.mark.parametrize(
    "left",
    [
        {"outbox": ("b-anna",)},
        {"sold": {"gala": {"A1": "claimed:o"}}},
        {"sold": {}},
        {"refunds": (RefundRow(refund_id="r", order_id="o", payment_id="p", state="due", amount_minor=1),)},
    ],
)
def test_in_the_end_nothing_is_left_to_do(left: dict[str, Any]) -> None:
    lines = [told(Kind.HOLD, "anna", 1), told(Kind.BOOK, "anna", 3)]
    assert broken(judged(*lines, sold_to="anna", **left)) == {Promise.AT_REST}


def test_in_the_end_everything_is_sold() -> None:
    lines = [told(Kind.HOLD, "anna", 1), told(Kind.BOOK, "anna", 3)]
    verdict = judged(*lines, sold_to="anna")
    assert [str(it) for it in verdict.breaches] == ["at_rest: gala/A2 is free in the ledger, and could not be sold"]


def test_a_seat_with_two_live_rows_is_sold_twice() -> None:
    lines = [told(Kind.HOLD, "anna", 1), told(Kind.BOOK, "anna", 3)]
    assert Promise.ONE_OWNER in broken(judged(*lines, sold_to="anna", rows=(row("b-anna"), row("b-bob"))))


def test_the_verdict_says_what_was_judged_and_what_was_found() -> None:
    *lines, last = judged(told(Kind.HOLD, "anna", 1), told(Kind.HOLD, "bob", 10), lossy(50, 51)).lines()
    assert lines[:3] == ["2 seats, 6 steps, 2 operations", "operations: 2 hold done", "1 faults: 1 store_failed_over"]
    assert "BROKEN one_owner: gala/A1: hold by bob (bob): done, while it can only have been held anna" in lines
    assert last == "3 breaches, 0 undecided"


@pytest.mark.parametrize(("undecided", "is_kept"), [(0, True), (2, True), (3, False)])
def test_a_verdict_needs_nearly_every_seat_decided(undecided: int, is_kept: bool) -> None:
    names = tuple(f"gala/A{number}" for number in range(undecided))
    verdict = Verdict(breaches=(), undecided=names, seats=56, steps=1, operations={}, faults={})
    assert verdict.is_kept is is_kept
