"""Webhooks over real HTTP, to a receiver that takes them, fails, hangs, sends elsewhere, or wants no more."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest
from standardwebhooks.webhooks import Webhook

from frontrow.adapters.notices.signatures import secret_of
from frontrow.adapters.notices.webhook import ANSWER_BYTES_MAX, WebhookSender
from frontrow.domain.notice import NoticeKind
from frontrow.ports.notice_sender import NoticeNotTaken, NoticeRefused, NoticeSent, SendOutcome
from tests.support.told import content
from tests.support.webhook_receiver import Received, WebhookReceiver, answering, hanging, webhook_receiver

SECRET = secret_of(bytes(range(32)))
PATIENCE_S = 30.0


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with webhook_receiver() as made:
        yield made


async def sent(receiver: WebhookReceiver, *, timeout_s: float = PATIENCE_S) -> SendOutcome:
    sender = WebhookSender(receiver.url, [SECRET], timeout_s=timeout_s)
    try:
        return await sender.send(content(NoticeKind.BOOKING_CONFIRMED), now_ms=time.time_ns() // 1_000_000)
    finally:
        await sender.close()


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_what_is_answered_with_success_is_delivered(receiver: WebhookReceiver, status: int) -> None:
    receiver.answer = answering(status)
    assert await sent(receiver) == NoticeSent(status)


async def test_the_receiver_can_verify_what_it_is_sent(receiver: WebhookReceiver) -> None:
    await sent(receiver)
    [request] = receiver.received
    assert request.headers["content-type"] == "application/json"
    assert Webhook(SECRET).verify(request.body, request.headers)["type"] == "booking.confirmed"
    assert request.webhook_id == content().notice.notice_id
    assert json.loads(request.body)["data"]["booking"]["bookingId"]


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
async def test_what_fails_is_worth_another_attempt(receiver: WebhookReceiver, status: int) -> None:
    receiver.answer = answering(status, body=b"a stack trace")
    assert await sent(receiver) == NoticeNotTaken(f"the receiver answered {status}", status)


async def test_a_receiver_that_is_gone_for_good_is_sent_no_more(receiver: WebhookReceiver) -> None:
    receiver.answer = answering(410)
    outcome = await sent(receiver)
    assert isinstance(outcome, NoticeRefused)
    assert outcome.status == 410


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirects_are_not_followed(receiver: WebhookReceiver, status: int) -> None:
    receiver.answer = answering(status, f"location: {receiver.url}/elsewhere")
    outcome = await sent(receiver)
    assert isinstance(outcome, NoticeNotTaken)
    assert outcome.status == status
    assert len(receiver.received) == 1


async def test_a_receiver_that_hangs_is_given_up_after_its_time(receiver: WebhookReceiver) -> None:
    receiver.answer = hanging
    assert await sent(receiver, timeout_s=0.2) == NoticeNotTaken("no answer within 0.2 s")
    assert len(receiver.received) == 1


async def test_nobody_listening_is_worth_another_attempt(receiver: WebhookReceiver) -> None:
    receiver.url = "http://127.0.0.1:1/hook"
    assert await sent(receiver) == NoticeNotTaken("the receiver could not be reached: ConnectError")


async def test_an_answer_that_is_no_http_is_worth_another_attempt(receiver: WebhookReceiver) -> None:
    async def babbling(_request: Received) -> bytes:
        return b"hello?\r\n\r\n"

    receiver.answer = babbling
    assert isinstance(await sent(receiver), NoticeNotTaken)


async def test_only_the_status_of_an_answer_counts_however_long_its_body_is_or_takes(
    receiver: WebhookReceiver,
) -> None:
    receiver.answer = answering(200, body=b"x" * 20 * ANSWER_BYTES_MAX)
    assert await sent(receiver) == NoticeSent(200)

    async def unfinished(_request: Received) -> bytes:
        return b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nonly so much"

    receiver.answer = unfinished
    assert await sent(receiver) == NoticeSent(200)


async def test_attempts_are_made_beside_each_other(receiver: WebhookReceiver) -> None:
    everybody = asyncio.Event()

    async def together(request: Received) -> bytes:
        if len(receiver.received) == 8:
            everybody.set()
        await everybody.wait()
        return await answering(204)(request)

    receiver.answer = together
    assert set(await asyncio.gather(*(sent(receiver) for _ in range(8)))) == {NoticeSent(204)}
