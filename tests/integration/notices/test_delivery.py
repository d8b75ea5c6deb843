"""Delivery from a real ledger: processes that share it send each notice once between them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from frontrow.adapters.sql.ledger import SqlLedger, open_ledger
from frontrow.domain.notice import Notice, NoticeChannel, NoticeState
from frontrow.domain.notice_content import NoticeContent
from frontrow.services.notice_delivery import NoticeDelivery
from tests.integration.ledger.drafts import event_on_sale
from tests.support.eventually import eventually
from tests.support.fake_clock import SkippingClock
from tests.support.told import FakeSender, content, notice

NOTICES = 60
PROCESSES = 3


class Contents:
    async def of(self, told: Notice) -> NoticeContent:
        return msgspec.structs.replace(content(), notice=told)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[SqlLedger]:
    opened = await open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", clock=SkippingClock())
    yield opened
    await opened.close()


async def test_processes_that_look_at_the_same_time_send_each_notice_once(ledger: SqlLedger) -> None:
    event = await event_on_sale(ledger, "gala")
    told = [
        msgspec.structs.replace(
            notice(channel=channel, name=f"{channel.value}{number}", due_at_ms=1),
            event_id=event.event_id,
            notice_id=f"{event.number}-{channel.value[:2]}{number:020}",
        )
        for channel in NoticeChannel
        for number in range(NOTICES)
    ]
    await ledger.orders.add_notices(told)
    processes = []
    for _ in range(PROCESSES):
        senders = [FakeSender(channel, at_once_max=5) for channel in NoticeChannel]
        delivery = NoticeDelivery(ledger=ledger.orders, contents=Contents(), senders=senders, clock=SkippingClock())
        processes.append((delivery, senders))
    running = [asyncio.create_task(delivery.run()) for delivery, _ in processes]

    async def all_delivered() -> bool:
        return not await ledger.orders.notices(state=NoticeState.DUE, before=None, limit=1)

    await eventually(all_delivered, "everything is delivered", seconds_max=30)
    for task, (delivery, _) in zip(running, processes, strict=True):
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await delivery.close()
    sent = Counter(notice_id for _, senders in processes for sender in senders for notice_id in sender.sent)
    assert sent == Counter(it.notice_id for it in told)
