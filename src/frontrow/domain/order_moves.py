"""The steps of an order as the ledger writes them: the order's row and everything that changes with it, or nothing."""

import msgspec

from frontrow.domain.booking import BookingDraft, IdempotencyKey, SeatConflict
from frontrow.domain.hold import HeldSeat
from frontrow.domain.ids import SeatId
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
