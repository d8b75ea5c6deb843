"""An event: one sellable occurrence on one version of a layout, with its prices and sale window."""

from enum import StrEnum

import msgspec

from frontrow.domain.charges import Charge
from frontrow.domain.ids import CategoryId, EventId, LayoutId


class SaleStatus(StrEnum):
    """Whether seats can be held and booked now."""

    SCHEDULED = "scheduled"
    ON_SALE = "on_sale"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Event(msgspec.Struct, frozen=True):
    """One sellable occurrence.

    `number` is the ledger's short number of the event, the prefix of its holds' and bookings' ids.
    Times are milliseconds since 1970 in UTC. `prices` are minor units by category and complete: every category
    of the layout version has one, whether it came from the layout or from the event. `charges` are what orders add.
    """

    event_id: EventId
    number: int
    name: str
    layout_id: LayoutId
    layout_version: int
    starts_at_ms: int
    currency: str
    prices: dict[CategoryId, int]
    sales_start_ms: int | None = None
    sales_end_ms: int | None = None
    orphan_rule: bool = False
    charges: tuple[Charge, ...] = ()
    cancelled_at_ms: int | None = None

    def sale_status(self, now_ms: int) -> SaleStatus:
        """On sale from `sales_start` (or always) until `sales_end`, else until the event starts; not once cancelled."""
        if self.cancelled_at_ms is not None:
            return SaleStatus.CANCELLED
        if self.sales_start_ms is not None and now_ms < self.sales_start_ms:
            return SaleStatus.SCHEDULED
        end_ms = self.starts_at_ms if self.sales_end_ms is None else self.sales_end_ms
        return SaleStatus.ON_SALE if now_ms < end_ms else SaleStatus.CLOSED


class EventChanges(msgspec.Struct, frozen=True):
    """The version that the events are at, counted from 0, and which of them changed since the version asked about.

    `event_ids` is None where any may have: no version was asked about, too many changed to name them, or the ledger is
    at an older version than that one, as after a backup was restored.
    """

    version: int
    event_ids: frozenset[EventId] | None
