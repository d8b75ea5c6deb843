"""Orders on real stores: claims and bookings reach Valkey whoever dies, and late payments take their seats again."""

import pytest

from frontrow.domain.booking import SeatRowState
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import Cold
from frontrow.domain.order import Order, OrderState
from frontrow.domain.payment import PaymentState
from frontrow.services.order_outcomes import OrderShown, PayRequest, PlaceRequest
from frontrow.services.ordering import PAYMENT_MS
from frontrow.services.outcomes import HoldRequest, HoldShown
from frontrow.services.relay import TAKE_OVER_AFTER_MS
from tests.integration.services.conftest import Process
from tests.support.fake_clock import SkippingClock
from tests.support.faults import ProcessDied
from tests.support.house import CONTACT, EVENT, House, seats, tables, user
from tests.support.simulated_gateway import Card

ANN, BOB, SHOP = user("ann: 100% {b}"), user("bob"), user("shop", "integrator")
PAYS = PayRequest(card_number=Card.PAYS)
SEATS = seats("A1 A2 W1 W2 W3 W4")


async def held(house: House) -> PlaceRequest:
    hold = await house.holds.hold(ANN, EVENT, HoldRequest(seats("A1 A2"), tables("W")))
    assert isinstance(hold, HoldShown)
    return PlaceRequest(hold_id=hold.hold_id, customer=CONTACT)


async def placed(house: House) -> Order:
    answer = await house.orders.place(ANN, await held(house))
    assert isinstance(answer, OrderShown), answer
    return answer.order


async def sold_as(house: House) -> dict[str, set[str]]:
    """What the store has as sold, by state: the owners."""
    sold = await house.real_store.sold_seats(EVENT)
    assert not isinstance(sold, Cold)
    found: dict[str, set[str]] = {}
    for state, owner_id in sold.values():
        found.setdefault(state.value, set()).add(owner_id)
    return found


async def state_of(house: House, order: Order) -> OrderState:
    stands = await house.order_ledger.order(order.order_id)
    assert stands is not None
    return stands.state


async def settle(house: House, clock: SkippingClock) -> None:
    clock.skip(TAKE_OVER_AFTER_MS + 1)
    await house.relay.relay_once()
    await house.reconciler.reconcile(EVENT)


async def test_an_order_is_claimed_paid_and_booked_with_its_table(house: House, clock: SkippingClock) -> None:
    order = await placed(house)
    assert await sold_as(house) == {"claimed": {order.order_id}}
    assert await house.real_store.read(EVENT, order.hold_id) is None
    paid = await house.orders.pay(ANN, order.order_id, PAYS)
    assert isinstance(paid, OrderShown)
    assert paid.booking is not None
    assert (paid.booking.seat_ids, paid.booking.table_ids) == (SEATS, tables("W"))
    assert await sold_as(house) == {"booked": {paid.booking.booking_id}}
    await settle(house, clock)
    assert await house.broken_promises(ANN) == []


async def test_an_order_given_up_frees_its_seats_for_good(house: House, clock: SkippingClock) -> None:
    order = await placed(house)
    await house.orders.cancel(ANN, order.order_id)
    assert await sold_as(house) == {}
    assert isinstance(await house.hold(BOB, "A1"), HoldShown)
    await settle(house, clock)
    assert await house.broken_promises(ANN, BOB) == []


@pytest.mark.parametrize("call", ["begin_booking", "finish_booking"])
@pytest.mark.parametrize("dies_before", [True, False])
async def test_a_claim_is_finished_by_whoever_repeats_the_request(
    house: House, process: Process, clock: SkippingClock, call: str, dies_before: bool
) -> None:
    request = await held(house)
    strike = house.store_faults.before if dies_before else house.store_faults.after
    strike(call, ProcessDied())
    with pytest.raises(ProcessDied):
        await house.orders.place(ANN, request)
    other = await process()
    await settle(other, clock)
    again = await other.orders.place(ANN, request)
    if call == "begin_booking" and not dies_before:
        assert not isinstance(again, OrderShown), "its marks are still live"
        return
    assert isinstance(again, OrderShown)
    assert again.order.state is OrderState.CLAIMED
    assert await sold_as(other) == {"claimed": {again.order.order_id}}


@pytest.mark.parametrize("by", ["relay", "reconciler"])
async def test_a_claim_that_became_a_booking_is_free_at_no_moment(house: House, clock: SkippingClock, by: str) -> None:
    order = await placed(house)
    house.store_faults.before("finish_booking", StoreUnavailable("away"))
    await house.orders.pay(ANN, order.order_id, PAYS)
    assert await sold_as(house) == {"claimed": {order.order_id}}
    clock.skip(TAKE_OVER_AFTER_MS + 1)
    if by == "reconciler":
        tasks = await house.real_ledger.outbox(older_than_ms=clock.now_ms(), limit=100)
        await house.real_ledger.outbox_done([task.task_id for task in tasks])
        house.store_faults.calls.clear()
        await house.reconciler.reconcile(EVENT)
        assert "free_seats" not in house.store_faults.calls
    else:
        await house.relay.relay_once()
    rows = {row.owner_id for row in await house.real_ledger.live_seats(EVENT) if row.state is SeatRowState.BOOKED}
    assert await sold_as(house) == {"booked": rows}
    await settle(house, clock)
    assert await house.broken_promises(ANN) == []


async def test_a_late_payment_takes_seats_and_table_again(house: House, clock: SkippingClock) -> None:
    order = await placed(house)
    paying = await house.orders.pay(ANN, order.order_id, PayRequest())
    assert isinstance(paying, OrderShown)
    clock.skip(PAYMENT_MS)
    await house.order_keeper.keep_once()
    assert await state_of(house, order) is OrderState.EXPIRED
    bank = house.bank.payments[paying.payments[0].payment_id]
    bank.state, bank.captured_minor, bank.captured_currency = PaymentState.CAPTURED, order.amount_minor, "USD"
    await house.ordering.steps.advance(order.order_id, look_at=bank.request.payment_id)
    assert await state_of(house, order) is OrderState.BOOKED
    await settle(house, clock)
    assert await house.broken_promises(ANN) == []


async def test_what_a_shop_holds_it_sells_to_somebody_else_and_nothing_of_its_hold_is_left(
    house: House, clock: SkippingClock
) -> None:
    hold_id = await house.held(SHOP, "A1 A2")
    answer = await house.orders.place(SHOP, PlaceRequest(hold_id=hold_id, customer=CONTACT, user_id=ANN.user_id))
    assert isinstance(answer, OrderShown)
    assert await house.real_store.user_seats([EVENT], SHOP.user_id) == []
    await house.orders.pay(SHOP, answer.order.order_id, PAYS)
    await settle(house, clock)
    assert await house.broken_promises(ANN, SHOP) == []
