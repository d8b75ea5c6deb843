"""What is due is given to one at a time: orders, refunds and notices alike."""

import asyncio

import msgspec
import pytest

from frontrow.domain.event import Event
from frontrow.domain.ids import NoticeId
from frontrow.domain.notice import NoticeChannel, NoticeKind, NoticeState
from frontrow.domain.order import OrderState
from frontrow.domain.payment import RefundState
from tests.integration.ledger.drafts import booked, draft, event_on_sale, guard
from tests.integration.ledger.order_steps import Books, notice, pay, payment, refund, step
from tests.support.fake_clock import START_MS, FakeClock

LEASE_MS = 30_000
UNTIL_MS = START_MS + LEASE_MS


async def test_due_orders_are_taken_once_longest_due_first(books: Books, show: Event) -> None:
    other = await event_on_sale(books.ledger, "matinee")
    later = await books.placed(other, "A1", due_at_ms=START_MS)
    first = await books.placed(show, "A1", due_at_ms=START_MS - 5)
    await books.placed(show, "A1", due_at_ms=START_MS + 1)
    await books.placed(show, "A1", due_at_ms=None)

    async def take(now_ms: int = START_MS, limit: int = 9) -> list[str]:
        taken = await books.orders.take_due_orders(now_ms=now_ms, until_ms=now_ms + LEASE_MS, limit=limit)
        assert {it.due_at_ms for it in taken} <= {now_ms + LEASE_MS}
        return [it.order_id for it in taken]

    assert await take(limit=1) == [first.order_id]
    assert await take() == [later.order_id]
    assert await take() == []
    assert len(await take(UNTIL_MS - 1)) == 1
    assert sorted(await take(UNTIL_MS)) == sorted([first.order_id, later.order_id])


async def test_due_orders_are_taken_by_their_states(books: Books, show: Event, clock: FakeClock) -> None:
    claimed = await books.claimed(show, "A1", clock)
    await books.orders.put_off(claimed, due_at_ms=START_MS - 9)
    pending = await books.placed(show, "A2", due_at_ms=START_MS)

    async def take(*states: OrderState) -> list[str]:
        taken = await books.orders.take_due_orders(now_ms=START_MS, until_ms=UNTIL_MS, limit=1, states=states)
        return [it.order_id for it in taken]

    assert await take(OrderState.PAYING, OrderState.BOOKED) == []
    assert await take(OrderState.PENDING, OrderState.PAYING) == [pending.order_id]
    assert await take(OrderState.PENDING, OrderState.CLAIMED) == [claimed.order_id]


async def test_an_order_taken_is_as_it_was_but_for_when_it_is_due(books: Books, show: Event) -> None:
    placed = await books.placed(show, "A1", due_at_ms=START_MS)
    (taken,) = await books.orders.take_due_orders(now_ms=START_MS, until_ms=UNTIL_MS, limit=1)
    assert taken == msgspec.structs.replace(placed, due_at_ms=UNTIL_MS) == await books.orders.order(placed.order_id)
    await books.moved(step(placed, OrderState.EXPIRED))


async def test_of_many_who_take_at_once_nobody_gets_what_another_has(books: Books, show: Event) -> None:
    placed = [await books.placed(show, "A1", due_at_ms=START_MS) for _ in range(10)]
    taken = await asyncio.gather(
        *(books.orders.take_due_orders(now_ms=START_MS, until_ms=UNTIL_MS, limit=3) for _ in range(8))
    )
    given = [it.order_id for part in taken for it in part]
    assert sorted(given) == sorted(it.order_id for it in placed)


async def test_an_order_put_off_is_due_then_with_one_try_more(books: Books, show: Event) -> None:
    placed = await books.placed(show, "A1", due_at_ms=START_MS)
    (taken,) = await books.orders.take_due_orders(now_ms=START_MS, until_ms=UNTIL_MS, limit=1)
    for _ in range(2):  # written again, it is still one try
        await books.orders.put_off(taken, due_at_ms=START_MS + 50)
    put_off = msgspec.structs.replace(placed, due_at_ms=START_MS + 50, tries=1)
    assert await books.orders.order(placed.order_id) == put_off
    assert await books.orders.take_due_orders(now_ms=START_MS + 49, until_ms=UNTIL_MS, limit=1) == []
    await books.orders.put_off(put_off, due_at_ms=START_MS + 60)
    stands = await books.orders.order(placed.order_id)
    assert stands is not None
    assert (stands.tries, stands.due_at_ms) == (2, START_MS + 60)


async def test_an_order_that_went_on_is_not_put_off(books: Books, show: Event) -> None:
    placed = await books.placed(show, "A1", due_at_ms=START_MS)
    expired = await books.moved(step(placed, OrderState.EXPIRED))
    await books.orders.put_off(placed, due_at_ms=START_MS + 50)
    assert await books.orders.order(placed.order_id) == expired


async def test_due_refunds_are_taken_once_and_written_over_the_version_before(
    books: Books, show: Event, clock: FakeClock
) -> None:
    paid, captured = await books.paid(show, "A1", clock)
    owed = [refund(captured, due_at_ms=START_MS + at, created_at_ms=START_MS + at) for at in (0, -5, 3)]
    await books.moved(step(paid, OrderState.PAID, refunds=tuple(owed)))
    assert await books.orders.refunds_of(paid.order_id) == [owed[1], owed[0], owed[2]]
    taken = await books.orders.take_due_refunds(now_ms=START_MS, until_ms=UNTIL_MS, limit=9)
    assert [it.refund_id for it in taken] == [owed[1].refund_id, owed[0].refund_id]
    assert await books.orders.take_due_refunds(now_ms=START_MS, until_ms=UNTIL_MS, limit=9) == []
    done = msgspec.structs.replace(
        taken[0],
        state=RefundState.DONE,
        version=2,
        due_at_ms=None,
        tries=1,
        failures=1,
        first_asked_at_ms=START_MS,
        gateway_refund_id="re_1",
        last_error="none",
    )
    assert await books.orders.update_refund(done)
    assert await books.orders.refund(done.refund_id) == done
    assert not await books.orders.update_refund(msgspec.structs.replace(done, state=RefundState.FAILED))
    assert await books.orders.refund(done.refund_id) == done
    assert len(await books.orders.take_due_refunds(now_ms=UNTIL_MS, until_ms=UNTIL_MS + 1, limit=9)) == 2


async def test_of_many_who_write_a_refund_at_once_one_does(books: Books, show: Event, clock: FakeClock) -> None:
    paid, captured = await books.paid(show, "A1", clock)
    owed = refund(captured)
    await books.moved(step(paid, OrderState.PAID, refunds=(owed,)))
    wanted = [msgspec.structs.replace(owed, version=2, tries=tries) for tries in range(5)]
    written = await asyncio.gather(*(books.orders.update_refund(it) for it in wanted))
    assert sorted(written) == [False] * 4 + [True]
    assert await books.orders.refund(owed.refund_id) == wanted[written.index(True)]


@pytest.mark.parametrize("nobodys", ["1-AAAAAAAAAAAAAAAAAAAAAA", "no id"])
async def test_what_is_not_there_is_none(books: Books, show: Event, nobodys: str) -> None:
    started = payment(await books.placed(show, "A1"), payment_id=nobodys)
    assert await books.orders.payment(started.payment_id) is None
    assert await books.orders.refund(refund(started, refund_id=nobodys).refund_id) is None
    assert await books.orders.notice(NoticeId(nobodys)) is None


async def test_notices_are_written_with_a_step_or_alone_and_once(books: Books, show: Event, clock: FakeClock) -> None:
    claimed = await books.claimed(show, "A1", clock)
    with_step, alone = notice(show), notice(show, created_at_ms=START_MS + 1)
    await books.moved(pay(claimed, payment(claimed), notices=(with_step,)))
    await books.orders.add_notices([alone])
    await books.orders.add_notices([msgspec.structs.replace(alone, tries=9), with_step])
    await books.orders.add_notices([])
    assert await books.orders.notices(state=None, before=None, limit=9) == [alone, with_step]
    assert await books.orders.notice(alone.notice_id) == alone


async def test_delivered_notices_are_dropped_by_kind_and_age(books: Books, show: Event) -> None:
    waiting, *told = (notice(show) for _ in range(6))
    ages = (1, 2, 3, None, 2)
    states = (*(NoticeState.DELIVERED,) * 3, NoticeState.FAILED, NoticeState.DUE)
    told = [
        msgspec.structs.replace(it, state=state, delivered_at_ms=at)
        for it, state, at in zip(told, states, ages, strict=True)
    ]
    other = msgspec.structs.replace(notice(show), kind=NoticeKind.HOLD_EXPIRED, state=NoticeState.DELIVERED)
    await books.orders.add_notices([waiting, *told, msgspec.structs.replace(other, delivered_at_ms=1)])
    drop = books.orders.drop_delivered_notices
    assert await drop(kind=waiting.kind, before_ms=3, limit=1) == 1
    assert await books.orders.notice(told[0].notice_id) is None
    assert await drop(kind=waiting.kind, before_ms=3, limit=9) == 1
    assert await drop(kind=waiting.kind, before_ms=3, limit=9) == 0
    left = {it.notice_id for it in await books.orders.notices(state=None, before=None, limit=9)}
    assert left == {it.notice_id for it in (waiting, *told[2:], other)}


async def test_due_notices_are_taken_once_channel_by_channel(books: Books, show: Event) -> None:
    mail = notice(show, channel=NoticeChannel.EMAIL)
    hooks = [notice(show, due_at_ms=START_MS + at) for at in (0, -5, 1)]
    await books.orders.add_notices([mail, *hooks])
    ask = {"now_ms": START_MS, "until_ms": UNTIL_MS, "limit": 9}
    taken = await books.orders.take_due_notices(channel=NoticeChannel.WEBHOOK, **ask)
    assert [it.notice_id for it in taken] == [hooks[1].notice_id, hooks[0].notice_id]
    assert taken[1] == msgspec.structs.replace(hooks[0], due_at_ms=UNTIL_MS)
    assert await books.orders.take_due_notices(channel=NoticeChannel.WEBHOOK, **ask) == []
    (taken_mail,) = await books.orders.take_due_notices(channel=NoticeChannel.EMAIL, **ask)
    assert taken_mail.notice_id == mail.notice_id


async def test_a_notices_delivery_is_written_and_listed_by_state(books: Books, show: Event) -> None:
    sent, failed, waits = (notice(show, created_at_ms=START_MS + at) for at in range(3))
    await books.orders.add_notices([sent, failed, waits])
    sent = msgspec.structs.replace(
        sent, state=NoticeState.DELIVERED, tries=1, due_at_ms=None, last_status=204, delivered_at_ms=START_MS + 9
    )
    failed = msgspec.structs.replace(failed, state=NoticeState.FAILED, tries=7, due_at_ms=None, last_error="no answer")
    gone = notice(show)
    for it in (sent, failed, gone):
        await books.orders.update_notice(it)
    assert await books.orders.notice(gone.notice_id) is None
    listed = await books.orders.notices(state=None, before=None, limit=2)
    assert listed == [waits, failed]
    before = (failed.created_at_ms, failed.notice_id)
    assert await books.orders.notices(state=None, before=before, limit=2) == [sent]
    assert await books.orders.notices(state=NoticeState.DELIVERED, before=before, limit=2) == [sent]
    assert await books.orders.notices(state=NoticeState.DUE, before=None, limit=2) == [waits]


async def test_a_callback_is_dealt_with_once_for_each_gateway(books: Books) -> None:
    assert not await books.orders.callback_seen("stripe", "evt_1")
    for _ in range(2):
        await books.orders.note_callback("stripe", "evt_1")
    assert await books.orders.callback_seen("stripe", "evt_1")
    assert not await books.orders.callback_seen("demo", "evt_1")
    assert not await books.orders.callback_seen("stripe", "evt_2")


async def test_a_booking_of_no_order_carries_its_notices_too(books: Books, show: Event, clock: FakeClock) -> None:
    told = notice(show)
    wanted = msgspec.structs.replace(draft(show, "A1"), notices=(told,))
    await booked(books.ledger, clock, wanted)
    await books.ledger.book(wanted, guard_until_ms=guard(clock))
    lost = msgspec.structs.replace(draft(show, "A1", user="bob"), notices=(notice(show),))
    await books.ledger.book(lost, guard_until_ms=guard(clock))
    assert await books.orders.notices(state=None, before=None, limit=9) == [told]
    gone = [notice(show, created_at_ms=START_MS + at) for at in (1, 2)]
    for it in gone:  # the second time no seat is given back
        await books.ledger.cancel(wanted.booking.booking_id, None, notices=(it,))
    assert await books.orders.notices(state=None, before=None, limit=9) == [gone[0], told]
