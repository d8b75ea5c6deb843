"""Real faults of a PostgreSQL ledger: a server that is killed, stopped, shut down, full, read-only or not there."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.util.concurrency import await_

from frontrow.adapters.sql import postgres as adapter
from frontrow.adapters.sql.database import T, Work
from frontrow.adapters.sql.faults import CommitUnknown
from frontrow.adapters.sql.ledger import SqlLedger, open_ledger
from frontrow.adapters.sql.postgres import PostgresDatabase
from frontrow.domain.booking import BookingStatus, BookingWritten, BookOutcome
from frontrow.domain.errors import LedgerUnavailable
from frontrow.domain.event import Event
from frontrow.domain.ids import EventId
from tests.integration.ledger.backends import BuiltLedger
from tests.integration.ledger.children import child, lines_of
from tests.integration.ledger.drafts import booked, draft, event_on_sale, guard
from tests.integration.ledger.overlapping import PausedDatabase
from tests.integration.ledger.test_faults import assert_no_half_bookings, written_in
from tests.support.eventually import eventually
from tests.support.fake_clock import FakeClock
from tests.support.postgres import PostgresServer, name_of, running_postgres

SECONDS_MAX = 60.0
SETTLE_FOR_LONG = (0.0, *(1.0,) * 60)
WRITTEN_BEFORE_THE_KILL = 60


@pytest.fixture(scope="module")
def mortal(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A server for the tests of this module to kill, which flushes what it commits; skipped where none is installed."""
    with running_postgres(fsync=True) as server:
        yield server


class WatchedDatabase(PausedDatabase):
    """One that says when the answer to a COMMIT was lost."""

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__(database)
        self.lost = asyncio.Event()

    async def write(self, work: Work[T]) -> T:
        """See Database."""
        try:
            return await super().write(work)
        except CommitUnknown:
            self.lost.set()
            raise


@pytest.fixture
async def watched(mortal: PostgresServer) -> AsyncIterator[WatchedDatabase]:
    """A database of the mortal server."""
    url = mortal.new_database()
    yield WatchedDatabase(await PostgresDatabase.open(url))
    mortal.drop_database(url)


@pytest.fixture
async def ledger(watched: WatchedDatabase, clock: FakeClock) -> AsyncIterator[SqlLedger]:
    """The ledger in it."""
    opened = SqlLedger(watched, clock)
    await opened.upgrade()
    yield opened
    await opened.close()


async def book_until_commit(
    ledger: SqlLedger, watched: WatchedDatabase, clock: FakeClock, gala: Event
) -> asyncio.Task[BookOutcome]:
    """A booking whose rows are written, and whose COMMIT is about to be sent."""
    watched.pause()
    booking = asyncio.create_task(ledger.book(draft(gala, "A1 A2", key="k"), guard_until_ms=guard(clock)))
    await watched.reached.wait()
    return booking


async def assert_booked_once(ledger: SqlLedger, booking: asyncio.Task[BookOutcome]) -> None:
    """It was answered as written, and is there once with all that goes with it."""
    outcome = await booking
    assert isinstance(outcome, BookingWritten)
    assert not outcome.replayed
    assert len(await ledger.live_seats(outcome.booking.event_id)) == 2
    assert len(await ledger.outbox_of(outcome.booking.booking_id)) == 1


async def test_a_server_that_is_stopped_at_the_commit_and_goes_on_later_has_sold_once(
    mortal: PostgresServer,
    ledger: SqlLedger,
    watched: WatchedDatabase,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("frontrow.adapters.sql.writer.SETTLE_DELAYS_S", SETTLE_FOR_LONG)
    booking = await book_until_commit(ledger, watched, clock, await event_on_sale(ledger))
    mortal.kill(signal.SIGSTOP)
    monkeypatch.setattr(adapter, "CONNECT_S", 0.5)
    try:
        watched.go_on()  # and COMMIT is given up after WORK_S
        await asyncio.wait_for(watched.lost.wait(), SECONDS_MAX)
    finally:
        mortal.kill(signal.SIGCONT)
    await assert_booked_once(ledger, booking)


async def test_a_server_that_is_killed_at_the_commit_and_comes_back_has_sold_once(
    mortal: PostgresServer,
    ledger: SqlLedger,
    watched: WatchedDatabase,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("frontrow.adapters.sql.writer.SETTLE_DELAYS_S", (0.0, *(1.0,) * 30))
    booking = await book_until_commit(ledger, watched, clock, await event_on_sale(ledger))
    mortal.kill(signal.SIGKILL)
    watched.go_on()
    await asyncio.wait_for(watched.lost.wait(), SECONDS_MAX)
    await asyncio.to_thread(mortal.start)
    await assert_booked_once(ledger, booking)


async def test_whatever_was_answered_is_there_after_the_server_was_killed_in_the_middle_of_writing(
    mortal: PostgresServer, clock: FakeClock
) -> None:
    url = mortal.new_database()
    with child(url) as process:
        lines = lines_of(process, until=WRITTEN_BEFORE_THE_KILL)
        mortal.kill(signal.SIGKILL)
        lines += lines_of(process)
    assert lines[-1].startswith("unavailable ")
    mortal.start()
    again = await open_ledger(url, clock=clock)
    try:
        for booking_id in written_in(lines):
            found = await again.booking(booking_id)
            assert found is not None
            assert found.status is BookingStatus.BOOKED
        await assert_no_half_bookings(again)
    finally:
        await again.close()


async def test_a_server_that_was_restarted_is_found_again_by_every_connection(
    mortal: PostgresServer, ledger: SqlLedger, clock: FakeClock
) -> None:
    gala = await event_on_sale(ledger)
    await asyncio.gather(*(ledger.event(gala.event_id) for _ in range(8)))
    mortal.stop()
    with pytest.raises(LedgerUnavailable) as gone:
        await ledger.book(draft(gala, "A1"), guard_until_ms=guard(clock))
    assert gone.value.surely_not_written
    mortal.start()
    await booked(ledger, clock, draft(gala, "A1"))
    assert await asyncio.gather(*(ledger.event(gala.event_id) for _ in range(8))) == [gala] * 8


async def test_a_server_that_says_nothing_is_given_up_and_found_again(
    mortal: PostgresServer, ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    gala = await event_on_sale(ledger)
    monkeypatch.setattr(adapter, "WORK_S", 0.5)
    monkeypatch.setattr(adapter, "CONNECT_S", 0.5)
    mortal.kill(signal.SIGSTOP)
    try:
        for _ in range(3):
            with pytest.raises(LedgerUnavailable, match="no answer in time"):
                await ledger.event(gala.event_id)
    finally:
        mortal.kill(signal.SIGCONT)
    monkeypatch.undo()

    async def is_there() -> bool:
        try:
            return await ledger.event(gala.event_id) == gala
        except LedgerUnavailable:
            return False

    await eventually(is_there, "it answers again", seconds_max=SECONDS_MAX)


@pytest.fixture
def url(_built_ledger: BuiltLedger) -> str:
    """An empty ledger in the server that all share."""
    return _built_ledger.emptied()


def sleep(connection: sa.Connection) -> None:
    """A statement that takes a second."""
    connection.execute(sa.text("SELECT pg_sleep(1)"))


async def test_work_beyond_the_connections_waits_and_then_gives_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "CONNECTION_WAIT_S", 0.2)
    database = await PostgresDatabase.open(url, connections_max=1)
    try:
        held, let_go = asyncio.Event(), asyncio.Event()

        def hold(_: sa.Connection) -> None:
            held.set()
            await_(let_go.wait())

        holding = asyncio.create_task(database.write(hold))
        await held.wait()
        with pytest.raises(LedgerUnavailable, match=r"none of 1 connections was free") as refused:
            await database.write(lambda _: None)
        assert refused.value.surely_not_written
        let_go.set()
        await holding
        assert await database.read(lambda it: it.scalar(sa.text("SELECT 1"))) == 1
    finally:
        await database.close()


async def test_whoever_waits_for_a_connection_is_passed_by_nobody_who_came_later(url: str) -> None:
    callers, works = 40, 12
    database = await PostgresDatabase.open(url, connections_max=2)
    came, begun, passed_by = 0, 0, 0
    await asyncio.gather(*(database.read(sleep) for _ in range(2)))  # both connections are open

    async def ask_again_and_again() -> None:
        nonlocal came, passed_by
        for _ in range(works):
            number, came = came, came + 1

            def begin(connection: sa.Connection) -> int:
                nonlocal begun
                begun += 1
                place = begun
                connection.execute(sa.select(1))
                return place

            # Looked up: nothing is sent before it begins, so that it begins when it has its connection.
            passed_by = max(passed_by, await database.look_up(begin) - 1 - number)

    try:
        await asyncio.gather(*(ask_again_and_again() for _ in range(callers)))
        assert (begun, came) == (callers * works,) * 2
        assert passed_by <= 1
    finally:
        await database.close()


async def test_a_statement_that_takes_too_long_is_ended_and_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(adapter._SESSION, "statement_timeout", "50ms")
    database = await PostgresDatabase.open(url)
    try:
        with pytest.raises(LedgerUnavailable, match="the statement took too long") as ended:
            await database.write(sleep)
        assert ended.value.surely_not_written
    finally:
        await database.close()


async def test_a_seat_that_somebody_keeps_locked_is_given_up_and_surely_not_sold(
    url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(adapter._SESSION, "lock_timeout", "50ms")
    paused = PausedDatabase(await PostgresDatabase.open(url))
    one, other = SqlLedger(paused, clock), await open_ledger(url, clock=clock)
    try:
        gala = await event_on_sale(one)
        paused.pause()
        slow = asyncio.create_task(one.book(draft(gala, "A1"), guard_until_ms=guard(clock)))
        await paused.reached.wait()
        with pytest.raises(LedgerUnavailable, match="kept conflicting") as given_up:
            await other.book(draft(gala, "A1", user="bob"), guard_until_ms=guard(clock))
        assert given_up.value.surely_not_written
        paused.go_on()
        assert isinstance(await slow, BookingWritten)
    finally:
        paused.go_on()
        await one.close()
        await other.close()


async def test_a_caller_that_gives_up_stops_nothing(url: str, clock: FakeClock) -> None:
    paused = PausedDatabase(await PostgresDatabase.open(url))
    ledger = SqlLedger(paused, clock)
    wanted = draft(await event_on_sale(ledger), "A1 A2")
    await booked(ledger, clock, wanted)
    cancelling = asyncio.create_task(ledger.cancel(wanted.booking.booking_id, None))
    paused.pause()
    await paused.reached.wait()
    cancelling.cancel()
    await asyncio.gather(cancelling, return_exceptions=True)
    paused.go_on()
    await ledger.close()
    again = await open_ledger(url, clock=clock)
    assert await again.live_seats(EventId("gala")) == []
    await again.close()


async def test_a_server_that_takes_no_writes_is_named_and_still_read(
    postgres: PostgresServer, url: str, clock: FakeClock
) -> None:
    postgres.execute(f"ALTER DATABASE {name_of(url)} SET default_transaction_read_only = on")
    try:
        ledger = await open_ledger(f"{url}?target_session_attrs=any", clock=clock)
        try:
            with pytest.raises(LedgerUnavailable, match="it takes no writes") as refused:
                await event_on_sale(ledger)
            assert refused.value.surely_not_written
            await ledger.ping()
        finally:
            await ledger.close()
    finally:
        postgres.execute(f"ALTER DATABASE {name_of(url)} RESET default_transaction_read_only")


async def test_a_server_with_no_connection_to_spare_is_named(postgres: PostgresServer, url: str) -> None:
    postgres.execute("CREATE ROLE crowded LOGIN PASSWORD 'x' CONNECTION LIMIT 0")
    try:
        with pytest.raises(LedgerUnavailable, match="lower FRONTROW_DATABASE_CONNECTIONS"):
            await PostgresDatabase.open(postgres.url_of(name_of(url), user="crowded", password="x"))
    finally:
        postgres.execute("DROP ROLE crowded")


async def test_a_wrong_password_and_a_missing_database_are_named(postgres: PostgresServer, url: str) -> None:
    with pytest.raises(LedgerUnavailable, match="does not let this user in"):
        await PostgresDatabase.open(postgres.url_of(name_of(url), password="wrong"))
    with pytest.raises(LedgerUnavailable, match="there is no such database; create it"):
        await PostgresDatabase.open(postgres.url_of("nowhere"))


async def test_of_several_hosts_the_one_that_answers_is_taken(postgres: PostgresServer, url: str) -> None:
    database = await PostgresDatabase.open(url.replace("@127.0.0.1", "@127.0.0.1:1,127.0.0.1"))
    assert await database.read(lambda it: it.scalar(sa.text("SELECT 1"))) == 1
    await database.close()
