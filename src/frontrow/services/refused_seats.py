"""Seats that people wanted and did not get because others were faster, as this process has answered them."""

from collections import Counter, deque

from frontrow.domain.hold import SeatsUnavailable, Unavailable
from frontrow.domain.ids import EventId, SeatId
from frontrow.ports import Clock

SEATS_REMEMBERED_MAX = 20_000
"""Refused seats of all events together, the newest ones: about 3 MB at most."""

_LOST_RACES = (Unavailable.HELD, Unavailable.BOOKED)


class RefusedSeats:
    """Remembers lost races in this process's memory alone: other processes and earlier runs have their own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._refused: deque[tuple[EventId, int, SeatId]] = deque(maxlen=SEATS_REMEMBERED_MAX)

    def note(self, event_id: EventId, outcome: SeatsUnavailable) -> None:
        """A hold was refused. Seats that are withheld from sale are nobody's lost race."""
        at_ms = self._clock.now_ms()
        for refusal in outcome.refusals:
            if refusal.reason in _LOST_RACES:
                self._refused.append((event_id, at_ms, refusal.seat_id))

    def counts(self, event_id: EventId, since_ms: int) -> Counter[SeatId]:
        """Refusals by seat of this event since then; costs a pass over what is remembered, 2 ms at most."""
        return Counter(seat_id for of, at_ms, seat_id in self._refused if of == event_id and at_ms >= since_ms)
