"""Delivering notices: by lease, with pauses that grow, each channel by itself, and never lost."""

import asyncio

import msgspec
import pytest

from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.notice import Notice, NoticeChannel, NoticeKind, NoticeState
from frontrow.domain.notice_content import NoticeContent
from frontrow.ports.notice_sender import NoticeNotTaken, NoticeRefused, NoticeSent
from frontrow.services.notice_contents import NothingToTell
from frontrow.services.notice_delivery import DROPPED_MAX, JITTER, LEASE_MS, RETRY_PAUSES_S, NoticeDelivery, judge
from tests.support.eventually import eventually
from tests.support.fake_clock import START_MS, FakeClock
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_order_ledger import FakeOrderLedger
from tests.support.faults import Faults, faulty
from tests.support.told import FakeSender, content, notice

WEBHOOK, EMAIL = NoticeChannel.WEBHOOK, NoticeChannel.EMAIL


class Contents:
    """Says the same of every notice, or that there is nothing to tell."""

    def __init__(self) -> None:
        self.nothing: str | None = None
        self.away: LedgerUnavailable | None = None

    async def of(self, notice: Notice) -> NoticeContent | NothingToTell:
        if self.away is not None:
            raise self.away
        if self.nothing is not None:
            return NothingToTell(self.nothing)
        return msgspec.structs.replace(content(), notice=notice)


class Post:
    """One process's delivery over a ledger that others may share."""

    def __init__(self, ledger: FakeOrderLedger, clock: FakeClock, *senders: FakeSender) -> None:
        self.faults = Faults()
        self.contents = Contents()
        self.senders = senders or (FakeSender(),)
        self.ledger = ledger
        self.clock = clock
        self.delivery = NoticeDelivery(
            ledger=faulty(ledger, self.faults),
            contents=self.contents,
            senders=self.senders,
            clock=clock,
            sleep=clock.sleep,
            chance=lambda: 0.5,
        )

    async def deliver(self) -> None:
        """Send all that is due, and wait for what became of it."""
        for sender in self.senders:
            while await self.delivery.deliver_due(sender):
                pass
        await self.delivery.settled()

    def stands(self, told: Notice) -> Notice:
        """The notice as the ledger has it."""
        return self.ledger.notes[told.notice_id]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ledger(clock: FakeClock) -> FakeOrderLedger:
    return FakeLedger(clock).orders


@pytest.fixture
def post(ledger: FakeOrderLedger, clock: FakeClock) -> Post:
    return Post(ledger, clock)


async def due(ledger: FakeOrderLedger, count: int = 1, channel: NoticeChannel = WEBHOOK) -> list[Notice]:
    """That many notices, due now."""
    made = [notice(channel=channel, name=f"{channel.value}{number}", due_at_ms=START_MS) for number in range(count)]
    await ledger.add_notices(made)
    return made


async def test_what_was_taken_is_delivered(post: Post, ledger: FakeOrderLedger) -> None:
    [told] = await due(ledger)
    await post.deliver()
    stands = post.stands(told)
    assert (stands.state, stands.tries, stands.last_status) == (NoticeState.DELIVERED, 1, 204)
    assert (stands.delivered_at_ms, stands.due_at_ms, stands.last_error) == (START_MS, None, None)
    await post.deliver()
    assert post.senders[0].sent == [told.notice_id]


async def test_what_was_not_taken_is_tried_again_after_pauses_that_grow_and_given_up_after_three_days(
    post: Post, ledger: FakeOrderLedger, clock: FakeClock
) -> None:
    [told] = await due(ledger)
    post.senders[0].outcome = NoticeNotTaken("the receiver answered 500", 500)
    for pause_s in RETRY_PAUSES_S:
        await post.deliver()
        stands = post.stands(told)
        assert (stands.state, stands.last_status) == (NoticeState.DUE, 500)
        assert stands.due_at_ms == clock.now_ms() + pause_s * 1_000
        clock.advance(pause_s * 1_000 - 1)
        await post.deliver()
        assert post.stands(told) == stands, "it was sent before its time"
        clock.advance(1)
    await post.deliver()
    stands = post.stands(told)
    assert (stands.state, stands.due_at_ms, stands.tries) == (NoticeState.FAILED, None, 13)
    assert stands.last_error == "the receiver answered 500"
    assert 71 <= (clock.now_ms() - START_MS) / 3_600_000 <= 73


@pytest.mark.parametrize(("chance", "share"), [(0.0, 1 - JITTER), (0.5, 1.0), (1.0, 1 + JITTER)])
def test_pauses_are_a_little_shorter_or_longer_by_chance(chance: float, share: float) -> None:
    judged = judge(notice(), NoticeNotTaken("no"), now_ms=1_000_000, chance=chance)
    assert judged.due_at_ms == 1_000_000 + round(RETRY_PAUSES_S[0] * 1_000 * share)


async def test_what_is_refused_is_given_up_at_once(post: Post, ledger: FakeOrderLedger) -> None:
    [told] = await due(ledger)
    post.senders[0].outcome = NoticeRefused("the receiver answered 410", 410)
    await post.deliver()
    stands = post.stands(told)
    assert (stands.state, stands.due_at_ms, stands.last_status) == (NoticeState.FAILED, None, 410)


async def test_what_there_is_nothing_to_tell_of_is_sent_to_nobody(post: Post, ledger: FakeOrderLedger) -> None:
    [told] = await due(ledger)
    post.contents.nothing = "its booking is not in the ledger"
    await post.deliver()
    assert post.senders[0].sent == []
    assert (post.stands(told).state, post.stands(told).last_error) == (NoticeState.FAILED, post.contents.nothing)


async def test_two_processes_never_both_have_a_notice_while_its_lease_lives(
    ledger: FakeOrderLedger, clock: FakeClock
) -> None:
    one, other = Post(ledger, clock), Post(ledger, clock)
    told = await due(ledger, 3)
    one.senders[0].hold = asyncio.Event()
    await one.delivery.deliver_due(one.senders[0])
    await eventually(lambda: len(one.senders[0].sent) == 3, "the first process sends")
    clock.advance(LEASE_MS - 1)
    await other.deliver()
    assert other.senders[0].sent == []
    one.senders[0].hold.set()
    await one.delivery.settled()
    clock.advance(2)
    await other.deliver()
    assert other.senders[0].sent == []
    assert {one.stands(it).state for it in told} == {NoticeState.DELIVERED}


async def test_what_a_process_sent_that_died_before_recording_it_is_sent_again_by_another_under_its_id(
    ledger: FakeOrderLedger, clock: FakeClock
) -> None:
    dying, other = Post(ledger, clock), Post(ledger, clock)
    [told] = await due(ledger)
    dying.faults.before("update_notice", LedgerUnavailable("gone"), times=100)
    await dying.deliver()
    clock.advance(LEASE_MS)
    await other.deliver()
    assert dying.senders[0].sent == other.senders[0].sent == [told.notice_id]
    assert other.stands(told).state is NoticeState.DELIVERED


async def test_an_outcome_that_could_not_be_recorded_is_recorded_as_soon_as_the_ledger_answers(
    post: Post, ledger: FakeOrderLedger
) -> None:
    [told] = await due(ledger)
    post.faults.before("update_notice", LedgerUnavailable("locked"), times=2)
    await post.deliver()
    assert post.stands(told).state is NoticeState.DELIVERED
    assert len(post.senders[0].sent) == 1


async def test_a_notice_whose_text_cannot_be_read_now_keeps_its_tries(
    post: Post, ledger: FakeOrderLedger, clock: FakeClock
) -> None:
    [told] = await due(ledger)
    post.contents.away = LedgerUnavailable("away")
    await post.deliver()
    assert (post.stands(told).tries, post.stands(told).state) == (0, NoticeState.DUE)
    post.contents.away = None
    clock.advance(LEASE_MS)
    await post.deliver()
    assert post.stands(told).state is NoticeState.DELIVERED


async def test_a_channel_that_hangs_keeps_no_other_waiting_and_sends_only_so_many_at_once(
    ledger: FakeOrderLedger, clock: FakeClock
) -> None:
    hanging, mails = FakeSender(WEBHOOK, at_once_max=2), FakeSender(EMAIL, at_once_max=2)
    hanging.hold = asyncio.Event()
    post = Post(ledger, clock, hanging, mails)
    await due(ledger, 5, WEBHOOK)
    written = await due(ledger, 5, EMAIL)
    running = asyncio.create_task(post.delivery.run())
    await eventually(lambda: len(mails.sent) == 5, "mails go out beside a receiver that hangs")
    assert len(hanging.sent) == 2
    hanging.hold.set()
    await eventually(lambda: len(hanging.sent) == 5, "the rest follows")
    await post.delivery.settled()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert {post.stands(it).state for it in written} == {NoticeState.DELIVERED}


async def test_a_lane_goes_on_whatever_one_look_or_one_notice_came_to(post: Post, ledger: FakeOrderLedger) -> None:
    [told] = await due(ledger)
    post.faults.before("take_due_notices", LedgerUnavailable("away"))
    post.senders[0].outcome = RuntimeError("a fault of ours")
    running = asyncio.create_task(post.delivery.run())
    await eventually(lambda: post.stands(told).tries == 1, "the notice was tried")
    assert post.stands(told).last_error == "a fault in Frontrow: RuntimeError; the log says more"
    post.senders[0].outcome = NoticeSent(200)
    await eventually(lambda: post.stands(told).state is NoticeState.DELIVERED, "it was tried again")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_attempts_under_way_may_end_when_the_process_stops(post: Post, ledger: FakeOrderLedger) -> None:
    [told] = await due(ledger)
    post.senders[0].hold = asyncio.Event()
    await post.delivery.deliver_due(post.senders[0])
    closing = asyncio.create_task(post.delivery.close())
    await eventually(lambda: bool(post.senders[0].sent), "it is being sent")
    post.senders[0].hold.set()
    await closing
    assert post.stands(told).state is NoticeState.DELIVERED
    assert post.senders[0].closed


async def test_what_was_delivered_long_ago_is_dropped_in_bounded_rounds(
    ledger: FakeOrderLedger, clock: FakeClock
) -> None:
    day_ms = 86_400_000
    kinds = {NoticeKind.BOOKING_CONFIRMED: 31 * day_ms, NoticeKind.HOLD_EXPIRED: 4 * day_ms}
    for kind, age_ms in kinds.items():
        for number in range(DROPPED_MAX + 1):
            for state, at_ms in ((NoticeState.DELIVERED, START_MS - age_ms), (NoticeState.DELIVERED, START_MS)):
                told = notice(name=f"{kind.value}{number}-{at_ms}")
                ledger.keep_notices([msgspec.structs.replace(told, kind=kind, state=state, delivered_at_ms=at_ms)])
    failed = msgspec.structs.replace(notice(name="failed"), state=NoticeState.FAILED)
    ledger.keep_notices([failed])
    delivery = Post(ledger, clock).delivery
    await delivery.drop_old()
    assert len(ledger.notes) == 2 * (DROPPED_MAX + 1) + 2 + 1
    for _ in range(2):
        await delivery.drop_old()
        assert len(ledger.notes) == 2 * (DROPPED_MAX + 1) + 1
    assert ledger.notes[failed.notice_id] == failed
