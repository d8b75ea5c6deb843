"""Money and seats are never lost, whatever comes in whatever order and whoever dies meanwhile: see order_machine.py.

Every defect below is one that such a machine is for; it must find each of them soon.
"""

import logging
import secrets
from collections.abc import Iterator
from itertools import count
from typing import Any

import msgspec
import pytest
import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.order import TRANSITIONS, OrderState
from frontrow.domain.order_moves import MoveOutcome, OrderMove
from frontrow.domain.payment import (
    Payment,
    PaymentRequest,
    PaymentSeen,
    PaymentState,
    PaymentUnknown,
    Refund,
    RefundReason,
    RefundSeen,
    RefundState,
)
from tests.support.fake_order_ledger import FakeOrderLedger
from tests.support.order_machine import OrderMachine, Run, Stage
from tests.support.simulated_gateway import SimulatedGateway

SHARDS = (1, 2, None)
"""The seeds of the shards; None is another one every time."""
EXAMPLES = 255
STEPS_PER_EXAMPLE = 80
STEPS_WANTED = 16_700
"""Of each shard: 50,000 and more together. Its examples make some 18,000 of them, whatever the seed."""
EXAMPLES_TO_FIND_A_DEFECT_MAX = EXAMPLES


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Without log lines, which would take most of the time."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.mark.long
@pytest.mark.no_cover  # measuring it doubles its time, and shows nothing that other tests leave out
@pytest.mark.timeout(600)
@pytest.mark.parametrize("shard", SHARDS)
def test_money_and_seats_are_never_lost(shard: int | None, pytestconfig: pytest.Config) -> None:
    asked_seed = str(pytestconfig.getoption("--hypothesis-seed"))
    seed_used = int(asked_seed) if asked_seed.isdigit() else shard or secrets.randbelow(2**32)
    print(f"--hypothesis-seed={seed_used}")
    run = Run()
    _drive(run, Stage, seed_used=seed_used, examples=EXAMPLES)
    print(f"{run.steps} steps in {run.examples} examples; outcomes: {run.outcomes.most_common()}")
    print(f"deaths: {sum(run.deaths.values())} at {len(run.deaths)} places: {run.deaths.most_common()}")
    print(f"transitions: {[(*map(str, step), times) for step, times in run.transitions.most_common()]}")
    print(f"refunds: {[(str(reason), times) for reason, times in run.refunds.most_common()]}")
    assert run.steps >= STEPS_WANTED
    taken = {step for step in run.transitions if step[0] is not step[1]}
    every = {(before, after) for before, steps in TRANSITIONS.items() for after in steps}
    assert every - taken <= SELDOM, every - taken
    assert run.refunds.keys() == set(RefundReason), run.refunds


SELDOM = {
    (OrderState.PAYING, OrderState.NEEDS_ATTENTION),
    (OrderState.PAID, OrderState.NEEDS_ATTENTION),
    (OrderState.CANCELLING, OrderState.NEEDS_ATTENTION),
    (OrderState.REFUNDING, OrderState.NEEDS_ATTENTION),
    *((OrderState.NEEDS_ATTENTION, after) for after in TRANSITIONS[OrderState.NEEDS_ATTENTION]),
}
"""Steps that need a gateway which contradicts itself or is away for hours: not every shard comes by them."""


class AsksForRefundsUnderFreshKeys(SimulatedGateway):
    """A repeated refund is another one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._asked = count(1)

    async def refund(self, payment: Payment, refund: Refund) -> RefundSeen:
        return await super().refund(payment, msgspec.structs.replace(refund, failures=next(self._asked)))


class TakesSilenceForADecline(SimulatedGateway):
    """A lost answer counts as a decline."""

    async def start(self, request: PaymentRequest) -> PaymentSeen:
        try:
            return await super().start(request)
        except PaymentUnavailable:
            return PaymentSeen(state=PaymentState.DECLINED, reason="no answer")


class CancelsWithoutAsking(SimulatedGateway):
    """Payments are taken for stopped, and the gateway is not told."""

    async def cancel(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        return PaymentSeen(state=PaymentState.CANCELLED)


class TakesSilenceForARefund(SimulatedGateway):
    """A refund whose answer was lost counts as done."""

    async def refund(self, payment: Payment, refund: Refund) -> RefundSeen:
        try:
            return await super().refund(payment, refund)
        except PaymentUnavailable:
            return RefundSeen(state=RefundState.DONE, amount_minor=refund.amount_minor, key=refund.key)


class WritesWithoutLooking(FakeOrderLedger):
    """A step is written whatever the order's state and version are by now."""

    async def move(self, move: OrderMove, then: OrderMove | None = None) -> MoveOutcome:
        self.placed[move.before.order_id] = move.before
        return await super().move(move, then)


class ClaimsWithoutAUniqueIndex(FakeOrderLedger):
    """Seats are written over whoever has them."""

    def _refused(self, move: OrderMove) -> None:
        rows = self._ledger.rows
        for seat_id in move.before.seat_ids:
            row = rows.get((move.before.event_id, seat_id))
            if (move.claim or move.booking) and row is not None and row.owner_id != move.before.order_id:
                del rows[move.before.event_id, seat_id]


class RefundsBeforeTheStepIsWritten(Stage):
    """Money goes back first, and what is owed is written down then."""

    def __init__(self, *, refuses_cancelled: bool) -> None:
        super().__init__(refuses_cancelled=refuses_cancelled)
        bank = self.bank

        class Orders(FakeOrderLedger):
            async def move(self, move: OrderMove, then: OrderMove | None = None) -> MoveOutcome:
                for refund in move.refunds:
                    at_bank = bank.payments.get(refund.payment_id)
                    if at_bank is not None and at_bank.state is PaymentState.CAPTURED:
                        hasty = msgspec.structs.replace(refund, failures=1_000)
                        await bank.refund(self.payments[refund.payment_id], hasty)
                return await super().move(
                    msgspec.structs.replace(
                        move, refunds=tuple(msgspec.structs.replace(it, failures=1_000) for it in move.refunds)
                    ),
                    then,
                )

        self.ledger.orders = Orders(self.ledger, self.clock)


def _with_bank(bank: type[SimulatedGateway]) -> type[Stage]:
    class WithBank(Stage):
        def __init__(self, *, refuses_cancelled: bool) -> None:
            super().__init__(refuses_cancelled=refuses_cancelled)
            self.bank = bank(self.clock, refuses_cancelled=refuses_cancelled)

    return WithBank


def _with_orders(orders: type[FakeOrderLedger]) -> type[Stage]:
    class WithOrders(Stage):
        def __init__(self, *, refuses_cancelled: bool) -> None:
            super().__init__(refuses_cancelled=refuses_cancelled)
            self.ledger.orders = orders(self.ledger, self.clock)

    return WithOrders


DEFECTS = {
    AsksForRefundsUnderFreshKeys: _with_bank(AsksForRefundsUnderFreshKeys),
    TakesSilenceForADecline: _with_bank(TakesSilenceForADecline),
    CancelsWithoutAsking: _with_bank(CancelsWithoutAsking),
    TakesSilenceForARefund: _with_bank(TakesSilenceForARefund),
    WritesWithoutLooking: _with_orders(WritesWithoutLooking),
    ClaimsWithoutAUniqueIndex: _with_orders(ClaimsWithoutAUniqueIndex),
    RefundsBeforeTheStepIsWritten: RefundsBeforeTheStepIsWritten,
}


@pytest.mark.no_cover
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
def test_a_defect_is_found(defect: type) -> None:
    run = Run()
    with pytest.raises(AssertionError):
        _drive(run, DEFECTS[defect], seed_used=1, examples=EXAMPLES_TO_FIND_A_DEFECT_MAX)
    print(f"{defect.__name__}: found after {run.examples} examples, {run.steps} steps")


def _drive(run: Run, stage: type[Stage], *, seed_used: int, examples: int) -> None:
    """Many examples of the machine; the first one that breaks a promise is raised as it was found."""

    @seed(seed_used)
    class Machine(OrderMachine):
        def __init__(self) -> None:
            super().__init__(run, stage)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS_PER_EXAMPLE,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
