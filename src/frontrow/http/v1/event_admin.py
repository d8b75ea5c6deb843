"""Putting events on sale and changing them, for admins."""

import hashlib
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from frontrow.domain.booking import IdempotencyKey
from frontrow.domain.charges import CHARGES_MAX, Charge, ChargeKind
from frontrow.domain.ids import CHOSEN_ID_FORM, CategoryId, EventId, LayoutId, is_chosen_id
from frontrow.domain.pricing import PRICE_MINOR_MAX
from frontrow.http.fields import ChosenId, Currency, RequiredText, SentTime, time_ms
from frontrow.http.operation import Access, Answer, Call, Example, NoQuery, Operation, declared
from frontrow.http.problems import Code, FieldFault, Problem, invalid, not_found
from frontrow.http.refusals import listed
from frontrow.http.services import Services
from frontrow.http.v1.events import EXAMPLE, PATH, ChargeDocument, EventDocument, event_document
from frontrow.http.v1.holds import REPLAYED
from frontrow.http.v1.layouts import VERSION_MAX
from frontrow.services.event_rules import EventFaulty, EventPatch, NewEvent, PricesMissing
from frontrow.services.layouts import (
    EventChanged,
    EventCreated,
    EventIdTaken,
    EventUnknown,
    LayoutInUse,
    LayoutUnknown,
)

_Version = Annotated[int, Meta(ge=1, le=VERSION_MAX, description="the layout's latest version when absent")]
_Price = Annotated[int, Meta(ge=0, le=PRICE_MINOR_MAX)]
_Prices = Annotated[
    dict[str, _Price], Meta(description="minor units by category id; categories left out have the layout's price")
]
_Charges = Annotated[
    tuple[ChargeDocument, ...], Meta(max_length=CHARGES_MAX, description="fees and taxes, in the order they are added")
]
_KEYED_ID_CHARS = 32


class CreateEvent(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """An event to put on sale. Without `eventId` the server chooses one."""

    name: RequiredText
    layout_id: str
    starts_at: SentTime
    currency: Currency
    event_id: ChosenId | None = None
    layout_version: _Version | None = None
    sales_start: SentTime | None = None
    sales_end: SentTime | None = None
    prices: _Prices | None = None
    orphan_rule: Annotated[bool, Meta(description="refuse choices that leave a single seat behind")] = False
    charges: _Charges = ()


class ChangeEvent(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """What to change; what is left out stays. null takes a sale time away.

    Another `currency` needs the price of every category of the layout in `prices`, and `charges` anew where sums are
    among them. `charges` replace all that there were; orders that are placed already keep theirs.
    """

    name: RequiredText | UnsetType = UNSET
    layout_id: str | UnsetType = UNSET
    layout_version: _Version | UnsetType = UNSET
    starts_at: SentTime | UnsetType = UNSET
    sales_start: SentTime | UnsetType | None = UNSET
    sales_end: SentTime | UnsetType | None = UNSET
    currency: Currency | UnsetType = UNSET
    prices: _Prices | UnsetType = UNSET
    orphan_rule: bool | UnsetType = UNSET
    charges: _Charges | UnsetType = UNSET


async def create_event(services: Services, call: Call[CreateEvent, NoQuery]) -> Answer | Problem:
    """Put an event on a layout version."""
    body, event_id = call.body, call.body.event_id
    if event_id is not None and not is_chosen_id(event_id):
        return invalid(FieldFault("eventId", f"must be {CHOSEN_ID_FORM}"))
    if event_id is None and call.key is not None:
        event_id = _keyed_id(call.key)
    new = NewEvent(
        name=body.name,
        layout_id=LayoutId(body.layout_id),
        starts_at_ms=time_ms(body.starts_at),
        currency=body.currency,
        event_id=None if event_id is None else EventId(event_id),
        layout_version=body.layout_version,
        sales_start_ms=None if body.sales_start is None else time_ms(body.sales_start),
        sales_end_ms=None if body.sales_end is None else time_ms(body.sales_end),
        prices=_prices(body.prices or {}),
        orphan_rule=body.orphan_rule,
        charges=_charges(body.charges),
    )
    outcome = await services.layouts.create_event(new)
    match outcome:
        case EventCreated(event=event, replayed=replayed):
            document = event_document(event, services.clock.now_ms())
            return Answer(body=document, headers=REPLAYED if replayed else ())
        case EventIdTaken() if body.event_id is None:
            detail = "this Idempotency-Key made another event; take a new key for a new event"
            return Problem(code=Code.IDEMPOTENCY_KEY_REUSED, detail=detail)
        case EventIdTaken(event_id=taken):
            return Problem(code=Code.EVENT_ID_TAKEN, detail=f"another event has the id {taken}; choose a new one")
        case _:
            return _refused(outcome)


async def change_event(services: Services, call: Call[ChangeEvent, NoQuery]) -> Answer | Problem:
    """Change what is given; bookings and orders keep the prices and charges they were made at."""
    body, event_id = call.body, EventId(call.path["eventId"])
    if not is_chosen_id(event_id):
        return not_found(f"event {event_id[:64]}")
    patch = EventPatch(
        name=body.name,
        layout_id=UNSET if body.layout_id is UNSET else LayoutId(body.layout_id),
        layout_version=body.layout_version,
        starts_at_ms=UNSET if body.starts_at is UNSET else time_ms(body.starts_at),
        sales_start_ms=_changed_ms(body.sales_start),
        sales_end_ms=_changed_ms(body.sales_end),
        currency=body.currency,
        prices=UNSET if body.prices is UNSET else _prices(body.prices),
        orphan_rule=body.orphan_rule,
        charges=UNSET if body.charges is UNSET else _charges(body.charges),
    )
    outcome = await services.layouts.change_event(event_id, patch)
    match outcome:
        case EventChanged(event=event):
            return Answer(body=event_document(event, services.clock.now_ms()))
        case EventUnknown():
            return not_found(f"event {event_id}")
        case LayoutInUse(seat_ids=seat_ids):
            detail = f"that layout version has no {listed(seat_ids)}, which are sold or withheld in this event"
            return Problem(code=Code.LAYOUT_IN_USE, detail=detail, seat_ids=seat_ids)
        case _:
            return _refused(outcome)


def _refused(refusal: EventFaulty | PricesMissing | LayoutUnknown) -> Problem:
    match refusal:
        case EventFaulty(faults=faults):
            return invalid(*(FieldFault(fault.path, fault.message) for fault in faults))
        case PricesMissing(category_ids=category_ids, currency=currency):
            if currency is None:
                detail = f"give {listed(category_ids)} a price in `prices` or in the layout"
            else:
                detail = f"with another currency, give {listed(category_ids)} a price in `prices`, in {currency}"
            return Problem(code=Code.PRICE_MISSING, detail=detail, category_ids=category_ids)
        case LayoutUnknown(layout_id=layout_id, version=None):
            return invalid(FieldFault("layoutId", f"must be a published layout; there is no {layout_id[:64]}"))
        case LayoutUnknown(layout_id=layout_id, version=version):
            field = FieldFault("layoutVersion", f"must be a published version; {layout_id[:64]} has no {version}")
            return invalid(field)


def _prices(given: dict[str, int]) -> dict[CategoryId, int]:
    return {CategoryId(category_id): price for category_id, price in given.items()}


def _charges(given: tuple[ChargeDocument, ...]) -> tuple[Charge, ...]:
    return tuple(
        Charge(charge.name, charge.kind, charge.amount_minor, charge.basis_points, charge.refundable)
        for charge in given
    )


def _changed_ms(at: datetime | UnsetType | None) -> int | UnsetType | None:
    return time_ms(at) if isinstance(at, datetime) else at


def _keyed_id(key: IdempotencyKey) -> str:
    """One event id for each user and key, so that a repeated request finds the event it made."""
    return hashlib.sha256(f"{key.user_id}\0{key.route}\0{key.key}".encode()).hexdigest()[:_KEYED_ID_CHARS]


_FAULTS = frozenset({Code.VALIDATION_FAILED, Code.PRICE_MISSING, Code.STORE_UNAVAILABLE})
_WHEN = datetime.fromisoformat("2026-03-01T19:30:00Z")

OPERATIONS = declared(
    Operation(
        name="createEvent",
        method="POST",
        path="/api/v1/events",
        summary="Put an event on sale",
        tag="Events",
        access=Access.ADMIN,
        handler=create_event,
        body=CreateEvent,
        query=NoQuery,
        answer=EventDocument,
        status=201,
        takes_key=True,
        refusals=_FAULTS | {Code.EVENT_ID_TAKEN, Code.IDEMPOTENCY_KEY_REUSED},
        example=Example(
            body=CreateEvent(
                event_id="hamlet-2026-03-01",
                name="Hamlet",
                layout_id="grand-theatre",
                starts_at=_WHEN,
                currency="USD",
                prices={"stalls": 15000},
                charges=EXAMPLE.charges,
            ),
            answer=msgspec.structs.replace(EXAMPLE, counts=None),
        ),
    ),
    Operation(
        name="changeEvent",
        method="PATCH",
        path="/api/v1/events/{eventId}",
        summary="Change an event, or move it to a newer layout version",
        tag="Events",
        access=Access.ADMIN,
        handler=change_event,
        body=ChangeEvent,
        query=NoQuery,
        answer=EventDocument,
        refusals=_FAULTS | {Code.NOT_FOUND, Code.LAYOUT_IN_USE},
        example=Example(
            path=PATH,
            body=ChangeEvent(
                sales_end=_WHEN,
                prices={"balcony": 8000},
                charges=(ChargeDocument(name="Service charge", kind=ChargeKind.SHARE, basis_points=500),),
            ),
            answer=msgspec.structs.replace(EXAMPLE, counts=None),
        ),
    ),
)
