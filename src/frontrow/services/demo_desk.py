"""What is done at the demo bank's card page, and told to the shop as a bank does: by a signed callback."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from frontrow.domain.errors import FrontrowError
from frontrow.domain.ids import PaymentId
from frontrow.ports.demo_bank import DemoBank, DemoCard, DemoPaymentShown, DemoStage, SignedCallback
from frontrow.services.background import Background

LOOK_EVERY_S = 2.0
LOOKS_MAX = 150
"""How often the bank looks whether a payment it is at has gone through, to tell of it: five minutes in all."""
_log = structlog.get_logger(__name__)


class DemoDesk:
    """The bank's desk. `deliver` takes a callback as the server takes one by HTTP; nobody at the desk waits for it."""

    def __init__(
        self,
        bank: DemoBank,
        *,
        deliver: Callable[[SignedCallback], Awaitable[object]],
        background: Background,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._bank = bank
        self._deliver = deliver
        self._background = background
        self._sleep = sleep
        self._awaited: set[PaymentId] = set()

    @property
    def cards(self) -> tuple[DemoCard, ...]:
        """See DemoBank.cards."""
        return self._bank.cards

    async def shown(self, payment_id: PaymentId) -> DemoPaymentShown | None:
        """See DemoBank.shown. May raise PaymentUnavailable, as all of these."""
        return await self._bank.shown(payment_id)

    async def pay(self, payment_id: PaymentId, card_number: str) -> DemoPaymentShown | None:
        """See DemoBank.pay; the shop is told what came of it."""
        return await self._told(await self._bank.pay(payment_id, card_number))

    async def confirm(self, payment_id: PaymentId, *, accepted: bool) -> DemoPaymentShown | None:
        """See DemoBank.confirm; the shop is told what came of it."""
        return await self._told(await self._bank.confirm(payment_id, accepted=accepted))

    async def give_up(self, payment_id: PaymentId) -> DemoPaymentShown | None:
        """See DemoBank.give_up; the shop is told what came of it."""
        return await self._told(await self._bank.give_up(payment_id))

    async def _told(self, shown: DemoPaymentShown | None) -> DemoPaymentShown | None:
        if shown is None:
            return None
        if shown.stage is DemoStage.WAITING:
            # Anybody may ask any number of times for what the bank is at already.
            if shown.payment_id not in self._awaited:
                self._awaited.add(shown.payment_id)
                self._background.start(self._tell_once_settled(shown.payment_id), name="DemoDesk.tell_once_settled")
        elif shown.stage is not DemoStage.CARD:
            await self._tell(shown)  # before the buyer is sent back, so that the shop knows by then
        return shown

    async def _tell_once_settled(self, payment_id: PaymentId) -> None:
        try:
            await self._tell_settled(payment_id)
        finally:
            self._awaited.discard(payment_id)

    async def _tell_settled(self, payment_id: PaymentId) -> None:
        for _ in range(LOOKS_MAX):
            await self._sleep(LOOK_EVERY_S)
            try:
                shown = await self._bank.shown(payment_id)
            except FrontrowError:
                continue
            if shown is not None and shown.stage is not DemoStage.WAITING:
                await self._tell(shown)
                return

    async def _tell(self, shown: DemoPaymentShown) -> None:
        try:
            await self._deliver(self._bank.callback_of(shown))
        except FrontrowError as error:
            # As with any bank: the shop asks by itself when it has heard nothing.
            _log.warning("demo_callback_failed", payment_id=shown.payment_id, reason=str(error))
