"""A server that is killed between sending a webhook and recording it; and `frontrow notices` on its successor."""

import asyncio
import signal
from pathlib import Path

import httpx
from standardwebhooks.webhooks import Webhook

from frontrow.adapters.sql.ledger import open_ledger
from frontrow.data_folder import DataFolder
from frontrow.derived_keys import derived_key
from frontrow.domain.ids import BookingId
from frontrow.notices import configured_notices
from frontrow.services.catalog import Catalog
from frontrow.services.notice_contents import NoticeContents
from frontrow.services.notice_delivery import LEASE_MS, NoticeDelivery
from frontrow.settings import Settings
from tests.support.eventually import eventually
from tests.support.fake_clock import SkippingClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.house import EVENT, House
from tests.support.server import FORKED, RunningServer, run_frontrow, running_server
from tests.support.webhook_receiver import answering, hanging, webhook_receiver

SLOW_S = 30.0


class NoCodes:
    def ticket_code(self, booking_id: BookingId) -> str:
        return ""


async def test_what_a_killed_server_had_sent_is_sent_again_under_its_id_and_on_request(tmp_path: Path) -> None:
    await put_on_sale(tmp_path)
    printed = await asyncio.to_thread(run_frontrow, "notices", "secret", data_dir=tmp_path)
    async with webhook_receiver() as receiver:
        extra = {"FRONTROW_WEBHOOK_URL": receiver.url, "FRONTROW_DIRECT_BOOKING": "anyone"}
        receiver.answer = hanging
        with running_server(tmp_path, extra=extra, forked=FORKED) as server:
            await book_a_seat(server)
            await eventually(lambda: len(receiver.received) == 1, "the webhook is sent", seconds_max=SLOW_S)
            server.stop(signal.SIGKILL)

        receiver.answer = answering(204)
        await deliver_after_the_lease(tmp_path, receiver.url)
        ids = [it.webhook_id for it in receiver.received]
        assert ids == ids[:1] * 2, "it was sent twice, as one notice"

        with running_server(tmp_path, extra=extra, forked=FORKED):
            listed = await asyncio.to_thread(run_frontrow, "notices", "list", data_dir=tmp_path)
            assert ids[0] in listed.stdout
            assert "delivered" in listed.stdout
            sent = await asyncio.to_thread(run_frontrow, "notices", "send", ids[0], data_dir=tmp_path)
            assert sent.stdout == f"{ids[0]} due\n"
            await eventually(lambda: len(receiver.received) == 3, "it is sent once more", seconds_max=SLOW_S)
        for request in receiver.received:
            assert request.webhook_id == ids[0]
            assert Webhook(printed.stdout.strip()).verify(request.body, request.headers)["type"] == "booking.confirmed"


async def put_on_sale(data_dir: Path) -> None:
    """What `frontrow seed` does, for one small house."""
    clock = SkippingClock()
    ledger = await open_ledger(DataFolder(data_dir).ledger_url, clock=clock)
    try:
        await House(FakeHoldStore(clock), ledger, clock, sleep=asyncio.sleep).open()
    finally:
        await ledger.close()


async def book_a_seat(server: RunningServer) -> None:
    headers = {"authorization": f"Bearer {server.token('ada')}"}
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=headers, timeout=SLOW_S) as client:
        hold = await client.post(f"/events/{EVENT}/holds", json={"seatIds": ["A1"]})
        contact = {"name": "Ada", "email": "ada@example.com"}
        body = {"eventId": EVENT, "holdId": hold.json()["holdId"], "contactInfo": contact}
        assert (await client.post("/bookings", json=body)).status_code == 201


async def deliver_after_the_lease(data_dir: Path, url: str) -> None:
    """What the next process does once the dead one's lease has run out; nobody waits for that here."""
    clock, settings = SkippingClock(), Settings(data_dir=data_dir, webhook_url=url)
    folder = DataFolder(data_dir)
    ledger = await open_ledger(folder.ledger_url, clock=clock)
    try:
        [sender] = configured_notices(settings, key=derived_key(folder.jwt_secret(), "webhooks")).senders
        contents = NoticeContents(
            ledger=ledger, orders=ledger.orders, catalog=Catalog(ledger, clock=clock), codes=NoCodes(), public_url=None
        )
        delivery = NoticeDelivery(ledger=ledger.orders, contents=contents, senders=[sender], clock=clock)
        assert (
            await ledger.orders.take_due_notices(
                channel=sender.channel, now_ms=clock.now_ms(), until_ms=clock.now_ms(), limit=9
            )
            == []
        ), "the lease lives on when its owner is dead"
        clock.skip(LEASE_MS)
        await delivery.deliver_due(sender)
        await delivery.settled()
        await delivery.close()
    finally:
        await ledger.close()
