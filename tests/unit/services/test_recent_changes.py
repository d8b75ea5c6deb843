"""Recent changes are read backwards in bounded pieces, whatever the feed is full of."""

import pytest

from frontrow.domain.changes import ChangeKind
from frontrow.services.recent_changes import (
    ENTRIES_READ_MAX,
    SEATS_PER_PAGE_MAX,
    RecentChange,
    RecentChanges,
    RecentChangesService,
)
from tests.support.fake_feed import FakeFeed
from tests.support.house import EVENT, House, user

ADMIN = user("boss", "admin")


@pytest.fixture
def feed() -> FakeFeed:
    feed = FakeFeed()
    feed.warm(EVENT)
    return feed


@pytest.fixture
def service(house: House, feed: FakeFeed) -> RecentChangesService:
    return RecentChangesService(feed=feed, ledger=house.ledger, catalog=house.catalog)


async def page(service: RecentChangesService, before: str | None = None, limit: int = 200) -> RecentChanges:
    """A page, which must come."""
    answer = await service.recent(ADMIN, EVENT, limit=limit, before=before)
    assert isinstance(answer, RecentChanges), answer
    return answer


async def test_what_is_left_out_bounds_a_page_but_hides_nothing(service: RecentChangesService, feed: FakeFeed) -> None:
    feed.append(EVENT, ChangeKind.HELD, "A1")
    for _ in range(ENTRIES_READ_MAX + 500):
        feed.append(EVENT, ChangeKind.EXPIRY_CHANGED, "A1")
    feed.append(EVENT, ChangeKind.RELEASED, "A1")
    first = await page(service)
    assert [it.cause for it in first.changes] == ["released"]
    assert feed.reads.count("read_before") <= ENTRIES_READ_MAX // 400 + 1
    second = await page(service, first.next_before)
    assert [it.cause for it in second.changes] == ["held"]
    assert second.next_before is None


async def test_pages_of_any_size_have_every_change_once(service: RecentChangesService, feed: FakeFeed) -> None:
    for number in range(1, 31):
        feed.append(EVENT, (ChangeKind.HELD, ChangeKind.EXPIRY_CHANGED, ChangeKind.EXPIRED)[number % 3], f"A{number}")
    everything = (await page(service)).changes
    assert len(everything) == 20
    for limit in (1, 3, 7, 10, 20):
        found: list[RecentChange] = []
        before = None
        while True:
            one = await page(service, before, limit)
            assert len(one.changes) <= limit
            found += one.changes
            before = one.next_before
            if before is None:
                break
        assert tuple(found) == everything


async def test_large_blocks_end_a_page(service: RecentChangesService, feed: FakeFeed) -> None:
    names = " ".join(f"S{number}" for number in range(1_000))
    for _ in range(15):
        feed.append(EVENT, ChangeKind.BLOCKED, names)
    first = await page(service)
    assert sum(len(it.seat_ids) for it in first.changes) == SEATS_PER_PAGE_MAX
    assert len((await page(service, first.next_before)).changes) == 5


async def test_a_block_that_never_reached_the_ledger_was_unblocked(
    service: RecentChangesService, feed: FakeFeed
) -> None:
    feed.append(EVENT, ChangeKind.BLOCKED, "A1", owner_id="1-lost")
    feed.append(EVENT, ChangeKind.FREED, "A1", owner_id="1-lost")
    assert [it.cause for it in (await page(service)).changes] == ["unblocked", "blocked"]
