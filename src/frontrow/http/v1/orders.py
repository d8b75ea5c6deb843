"""Orders: what a hold holds, ordered for a buyer, paid through a gateway, or given up."""

from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.hold import HoldNotFound
from frontrow.domain.ids import USER_ID_BYTES_MAX, EventId, HoldId, OrderId, UserId, event_number_of, is_user_id
from frontrow.domain.order import OrderState
from frontrow.domain.texts import PRINTABLE_PATTERN
from frontrow.http.fields import LongText
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.order_refusals import order_problem
from frontrow.http.problems import Code, FieldFault, Problem, invalid, not_found
from frontrow.http.return_urls import fault_of_return_url
from frontrow.http.services import Services
from frontrow.http.v1.bookings import PAGE_MAX
from frontrow.http.v1.holds import REPLAYED
from frontrow.http.v1.order_documents import (
    EXAMPLE,
    PAID_EXAMPLE,
    OrderDocument,
    OrderList,
    OrdersCursor,
    order_document,
    order_list,
    order_point_of,
)
from frontrow.http.v1.purchases import Contact, Payment, contact_info, payment_info
from frontrow.services.callers import Caller
from frontrow.services.order_outcomes import OrderShown, PayRequest, PlaceRequest

RETURN_URL_CHARS_MAX = 2000
CARD_CHARS_MAX = 40


class PlaceOrder(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """Order all seats of a hold. What they cost is the server's to say: there is no field for it."""

    event_id: str
    hold_id: str
    customer: Contact
    notes: LongText | None = None
    special_requests: LongText | None = None
    user_id: (
        Annotated[str, Meta(description="whose order it becomes, for integrators and admins who sell to somebody else")]
        | None
    ) = None


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The card to pay with, for gateways that are told one: the demo's. Others ask for it on a page of their own."""

    number: Annotated[str, Meta(min_length=1, max_length=CARD_CHARS_MAX, pattern=PRINTABLE_PATTERN)]


class PayOrder(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """How the order is paid: through this server's gateway, or, as an integrator or admin states it, elsewhere."""

    return_url: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=RETURN_URL_CHARS_MAX,
                description="where the gateway's page sends the buyer back to: this site, or an allowed origin",
            ),
        ]
        | None
    ) = None
    card: Card | None = None
    payment_info: Payment | None = None


class CancelOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing is to be said: an order is given up whole."""


class ResolveOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing is to be said: what the gateway says now is carried out."""


class OrdersQuery(msgspec.Struct, frozen=True):
    """Which page of orders."""

    open: Annotated[bool, Meta(description="only those that are not booked, nor ended otherwise")] = False
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX, description="how many at most")] = 50
    cursor: OrdersCursor | None = None


async def place_order(services: Services, call: Call[PlaceOrder, NoQuery]) -> Answer | Problem:
    """Order what a hold holds, for the caller or the user an integrator names, and claim it."""
    body = call.body
    if body.user_id is not None and not is_user_id(body.user_id):
        return invalid(FieldFault("userId", f"must be 1 to {USER_ID_BYTES_MAX} bytes of text"))
    sale = await services.catalog.sale(EventId(body.event_id))
    if sale is None:
        return not_found(f"event {body.event_id}")
    hold_id = HoldId(body.hold_id)
    if event_number_of(hold_id) != sale.event.number:
        return order_problem(HoldNotFound(services.clock.now_ms()))
    request = PlaceRequest(
        hold_id=hold_id,
        customer=contact_info(body.customer),
        notes=body.notes,
        special_requests=body.special_requests,
        user_id=None if body.user_id is None else UserId(body.user_id),
    )
    outcome = await services.orders.place(call.user, request, call.key)
    if isinstance(outcome, OrderShown):
        return await _shown(services, call.user, outcome)
    return order_problem(outcome)


async def list_orders(services: Services, call: Call[NoBody, OrdersQuery]) -> Answer | Problem:
    """A page of the caller's orders."""
    query, before = call.query, order_point_of(call.query.cursor)
    page = await services.orders.my_orders(call.user, open_only=query.open, before=before, limit=query.limit)
    shown = [await services.orders.show(order) for order in page.orders]
    return Answer(body=order_list([await _document(services, call.user, it) for it in shown], page.next_before))


async def get_order(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """One order of the caller's, or anyone's for an admin."""
    outcome = await services.orders.order(call.user, OrderId(call.path["orderId"]))
    if isinstance(outcome, OrderShown):
        return await _shown(services, call.user, outcome)
    return order_problem(outcome)


async def pay_order(services: Services, call: Call[PayOrder, NoQuery]) -> Answer | Problem:
    """Start or retry the order's payment."""
    body = call.body
    if body.payment_info is not None and body.card is not None:
        return invalid(FieldFault("paymentInfo", "pay by `card`, or state a payment made elsewhere; not both"))
    if body.return_url is not None:
        fault = fault_of_return_url(body.return_url, services.settings, call.headers)
        if fault is not None:
            return invalid(fault)
    request = PayRequest(
        card_number=None if body.card is None else body.card.number,
        return_url=body.return_url,
        stated=payment_info(body.payment_info),
    )
    outcome = await services.orders.pay(call.user, OrderId(call.path["orderId"]), request, call.key)
    if isinstance(outcome, OrderShown):
        return await _shown(services, call.user, outcome)
    return order_problem(outcome)


async def cancel_order(services: Services, call: Call[CancelOrder, NoQuery]) -> Answer | Problem:
    """Give the order up: its seats are free again, and nothing is owed."""
    outcome = await services.orders.cancel(call.user, OrderId(call.path["orderId"]))
    if isinstance(outcome, OrderShown):
        return await _shown(services, call.user, outcome)
    return order_problem(outcome)


async def resolve_order(services: Services, call: Call[ResolveOrder, NoQuery]) -> Answer | Problem:
    """Carry on an order that needs attention, by what its gateway says now."""
    outcome = await services.orders.resolve(call.user, OrderId(call.path["orderId"]))
    if isinstance(outcome, OrderShown):
        return await _shown(services, call.user, outcome)
    return order_problem(outcome)


async def _shown(services: Services, caller: Caller, shown: OrderShown) -> Answer:
    return Answer(body=await _document(services, caller, shown), headers=REPLAYED if shown.replayed else ())


async def _document(services: Services, caller: Caller, shown: OrderShown) -> OrderDocument:
    sale = await services.catalog.sale(shown.order.event_id)
    return order_document(shown, None if sale is None else sale.layout, to_admin=caller.is_admin)


_PATH = {"orderId": EXAMPLE.order_id}
_CONTACT = Contact(name="Ada Lovelace", email="ada@example.com")
_STORES = frozenset({Code.STORE_UNAVAILABLE})
_OF_ORDER = _STORES | {Code.NOT_FOUND}

OPERATIONS = declared(
    Operation(
        name="placeOrder",
        method="POST",
        path="/api/v1/orders",
        summary="Order the seats of a hold, which are the order's until it is paid or its time is over",
        tag="Orders",
        access=Access.USER,
        handler=place_order,
        body=PlaceOrder,
        query=NoQuery,
        answer=OrderDocument,
        status=201,
        takes_key=True,
        refusals=_STORES
        | {
            Code.NOT_FOUND,
            Code.HOLD_NOT_FOUND,
            Code.HOLD_NOT_COMPLETE,
            Code.SEATS_UNAVAILABLE,
            Code.SEAT_LIMIT_REACHED,
            Code.EVENT_NOT_ON_SALE,
            Code.ORDER_STATE,
            Code.REQUEST_IN_PROGRESS,
            Code.ROLE_MISSING,
            Code.PAYMENT_NOT_CONFIGURED,
        },
        example=Example(
            body=PlaceOrder(event_id="hamlet-2026-03-01", hold_id=EXAMPLE.hold_id, customer=_CONTACT), answer=EXAMPLE
        ),
    ),
    Operation(
        name="listOrders",
        method="GET",
        path="/api/v1/orders",
        summary="Your orders, newest first",
        tag="Orders",
        access=Access.USER,
        handler=list_orders,
        body=NoBody,
        query=OrdersQuery,
        answer=OrderList,
        refusals=_STORES,
        example=Example(query={"open": "true", "limit": "20"}, answer=OrderList(items=(EXAMPLE,))),
    ),
    Operation(
        name="getOrder",
        method="GET",
        path="/api/v1/orders/{orderId}",
        summary="One order",
        tag="Orders",
        access=Access.USER,
        handler=get_order,
        body=NoBody,
        query=NoQuery,
        answer=OrderDocument,
        refusals=_OF_ORDER,
        example=Example(path=_PATH, answer=PAID_EXAMPLE),
    ),
    Operation(
        name="payOrder",
        method="POST",
        path="/api/v1/orders/{orderId}/payment",
        summary="Start or retry the payment of an order; what the buyer has to do next comes with the answer",
        tag="Orders",
        access=Access.USER,
        handler=pay_order,
        body=PayOrder,
        body_optional=True,
        query=NoQuery,
        answer=OrderDocument,
        takes_key=True,
        reads_headers=True,
        refusals=_OF_ORDER
        | {
            Code.VALIDATION_FAILED,
            Code.PAYMENT_DECLINED,
            Code.SEAT_LIMIT_REACHED,
            Code.ORDER_STATE,
            Code.REQUEST_IN_PROGRESS,
            Code.STATEMENT_NOT_ALLOWED,
            Code.PAYMENT_UNAVAILABLE,
            Code.PAYMENT_NOT_CONFIGURED,
        },
        example=Example(path=_PATH, body=PayOrder(return_url="/events/hamlet-2026-03-01"), answer=PAID_EXAMPLE),
    ),
    Operation(
        name="cancelOrder",
        method="POST",
        path="/api/v1/orders/{orderId}/cancel",
        summary="Give up an order that is not booked; its seats are free again",
        tag="Orders",
        access=Access.USER,
        handler=cancel_order,
        body=CancelOrder,
        body_optional=True,
        query=NoQuery,
        answer=OrderDocument,
        refusals=_OF_ORDER | {Code.ORDER_STATE, Code.REQUEST_IN_PROGRESS, Code.PAYMENT_UNAVAILABLE},
        example=Example(
            path=_PATH, body=CancelOrder(), answer=msgspec.structs.replace(EXAMPLE, status=OrderState.CANCELLED)
        ),
    ),
    Operation(
        name="resolveOrder",
        method="POST",
        path="/api/v1/orders/{orderId}/resolve",
        summary="Look again at an order that needs attention, and carry out what its gateway says now",
        tag="Orders",
        access=Access.ADMIN,
        handler=resolve_order,
        body=ResolveOrder,
        body_optional=True,
        query=NoQuery,
        answer=OrderDocument,
        refusals=_OF_ORDER | {Code.ORDER_STATE, Code.REQUEST_IN_PROGRESS, Code.PAYMENT_UNAVAILABLE},
        example=Example(path=_PATH, body=ResolveOrder(), answer=PAID_EXAMPLE),
    ),
)
