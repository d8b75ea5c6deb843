"""FRONTROW_REDIS_URL in all its forms."""

import pytest
from redis.asyncio.connection import SSLConnection

from frontrow.adapters.redis.store_url import ClusterUrl, SentinelUrl, ServerUrl, parse_store_url
from frontrow.domain.errors import ConfigurationError


def test_one_server() -> None:
    parsed = parse_store_url("redis://ann:s%40crt@store.example:7000/2")
    assert isinstance(parsed, ServerUrl)
    assert parsed.options == {
        "host": "store.example",
        "port": 7000,
        "db": 2,
        "username": "ann",
        "password": "s@crt",
    }


def test_a_cluster_has_several_seeds_and_one_user() -> None:
    parsed = parse_store_url("redis+cluster://ann:s%40crt@one:7000,two,[::1]:7001")
    assert parsed == ClusterUrl((("one", 7000), ("two", 6379), ("::1", 7001)), {"username": "ann", "password": "s@crt"})


def test_tls_holds_for_every_node() -> None:
    parsed = parse_store_url("rediss+cluster://one:7000,two:7000?ssl_ca_certs=/etc/ca.pem")
    assert isinstance(parsed, ClusterUrl)
    assert parsed.options == {"connection_class": SSLConnection, "ssl_ca_certs": "/etc/ca.pem"}


def test_sentinels_name_a_service_and_may_have_a_user_of_their_own() -> None:
    url = "rediss+sentinel://ann:secret@one,two:26380/gala?sentinel_username=guard&sentinel_password=p&db=3"
    assert parse_store_url(url) == SentinelUrl(
        (("one", 26379), ("two", 26380)),
        "gala",
        {"username": "ann", "password": "secret", "db": 3, "connection_class": SSLConnection},
        {"username": "guard", "password": "p", "connection_class": SSLConnection},
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://:secret@one",
        "redis+other://:secret@one",
        "unix+cluster:///secret",
        "redis+cluster://:secret@",
        "redis+cluster://:secret@one,,two",
        "redis+cluster://ann:secret",
        "redis+cluster://:secret@one:port",
        "redis+cluster://:secret@one/3",
        "redis+cluster://:secret@one?db=3",
        "redis+sentinel://:secret@one:26379",
    ],
)
def test_anything_else_is_refused_without_showing_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="FRONTROW_REDIS_URL") as refused:
        parse_store_url(url)
    assert "secret" not in str(refused.value)
