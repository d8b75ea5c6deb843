"""What the demo's bank keeps of a payment, and how it changes: pure, by a time that is handed in."""

import hashlib

import msgspec

from frontrow.domain.ids import PaymentId
from frontrow.domain.payment import (
    PaymentAction,
    PaymentRequest,
    PaymentSeen,
    PaymentState,
    Refund,
    RefundSeen,
    RefundState,
)
from frontrow.ports.demo_bank import CardConduct, Decline, DemoPaymentShown, DemoStage

DECLINE_REASONS = {
    Decline.DECLINED: "the card was declined",
    Decline.NO_FUNDS: "the card has insufficient funds",
    Decline.NOT_CONFIRMED: "the payment was not confirmed",
}
_STATES = {
    DemoStage.CARD: PaymentState.ACTION_REQUIRED,
    DemoStage.SECOND_STEP: PaymentState.ACTION_REQUIRED,
    DemoStage.WAITING: PaymentState.PROCESSING,
    DemoStage.PAID: PaymentState.CAPTURED,
    DemoStage.DECLINED: PaymentState.DECLINED,
    DemoStage.CANCELLED: PaymentState.CANCELLED,
}


class DemoRefund(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A refund the bank was asked for, with what it answered."""

    key: str
    amount_minor: int
    failed: str | None = None

    @property
    def seen(self) -> RefundSeen:
        """The bank's answer."""
        return RefundSeen(
            state=RefundState.DONE if self.failed is None else RefundState.FAILED,
            gateway_refund_id=_named("demo_refund", self.key),
            amount_minor=self.amount_minor,
            key=self.key,
            reason=self.failed,
        )


class DemoRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A payment in the bank's books; money in minor units, times in milliseconds since 1970 in UTC.

    `settles_at_ms` is when a WAITING one is paid.
    """

    stage: DemoStage
    amount_minor: int = 0
    currency: str = ""
    description: str = ""
    return_url: str | None = None
    card_end: str | None = None
    conduct: CardConduct | None = None
    decline: Decline | None = None
    settles_at_ms: int | None = None
    refunds: tuple[DemoRefund, ...] = ()

    def at(self, now_ms: int) -> "DemoRecord":
        """The record at this time: what was to be paid by now is."""
        if self.stage is DemoStage.WAITING and self.settles_at_ms is not None and self.settles_at_ms <= now_ms:
            return msgspec.structs.replace(self, stage=DemoStage.PAID)
        return self

    def tried(self, digits: str, conduct: CardConduct, *, settles_at_ms: int) -> "DemoRecord":
        """The record after this card, while one is waited for."""
        if self.stage is not DemoStage.CARD:
            return self
        after = msgspec.structs.replace(self, card_end=digits[-4:] or None, conduct=conduct, decline=None)
        match conduct:
            case CardConduct.DECLINED:
                return msgspec.structs.replace(after, decline=Decline.DECLINED)
            case CardConduct.NO_FUNDS:
                return msgspec.structs.replace(after, decline=Decline.NO_FUNDS)
            case CardConduct.SECOND_STEP:
                return msgspec.structs.replace(after, stage=DemoStage.SECOND_STEP)
            case CardConduct.SLOW | CardConduct.LATE:
                return msgspec.structs.replace(after, stage=DemoStage.WAITING, settles_at_ms=settles_at_ms)
            case CardConduct.PAYS | CardConduct.ANSWER_LOST | CardConduct.REFUND_FAILS:
                return msgspec.structs.replace(after, stage=DemoStage.PAID)

    def confirmed(self, *, accepted: bool) -> "DemoRecord":
        """The record after the buyer's answer to the second step; a refusal leaves room for another card."""
        if self.stage is not DemoStage.SECOND_STEP:
            return self
        if accepted:
            return msgspec.structs.replace(self, stage=DemoStage.PAID)
        return msgspec.structs.replace(self, stage=DemoStage.CARD, decline=Decline.NOT_CONFIRMED)

    def cancelled(self) -> "DemoRecord":
        """The record once it is stopped; unchanged where it can't be any more."""
        if self.stage in (DemoStage.CARD, DemoStage.SECOND_STEP):
            return msgspec.structs.replace(self, stage=DemoStage.CANCELLED)
        return self

    def refunded(self, refund: Refund) -> "DemoRecord":
        """The record with this refund in it, done or refused; unchanged where its key was used."""
        if self.refund_under(refund.key) is not None:
            return self
        done_minor = sum(earlier.amount_minor for earlier in self.refunds if earlier.failed is None)
        failed = None
        if self.stage is not DemoStage.PAID:
            failed = "nothing was taken, so nothing can be given back"
        elif refund.currency != self.currency:
            failed = f"the payment is in {self.currency}"
        elif done_minor + refund.amount_minor > self.amount_minor:
            failed = "more than was taken cannot be given back"
        elif self.conduct is CardConduct.REFUND_FAILS and not self.refunds:
            failed = "the card's bank refused the refund"
        return msgspec.structs.replace(
            self,
            refunds=(*self.refunds, DemoRefund(key=refund.key, amount_minor=refund.amount_minor, failed=failed)),
        )

    def refund_under(self, key: str) -> DemoRefund | None:
        """The refund that was asked for under this key."""
        return next((refund for refund in self.refunds if refund.key == key), None)

    def seen(self, payment_id: PaymentId) -> PaymentSeen:
        """The payment as the gateway's port says it."""
        state = _STATES[self.stage]
        paid = state is PaymentState.CAPTURED
        acts = state is PaymentState.ACTION_REQUIRED
        return PaymentSeen(
            state=state,
            gateway_payment_id=_named("demo", payment_id),
            captured_minor=self.amount_minor if paid else 0,
            captured_currency=self.currency if paid else None,
            reason=None if self.decline is None else DECLINE_REASONS[self.decline],
            action=PaymentAction(kind="redirect", url=f"/pay/demo/{payment_id}") if acts else None,
        )

    def shown(self, payment_id: PaymentId, version: int) -> DemoPaymentShown:
        """The payment as its card page shows it."""
        return DemoPaymentShown(
            payment_id=payment_id,
            stage=self.stage,
            amount_minor=self.amount_minor,
            currency=self.currency,
            description=self.description,
            version=version,
            return_url=self.return_url,
            decline=self.decline,
            card_end=self.card_end,
        )


def begun(request: PaymentRequest) -> DemoRecord:
    """A payment the bank has just heard of."""
    return DemoRecord(
        stage=DemoStage.CARD,
        amount_minor=request.amount_minor,
        currency=request.currency,
        description=request.description,
        return_url=request.return_url,
    )


def _named(kind: str, key: str) -> str:
    return f"{kind}_{hashlib.sha256(key.encode()).hexdigest()[:24]}"
