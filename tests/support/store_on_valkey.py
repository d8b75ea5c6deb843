"""The store's adapters on a real server, for tests that look at several of them together."""

from dataclasses import dataclass
from typing import Protocol, Self

from frontrow.adapters.redis.change_feed import ValkeyChangeFeed
from frontrow.adapters.redis.client import StoreClient, connect
from frontrow.adapters.redis.hold_store import ValkeyHoldStore
from frontrow.domain.booking import LedgerSeat
from frontrow.domain.changes import FeedEntry
from frontrow.domain.hold import HoldAcquired
from frontrow.domain.ids import EventId, HoldId, UserId
from frontrow.domain.seat_states import SeatMapSnapshot
from tests.support.house import seats

EVENT = EventId("gala")
USER = UserId("a user: 100 % ö")


class HasUrl(Protocol):
    """A server, a cluster, or a primary that sentinels name."""

    @property
    def url(self) -> str: ...


@dataclass
class StoreOnValkey:
    """A hold store on a real server and the feed it writes, with short names for what tests do most."""

    client: StoreClient
    holds: ValkeyHoldStore
    feed: ValkeyChangeFeed

    @classmethod
    def of(cls, server: HasUrl) -> Self:
        """With a client of its own, to be closed."""
        return cls.over(connect(server.url))

    @classmethod
    def over(cls, client: StoreClient) -> Self:
        """With this client, to be closed."""
        return cls(client, ValkeyHoldStore(client), ValkeyChangeFeed(client))

    async def warm(self, event_id: EventId = EVENT, *sold: LedgerSeat) -> FeedEntry:
        """Start an epoch with these seats sold."""
        outcome = await self.holds.warm(event_id, sold)
        (entry,) = outcome.entries
        return entry

    async def acquire(self, names: str, *, event_id: EventId = EVENT, ttl_ms: int = 600_000) -> HoldAcquired:
        """Hold seats; the hold's id is their names."""
        outcome = await self.holds.acquire(
            event_id,
            hold_id=HoldId(f"1-{names.replace(' ', '')}"),
            user_id=USER,
            seat_ids=seats(names),
            table_ids=[],
            table_of_seat={},
            ttl_ms=ttl_ms,
            lifetime_max_ms=7_200_000,
            seats_per_user_max=None,
        )
        assert isinstance(outcome, HoldAcquired)
        return outcome

    async def after(self, offset: str, event_id: EventId = EVENT) -> list[FeedEntry]:
        """The entries after an offset, as they are now."""
        found = (await self.feed.read_after({event_id: offset}, block_ms=0)).get(event_id, [])
        assert isinstance(found, list), found
        return found

    async def map(self, event_id: EventId = EVENT) -> SeatMapSnapshot:
        """The whole map."""
        outcome = await self.feed.read_map(event_id)
        assert isinstance(outcome, SeatMapSnapshot)
        return outcome
