"""What notices say is read when they are sent: of the ledger as it is then, and of nobody who was erased."""

import pytest

from frontrow.domain.booking import BookingCancelled
from frontrow.domain.ids import BookingId, SeatId, UserId
from frontrow.domain.notice import Notice, NoticeChannel, NoticeKind
from frontrow.domain.notice_content import NoticeContent
from frontrow.services.notice_contents import NothingToTell, NoticeContents
from frontrow.services.notices import NoticeBoard
from tests.support.fake_clock import FakeClock
from tests.support.fake_hold_store import FakeHoldStore
from tests.support.fake_ledger import FakeLedger
from tests.support.house import CONTACT, EVENT, House, seats, user
from tests.support.told import ORDER, REFUND

ANN = user("ann")


class Codes:
    def ticket_code(self, booking_id: BookingId) -> str:
        return f"code of {booking_id}"


class Stage:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.ledger = FakeLedger(self.clock)
        self.house = House(FakeHoldStore(self.clock), self.ledger, self.clock, sleep=self.clock.sleep)
        self.contents = NoticeContents(
            ledger=self.ledger,
            orders=self.ledger.orders,
            catalog=self.house.catalog,
            codes=Codes(),
            public_url="https://tickets.example",
        )

    def told(self, kind: NoticeKind, channel: NoticeChannel = NoticeChannel.WEBHOOK) -> Notice:
        """The one notice of that kind that was written."""
        [told] = [it for it in self.ledger.orders.notes.values() if (it.kind, it.channel) == (kind, channel)]
        return told


@pytest.fixture
async def stage() -> Stage:
    made = Stage()
    await made.house.open()
    return made


async def test_a_booking_and_its_cancellation_write_their_notices_with_them(stage: Stage) -> None:
    booking = await stage.house.sold(ANN, "A1 A2")
    said = await stage.contents.of(stage.told(NoticeKind.BOOKING_CONFIRMED))
    assert isinstance(said, NoticeContent)
    assert said.booking == booking
    assert said.ticket_code == f"code of {booking.booking_id}"
    assert said.url == f"https://tickets.example/?booking={booking.booking_id}"
    assert [(place.row, place.number) for place in said.seats] == [("A", "1"), ("A", "2")]
    assert said.venue == "Small house"

    assert isinstance(await stage.house.bookings.cancel(ANN, booking.booking_id, seats("A2")), BookingCancelled)
    said = await stage.contents.of(stage.told(NoticeKind.BOOKING_CANCELLED))
    assert isinstance(said, NoticeContent)
    assert [place.seat_id for place in said.seats] == ["A2"]
    confirmation = await stage.contents.of(stage.told(NoticeKind.BOOKING_CONFIRMED))
    assert isinstance(confirmation, NoticeContent)
    assert [place.seat_id for place in confirmation.seats] == ["A1"], "what was given back since is not confirmed"


async def test_a_cancellation_repeated_is_told_once(stage: Stage) -> None:
    booking = await stage.house.sold(ANN, "A1 A2")
    for _ in range(2):
        await stage.house.bookings.cancel(ANN, booking.booking_id)
    assert stage.told(NoticeKind.BOOKING_CANCELLED).subject.seat_ids == seats("A1 A2")


async def test_no_mail_confirms_what_was_wholly_cancelled_before_it_was_sent(stage: Stage) -> None:
    booking = await stage.house.sold(ANN, "A1")
    await stage.house.bookings.cancel(ANN, booking.booking_id)
    assert isinstance(
        await stage.contents.of(stage.told(NoticeKind.BOOKING_CONFIRMED, NoticeChannel.EMAIL)), NothingToTell
    )
    assert isinstance(await stage.contents.of(stage.told(NoticeKind.BOOKING_CONFIRMED)), NoticeContent)


async def test_who_was_erased_is_in_nothing_that_is_sent(stage: Stage) -> None:
    await stage.house.sold(ANN, "A1")
    await stage.ledger.orders.erase_person(user_id=None, email=CONTACT.email, pseudonym=UserId("erased-1"))
    said = await stage.contents.of(stage.told(NoticeKind.BOOKING_CONFIRMED))
    assert isinstance(said, NoticeContent)
    assert said.booking is not None
    assert (said.booking.user_id, said.booking.contact_info.email) == ("erased-1", "")


async def test_a_refund_is_told_with_its_order_and_one_that_is_gone_is_not(stage: Stage) -> None:
    [told] = NoticeBoard(channels=[NoticeChannel.WEBHOOK], clock=stage.clock).order_refunded(ORDER, REFUND)
    of_house = Notice(
        notice_id=told.notice_id, event_id=EVENT, kind=told.kind, channel=told.channel, subject=told.subject
    )
    assert isinstance(await stage.contents.of(of_house), NothingToTell)
    stage.ledger.orders.placed[ORDER.order_id] = ORDER
    stage.ledger.orders.refunds[REFUND.refund_id] = REFUND
    said = await stage.contents.of(of_house)
    assert isinstance(said, NoticeContent)
    assert (said.order, said.refund, said.refunded_through) == (ORDER, REFUND, None)
    assert [place.seat_id for place in said.seats] == [SeatId("A1")]
