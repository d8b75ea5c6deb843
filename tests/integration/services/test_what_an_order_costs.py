"""What one paid order asks of the ledger, counted: a read or a write more is more for every order there will be."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from frontrow.domain.booking import IdempotencyKey
from frontrow.services.order_outcomes import OrderShown, PayRequest, PlaceRequest
from tests.support.house import CONTACT, EVENT, House, user
from tests.support.simulated_gateway import Card

ANN = user("ann")
PAYS = PayRequest(card_number=Card.PAYS)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement that is sent to a database from now on, its first words."""
    sent: list[str] = []

    def note(*told: object) -> None:
        sent.append(" ".join(str(told[2]).split()[:3]))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.mark.parametrize(("key", "writes_max", "statements_max"), [(None, 4, 15), ("k", 5, 21)])
async def test_a_paid_order_is_a_handful_of_transactions(
    house: House, statements: list[str], key: str | None, writes_max: int, statements_max: int
) -> None:
    hold_id = await house.held(ANN, "A1 A2")
    await house.catalog.sale(EVENT)
    place, pay = (
        None if key is None else IdempotencyKey(ANN.user_id, route, key, "body") for route in ("place", "pay")
    )
    statements.clear()
    placed = await house.orders.place(ANN, PlaceRequest(hold_id=hold_id, customer=CONTACT), place)
    assert isinstance(placed, OrderShown)
    paid = await house.orders.pay(ANN, placed.order.order_id, PAYS, pay)
    assert isinstance(paid, OrderShown) and paid.booking is not None
    sent = [one for one in statements if not one.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]
    assert sum(one.startswith("BEGIN") for one in statements) <= writes_max, statements
    assert len(sent) <= statements_max, sent


async def test_what_is_answered_without_reading_is_what_a_reader_reads(house: House) -> None:
    request = PlaceRequest(hold_id=await house.held(ANN, "A1 A2"), customer=CONTACT)
    placed = await house.orders.place(ANN, request)
    assert isinstance(placed, OrderShown)
    assert await house.orders.order(ANN, placed.order.order_id) == placed
    paid = await house.orders.pay(ANN, placed.order.order_id, PAYS)
    assert isinstance(paid, OrderShown)
    assert await house.orders.order(ANN, placed.order.order_id) == paid
