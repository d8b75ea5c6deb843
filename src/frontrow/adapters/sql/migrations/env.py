"""Runs the migrations on the connection, and in the transaction, that schema.py hands over."""

from alembic import context

from frontrow.adapters.sql.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
