"""Payments made elsewhere: what an integrator states is what was paid."""

import pytest

from frontrow.adapters.payments.external import ExternalPayments
from frontrow.domain.booking import PaymentInfo
from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.payment import CallbackRefused, PaymentState, PaymentUnknown, RefundState
from frontrow.ports import PaymentGateway
from tests.support.payments import payment_of, payment_request, refund_of

GATEWAY: PaymentGateway = ExternalPayments()


@pytest.mark.parametrize(("transaction", "named"), [("till-17", "till-17"), (None, "7-payment")])
async def test_a_stated_payment_is_captured_whole_under_its_transaction(transaction: str | None, named: str) -> None:
    request = payment_request(stated=PaymentInfo("cash", transaction))
    seen = await GATEWAY.start(request)
    assert (seen.state, seen.gateway_payment_id) == (PaymentState.CAPTURED, named)
    assert (seen.captured_minor, seen.captured_currency) == (9_000, "USD")
    payment = payment_of(request, seen)
    assert await GATEWAY.look_up(payment) == await GATEWAY.capture(payment) == await GATEWAY.cancel(payment) == seen


async def test_nothing_is_taken_that_nobody_has_stated() -> None:
    with pytest.raises(PaymentUnavailable):
        await GATEWAY.start(payment_request())
    assert await GATEWAY.look_up(payment_of(payment_request())) == PaymentUnknown()


async def test_a_refund_is_done_by_whoever_took_the_money() -> None:
    payment = payment_of(payment_request(stated=PaymentInfo("cash")))
    seen = await GATEWAY.refund(payment, refund_of(payment, 500))
    assert (seen.state, seen.amount_minor, seen.key) == (RefundState.DONE, 500, "refund-0")
    assert seen == await GATEWAY.refund(payment, refund_of(payment, 500))


def test_there_are_no_callbacks() -> None:
    assert isinstance(GATEWAY.callback({}, b"{}", now_ms=0), CallbackRefused)
