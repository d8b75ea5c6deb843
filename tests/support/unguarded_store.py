"""The negative control of the races: seats held by looking first and writing afterwards, without a script."""

from collections.abc import Sequence

from frontrow.adapters.redis import keys
from frontrow.adapters.redis.client import StoreClient
from frontrow.domain.ids import EventId, SeatId


class UnguardedStore:
    """What many systems do: ask for each seat's lock, then set the locks. Somebody else fits in between."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client

    async def take(self, event_id: EventId, user: str, seat_ids: Sequence[SeatId]) -> bool:
        """Hold the seats if every one looked free; whether it believes it did."""
        for seat_id in seat_ids:
            if await self._client.execute(("GET", keys.seat_lock(event_id, seat_id))) is not None:
                return False
        for seat_id in seat_ids:
            await self._client.execute(("SET", keys.seat_lock(event_id, seat_id), user, "EX", 600))
        return True
