"""What makes an event sellable: its times, currency and charges, a price for every category, every sold seat drawn."""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, UnsetType

from frontrow.domain.charges import Charge
from frontrow.domain.document_reading import Fault
from frontrow.domain.event import Event
from frontrow.domain.ids import CHOSEN_ID_FORM, CategoryId, EventId, LayoutId, SeatId, is_chosen_id
from frontrow.domain.layout_index import LayoutIndex
from frontrow.domain.pricing import PRICE_MINOR_MAX, PricesComplete, complete_prices, currency_exponent
from frontrow.domain.texts import control_character
from frontrow.services.charge_rules import charge_faults, too_dear

NAME_LENGTH_MAX = 200
TIME_MS_MAX = 253_402_300_799_999
"""The last millisecond of the year 9999: RFC 3339 has no later one."""


class NewEvent(msgspec.Struct, frozen=True):
    """An event to put on sale. `event_id` None lets the server choose, `layout_version` None takes the latest.

    `prices` are minor units by category; categories left out have the drawing's price. Times are milliseconds since
    1970 in UTC.
    """

    name: str
    layout_id: LayoutId
    starts_at_ms: int
    currency: str
    event_id: EventId | None = None
    layout_version: int | None = None
    sales_start_ms: int | None = None
    sales_end_ms: int | None = None
    prices: Mapping[CategoryId, int] = {}
    orphan_rule: bool = False
    charges: tuple[Charge, ...] = ()


class EventPatch(msgspec.Struct, frozen=True):
    """What to change of an event; what is UNSET stays. None takes a sale time away.

    `prices` are set for the categories named; the others keep theirs. Another currency needs the price of every
    category with it: neither the event's prices nor the drawing's were meant in that currency; and all charges anew,
    where there are sums among them. `charges` replace those there were, for orders placed from then on.
    """

    name: str | UnsetType = UNSET
    layout_id: LayoutId | UnsetType = UNSET
    layout_version: int | UnsetType = UNSET
    starts_at_ms: int | UnsetType = UNSET
    sales_start_ms: int | UnsetType | None = UNSET
    sales_end_ms: int | UnsetType | None = UNSET
    currency: str | UnsetType = UNSET
    prices: Mapping[CategoryId, int] | UnsetType = UNSET
    orphan_rule: bool | UnsetType = UNSET
    charges: tuple[Charge, ...] | UnsetType = UNSET


class EventFaulty(msgspec.Struct, frozen=True):
    """What is wrong with the event; `path` of a fault is the request's field. Nothing was written."""

    faults: tuple[Fault, ...]


class PricesMissing(msgspec.Struct, frozen=True):
    """Categories of the layout that have no price. Nothing was written.

    `currency` None: they have one neither in the layout nor in the event. Otherwise the change to that currency
    does not name them.
    """

    category_ids: tuple[CategoryId, ...]
    currency: str | None = None


def drafted(new: NewEvent, event_id: EventId, layout: LayoutIndex) -> Event | EventFaulty | PricesMissing:
    """The event as asked for on that layout version, not numbered yet (number 0)."""
    event = Event(
        event_id=event_id,
        number=0,
        name=new.name,
        layout_id=layout.layout.id,
        layout_version=layout.version,
        starts_at_ms=new.starts_at_ms,
        currency=new.currency,
        prices={},
        sales_start_ms=new.sales_start_ms,
        sales_end_ms=new.sales_end_ms,
        orphan_rule=new.orphan_rule,
        charges=new.charges,
    )
    return _priced(event, layout, new.prices)


def patched(event: Event, patch: EventPatch, layout: LayoutIndex) -> Event | EventFaulty | PricesMissing:
    """The event with the patch applied, on that layout version."""
    given = {
        field: value
        for field in ("name", "starts_at_ms", "sales_start_ms", "sales_end_ms", "currency", "orphan_rule", "charges")
        if (value := getattr(patch, field)) is not UNSET
    }
    changed = msgspec.structs.replace(event, **given, layout_id=layout.layout.id, layout_version=layout.version)
    wanted = {} if patch.prices is UNSET else dict(patch.prices)
    still_drawn = {id_: price for id_, price in event.prices.items() if id_ in layout.categories}
    judged = _priced(changed, layout, {**still_drawn, **wanted})
    unnamed = tuple(id_ for id_ in layout.categories if id_ not in wanted)
    if isinstance(judged, Event) and changed.currency != event.currency and unnamed:
        return PricesMissing(unnamed, changed.currency)
    if isinstance(judged, Event) and changed.currency != event.currency and _keeps_sums(event, patch):
        return EventFaulty(
            (Fault("charges", f"give them anew with another currency, their sums in {changed.currency}"),)
        )
    return judged


def _keeps_sums(event: Event, patch: EventPatch) -> bool:
    return patch.charges is UNSET and any(charge.amount_minor for charge in event.charges)


def undrawn(layout: LayoutIndex, seat_ids: list[SeatId]) -> tuple[SeatId, ...]:
    """Those of the seats that the layout does not have."""
    return tuple(sorted(seat_id for seat_id in seat_ids if seat_id not in layout.index_of))


def _priced(event: Event, layout: LayoutIndex, prices: Mapping[CategoryId, int]) -> Event | EventFaulty | PricesMissing:
    faults = _faults(event)
    exponent = currency_exponent(event.currency)
    if exponent is None:
        faults.append(Fault("currency", f"expected a currency of ISO 4217 with a minor unit, got {event.currency!r}"))
        return EventFaulty(tuple(faults))
    completed = complete_prices(layout.layout.categories, prices, exponent)
    if isinstance(completed, PricesComplete) and not faults:
        priced = msgspec.structs.replace(event, prices=completed.prices)
        faults = too_dear(priced)
        return EventFaulty(tuple(faults)) if faults else priced
    if not isinstance(completed, PricesComplete):
        bounds = f"expected 0 to {PRICE_MINOR_MAX} minor units of {event.currency}"
        faults += [Fault(f"prices.{id_}", "the layout has no such category") for id_ in completed.unknown]
        faults += [Fault(f"prices.{id_}", bounds) for id_ in completed.out_of_bounds]
        if completed.missing and not faults:
            return PricesMissing(completed.missing)
    return EventFaulty(tuple(faults))


def _faults(event: Event) -> list[Fault]:
    faults = []
    if not is_chosen_id(event.event_id):
        faults.append(Fault("eventId", f"expected {CHOSEN_ID_FORM}, got {event.event_id!r}"))
    if not 0 < len(event.name.strip()) <= NAME_LENGTH_MAX or len(event.name) > NAME_LENGTH_MAX:
        faults.append(Fault("name", f"expected 1 to {NAME_LENGTH_MAX} characters that are not all blank"))
    if (control := control_character(event.name)) is not None:
        faults.append(Fault("name", f"expected text without control characters, got {control} in it: take it out"))
    times = {"startsAt": event.starts_at_ms, "salesStart": event.sales_start_ms, "salesEnd": event.sales_end_ms}
    faults += [
        Fault(field, "expected a time from 1970 to 9999")
        for field, time_ms in times.items()
        if time_ms is not None and not 0 <= time_ms <= TIME_MS_MAX
    ]
    end_ms = event.starts_at_ms if event.sales_end_ms is None else event.sales_end_ms
    if event.sales_start_ms is not None and event.sales_start_ms >= end_ms:
        field = "salesStart" if event.sales_end_ms is None else "salesEnd"
        faults.append(Fault(field, "sales would end before they start"))
    return faults + charge_faults(event.charges)
