"""The schema's version: what a database has, what this package needs, and the way from one to the other."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from frontrow.adapters.sql.tables import SCHEMA_VERSION
from frontrow.domain.errors import LedgerUnavailable

_MIGRATIONS = Path(__file__).with_name("migrations")


def current(connection: sa.Connection) -> str | None:
    """The schema version the database has; None where nothing has been built."""
    return MigrationContext.configure(connection).get_current_revision()


def known_versions() -> list[str]:
    """Every schema version this package can come from, newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


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
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, SCHEMA_VERSION)


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


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
