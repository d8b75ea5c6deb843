"""The steps of an order as the ledger writes them: the order's row and everything that changes with it, or nothing."""

import msgspec

from frontrow.domain.booking import BookingDraft, IdempotencyKey, SeatConflict
from frontrow.domain.hold import HeldSeat
from frontrow.domain.ids import OrderId, PaymentId, SeatId
from frontrow.domain.notice import Notice
from frontrow.domain.order import Order
from frontrow.domain.payment import Payment, Refund


class SeatClaim(msgspec.Struct, frozen=True):
    """The order's seats become live claimed rows. `held` are the pairs begin_booking found, kept in the outbox row.

    Nothing is written with less of the guard left than the ledger needs (Clock.monotonic_ms, from before begin was
    sent).
    """

    held: tuple[HeldSeat, ...]
    guard_until_ms: int


class BookingOfOrder(msgspec.Struct, frozen=True):
    """The order's booking is written: from its claim, whose rows end in the same step, or from seats begun anew."""

    draft: BookingDraft
    guard_until_ms: int | None = None
    """None from a claim; else as in SeatClaim."""


class OrderMove(msgspec.Struct, frozen=True, kw_only=True):
    """One step: `after` replaces `before` where the ledger's row still has `before`'s state and version.

    `after` comes of `before.moved(...)`. `payments` are inserted, or replace the rows of their ids; `refunds` and
    `notices` are inserted, and those that are there stay as they are. `cancels` are seats of the order's booking that
    are given back: their rows end, the booking's status follows, and a task frees them in the store. `key` is recorded
    as used for the payment (or, without one, the order) that this step makes.
    """

    before: Order
    after: Order
    claim: SeatClaim | None = None
    drops_claim: bool = False
    booking: BookingOfOrder | None = None
    cancels: tuple[SeatId, ...] = ()
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    notices: tuple[Notice, ...] = ()
    key: IdempotencyKey | None = None

    @property
    def made_id(self) -> PaymentId | OrderId:
        """What `key` is recorded as used for."""
        paid = self.after.payment_id
        return paid if paid is not None and self.payments else self.after.order_id

    def check(self) -> None:
        """Make sure that the step is one.

        Raises:
            ValueError: `after` is not the next version of `before`, or says of its claim what the step does not do, or
                a booking of no claim has no guard. A fault of ours.
        """
        before, after = self.before, self.after
        if (after.order_id, after.version) != (before.order_id, before.version + 1):
            raise ValueError(f"{after.order_id}, version {after.version}, does not follow version {before.version}")
        ends_claim = before.has_claim and (self.drops_claim or self.booking is not None)
        if after.has_claim != ((before.has_claim or self.claim is not None) and not ends_claim):
            raise ValueError(f"order {before.order_id} does not have a claim as its step says")
        if self.drops_claim and not before.has_claim:
            raise ValueError(f"order {before.order_id} has no claim to drop")
        if self.claim is not None and before.has_claim:
            raise ValueError(f"order {before.order_id} has claimed its seats already")
        if self.booking is not None and not before.has_claim and self.booking.guard_until_ms is None:
            raise ValueError(f"order {before.order_id} can be booked under a guard alone: it has no claim")
        if self.booking is not None and after.booking_id != self.booking.draft.booking.booking_id:
            raise ValueError(f"order {before.order_id} does not name the booking that its step writes")

    @property
    def guard_until_ms(self) -> int | None:
        """Until when the step may be committed; None where it needs no guard."""
        if self.claim is not None:
            return self.claim.guard_until_ms
        return None if self.booking is None else self.booking.guard_until_ms


class OrderMoved(msgspec.Struct, frozen=True):
    """The step is committed, by this call or an earlier one that was the very same. `task_ids` are the outbox rows this
    very call wrote: to be struck off once the store has them too."""

    order: Order
    task_ids: tuple[int, ...] = ()


class OrderStands(msgspec.Struct, frozen=True):
    """Somebody was faster, and nothing was written: this is the order as it stands now."""

    order: Order


class OrderKeyReused(msgspec.Struct, frozen=True):
    """The idempotency key was used with another body. Nothing was written."""


class MoveTooLate(msgspec.Struct, frozen=True):
    """Too little of the guard was left before the commit. Nothing was written: begin again."""


MoveOutcome = OrderMoved | OrderStands | SeatConflict | MoveTooLate | OrderKeyReused


class KeyUsed(msgspec.Struct, frozen=True):
    """What an idempotency key was used for: the body's fingerprint, and the id that it made."""

    fingerprint: str
    made_id: str
