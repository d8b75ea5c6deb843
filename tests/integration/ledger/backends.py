"""The databases the ledger's contract is tested on: where a test's own empty one is, and how its file is reached."""

from dataclasses import dataclass
from pathlib import Path

from frontrow.adapters.sql.engine import open_database
from frontrow.adapters.sql.schema import upgrade
from frontrow.adapters.sql.tables import metadata
from tests.support.postgres import PostgresServer, in_a_thread

BACKENDS = ("postgresql", "sqlite")
"""Every database the contract runs on."""


@dataclass(frozen=True)
class Backend:
    """An empty database of one kind. `file` is None for a server."""

    name: str
    url: str
    file: Path | None = None


def sqlite_backend(folder: Path) -> Backend:
    """A file that does not exist yet."""
    file = folder / "ledger.sqlite3"
    return Backend("sqlite", f"sqlite:///{file}", file)


class BuiltLedger:
    """A database of a server with the newest schema, emptied for each test: ten times as fast as a new one.

    A test that changed the schema leaves it of another shape; the next one is given a new database.
    """

    _SHAPE = (
        "SELECT relname, relkind, relnatts, relchecks, version_num FROM pg_class, alembic_version"
        " WHERE relnamespace = 'public'::regnamespace ORDER BY relname"
    )
    _EMPTY = "; ".join(
        [
            *(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)),
            "ALTER SEQUENCE events_number_seq RESTART",
        ]
    )

    def __init__(self, server: PostgresServer, *, then: str | None = None) -> None:
        self._server = server
        self._then = then  # SQL that changes the tables further
        self._url: str | None = None
        self._shape: list[tuple[object, ...]] = []

    @property
    def url(self) -> str:
        """The URL of the database, with what the test has written."""
        assert self._url is not None
        return self._url

    def emptied(self) -> str:
        """The URL of the database, with nothing in it."""
        if self._url is not None and self._server.rows(self._SHAPE, url=self._url) == self._shape:
            self._server.execute(self._EMPTY, url=self._url)
            return self._url
        if self._url is not None:
            self._server.drop_database(self._url)
        self._url = self._server.new_database()
        in_a_thread(_built(self._url))
        if self._then is not None:
            self._server.execute(self._then, url=self._url)
        self._shape = self._server.rows(self._SHAPE, url=self._url)
        return self._url


async def _built(url: str) -> None:
    database = await open_database(url)
    try:
        await database.migrate(upgrade)
    finally:
        await database.close()
