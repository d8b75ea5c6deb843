"""What is made ahead once for each event on its drawing, such as seats encoded up to their state."""

from collections.abc import Callable
from typing import Generic, TypeVar

from frontrow.domain.ids import EventId
from frontrow.services.catalog import Sale

SALES_MAX = 64
"""Events for which one kind of thing is kept."""

T = TypeVar("T")


class PerSale(Generic[T]):
    """Makes one thing for each event, and anew where the event's prices or drawing have changed since."""

    def __init__(self, make: Callable[[Sale], T]) -> None:
        self._make = make
        self._made: dict[EventId, tuple[Sale, T]] = {}

    def of(self, sale: Sale) -> T:
        """The thing of this event on this drawing."""
        event_id = sale.event.event_id
        known = self._made.get(event_id)
        if known is not None and known[0].event == sale.event and known[0].layout is sale.layout:
            return known[1]
        while len(self._made) >= SALES_MAX:
            del self._made[next(iter(self._made))]
        made = self._make(sale)
        self._made[event_id] = (sale, made)
        return made
