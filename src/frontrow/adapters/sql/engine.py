"""Which database a URL names."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from frontrow.adapters.sql.database import CONNECTIONS_MAX, Database
from frontrow.adapters.sql.sqlite import SqliteDatabase
from frontrow.domain.errors import ConfigurationError

_EXPECTED = "FRONTROW_DATABASE_URL: expected sqlite:///path or postgresql://user:password@host:port/name"


def is_server(url: str) -> bool:
    """Whether the URL names a database that several processes may use at once."""
    return url.startswith(("postgresql://", "postgres://"))


async def open_database(url: str, *, connections_max: int = CONNECTIONS_MAX) -> Database:
    """The database of a `FRONTROW_DATABASE_URL`.

    Args:
        url: `sqlite:///relative/path`, `sqlite:////absolute/path` or `postgresql://user:password@host:port/name`.
        connections_max: to a server, 1 or more.

    Raises:
        ConfigurationError: the URL names no database this version knows.
        LedgerUnavailable: it cannot be opened.
    """
    # Nothing of the URL is repeated but its scheme: whatever cannot be read may be, or hide, a password.
    try:
        if is_server(url):
            # Its driver and SQLAlchemy's asyncio take as long to import as all else a command needs.
            from frontrow.adapters.sql.postgres import PostgresDatabase  # noqa: PLC0415

            return await PostgresDatabase.open(url, connections_max=connections_max)
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigurationError(f"{_EXPECTED}; what is set cannot be read as either") from None
    if parsed.drivername != "sqlite":
        raise ConfigurationError(f"{_EXPECTED}, got {parsed.drivername}://")
    if not parsed.database or parsed.database == ":memory:":
        raise ConfigurationError(f"{_EXPECTED}, got sqlite:// without a file")
    return await SqliteDatabase.open(Path(parsed.database))
