"""Which database a URL names."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from frontrow.adapters.sql.database import Database
from frontrow.adapters.sql.postgres import CONNECTIONS_MAX, PostgresDatabase
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
    if is_server(url):
        return await PostgresDatabase.open(url, connections_max=connections_max)
    try:
        parsed = sa.make_url(url)
    except ArgumentError:
        raise ConfigurationError(f"{_EXPECTED}, got {url!r}") from None
    if parsed.drivername != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise ConfigurationError(f"{_EXPECTED}, got {parsed.render_as_string(hide_password=True)!r}")
    return await SqliteDatabase.open(Path(parsed.database))
