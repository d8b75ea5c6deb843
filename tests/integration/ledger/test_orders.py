"""Orders: kept as they were placed, for ever, the first under its id."""

import asyncio

import msgspec
import pytest

from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.event import Event
from frontrow.domain.ids import OrderId
from tests.integration.ledger.drafts import event_on_sale, order


@pytest.mark.parametrize("phone", [None, "", "+44 20 7946 0000"])
async def test_an_order_comes_back_as_it_was_placed(phone: str | None, ledger: SqlLedger, gala: Event) -> None:
    placed = order(gala, "B7 A1 A2", phone=phone)
    assert await ledger.add_order(placed) == placed
    assert await ledger.order(placed.order_id) == placed


async def test_the_first_order_under_an_id_stands(ledger: SqlLedger, gala: Event) -> None:
    first = await ledger.add_order(order(gala, "A1"))
    second = msgspec.structs.replace(first, amount_minor=1, created_at_ms=first.created_at_ms + 5)
    assert await ledger.add_order(second) == first
    assert await ledger.order(first.order_id) == first


async def test_of_orders_placed_at_once_under_one_id_one_stands(ledger: SqlLedger, gala: Event) -> None:
    first = order(gala, "A1")
    placed = [msgspec.structs.replace(first, amount_minor=amount) for amount in range(5)]
    stands = await asyncio.gather(*(ledger.add_order(it) for it in placed))
    assert {it.amount_minor for it in stands} == {stands[0].amount_minor}
    assert await ledger.order(first.order_id) == stands[0]


@pytest.mark.parametrize("order_id", ["1-AAAAAAAAAAAAAAAAAAAAAA", "99-AAAAAAAAAAAAAAAAAAAAAA", "no id at all", ""])
async def test_an_order_that_is_not_there_is_none(order_id: str, ledger: SqlLedger, gala: Event) -> None:
    await ledger.add_order(order(gala, "A1"))
    assert await ledger.order(OrderId(order_id)) is None


async def test_an_order_is_its_events_alone(ledger: SqlLedger, gala: Event) -> None:
    other = await event_on_sale(ledger, "matinee")
    mine, theirs = order(gala, "A1"), order(other, "A1")
    await ledger.add_order(mine)
    await ledger.add_order(theirs)
    assert await ledger.order(mine.order_id) == mine
    assert await ledger.order(theirs.order_id) == theirs
