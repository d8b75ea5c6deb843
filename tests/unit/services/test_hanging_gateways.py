"""A gateway that hangs keeps nobody else waiting: seats come free, and it is asked seldom; a fault of ours ends."""

import asyncio

import pytest
from structlog.testing import capture_logs

from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_decisions import ATTENTION_AFTER_MS
from frontrow.domain.payment import Payment, PaymentSeen, PaymentUnknown
from frontrow.services.callers import Caller
from frontrow.services.order_keeper import Lane
from frontrow.services.order_outcomes import OrderShown, PayRequest, PlaceRequest
from frontrow.services.ordering import PAYMENT_MS
from frontrow.services.resting_gateways import HANGS_AFTER_MS, REST_MS, RestingGateway
from tests.support.eventually import eventually
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.house import CONTACT, EVENT, House, user
from tests.support.payments import payment_of, payment_request
from tests.support.simulated_gateway import Card, SimulatedGateway

ANN, BOB = user("ann"), user("bob")


class HangingGateway(SimulatedGateway):
    """No call that a payment is looked up or stopped by ends before `answers` is set."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.answers = asyncio.Event()

    async def look_up(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        await self.answers.wait()
        return await super().look_up(payment)

    async def cancel(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        await self.answers.wait()
        return await super().cancel(payment)


async def placed(house: House, who: Caller, names: str) -> Order:
    shown = await house.orders.place(who, PlaceRequest(hold_id=await house.held(who, names), customer=CONTACT))
    assert isinstance(shown, OrderShown)
    return shown.order


@pytest.fixture
async def bank(clock: FakeClock) -> HangingGateway:
    return HangingGateway(clock)


@pytest.fixture
async def house(store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock, bank: HangingGateway) -> House:
    made = House(store, ledger, clock, sleep=clock.sleep, gateway=bank)
    await made.open()
    return made


async def test_a_claim_that_ran_out_comes_free_while_a_gateway_hangs(
    house: House, ledger: FakeLedger, clock: FakeClock
) -> None:
    waits = [await placed(house, ANN, f"A{number}") for number in range(1, 9)]
    for order in waits:
        await house.orders.pay(ANN, order.order_id, PayRequest(card_number=Card.SLOW))
    unpaid = await placed(house, BOB, "B1")
    clock.advance(PAYMENT_MS)
    keeping = asyncio.create_task(house.order_keeper.run())
    try:
        await eventually(lambda: order_of(ledger, unpaid).state is OrderState.EXPIRED, "the unpaid order expires")
        assert {order_of(ledger, it).state for it in waits} <= {OrderState.PAYING, OrderState.CANCELLING}
        assert (EVENT, "B1") not in ledger.rows
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_orders_that_wait_for_a_gateway_are_left_to_the_lane_that_asks_it(
    house: House, bank: HangingGateway, clock: FakeClock
) -> None:
    order = await placed(house, ANN, "A1")
    await house.orders.pay(ANN, order.order_id, PayRequest(card_number=Card.SLOW))
    clock.advance(PAYMENT_MS)
    bank.answers.set()
    assert await house.order_keeper.keep_once([Lane.SEATS, Lane.REFUNDS]) == 0
    assert await house.order_keeper.keep_once([Lane.PAYMENTS]) == 1


class SlowToFail(SimulatedGateway):
    """Every call that it does not answer takes `takes_ms`."""

    takes_ms = HANGS_AFTER_MS

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self._moved = clock

    async def look_up(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        try:
            return await super().look_up(payment)
        except PaymentUnavailable:
            self._moved.advance(self.takes_ms)
            await asyncio.sleep(0)
            raise


PAYMENT = payment_of(payment_request())


async def refused(gateway: RestingGateway) -> None:
    with pytest.raises(PaymentUnavailable):
        await gateway.look_up(PAYMENT)


async def test_a_gateway_that_hangs_is_let_alone_and_then_tried_by_one_call(clock: FakeClock) -> None:
    bank = SlowToFail(clock)
    bank.is_down = True
    resting = RestingGateway(bank, clock)
    await refused(resting)
    for _ in range(5):
        await refused(resting)
    assert len(bank.calls) == 1
    clock.advance(REST_MS)
    await asyncio.gather(*(refused(resting) for _ in range(5)))
    assert len(bank.calls) == 2
    clock.advance(REST_MS)
    bank.is_down = False
    for _ in range(3):
        assert await resting.look_up(PAYMENT) == PaymentUnknown()
    assert len(bank.calls) == 5


async def test_a_gateway_that_refuses_at_once_is_asked_again_at_once(clock: FakeClock) -> None:
    bank = SlowToFail(clock)
    bank.is_down, bank.takes_ms = True, 0
    resting = RestingGateway(bank, clock)
    for _ in range(3):
        await refused(resting)
    assert len(bank.calls) == 3
    bank.takes_ms = HANGS_AFTER_MS
    await refused(resting)
    clock.advance(REST_MS)
    bank.takes_ms = 0
    for _ in range(3):
        await refused(resting)
    assert len(bank.calls) == 7


async def test_the_background_lets_a_hanging_gateway_alone(
    store: FakeHoldStore, ledger: FakeLedger, clock: FakeClock
) -> None:
    bank = SlowToFail(clock)
    house = House(store, ledger, clock, sleep=clock.sleep, gateway=bank)
    await house.open()
    orders = [await placed(house, ANN, f"A{number}") for number in range(1, 4)]
    for order in orders:
        await house.orders.pay(ANN, order.order_id, PayRequest(card_number=Card.SLOW))
    bank.is_down = True
    clock.advance(20_000)
    await house.order_keeper.keep_once()
    await house.order_keeper.keep_once()
    asked = len(bank.calls)
    clock.advance(REST_MS // 2)
    await house.order_keeper.keep_once()
    assert len(bank.calls) == asked


async def test_an_order_that_fails_by_a_fault_of_ours_is_put_off_and_shown_to_people_in_the_end(
    house: House, ledger: FakeLedger, bank: HangingGateway, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await placed(house, ANN, "A1")
    await house.orders.pay(ANN, order.order_id, PayRequest(card_number=Card.UNSTOPPABLE))

    async def fails(_: Payment) -> PaymentSeen:
        raise ValueError("a fault")

    monkeypatch.setattr(bank, "cancel", fails)
    monkeypatch.setattr(bank, "look_up", fails)
    with capture_logs() as logs:
        for _ in range(2 * ATTENTION_AFTER_MS // PAYMENT_MS):
            clock.advance(PAYMENT_MS)
            await house.order_keeper.keep_once()
    assert order_of(ledger, order).state is OrderState.NEEDS_ATTENTION
    failures = [it for it in logs if it["event"] == "order_failed"]
    assert failures[0]["order_id"] == order.order_id
    assert failures[0]["exc_info"]


def order_of(ledger: FakeLedger, order: Order) -> Order:
    return ledger.orders.placed[order.order_id]
