"""Writes that count only once replicas have them: the setting FRONTROW_HOLD_REPLICAS."""

from collections.abc import Sequence

from frontrow.adapters.redis import keys
from frontrow.adapters.redis.client import Argument, StoreClient
from frontrow.adapters.redis.gathering import Replicas
from frontrow.adapters.redis.replies import Words, words_of
from frontrow.adapters.redis.scripts import Script
from frontrow.domain.errors import StoreUnavailable
from frontrow.domain.ids import EventId

CHECK_LIVES_MS = 1_000


async def replicated_script(
    client: StoreClient,
    script: Script,
    names: Sequence[str],
    arguments: Sequence[Argument],
    *,
    replicas: Replicas | None,
    written: bytes,
) -> Words:
    """A script's reply. One that begins with `written` is given only when enough replicas have what was written.

    Raises:
        StoreUnavailable: too few have it in time. It is written all the same, and may reach them later.
    """
    if replicas is None:
        return words_of(await client.script(script, names, arguments))
    reply, reached = words_of(await client.script(script, names, arguments, replicas=replicas))
    words = words_of(reply)
    if words[0] == written:
        _require(client, replicas, reached)
    return words


async def require_replicated(client: StoreClient, *, event_id: EventId, replicas: Replicas) -> None:
    """Go on when enough replicas have everything that is written of the event by now.

    A server waits only for what was written on the connection that asks; so a key that lives for a second is.

    Raises:
        StoreUnavailable: too few have it in time.
    """
    command = ("SET", keys.replica_check(event_id), "1", "PX", CHECK_LIVES_MS)
    _, reached = words_of(await client.execute(command, replicas=replicas))
    _require(client, replicas, reached)


def _require(client: StoreClient, replicas: Replicas, reached: int) -> None:
    if reached < replicas.count:
        client.measures.failures["NotReplicated"] += 1
        raise StoreUnavailable(
            f"{reached} of {replicas.count} replicas had it within {replicas.wait_ms} ms", retry_after_s=2
        )
