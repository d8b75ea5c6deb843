"""What people ask of orders, and the answers. Times are milliseconds since 1970 in UTC, money is in minor units."""

import msgspec

from frontrow.domain.booking import Booking, ContactInfo, PaymentInfo
from frontrow.domain.hold import HoldNotComplete, HoldNotFound, SeatLimitReached, SeatsBusy, SeatsUnavailable
from frontrow.domain.ids import HoldId, OrderId, UserId
from frontrow.domain.order import Order
from frontrow.domain.order_moves import OrderKeyReused
from frontrow.domain.payment import Payment, PaymentAction, Refund
from frontrow.services.outcomes import EventNotOnSale, RoleMissing


class PlaceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Order all seats of a hold, at its prices of now and the event's charges.

    With `claims` its seats are claimed at once, and its hold ends; without, they stay on the hold until it is paid,
    which can only be through this server's own gateway. `user_id` is whose order it becomes, where an integrator or
    admin sells to somebody else: from a hold of that user's or of their own.
    """

    hold_id: HoldId
    customer: ContactInfo
    notes: str | None = None
    special_requests: str | None = None
    user_id: UserId | None = None
    claims: bool = True


class PayRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Start or retry a payment. `card_number` is for gateways that are told one; `return_url` is where a page of the
    gateway's sends the buyer back to; `stated` is a payment made elsewhere, for integrators and admins (and everybody
    where anybody may book directly)."""

    card_number: str | None = None
    return_url: str | None = None
    stated: PaymentInfo | None = None


class OrderShown(msgspec.Struct, frozen=True, kw_only=True):
    """An order with its payments and refunds, first one first, and the booking it made.

    `action` is what the buyer has to do next for the payment under way.
    """

    order: Order
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    booking: Booking | None = None
    ticket_code: str | None = None
    action: PaymentAction | None = None
    replayed: bool = False


class OrderPage(msgspec.Struct, frozen=True):
    """Orders, newest first. `next_before` asks for the next page; None when this is the last."""

    orders: tuple[Order, ...]
    next_before: tuple[int, OrderId] | None


class OrdersUsedUp(msgspec.Struct, frozen=True):
    """This hold has had all the orders that a hold may have."""

    orders_max: int


class OrderNotFound(msgspec.Struct, frozen=True):
    """No order of the caller's under that id."""


class OrderNotPayable(msgspec.Struct, frozen=True):
    """The order can't be paid (any more): `shown` says how it stands, and what was given back."""

    shown: OrderShown


class OrderNotCancellable(msgspec.Struct, frozen=True):
    """The order can't be given up: it is booked (cancel the booking), or ended otherwise."""

    shown: OrderShown


class PaymentDeclined(msgspec.Struct, frozen=True):
    """Nothing was taken, and the order may be paid with something else; `reason` is a sentence for the buyer."""

    shown: OrderShown
    reason: str
    replayed: bool = False


class PaymentNotConfigured(msgspec.Struct, frozen=True):
    """This server has no payment gateway."""


class StatementNotAllowed(msgspec.Struct, frozen=True):
    """The caller may not state a payment made elsewhere."""


class RequestRunning(msgspec.Struct, frozen=True):
    """An earlier request for the same is still being carried out."""

    retry_after_ms: int


PlaceAnswer = (
    OrderShown
    | OrderKeyReused
    | OrdersUsedUp
    | HoldNotFound
    | HoldNotComplete
    | SeatsUnavailable
    | SeatLimitReached
    | SeatsBusy
    | RequestRunning
    | PaymentNotConfigured
    | EventNotOnSale
    | RoleMissing
)
PayAnswer = (
    OrderShown
    | PaymentDeclined
    | OrderNotFound
    | OrderNotPayable
    | OrderKeyReused
    | RequestRunning
    | SeatLimitReached
    | SeatsBusy
    | PaymentNotConfigured
    | StatementNotAllowed
)
CancelOrderAnswer = OrderShown | OrderNotFound | OrderNotCancellable
ResolveAnswer = OrderShown | OrderNotFound | RoleMissing
