"""What can go wrong with a database, in this package's words.

Exception
├── WriteConflict       another row has a key this transaction wanted; it was rolled back
└── LedgerUnavailable   (domain/errors.py)
    └── CommitUnknown   the answer to COMMIT was lost or was an error: it may have happened
"""

import sqlite3

from sqlalchemy.exc import DBAPIError

from frontrow.domain.errors import LedgerUnavailable


class WriteConflict(Exception):
    """A unique key was taken, or the database broke a deadlock by ending this transaction. Nothing was written."""


class CommitUnknown(LedgerUnavailable):
    """COMMIT was sent and its success was not answered. Settled by writing the same rows again, never by reading."""


_SQLITE_REASONS = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_READONLY": "the file or its folder is read-only",
    "SQLITE_PERM": "this user may not open the file",
    "SQLITE_CANTOPEN": "the file cannot be opened or created; look at its folder and permissions",
    "SQLITE_BUSY": "another process is using the file",
    "SQLITE_IOERR": "the disk refused to read or write",
    "SQLITE_CORRUPT": "the file is damaged; restore it from a backup",
    "SQLITE_NOTADB": "the file is no SQLite database",
}
"""Reasons by primary result code. Source: https://www.sqlite.org/rescode.html."""


_POSTGRES_REASONS = {
    "25006": "the server is a standby or read-only: it takes no writes",
    "28": "it does not let this user in; look at the user and password of FRONTROW_DATABASE_URL",
    "3D000": "there is no such database; create it, then run `frontrow migrate`",
    "42501": "this role may not do that; run `frontrow migrate` as the role that owns the tables",
    "53100": "the disk is full",
    "53200": "the server is out of memory",
    "53300": "the server has no connection to spare; raise max_connections or lower FRONTROW_DATABASE_CONNECTIONS",
    "57014": "the statement took too long",
    "57P01": "the server is shutting down",
    "57P02": "the server is recovering from a crash",
    "57P03": "the server is starting or shutting down",
    "58": "the server's disk refused to read or write",
    "XX001": "the data is damaged; restore it from a backup",
    "XX002": "an index is damaged; rebuild it, and look at the disk",
}
"""Reasons by SQLSTATE, or by its class. Source: PostgreSQL's documentation, appendix "PostgreSQL Error Codes"."""


_CONFLICTS = {
    *("SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_FOREIGNKEY"),
    *("23505", "23503"),  # PostgreSQL's unique_violation and foreign_key_violation
    *("40P01", "40001", "55P03"),  # deadlock_detected, serialization_failure, lock_not_available
}


def is_conflict(error: DBAPIError) -> bool:
    """Whether the statement failed on somebody else's row or lock, not on the database's health or a fault of ours."""
    return bool({getattr(error.orig, "sqlite_errorname", None), sqlstate_of(error)} & _CONFLICTS)


def sqlstate_of(error: BaseException) -> str | None:
    """What PostgreSQL calls the error; None where it said nothing."""
    state = getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None)
    return state if isinstance(state, str) else None


def reason_of(error: BaseException) -> str:
    """Why, in words an operator can act on, and without values: what PostgreSQL adds in further lines is whole rows."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = sqlstate_of(error)
    if state is not None:
        reason = _POSTGRES_REASONS.get(state) or _POSTGRES_REASONS.get(state[:2])
        said = str(cause).partition("\n")[0]
        return f"{reason} ({state}: {said})" if reason else f"{said} ({state})"
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    name = getattr(cause, "sqlite_errorname", None)
    if isinstance(name, str):
        for code, reason in _SQLITE_REASONS.items():
            if name == code or name.startswith(code + "_"):
                return f"{reason} ({name})"
    return str(cause)


def without_values(error: BaseException) -> None:
    """Take the row that PostgreSQL quotes out of the error: it has people's names and addresses."""
    link: BaseException | None = error
    while link is not None:
        for quoted in (link, link.orig if isinstance(link, DBAPIError) else None):
            if isinstance(getattr(quoted, "detail", None), str):
                vars(quoted)["detail"] = None
        link = link.__cause__ or link.__context__


def is_database_error(error: Exception) -> bool:
    """Whether the driver or SQLAlchemy raised it for the database."""
    return isinstance(error, DBAPIError | sqlite3.Error)
