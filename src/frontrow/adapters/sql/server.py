"""What the ledger stands on, for an operator: which database, and whether it keeps what it answers."""

import sqlite3
from typing import NamedTuple

import sqlalchemy as sa

from frontrow.adapters.sql import schema

_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
_postgres = sa.text(
    "SELECT current_setting('server_version') AS version, current_setting('max_connections') AS connections_max, "
    + ", ".join(f"current_setting('{name}') AS {name}" for name in _DURABLE)
)


class LedgerReport(NamedTuple):
    """The database's name and version, the schema's version, and what an operator ought to change."""

    server: str
    schema_version: str | None
    warnings: tuple[str, ...] = ()


def inspect_ledger(connection: sa.Connection) -> LedgerReport:
    """Look; nothing is changed."""
    version = schema.current(connection)
    if connection.dialect.name != "postgresql":
        return LedgerReport(f"SQLite {sqlite3.sqlite_version}", version)
    found = connection.execute(_postgres).one()._asdict()
    warnings = [
        f"{name} is off: a booking that was answered may be gone after a crash; turn it on"
        for name in _DURABLE
        if found[name] == "off"
    ]
    server = f"PostgreSQL {found['version']}, at most {found['connections_max']} connections"
    return LedgerReport(server, version, tuple(warnings))
