"""Notices as they are written: who is told of what has happened, in the transaction that makes it happen.

A notice's id follows from its kind, its channel and what it is about. So a transaction that is written again, by
whoever, writes the same notice; and the receiver, who is given the id with every attempt, can tell one told twice from
two.
"""

import hashlib
from collections.abc import Collection, Sequence

import msgspec

from frontrow.domain.booking import Booking
from frontrow.domain.ids import EventId, HoldId, NoticeId, SeatId, UserId, event_number_of, id_of_digest
from frontrow.domain.notice import Notice, NoticeChannel, NoticeKind, NoticeSubject
from frontrow.domain.order import Order
from frontrow.domain.payment import Refund
from frontrow.ports import Clock

REFUND_PAUSE_MS = 2_000
"""A refund is written as done just after its notice, so that a crash in between tells it again instead of never. Its
notice waits this long, and says then that it is done."""
CUSTOMERS_ARE_TOLD = frozenset({NoticeKind.BOOKING_CONFIRMED, NoticeKind.BOOKING_CANCELLED, NoticeKind.ORDER_REFUNDED})
"""What a customer is written about. Nobody wants a mail about a hold that ran out: the page said so."""


NOBODYS_DOMAIN = ".invalid"
"""No mail ever reaches an address under it (RFC 2606), so none is written: the demo's buyers have such ones."""


class NoticeBoard:
    """Makes the notices of what happens, one for each channel that is to hear of it.

    Nothing is sent and nothing is stored here: the caller puts them into the write they tell of (BookingDraft.notices,
    OrderMove.notices, Ledger.cancel). Every method answers with none where no channel is configured for it.
    """

    def __init__(self, *, channels: Collection[NoticeChannel], clock: Clock) -> None:
        self._channels = tuple(channel for channel in NoticeChannel if channel in channels)
        self._clock = clock
        self.wants_expired_holds = NoticeChannel.WEBHOOK in self._channels
        """Whether anybody is to hear of holds that ran out."""

    def booking_confirmed(self, booking: Booking) -> tuple[Notice, ...]:
        """The booking is written."""
        return self._of(
            NoticeKind.BOOKING_CONFIRMED,
            booking.event_id,
            NoticeSubject(booking_id=booking.booking_id, order_id=booking.order_id),
            about=booking.booking_id,
            email=booking.contact_info.email,
        )

    def booking_cancelled(self, booking: Booking, seat_ids: Sequence[SeatId]) -> tuple[Notice, ...]:
        """Just these seats of the booking are given back; none where no seat is named.

        `seat_ids` are those that still were the booking's. No seat is given back twice, so they make the notice's id.
        """
        if not seat_ids:
            return ()
        return self._of(
            NoticeKind.BOOKING_CANCELLED,
            booking.event_id,
            NoticeSubject(booking_id=booking.booking_id, order_id=booking.order_id, seat_ids=tuple(seat_ids)),
            about=booking.booking_id,
            email=booking.contact_info.email,
        )

    def order_refunded(self, order: Order, refund: Refund) -> tuple[Notice, ...]:
        """The refund is done: the money is on its way back, or to be paid out by whoever took it."""
        return self._of(
            NoticeKind.ORDER_REFUNDED,
            order.event_id,
            NoticeSubject(
                booking_id=order.booking_id,
                order_id=order.order_id,
                refund_id=refund.refund_id,
                seat_ids=refund.seat_ids,
            ),
            about=refund.refund_id,
            number_from=order.order_id,
            email=order.customer.email,
            pause_ms=REFUND_PAUSE_MS,
        )

    def hold_expired(
        self, event_id: EventId, user_id: UserId, hold_id: HoldId, seat_ids: Sequence[SeatId]
    ) -> tuple[Notice, ...]:
        """Just these seats of the hold ran out; none where no seat is named."""
        if not seat_ids:
            return ()
        subject = NoticeSubject(hold_id=hold_id, user_id=user_id, seat_ids=tuple(seat_ids))
        return self._of(NoticeKind.HOLD_EXPIRED, event_id, subject, about=hold_id)

    def _of(
        self,
        kind: NoticeKind,
        event_id: EventId,
        subject: NoticeSubject,
        *,
        about: str,
        number_from: str | None = None,
        email: str = "",
        pause_ms: int = 0,
    ) -> tuple[Notice, ...]:
        if not self._channels:
            return ()
        number = event_number_of(number_from or about)
        assert number is not None, f"{about} begins with its event's number"
        now_ms = self._clock.now_ms()
        return tuple(
            [
                Notice(
                    notice_id=_id_of(number, kind, channel, about, subject.seat_ids),
                    event_id=event_id,
                    kind=kind,
                    channel=channel,
                    subject=subject,
                    due_at_ms=now_ms + pause_ms,
                    created_at_ms=now_ms,
                )
                for channel in self._channels
                if channel is not NoticeChannel.EMAIL or (kind in CUSTOMERS_ARE_TOLD and _is_somebodys(email))
            ]
        )


def _is_somebodys(email: str) -> bool:
    return bool(email) and not email.lower().endswith(NOBODYS_DOMAIN)


def _id_of(number: int, kind: NoticeKind, channel: NoticeChannel, about: str, seat_ids: Collection[SeatId]) -> NoticeId:
    # No secret is needed: what a notice is about has 128 unguessable bits in its own id.
    what = msgspec.json.encode((kind, channel, about, sorted(seat_ids)))
    return NoticeId(id_of_digest(number, hashlib.sha256(what).digest()))
