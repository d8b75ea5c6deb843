"""What an answer of a server comes to: a reply, StoreUnavailable where the store can't serve now, or a fault."""

from redis.exceptions import (
    AskError,
    BusyLoadingError,
    ClusterDownError,
    MasterDownError,
    MovedError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from frontrow.adapters.redis.gathering import Answer, Reply
from frontrow.domain.errors import StoreUnavailable

_RETRY_AFTER_S: tuple[tuple[type[RedisError], str, int], ...] = (
    (OutOfMemoryError, "the store is out of memory", 5),
    (ReadOnlyError, "the store is a read-only replica", 2),
    (BusyLoadingError, "the store is loading its data", 2),
    (MasterDownError, "the store is a replica without a primary", 2),
    (ClusterDownError, "the store's cluster is down", 2),
    (TryAgainError, "the store is moving the event to another node", 1),
    (MovedError, "the store is one node of a cluster, and the event lives on another", 5),
    (AskError, "the store is one node of a cluster, and the event is moving to another", 5),
)
# Error replies that redis-py has no class for, by their first word.
_RETRY_AFTER_S_BY_WORD = {"MISCONF": 5, "BUSY": 1, "NOREPLICAS": 2, "UNBLOCKED": 1}


def judged(answer: Answer) -> Reply:
    """The reply.

    Raises:
        StoreUnavailable: the store can't serve now, or the connection failed.
        ResponseError: any other error reply.
    """
    match answer:
        case StoreUnavailable():
            raise answer
        case RedisError() | OSError():
            raise _unavailable(answer) or answer
        case Exception():
            raise answer
    return answer


def _unavailable(error: RedisError | OSError) -> StoreUnavailable | None:
    for kind, reason, retry_after_s in _RETRY_AFTER_S:
        if isinstance(error, kind):
            return StoreUnavailable(f"{reason}: {error}", retry_after_s=retry_after_s)
    if not isinstance(error, ResponseError):
        return StoreUnavailable(str(error))
    word = str(error).partition(" ")[0]
    return (
        StoreUnavailable(str(error), retry_after_s=_RETRY_AFTER_S_BY_WORD[word])
        if word in _RETRY_AFTER_S_BY_WORD
        else None
    )
