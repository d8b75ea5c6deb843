"""Stripe behind the payments port: the official SDK against a stand-in that keeps Stripe's rules."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import msgspec
import pytest

from frontrow.adapters.payments.stripe import KEY_LIFETIME_MS, StripeKeys, StripePayments
from frontrow.adapters.payments.stripe_amounts import AmountNotSendable, from_stripe, to_stripe
from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.payment import (
    CallbackRefused,
    GatewayCallback,
    Payment,
    PaymentSeen,
    PaymentState,
    PaymentUnknown,
    RefundState,
)
from frontrow.ports import PaymentGateway
from tests.support.eventually import eventually
from tests.support.fake_clock import START_MS, FakeClock
from tests.support.payments import payment_of, payment_request, refund_of
from tests.support.stripe_stand_in import PUBLISHABLE_KEY, SECRET_KEY, WEBHOOK_SECRET, StripeStandIn

# The SDK gives httpx its body in a way that httpx would rather be given otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

KEYS = StripeKeys(secret_key=SECRET_KEY, webhook_secret=WEBHOOK_SECRET, publishable_key=PUBLISHABLE_KEY)


class Shop:
    """The adapter, the stand-in it talks to, and the time."""

    def __init__(self, account: StripeStandIn) -> None:
        self.account, self.clock = account, FakeClock()
        self.stripe = StripePayments(msgspec.structs.replace(KEYS, api_url=account.url), clock=self.clock)

    async def started(self) -> Payment:
        """A payment Stripe knows, as the ledger has it then."""
        request = payment_request()
        return payment_of(request, await self.stripe.start(request), created_at_ms=START_MS)

    async def captured(self) -> Payment:
        """A payment that is paid for."""
        payment = await self.started()
        self.account.confirm("pi_1")
        assert (await self.stripe.capture(payment)).state is PaymentState.CAPTURED
        return payment

    def unanswered(self) -> Payment:
        """The payment as the ledger has it before Stripe has answered anything."""
        return payment_of(payment_request(), created_at_ms=START_MS)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with StripeStandIn().serving() as account:
        shop = Shop(account)
        try:
            yield shop
        finally:
            await shop.stripe.close()


async def seen(answer: PaymentSeen | PaymentUnknown) -> PaymentSeen:
    assert isinstance(answer, PaymentSeen)
    return answer


async def test_a_purchase_is_authorised_by_the_buyer_and_then_captured(shop: Shop) -> None:
    gateway: PaymentGateway = shop.stripe
    request = payment_request()
    begun = await gateway.start(request)
    assert (begun.state, begun.gateway_payment_id) == (PaymentState.ACTION_REQUIRED, "pi_1")
    assert begun.action is not None
    assert begun.action.kind == "redirect"
    page, _, fragment = (begun.action.url or "").partition("#")
    assert page == "/pay/stripe/7-payment?order=7-order&returnUrl=%2Fevents%2Fevening"
    assert parse_qs(fragment) == {
        "secret": ["pi_1_secret_x"],
        "key": [PUBLISHABLE_KEY],
        "amount": ["9000"],
        "currency": ["USD"],
        "what": ["Evening: 2 seats"],
    }
    assert (begun.action.client_secret, begun.action.public_key) == ("pi_1_secret_x", PUBLISHABLE_KEY)
    intent = shop.account.only_intent
    assert (intent["capture_method"], intent["amount"], intent["currency"]) == ("manual", 9_000, "usd")
    assert intent["metadata"] == {"frontrow_payment_id": "7-payment", "frontrow_order_id": "7-order"}

    payment = payment_of(request, begun, created_at_ms=START_MS)
    shop.account.confirm("pi_1")
    assert (await seen(await gateway.look_up(payment))).state is PaymentState.AUTHORISED
    for _ in range(2):
        taken = await gateway.capture(payment)
        assert (taken.state, taken.captured_minor, taken.captured_currency) == (PaymentState.CAPTURED, 9_000, "USD")
    assert (await seen(await gateway.cancel(payment))).state is PaymentState.CAPTURED


async def test_a_start_that_is_repeated_makes_nothing_new_and_says_how_it_stands_now(shop: Shop) -> None:
    await shop.started()
    shop.account.confirm("pi_1")
    again = await shop.stripe.start(payment_request())
    assert (again.state, again.gateway_payment_id) == (PaymentState.AUTHORISED, "pi_1")


async def test_a_start_is_the_same_request_whatever_page_and_card_it_comes_with(shop: Shop) -> None:
    await shop.started()
    other = msgspec.structs.replace(
        payment_request(card_number="4242424242424242"), return_url=None, description="renamed", email="b@example.com"
    )
    assert (await shop.stripe.start(other)).gateway_payment_id == "pi_1"


async def test_a_lost_answer_is_learnt_by_asking_again_under_the_same_key(shop: Shop) -> None:
    shop.account.lost = 1
    with pytest.raises(PaymentUnavailable):
        await shop.stripe.start(payment_request())
    shop.account.confirm("pi_1")
    assert (await seen(await shop.stripe.look_up(shop.unanswered()))).state is PaymentState.AUTHORISED
    assert len(shop.account.intents) == 1


async def test_a_request_that_never_arrived_is_begun_by_looking_it_up(shop: Shop) -> None:
    assert (await seen(await shop.stripe.look_up(shop.unanswered()))).state is PaymentState.ACTION_REQUIRED


async def test_past_its_key_s_lifetime_a_payment_is_searched_for(shop: Shop) -> None:
    shop.account.lost = 1
    with pytest.raises(PaymentUnavailable):
        await shop.stripe.start(payment_request())
    shop.account.confirm("pi_1")
    shop.account.forget_keys()
    shop.clock.advance(KEY_LIFETIME_MS)
    assert (await seen(await shop.stripe.look_up(shop.unanswered()))).state is PaymentState.AUTHORISED
    assert ("GET", "payment_intents/search") in shop.account.calls
    shop.account.intents.clear()
    assert await shop.stripe.look_up(shop.unanswered()) == PaymentUnknown()
    assert await shop.stripe.cancel(shop.unanswered()) == PaymentUnknown()


async def test_an_error_that_stripe_repeats_under_a_key_ends_in_a_search(shop: Shop) -> None:
    shop.account.failing = 1
    for _ in range(2):
        with pytest.raises(PaymentUnavailable):
            await shop.stripe.look_up(shop.unanswered())
    shop.clock.advance(3_600_000)
    assert await shop.stripe.look_up(shop.unanswered()) == PaymentUnknown()


async def test_what_is_cancelled_before_stripe_has_heard_of_it_cannot_begin_later(shop: Shop) -> None:
    assert (await seen(await shop.stripe.cancel(shop.unanswered()))).state is PaymentState.CANCELLED
    assert (await shop.stripe.start(payment_request())).state is PaymentState.CANCELLED


async def test_a_declined_card_leaves_the_payment_open_for_another(shop: Shop) -> None:
    payment = await shop.started()
    shop.account.confirm("pi_1", fate="declined")
    answer = await seen(await shop.stripe.look_up(payment))
    assert (answer.state, answer.reason) == (PaymentState.ACTION_REQUIRED, "Your card was declined.")


@pytest.mark.parametrize(
    ("fate", "state"),
    [("requires_action", PaymentState.ACTION_REQUIRED), ("processing", PaymentState.PROCESSING)],
)
async def test_second_steps_and_slow_banks_are_waited_for(shop: Shop, fate: str, state: PaymentState) -> None:
    payment = await shop.started()
    shop.account.confirm("pi_1", fate=fate)
    assert (await seen(await shop.stripe.look_up(payment))).state is state


async def test_what_is_being_processed_cannot_be_stopped(shop: Shop) -> None:
    payment = await shop.started()
    shop.account.confirm("pi_1", fate="processing")
    assert (await seen(await shop.stripe.cancel(payment))).state is PaymentState.PROCESSING


async def test_an_authorisation_that_ran_out_is_no_money(shop: Shop) -> None:
    payment = await shop.started()
    shop.account.confirm("pi_1")
    shop.account.expire("pi_1")
    assert (await shop.stripe.capture(payment)).state is PaymentState.CANCELLED


async def test_a_lost_answer_to_a_capture_is_learnt_by_capturing_again(shop: Shop) -> None:
    payment = await shop.started()
    shop.account.confirm("pi_1")
    shop.account.lost = 2  # reading it, and taking the money
    for _ in range(2):
        with pytest.raises(PaymentUnavailable):
            await shop.stripe.capture(payment)
        shop.account.lost = min(shop.account.lost, 1)
    assert (await shop.stripe.capture(payment)).captured_minor == 9_000


async def test_an_amount_stripe_does_not_take_is_declined(shop: Shop) -> None:
    for request in (payment_request(amount_minor=49), payment_request(amount_minor=5_124, currency="KWD")):
        answer = await shop.stripe.start(request)
        assert (answer.state, answer.gateway_payment_id) == (PaymentState.DECLINED, None)
    assert not shop.account.intents


async def test_a_request_that_is_still_running_is_not_begun_twice(shop: Shop) -> None:
    shop.account.gate.clear()
    first = asyncio.create_task(shop.stripe.start(payment_request()))
    await eventually(lambda: len(shop.account.calls) > 0, "the first request has arrived")
    with pytest.raises(PaymentUnavailable):
        await shop.stripe.start(payment_request())
    shop.account.gate.set()
    assert (await first).gateway_payment_id == "pi_1"


async def test_other_parameters_under_a_used_key_are_never_taken_for_an_answer(shop: Shop) -> None:
    await shop.started()
    with pytest.raises(PaymentUnavailable, match="IdempotencyError"):
        await shop.stripe.start(payment_request(amount_minor=9_001))


async def test_a_wrong_secret_key_is_no_decline(shop: Shop) -> None:
    wrong = StripePayments(
        msgspec.structs.replace(KEYS, secret_key="sk_test_wrong", api_url=shop.account.url), clock=shop.clock
    )
    with pytest.raises(PaymentUnavailable, match="AuthenticationError"):
        await wrong.start(payment_request())
    await wrong.close()


async def test_nobody_there_is_unavailable() -> None:
    nobody = StripePayments(msgspec.structs.replace(KEYS, api_url="http://127.0.0.1:1"), clock=FakeClock())
    with pytest.raises(PaymentUnavailable):
        await nobody.start(payment_request())
    await nobody.close()


async def test_refunds_happen_once_under_their_key_and_are_listed_with_it(shop: Shop) -> None:
    payment = await shop.captured()
    first = await shop.stripe.refund(payment, refund_of(payment, 2_000))
    assert (first.state, first.key, first.gateway_refund_id) == (RefundState.DONE, "refund-0", "re_1")
    assert await shop.stripe.refund(payment, refund_of(payment, 2_000)) == first
    for name in ("second", "third"):
        await shop.stripe.refund(payment, refund_of(payment, 3_000, name=name))
    listed = await shop.stripe.refunds_of(payment)
    assert [(refund.key, refund.amount_minor) for refund in listed] == [
        ("third-0", 3_000),
        ("second-0", 3_000),
        ("refund-0", 2_000),
    ]
    beyond = await shop.stripe.refund(payment, refund_of(payment, 2_000, name="fourth"))
    assert (beyond.state, beyond.gateway_refund_id) == (RefundState.FAILED, None)


async def test_a_lost_answer_to_a_refund_is_learnt_under_the_same_key(shop: Shop) -> None:
    payment = await shop.captured()
    shop.account.lost = 1
    with pytest.raises(PaymentUnavailable):
        await shop.stripe.refund(payment, refund_of(payment, 9_000))
    assert (await shop.stripe.refund(payment, refund_of(payment, 9_000))).state is RefundState.DONE
    assert len(shop.account.refunds) == 1


async def test_a_refund_that_fails_later_is_seen_to_have_failed(shop: Shop) -> None:
    payment = await shop.captured()
    shop.account.refund_fate = "pending"
    assert (await shop.stripe.refund(payment, refund_of(payment, 9_000))).state is RefundState.PROCESSING
    shop.account.refunds["re_1"] |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
    failed = await shop.stripe.refund(payment, refund_of(payment, 9_000))
    assert (failed.state, failed.reason) == (RefundState.FAILED, "Stripe: lost_or_stolen_card")
    shop.account.refund_fate = "succeeded"
    assert (await shop.stripe.refund(payment, refund_of(payment, 9_000, failures=1))).state is RefundState.DONE


async def test_a_webhook_names_a_payment_of_ours(shop: Shop) -> None:
    payment = await shop.captured()
    await shop.stripe.refund(payment, refund_of(payment, 9_000))
    now_s = START_MS // 1000
    for kind, thing in (
        ("payment_intent.succeeded", shop.account.only_intent),
        ("refund.updated", shop.account.refunds["re_1"]),
    ):
        headers, body = shop.account.webhook(kind, thing, event_id=f"evt_{kind}", at_s=now_s)
        opened = shop.stripe.callback(headers, body, now_ms=START_MS)
        assert opened == GatewayCallback(f"evt_{kind}", payment.payment_id)
    headers, body = shop.account.webhook("customer.created", {"id": "cus_1", "object": "customer"}, at_s=now_s)
    assert shop.stripe.callback(headers, body, now_ms=START_MS) == GatewayCallback("evt_1", None)


async def test_forged_and_stale_webhooks_are_refused(shop: Shop) -> None:
    await shop.started()
    thing, now_s = shop.account.only_intent, START_MS // 1000
    headers, body = shop.account.webhook("payment_intent.succeeded", thing, at_s=now_s)
    forged, _ = shop.account.webhook("payment_intent.succeeded", thing, at_s=now_s, secret="whsec_other")
    for said, sent, now_ms in (
        (headers, body + b" ", START_MS),
        (forged, body, START_MS),
        ({}, body, START_MS),
        ({"stripe-signature": "t=x,v1=y"}, body, START_MS),
        ({"stripe-signature": f"t={now_s},v1=é"}, body, START_MS),
        (headers, b"\xff\xfe", START_MS),
        (headers, body, START_MS + 301_000),
        (headers, body, START_MS - 301_000),
    ):
        assert isinstance(shop.stripe.callback(said, sent, now_ms=now_ms), CallbackRefused)


@pytest.mark.parametrize(
    ("minor", "currency", "amount"),
    [
        (1_050, "USD", 1_050),
        (500, "JPY", 500),
        (5, "ISK", 500),
        (5, "UGX", 500),
        (100_000, "MGA", 1_000),
        (80_045, "TWD", 80_045),
        (80_045, "HUF", 80_045),
        (5_120, "KWD", 5_120),
    ],
)
def test_amounts_are_sent_as_stripe_counts_them(minor: int, currency: str, amount: int) -> None:
    assert to_stripe(minor, currency) == amount
    assert from_stripe(amount, currency) == minor


@pytest.mark.parametrize(("minor", "currency"), [(5_124, "KWD"), (50, "MGA"), (100, "XXX"), (100, "usd")])
def test_amounts_stripe_does_not_take_are_not_rounded(minor: int, currency: str) -> None:
    with pytest.raises(AmountNotSendable):
        to_stripe(minor, currency)
