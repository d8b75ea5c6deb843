"""The schema's version: what a database has and what this package needs.

Alembic, which leads from one to the other (migrating.py), is imported where there is a way to go: that takes as long as
all else a command needs.
"""

import sqlalchemy as sa

from frontrow.adapters.sql.tables import SCHEMA_VERSION, metadata
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
        LedgerUnavailable: a newer Frontrow has been here, or tables that do not say their version. Nothing is changed.
    """
    found = current(connection)
    if found == SCHEMA_VERSION:
        return
    if found not in known_versions() and (found is not None or _has_tables(connection)):
        check(connection)
    from frontrow.adapters.sql import migrating  # noqa: PLC0415

    migrating.upgrade(connection)


def check(connection: sa.Connection) -> None:
    """Make sure that the database has exactly this package's schema.

    Raises:
        LedgerUnavailable: it has an older, newer, unnamed or no schema; the message says which and the remedy.
    """
    found = current(connection)
    if found == SCHEMA_VERSION:
        return
    wanted = f"this version of Frontrow needs {SCHEMA_VERSION!r}"
    if found is None and _has_tables(connection):
        raise LedgerUnavailable(
            "the ledger has tables but no schema version: the table `alembic_version` is missing or empty, as after "
            f"restoring without it, and nothing is changed; {wanted}: restore all of the backup, that table included, "
            "into an empty database"
        )
    if found is None:
        raise LedgerUnavailable(f"the ledger has no schema yet, {wanted}: run `frontrow migrate`")
    if found in known_versions():
        raise LedgerUnavailable(f"the ledger has the older schema {found!r}, {wanted}: run `frontrow migrate`")
    raise LedgerUnavailable(f"the ledger has the unknown schema {found!r}, {wanted}: run the newer Frontrow it is from")


def _has_tables(connection: sa.Connection) -> bool:
    """Whether any of the ledger's tables is there, of whichever version."""
    return not metadata.tables.keys().isdisjoint(sa.inspect(connection).get_table_names())
