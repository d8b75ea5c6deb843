"""Which events changed, numbered in the order of their commits, whoever changed them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# Numbers are given under a lock that is kept until COMMIT: whoever sees one sees all below it. A sequence gives its
# numbers before, so a reader may see the higher of two, ask for what is above it from then on, and never see the other.
# The lock is taken before the first row is: two that change several events would wait for each other crosswise else.
_POSTGRES = (
    'ALTER TABLE event_changes ALTER COLUMN event_id TYPE text COLLATE "C"',
    """
    CREATE FUNCTION number_event_changes() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      LOCK TABLE event_changes IN SHARE ROW EXCLUSIVE MODE;
      RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION note_event_change() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
      INSERT INTO event_changes (event_id, version)
      SELECT changed.event_id, (SELECT coalesce(max(version), 0) FROM event_changes) + row_number() OVER ()
      FROM (SELECT OLD.event_id UNION SELECT NEW.event_id) AS changed (event_id)
      WHERE changed.event_id IS NOT NULL
      ON CONFLICT (event_id) DO UPDATE SET version = excluded.version;
      RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER number_event_changes BEFORE INSERT OR UPDATE OR DELETE ON events"
    " FOR EACH STATEMENT EXECUTE FUNCTION number_event_changes()",
    "CREATE TRIGGER note_event_change AFTER INSERT OR UPDATE OR DELETE ON events"
    " FOR EACH ROW EXECUTE FUNCTION note_event_change()",
)

# SQLite has one writer at a time, so its numbers are in order anyway.
_SQLITE = (
    ("note_event_insert", "INSERT", ("NEW",)),
    ("note_event_update", "UPDATE", ("OLD", "NEW")),
    ("note_event_delete", "DELETE", ("OLD",)),
)
_NOTE = (
    "INSERT INTO event_changes (event_id, version)"
    " SELECT {row}.event_id, coalesce(max(version), 0) + 1 FROM event_changes WHERE true"
    " ON CONFLICT (event_id) DO UPDATE SET version = excluded.version; "
)


def upgrade() -> None:
    """Add the table, and the triggers that fill it: processes of the version before write events too."""
    op.create_table(
        "event_changes",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_event_changes"),
        sa.UniqueConstraint("version", name="uq_event_changes_version"),
    )
    if op.get_context().dialect.name == "postgresql":
        for statement in _POSTGRES:
            op.execute(statement)
        return
    for name, happened, rows in _SQLITE:
        notes = "".join(_NOTE.format(row=row) for row in rows)
        op.execute(f"CREATE TRIGGER {name} AFTER {happened} ON events BEGIN {notes}END")
