"""Erasing a person while they order: an open order keeps its person, and is told of."""

import pytest

from frontrow.domain.ids import UserId
from frontrow.domain.order import OrderState
from frontrow.services.callers import Caller
from frontrow.services.erasing import Erasing, OrdersStillOpen, PersonErased
from frontrow.services.order_outcomes import OrderShown, PlaceRequest
from frontrow.services.outcomes import RoleMissing
from tests.support.fake_event_books import FakeEventBooks
from tests.support.fake_ledger import FakeLedger
from tests.support.house import CONTACT, House, user

ANN, ADMIN = user("ann"), user("root", "admin")


@pytest.fixture
def erasing(house: House, ledger: FakeLedger) -> Erasing:
    return Erasing(orders=house.order_ledger, books=FakeEventBooks(ledger))


async def placed(house: House, names: str) -> OrderShown:
    shown = await house.orders.place(ANN, PlaceRequest(hold_id=await house.held(ANN, names), customer=CONTACT))
    assert isinstance(shown, OrderShown)
    return shown


async def test_nothing_is_erased_of_whoever_has_an_open_order(
    house: House, ledger: FakeLedger, erasing: Erasing
) -> None:
    booking = await house.sold(ANN, "A1")
    order = (await placed(house, "A2")).order
    assert await erasing.erase(ADMIN, user_id=ANN.user_id) == OrdersStillOpen((order.order_id,))
    assert ledger.drafts[booking.booking_id].booking.user_id == ANN.user_id
    await house.orders.cancel(ANN, order.order_id)
    assert await erasing.erase(ADMIN, user_id=ANN.user_id) == PersonErased(2)
    assert ledger.drafts[booking.booking_id].booking.user_id != ANN.user_id


@pytest.mark.parametrize("by", [{"user_id": UserId("ann")}, {"email": CONTACT.email}])
async def test_an_order_that_is_placed_meanwhile_keeps_its_person_and_is_told_of(
    house: House, ledger: FakeLedger, erasing: Erasing, by: dict[str, str]
) -> None:
    booking = await house.sold(ANN, "A1")
    hold_id = await house.held(ANN, "A2")

    async def orders_meanwhile() -> None:
        await house.orders.place(ANN, PlaceRequest(hold_id=hold_id, customer=CONTACT))

    house.ledger_faults.before("erase_person", orders_meanwhile)
    outcome = await erasing.erase(ADMIN, **by)  # type: ignore[arg-type]
    (order,) = ledger.orders.placed.values()
    assert outcome == OrdersStillOpen((order.order_id,))
    assert (order.state, order.user_id, order.customer) == (OrderState.CLAIMED, ANN.user_id, CONTACT)
    assert ledger.drafts[booking.booking_id].booking.user_id != ANN.user_id


async def test_only_admins_erase(erasing: Erasing) -> None:
    caller: Caller = ANN
    assert isinstance(await erasing.erase(caller, user_id=ANN.user_id), RoleMissing)
