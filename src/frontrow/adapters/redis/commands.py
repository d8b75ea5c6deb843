"""Commands as they are sent, and the key by which a cluster finds the node that each is for."""

from collections.abc import Sequence

import hiredis

Argument = bytes | str | int

_KEYLESS = frozenset(
    ("CLIENT", "CLUSTER", "CONFIG", "DBSIZE", "ECHO", "FLUSHALL", "INFO", "PING", "REPLICAOF", "ROLE", "SCRIPT", "TIME")
)


def packed(*words: Argument) -> bytes:
    """The command in the server's protocol."""
    sent: bytes = hiredis.pack_command(words)  # type: ignore[arg-type]  # its stub says a tuple of one
    return sent


def key_of(command: Sequence[Argument]) -> Argument | None:
    """The (first) key of a command; None where it has none. All keys of a command are of one slot."""
    name = str(command[0]).upper()
    if name in _KEYLESS:
        return None
    if name in {"EVAL", "EVALSHA"}:
        return command[3] if int(command[2]) else None
    if name == "XREAD":
        return command[[str(word).upper() for word in command].index("STREAMS") + 1]
    return command[1] if len(command) > 1 else None
