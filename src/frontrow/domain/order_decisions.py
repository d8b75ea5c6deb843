"""What is to be done next with an order: decided by pure code from what the ledger has, by whoever carries it on.

`next_step` says what to do, `recorded` what a gateway's answer makes of an order. Neither asks anybody anything. Every
step may be repeated, and whoever decides upon an order that has moved on since is told so by the ledger and decides
anew.
"""

from enum import StrEnum

import msgspec

from frontrow.domain.ids import PaymentId
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_moves import OrderMove
from frontrow.domain.owed import whole_refund
from frontrow.domain.payment import Payment, PaymentSeen, PaymentState, Refund, RefundReason, RefundState

TAKE_OVER_AFTER_MS = 10_000
"""A step this late is taken by whoever sees it; before that whoever took the one before most likely is at it."""
PENDING_GRACE_MS = 45_000
"""A pending order is looked at this long after its hold was to run out: longer than a claim being written takes."""
LOOK_PAUSE_MS = 10_000
LOOK_PAUSE_MS_MAX = 120_000
"""Between two looks at a payment that the gateway waits with, if nobody tells: doubled each time up to this."""
FORGOTTEN_AFTER_MS = 120_000
"""A payment that the gateway has never heard of counts as stopped when it was begun this long ago, for the last time:
nobody's request to begin it is under way any more."""
LAST_LOOK_AFTER_MS = 3_600_000
"""The stopped payments of an order that has ended are looked at once more this long after: a request to begin one may
have come late, or a bank have changed its mind, and the callback that told of it been lost."""
REFUNDING_PAUSE_MS = 60_000
ATTENTION_AFTER_MS = 4 * 3_600_000
"""An order that nobody could carry on for so long is left to people."""

_FOR_ONE_PAYMENT = frozenset({RefundReason.PAID_TWICE, RefundReason.WRONG_AMOUNT})
"""Refunds that say nothing of the order."""
_UNPAID = frozenset({OrderState.PENDING, OrderState.CLAIMED, OrderState.PAYING, OrderState.CANCELLING})
_CLOSED = frozenset({OrderState.CANCELLED, OrderState.EXPIRED})


class Standing(msgspec.Struct, frozen=True):
    """An order with its payments and refunds, first one first, as the ledger has them at one moment or nearly."""

    order: Order
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()

    def after(self, move: OrderMove) -> "Standing":
        """What stands once this step of the order is committed. Whatever changed of it in between would have changed
        the order's version too, and the step would not be; but for refunds, which have versions of their own."""
        replaced = {payment.payment_id: payment for payment in (*self.payments, *move.payments)}
        payments = sorted(replaced.values(), key=lambda it: (it.created_at_ms, it.payment_id))
        known = {refund.refund_id for refund in self.refunds}
        refunds = (*self.refunds, *(it for it in move.refunds if it.refund_id not in known))
        return Standing(move.after, tuple(payments), refunds)

    @property
    def current(self) -> Payment | None:
        """The payment that is under way, or paid."""
        return None if self.order.payment_id is None else self.payment(self.order.payment_id)

    def payment(self, payment_id: PaymentId) -> Payment | None:
        """The order's payment of this id."""
        return next((it for it in self.payments if it.payment_id == payment_id), None)

    @property
    def live(self) -> tuple[Payment, ...]:
        """Payments that the gateway may still take."""
        return tuple(payment for payment in self.payments if not payment.has_ended)

    @property
    def stopped(self) -> tuple[Payment, ...]:
        """Payments that were stopped before anything was taken, as far as is known."""
        return tuple(payment for payment in self.payments if payment.state is PaymentState.CANCELLED)

    @property
    def payer(self) -> Payment | None:
        """The payment that took what the order costs and was not one too many."""
        apart = {refund.payment_id for refund in self.refunds if refund.reason in _FOR_ONE_PAYMENT}
        return next((it for it in self.payments if is_whole(it) and it.payment_id not in apart), None)

    @property
    def own_refunds(self) -> tuple[Refund, ...]:
        """What is given back of the order itself, beside payments that were one too many or wrong."""
        return tuple(refund for refund in self.refunds if refund.reason not in _FOR_ONE_PAYMENT)


class Rest(msgspec.Struct, frozen=True):
    """Nothing to be done before then (None: unless somebody asks)."""

    until_ms: int | None = None


class SeeHold(msgspec.Struct, frozen=True):
    """Look whether the pending order's hold is still there."""


class Asking(StrEnum):
    """What a gateway is asked of a payment."""

    LOOK_UP = "look_up"
    CAPTURE = "capture"
    CANCEL = "cancel"


class Ask(msgspec.Struct, frozen=True):
    """Ask the payment's gateway, and record the answer."""

    payment: Payment
    what: Asking


class Write(msgspec.Struct, frozen=True):
    """Write this step: nothing else has to be known for it."""

    move: OrderMove


class Book(msgspec.Struct, frozen=True):
    """Write the paid order's booking."""


class GiveBack(msgspec.Struct, frozen=True):
    """Carry out this refund, which nobody has tried yet."""

    refund: Refund


NextStep = Rest | SeeHold | Ask | Write | Book | GiveBack


def is_whole(payment: Payment) -> bool:
    """Whether just what was asked for is taken."""
    taken = (payment.captured_minor, payment.captured_currency)
    return payment.state is PaymentState.CAPTURED and taken == (payment.amount_minor, payment.currency)


def next_step(standing: Standing, *, now_ms: int, event_is_cancelled: bool) -> NextStep:  # noqa: PLR0911, PLR0912
    """What the order needs now."""
    order = standing.order
    fresh = next((it for it in standing.refunds if it.state is RefundState.DUE and it.tries == 0), None)
    if fresh is not None and fresh.first_asked_at_ms is None:
        return GiveBack(fresh)
    match order.state:
        case OrderState.PENDING:
            if event_is_cancelled:
                after = order.moved(OrderState.CANCELLED, now_ms=now_ms, due_at_ms=None)
                return Write(OrderMove(before=order, after=after))
            return SeeHold() if now_ms >= order.expires_at_ms else Rest(order.expires_at_ms + PENDING_GRACE_MS)
        case OrderState.CLAIMED | OrderState.PAYING:
            return _while_payable(standing, now_ms, event_is_cancelled=event_is_cancelled)
        case OrderState.PAID:
            if event_is_cancelled:
                return Write(refunding(standing, RefundReason.EVENT_CANCELLED, now_ms))
            return Book()
        case OrderState.CANCELLING:
            return _while_cancelling(standing, now_ms, event_is_cancelled=event_is_cancelled)
        case OrderState.REFUNDING:
            if all(refund.state is RefundState.DONE for refund in standing.refunds):
                after = order.moved(OrderState.REFUNDED, now_ms=now_ms, due_at_ms=rest_due_ms(standing, now_ms))
                return Write(OrderMove(before=order, after=after))
            given_up = next((it for it in standing.refunds if it.is_given_up), None)
            if given_up is not None:
                return Write(needs_attention(order, f"a refund keeps failing: {given_up.last_error}", now_ms))
            return Rest(now_ms + REFUNDING_PAUSE_MS)
        case OrderState.BOOKED | OrderState.CANCELLED | OrderState.EXPIRED | OrderState.REFUNDED:
            if standing.live:
                return Ask(standing.live[0], Asking.CANCEL)
            return Rest()
        case OrderState.NEEDS_ATTENTION:
            if standing.own_refunds and all(refund.state is RefundState.DONE for refund in standing.refunds):
                return Write(looked_again(standing, now_ms=now_ms))
            return Rest()


def recorded(standing: Standing, payment: Payment, seen: PaymentSeen, *, now_ms: int) -> OrderMove | None:
    """What the gateway's answer about this payment makes of the order; None where it says nothing new.

    What is captured stays so, whatever is said of it later. A payment that took something else than it was asked for,
    or that nobody needed, is given back whole; the order goes on as if it had not been.
    """
    order = standing.order
    if payment.state is PaymentState.CAPTURED:
        return None
    is_captured = seen.state is PaymentState.CAPTURED
    after = msgspec.structs.replace(
        payment,
        state=seen.state,
        gateway_payment_id=seen.gateway_payment_id or payment.gateway_payment_id,
        captured_minor=seen.captured_minor if is_captured else 0,
        captured_currency=seen.captured_currency if is_captured else None,
        reason=seen.reason,
    )
    if after == payment and payment.state is not PaymentState.STARTED:
        return None
    after = msgspec.structs.replace(after, lease_until_ms=0, updated_at_ms=now_ms)
    needed = standing.payer is None and _wants_payment(order)
    refund: Refund | None = None
    if is_captured and not is_whole(after):
        refund = whole_refund(after, RefundReason.WRONG_AMOUNT, now_ms=now_ms)
    elif is_captured and not needed:
        refund = whole_refund(after, RefundReason.PAID_TWICE, now_ms=now_ms)
    pays = is_captured and refund is None and is_whole(after)
    payments = tuple(after if it.payment_id == payment.payment_id else it for it in standing.payments)
    return _moved_by(
        msgspec.structs.replace(standing, payments=payments), after, () if refund is None else (refund,), pays, now_ms
    )


def closing(order: Order, into: OrderState, now_ms: int) -> OrderMove:
    """The order is to be given up (CANCELLED), or its window has ended (EXPIRED): no payment is started from now on."""
    after = order.moved(OrderState.CANCELLING, now_ms=now_ms, due_at_ms=now_ms + TAKE_OVER_AFTER_MS, closing=into)
    return OrderMove(before=order, after=after)


def needs_attention(order: Order, why: str, now_ms: int) -> OrderMove:
    """Somebody has to look; everything stays as it is meanwhile."""
    after = order.moved(OrderState.NEEDS_ATTENTION, now_ms=now_ms, due_at_ms=None, attention=why)
    return OrderMove(before=order, after=after)


def looked_again(standing: Standing, *, now_ms: int) -> OrderMove:
    """An order that needed attention goes on where what is known of it says."""
    order = standing.order
    changes: dict[str, object] = {}
    if standing.own_refunds:
        to = OrderState.REFUNDING
    elif standing.payer is not None and order.closing is not OrderState.CANCELLED:
        to, changes = OrderState.PAID, {"payment_id": standing.payer.payment_id}
    elif standing.current in standing.live and order.closing is None and order.has_claim:
        to = OrderState.PAYING
    else:
        to, changes = OrderState.CANCELLING, {"closing": order.closing or OrderState.EXPIRED}
    return OrderMove(before=order, after=order.moved(to, now_ms=now_ms, due_at_ms=now_ms, **changes))


def refunding(standing: Standing, reason: RefundReason, now_ms: int) -> OrderMove:
    """What paid the order goes back, all of it; its claim, if it has one, is dropped in the same step."""
    order = standing.order
    refund = None if standing.payer is None else whole_refund(standing.payer, reason, now_ms=now_ms)
    after = order.moved(OrderState.REFUNDING, now_ms=now_ms, due_at_ms=now_ms + TAKE_OVER_AFTER_MS, has_claim=False)
    return OrderMove(
        before=order, after=after, drops_claim=order.has_claim, refunds=() if refund is None else (refund,)
    )


def is_stuck(standing: Standing, *, now_ms: int) -> bool:
    """Whether people have to look at an order that could not be carried on: its claim and payments stay meanwhile."""
    order = standing.order
    if now_ms - order.updated_at_ms < ATTENTION_AFTER_MS:
        return False
    if order.state is OrderState.REFUNDING:
        return any(it.state in {RefundState.DUE, RefundState.FAILED} for it in standing.refunds)
    return order.state in {OrderState.CANCELLING, OrderState.PAID}


def rest_due_ms(standing: Standing, now_ms: int) -> int | None:
    """When an order that ends now is to be carried on all the same: where a payment is left that must be stopped, or
    that was stopped and is to be looked at once more."""
    if standing.live:
        return now_ms + TAKE_OVER_AFTER_MS
    return now_ms + LAST_LOOK_AFTER_MS if standing.stopped else None


def look_pause_ms(tries: int) -> int:
    """How long a payment is let alone after it was looked at in vain this often."""
    return min(LOOK_PAUSE_MS << min(tries, 10), LOOK_PAUSE_MS_MAX)


def _while_payable(  # noqa: PLR0911 (a return for each rule, in the order they count)
    standing: Standing, now_ms: int, *, event_is_cancelled: bool
) -> NextStep:
    order, current = standing.order, standing.current
    if event_is_cancelled:
        return Write(closing(order, OrderState.CANCELLED, now_ms))
    window_ends_ms = order.pay_until_ms or now_ms
    if now_ms >= window_ends_ms:
        return Write(closing(order, OrderState.EXPIRED, now_ms))
    strays = [payment for payment in standing.live if order.state is OrderState.CLAIMED or payment != current]
    if strays:
        return Ask(strays[0], Asking.CANCEL)
    if order.state is OrderState.CLAIMED:
        return Rest(window_ends_ms)
    if current is None or current.has_ended:
        return Write(needs_attention(order, "it is being paid, and no payment of it is under way", now_ms))
    if current.state is PaymentState.AUTHORISED:
        return Ask(current, Asking.CAPTURE)
    if current.lease_until_ms > now_ms:
        return Rest(min(current.lease_until_ms, window_ends_ms))
    return Ask(current, Asking.LOOK_UP)


def _while_cancelling(standing: Standing, now_ms: int, *, event_is_cancelled: bool) -> NextStep:
    order = standing.order
    if standing.live:
        return Ask(standing.live[0], Asking.CANCEL)
    into = order.closing or OrderState.EXPIRED
    if standing.payer is None:
        after = order.moved(into, now_ms=now_ms, due_at_ms=rest_due_ms(standing, now_ms), has_claim=False)
        return Write(OrderMove(before=order, after=after, drops_claim=order.has_claim))
    if event_is_cancelled:
        return Write(refunding(standing, RefundReason.EVENT_CANCELLED, now_ms))
    if into is OrderState.CANCELLED:
        return Write(refunding(standing, RefundReason.GIVEN_UP, now_ms))
    return Write(_paid(order, standing.payer, now_ms))


def _wants_payment(order: Order) -> bool:
    """Whether a payment of the whole amount is what the order lacks."""
    is_open = order.state in _UNPAID or order.state is OrderState.NEEDS_ATTENTION
    return is_open or (order.state in _CLOSED and order.booking_id is None)


def _moved_by(standing: Standing, payment: Payment, refunds: tuple[Refund, ...], pays: bool, now_ms: int) -> OrderMove:
    order = standing.order
    soon_ms, changes = now_ms + TAKE_OVER_AFTER_MS, {}
    to, due_at_ms = order.state, order.due_at_ms
    if order.state is OrderState.NEEDS_ATTENTION and payment.has_ended:
        move = looked_again(msgspec.structs.replace(standing, refunds=(*standing.refunds, *refunds)), now_ms=now_ms)
        return msgspec.structs.replace(move, payments=(payment,), refunds=refunds)
    if pays and (order.state in {OrderState.CLAIMED, OrderState.PAYING} or order.state in _CLOSED):
        to, due_at_ms, changes = OrderState.PAID, soon_ms, {"payment_id": payment.payment_id}
    elif order.state is OrderState.PAYING and payment.payment_id == order.payment_id:
        window_ends_ms = order.pay_until_ms or now_ms
        if payment.has_ended:
            to, due_at_ms = OrderState.CLAIMED, window_ends_ms
        elif payment.state is PaymentState.AUTHORISED:
            due_at_ms = soon_ms
        else:
            due_at_ms = min(now_ms + LOOK_PAUSE_MS, window_ends_ms)
    elif order.state is OrderState.CANCELLING or not payment.has_ended:
        due_at_ms = soon_ms
    elif standing.live == () and order.state in {*_CLOSED, OrderState.BOOKED, OrderState.REFUNDED}:
        due_at_ms = rest_due_ms(standing, now_ms)
    after = order.moved(to, now_ms=now_ms, due_at_ms=due_at_ms, **changes)
    return OrderMove(before=order, after=after, payments=(payment,), refunds=refunds)


def _paid(order: Order, payer: Payment, now_ms: int) -> OrderMove:
    after = order.moved(
        OrderState.PAID, now_ms=now_ms, due_at_ms=now_ms + TAKE_OVER_AFTER_MS, payment_id=payer.payment_id
    )
    return OrderMove(before=order, after=after)
