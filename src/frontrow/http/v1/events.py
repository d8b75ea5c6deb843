"""Events: what is on sale, when, where and for how much, with how many seats are left."""

import asyncio
from typing import Annotated

import msgspec
from msgspec import Meta

from frontrow.domain.charges import BASIS_POINTS, Charge, ChargeKind
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.event import Event, SaleStatus
from frontrow.domain.ids import EventId, is_chosen_id
from frontrow.domain.pricing import PRICE_MINOR_MAX
from frontrow.http.fields import AmountMinor, Currency, EventsCursor, RequiredText, Time, time_text
from frontrow.http.operation import REVALIDATE, Access, Answer, Call, Example, NoBody, NoQuery, Operation, declared
from frontrow.http.problems import Code, Problem, not_found
from frontrow.http.services import Services
from frontrow.http.settings import Checkout

PAGE_MAX = 100


class EventsQuery(msgspec.Struct, frozen=True):
    """Which page of events."""

    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX, description="how many at most")] = 50
    cursor: EventsCursor | None = None


class SeatCounts(msgspec.Struct, frozen=True):
    """How many seats are in each state now."""

    available: int
    held: int
    booked: int
    blocked: int
    total: int


class ChargeDocument(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """A fee or tax that orders add to the prices of their seats, in the order they are listed.

    `per_seat` and `per_order` add `amountMinor` (to seats that are not free), `share` adds `basisPoints` (100 is 1 %)
    of the seats and the charges above it, `included_share` is part of them already and adds nothing. A charge that is
    not `refundable` stays paid when seats are cancelled; when the event is, it goes back.
    """

    name: Annotated[RequiredText, Meta(examples=["Booking fee"])]
    kind: ChargeKind
    amount_minor: Annotated[int, Meta(ge=0, le=PRICE_MINOR_MAX, description="in minor units, for sums")] = 0
    basis_points: Annotated[int, Meta(ge=0, le=BASIS_POINTS, description="100 is 1 %, for shares")] = 0
    refundable: bool = True


class EventDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One sellable occurrence. `layoutName` is its house's name, and `checkout` how a buyer's page sells: by orders
    that are paid here, by booking directly, or (`none`) not by itself; reads have both. `counts` is left out while the
    hold store cannot be asked."""

    event_id: str
    name: str
    layout_id: str
    layout_version: int
    starts_at: Time
    sale_status: SaleStatus
    currency: Currency
    prices: Annotated[dict[str, AmountMinor], Meta(description="by category id, in minor units of the currency")]
    sales_start: Time | None = None
    sales_end: Time | None = None
    orphan_rule: bool = False
    charges: tuple[ChargeDocument, ...] = ()
    layout_name: str | None = None
    checkout: Checkout | None = None
    counts: SeatCounts | None = None


class EventList(msgspec.Struct, frozen=True, rename="camel"):
    """Events in the order they were made; `nextCursor` is null on the last page."""

    items: tuple[EventDocument, ...]
    next_cursor: str | None = None


def event_document(
    event: Event,
    now_ms: int,
    counts: SeatCounts | None = None,
    layout_name: str | None = None,
    checkout: Checkout | None = None,
) -> EventDocument:
    """An event as v1 shows it."""
    return EventDocument(
        event_id=event.event_id,
        name=event.name,
        layout_id=event.layout_id,
        layout_version=event.layout_version,
        starts_at=time_text(event.starts_at_ms),
        sale_status=event.sale_status(now_ms),
        currency=event.currency,
        prices={str(category_id): price for category_id, price in event.prices.items()},
        sales_start=None if event.sales_start_ms is None else time_text(event.sales_start_ms),
        sales_end=None if event.sales_end_ms is None else time_text(event.sales_end_ms),
        orphan_rule=event.orphan_rule,
        charges=tuple(map(_charge_document, event.charges)),
        layout_name=layout_name,
        checkout=checkout,
        counts=counts,
    )


def _charge_document(charge: Charge) -> ChargeDocument:
    return ChargeDocument(charge.name, charge.kind, charge.amount_minor, charge.basis_points, charge.refundable)


async def list_events(services: Services, call: Call[NoBody, EventsQuery]) -> Answer | Problem:
    """A page of events."""
    cursor, limit = call.query.cursor, call.query.limit
    events = await services.catalog.page(after_number=int(cursor or 0), limit=limit + 1)
    now_ms = services.clock.now_ms()
    items = tuple(await asyncio.gather(*(_shown(services, event, now_ms) for event in events[:limit])))
    return Answer(body=EventList(items=items, next_cursor=str(events[limit - 1].number) if events[limit:] else None))


async def get_event(services: Services, call: Call[NoBody, NoQuery]) -> Answer | Problem:
    """One event."""
    event_id = EventId(call.path["eventId"])
    sale = await services.catalog.sale(event_id) if is_chosen_id(event_id) else None
    if sale is None:
        return not_found(f"event {event_id}")
    return Answer(body=await _shown(services, sale.event, services.clock.now_ms()))


async def _shown(services: Services, event: Event, now_ms: int) -> EventDocument:
    # The view first: it has read the drawing into the cache, so that events of one house read it once.
    counts = await _counts(services, event.event_id)
    drawing = await services.catalog.drawing(event.layout_id, event.layout_version)
    name = None if drawing is None else drawing.index.layout.name
    return event_document(event, now_ms, counts, name, services.settings.checkout)


async def _counts(services: Services, event_id: EventId) -> SeatCounts | None:
    try:
        view = await services.live.view(event_id)
    except StoreUnavailable:
        return None
    counts = view.counts()
    return SeatCounts(
        available=counts["available"],
        held=counts["held"],
        booked=counts["booked"],
        blocked=counts["blocked"],
        total=sum(counts.values()),
    )


PATH = {"eventId": "hamlet-2026-03-01"}
EXAMPLE = EventDocument(
    event_id="hamlet-2026-03-01",
    name="Hamlet",
    layout_id="grand-theatre",
    layout_version=1,
    starts_at="2026-03-01T19:30:00.000Z",
    sale_status=SaleStatus.ON_SALE,
    currency="USD",
    prices={"stalls": 15000, "balcony": 9000},
    charges=(
        ChargeDocument(name="Booking fee", kind=ChargeKind.PER_ORDER, amount_minor=250, refundable=False),
        ChargeDocument(name="VAT", kind=ChargeKind.INCLUDED_SHARE, basis_points=700),
    ),
    layout_name="Grand Theatre",
    checkout=Checkout.ORDERS,
    counts=SeatCounts(available=431, held=12, booked=57, blocked=4, total=504),
)

OPERATIONS = declared(
    Operation(
        name="listEvents",
        method="GET",
        path="/api/v1/events",
        summary="Events, a page at a time",
        tag="Events",
        access=Access.PUBLIC,
        handler=list_events,
        body=NoBody,
        query=EventsQuery,
        answer=EventList,
        cache=REVALIDATE,
        refusals=frozenset({Code.STORE_UNAVAILABLE}),
        example=Example(query={"limit": "20"}, answer=EventList(items=(EXAMPLE,), next_cursor="1")),
    ),
    Operation(
        name="getEvent",
        method="GET",
        path="/api/v1/events/{eventId}",
        summary="One event with its prices and seat counts",
        tag="Events",
        access=Access.PUBLIC,
        handler=get_event,
        body=NoBody,
        query=NoQuery,
        answer=EventDocument,
        cache=REVALIDATE,
        refusals=frozenset({Code.NOT_FOUND, Code.STORE_UNAVAILABLE}),
        example=Example(path=PATH, answer=EXAMPLE),
    ),
)
