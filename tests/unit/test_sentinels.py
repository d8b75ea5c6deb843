"""Whom the sentinels of a service are believed to name, and how many of them that takes."""

import pytest
from redis.asyncio.connection import AbstractConnection, Connection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionFailed

from frontrow.adapters.redis.sentinels import Sentinels
from frontrow.adapters.redis.store_url import Address
from tests.support.canned_server import canned_servers

KNOWS_NONE = b"-ERR No such master with that name\r\n"


def names(port: int, *, epoch: int, flags: str = "master") -> bytes:
    """The answer of a sentinel: the primary and the failover that made it one."""
    words = ("ip", "10.0.0.1", "port", str(port), "flags", flags, "config-epoch", str(epoch))
    return f"*{len(words)}\r\n".encode() + b"".join(f"${len(word)}\r\n{word}\r\n".encode() for word in words)


def connection_to(address: Address) -> AbstractConnection:
    host, port = address
    return Connection(host=host, port=port, protocol=2, retry=Retry(NoBackoff(), 0), driver_info=None)


async def primary_by(*answers: bytes | None) -> Address:
    async with canned_servers(*answers) as servers:
        return await Sentinels([server.address for server in servers], "shop", connection_to).primary()


async def test_of_three_the_one_that_knows_the_latest_failover_is_believed() -> None:
    for old, new in ((6_001, 6_002), (6_002, 6_001)):
        named = await primary_by(names(old, epoch=3), names(new, epoch=4), None)
        assert named == ("10.0.0.1", new)


async def test_who_still_conducts_the_latest_failover_names_the_old_primary_and_is_not_believed() -> None:
    conducts = names(6_001, epoch=4, flags="master,failover_in_progress")
    for answers in ((conducts, names(6_002, epoch=4), None), (names(6_002, epoch=4), conducts, None)):
        assert await primary_by(*answers) == ("10.0.0.1", 6_002)


async def test_the_only_one_to_know_of_a_failover_is_heard_beside_a_majority(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontrow.adapters.redis.sentinels.GRACE_S", 60.0)
    old = names(6_001, epoch=3)
    assert await primary_by(old, old, names(6_002, epoch=4)) == ("10.0.0.1", 6_002)


async def test_all_that_agree_are_believed() -> None:
    assert await primary_by(*[names(6_001, epoch=1)] * 3) == ("10.0.0.1", 6_001)


@pytest.mark.parametrize(
    ("others", "said"), [((None, None), "no answer within 0.5 s"), ((KNOWS_NONE, KNOWS_NONE), "No such master")]
)
async def test_one_of_three_may_be_cut_off_and_is_not_believed(others: tuple[bytes | None, ...], said: str) -> None:
    with pytest.raises(ConnectionFailed, match=rf"1 of 3 sentinels name a primary of 'shop'.*: {said}"):
        await primary_by(names(6_001, epoch=1), *others)


async def test_one_of_two_is_no_more_than_half() -> None:
    with pytest.raises(ConnectionFailed, match="1 of 2 sentinels"):
        await primary_by(names(6_001, epoch=1), KNOWS_NONE)


async def test_where_none_names_a_primary_it_is_said_why() -> None:
    with pytest.raises(ConnectionFailed, match=r"0 of 3 sentinels name a primary of 'shop'.*: No such master"):
        await primary_by(KNOWS_NONE, KNOWS_NONE, KNOWS_NONE)


async def test_a_single_sentinel_is_enough_where_there_is_no_other() -> None:
    assert await primary_by(names(6_001, epoch=1)) == ("10.0.0.1", 6_001)
