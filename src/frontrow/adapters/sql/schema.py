"""The schema's version: what a database has and what this package needs.

Alembic, which leads from one to the other (migrating.py), is imported where there is a way to go: that takes as long as
all else a command needs.
"""

import sqlalchemy as sa

from frontrow.adapters.sql.tables import SCHEMA_VERSION
from frontrow.domain.errors import LedgerUnavailable

_written = sa.table("alembic_version", sa.column("version_num", sa.Text))


def current(connection: sa.Connection) -> str | None:
    """The schema version the database has; None where nothing has been built."""
    if not sa.inspect(connection).has_table(_written.name):
        return None
    return connection.scalar(sa.select(_written.c.version_num))


def known_versions() -> list[str]:
    """Every schema version this package can come from, newest first."""
    from frontrow.adapters.sql import migrating  # noqa: PLC0415

    return migrating.known_versions()


def upgrade(connection: sa.Connection) -> None:
    """Bring the database to SCHEMA_VERSION within the caller's transaction; nothing to do when it is there.

    Raises:
        LedgerUnavailable: a newer Frontrow has been here. Nothing is changed.
    """
    found = current(connection)
    if found == SCHEMA_VERSION:
        return
    if found is not None and found not in known_versions():
        check(connection)
    from frontrow.adapters.sql import migrating  # noqa: PLC0415

    migrating.upgrade(connection)


def check(connection: sa.Connection) -> None:
    """Make sure that the database has exactly this package's schema.

    Raises:
        LedgerUnavailable: it has an older, newer or no schema; the message says which and the remedy.
    """
    found = current(connection)
    if found == SCHEMA_VERSION:
        return
    wanted = f"this version of Frontrow needs {SCHEMA_VERSION!r}"
    if found is None:
        raise LedgerUnavailable(f"the ledger has no schema yet, {wanted}: run `frontrow migrate`")
    if found in known_versions():
        raise LedgerUnavailable(f"the ledger has the older schema {found!r}, {wanted}: run `frontrow migrate`")
    raise LedgerUnavailable(f"the ledger has the unknown schema {found!r}, {wanted}: run the newer Frontrow it is from")
