"""The ledger on SQL: SQLAlchemy Core over SQLite, one writer that commits in groups, Alembic migrations."""
