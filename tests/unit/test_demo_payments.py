"""The demo's bank: what each of its cards does, what is repeated, what is stopped, and what is given back."""

import asyncio
from pathlib import Path

import pytest

from frontrow.adapters.payments.demo import LATE_MS, SLOW_MS, DemoPayments
from frontrow.adapters.payments.demo_cards import TEST_CARDS
from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.ids import PaymentId
from frontrow.domain.payment import (
    CallbackRefused,
    GatewayCallback,
    PaymentSeen,
    PaymentState,
    RefundState,
)
from frontrow.ports import PaymentGateway
from frontrow.ports.demo_bank import CardConduct, Decline, DemoBank, DemoPaymentShown, DemoStage
from tests.support.demo_books import BooksInMemory
from tests.support.fake_clock import FakeClock
from tests.support.payments import payment_of, payment_request, refund_of

PAYMENTS_PAGE = Path(__file__).parents[2] / "docs" / "payments.md"
NUMBERS = {card.conduct: card.number for card in TEST_CARDS}


class Bank:
    """A bank with its books and its clock."""

    def __init__(self) -> None:
        self.books, self.clock = BooksInMemory(), FakeClock()
        self.gateway = DemoPayments(self.books, clock=self.clock, key=b"k" * 32, sleep=self.clock.sleep)

    async def started(self, conduct: CardConduct | None = None, payment_id: str = "7-payment") -> PaymentSeen:
        card = None if conduct is None else NUMBERS[conduct]
        return await self.gateway.start(payment_request(payment_id, card_number=card))

    async def state(self, payment_id: str = "7-payment") -> PaymentState:
        seen = await self.gateway.look_up(payment_of(payment_request(payment_id)))
        assert isinstance(seen, PaymentSeen)
        return seen.state

    async def paid_with(self, conduct: CardConduct) -> DemoPaymentShown:
        shown = await self.gateway.pay(PaymentId("7-payment"), NUMBERS[conduct])
        assert shown is not None
        return shown


@pytest.fixture
def bank() -> Bank:
    return Bank()


def test_it_is_both_a_gateway_and_a_bank(bank: Bank) -> None:
    gateway: PaymentGateway = bank.gateway
    counter: DemoBank = bank.gateway
    assert (gateway.name, len(counter.cards)) == ("demo", len(CardConduct))


async def test_a_card_that_pays_is_captured_at_once_and_repeated_with_one_effect(bank: Bank) -> None:
    seen = await bank.started(CardConduct.PAYS)
    assert (seen.state, seen.captured_minor, seen.captured_currency) == (PaymentState.CAPTURED, 9_000, "USD")
    assert await bank.started(CardConduct.DECLINED) == seen
    assert bank.books.writes == 1


@pytest.mark.parametrize("card", ["", "no card at all", "4111 1111 1111 1111"])
async def test_any_other_card_pays(bank: Bank, card: str) -> None:
    seen = await bank.gateway.start(payment_request(card_number=card))
    assert seen.state is PaymentState.CAPTURED


@pytest.mark.parametrize("card", ["4000000000000002", "4000 0000 0000 0002", "4000-0000-0000-0002"])
async def test_a_declined_card_that_was_sent_along_ends_the_payment(bank: Bank, card: str) -> None:
    seen = await bank.gateway.start(payment_request(card_number=card))
    assert (seen.state, seen.reason) == (PaymentState.DECLINED, "the card was declined")
    assert (await bank.paid_with(CardConduct.PAYS)).stage is DemoStage.DECLINED


async def test_without_a_card_the_buyer_is_sent_to_the_card_page(bank: Bank) -> None:
    seen = await bank.started()
    assert seen.state is PaymentState.ACTION_REQUIRED
    assert seen.action is not None
    assert (seen.action.kind, seen.action.url) == ("redirect", "/pay/demo/7-payment")


async def test_on_the_card_page_a_declined_card_leaves_room_for_another(bank: Bank) -> None:
    await bank.started()
    declined = await bank.paid_with(CardConduct.NO_FUNDS)
    assert (declined.stage, declined.decline, declined.card_end) == (DemoStage.CARD, Decline.NO_FUNDS, "9995")
    assert await bank.state() is PaymentState.ACTION_REQUIRED
    paid = await bank.paid_with(CardConduct.PAYS)
    assert (paid.stage, paid.decline) == (DemoStage.PAID, None)


@pytest.mark.parametrize(("accepted", "stage"), [(True, DemoStage.PAID), (False, DemoStage.CARD)])
async def test_a_second_step_is_confirmed_or_refused(bank: Bank, accepted: bool, stage: DemoStage) -> None:
    assert (await bank.started(CardConduct.SECOND_STEP)).state is PaymentState.ACTION_REQUIRED
    shown = await bank.gateway.confirm(PaymentId("7-payment"), accepted=accepted)
    assert shown is not None
    assert (shown.stage, shown.decline) == (stage, None if accepted else Decline.NOT_CONFIRMED)
    assert await bank.gateway.confirm(PaymentId("7-payment"), accepted=True) == shown


async def test_a_lost_answer_is_learnt_by_asking_again(bank: Bank) -> None:
    with pytest.raises(PaymentUnavailable):
        await bank.started(CardConduct.ANSWER_LOST)
    assert await bank.state() is PaymentState.CAPTURED
    assert (await bank.started(CardConduct.ANSWER_LOST)).state is PaymentState.CAPTURED


async def test_the_slow_card_takes_some_seconds(bank: Bank) -> None:
    assert (await bank.started(CardConduct.SLOW)).state is PaymentState.CAPTURED
    assert bank.clock.slept_s == [4]


async def test_the_late_card_is_paid_later_whatever_happens_meanwhile(bank: Bank) -> None:
    assert (await bank.started(CardConduct.LATE)).state is PaymentState.PROCESSING
    stopped = await bank.gateway.cancel(payment_of(payment_request()))
    assert isinstance(stopped, PaymentSeen)
    assert stopped.state is PaymentState.PROCESSING
    bank.clock.advance(LATE_MS)
    assert await bank.state() is PaymentState.CAPTURED


async def test_what_is_cancelled_is_never_taken(bank: Bank) -> None:
    await bank.started()
    payment = payment_of(payment_request())
    stopped = await bank.gateway.cancel(payment)
    assert isinstance(stopped, PaymentSeen)
    assert stopped.state is PaymentState.CANCELLED
    assert (await bank.paid_with(CardConduct.PAYS)).stage is DemoStage.CANCELLED
    assert (await bank.started(CardConduct.PAYS)).state is PaymentState.CANCELLED


async def test_what_is_cancelled_before_it_began_never_begins(bank: Bank) -> None:
    assert await bank.gateway.shown(PaymentId("7-payment")) is None
    await bank.gateway.cancel(payment_of(payment_request()))
    assert (await bank.started(CardConduct.PAYS)).state is PaymentState.CANCELLED


async def test_of_a_card_and_a_cancellation_at_once_one_wins(bank: Bank) -> None:
    for turn in range(10):
        await bank.started(payment_id=f"{turn}-payment")
        payment = payment_of(payment_request(f"{turn}-payment"))
        await asyncio.gather(
            bank.gateway.cancel(payment), bank.gateway.pay(payment.payment_id, NUMBERS[CardConduct.PAYS])
        )
        assert await bank.state(f"{turn}-payment") in (PaymentState.CAPTURED, PaymentState.CANCELLED)


async def test_refunds_happen_once_under_their_key_and_never_beyond_what_was_taken(bank: Bank) -> None:
    payment = payment_of(payment_request(), await bank.started(CardConduct.PAYS))
    first = await bank.gateway.refund(payment, refund_of(payment, 5_000))
    assert first.state is RefundState.DONE
    assert await bank.gateway.refund(payment, refund_of(payment, 5_000)) == first
    beyond = await bank.gateway.refund(payment, refund_of(payment, 4_001, name="other"))
    assert (beyond.state, beyond.reason) == (RefundState.FAILED, "more than was taken cannot be given back")
    await bank.gateway.refund(payment, refund_of(payment, 4_000, name="rest"))
    listed = await bank.gateway.refunds_of(payment)
    assert [(seen.key, seen.state) for seen in listed] == [
        ("refund-0", RefundState.DONE),
        ("other-0", RefundState.FAILED),
        ("rest-0", RefundState.DONE),
    ]


async def test_one_card_s_first_refund_fails_and_another_key_succeeds(bank: Bank) -> None:
    payment = payment_of(payment_request(), await bank.started(CardConduct.REFUND_FAILS))
    for _ in range(2):
        assert (await bank.gateway.refund(payment, refund_of(payment, 9_000))).state is RefundState.FAILED
    again = await bank.gateway.refund(payment, refund_of(payment, 9_000, failures=1))
    assert again.state is RefundState.DONE


async def test_what_was_never_taken_is_not_refunded(bank: Bank) -> None:
    await bank.started()
    payment = payment_of(payment_request())
    assert (await bank.gateway.refund(payment, refund_of(payment, 1))).state is RefundState.FAILED


async def test_callbacks_are_believed_while_fresh_and_unchanged(bank: Bank) -> None:
    await bank.started()
    shown = await bank.paid_with(CardConduct.PAYS)
    sent, now_ms = bank.gateway.callback_of(shown), bank.clock.now_ms()
    opened = bank.gateway.callback(sent.headers, sent.body, now_ms=now_ms + 299_000)
    assert opened == GatewayCallback("7-payment.2.paid", PaymentId("7-payment"))
    for later_ms in (-301_000, 301_000):
        stale = bank.gateway.callback(sent.headers, sent.body, now_ms=now_ms + later_ms)
        assert isinstance(stale, CallbackRefused)
    forged = bank.gateway.callback(sent.headers, sent.body.replace(b"7-", b"8-"), now_ms=now_ms)
    assert isinstance(forged, CallbackRefused)
    other_key = DemoPayments(bank.books, clock=bank.clock, key=b"x" * 32).callback_of(shown)
    assert isinstance(bank.gateway.callback(other_key.headers, other_key.body, now_ms=now_ms), CallbackRefused)


@pytest.mark.parametrize("header", ["", "t=,v1=", "t=12", "t=²,v1=00", "v1=00,t=1", "t=1,v1=ü", "t=" + "9" * 400])
async def test_callbacks_with_odd_signatures_are_refused(bank: Bank, header: str) -> None:
    headers = {"frontrow-demo-signature": header}
    assert isinstance(bank.gateway.callback(headers, b"{}", now_ms=bank.clock.now_ms()), CallbackRefused)


def test_the_payments_page_lists_every_card() -> None:
    page = PAYMENTS_PAGE.read_text()
    listed = [line[2:21].replace(" ", "") for line in page.splitlines() if line.startswith("| 4")]
    assert listed == [card.number for card in TEST_CARDS]
    assert f"after {SLOW_MS // 1000} seconds" in page
    assert f"after {LATE_MS // 1000} seconds" in page
