"""An event's orders, for admins: listed by state, searched by name, e-mail or code, exported for spreadsheets."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from frontrow.domain.ids import EventId
from frontrow.domain.order import OrderState
from frontrow.http.fields import Text
from frontrow.http.operation import Access, Answer, Call, Example, NoBody, Operation, declared
from frontrow.http.problems import Code, Problem
from frontrow.http.refusals import problem_of
from frontrow.http.services import Services
from frontrow.http.v1.bookings import PAGE_MAX
from frontrow.http.v1.events import PATH
from frontrow.http.v1.order_documents import (
    PAID_EXAMPLE,
    OrderList,
    OrdersCursor,
    order_document,
    order_list,
    order_point_of,
)
from frontrow.http.v1.order_export import csv_of
from frontrow.http.v1.spreadsheets import CSV_MEDIA_TYPE, attachment
from frontrow.services.order_search import OrdersExport, OrdersShown

_WORD = "(" + "|".join(OrderState) + ")"
States = Annotated[
    str,
    Meta(
        pattern=f"^({_WORD}(,{_WORD})*)?$",
        extra={"form": "states of orders with commas between them: " + ", ".join(OrderState)},
        description="only orders in these states, with commas between them; any if empty",
    ),
]


class EventOrdersQuery(msgspec.Struct, frozen=True):
    """Which orders, and how they are written."""

    state: States = ""
    query: Annotated[
        Text,
        Meta(
            description="words that name or e-mail address contain, what the order's or its booking's id begins with,"
            " or 8 letters or more of its ticket code; all if empty"
        ),
    ] = ""
    format: Annotated[
        Literal["json", "csv"], Meta(description="`csv` exports all of them, whatever `limit` and `cursor` say")
    ] = "json"
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX, description="how many at most")] = 50
    cursor: OrdersCursor | None = None


async def list_event_orders(services: Services, call: Call[NoBody, EventOrdersQuery]) -> Answer | Problem:
    """A page of the event's orders, or all of them as CSV."""
    event_id, query = EventId(call.path["eventId"]), call.query
    states = tuple(OrderState(word) for word in query.state.split(",")) if query.state else None
    if query.format == "csv":
        export = await services.order_search.export(call.user, event_id, states=states, query=query.query)
        if not isinstance(export, OrdersExport):
            return problem_of(export, event_id=event_id)
        pieces = export.pieces
        headers = (attachment(f"orders-{event_id}"),)
        return Answer(stream=lambda _socket: csv_of(pieces), media_type=CSV_MEDIA_TYPE, headers=headers)
    page = await services.order_search.page(
        call.user,
        event_id,
        states=states,
        query=query.query,
        before=order_point_of(query.cursor),
        limit=query.limit,
    )
    if not isinstance(page, OrdersShown):
        return problem_of(page, event_id=event_id)
    sale = await services.catalog.sale(event_id)
    layout = None if sale is None else sale.layout
    documents = [order_document(shown, layout, to_admin=True) for shown in page.orders]
    return Answer(body=order_list(documents, page.next_before))


OPERATIONS = declared(
    Operation(
        name="listEventOrders",
        method="GET",
        path="/api/v1/events/{eventId}/orders",
        summary="An event's orders: newest first, by state, name, e-mail or code, or all of them as CSV",
        tag="Events",
        access=Access.ADMIN,
        handler=list_event_orders,
        body=NoBody,
        query=EventOrdersQuery,
        answer=OrderList,
        answers_text=("text/csv",),
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(
            path=PATH,
            query={"state": "booked,refunding", "query": "lovelace", "format": "json", "limit": "20"},
            answer=OrderList(items=(PAID_EXAMPLE,)),
        ),
    ),
)
