"""Notices as they are written: one for each channel that is to hear of it, under an id that a repetition has again."""

import msgspec

from frontrow.domain.booking import ContactInfo
from frontrow.domain.ids import SeatId, event_number_of
from frontrow.domain.notice import NoticeChannel, NoticeKind, NoticeState
from frontrow.services.notices import NoticeBoard
from tests.support.fake_clock import START_MS, FakeClock
from tests.support.told import BOOKING, EVENT, ORDER, REFUND

EVERY = tuple(NoticeChannel)


def board(*channels: NoticeChannel, clock: FakeClock | None = None) -> NoticeBoard:
    return NoticeBoard(channels=channels, clock=clock or FakeClock())


def test_each_channel_that_is_configured_is_told_once_and_at_once() -> None:
    webhook, mail = board(*EVERY).booking_confirmed(BOOKING)
    assert [it.channel for it in (webhook, mail)] == [NoticeChannel.WEBHOOK, NoticeChannel.EMAIL]
    assert {it.kind for it in (webhook, mail)} == {NoticeKind.BOOKING_CONFIRMED}
    assert (webhook.state, webhook.due_at_ms, webhook.created_at_ms) == (NoticeState.DUE, START_MS, START_MS)
    assert webhook.subject.booking_id == BOOKING.booking_id
    assert board(NoticeChannel.EMAIL).booking_confirmed(BOOKING) == (mail,)


def test_nobody_is_told_where_no_channel_is_configured() -> None:
    nobody = board()
    assert nobody.booking_confirmed(BOOKING) == ()
    assert nobody.booking_cancelled(BOOKING, BOOKING.seat_ids) == ()
    assert nobody.order_refunded(ORDER, REFUND) == ()
    assert nobody.hold_expired(EVENT.event_id, BOOKING.user_id, ORDER.hold_id, BOOKING.seat_ids) == ()
    assert not nobody.wants_expired_holds


def test_the_same_is_told_under_the_same_id_whenever_and_everything_else_under_another() -> None:
    clock = FakeClock()
    earlier = board(*EVERY, clock=clock)
    clock.advance(60_000)
    first, second = BOOKING.seat_ids[:1], BOOKING.seat_ids[1:]
    told = [
        *earlier.booking_confirmed(BOOKING),
        *earlier.booking_cancelled(BOOKING, first),
        *earlier.booking_cancelled(BOOKING, second),
        *earlier.order_refunded(ORDER, REFUND),
        *earlier.hold_expired(EVENT.event_id, BOOKING.user_id, ORDER.hold_id, first),
    ]
    assert len({it.notice_id for it in told}) == len(told) == 9
    again = board(*EVERY).booking_cancelled(BOOKING, second[::-1])
    assert [it.notice_id for it in again] == [it.notice_id for it in told[4:6]]
    assert {event_number_of(it.notice_id) for it in told} == {EVENT.number}


def test_nothing_about_a_person_is_in_a_notice_but_an_id() -> None:
    told = [*board(*EVERY).booking_confirmed(BOOKING), *board(*EVERY).order_refunded(ORDER, REFUND)]
    written = msgspec.json.encode(told).decode()
    assert "Ada" not in written
    assert "ada" not in written


def test_a_customer_without_an_address_is_written_to_by_nobody() -> None:
    unknown = msgspec.structs.replace(BOOKING, contact_info=ContactInfo("Ada", ""))
    assert [it.channel for it in board(*EVERY).booking_confirmed(unknown)] == [NoticeChannel.WEBHOOK]


def test_holds_that_ran_out_are_told_to_servers_and_not_to_customers() -> None:
    seats = (SeatId("A1"),)
    [told] = board(*EVERY).hold_expired(EVENT.event_id, BOOKING.user_id, ORDER.hold_id, seats)
    assert (told.channel, told.subject.hold_id, told.subject.seat_ids) == (NoticeChannel.WEBHOOK, ORDER.hold_id, seats)
    assert board(NoticeChannel.EMAIL).wants_expired_holds is False


def test_a_cancellation_that_frees_nothing_is_not_told() -> None:
    assert board(*EVERY).booking_cancelled(BOOKING, ()) == ()
