"""A race for a small house: many users hold, book, cancel and hold again, all at once, wanting the same seats."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from frontrow.domain.booking import Booking, BookingWritten
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.hold import HoldNotFound, SeatsBusy, SeatsUnavailable
from frontrow.domain.ids import SeatId
from frontrow.services.callers import Caller
from frontrow.services.outcomes import HoldRequest, HoldShown
from tests.support.house import EVENT, House, key, user

SEATS_PER_TRY = 3


@dataclass
class Race:
    """Who runs through which processes for which seats. `outcomes` counts what became of every try."""

    houses: Sequence[House]
    wanted: Sequence[SeatId]
    seed: int
    users: Sequence[Caller] = field(default_factory=lambda: [user(f"racer-{number}") for number in range(50)])
    tries: int = 3
    outcomes: Counter[str] = field(default_factory=Counter)

    def sold(self) -> int:
        """How often a booking was made so far, cancelled or not."""
        return self.outcomes["booked"] + self.outcomes["cancelled"]

    async def run(self) -> None:
        """Let every user try so many times, all users at once."""
        await asyncio.gather(*(self._run(who) for who in self.users))

    async def _run(self, who: Caller) -> None:
        chance = random.Random(f"{self.seed}/{who.user_id}")
        for number in range(self.tries):
            try:
                self.outcomes[await self._try(who, chance, number)] += 1
            except StoreUnavailable:
                self.outcomes["store unavailable"] += 1

    async def _try(self, who: Caller, chance: random.Random, number: int) -> str:
        house = chance.choice(self.houses)
        hold = await house.holds.hold(who, EVENT, HoldRequest(tuple(chance.sample(self.wanted, SEATS_PER_TRY))))
        if not isinstance(hold, HoldShown):
            assert isinstance(hold, SeatsUnavailable | SeatsBusy), hold
            return "refused"
        if chance.random() < 0.2:
            await house.holds.release(who, EVENT, hold.hold_id)
            return "released"
        booking = await self._book(who, hold, number, chance)
        if booking is None:
            return "hold lost"
        if chance.random() < 0.3:
            await house.bookings.cancel(who, booking.booking_id)
            return "cancelled"
        return "booked"

    async def _book(self, who: Caller, hold: HoldShown, number: int, chance: random.Random) -> Booking | None:
        """Book twice at once under one key, as an impatient client does: there must be one booking, never two."""
        with_key = key(f"try-{number}", who, body=hold.hold_id)
        attempts = [chance.choice(self.houses).book_hold(who, hold.hold_id, with_key) for _ in range(2)]
        answers = await asyncio.gather(*attempts)
        made = {it.booking.booking_id: it.booking for it in answers if isinstance(it, BookingWritten)}
        assert len(made) <= 1, made
        assert not made or not any(isinstance(it, HoldNotFound) for it in answers), answers
        return next(iter(made.values()), None)
