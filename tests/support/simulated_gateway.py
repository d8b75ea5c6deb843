"""A payment gateway with a bank behind it, on a clock tests move: it loses requests and answers, and counts every coin.

What happens to a payment says the card (Card); what happens to a call says a fault (Fault) that waits for it. The bank
itself is never unsure: `captured_minor` and `refunded_minor` are the truth that the ledger's books are held against.
"""

import hashlib
import hmac
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import TypeVar

import msgspec

from frontrow.domain.errors import PaymentUnavailable
from frontrow.domain.ids import OrderId, PaymentId
from frontrow.domain.payment import (
    PAYMENT_ENDED,
    CallbackRefused,
    GatewayCallback,
    Payment,
    PaymentAction,
    PaymentRequest,
    PaymentSeen,
    PaymentState,
    PaymentUnknown,
    Refund,
    RefundSeen,
    RefundState,
)
from frontrow.ports import Clock

SLOW_MS = 120_000
"""How long the bank is at a slow card."""
KEY_LIFETIME_MS = 86_400_000
DELAY_MS = 10_000
"""How long a delayed request is on its way, unless a test says otherwise."""
CALLBACK_AGE_MS_MAX = 300_000
_SECRET = b"what the bank signs callbacks with"

T = TypeVar("T")


class Card(StrEnum):
    """What the bank makes of a payment, by the card's number. Without a card the buyer has to go to the bank's page."""

    PAYS = "pays"
    RESERVES = "reserves"
    """Authorised, and taken when captured."""
    DECLINED = "declined"
    SECOND_STEP = "second step"
    """Waits for `act`."""
    SLOW = "slow"
    """Processing, and captured after SLOW_MS."""
    SLOWLY_DECLINED = "slowly declined"
    UNSTOPPABLE = "unstoppable"
    """As SLOW, and no cancel reaches it in time."""
    TOO_LITTLE = "too little"
    """One minor unit is missing."""
    OTHER_CURRENCY = "other currency"


class Fault(StrEnum):
    """What happens to one call. The caller gets PaymentUnavailable but for DOUBLED."""

    LOST_REQUEST = "lost request"
    """Nothing happened."""
    LOST_ANSWER = "lost answer"
    """It happened."""
    DELAYED = "delayed"
    """It happens later: after `delay_ms`."""
    DOUBLED = "doubled"
    """It reaches the bank twice."""


@dataclass
class BankRefund:
    """A refund as the bank has it. Under its key it is the same one until the key is forgotten."""

    key: str
    amount_minor: int
    state: RefundState
    gateway_refund_id: str
    asked_at_ms: int
    ends_at_ms: int | None = None
    ends: RefundState = RefundState.DONE


@dataclass
class BankPayment:
    """A payment as the bank has it."""

    request: PaymentRequest
    state: PaymentState
    captured_minor: int = 0
    captured_currency: str | None = None
    ends_at_ms: int | None = None
    ends: PaymentState = PaymentState.CAPTURED
    refunds: list[BankRefund] = field(default_factory=list)

    @property
    def card(self) -> str | None:
        """What it is paid by."""
        return self.request.card_number


@dataclass(frozen=True)
class SentCallback:
    """A callback on its way."""

    headers: Mapping[str, str]
    body: bytes


class SimulatedGateway:
    """Implements ports.PaymentGateway. Everything the bank knows is open to tests.

    Args:
        refuses_cancelled: a payment cancelled before the bank heard of it is refused when it comes. Without that,
            PaymentUnknown says only what is so now.
    """

    def __init__(self, clock: Clock, *, name: str = "simulated", refuses_cancelled: bool = True) -> None:
        self._clock = clock
        self._name = name
        self._refuses_cancelled = refuses_cancelled
        self._numbers = count(1)
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._arrived_at_ms: int | None = None
        self._delayed: list[tuple[int, Callable[[], object]]] = []
        self.is_down = False
        self.delay_ms = DELAY_MS
        self.payments: dict[PaymentId, BankPayment] = {}
        self.refused_ids: set[PaymentId] = set()
        self.requests: dict[PaymentId, PaymentRequest] = {}
        """Every payment that it was asked to begin, whether the request arrived or not."""
        self.refund_ends: deque[RefundState] = deque()
        """How the next refunds end: DONE (also when empty) or FAILED at once, PROCESSING for done after SLOW_MS."""
        self.callbacks: list[SentCallback] = []
        """Those that were sent and have not arrived, oldest first."""
        self.misuse: list[str] = []
        """What no caller may ask, asked nevertheless."""
        self.calls: list[str] = []

    @property
    def name(self) -> str:
        return self._name

    @property
    def key_lifetime_ms(self) -> int:
        return KEY_LIFETIME_MS

    # The port

    async def start(self, request: PaymentRequest) -> PaymentSeen:
        self.requests.setdefault(request.payment_id, request)
        return self._call("start", lambda: self._start(request))

    async def look_up(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        return self._call("look_up", lambda: self._seen(payment.payment_id))

    async def capture(self, payment: Payment) -> PaymentSeen:
        return self._call("capture", lambda: self._capture(payment))

    async def cancel(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        return self._call("cancel", lambda: self._cancel(payment))

    async def refund(self, payment: Payment, refund: Refund) -> RefundSeen:
        return self._call("refund", lambda: self._refund(payment, refund))

    async def refunds_of(self, payment: Payment) -> Sequence[RefundSeen]:
        return self._call("refunds_of", lambda: self._refunds_of(payment))

    def callback(self, headers: Mapping[str, str], body: bytes, *, now_ms: int) -> GatewayCallback | CallbackRefused:
        if not hmac.compare_digest(headers.get("bank-signature", ""), _signature(body)):
            return CallbackRefused("the signature is not the bank's")
        callback_id, payment_id, sent_at_ms = msgspec.json.decode(body, type=tuple[str, str, int])
        if now_ms - sent_at_ms > CALLBACK_AGE_MS_MAX:
            return CallbackRefused("the callback is stale")
        return GatewayCallback(callback_id, PaymentId(payment_id))

    # What tests make happen

    def will(self, fault: Fault, *, call: str = "", times: int = 1) -> None:
        """Let the next `times` calls (of this method; "": of any) meet the fault."""
        self._faults[call].extend([fault] * times)

    def heal(self) -> None:
        """No more faults; what is delayed arrives at its time."""
        self._faults.clear()
        self.refund_ends.clear()
        self.is_down = False

    def act(self, payment_id: PaymentId, *, pays: bool = True) -> bool:
        """The buyer does what the bank waits for; whether it did wait."""
        self.pass_time()
        payment = self.payments.get(payment_id)
        if payment is None or payment.state is not PaymentState.ACTION_REQUIRED:
            return False
        self._end(payment, PaymentState.CAPTURED if pays else PaymentState.DECLINED)
        return True

    def take_after_all(self, payment_id: PaymentId) -> bool:
        """Break its word: take what it has stopped, or never heard of; whether it was one of these."""
        payment = self.payments.get(payment_id)
        if payment is None:
            payment = self.payments[payment_id] = BankPayment(self.requests[payment_id], PaymentState.CANCELLED)
        if payment.state is not PaymentState.CANCELLED:
            return False
        self._end(payment, PaymentState.CAPTURED)
        return True

    def pass_time(self) -> None:
        """Do what is due by the clock: delayed requests, slow payments, slow refunds."""
        now_ms = self._clock.now_ms()
        arrived = [it for it in self._delayed if it[0] <= now_ms]
        self._delayed = [it for it in self._delayed if it[0] > now_ms]
        for at_ms, act in arrived:
            # Its own time may be long past where tests let much time pass at once.
            self._arrived_at_ms = at_ms
            act()
        self._arrived_at_ms = None
        for payment in self.payments.values():
            if payment.ends_at_ms is not None and payment.ends_at_ms <= now_ms:
                self._end(payment, payment.ends)
            for refund in payment.refunds:
                if refund.ends_at_ms is not None and refund.ends_at_ms <= now_ms:
                    refund.state, refund.ends_at_ms = refund.ends, None
                    self._send_callback(payment.request.payment_id)

    @property
    def waiting(self) -> list[PaymentId]:
        """The payments that wait for their buyers."""
        return [it for it, payment in self.payments.items() if payment.state is PaymentState.ACTION_REQUIRED]

    @property
    def next_due_ms(self) -> int | None:
        """When something happens by itself next."""
        times = [at_ms for at_ms, _ in self._delayed]
        times += [it.ends_at_ms for it in self.payments.values() if it.ends_at_ms is not None]
        refunds = (refund for payment in self.payments.values() for refund in payment.refunds)
        times += [it.ends_at_ms for it in refunds if it.ends_at_ms is not None]
        return min(times, default=None)

    # What the bank's books say

    def of_order(self, order_id: OrderId) -> list[BankPayment]:
        """Every payment the bank has for this order."""
        return [it for it in self.payments.values() if it.request.order_id == order_id]

    def captured_minor(self, order_id: OrderId) -> int:
        """What was taken for this order, in whatever currency."""
        return sum(it.captured_minor for it in self.of_order(order_id))

    def refunded_minor(self, order_id: OrderId) -> int:
        """What was given back of it, or is being given back."""
        refunds = (refund for payment in self.of_order(order_id) for refund in payment.refunds)
        return sum(it.amount_minor for it in refunds if it.state is not RefundState.FAILED)

    # Inside the bank

    def _call(self, method: str, act: Callable[[], T]) -> T:
        self.calls.append(method)
        self.pass_time()
        fault = next((self._faults[it].popleft() for it in (method, "") if self._faults[it]), None)
        if self.is_down or fault is Fault.LOST_REQUEST:
            raise PaymentUnavailable(f"{method}: the request was lost")
        if fault is Fault.DELAYED:
            self._delayed.append((self._clock.now_ms() + self.delay_ms, act))
            raise PaymentUnavailable(f"{method}: no answer in time")
        answer = act()
        if fault is Fault.DOUBLED:
            answer = act()
        if fault is Fault.LOST_ANSWER:
            raise PaymentUnavailable(f"{method}: the answer was lost")
        return answer

    def _start(self, request: PaymentRequest) -> PaymentSeen:
        payment_id = request.payment_id
        if payment_id in self.refused_ids:
            return PaymentSeen(state=PaymentState.CANCELLED, reason="it was cancelled")
        payment = self.payments.get(payment_id)
        if payment is None:
            payment = self.payments[payment_id] = BankPayment(request, PaymentState.ACTION_REQUIRED)
            self._judge(payment)
            self._send_callback(payment_id)
        elif (payment.request.order_id, payment.request.amount_minor, payment.request.currency) != (
            request.order_id,
            request.amount_minor,
            request.currency,
        ):
            self._misused(f"{payment_id} was started as {payment.request} and then as {request}")
        return self._known(payment)

    def _judge(self, payment: BankPayment) -> None:
        match payment.card:
            case Card.PAYS | Card.TOO_LITTLE | Card.OTHER_CURRENCY:
                self._end(payment, PaymentState.CAPTURED)
            case Card.RESERVES:
                payment.state = PaymentState.AUTHORISED
            case Card.DECLINED:
                self._end(payment, PaymentState.DECLINED)
            case Card.SLOW | Card.UNSTOPPABLE | Card.SLOWLY_DECLINED:
                is_declined = payment.card == Card.SLOWLY_DECLINED
                payment.state = PaymentState.PROCESSING
                payment.ends = PaymentState.DECLINED if is_declined else PaymentState.CAPTURED
                payment.ends_at_ms = self._clock.now_ms() + SLOW_MS
            case _:
                payment.state = PaymentState.ACTION_REQUIRED

    def _end(self, payment: BankPayment, state: PaymentState) -> None:
        payment.state, payment.ends_at_ms = state, None
        if state is PaymentState.CAPTURED:
            asked = payment.request
            payment.captured_minor = asked.amount_minor - (1 if payment.card == Card.TOO_LITTLE else 0)
            payment.captured_currency = "XTS" if payment.card == Card.OTHER_CURRENCY else asked.currency
        self._send_callback(payment.request.payment_id)

    def _capture(self, payment: Payment) -> PaymentSeen:
        known = self.payments.get(payment.payment_id)
        if known is None:
            raise self._misused(f"{payment.payment_id} is captured and was never started")
        if known.state is PaymentState.AUTHORISED:
            self._end(known, PaymentState.CAPTURED)
        return self._known(known)

    def _cancel(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        known = self.payments.get(payment.payment_id)
        if known is None:
            if self._refuses_cancelled:
                self.refused_ids.add(payment.payment_id)
            return PaymentUnknown()
        if known.state not in PAYMENT_ENDED and known.card != Card.UNSTOPPABLE:
            self._end(known, PaymentState.CANCELLED)
        return self._known(known)

    def _refund(self, payment: Payment, refund: Refund) -> RefundSeen:
        known = self.payments.get(payment.payment_id)
        if known is None or known.state is not PaymentState.CAPTURED:
            raise self._misused(f"{payment.payment_id} is refunded and was never captured")
        now_ms = self._clock.now_ms() if self._arrived_at_ms is None else self._arrived_at_ms
        made = next(
            (it for it in known.refunds if it.key == refund.key and now_ms - it.asked_at_ms < KEY_LIFETIME_MS), None
        )
        if made is None:
            given_back = sum(it.amount_minor for it in known.refunds if it.state is not RefundState.FAILED)
            ends = self.refund_ends.popleft() if self.refund_ends else RefundState.DONE
            if given_back + refund.amount_minor > known.captured_minor:
                self._misused(f"more is given back of {payment.payment_id} than was taken: {refund}")
                ends = RefundState.FAILED
            made = BankRefund(
                key=refund.key,
                amount_minor=refund.amount_minor,
                state=ends,
                gateway_refund_id=f"bank-refund-{next(self._numbers)}",
                asked_at_ms=now_ms,
                ends_at_ms=now_ms + SLOW_MS if ends is RefundState.PROCESSING else None,
            )
            known.refunds.append(made)
            self._send_callback(payment.payment_id)
        elif made.amount_minor != refund.amount_minor:
            self._misused(f"{refund.key} was asked for {made.amount_minor} and then for {refund.amount_minor}")
        return _refund_seen(made)

    def _refunds_of(self, payment: Payment) -> list[RefundSeen]:
        known = self.payments.get(payment.payment_id)
        return [] if known is None else [_refund_seen(it) for it in known.refunds]

    def _seen(self, payment_id: PaymentId) -> PaymentSeen | PaymentUnknown:
        known = self.payments.get(payment_id)
        return PaymentUnknown() if known is None else self._known(known)

    def _known(self, payment: BankPayment) -> PaymentSeen:
        payment_id, waits = payment.request.payment_id, payment.state is PaymentState.ACTION_REQUIRED
        return PaymentSeen(
            state=payment.state,
            gateway_payment_id=f"bank-{payment_id}",
            captured_minor=payment.captured_minor,
            captured_currency=payment.captured_currency,
            reason="the bank said no" if payment.state is PaymentState.DECLINED else None,
            action=PaymentAction(kind="redirect", url=f"https://bank.example/{payment_id}") if waits else None,
        )

    def _misused(self, what: str) -> AssertionError:
        self.misuse.append(what)
        return AssertionError(what)

    def _send_callback(self, payment_id: PaymentId) -> None:
        body = msgspec.json.encode((f"callback-{next(self._numbers)}", payment_id, self._clock.now_ms()))
        self.callbacks.append(SentCallback({"bank-signature": _signature(body)}, body))


def _refund_seen(refund: BankRefund) -> RefundSeen:
    return RefundSeen(
        state=refund.state,
        gateway_refund_id=refund.gateway_refund_id,
        amount_minor=refund.amount_minor,
        key=refund.key,
        reason="the bank said no" if refund.state is RefundState.FAILED else None,
    )


def _signature(body: bytes) -> str:
    return hmac.new(_SECRET, body, hashlib.sha256).hexdigest()
