"""What is made ahead once for each event on its drawing, such as seats encoded up to their state."""

from collections.abc import Callable
from typing import Generic, TypeVar

from frontrow.domain.ids import EventId
from frontrow.services.catalog import Sale

SEATS_MAX = 1_000_000
"""Things of one kind are kept until their events have more seats than this together, some 250 bytes a seat."""

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
        made = self._make(sale)
        self._made.pop(event_id, None)
        self._made[event_id] = (sale, made)
        while len(self._made) > 1 and self._seats() > SEATS_MAX:
            del self._made[next(iter(self._made))]
        return made

    def _seats(self) -> int:
        return sum(len(sale.layout.seat_ids) for sale, _ in self._made.values())
