"""The demo's payment gateway: takes no money from anybody, and behaves as one that does.

A little bank whose books are a table of the ledger's database, so that it survives a restart and every process sees the
same. What its cards do says demo_cards.py.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from frontrow.adapters.payments.demo_callbacks import CallbackSeal
from frontrow.adapters.payments.demo_cards import TEST_CARDS, conduct_of, digits_of
from frontrow.adapters.payments.demo_records import DemoRecord, begun
from frontrow.domain.errors import LedgerUnavailable, PaymentUnavailable
from frontrow.domain.ids import PaymentId
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
)
from frontrow.ports import Clock
from frontrow.ports.demo_bank import CardConduct, DemoCard, DemoPaymentShown, DemoStage, SignedCallback

SLOW_MS = 4_000
"""How long the slow card takes to answer: a person notices, and no caller gives up."""
LATE_MS = 45_000
"""After how long the late card is paid."""
KEY_LIFETIME_MS = 100 * 365 * 86_400_000
"""The bank never forgets a refund's key."""
_WRITES_MAX = 20
"""Everyone who loses a write reads again; so many in a row for one payment are a fault."""
_MS_PER_SECOND = 1_000


class DemoBooks(Protocol):
    """Where the bank keeps its payments: a text and its version by payment id. May raise LedgerUnavailable."""

    async def read(self, payment_id: PaymentId) -> tuple[str, int] | None:
        """The text and its version (1 or more); None where nothing was written."""
        ...

    async def write(self, payment_id: PaymentId, text: str, version: int) -> bool:
        """Write the text as this version (1 for the first) over the one before it; False, and nothing written, where
        that is not the last one any more."""
        ...


class DemoPayments:
    """ports.PaymentGateway, and ports.DemoBank for the card page.

    `sleep` is how the slow card lets time pass.
    """

    name = "demo"
    key_lifetime_ms = KEY_LIFETIME_MS
    cards: tuple[DemoCard, ...] = TEST_CARDS

    def __init__(
        self,
        books: DemoBooks,
        *,
        clock: Clock,
        key: bytes,
        late_ms: int = LATE_MS,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._books = books
        self._clock = clock
        self._seal = CallbackSeal(key)
        self._late_ms = late_ms
        self._sleep = sleep

    async def start(self, request: PaymentRequest) -> PaymentSeen:
        """See PaymentGateway.start. A card that is sent along is tried at once, and declined for good; without one the
        buyer is sent to the card page."""
        card = request.card_number

        def change(record: DemoRecord | None) -> DemoRecord:
            if record is not None:
                return record
            fresh = begun(request)
            if card is None:
                return fresh
            after = self._tried(fresh, card)
            declined = after.decline is not None
            return msgspec.structs.replace(after, stage=DemoStage.DECLINED) if declined else after

        record, _, changed = await self._change(request.payment_id, change)
        if card is not None:
            record = await self._answered(request.payment_id, record, changed)
        return record.seen(request.payment_id)

    async def look_up(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        """See PaymentGateway.look_up."""
        found = await self._read(payment.payment_id)
        return PaymentUnknown() if found is None else found[0].seen(payment.payment_id)

    async def capture(self, payment: Payment) -> PaymentSeen:
        """See PaymentGateway.capture: this bank never only authorises, so it says how the payment stands."""
        seen = await self.look_up(payment)
        return PaymentSeen(state=PaymentState.CANCELLED) if isinstance(seen, PaymentUnknown) else seen

    async def cancel(self, payment: Payment) -> PaymentSeen | PaymentUnknown:
        """See PaymentGateway.cancel. What is not known yet is remembered as cancelled, and never begun later; what the
        bank is at (the slow card and the late one) goes on."""

        def change(record: DemoRecord | None) -> DemoRecord:
            if record is None:
                return DemoRecord(stage=DemoStage.CANCELLED)
            return record.cancelled()

        record, _, _ = await self._change(payment.payment_id, change)
        return record.seen(payment.payment_id)

    async def refund(self, payment: Payment, refund: Refund) -> RefundSeen:
        """See PaymentGateway.refund."""

        def change(record: DemoRecord | None) -> DemoRecord:
            return (record or DemoRecord(stage=DemoStage.CANCELLED)).refunded(refund)

        record, _, _ = await self._change(payment.payment_id, change)
        done = record.refund_under(refund.key)
        assert done is not None
        return done.seen

    async def refunds_of(self, payment: Payment) -> Sequence[RefundSeen]:
        """See PaymentGateway.refunds_of."""
        found = await self._read(payment.payment_id)
        return () if found is None else tuple(refund.seen for refund in found[0].refunds)

    def callback(self, headers: Mapping[str, str], body: bytes, *, now_ms: int) -> GatewayCallback | CallbackRefused:
        """See PaymentGateway.callback."""
        return self._seal.opened(headers, body, now_ms=now_ms)

    async def shown(self, payment_id: PaymentId) -> DemoPaymentShown | None:
        """See DemoBank.shown."""
        found = await self._read(payment_id)
        return None if found is None else found[0].shown(payment_id, found[1])

    async def pay(self, payment_id: PaymentId, card_number: str) -> DemoPaymentShown | None:
        """See DemoBank.pay."""
        return await self._at_desk(payment_id, lambda record: self._tried(record, card_number))

    async def confirm(self, payment_id: PaymentId, *, accepted: bool) -> DemoPaymentShown | None:
        """See DemoBank.confirm."""
        return await self._at_desk(payment_id, lambda record: record.confirmed(accepted=accepted))

    async def give_up(self, payment_id: PaymentId) -> DemoPaymentShown | None:
        """See DemoBank.give_up."""
        return await self._at_desk(payment_id, lambda record: record.cancelled())

    def callback_of(self, shown: DemoPaymentShown) -> SignedCallback:
        """See DemoBank.callback_of."""
        callback = GatewayCallback(f"{shown.payment_id}.{shown.version}.{shown.stage}", shown.payment_id)
        return self._seal.signed(callback, now_ms=self._clock.now_ms())

    def _tried(self, record: DemoRecord, card_number: str) -> DemoRecord:
        conduct = conduct_of(card_number)
        waits_ms = SLOW_MS if conduct is CardConduct.SLOW else self._late_ms
        return record.tried(digits_of(card_number), conduct, settles_at_ms=self._clock.now_ms() + waits_ms)

    async def _at_desk(
        self, payment_id: PaymentId, change: Callable[[DemoRecord], DemoRecord]
    ) -> DemoPaymentShown | None:
        if await self._read(payment_id) is None:
            return None

        def changed_from(record: DemoRecord | None) -> DemoRecord:
            assert record is not None  # nothing is ever taken out of the books
            return change(record)

        record, _, changed = await self._change(payment_id, changed_from)
        await self._answered(payment_id, record, changed)
        return await self.shown(payment_id)

    async def _answered(self, payment_id: PaymentId, record: DemoRecord, changed: bool) -> DemoRecord:
        """The record once the bank's answer has arrived, in the way its card has answers arrive."""
        if record.conduct is CardConduct.SLOW and record.settles_at_ms is not None:
            left_ms = record.settles_at_ms - self._clock.now_ms()
            if record.stage is DemoStage.WAITING and left_ms > 0:
                await self._sleep(left_ms / _MS_PER_SECOND)
                found = await self._read(payment_id)
                return record if found is None else found[0]
        if record.conduct is CardConduct.ANSWER_LOST and changed and record.stage is DemoStage.PAID:
            raise PaymentUnavailable("the demo's bank took the money, and its answer was lost (its test card does so)")
        return record

    async def _read(self, payment_id: PaymentId) -> tuple[DemoRecord, int] | None:
        try:
            found = await self._books.read(payment_id)
        except LedgerUnavailable as error:
            raise PaymentUnavailable(f"the demo bank's books: {error}") from error
        if found is None:
            return None
        text, version = found
        return msgspec.json.decode(text, type=DemoRecord).at(self._clock.now_ms()), version

    async def _change(
        self, payment_id: PaymentId, change: Callable[[DemoRecord | None], DemoRecord]
    ) -> tuple[DemoRecord, int, bool]:
        """Write what `change` makes of the record; that, its version, and whether it was anything new."""
        for _ in range(_WRITES_MAX):
            found = await self._read(payment_id)
            record, version = (None, 0) if found is None else found
            after = change(record)
            if after == record:
                return after, version, False
            try:
                written = await self._books.write(payment_id, msgspec.json.encode(after).decode(), version + 1)
            except LedgerUnavailable as error:
                raise PaymentUnavailable(f"the demo bank's books: {error}") from error
            if written:
                return after, version + 1, True
        raise PaymentUnavailable("too many changes of one payment at once")
