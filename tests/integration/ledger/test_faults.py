"""Real faults of a SQLite ledger: a killed process, a full disk, lost rights, a second process, a damaged file."""

import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from frontrow.adapters.sql import events, sqlite
from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.faults import CommitUnknown
from frontrow.adapters.sql.ledger import SqlLedger, open_ledger
from frontrow.domain.booking import BookingStatus
from frontrow.domain.errors import ConfigurationError, LedgerUnavailable
from frontrow.domain.ids import BookingId, EventId
from tests.integration.ledger.backends import sqlite_backend
from tests.integration.ledger.children import child, lines_of
from tests.integration.ledger.drafts import booked, draft, event, event_on_sale, guard, live
from tests.integration.ledger.ledger_child import EVENT
from tests.support.fake_clock import FakeClock

NOBODY = 65_534
MEBIBYTE = 1 << 20


def written_in(lines: list[str]) -> list[BookingId]:
    """The bookings that were answered as written."""
    return [BookingId(line.removeprefix("written ")) for line in lines if line.startswith("written ")]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An empty SQLite ledger's."""
    return sqlite_backend(tmp_path).url


@pytest.mark.parametrize("said_lines", [30, 400, 2_000])
async def test_whatever_was_answered_is_there_after_kill_9_in_the_middle_of_writing(
    url: str, clock: FakeClock, said_lines: int
) -> None:
    with child(url) as process:
        lines = lines_of(process, until=said_lines)
        process.send_signal(signal.SIGKILL)
        lines += lines_of(process)
    ledger = await open_ledger(url, clock=clock)
    try:
        for booking_id in written_in(lines):
            booking = await ledger.booking(booking_id)
            assert booking is not None
            assert booking.status is BookingStatus.BOOKED
            assert len(booking.seats) == 2
        await assert_no_half_bookings(ledger)
    finally:
        await ledger.close()


async def assert_no_half_bookings(ledger: SqlLedger) -> None:
    """Every owner of live rows has both its seats, its booking and its outbox row."""
    rows = await ledger.live_seats(EventId(EVENT))
    owners = {row.owner_id for row in rows}
    assert len(rows) == 2 * len(owners)
    tasks = await ledger.outbox(older_than_ms=1 << 60, limit=1_000_000)
    assert {task.owner_id for task in tasks} == owners
    for owner in sorted(owners)[:50]:
        assert await ledger.booking(BookingId(owner)) is not None


async def test_a_full_disk_is_named_and_loses_nothing_that_was_answered(url: str, clock: FakeClock) -> None:
    with child(url, "--file-bytes-max", str(2 * MEBIBYTE)) as process:
        lines = lines_of(process)
    assert len(written_in(lines)) > 10
    assert lines[-1].startswith("unavailable ")
    assert "the disk" in lines[-1], lines[-1]
    ledger = await open_ledger(url, clock=clock)
    try:
        for booking_id in written_in(lines):
            assert await ledger.booking(booking_id) is not None
        await assert_no_half_bookings(ledger)
    finally:
        await ledger.close()


async def test_a_full_database_refuses_writes_goes_on_reading_and_recovers_by_itself(
    url: str, clock: FakeClock
) -> None:
    database = await open_database(url)
    ledger = SqlLedger(database, clock)
    await ledger.upgrade()
    gala = await event_on_sale(ledger)
    kept = draft(gala, "A1")
    await booked(ledger, clock, kept)
    await database.read(lambda connection: pragma(connection, "max_page_count = 1"))
    big = draft(gala, " ".join(f"S{number}" for number in range(2_000)))
    with pytest.raises(LedgerUnavailable, match="the disk is full") as refused:
        await ledger.book(big, guard_until_ms=guard(clock))
    assert refused.value.surely_not_written
    assert await ledger.booking(kept.booking.booking_id) == kept.booking
    await database.read(lambda connection: pragma(connection, "max_page_count = 1000000"))
    await booked(ledger, clock, big)
    await ledger.close()


def pragma(connection: sa.Connection, text: str) -> None:
    """Change a setting of the open connection."""
    connection.exec_driver_sql(f"PRAGMA {text}").close()


@contextmanager
def public_folder() -> Iterator[Path]:
    """A folder that every user may reach; pytest's own are private."""
    folder = Path(tempfile.mkdtemp(prefix="fr-ledger-"))
    try:
        folder.chmod(0o755)
        yield folder
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


@contextmanager
def without_write_rights(folder: Path) -> Iterator[list[str]]:
    """Make the folder and what is in it read-only; root needs to become somebody else to notice."""
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    yield ["--become", str(NOBODY)] if os.geteuid() == 0 else []
    folder.chmod(0o755)


async def test_a_read_only_file_is_named(clock: FakeClock) -> None:
    with public_folder() as folder:
        url = sqlite_backend(folder).url
        ledger = await open_ledger(url, clock=clock)
        await ledger.close()
        with without_write_rights(folder) as options, child(url, *options) as process:
            lines = lines_of(process)
    assert len(lines) == 1
    assert "read-only" in lines[0], lines


async def test_a_folder_nothing_can_be_made_in_is_named(clock: FakeClock) -> None:
    with (
        public_folder() as folder,
        without_write_rights(folder) as options,
        child(sqlite_backend(folder).url, *options) as process,
    ):
        lines = lines_of(process)
    assert len(lines) == 1
    assert "look at its folder and permissions" in lines[0]


async def test_a_file_in_no_folder_is_named(tmp_path: Path, clock: FakeClock) -> None:
    with pytest.raises(LedgerUnavailable, match="look at its folder and permissions"):
        await open_ledger(sqlite_backend(tmp_path / "missing").url, clock=clock)


async def test_a_second_process_is_refused_while_the_first_has_the_file(
    url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.05)
    with child(url) as process:
        lines_of(process, until=2)
        with pytest.raises(LedgerUnavailable, match="another process is using the file"):
            await open_ledger(url, clock=clock)
        assert process.poll() is None
    ledger = await open_ledger(url, clock=clock)
    await ledger.ping()
    await ledger.close()


async def test_a_second_ledger_of_this_process_is_refused_too(
    url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.05)
    first = await open_ledger(url, clock=clock)
    with pytest.raises(LedgerUnavailable, match="another process is using the file"):
        await open_ledger(url, clock=clock)
    await first.ping()
    await first.close()


async def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, clock: FakeClock) -> None:
    backend = sqlite_backend(tmp_path)
    assert backend.file is not None
    backend.file.write_text("dear diary, " * 100)
    with pytest.raises(LedgerUnavailable, match="is no SQLite database"):
        await open_ledger(backend.url, clock=clock)
    assert backend.file.read_text() == "dear diary, " * 100


async def test_a_damaged_file_is_named_where_it_is_read(tmp_path: Path, clock: FakeClock) -> None:
    backend = sqlite_backend(tmp_path)
    assert backend.file is not None
    ledger = await open_ledger(backend.url, clock=clock)
    gala = await event_on_sale(ledger)
    await booked(ledger, clock, draft(gala, "A1"))
    await ledger.close()
    content = bytearray(backend.file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    backend.file.write_bytes(bytes(content))
    with pytest.raises(LedgerUnavailable, match="the file is damaged"):
        await open_ledger(backend.url, clock=clock)


async def test_a_closed_ledger_says_so_and_closes_twice(url: str, clock: FakeClock) -> None:
    ledger = await open_ledger(url, clock=clock)
    gala = await event_on_sale(ledger)
    await ledger.close()
    await ledger.close()
    with pytest.raises(LedgerUnavailable, match="closed"):
        await live(ledger, gala)
    with pytest.raises(LedgerUnavailable, match="closed"):
        await ledger.cancel(BookingId("1-x"), None)


async def test_an_error_at_commit_is_reported_as_unknown_and_the_next_write_goes_on(url: str, clock: FakeClock) -> None:
    database = await open_database(url)
    ledger = SqlLedger(database, clock)
    await ledger.upgrade()

    def owe_a_layout(connection: sa.Connection) -> None:
        pragma(connection, "defer_foreign_keys = ON")
        events.add_event(connection, event())

    with pytest.raises(CommitUnknown, match="FOREIGN KEY constraint failed") as unknown:
        await database.write(owe_a_layout)
    assert not unknown.value.surely_not_written
    assert await ledger.event(EventId("gala")) is None
    await event_on_sale(ledger)
    await ledger.close()


@pytest.mark.parametrize("kind", ["read", "write"])
async def test_a_connection_that_broke_is_replaced(url: str, clock: FakeClock, kind: str) -> None:
    database = await open_database(url)
    ledger = SqlLedger(database, clock)
    await ledger.upgrade()

    def break_it(connection: sa.Connection) -> None:
        driver_connection = connection.connection.dbapi_connection
        assert driver_connection is not None
        driver_connection.close()
        connection.exec_driver_sql("SELECT 1")

    with pytest.raises(LedgerUnavailable, match="Cannot operate on a closed database"):
        await (database.read(break_it) if kind == "read" else database.write(break_it))
    await event_on_sale(ledger)
    await ledger.close()


async def test_the_file_alone_holds_everything_after_a_clean_close(tmp_path: Path, clock: FakeClock) -> None:
    backend = sqlite_backend(tmp_path)
    ledger = await open_ledger(backend.url, clock=clock)
    await event_on_sale(ledger)
    await ledger.close()
    assert os.listdir(tmp_path) == ["ledger.sqlite3"]  # noqa: PTH208


async def test_every_commit_is_flushed_by_the_one_connection_there_is_and_nothing_else_is_written(url: str) -> None:
    database = await open_database(url)

    def settings(connection: sa.Connection) -> dict[str, object]:
        names = ("locking_mode", "journal_mode", "synchronous", "foreign_keys", "fullfsync", "temp_store")
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    assert await database.read(settings) == {
        "locking_mode": "exclusive",
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "fullfsync": 1,
        "temp_store": 2,
    }
    await database.close()


@pytest.mark.parametrize(
    "url", ["postgres", "mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "sqlite+aiosqlite:///x", ""]
)
async def test_a_url_of_no_known_database_is_refused(url: str, clock: FakeClock) -> None:
    with pytest.raises(ConfigurationError, match="FRONTROW_DATABASE_URL: expected sqlite:///path"):
        await open_ledger(url, clock=clock)


async def test_a_url_is_refused_without_its_password(clock: FakeClock) -> None:
    with pytest.raises(ConfigurationError) as refused:
        await open_ledger("mysql://ann:hush@localhost/x", clock=clock)
    assert "hush" not in str(refused.value)


async def test_a_library_that_is_too_old_is_refused(
    url: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(ConfigurationError, match=r"expected SQLite 3\.35\.0 or newer"):
        await open_ledger(url, clock=clock)
