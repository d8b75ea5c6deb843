"""How every refusal about orders and their payments is answered, in v1 and in the dialect that sells by orders."""

from frontrow.domain.hold import HoldNotComplete, HoldNotFound, SeatLimitReached, SeatsBusy, SeatsUnavailable
from frontrow.domain.order import OrderState
from frontrow.domain.order_moves import OrderKeyReused
from frontrow.domain.payment import RefundState
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.refusals import listed, problem_of, whole_seconds
from frontrow.services.order_outcomes import (
    OrderNotCancellable,
    OrderNotFound,
    OrderNotPayable,
    OrderShown,
    OrdersUsedUp,
    PaymentDeclined,
    PaymentNotConfigured,
    RequestRunning,
    StatementNotAllowed,
)
from frontrow.services.outcomes import EventNotOnSale, RoleMissing

GATEWAY_RETRY_AFTER_S = 300
"""Somebody has to configure a gateway and start the server anew."""

OrderRefusal = (
    OrderKeyReused
    | OrdersUsedUp
    | OrderNotFound
    | OrderNotPayable
    | OrderNotCancellable
    | PaymentDeclined
    | PaymentNotConfigured
    | StatementNotAllowed
    | RequestRunning
    | HoldNotFound
    | HoldNotComplete
    | SeatsUnavailable
    | SeatLimitReached
    | SeatsBusy
    | EventNotOnSale
    | RoleMissing
)

_WHY_NOT_PAYABLE: dict[OrderState, str] = {
    OrderState.PENDING: "its seats are no longer on its hold",
    OrderState.CLAIMED: "its time to be paid is over",
    OrderState.PAYING: "a payment of it is under way, whose outcome is awaited",
    OrderState.PAID: "it is paid, and its booking is being written",
    OrderState.BOOKED: "it is paid and booked",
    OrderState.CANCELLING: "it is being given up",
    OrderState.CANCELLED: "it was given up, or its seats are no longer on its hold",
    OrderState.EXPIRED: "its time to be paid is over",
    OrderState.REFUNDING: "its seats were given back",
    OrderState.REFUNDED: "its seats were given back",
    OrderState.NEEDS_ATTENTION: "its payment is unclear, and somebody is looking at it",
}
_WHY_NOT_CANCELLABLE: dict[OrderState, str] = {
    OrderState.PAID: "it is paid, and its booking is being written; cancel the booking in a moment",
    OrderState.BOOKED: "it is booked; cancel its booking instead",
    OrderState.EXPIRED: "its time to be paid is over, and nothing is owed",
    OrderState.REFUNDING: "its seats were given back already, and what was paid is on its way back",
    OrderState.REFUNDED: "its seats were given back already, and so was what was paid",
    OrderState.NEEDS_ATTENTION: "its payment is unclear, and somebody is looking at it",
}
_NOTHING_CHARGED = frozenset({OrderState.PENDING, OrderState.CLAIMED, OrderState.CANCELLED, OrderState.EXPIRED})


def order_problem(refusal: OrderRefusal) -> Problem:  # noqa: PLR0911 (one line for each outcome)
    """The answer to a refusal of the orders' use cases."""
    match refusal:
        case PaymentDeclined(shown=shown, reason=reason, replayed=replayed):
            state = shown.order.state
            detail = f"Payment declined: {reason}; {_still_payable(state)}"
            return Problem(code=Code.PAYMENT_DECLINED, detail=detail, order_status=state, replayed=replayed)
        case OrderNotPayable(shown=shown):
            state = shown.order.state
            detail = f"This order can't be paid any more: {_WHY_NOT_PAYABLE[state]}; {_of_money(shown)}"
            return Problem(code=Code.ORDER_STATE, detail=detail, order_status=state)
        case OrderNotCancellable(shown=shown):
            state = shown.order.state
            detail = f"this order can't be given up: {_WHY_NOT_CANCELLABLE.get(state, f'it is {state}')}"
            return Problem(code=Code.ORDER_STATE, detail=detail, order_status=state)
        case OrdersUsedUp(orders_max=orders_max):
            used = f"this hold was ordered {orders_max} times, the most it can be"
            return Problem(code=Code.ORDER_STATE, detail=f"{used}; release it, and hold the seats anew")
        case OrderNotFound():
            return not_found("such order of yours")
        case OrderKeyReused():
            detail = "this Idempotency-Key was used with another request; take a new key for a new request"
            return Problem(code=Code.IDEMPOTENCY_KEY_REUSED, detail=detail)
        case PaymentNotConfigured():
            detail = "orders cannot be paid at present: this server has no payment gateway"
            return Problem(code=Code.PAYMENT_NOT_CONFIGURED, detail=detail, retry_after_s=GATEWAY_RETRY_AFTER_S)
        case StatementNotAllowed():
            detail = "only tokens with the role `integrator` or `admin` may state a payment made elsewhere here"
            return Problem(code=Code.STATEMENT_NOT_ALLOWED, detail=detail)
        case RequestRunning(retry_after_ms=wait_ms):
            detail = "an earlier request for this very order is still being carried out; ask again for its answer"
            return Problem(code=Code.REQUEST_IN_PROGRESS, detail=detail, retry_after_s=whole_seconds(wait_ms))
        case HoldNotComplete(seat_ids=moved):
            detail = f"{listed(moved)} moved to a newer hold of yours; order that one, or hold all seats together again"
            return Problem(code=Code.HOLD_NOT_COMPLETE, detail=detail, seat_ids=moved)
        case SeatLimitReached(held_count=count, seats_max=seats_max):
            seats_now = "1 seat" if count == 1 else f"{count} seats"
            detail = f"your unpaid orders have {seats_now} of this event; at most {seats_max} are allowed at once"
            return Problem(code=Code.SEAT_LIMIT_REACHED, detail=detail, held_count=count, seats_max=seats_max)
        case _:
            return problem_of(refusal)


def _still_payable(state: OrderState) -> str:
    match state:
        case OrderState.PENDING:
            return "the order is still pending"
        case OrderState.CLAIMED | OrderState.PAYING:
            return "the seats are kept until the order's time to be paid ends, so pay with something else"
        case _:
            return "the order can't be paid any more"


def _of_money(shown: OrderShown) -> str:
    if shown.refunds:
        is_back = all(refund.state is RefundState.DONE for refund in shown.refunds)
        return "your payment was refunded" if is_back else "your payment is being refunded"
    if shown.order.state in _NOTHING_CHARGED:
        return "nothing is charged; hold the seats and order them anew"
    return "nothing more is charged"
