"""The demo bank tells the shop what came of a payment, also of one that is paid late, and whatever goes wrong."""

import pytest

from frontrow.adapters.payments.demo import DemoPayments
from frontrow.domain.errors import LedgerUnavailable, PaymentUnavailable
from frontrow.domain.ids import PaymentId
from frontrow.domain.payment import GatewayCallback
from frontrow.ports.demo_bank import DemoStage, SignedCallback
from frontrow.services.background import Background
from frontrow.services.demo_desk import DemoDesk
from tests.support.demo_books import BooksInMemory
from tests.support.fake_clock import FakeClock
from tests.support.payments import payment_request

PAYMENT = PaymentId("7-payment")


class Shop:
    """A desk, and what the shop was told."""

    def __init__(self) -> None:
        self.clock, self.background = FakeClock(), Background()
        self.bank = DemoPayments(BooksInMemory(), clock=self.clock, key=b"k" * 32, sleep=self.clock.sleep)
        self.desk = DemoDesk(self.bank, deliver=self._take, background=self.background, sleep=self.clock.sleep)
        self.told: list[str] = []
        self.is_away = False

    async def _take(self, told: SignedCallback) -> None:
        if self.is_away:
            raise LedgerUnavailable("away")
        opened = self.bank.callback(told.headers, told.body, now_ms=self.clock.now_ms())
        assert isinstance(opened, GatewayCallback)
        self.told.append(opened.callback_id)


@pytest.fixture
async def shop() -> Shop:
    shop = Shop()
    await shop.bank.start(payment_request())
    return shop


async def test_what_changes_at_the_desk_is_told_once_and_a_decline_is_not(shop: Shop) -> None:
    await shop.desk.pay(PAYMENT, "4000000000000002")
    await shop.desk.pay(PAYMENT, "4000000000003220")
    await shop.desk.confirm(PAYMENT, accepted=True)
    assert shop.told == ["7-payment.3.second_step", "7-payment.4.paid"]


async def test_a_late_payment_is_told_once_it_is_paid(shop: Shop) -> None:
    shown = await shop.desk.pay(PAYMENT, "4000000000000077")
    assert shown is not None
    assert (shown.stage, shop.told) == (DemoStage.WAITING, [])
    await shop.background.finished()
    assert shop.told == ["7-payment.2.paid"]


async def test_a_late_payment_is_told_once_however_often_its_card_is_tried(shop: Shop) -> None:
    for _ in range(5):
        await shop.desk.pay(PAYMENT, "4000000000000077")
    await shop.background.finished()
    assert shop.told == ["7-payment.2.paid"]


async def test_a_shop_that_is_away_costs_the_buyer_nothing(shop: Shop) -> None:
    shop.is_away = True
    shown = await shop.desk.pay(PAYMENT, "4242424242424242")
    assert shown is not None
    assert shown.stage is DemoStage.PAID


async def test_a_lost_answer_is_told_by_nobody(shop: Shop) -> None:
    with pytest.raises(PaymentUnavailable):
        await shop.desk.pay(PAYMENT, "4000000000000119")
    assert shop.told == []


async def test_what_the_bank_has_never_heard_of_is_nothing(shop: Shop) -> None:
    unknown = PaymentId("8-payment")
    assert await shop.desk.pay(unknown, "4242424242424242") is None
    assert await shop.desk.confirm(unknown, accepted=True) is None
    assert await shop.desk.give_up(unknown) is None
