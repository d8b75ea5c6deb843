"""The port to the ledger's side of money: orders, their payments and refunds, and what is to be told."""

from collections.abc import Sequence
from typing import Protocol

from frontrow.domain.booking import Booking, IdempotencyKey
from frontrow.domain.ids import BookingId, EventId, HoldId, NoticeId, OrderId, PaymentId, RefundId, UserId
from frontrow.domain.notice import Notice, NoticeChannel, NoticeKind, NoticeState
from frontrow.domain.order import Order, OrderState
from frontrow.domain.order_decisions import Standing
from frontrow.domain.order_moves import KeyUsed, MoveOutcome, OrderKeyReused, OrderMove
from frontrow.domain.payment import Payment, Refund


class OrderLedger(Protocol):
    """Orders, payments, refunds and notices, in the ledger's own database and its transactions.

    Every call may raise LedgerUnavailable; what it asked may then have been committed. Writes are settled by writing
    again, and may be repeated by the caller.
    """

    async def place(self, order: Order, key: IdempotencyKey | None = None) -> Order | OrderKeyReused:
        """Store a pending order, and its key as used for it; the order that stands under its id where one does."""
        ...

    async def order(self, order_id: OrderId) -> Order | None: ...

    async def standing(self, order_id: OrderId) -> Standing | None:
        """The order with its payments and refunds, which may be newer than the order."""
        ...

    async def move(self, move: OrderMove, then: OrderMove | None = None) -> MoveOutcome:
        """Write one step of an order, all of it or nothing; see OrderMove. With `then`, the step that follows it, both
        or neither: `then.before` is `move.after`, and what is answered is how the order stands after both."""
        ...

    async def put_off(self, order: Order, *, due_at_ms: int) -> None:
        """Look at the order again then, one try more; nothing where it is no longer as given. Its version stays."""
        ...

    async def take_due_orders(
        self, *, now_ms: int, until_ms: int, limit: int, states: Sequence[OrderState] | None = None
    ) -> list[Order]:
        """Up to `limit` orders in these states (None: any) that are due, longest first; nobody else is given them
        before `until_ms`."""
        ...

    async def key_used(self, key: IdempotencyKey) -> KeyUsed | None:
        """What the user's key on its route was used for; the fingerprint given is not looked at."""
        ...

    async def payment(self, payment_id: PaymentId) -> Payment | None: ...

    async def payments_of(self, order_id: OrderId) -> list[Payment]:
        """The order's payments, first one first."""
        ...

    async def refund(self, refund_id: RefundId) -> Refund | None: ...

    async def refunds_of(self, order_id: OrderId) -> list[Refund]:
        """The order's refunds, first one first."""
        ...

    async def take_due_refunds(self, *, now_ms: int, until_ms: int, limit: int) -> list[Refund]:
        """Up to `limit` refunds that are due, longest first; nobody else is given them before `until_ms`."""
        ...

    async def update_refund(self, refund: Refund) -> bool:
        """Replace the refund where the ledger's row has the version before `refund.version`; whether it did."""
        ...

    async def callback_seen(self, gateway: str, callback_id: str) -> bool:
        """Whether this callback was dealt with before."""
        ...

    async def note_callback(self, gateway: str, callback_id: str) -> None:
        """Remember, for 30 days at least, that this callback was dealt with."""
        ...

    async def orders_of(
        self, user_id: UserId, *, open_only: bool, before: tuple[int, OrderId] | None, limit: int
    ) -> list[Order]:
        """The user's orders in every event, newest first; with `open_only` those that are not ended (domain ENDED).

        The order is by (`created_at_ms`, `order_id`), descending; `before` is that pair of the last one seen.
        """
        ...

    async def orders_in(
        self,
        event_id: EventId,
        *,
        states: Sequence[OrderState] | None,
        before: tuple[int, OrderId] | None,
        limit: int,
    ) -> list[Order]:
        """The event's orders in these states (None: any), newest first, as in `orders_of`."""
        ...

    async def order_counts(self, event_id: EventId) -> dict[OrderState, int]:
        """How many orders of the event are in each state; states without any left out."""
        ...

    async def claimed_seats_of(self, event_id: EventId, user_id: UserId, *, besides: OrderId) -> int:
        """How many seats of the event the unpaid orders (domain CLAIMING) of whoever is capped as this user is
        (domain capped_as) have claimed; what others sold them and the order `besides` left out."""
        ...

    async def order_of_hold(self, event_id: EventId, user_id: UserId, hold_id: HoldId) -> Order | None:
        """The newest order that the user placed on this hold."""
        ...

    async def order_of_booking(self, booking: Booking) -> Order | None:
        """The order that the booking was made by; None where it was booked directly."""
        ...

    async def bookings_by_email(self, email: str, *, after: BookingId | None, limit: int) -> list[Booking]:
        """Bookings whose contact has this e-mail address in whatever case, by booking id; aborted ones left out."""
        ...

    async def notices(
        self, *, state: NoticeState | None, before: tuple[int, NoticeId] | None, limit: int
    ) -> list[Notice]:
        """Notices in this state (None: any), newest first by (`created_at_ms`, `notice_id`)."""
        ...

    async def add_notices(self, notices: Sequence[Notice]) -> None:
        """Store notices that no other write carries; those whose ids are there stay as they are."""
        ...

    async def take_due_notices(self, *, channel: NoticeChannel, now_ms: int, until_ms: int, limit: int) -> list[Notice]:
        """Up to `limit` notices of the channel that are due, longest first; nobody else is given them before
        `until_ms`."""
        ...

    async def update_notice(self, notice: Notice) -> None:
        """Replace how the notice's delivery stands; nothing where it is gone.

        What an attempt came to takes the place of no delivery, which another process may have made meanwhile; only a
        notice that is to be sent anew, with no tries, does.
        """
        ...

    async def drop_delivered_notices(self, *, kind: NoticeKind, before_ms: int, limit: int) -> int:
        """Delete up to `limit` notices of the kind that were delivered before then, longest first; how many there
        were. Those that are to be sent again stay."""
        ...

    async def notice(self, notice_id: NoticeId) -> Notice | None: ...

    async def erase_person(self, *, user_id: UserId | None, email: str | None, pseudonym: UserId) -> int:
        """Take a person out of every closed order (domain CLOSED), booking and key: who has this user id, or gave this
        e-mail address. Orders that are open keep their person.

        Names, addresses, phone numbers, notes, requests and what was stated of payments become empty, and the user id
        `pseudonym`, in seat rows, blocks and notices too; keys are gone. Which seats were sold when, and for how much,
        stays. A process that dies in between leaves the rest to the next call. Returns how many orders and bookings
        were changed.
        """
        ...
