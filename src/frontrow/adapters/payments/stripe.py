"""Stripe through its official SDK: Payment Intents that are authorised by the buyer's browser and captured by us.

What is sent under a key follows from the payment alone (its ids, amount and currency), so that an answer that was lost
is learnt by sending the very same again, by any process. Stripe answers a repeated key with what it said the first
time; how things stand *now* is therefore always read again after that. docs/payments.md says it for operators.

Importing this module loads the SDK: app.py does so only where Stripe is configured.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import httpx
import msgspec
import stripe
import structlog

from frontrow.adapters.payments.stripe_amounts import AmountNotSendable, to_stripe
from frontrow.adapters.payments.stripe_answers import (
    ORDER_ID_LABEL,
    PAYMENT_ID_LABEL,
    REFUND_KEY_LABEL,
    AnswerNotUnderstood,
    Intent,
    PayPage,
    StripeRefund,
    payment_seen,
    refund_seen,
)
from frontrow.adapters.payments.stripe_callbacks import verified
from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.ids import OrderId, PaymentId
from frontrow.domain.payment import (
    CallbackRefused,
    GatewayCallback,
    Payment,
    PaymentRequest,
    PaymentSeen,
    PaymentState,
    PaymentUnknown,
    Refund,
    RefundSeen,
    RefundState,
)
from frontrow.ports import Clock

KEY_LIFETIME_MS = 23 * 3_600_000
"""Stripe forgets keys after 24 hours at the earliest (docs.stripe.com/api/idempotent_requests); an hour is left for
clocks that differ and for a request on its way."""
CALL_S = 20.0
"""The longest any call may take, under the 30 seconds for which a payment that was started is left alone."""
CONNECT_S = 5.0
SEARCHABLE_AFTER_MS = 3_600_000
"""Stripe's search finds what is an hour old (it says a minute, and more during an outage)."""
_NOT_TAKEN = "this amount cannot be paid by card here"
_T = TypeVar("_T")
_AnswerT = TypeVar("_AnswerT", bound=msgspec.Struct)
_log = structlog.get_logger(__name__)


class StripeKeys(msgspec.Struct, frozen=True, kw_only=True):
    """The account's keys. `api_url` is where its API is, Stripe's own unless set."""

    secret_key: str
    webhook_secret: str
    publishable_key: str
    api_url: str | None = None


class StripePayments:
    """ports.PaymentGateway on a Stripe account. Call `close` at the end."""

    name = "stripe"
    key_lifetime_ms = KEY_LIFETIME_MS

    def __init__(self, keys: StripeKeys, *, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._http = stripe.HTTPXClient(timeout=httpx.Timeout(CALL_S, connect=CONNECT_S))
        # No retries by the SDK: who called decides, and knows how long a seat may wait.
        client = stripe.StripeClient(
            keys.secret_key,
            http_client=self._http,
            max_network_retries=0,
            base_addresses={"api": (keys.api_url or stripe.DEFAULT_API_BASE).rstrip("/")},
        )
        self._intents = client.v1.payment_intents
        self._refunds = client.v1.refunds

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def start(self, request: PaymentRequest) -> PaymentSeen:
        """See PaymentGateway.start. No card number is passed on: the buyer gives it to Stripe's own form."""
        try:
            amount = to_stripe(request.amount_minor, request.currency)
            intent = await self._made(request.payment_id, request.order_id, amount, request.currency)
        except AmountNotSendable as error:
            _log.error("amount_not_sendable", payment_id=request.payment_id, reason=str(error))
            return PaymentSeen(state=PaymentState.DECLINED, reason=_NOT_TAKEN)
        except stripe.CardError as error:
            return PaymentSeen(state=PaymentState.DECLINED, reason=error.user_message or "the card was declined")
        except stripe.InvalidRequestError as error:
            # Refused before anything was made: an amount under Stripe's least, a currency the account does not have.
            _log.error("payment_refused", payment_id=request.payment_id, code=error.code, reason=error.user_message)
            return PaymentSeen(state=PaymentState.DECLINED, reason=_NOT_TAKEN)
        return self._seen(
            intent,
            PayPage(
                payment_id=request.payment_id,
                order_id=request.order_id,
                amount_minor=request.amount_minor,
                currency=request.currency,
                public_key=self._keys.publishable_key,
                return_url=request.return_url,
                description=request.description,
            ),
        )

    async def look_up(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        """See PaymentGateway.look_up. One whose first answer was lost is begun again under its key, which makes nothing
        new where it had arrived; past the key's lifetime it is searched for by our id."""
        intent = await self._found(payment)
        return PaymentUnknown() if intent is None else self._seen_of(intent, payment)

    async def capture(self, payment: Payment) -> PaymentSeen:
        """See PaymentGateway.capture. Authorisations run out at Stripe, as a rule after seven days: CANCELLED then."""
        intent = await self._found(payment)
        if intent is None:
            raise PaymentUnavailable(f"Stripe knows nothing of {payment.payment_id}, which is to be captured")
        if intent.status == "requires_capture":
            intent = await self._changed(intent.id, self._intents.capture_async)
        return self._seen_of(intent, payment)

    async def cancel(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        """See PaymentGateway.cancel. One that Stripe may not have heard of is begun under its key and then cancelled,
        so that nothing still on its way can begin it later."""
        intent = await self._found(payment)
        if intent is None:
            return PaymentUnknown()
        if intent.status not in ("succeeded", "canceled"):
            intent = await self._changed(intent.id, self._intents.cancel_async)
        return self._seen_of(intent, payment)

    async def refund(self, payment: Payment, refund: Refund) -> RefundSeen:
        """See PaymentGateway.refund."""
        intent_id = payment.gateway_payment_id
        if intent_id is None:
            intent = await self._found(payment)
            if intent is None:
                return _refused("Stripe knows nothing of the payment")
            intent_id = intent.id
        try:
            amount = to_stripe(refund.amount_minor, refund.currency)
            made = await self._called(
                self._refunds.create_async(
                    {
                        "payment_intent": intent_id,
                        "amount": amount,
                        "metadata": {
                            PAYMENT_ID_LABEL: payment.payment_id,
                            ORDER_ID_LABEL: payment.order_id,
                            REFUND_KEY_LABEL: refund.key,
                        },
                    },
                    {"idempotency_key": refund.key},
                )
            )
            if _was_replayed(made):
                made = await self._called(self._refunds.retrieve_async(made.id))
        except AmountNotSendable as error:
            return _refused(str(error))
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            return _refused(f"Stripe: {error.user_message or error.code}")
        return _understood(lambda: refund_seen(_read(made, StripeRefund)))

    async def refunds_of(self, payment: Payment) -> Sequence[RefundSeen]:
        """See PaymentGateway.refunds_of."""
        intent = await self._found(payment)
        if intent is None:
            return ()

        async def listed() -> list[stripe.Refund]:
            page = await self._refunds.list_async({"payment_intent": intent.id, "limit": 100})
            return [refund async for refund in page.auto_paging_iter()]

        refunds = await self._settled(listed())
        return _understood(lambda: tuple(refund_seen(_read(refund, StripeRefund)) for refund in refunds))

    def callback(self, headers: Mapping[str, str], body: bytes, *, now_ms: int) -> GatewayCallback | CallbackRefused:
        """See PaymentGateway.callback."""
        return verified(headers, body, secret=self._keys.webhook_secret, now_ms=now_ms)

    async def _made(self, payment_id: PaymentId, order_id: OrderId, amount: int, currency: str) -> Intent:
        """The intent as it stands, made now unless it was before.

        Raises:
            stripe.CardError, stripe.InvalidRequestError: refused, and nothing was made.
        """
        made = await self._called(
            self._intents.create_async(
                {
                    "amount": amount,
                    "currency": currency.lower(),
                    "capture_method": "manual",
                    "automatic_payment_methods": {"enabled": True},
                    "description": f"Order {order_id}",
                    "metadata": {PAYMENT_ID_LABEL: payment_id, ORDER_ID_LABEL: order_id},
                },
                {"idempotency_key": payment_id},
            )
        )
        if _was_replayed(made):
            made = await self._called(self._intents.retrieve_async(made.id))
        return _understood(lambda: _read(made, Intent))

    async def _found(self, payment: Payment) -> Intent | None:
        """The payment's intent as it stands; None where there is none and, as far as we can tell, never will be."""
        if payment.gateway_payment_id is not None:
            found = await self._settled(self._intents.retrieve_async(payment.gateway_payment_id))
            return _understood(lambda: _read(found, Intent))
        age_ms = self._clock.now_ms() - payment.created_at_ms
        if age_ms < KEY_LIFETIME_MS:
            try:
                amount = to_stripe(payment.amount_minor, payment.currency)
                return await self._made(payment.payment_id, payment.order_id, amount, payment.currency)
            except (AmountNotSendable, stripe.CardError, stripe.InvalidRequestError):
                return None  # `start` was, or would have been, refused in the same way
            except PaymentUnavailable:
                if age_ms < SEARCHABLE_AFTER_MS:
                    raise
                # Stripe repeats even its own 500 under the key of the request that met it: look for it otherwise.
        query = f"metadata['{PAYMENT_ID_LABEL}']:'{payment.payment_id}'"
        page = await self._settled(self._intents.search_async({"query": query, "limit": 1}))
        if not page.data:
            return None
        # Search answers from an index that follows; the intent itself is what counts.
        current = await self._settled(self._intents.retrieve_async(page.data[0].id))
        return _understood(lambda: _read(current, Intent))

    async def _changed(self, intent_id: str, change: Callable[[str], Awaitable[stripe.PaymentIntent]]) -> Intent:
        """The intent after `change`, or as it stands where Stripe says that it can't be changed so any more."""
        try:
            after = await self._called(change(intent_id))
        except (stripe.CardError, stripe.InvalidRequestError):
            after = await self._settled(self._intents.retrieve_async(intent_id))
        return _understood(lambda: _read(after, Intent))

    async def _settled(self, call: Awaitable[_T]) -> _T:
        """What the call answers; whatever Stripe refuses here is no answer."""
        try:
            return await self._called(call)
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            raise PaymentUnavailable(f"Stripe refused: {error}") from error

    async def _called(self, call: Awaitable[_T]) -> _T:
        """What the call answers.

        Raises:
            stripe.CardError, stripe.InvalidRequestError: Stripe's definite refusals.
            PaymentUnavailable: anything else that went wrong.
        """
        try:
            async with asyncio.timeout(CALL_S):
                return await call
        except (stripe.CardError, stripe.InvalidRequestError):
            raise
        except (stripe.StripeError, httpx.HTTPError, TimeoutError, ValueError) as error:
            raise PaymentUnavailable(f"Stripe: {type(error).__name__}: {error}", retry_after_s=2) from error

    def _seen_of(self, intent: Intent, payment: Payment) -> PaymentSeen:
        page = PayPage(
            payment_id=payment.payment_id,
            order_id=payment.order_id,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            public_key=self._keys.publishable_key,
        )
        return self._seen(intent, page)

    def _seen(self, intent: Intent, page: PayPage) -> PaymentSeen:
        return _understood(lambda: payment_seen(intent, page))


def _read(answer: stripe.StripeObject, kind: type[_AnswerT]) -> _AnswerT:
    return msgspec.convert(answer.to_dict(), kind)


def _understood(reading: Callable[[], _T]) -> _T:
    try:
        return reading()
    except (msgspec.ValidationError, AnswerNotUnderstood, AmountNotSendable) as error:
        raise PaymentUnavailable(f"Stripe's answer is not understood: {error}") from error


def _was_replayed(answer: stripe.StripeObject) -> bool:
    response = answer.last_response
    return response is not None and response.headers.get("idempotent-replayed") == "true"


def _refused(reason: str) -> RefundSeen:
    return RefundSeen(state=RefundState.FAILED, reason=reason)
