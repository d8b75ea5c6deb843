"""What a payment provider does to a shop that is not its fault: it calls back twice, late, and in the wrong order."""

import asyncio
import random
import time
from collections.abc import Sequence

import aiohttp

from frontrow.adapters.payments.demo_callbacks import CallbackSeal
from frontrow.derived_keys import derived_key
from frontrow.domain.ids import PaymentId
from frontrow.domain.payment import GatewayCallback
from frontrow.ports.demo_bank import DemoStage, SignedCallback
from tests.support.http_stack import SECRET

_STAGES = (DemoStage.CARD, DemoStage.SECOND_STEP, DemoStage.PAID, DemoStage.CANCELLED)


class CallbackPost:
    """Signs the demo bank's callbacks as the bank does, and delivers them as it pleases.

    `copies_max` and `delay_s_max` are what faults turn up. What a callback says is always something the bank might say;
    whoever gets it has to ask the bank how the payment stands.
    """

    def __init__(self, urls: Sequence[str], session: aiohttp.ClientSession, rng: random.Random) -> None:
        self.copies_max = 1
        self.delay_s_max = 0.2
        self.delivered = 0
        self._urls = urls
        self._session = session
        self._rng = rng
        self._seal = CallbackSeal(derived_key(SECRET, "demo callbacks"))
        self._under_way: set[asyncio.Task[None]] = set()

    def tell_of(self, payment_id: str) -> None:
        """Send what the bank would send about this payment, in so many copies and so late as it pleases."""
        for _ in range(self._rng.randint(1, self.copies_max)):
            stage, version = self._rng.choice(_STAGES), self._rng.randint(1, 4)
            callback = GatewayCallback(f"{payment_id}.{version}.{stage}", PaymentId(payment_id))
            signed = self._seal.signed(callback, now_ms=time.time_ns() // 1_000_000)
            task = asyncio.create_task(self._deliver(signed, self._rng.uniform(0, self.delay_s_max)))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def empty(self) -> None:
        """Until everything is delivered."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _deliver(self, signed: SignedCallback, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        url = f"{self._rng.choice(self._urls)}/api/v1/webhooks/demo"
        try:
            async with self._session.post(url, data=signed.body, headers=dict(signed.headers)) as answer:
                await answer.read()
                self.delivered += 1
        except (aiohttp.ClientError, TimeoutError):
            pass  # a bank that gets no answer calls again later, or never does
