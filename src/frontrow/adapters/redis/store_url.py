"""FRONTROW_REDIS_URL, read: one server, a cluster's seeds, or sentinels and the service they watch."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from redis.asyncio.connection import parse_url

from frontrow.domain.errors import ConfigurationError

Address = tuple[str, int]
ConnectionOptions = dict[str, Any]
"""What redis-py's connections take by keyword: user, password, database, TLS."""

_FORMS = (
    "expected redis://, rediss:// or unix://, or redis+cluster://[user:password@]host:port,..., "
    "or redis+sentinel://[user:password@]host:port,.../service-name (rediss+... for TLS)"
)


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """One server; `options` name it."""

    options: ConnectionOptions


@dataclass(frozen=True, slots=True)
class ClusterUrl:
    """Some nodes of a cluster, by which all are found. `options` hold for every node."""

    seeds: tuple[Address, ...]
    options: ConnectionOptions


@dataclass(frozen=True, slots=True)
class SentinelUrl:
    """Sentinels, the name of what they watch, how to reach the servers, and what sentinels are told of a user."""

    sentinels: tuple[Address, ...]
    service: str
    options: ConnectionOptions
    sentinel_options: ConnectionOptions


def parse_store_url(url: str) -> ServerUrl | ClusterUrl | SentinelUrl:
    """The URL in its parts.

    Raises:
        ConfigurationError: it is of no form that is known. The message leaves the URL out: it may hold a password.
    """
    try:
        scheme, plus, rest = url.partition("://")[0].partition("+")
        if not plus and scheme in {"redis", "rediss", "unix"}:
            return ServerUrl(dict(parse_url(url)))
        if scheme in {"redis", "rediss"} and rest in {"cluster", "sentinel"}:
            return _several(url, scheme, is_cluster=rest == "cluster")
    except ValueError as error:
        raise ConfigurationError(f"FRONTROW_REDIS_URL: {error}") from None
    raise ConfigurationError(f"FRONTROW_REDIS_URL: {_FORMS}")


def _several(url: str, scheme: str, *, is_cluster: bool) -> ClusterUrl | SentinelUrl:
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    addresses = tuple(_address(host, 6379 if is_cluster else 26379) for host in hosts.split(","))
    query = dict(parse_qsl(parts.query))
    of_sentinels: ConnectionOptions = {
        name: query.pop(f"sentinel_{name}") for name in ("username", "password") if f"sentinel_{name}" in query
    }
    options: ConnectionOptions = dict(parse_url(f"{scheme}://{user}{at}host?{urlencode(query)}"))
    del options["host"]
    path = unquote(parts.path.removeprefix("/"))
    if is_cluster:
        if path not in {"", "0"} or options.get("db"):
            raise ValueError("a cluster has database 0 only")
        return ClusterUrl(addresses, options)
    if not path:
        raise ValueError("name the service that the sentinels watch: redis+sentinel://host:port/service-name")
    if "connection_class" in options:
        of_sentinels["connection_class"] = options["connection_class"]
    return SentinelUrl(addresses, path, options, of_sentinels)


def _address(host: str, port_default: int) -> Address:
    parts = urlsplit(f"//{host}")
    try:
        port = parts.port or port_default
    except ValueError:  # its message shows the text, which may be a password where the @ was forgotten
        raise ValueError("a port is not a number") from None
    if not parts.hostname:
        raise ValueError("a host is missing")
    return parts.hostname, port
