"""Notices of a running server: webhooks and mails go out by themselves; admins list them and have them sent again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from frontrow.adapters.notices.signatures import secret_of
from tests.support.eventually import eventually
from tests.support.http_stack import Api, api_of, running_application
from tests.support.mail_server import MailBox, mail_server
from tests.support.valkey import ValkeyServer
from tests.support.webhook_receiver import Received, WebhookReceiver, answering, webhook_receiver

SECRET = secret_of(bytes(range(32)))
ADMIN = ("boss", "admin")
NOTICES = "/api/v1/notices"


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with webhook_receiver() as made:
        yield made


@pytest.fixture
async def box() -> AsyncIterator[MailBox]:
    async with mail_server() as made:
        yield made


@pytest.fixture
async def told(valkey: ValkeyServer, folder: Path, receiver: WebhookReceiver, box: MailBox) -> AsyncIterator[Api]:
    """A server that tells the receiver and the mail box."""
    told = {
        "webhook_url": receiver.url,
        "webhook_secret": (SECRET,),
        "smtp_url": f"smtp://localhost:{box.port}",
        "email_from": "Grand Theatre <tickets@theatre.example>",
    }
    async with running_application(valkey.url, folder, **told) as application, api_of(application) as client:
        yield client


def taken(receiver: WebhookReceiver, kind: str) -> list[Received]:
    """What was received of that kind, each verified."""
    return [it for it in receiver.received if Webhook(SECRET).verify(it.body, it.headers)["type"] == kind]


async def test_a_booking_and_its_cancellation_reach_the_server_and_the_customer(
    told: Api, receiver: WebhookReceiver, box: MailBox
) -> None:
    hold = await told.hold("A1", "A2")
    booking = await told.book(hold["holdId"])
    await eventually(lambda: len(taken(receiver, "booking.confirmed")) == 1 and len(box.mails) == 1, "both are told")
    [confirmed] = taken(receiver, "booking.confirmed")
    said = Webhook(SECRET).verify(confirmed.body, confirmed.headers)["data"]["booking"]
    shown = (await told.get(f"/api/v1/bookings/{booking['bookingId']}", by=("buyer",))).body
    assert {name: shown[name] for name in said if name in shown} == {
        name: value for name, value in said.items() if name in shown
    }
    assert said["ticketCode"] in box.mails[0].text("plain")

    await told.post(f"/api/v1/bookings/{booking['bookingId']}/cancel", {"seatIds": ["A2"]})
    await eventually(lambda: len(taken(receiver, "booking.cancelled")) == 1 and len(box.mails) == 2, "both are told")
    [cancelled] = taken(receiver, "booking.cancelled")
    data = Webhook(SECRET).verify(cancelled.body, cancelled.headers)["data"]
    assert [seat["seatId"] for seat in data["seats"]] == ["A2"]
    assert data["booking"]["status"] == "partly_cancelled"


async def test_a_hold_that_ran_out_is_told_of(told: Api, receiver: WebhookReceiver) -> None:
    hold = await told.hold("B1", "B2")
    path = f"/api/v1/events/{hold['eventId']}/holds/{hold['holdId']}/release"
    assert (await told.post(path, {"afterSeconds": 1})).status == 200
    await eventually(lambda: bool(taken(receiver, "hold.expired")), "the hold ran out, and somebody is told")
    [expired] = taken(receiver, "hold.expired")
    data = Webhook(SECRET).verify(expired.body, expired.headers)["data"]
    assert (data["holdId"], sorted(data["seatIds"]), data["userId"]) == (hold["holdId"], ["B1", "B2"], "buyer")


async def test_what_was_not_taken_is_listed_with_its_reason_and_sent_again_on_request(
    told: Api, receiver: WebhookReceiver, box: MailBox
) -> None:
    receiver.answer = answering(410)
    box.refuse_recipient = "550 no such user"
    await told.book((await told.hold("A1"))["holdId"])

    async def failed() -> list[dict[str, object]]:
        answer = await told.get(NOTICES, by=ADMIN, params={"state": "failed"})
        assert answer.status == 200
        return list(answer.body["items"])

    async def both_failed() -> bool:
        return len(await failed()) == 2

    await eventually(both_failed, "both are given up")
    by_channel = {str(notice["channel"]): notice for notice in await failed()}
    assert (by_channel["webhook"]["lastStatus"], by_channel["email"]["lastStatus"]) == (410, 550)

    receiver.answer = answering(200)
    notice_id = by_channel["webhook"]["noticeId"]
    again = await told.post(f"{NOTICES}/{notice_id}/send", by=ADMIN)
    assert (again.status, again.body["state"], again.body["tries"]) == (200, "due", 0)
    await eventually(lambda: len(receiver.received) == 2, "it was sent again")
    assert [it.webhook_id for it in receiver.received] == [notice_id, notice_id]

    page = await told.get(NOTICES, by=ADMIN, params={"limit": "1"})
    rest = await told.get(NOTICES, by=ADMIN, params={"limit": "1", "cursor": page.body["nextCursor"]})
    assert rest.body["nextCursor"] is None
    assert {it["channel"] for it in (*page.body["items"], *rest.body["items"])} == {"webhook", "email"}


async def test_only_admins_see_notices_and_have_them_sent(told: Api) -> None:
    for by in (("buyer",), ("shop", "integrator")):
        assert (await told.get(NOTICES, by=by)).code == "role_missing"
        assert (await told.post(f"{NOTICES}/1-J6rUWcfKBKz9mBj6NTz96w/send", by=by)).code == "role_missing"
    assert (await told.post(f"{NOTICES}/1-J6rUWcfKBKz9mBj6NTz96w/send", by=ADMIN)).code == "not_found"
    assert (await told.get(NOTICES, by=ADMIN, params={"state": "lost"})).code == "validation_failed"
