"""Orders: what a hold holds, ordered, paid, given up; and a booking found again by its code."""

from collections.abc import Iterator, Mapping, Sequence

from frontrow.client.answers import Contact, Payment
from frontrow.client.exchange import Flow, Request, answered, asked, query_of, segment
from frontrow.client.forms import FindForm, OrderForm, PaymentForm
from frontrow.client.holding import new_idempotency_key
from frontrow.client.order_answers import FoundBooking, Order, OrderList
from frontrow.client.paging import pages
from frontrow.client.reading import PAGE_DEFAULT

_PATH = "/api/v1/orders"


def place_order(
    event_id: str,
    hold_id: str,
    customer: Contact,
    *,
    notes: str | None = None,
    special_requests: str | None = None,
    user_id: str | None = None,
    idempotency_key: str | None = None,
) -> Flow[Order]:
    """Order all seats of a hold, at the server's prices and charges. They are the order's from now on, and may be paid
    until `pay_until`.

    Args:
        user_id: whose order it becomes, for integrators and admins who sell to somebody else: from a hold of that
            user's or of their own.
        idempotency_key: makes a later call with the same arguments the same order, for ever, with its first answer;
            the client makes one by itself, which its own retries share.

    Raises:
        HoldNotFound: the hold was released, ran out, or never was yours.
        HoldNotComplete: some of the hold's seats have moved to a newer hold of yours.
        SeatsUnavailable: seats were sold otherwise. Nothing is ordered.
        OrderStateConflict: the hold had all the orders that it may have.
        SeatLimitReached: with it, your unpaid orders would have more seats of the event than are allowed at once.
        RequestInProgress: this very order, or a booking of its seats, is still being written.
        PaymentNotConfigured: nobody takes money for orders here.
    """
    form = OrderForm(
        event_id=event_id,
        hold_id=hold_id,
        customer=customer,
        notes=notes,
        special_requests=special_requests,
        user_id=user_id,
    )
    return asked(
        Request(
            operation="placeOrder",
            method="POST",
            path=_PATH,
            body=form.encoded(),
            needs_token=True,
            idempotency_key=idempotency_key or new_idempotency_key(),
        ),
        Order,
    )


def list_orders(*, open_only: bool = False, limit: int = PAGE_DEFAULT, cursor: str | None = None) -> Flow[OrderList]:
    """A page of your orders, newest first; `orders()` walks through all of them.

    Args:
        open_only: leave out those that are booked, or have ended otherwise.
        limit: 1 to 100.
        cursor: `next_cursor` of the page before.
    """
    return asked(
        Request(
            operation="listOrders",
            method="GET",
            path=_PATH,
            query=query_of(open="true" if open_only else None, limit=limit, cursor=cursor),
            needs_token=True,
        ),
        OrderList,
    )


def orders(*, open_only: bool = False, page_size: int = PAGE_DEFAULT) -> Iterator[Flow[tuple[Order, ...]]]:
    """All your orders, newest first, read a page of `page_size` (1 to 100) at a time while you iterate."""
    return pages(lambda cursor: list_orders(open_only=open_only, limit=page_size, cursor=cursor))


def get_order(order_id: str) -> Flow[Order]:
    """One order of yours, or that you placed for somebody else; to an admin, anyone's.

    Raises:
        NotFound: there is none, or it is another user's.
    """
    return asked(Request(operation="getOrder", method="GET", path=_of(order_id), needs_token=True), Order)


def pay_order(
    order_id: str,
    *,
    return_url: str | None = None,
    card_number: str | None = None,
    payment: Payment | None = None,
    idempotency_key: str | None = None,
) -> Flow[Order]:
    """Start or retry the payment of an order. Where the answer's `payment.action` is not None the buyer goes on there;
    else `status` says what came of it.

    Args:
        return_url: where a page of the gateway's sends the buyer back to: a path of the server's own site, or an
            address that the server allows.
        card_number: for gateways that are told one; the demo's is.
        payment: what was paid elsewhere, for integrators and admins.
        idempotency_key: makes a later call with the same arguments the same payment, for ever, with its first answer;
            the client makes one by itself, which its own retries share. A new attempt takes a new key.

    Raises:
        PaymentDeclined: nothing was taken; the order may be paid with something else until its `pay_until`.
        OrderStateConflict: it can't be paid (any more); `order_status` says how it stands.
        NotFound: there is no such order of yours.
        Forbidden: you may not state a payment made elsewhere.
        RequestInProgress: another payment of it is being carried out.
        PaymentUnavailable: the gateway does not answer; the payment may have been made. Repeat the call under the
            error's `idempotency_key`, or look at the order.
        PaymentNotConfigured: nobody takes money for orders here.
    """
    card = None if card_number is None else {"number": card_number}
    form = PaymentForm(return_url=return_url, card=card, payment_info=payment)
    return asked(
        Request(
            operation="payOrder",
            method="POST",
            path=f"{_of(order_id)}/payment",
            body=form.encoded(),
            needs_token=True,
            idempotency_key=idempotency_key or new_idempotency_key(),
        ),
        Order,
    )


def cancel_order(order_id: str) -> Flow[Order]:
    """Give up an order that is not booked: its seats are free again, and what was paid meanwhile goes back.

    Raises:
        NotFound: there is no such order of yours.
        OrderStateConflict: it is booked (cancel the booking), or has ended otherwise.
        RequestInProgress: a payment of it is being carried out.
    """
    return asked(
        Request(operation="cancelOrder", method="POST", path=f"{_of(order_id)}/cancel", body=b"{}", needs_token=True),
        Order,
    )


def resolve_order(order_id: str) -> Flow[Order]:
    """Look again at an order that needs attention: what its gateway says now is carried out. Needs the role `admin`.

    Raises:
        Forbidden: the token lacks the role.
        NotFound: there is no such order.
        OrderStateConflict: it needs no attention.
        RequestInProgress: it is being carried on by somebody else right now.
    """
    return asked(
        Request(operation="resolveOrder", method="POST", path=f"{_of(order_id)}/resolve", body=b"{}", needs_token=True),
        Order,
    )


def find_booking(code: str, email: str) -> Flow[FoundBooking]:
    """Find a booking again by its ticket code (or its id) and the e-mail address it was made with, without a token.

    Raises:
        NotFound: no booking has both.
        RateLimited: this address, or this e-mail address, was asked about too often; it is hard to guess on purpose.
    """
    form = FindForm(code=code, email=email)
    return asked(
        Request(operation="findBooking", method="POST", path="/api/v1/bookings/find", body=form.encoded()), FoundBooking
    )


def deliver_callback(
    gateway: str, body: bytes, headers: Mapping[str, str] | Sequence[tuple[str, str]] = ()
) -> Flow[None]:
    """Hand over a callback of a payment gateway as it came: for those who receive them in another place than the
    server.

    Args:
        body: byte for byte as the gateway sent it: the signature is over it.
        headers: those that carry the signature.

    Raises:
        NotFound: the server has no such gateway.
        InvalidRequest: the signature is not accepted, or is too old (`signature_invalid`).
    """
    path = f"/api/v1/webhooks/{segment(gateway)}"
    sent = tuple(headers.items()) if isinstance(headers, Mapping) else tuple(headers)
    yield from answered(Request(operation="deliverCallback", method="POST", path=path, body=body, headers=sent))


def _of(order_id: str) -> str:
    return f"{_PATH}/{segment(order_id)}"
