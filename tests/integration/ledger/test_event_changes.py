"""One question tells which events changed, whoever changed them, in the order of their commits."""

import asyncio
from functools import partial

import msgspec
import pytest
import sqlalchemy as sa

from frontrow.adapters.sql import events, migrating
from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.ledger import SqlLedger
from frontrow.domain.event import Event, EventChanges
from frontrow.domain.ids import EventId
from frontrow.ports import Ledger
from tests.integration.ledger.backends import Backend
from tests.integration.ledger.drafts import event_on_sale
from tests.integration.ledger.order_steps import Books
from tests.support.fake_clock import FakeClock

GALA, BALL = EventId("gala"), EventId("ball")


async def renamed(ledger: Ledger, event: Event, name: str) -> Event:
    """The event under another name, stored."""
    changed = msgspec.structs.replace(event, name=name)
    assert await ledger.update_event(changed, expected=event)
    return changed


async def test_those_that_were_added_or_changed_are_told_until_they_are_known(books: Books) -> None:
    ledger = books.ledger
    before = (await ledger.event_changes(since=None)).version
    gala, ball = await event_on_sale(ledger, GALA), await event_on_sale(ledger, BALL)
    told = await ledger.event_changes(since=before)
    assert told.event_ids == frozenset({GALA, BALL})
    assert await ledger.event_changes(since=told.version) == EventChanges(told.version, frozenset())
    gala = await renamed(ledger, gala, "Another")
    after = await ledger.event_changes(since=told.version)
    assert after.event_ids == frozenset({GALA})
    assert after.version > told.version
    await renamed(ledger, gala, "And another")
    await renamed(ledger, ball, "Another")
    assert (await ledger.event_changes(since=after.version)).event_ids == frozenset({GALA, BALL})
    assert (await ledger.event_changes(since=told.version)).event_ids == frozenset({GALA, BALL})


async def test_who_knows_no_version_or_one_that_is_lost_is_told_that_any_event_may_have_changed(books: Books) -> None:
    ledger = books.ledger
    await event_on_sale(ledger)
    version = (await ledger.event_changes(since=None)).version
    for since in (None, version + 1):
        assert await ledger.event_changes(since=since) == EventChanges(version, None)


async def test_of_very_many_it_is_not_told_which(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "CHANGES_TOLD_MAX", 2)
    before = (await ledger.event_changes(since=None)).version
    for name in ("one", "two"):
        await event_on_sale(ledger, name)
    two = await ledger.event_changes(since=before)
    assert two.event_ids == frozenset({"one", "two"})
    await event_on_sale(ledger, "three")
    assert await ledger.event_changes(since=before) == EventChanges(two.version + 1, None)


async def test_what_is_written_by_hand_is_told_too(ledger: SqlLedger, database: Database) -> None:
    await event_on_sale(ledger, GALA)
    await event_on_sale(ledger, BALL)
    statements: dict[str, set[str]] = {
        "UPDATE events SET name = 'By hand'": {GALA, BALL},
        "UPDATE events SET event_id = 'renamed' WHERE event_id = 'ball'": {BALL, "renamed"},
        "DELETE FROM events WHERE event_id = 'gala'": {GALA},
        "UPDATE events SET name = name WHERE event_id = 'nowhere'": set(),
    }
    for statement, changed in statements.items():
        before = (await ledger.event_changes(since=None)).version
        await database.write(lambda connection, it=statement: connection.execute(sa.text(it)))  # type: ignore[misc]
        assert (await ledger.event_changes(since=before)).event_ids == frozenset(changed), statement


async def test_what_is_rolled_back_is_told_to_nobody(ledger: SqlLedger, database: Database) -> None:
    gala = await event_on_sale(ledger, GALA)
    before = await ledger.event_changes(since=None)

    def change_and_fail(connection: sa.Connection) -> None:
        events.update_event(connection, msgspec.structs.replace(gala, name="Never"), gala)
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="the power went"):
        await database.write(change_and_fail)
    assert await ledger.event_changes(since=before.version) == EventChanges(before.version, frozenset())


async def test_a_ledger_of_the_version_before_tells_its_events_changes_from_now_on(
    backend: Backend, clock: FakeClock
) -> None:
    database = await open_database(backend.url)
    await database.migrate(partial(migrating.upgrade, version="0005"))
    before = SqlLedger(database, clock)
    gala = await event_on_sale(before, GALA)
    opened = [before]
    if backend.name == "postgresql":
        opened += [SqlLedger(await open_database(backend.url), clock) for _ in range(3)]
    await asyncio.gather(*(ledger.upgrade() for ledger in opened))
    for ledger in opened:
        await ledger.ping()
        assert await ledger.event(GALA) == gala
        assert await ledger.event_changes(since=0) == EventChanges(0, frozenset())
    await renamed(before, gala, "Another")
    assert (await opened[-1].event_changes(since=0)).event_ids == frozenset({GALA})
    for ledger in opened:
        await ledger.close()
