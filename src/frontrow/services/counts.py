"""How often what should never happen did: numbers for the operator, kept since the process started."""

from collections import Counter
from enum import StrEnum


class Count(StrEnum):
    """What is counted. The names are those of the metrics."""

    HOLD_BROKEN = "hold_broken"
    """Seats of a granted, live hold that were sold to someone else: the store had lost data or its clock stepped."""
    SEATS_HEALED = "seats_healed"
    """Seats the ledger had as sold and the store had not."""
    SEATS_FREED = "seats_freed"
    """Seats the store had as sold and whose row the ledger holds as ended."""
    OWNERS_UNKNOWN = "owners_unknown"
    """Seats the store has as sold by an id the ledger does not know: someone must look, nothing is released."""
    EVENTS_RECONCILED = "events_reconciled"
    """Comparisons of an event's store with its ledger that came to their end."""
    RELAY_TASKS = "relay_tasks"
    """Outbox tasks that the relay carried out because whoever wrote them did not."""
    RELAY_FAILURES = "relay_failures"
    """Outbox tasks whose carrying out failed and will be tried again."""
    ORDERS_CARRIED_ON = "orders_carried_on"
    """Orders that the background carried on because whoever began did not end."""
    ORDERS_PUT_OFF = "orders_put_off"
    """Times an order could not be carried on, and will be tried again."""
    ORDERS_NEED_ATTENTION = "orders_need_attention"
    """Orders that somebody has to look at: nothing more is tried by itself."""
    PAYMENTS_LATE = "payments_late"
    """Payments taken after their order had been closed."""
    PAYMENTS_TWICE = "payments_twice"
    """Payments given back because the order was paid by another one."""
    PAYMENTS_WRONG = "payments_wrong"
    """Payments given back because another amount or currency was taken than asked for."""
    REFUND_FAILURES = "refund_failures"
    """Refunds that the gateway refused."""
    REFUNDS_PUT_OFF = "refunds_put_off"
    """Times a refund got no answer, and will be asked for again."""
    GATEWAYS_MISSING = "gateways_missing"
    """Times a payment's gateway was needed and is not configured any more."""
    CALLBACKS_REFUSED = "callbacks_refused"
    """Callbacks that were forged, stale or unreadable."""
    CALLBACKS_UNKNOWN = "callbacks_unknown"
    """Callbacks about payments that are not ours."""


class Counts:
    """Adds up; never resets while the process lives."""

    def __init__(self) -> None:
        self._counts: Counter[Count] = Counter()

    def add(self, count: Count, number: int = 1) -> None:
        """Count `number` (>= 0) more."""
        self._counts[count] += number

    def of(self, count: Count) -> int:
        """The sum so far."""
        return self._counts[count]

    def all(self) -> dict[Count, int]:
        """Every sum so far, zeros included."""
        return {count: self._counts[count] for count in Count}
