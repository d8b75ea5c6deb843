"""The way from one schema to the next, by Alembic. Others ask schema.py, which comes here where there is one to go."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from frontrow.adapters.sql.tables import SCHEMA_VERSION

_MIGRATIONS = Path(__file__).with_name("migrations")


def known_versions() -> list[str]:
    """Every schema version this package can come from, newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def upgrade(connection: sa.Connection, version: str = SCHEMA_VERSION) -> None:
    """Bring a database with an older schema than `version`, or none, to it within the caller's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
