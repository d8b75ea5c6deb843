"""What a retry or a later release must make again to the letter: it stands in ledgers, on tickets, in mailboxes."""

import hashlib
from collections.abc import Awaitable

from frontrow.domain.booking import BookingWritten
from frontrow.domain.ids import BookingId, HoldId, OrderId, PaymentId, SeatId
from frontrow.domain.notice import NoticeChannel
from frontrow.domain.owed import seats_refund
from frontrow.domain.payment import Payment, RefundReason
from frontrow.services.booking_ids import BookingIds
from frontrow.services.notices import NoticeBoard
from frontrow.services.order_ids import OrderIds
from frontrow.services.outcomes import BookAnswer
from tests.support.fake_clock import FakeClock
from tests.support.fake_ledger import FakeLedger
from tests.support.house import EVENT, House, key, user
from tests.support.told import BOOKING

ZOE = user("zoë")
SECRET = bytes(range(32))
HOLD = HoldId("7-5nYy3vS0T0mQ2b1c7JkR9w")


def test_the_ids_of_bookings() -> None:
    ids = BookingIds(SECRET)
    assert ids.of_hold(7, ZOE.user_id, HOLD) == "7-FZE0DpIDeTZETOTYlFPQRw"
    assert ids.of_key(7, key("a key", ZOE)) == "7-up2utozO65C4SFyAp6ebjw"


def test_the_ids_of_orders_and_payments() -> None:
    ids = OrderIds(SECRET)
    first, second, *_ = ids.of_hold(HOLD, ZOE.user_id)
    assert (first, second) == ("7-ZtoCAGB6qtsfQ8bizle0wQ", "7-5ziPuCIpcH0sgPvL6ANOtg")
    assert ids.of_key(HOLD, key("a key", ZOE)) == "7-hd-coRiBIGpko5ZqMwKqCQ"
    assert ids.nth_payment(first, 0) == "7-pFOEdQaiCZm1nZegFUtqhA"
    assert ids.payment_of_key(first, key("a key", ZOE)) == "7-jHJBnfd2wKCunwUs4Zqsvw"


def test_ticket_codes() -> None:
    assert OrderIds(SECRET).ticket_code(BookingId(HOLD)) == "U66D-ON66-VD4O-3MNJ"


def test_the_ids_of_notices() -> None:
    board = NoticeBoard(channels=tuple(NoticeChannel), clock=FakeClock())
    webhook, mail = board.booking_cancelled(BOOKING, (SeatId("A2"), SeatId("A1")))
    assert (webhook.notice_id, mail.notice_id) == ("7-NkKcCg_MOv2orB2VJ8CBQA", "7-M6glRUHorLRgBCvAycdrHQ")


def test_the_ids_of_refunds() -> None:
    payment = Payment(
        payment_id=PaymentId("7-pFOEdQaiCZm1nZegFUtqhA"),
        order_id=OrderId("7-ZtoCAGB6qtsfQ8bizle0wQ"),
        event_id=EVENT,
        gateway="demo",
        amount_minor=500,
        currency="USD",
    )
    seat_ids = (SeatId("A2"), SeatId("A1"))
    refund = seats_refund(payment, seat_ids, amount_minor=500, reason=RefundReason.SEATS_CANCELLED, now_ms=0)
    assert refund is not None and refund.refund_id == "7-xRPgZM-IqjRySKp-17_JEA"


async def test_what_stands_for_a_body_where_there_is_no_key(house: House, ledger: FakeLedger) -> None:
    hold_id = await house.held(ZOE, "A1")
    assert await fingerprint(ledger, house.book_hold(ZOE, hold_id)) == sha256(f'["{EVENT}","zoë","{hold_id}",[]]')
    await house.held(ZOE, "A3 A2")
    assert await fingerprint(ledger, house.book_seats(ZOE, "A3 A2")) == sha256(f'["{EVENT}","zoë",null,["A2","A3"]]')


async def fingerprint(ledger: FakeLedger, booked: Awaitable[BookAnswer]) -> str:
    written = await booked
    assert isinstance(written, BookingWritten)
    return ledger.drafts[written.booking.booking_id].fingerprint


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
