"""Events, and the way from a server-made id to the event it belongs to."""

from typing import Any

import msgspec
import sqlalchemy as sa

from frontrow.adapters.sql.tables import event_changes, events
from frontrow.domain.charges import Charge
from frontrow.domain.event import Event, EventChanges
from frontrow.domain.ids import CategoryId, EventId, event_number_of

CHANGES_TOLD_MAX = 1_000
"""Of more events than this it is not told which of them changed."""

_encoder = msgspec.json.Encoder(order="sorted")
_prices_decoder = msgspec.json.Decoder(dict[CategoryId, int])
_charges_decoder = msgspec.json.Decoder(tuple[Charge, ...])

_by_id = sa.select(events).where(events.c.event_id == sa.bindparam("event_id"))
_by_number = sa.select(events).where(events.c.number == sa.bindparam("number"))
_id_by_number = sa.select(events.c.event_id).where(events.c.number == sa.bindparam("number"))
event_id_by_number = _id_by_number.scalar_subquery()
"""In place of an event's id, where a statement has a row's own id alone: `number` is that of the id."""
_page = (
    sa.select(events)
    .where(events.c.number > sa.bindparam("after_number"))
    .order_by(events.c.number)
    .limit(sa.bindparam("limit"))
)
_changes = (
    sa.select(event_changes)
    .where(event_changes.c.version >= sa.bindparam("since"))
    .order_by(event_changes.c.version.desc())
    .limit(sa.bindparam("limit"))
)
_one_at_a_time = sa.text("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE")


def add_event(connection: sa.Connection, event: Event) -> Event:
    """See Ledger.add_event; a taken id is a conflict."""
    if connection.dialect.name == "postgresql":
        # Numbers are seen in their order: whoever pages by them would never see a lower one that is committed later.
        connection.execute(_one_at_a_time)
    number = connection.scalar(sa.insert(events).values(_columns(event)).returning(events.c.number))
    assert number is not None
    return msgspec.structs.replace(event, number=number)


def update_event(connection: sa.Connection, event: Event, expected: Event) -> bool:
    """See Ledger.update_event."""
    unchanged = [events.c[name].is_not_distinct_from(value) for name, value in _columns(expected).items()]
    result = connection.execute(
        sa.update(events).where(events.c.number == expected.number, *unchanged).values(_columns(event))
    )
    return result.rowcount == 1


def event_by_id(connection: sa.Connection, event_id: EventId) -> Event | None:
    """See Ledger.event."""
    return _event(connection.execute(_by_id, {"event_id": event_id}).one_or_none())


def event_by_number(connection: sa.Connection, number: int) -> Event | None:
    """See Ledger.event_by_number."""
    return _event(connection.execute(_by_number, {"number": number}).one_or_none())


def events_after(connection: sa.Connection, *, after_number: int, limit: int) -> list[Event]:
    """See Ledger.events."""
    rows = connection.execute(_page, {"after_number": after_number, "limit": limit})
    return [event for row in rows if (event := _event(row)) is not None]


def event_changes_since(connection: sa.Connection, version: int | None) -> EventChanges:
    """See Ledger.event_changes."""
    limit = 1 if version is None else CHANGES_TOLD_MAX + 1
    rows = connection.execute(_changes, {"since": version or 0, "limit": limit}).all()
    newest: int = rows[0].version if rows else 0
    if version is not None and newest < version:
        # The change that was told last, or a later one of its event, is here still; unless the ledger is an older one.
        return event_changes_since(connection, None)
    is_told = version is not None and len(rows) <= CHANGES_TOLD_MAX
    return EventChanges(newest, frozenset(row.event_id for row in rows if row.version > version) if is_told else None)


def event_id_of(connection: sa.Connection, made_id: str) -> EventId | None:
    """The event a booking's, order's or block's id says it belongs to; None where no such event is."""
    number = event_number_of(made_id)
    return None if number is None else connection.scalar(_id_by_number, {"number": number})


def _columns(event: Event) -> dict[str, str | int | None]:
    return {
        "event_id": event.event_id,
        "name": event.name,
        "layout_id": event.layout_id,
        "layout_version": event.layout_version,
        "starts_at_ms": event.starts_at_ms,
        "currency": event.currency,
        "prices": _encoder.encode(event.prices).decode(),
        "sales_start_ms": event.sales_start_ms,
        "sales_end_ms": event.sales_end_ms,
        "orphan_rule": event.orphan_rule,
        "charges": _encoder.encode(event.charges).decode() if event.charges else None,
        "cancelled_at_ms": event.cancelled_at_ms,
    }


def _event(row: sa.Row[*tuple[Any, ...]] | None) -> Event | None:
    if row is None:
        return None
    return Event(
        event_id=row.event_id,
        number=row.number,
        name=row.name,
        layout_id=row.layout_id,
        layout_version=row.layout_version,
        starts_at_ms=row.starts_at_ms,
        currency=row.currency,
        prices=_prices_decoder.decode(row.prices),
        sales_start_ms=row.sales_start_ms,
        sales_end_ms=row.sales_end_ms,
        orphan_rule=row.orphan_rule,
        charges=() if row.charges is None else _charges_decoder.decode(row.charges),
        cancelled_at_ms=row.cancelled_at_ms,
    )
