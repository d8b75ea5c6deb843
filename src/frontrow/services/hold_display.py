"""Holds as their owners see them: the store's record, priced and matched with the drawing."""

import msgspec

from frontrow.domain.hold import Hold, HoldAcquired
from frontrow.domain.ids import HoldId, SeatId, TableId
from frontrow.domain.pricing import total_price
from frontrow.services.catalog import Sale
from frontrow.services.outcomes import HoldShown


def show_new_hold(sale: Sale, acquired: HoldAcquired) -> HoldShown:
    """A hold made just now: it holds all that it lists."""
    return _shown(
        sale,
        acquired.hold_id,
        acquired.seat_ids,
        table_ids=acquired.table_ids,
        expires_at_ms=acquired.expires_at_ms,
    )


def show_hold(sale: Sale, hold: Hold) -> HoldShown:
    """What the hold holds now, in the order it lists it; a table only while it has every seat of it."""
    held = set(hold.held_seat_ids)
    tables = tuple(
        table_id
        for table_id in hold.table_ids
        if (table := sale.layout.tables.get(table_id)) is not None and held.issuperset(table.seat_ids)
    )
    seat_ids = tuple(seat_id for seat_id in hold.seat_ids if seat_id in held)
    moved = tuple(seat_id for seat_id in hold.seat_ids if seat_id not in held)
    shown = _shown(sale, hold.hold_id, seat_ids, table_ids=tables, expires_at_ms=hold.expires_at_ms)
    return msgspec.structs.replace(shown, moved_seat_ids=moved)


def _shown(
    sale: Sale, hold_id: HoldId, seat_ids: tuple[SeatId, ...], *, table_ids: tuple[TableId, ...], expires_at_ms: int
) -> HoldShown:
    # A newer layout version may have lost a seat that was held, though never one that was sold.
    index_of = sale.layout.index_of
    known = [seat_id for seat_id in seat_ids if seat_id in index_of]
    return HoldShown(
        hold_id=hold_id,
        event_id=sale.event.event_id,
        seat_ids=seat_ids,
        table_ids=table_ids,
        expires_at_ms=expires_at_ms,
        total_minor=total_price(sale.event, sale.layout, known),
        currency=sale.event.currency,
    )
