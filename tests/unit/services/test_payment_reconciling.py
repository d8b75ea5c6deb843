"""What differs between the ledger, the store and the gateways is found, healed where that is safe, and told."""

import msgspec
import pytest

from frontrow.domain.booking import SeatRowState
from frontrow.domain.ids import EventId, RefundId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.payment import PaymentState, Refund, RefundReason, RefundState
from frontrow.services import payment_reconciling
from frontrow.services.gateways import Gateways
from frontrow.services.money_findings import Finding, Outcome, ReconcilePoint, Reconciliation, Stage
from frontrow.services.order_outcomes import OrderShown, PayRequest, PlaceRequest
from frontrow.services.ordering import PAYMENT_MS
from frontrow.services.outcomes import NotFound, RoleMissing
from frontrow.services.payment_reconciling import MoneyReconciler
from frontrow.services.refunding import FAILURES_MAX
from tests.support.fake_clock import FakeClock
from tests.support.fake_event_books import FakeEventBooks
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.house import CONTACT, EVENT, House, seats, user
from tests.support.simulated_gateway import SLOW_MS, Card, Fault

ADMIN, SHOP, ANN = user("root", "admin"), user("shop", "integrator"), user("ann")


@pytest.fixture
def money(house: House, ledger: FakeLedger, clock: FakeClock) -> MoneyReconciler:
    return reconciler(house, ledger, clock)


def reconciler(house: House, ledger: FakeLedger, clock: FakeClock, gateways: Gateways | None = None) -> MoneyReconciler:
    return MoneyReconciler(
        orders=house.order_ledger,
        books=FakeEventBooks(ledger),
        steps=house.ordering.steps,
        refunding=house.ordering.refunding,
        gateways=gateways or house.gateways,
        seats=house.reconciler,
        catalog=house.catalog,
        clock=clock,
    )


async def ordered(house: House, names: str, card: str) -> Order:
    placed = await house.orders.place(ANN, PlaceRequest(hold_id=await house.held(ANN, names), customer=CONTACT))
    assert isinstance(placed, OrderShown), placed
    await house.orders.pay(ANN, placed.order.order_id, PayRequest(card_number=card))
    return placed.order


async def found(money: MoneyReconciler) -> list[Finding]:
    """Everything that differs, piece by piece."""
    findings: list[Finding] = []
    point: ReconcilePoint | None = None
    while True:
        piece = await money.reconcile(ADMIN, EVENT, point)
        assert isinstance(piece, Reconciliation)
        findings += piece.findings
        point = piece.next_point
        if point is None:
            return findings


def told(findings: list[Finding]) -> list[tuple[Stage, Outcome]]:
    return [(finding.stage, finding.outcome) for finding in findings]


async def state_of(house: House, order: Order) -> OrderState:
    now = await house.order_ledger.order(order.order_id)
    assert now is not None
    return now.state


async def test_nothing_differs_where_all_went_well(house: House, money: MoneyReconciler) -> None:
    await ordered(house, "A1", Card.PAYS)
    booked = await ordered(house, "A2 A3", Card.PAYS)
    now = await house.order_ledger.order(booked.order_id)
    assert now is not None
    assert now.booking_id is not None
    await house.bookings.cancel(ANN, now.booking_id, (booked.seat_ids[0],))
    await ordered(house, "A4", Card.SECOND_STEP)
    await ordered(house, "A5", Card.DECLINED)
    assert await found(money) == []


async def test_what_was_taken_after_it_was_stopped_is_found_and_booked(house: House, money: MoneyReconciler) -> None:
    order = await ordered(house, "A1", Card.SECOND_STEP)
    await house.orders.cancel(ANN, order.order_id)
    (payment,) = house.bank.of_order(order.order_id)
    assert house.bank.take_after_all(payment.request.payment_id)
    assert told(await found(money)) == [(Stage.CAPTURED, Outcome.HEALED)]
    assert await state_of(house, order) is OrderState.BOOKED
    assert await found(money) == []


async def test_it_is_for_admins_of_events_there_are(money: MoneyReconciler) -> None:
    assert isinstance(await money.reconcile(SHOP, EVENT), RoleMissing)
    assert isinstance(await money.reconcile(ADMIN, EventId("none")), NotFound)


async def test_a_payment_that_nobody_heard_of_is_learnt_and_its_order_booked(
    house: House, money: MoneyReconciler, clock: FakeClock
) -> None:
    order = await ordered(house, "A1", Card.SLOW)
    clock.advance(SLOW_MS + 60_000)
    house.bank.pass_time()
    [finding] = await found(money)
    assert (finding.outcome, finding.order_id) == (Outcome.HEALED, order.order_id)
    assert await state_of(house, order) is OrderState.BOOKED
    assert await found(money) == []


async def test_a_stray_payment_that_was_captured_after_all_is_given_back(
    house: House, money: MoneyReconciler, ledger: FakeLedger
) -> None:
    order = await ordered(house, "A1", Card.SECOND_STEP)
    [stray] = await house.order_ledger.payments_of(order.order_id)
    await house.orders.cancel(ANN, order.order_id)
    await house.sold(ADMIN, "A1")
    (at_bank,) = house.bank.of_order(order.order_id)
    at_bank.state, at_bank.captured_minor = PaymentState.CAPTURED, order.amount_minor
    at_bank.captured_currency = order.currency
    ledger.orders.payments[stray.payment_id] = msgspec.structs.replace(stray, state=PaymentState.PROCESSING)
    [finding] = await found(money)
    assert (finding.stage, finding.outcome, finding.payment_id) == (Stage.PAYMENTS, Outcome.HEALED, stray.payment_id)
    assert "processing" in finding.said and "captured" in finding.said
    assert house.bank.refunded_minor(order.order_id) == order.amount_minor


async def test_a_gateway_that_is_away_is_waited_for(house: House, money: MoneyReconciler, clock: FakeClock) -> None:
    await ordered(house, "A1", Card.PAYS)
    await ordered(house, "A2", Card.SLOW)
    clock.advance(SLOW_MS)
    house.bank.will(Fault.LOST_REQUEST, times=1_000)
    findings = await found(money)
    assert {finding.outcome for finding in findings} == {Outcome.WAITING}
    assert {finding.stage for finding in findings} == {Stage.ORDERS, Stage.PAYMENTS, Stage.CAPTURED}
    house.bank.heal()
    house.bank.pass_time()
    assert {finding.outcome for finding in await found(money)} <= {Outcome.HEALED}


async def refund_given_up(house: House, clock: FakeClock) -> tuple[Order, Refund]:
    """An order whose refund the gateway refused until nobody tried it any more."""
    order = await ordered(house, "A1", Card.PAYS)
    now = await house.order_ledger.order(order.order_id)
    assert now is not None
    assert now.booking_id is not None
    house.bank.refund_ends.extend([RefundState.FAILED] * (FAILURES_MAX + 1))
    await house.bookings.cancel(ANN, now.booking_id)
    for _ in range(FAILURES_MAX):
        clock.advance(3_600_000)
        await house.order_keeper.keep_once()
    [refund] = await house.order_ledger.refunds_of(order.order_id)
    assert refund.is_given_up
    return order, refund


async def test_a_refund_that_was_given_up_is_tried_again_and_told_of(
    house: House, money: MoneyReconciler, clock: FakeClock
) -> None:
    order, refund = await refund_given_up(house, clock)
    [again] = [it for it in await found(money) if it.stage is Stage.REFUNDS]
    assert again.outcome is Outcome.WAITING  # refused once more, and tried unasked from now on
    assert again.said.startswith("75.00 USD is owed, the refund is refused, and tried again: ")
    clock.advance(3_600_000)
    assert Outcome.PERSON not in {finding.outcome for finding in await found(money)}
    assert house.bank.refunded_minor(order.order_id) == order.amount_minor
    done = await house.order_ledger.refund(refund.refund_id)
    assert done is not None
    assert done.state is RefundState.DONE
    assert await state_of(house, order) is OrderState.REFUNDED


async def test_sums_that_the_gateway_has_otherwise_need_a_person(
    house: House, money: MoneyReconciler, ledger: FakeLedger
) -> None:
    less, unknown = await ordered(house, "A1", Card.PAYS), await ordered(house, "A2", Card.PAYS)
    (at_bank,) = house.bank.of_order(less.order_id)
    at_bank.captured_minor -= 1
    [payment] = await house.order_ledger.payments_of(unknown.order_id)
    del house.bank.payments[payment.payment_id]
    findings = await found(money)
    assert told(findings) == [(Stage.CAPTURED, Outcome.PERSON)] * 2
    said = {finding.order_id: finding.said for finding in findings}
    assert "the gateway has 74.99 USD" in said[less.order_id]
    assert "knows no such payment" in said[unknown.order_id]


async def test_a_refund_that_came_back_and_nobody_told_of_is_owed_again(
    house: House, money: MoneyReconciler, clock: FakeClock
) -> None:
    order = await ordered(house, "A1", Card.PAYS)
    now = await house.order_ledger.order(order.order_id)
    assert now is not None
    assert now.booking_id is not None
    await house.bookings.cancel(ANN, now.booking_id)
    clock.advance(60_000)
    await house.order_keeper.keep_once()
    (at_bank,) = house.bank.of_order(order.order_id)
    at_bank.refunds[0].state = RefundState.FAILED
    house.bank.callbacks.clear()
    [finding] = await found(money)
    assert (finding.stage, finding.outcome) == (Stage.REFUNDS, Outcome.WAITING)
    assert finding.said.startswith("the ledger had it as done; 75.00 USD is owed")
    clock.advance(3_600_000)
    await house.order_keeper.keep_once()
    assert house.bank.refunded_minor(order.order_id) == order.amount_minor
    assert await found(money) == []


async def test_a_refund_made_by_hand_at_the_gateway_needs_a_person(house: House, money: MoneyReconciler) -> None:
    order = await ordered(house, "A1", Card.PAYS)
    [payment] = await house.order_ledger.payments_of(order.order_id)
    by_hand = Refund(
        refund_id=RefundId("1-by-hand"),
        order_id=order.order_id,
        event_id=EVENT,
        payment_id=payment.payment_id,
        amount_minor=500,
        currency="USD",
        reason=RefundReason.SEATS_CANCELLED,
    )
    await house.bank.refund(payment, by_hand)
    [finding] = await found(money)
    assert (finding.stage, finding.outcome) == (Stage.CAPTURED, Outcome.PERSON)
    assert "the gateway gave back 5.00 USD" in finding.said


async def test_a_gateway_that_is_not_configured_any_more_needs_a_person(
    house: House, ledger: FakeLedger, clock: FakeClock
) -> None:
    await ordered(house, "A1", Card.PAYS)
    without = Gateways(for_buyers=None, external=house.gateways.external, counts=house.counts)
    [finding] = await found(reconciler(house, ledger, clock, without))
    assert (finding.outcome, "not configured any more" in finding.said) == (Outcome.PERSON, True)


async def test_seats_that_the_store_claims_for_nobody_need_a_person(
    house: House, money: MoneyReconciler, store: FakeHoldStore
) -> None:
    await ordered(house, "A1", Card.PAYS)
    await store.finish_booking(
        EVENT,
        booking_id="1-ghost",
        state=SeatRowState.BOOKED,
        owner_id="1-ghost",
        user_id=ANN.user_id,
        seat_ids=seats("A2"),
        held=(),
    )
    [finding] = await found(money)
    assert (finding.stage, finding.outcome, finding.seat_ids) == (Stage.SEATS, Outcome.PERSON, seats("A2"))


async def test_work_is_done_in_pieces_that_go_on_where_the_last_one_ended(
    house: House, money: MoneyReconciler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payment_reconciling, "LOOKED_AT_MAX", 2)
    monkeypatch.setattr(payment_reconciling, "PER_PAGE", 2)
    for number in range(1, 6):
        await ordered(house, f"A{number}", Card.PAYS)
    for number in range(1, 4):
        await ordered(house, f"B{number}", Card.SECOND_STEP)
    looked_at, pieces, point = 0, 0, None
    while pieces == 0 or point is not None:
        piece = await money.reconcile(ADMIN, EVENT, point)
        assert isinstance(piece, Reconciliation)
        looked_at, pieces, point = looked_at + piece.looked_at, pieces + 1, piece.next_point
    assert (looked_at, pieces) == (1 + 3 + 3 + 5, 6)
    begun_late = await money.reconcile(ADMIN, EVENT, ReconcilePoint(Stage.CAPTURED), with_captured=False)
    assert begun_late == Reconciliation((), 0, None)


async def test_an_order_that_needs_attention_is_looked_at_again(
    house: House, money: MoneyReconciler, clock: FakeClock, ledger: FakeLedger
) -> None:
    order = await ordered(house, "A1", Card.SECOND_STEP)
    clock.advance(PAYMENT_MS)
    now = await house.order_ledger.order(order.order_id)
    assert now is not None
    ledger.orders.placed[order.order_id] = msgspec.structs.replace(
        now, state=OrderState.NEEDS_ATTENTION, attention="nobody knows", due_at_ms=None
    )
    [finding] = await found(money)
    assert (finding.stage, finding.outcome) == (Stage.ORDERS, Outcome.HEALED)
    assert await state_of(house, order) is OrderState.EXPIRED
