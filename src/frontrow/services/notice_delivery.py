"""Delivering notices: every one that is due is sent, at least once, by whichever process takes it first.

A process takes a notice by a lease, sends it, and records what became of it. Who dies in between has sent it or not:
the lease runs out, and another sends it again, under the same id. An attempt is given up well before its lease ends, so
that two processes never both send a notice while both are alive. Order is not promised.

Each channel has a lane of its own: a receiver that is slow or away keeps nobody but its own notices waiting.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec
import structlog

from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.notice import Notice, NoticeChannel, NoticeKind, NoticeState
from frontrow.domain.notice_content import NoticeContent
from frontrow.ports import Clock, NoticeSender
from frontrow.ports.notice_sender import NoticeNotTaken, NoticeRefused, NoticeSent, SendOutcome
from frontrow.services.notice_contents import NothingToTell

LEASE_MS = 120_000
"""For how long a taken notice is nobody else's."""
ATTEMPT_S_MAX = 60.0
"""Of one attempt, reading what it says included: half the lease, so that clocks may differ."""
RECORD_TRIES_MAX = 5
"""How often one outcome is recorded before it is left to the lease: then the notice is sent again."""
RETRY_PAUSES_S = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 72_000, 86_400)
"""After the first, second, ... attempt that failed: 13 attempts within three days."""
JITTER = 0.2
"""A pause is up to this share shorter or longer, so that what failed together is not tried together."""
IDLE_PAUSE_S = 0.5
"""Between two looks for due notices where there was nothing more to take."""
FAILURE_PAUSE_S_MAX = 15.0
KEPT_MS = dict.fromkeys(NoticeKind, 30 * 86_400_000) | {NoticeKind.HOLD_EXPIRED: 3 * 86_400_000}
"""For how long what was delivered stays, for operators to look at and send again."""
DROPPED_MAX = 200
"""Of one kind in one round: some 10 ms of the ledger."""
DROP_PAUSE_MS = 600_000
GRACE_S = 5.0
"""What attempts under way are given to end when the process stops."""

_log = structlog.get_logger(__name__)


class KeepsNotices(Protocol):
    """The orders' ledger, as far as it is asked here."""

    async def take_due_notices(
        self, *, channel: NoticeChannel, now_ms: int, until_ms: int, limit: int
    ) -> list[Notice]: ...

    async def update_notice(self, notice: Notice) -> None: ...

    async def drop_delivered_notices(self, *, kind: NoticeKind, before_ms: int, limit: int) -> int: ...


class MakesContents(Protocol):
    """Says what a notice says (services/notice_contents.py)."""

    async def of(self, notice: Notice) -> NoticeContent | NothingToTell: ...


class NoticeDelivery:
    """Sends what is due. `run` is its loop; one per process, any number of processes."""

    def __init__(
        self,
        *,
        ledger: KeepsNotices,
        contents: MakesContents,
        senders: Sequence[NoticeSender],
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._ledger = ledger
        self._contents = contents
        self._senders = tuple(senders)
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._drop_at_ms = clock.monotonic_ms()
        self._under_way: dict[NoticeChannel, set[asyncio.Task[None]]] = {it.channel: set() for it in senders}
        self.attempts: Counter[tuple[NoticeChannel, NoticeState]] = Counter()
        """Attempts by channel and what the notice came to: still due, delivered, failed for good."""

    async def run(self) -> None:
        """Deliver, for ever; nothing to do where no channel is configured."""
        async with asyncio.TaskGroup() as lanes:
            for sender in self._senders:
                lanes.create_task(self._keep_delivering(sender))

    async def deliver_due(self, sender: NoticeSender) -> bool:
        """Take what is due of the sender's channel, as far as it has room, and begin to send it; whether more may be.

        Raises:
            LedgerUnavailable: nothing was taken, as far as is known.
        """
        under_way = self._under_way[sender.channel]
        room = sender.at_once_max - len(under_way)
        if room == 0:
            await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            return True
        now_ms = self._clock.now_ms()
        taken = await self._ledger.take_due_notices(
            channel=sender.channel, now_ms=now_ms, until_ms=now_ms + LEASE_MS, limit=room
        )
        for notice in taken:
            task = asyncio.create_task(self._deliver(sender, notice), name=f"send {notice.kind} by {notice.channel}")
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        return len(taken) == room

    async def drop_old(self) -> None:
        """Delete what was delivered longer than KEPT_MS ago: DROPPED_MAX of a kind, and the rest in the next rounds.

        Raises:
            LedgerUnavailable: some may be gone; the next round goes on.
        """
        if self._clock.monotonic_ms() < self._drop_at_ms:
            return
        self._drop_at_ms = self._clock.monotonic_ms() + DROP_PAUSE_MS
        now_ms, has_more = self._clock.now_ms(), False
        for kind, kept_ms in KEPT_MS.items():
            dropped = await self._ledger.drop_delivered_notices(
                kind=kind, before_ms=now_ms - kept_ms, limit=DROPPED_MAX
            )
            has_more = has_more or dropped == DROPPED_MAX
        if has_more:
            self._drop_at_ms = self._clock.monotonic_ms()

    async def settled(self) -> None:
        """Return when no attempt is under way."""
        while tasks := self._tasks():
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """Give attempts under way GRACE_S to end, then break them off: their notices come due with their leases."""
        if tasks := self._tasks():
            await asyncio.wait(tasks, timeout=GRACE_S)
        for task in self._tasks():
            task.cancel()
        await self.settled()
        for sender in self._senders:
            await sender.close()

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [task for tasks in self._under_way.values() for task in tasks]

    async def _keep_delivering(self, sender: NoticeSender) -> None:
        failures = 0
        while True:
            try:
                more = await self.deliver_due(sender)
                await self.drop_old()
            except Exception as error:  # the lane must go on, whatever one look came to
                failures += 1
                if failures == 1:
                    unexpected = None if isinstance(error, LedgerUnavailable) else error
                    _log.warning("notices_wait", channel=sender.channel, reason=str(error), exc_info=unexpected)
                await self._sleep(min(FAILURE_PAUSE_S_MAX, IDLE_PAUSE_S * 2**failures))
                continue
            failures = 0
            if not more:
                await self._sleep(IDLE_PAUSE_S)

    async def _deliver(self, sender: NoticeSender, notice: Notice) -> None:
        try:
            outcome = await self._attempt(sender, notice)
        except LedgerUnavailable as error:  # what it says cannot be read: no attempt, and it comes due with its lease
            _log.warning("notices_wait", channel=notice.channel, reason=str(error))
            return
        judged = judge(notice, outcome, now_ms=self._clock.now_ms(), chance=self._chance())
        self.attempts[notice.channel, judged.state] += 1
        await self._record(judged)
        _tell(judged)

    async def _attempt(self, sender: NoticeSender, notice: Notice) -> SendOutcome:
        try:
            async with asyncio.timeout(ATTEMPT_S_MAX):
                content = await self._contents.of(notice)
                if isinstance(content, NothingToTell):
                    return NoticeRefused(content.reason)
                return await sender.send(content, now_ms=self._clock.now_ms())
        except TimeoutError:
            return NoticeNotTaken(f"not sent within {ATTEMPT_S_MAX:g} s")
        except LedgerUnavailable:
            raise
        except Exception as error:  # a fault of ours with one notice must not keep the others from being sent
            _log.exception("notice_not_sendable", notice_id=notice.notice_id, kind=notice.kind, channel=notice.channel)
            return NoticeNotTaken(f"a fault in Frontrow: {type(error).__name__}; the log says more")

    async def _record(self, notice: Notice) -> None:
        for attempt in range(1, RECORD_TRIES_MAX + 1):
            try:
                return await self._ledger.update_notice(notice)
            except LedgerUnavailable as error:
                if attempt == RECORD_TRIES_MAX:
                    _log.warning("notice_not_recorded", notice_id=notice.notice_id, reason=str(error))
                    return None
                await self._sleep(min(FAILURE_PAUSE_S_MAX, IDLE_PAUSE_S * 2**attempt))
        return None


def judge(notice: Notice, outcome: SendOutcome, *, now_ms: int, chance: float) -> Notice:
    """The notice after an attempt. `chance`, 0 to 1, is where in its jitter the pause before the next one lies."""
    tried = msgspec.structs.replace(notice, tries=notice.tries + 1, last_status=outcome.status)
    match outcome:
        case NoticeSent():
            return msgspec.structs.replace(
                tried, state=NoticeState.DELIVERED, due_at_ms=None, last_error=None, delivered_at_ms=now_ms
            )
        case NoticeNotTaken(reason=reason) if notice.tries < len(RETRY_PAUSES_S):
            pause_ms = RETRY_PAUSES_S[notice.tries] * 1_000 * (1 - JITTER + 2 * JITTER * chance)
            return msgspec.structs.replace(tried, due_at_ms=now_ms + round(pause_ms), last_error=reason)
        case NoticeRefused(reason=reason) | NoticeNotTaken(reason=reason):
            return msgspec.structs.replace(tried, state=NoticeState.FAILED, due_at_ms=None, last_error=reason)


def _tell(notice: Notice) -> None:
    about = {
        "notice_id": notice.notice_id,
        "kind": notice.kind,
        "channel": notice.channel,
        "tries": notice.tries,
        "status": notice.last_status,
    }
    match notice.state:
        case NoticeState.DELIVERED:
            _log.info("notice_delivered", **about)
        case NoticeState.DUE:
            _log.info("notice_not_taken", **about, reason=notice.last_error, due_at_ms=notice.due_at_ms)
        case NoticeState.FAILED:
            _log.warning("notice_given_up", **about, reason=notice.last_error)
