"""The port to the demo's bank as its customers see it: the card page of a payment, and what is done there."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

import msgspec

from frontrow.domain.ids import PaymentId


class CardConduct(StrEnum):
    """What the demo's bank does when it is given one of its test cards."""

    PAYS = "pays"
    DECLINED = "declined"
    NO_FUNDS = "no_funds"
    SECOND_STEP = "second_step"
    """It asks the buyer once more before it takes the money."""
    ANSWER_LOST = "answer_lost"
    """It takes the money, and its answer never arrives."""
    SLOW = "slow"
    """It answers after some seconds."""
    LATE = "late"
    """It takes the money after a while, and cannot be stopped meanwhile."""
    REFUND_FAILS = "refund_fails"
    """It pays; the first refund of it fails."""


class DemoStage(StrEnum):
    """What the card page shows."""

    CARD = "card"
    """It waits for a card."""
    SECOND_STEP = "second_step"
    """It waits for the buyer's confirmation."""
    WAITING = "waiting"
    """The bank is at it, without the buyer."""
    PAID = "paid"
    DECLINED = "declined"
    """Over: nothing is taken, and never will be."""
    CANCELLED = "cancelled"
    """Stopped before anything was taken, and never will be."""


class Decline(StrEnum):
    """Why the last card tried was not taken."""

    DECLINED = "declined"
    NO_FUNDS = "no_funds"
    NOT_CONFIRMED = "not_confirmed"


class DemoCard(msgspec.Struct, frozen=True):
    """A test card: 16 digits."""

    number: str
    conduct: CardConduct


class DemoPaymentShown(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as its card page shows it. `amount_minor` is in minor units of `currency`.

    `decline` is why the last card was not taken; another one may be tried while the stage is CARD. `card_end` is the
    last four digits of the card in use, and `version` grows with every change.
    """

    payment_id: PaymentId
    stage: DemoStage
    amount_minor: int
    currency: str
    description: str
    version: int
    return_url: str | None = None
    decline: Decline | None = None
    card_end: str | None = None


class SignedCallback(msgspec.Struct, frozen=True):
    """A callback as the bank would send it by HTTP: header names in lower case, and the raw body."""

    headers: Mapping[str, str]
    body: bytes


class DemoBank(Protocol):
    """The demo's bank. Whoever knows a payment's id may pay it.

    Every call but `cards` may raise PaymentUnavailable, and nothing else; what it asked may then have happened. None
    is the answer where the bank has never heard of the payment.
    """

    @property
    def cards(self) -> tuple[DemoCard, ...]:
        """The test cards. Every other number pays."""
        ...

    async def shown(self, payment_id: PaymentId) -> DemoPaymentShown | None:
        """The payment as it stands."""
        ...

    async def pay(self, payment_id: PaymentId, card_number: str) -> DemoPaymentShown | None:
        """Try a card; nothing where the payment does not wait for one (any more)."""
        ...

    async def confirm(self, payment_id: PaymentId, *, accepted: bool) -> DemoPaymentShown | None:
        """Answer the second step; nothing where the payment does not wait for it."""
        ...

    async def give_up(self, payment_id: PaymentId) -> DemoPaymentShown | None:
        """Stop the payment where nothing is under way at the bank yet."""
        ...

    def callback_of(self, shown: DemoPaymentShown) -> SignedCallback:
        """What the bank sends to tell that the payment has changed."""
        ...
