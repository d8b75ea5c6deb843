"""The demo's gateway: one transaction for each order, and a card that is always declined."""

import pytest

from frontrow.adapters.payments.demo import DECLINED_CARD, DemoGateway
from frontrow.domain.payment import Declined, Paid, PaymentOutcome


async def charge(reference: str, card_number: str | None = None) -> PaymentOutcome:
    return await DemoGateway().charge(reference, amount_minor=4_500, currency="USD", card_number=card_number)


@pytest.mark.parametrize("card", [None, "4242 4242 4242 4242", "", "no card at all"])
async def test_any_card_pays_and_so_does_none(card: str | None) -> None:
    assert isinstance(await charge("1-order", card), Paid)


async def test_a_charge_repeated_is_the_same_transaction() -> None:
    assert await charge("1-order") == await charge("1-order", "4242424242424242")
    assert await charge("1-order") != await charge("2-order")


@pytest.mark.parametrize("card", [DECLINED_CARD, "4000 0000 0000 0002", "4000-0000-0000-0002"])
async def test_one_card_is_always_declined(card: str) -> None:
    assert await charge("1-order", card) == Declined("the card was declined")


async def test_a_refund_may_be_asked_for_at_any_time() -> None:
    for _ in range(2):
        await DemoGateway().refund("1-order")
        await DemoGateway().refund_part("1-order", "a1", amount_minor=4_500, currency="USD")
