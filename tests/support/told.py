"""What notices say, for tests: one booking of three seats, its order and its refund."""

import asyncio

import msgspec

from frontrow.domain.booking import Booking, BookingStatus, ContactInfo, SoldSeat
from frontrow.domain.charges import Charge, ChargeKind
from frontrow.domain.event import Event
from frontrow.domain.ids import (
    BookingId,
    CategoryId,
    EventId,
    HoldId,
    LayoutId,
    NoticeId,
    OrderId,
    PaymentId,
    RefundId,
    SeatId,
    UserId,
)
from frontrow.domain.notice import Notice, NoticeChannel, NoticeKind, NoticeSubject
from frontrow.domain.notice_content import NoticeContent, SeatPlace
from frontrow.domain.order import Order, OrderState
from frontrow.domain.payment import Refund, RefundReason, RefundState
from frontrow.ports.notice_sender import NoticeSent, SendOutcome

AT_MS = 1_772_393_400_000
"""2026-03-01T19:30:00Z."""
EVENT = Event(
    event_id=EventId("gala"),
    number=7,
    name="Spring Gala",
    layout_id=LayoutId("house"),
    layout_version=1,
    starts_at_ms=AT_MS,
    currency="EUR",
    prices={CategoryId("vip"): 75_000},
)
SOLD = tuple(SoldSeat(SeatId(seat_id), CategoryId("vip"), 75_000) for seat_id in ("A1", "A2", "T1"))
BOOKING = Booking(
    booking_id=BookingId("7-bbbbbbbbbbbbbbbbbbbbbb"),
    event_id=EVENT.event_id,
    user_id=UserId("ada"),
    seats=SOLD,
    table_ids=(),
    total_minor=225_250,
    currency="EUR",
    status=BookingStatus.BOOKED,
    contact_info=ContactInfo("Ada Lovelace", "ada@example.com", "+441234"),
    booked_at_ms=AT_MS - 86_400_000,
    hold_id=HoldId("7-hhhhhhhhhhhhhhhhhhhhhh"),
    order_id=OrderId("7-oooooooooooooooooooooo"),
)
ORDER = Order(
    order_id=OrderId("7-oooooooooooooooooooooo"),
    event_id=EVENT.event_id,
    hold_id=HoldId("7-hhhhhhhhhhhhhhhhhhhhhh"),
    user_id=UserId("ada"),
    seats=SOLD,
    customer=BOOKING.contact_info,
    amount_minor=225_250,
    currency="EUR",
    created_at_ms=AT_MS - 86_400_000,
    expires_at_ms=AT_MS,
    charges=(
        Charge("Booking fee", ChargeKind.PER_ORDER, amount_minor=250),
        Charge("VAT", ChargeKind.INCLUDED_SHARE, basis_points=700),
    ),
    state=OrderState.BOOKED,
    booking_id=BOOKING.booking_id,
)
REFUND = Refund(
    refund_id=RefundId("7-rrrrrrrrrrrrrrrrrrrrrr"),
    order_id=ORDER.order_id,
    event_id=EVENT.event_id,
    payment_id=PaymentId("7-pppppppppppppppppppppp"),
    amount_minor=75_000,
    currency="EUR",
    reason=RefundReason.SEATS_CANCELLED,
    seat_ids=(SeatId("A1"),),
    state=RefundState.DONE,
    created_at_ms=AT_MS,
)
PLACES = (
    SeatPlace(seat_id=SeatId("A1"), section="Stalls", row="A", number="1"),
    SeatPlace(seat_id=SeatId("A2"), section="Stalls", row="A", number="2"),
    SeatPlace(seat_id=SeatId("T1"), row="T", number="1", table="T"),
)


def notice(
    kind: NoticeKind = NoticeKind.BOOKING_CONFIRMED,
    channel: NoticeChannel = NoticeChannel.WEBHOOK,
    *,
    name: str = "n",
    due_at_ms: int | None = AT_MS,
) -> Notice:
    """A notice that is due."""
    return Notice(
        notice_id=NoticeId(f"7-{name:>22}".replace(" ", "0")),
        event_id=EVENT.event_id,
        kind=kind,
        channel=channel,
        subject=NoticeSubject(
            booking_id=BOOKING.booking_id, hold_id=BOOKING.hold_id, user_id=BOOKING.user_id, seat_ids=(SeatId("A1"),)
        ),
        due_at_ms=due_at_ms,
        created_at_ms=AT_MS,
    )


def content(
    kind: NoticeKind = NoticeKind.BOOKING_CONFIRMED, channel: NoticeChannel = NoticeChannel.WEBHOOK
) -> NoticeContent:
    """What a notice of that kind says."""
    told = NoticeContent(
        notice=notice(kind, channel),
        event=EVENT,
        venue="Grand House",
        seats=PLACES,
        url="https://tickets.example/?booking=7-bbbbbbbbbbbbbbbbbbbbbb",
    )
    match kind:
        case NoticeKind.BOOKING_CONFIRMED | NoticeKind.BOOKING_CANCELLED:
            return msgspec.structs.replace(told, booking=BOOKING, ticket_code="AAAA-BBBB", order=ORDER)
        case NoticeKind.ORDER_REFUNDED:
            return msgspec.structs.replace(
                told, order=ORDER, refund=REFUND, seats=PLACES[:1], refunded_through="stripe"
            )
        case NoticeKind.HOLD_EXPIRED:
            return msgspec.structs.replace(told, url=None)


class FakeSender:
    """Implements ports.NoticeSender: notes what it is given and answers with `outcome`, after `hold` where a test has
    set one."""

    def __init__(self, channel: NoticeChannel = NoticeChannel.WEBHOOK, at_once_max: int = 4) -> None:
        self.channel = channel
        self.at_once_max = at_once_max
        self.sent: list[NoticeId] = []
        self.outcome: SendOutcome | Exception = NoticeSent(204)
        self.hold: asyncio.Event | None = None
        self.closed = False

    async def send(self, content: NoticeContent, *, now_ms: int) -> SendOutcome:
        """See NoticeSender."""
        self.sent.append(content.notice.notice_id)
        if self.hold is not None:
            await self.hold.wait()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    async def close(self) -> None:
        """See NoticeSender."""
        self.closed = True
