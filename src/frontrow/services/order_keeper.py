"""The background of orders: whatever a request, a callback or a process that died left undone is carried on.

Any number of processes run one each. What is due is taken with a lease, longest due first; what could not be done is
put off, longer each time. Nothing depends on who does it, or on how often.

There are lanes, so that nobody's seats wait for a gateway that others paid through: each lane takes what is its own,
and waits for its own slowest alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from enum import StrEnum
from functools import partial

import structlog

from frontrow.domain.errors import LedgerUnavailable, PaymentUnavailable, StoreUnavailable
from frontrow.domain.order import ENDED, Order, OrderState
from frontrow.domain.order_decisions import (
    ATTENTION_AFTER_MS,
    LAST_LOOK_AFTER_MS,
    Standing,
    is_stuck,
    needs_attention,
)
from frontrow.domain.order_moves import OrderMove
from frontrow.domain.payment import Refund
from frontrow.ports import Clock, OrderLedger
from frontrow.services.counts import Count, Counts
from frontrow.services.order_steps import OrderSteps, Progress
from frontrow.services.refunding import Refunding

LEASE_MS = 60_000
"""For how long what one process took is let alone by the others."""
TAKEN_MAX = 50
AT_ONCE_MAX = 10
ASKING_MAX = 20
"""Taken by a lane that asks gateways, and carried on all at once: none waits for another until its lease has ended."""
PAUSE_MS = 5_000
PAUSE_MS_MAX = 300_000
"""Between two tries of one order that could not be carried on: doubled each time up to this."""
BUSY_PAUSE_S = 0.25
IDLE_PAUSE_S = 1.0
FAILURE_PAUSE_S_MAX = 15.0

_ASKING_NOBODY = (OrderState.PENDING, OrderState.CLAIMED, OrderState.PAID)
_ASKING_GATEWAYS = tuple(state for state in OrderState if state not in _ASKING_NOBODY)

_log = structlog.get_logger(__name__)


class Lane(StrEnum):
    """What is carried on apart from everything else."""

    REFUNDS = "refunds"
    SEATS = "seats"
    """Orders whose next step needs the ledger and the store: holds and claims that ran out, paid ones to be booked."""
    PAYMENTS = "payments"
    """Orders whose next step needs a gateway."""


class OrderKeeper:
    """Carries on orders and refunds that are due."""

    def __init__(
        self,
        *,
        ledger: OrderLedger,
        steps: OrderSteps,
        refunding: Refunding,
        clock: Clock,
        counts: Counts,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ledger = ledger
        self._steps = steps
        self._refunding = refunding
        self._clock = clock
        self._counts = counts
        self._sleep = sleep

    async def run(self) -> None:
        """Keep every lane until cancelled."""
        async with asyncio.TaskGroup() as lanes:
            for lane in Lane:
                lanes.create_task(self._keep_lane(lane), name=f"OrderKeeper {lane}")

    async def _keep_lane(self, lane: Lane) -> None:
        """Every second, faster while there is work, slower while the ledger is away."""
        failure_pause_s = BUSY_PAUSE_S
        while True:
            try:
                done = await self.keep_once([lane])
            except LedgerUnavailable as error:
                _log.warning("orders_wait", lane=lane.value, reason=str(error), pause_s=failure_pause_s)
                await self._sleep(failure_pause_s)
                failure_pause_s = min(2 * failure_pause_s, FAILURE_PAUSE_S_MAX)
            else:
                failure_pause_s = BUSY_PAUSE_S
                await self._sleep(BUSY_PAUSE_S if done else IDLE_PAUSE_S)

    async def keep_once(self, lanes: Iterable[Lane] = Lane) -> int:
        """Carry on what is due in these lanes now, at most TAKEN_MAX orders or refunds of each; how many were taken.

        Raises:
            LedgerUnavailable: what was taken is due again when its lease ends.
        """
        work = [one for lane in lanes for one in await self._taken(lane)]
        results = await asyncio.gather(*(one() for one in work), return_exceptions=True)
        self._judge([result for result in results if result is not None])
        return len(work)

    async def _taken(self, lane: Lane) -> list[Callable[[], Awaitable[None]]]:
        """What is due in the lane, leased, each as what is to be done for it."""
        now_ms = self._clock.now_ms()
        until_ms = now_ms + LEASE_MS
        if lane is Lane.REFUNDS:
            refunds = await self._ledger.take_due_refunds(now_ms=now_ms, until_ms=until_ms, limit=ASKING_MAX)
            return [partial(self._refund, refund) for refund in refunds]
        states, limit = (_ASKING_NOBODY, TAKEN_MAX) if lane is Lane.SEATS else (_ASKING_GATEWAYS, ASKING_MAX)
        orders = await self._ledger.take_due_orders(now_ms=now_ms, until_ms=until_ms, limit=limit, states=states)
        turns = asyncio.Semaphore(AT_ONCE_MAX if lane is Lane.SEATS else ASKING_MAX)

        async def in_turn(order: Order) -> None:
            async with turns:
                await self._keep(order)

        return [partial(in_turn, order) for order in orders]

    async def _refund(self, refund: Refund) -> None:
        await self._refunding.carry_out(refund)
        await self._steps.advance(refund.order_id)

    async def _keep(self, order: Order) -> None:
        """Carry the order on; where that changes nothing, come again later, or have people look."""
        self._counts.add(Count.ORDERS_CARRIED_ON)
        progress: Progress | None = None
        due_at_ms, is_put_off = None, False
        try:
            progress = await self._steps.advance(order.order_id)
            due_at_ms = None if progress is None else progress.due_at_ms
            if progress is not None and progress.order.version == order.version:
                due_at_ms = await self._look_a_last_time(progress.standing) or due_at_ms
        except (StoreUnavailable, PaymentUnavailable) as error:
            _log.warning("order_put_off", order_id=order.order_id, event_id=order.event_id, why=str(error))
            self._counts.add(Count.ORDERS_PUT_OFF)
            is_put_off = True
        except LedgerUnavailable:
            raise
        except Exception:  # a fault of ours: this order is put off as any other, until people have to look at it
            _log.exception("order_failed", order_id=order.order_id, event_id=order.event_id)
            self._counts.add(Count.ORDERS_PUT_OFF)
            is_put_off = True
        if progress is not None and progress.order.version != order.version:
            return
        standing = await self._steps.standing(order.order_id)
        if standing is None or standing.order.version != order.version:
            return
        now_ms, stands = self._clock.now_ms(), standing.order
        is_given_up = now_ms - stands.updated_at_ms >= LAST_LOOK_AFTER_MS + ATTENTION_AFTER_MS
        if is_stuck(standing, now_ms=now_ms):
            why = f"it has been {stands.state.value} for hours, and nobody can say what came of it"
            await self._steps.write(needs_attention(stands, why, now_ms))
        elif stands.state not in ENDED or standing.live or due_at_ms is not None or (is_put_off and not is_given_up):
            later_ms = now_ms + min(PAUSE_MS << min(stands.tries, 10), PAUSE_MS_MAX)
            is_known = due_at_ms is not None and due_at_ms > now_ms
            await self._ledger.put_off(stands, due_at_ms=due_at_ms if is_known and due_at_ms else later_ms)
        else:
            await self._rest(stands)

    async def _look_a_last_time(self, standing: Standing) -> int | None:
        """Where the order has ended, ask once more for the payments that were stopped; when, if it is not yet time."""
        order = standing.order
        if order.state not in ENDED or standing.live or not standing.stopped:
            return None
        look_at_ms = order.updated_at_ms + LAST_LOOK_AFTER_MS
        if look_at_ms > self._clock.now_ms():
            return look_at_ms
        for payment in standing.stopped:
            await self._steps.advance(order.order_id, look_at=payment.payment_id)
        return None

    async def _rest(self, order: Order) -> None:
        """An ended order has nothing to be due for."""
        after = order.moved(order.state, now_ms=self._clock.now_ms(), due_at_ms=None)
        await self._steps.write(OrderMove(before=order, after=after))

    def _judge(self, errors: list[BaseException]) -> None:
        """Go on past an order that fails by itself; stop where the ledger is away, or at what nobody may swallow."""
        for error in errors:
            if not isinstance(error, StoreUnavailable | PaymentUnavailable | LedgerUnavailable):
                if not isinstance(error, Exception):
                    raise error
                _log.error("order_failed", exc_info=error)
        away = next((error for error in errors if isinstance(error, LedgerUnavailable)), None)
        if away is not None:
            raise away
