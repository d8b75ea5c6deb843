"""Whom a request comes from, as an address to count by: past the proxies that are trusted, and past no others.

X-Forwarded-For is written by whoever sends it, and each proxy appends whom it heard from. So it is read from the
right, and only as far as the proxies that wrote it are trusted: a client can invent what stands left of its own
address, never what stands right of it. See MDN, "X-Forwarded-For", section "Selecting an IP address".
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from falcon.asgi import Request

from frontrow.domain.errors import ConfigurationError

UNIX_SOCKET = "unix"
"""What peers without an address are counted as, all together; listed as a trusted proxy it means any such peer."""
IPV6_PREFIX_BITS = 64
"""What one customer of an internet provider gets at least (RFC 6177): inside it an address costs nothing."""
TRUSTED_PROXIES = "FRONTROW_TRUSTED_PROXIES"
HOPS_MAX = 32
"""Trusted proxies in a row. Further left nothing is read, however long the header."""
_ADDRESS_CHARS_MAX = 64
_REMEMBERED_MAX = 8_192

_BRACKETED = re.compile(r"\[([^\]]+)\](?::\d{1,5})?")
_WITH_PORT = re.compile(r"([0-9.]+):\d{1,5}")

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class ClientAddresses:
    """Tells the address a request is counted by: an IPv4 address, an IPv6 network of 64 bits, or `unix`.

    Args:
        trusted_proxies: addresses or networks such as `10.0.0.0/8`, or `unix`; none means that X-Forwarded-For is
            never read.

    Raises:
        ConfigurationError: an entry is none of these.
    """

    def __init__(self, trusted_proxies: Sequence[str] = ()) -> None:
        self._trusts_any = bool(trusted_proxies)
        self._is_trusted = lru_cache(_REMEMBERED_MAX)(AddressList(trusted_proxies, setting=TRUSTED_PROXIES).has)

    def of(self, req: Request) -> str:
        """The address this request is counted by."""
        peer = peer_of(req)
        if not self._trusts_any:
            return counted_as(peer)
        forwarded = req.get_header("X-Forwarded-For")
        if forwarded is None or not self.trusts(peer):
            return counted_as(peer)
        return counted_as(self.behind(peer, forwarded))

    def trusts(self, peer: str) -> bool:
        """Whether what this peer says of its client is believed. `peer` is an address, or empty on a UNIX socket."""
        return self._is_trusted(peer)

    def behind(self, peer: str, forwarded: str) -> str:
        """The nearest hop that is no trusted proxy; where an entry cannot be read, the last hop that could.

        Args:
            peer: a trusted proxy.
            forwarded: what its X-Forwarded-For says.
        """
        nearest = peer
        for entry in reversed(forwarded.rsplit(",", HOPS_MAX)[-HOPS_MAX:]):
            hop = _hop(entry)
            if hop is None:
                return nearest
            nearest = hop
            if not self.trusts(hop):
                return nearest
        return nearest


class AddressList:
    """Addresses and networks such as `10.0.0.0/8`, and `unix` for whoever connects through a UNIX socket.

    Args:
        setting: the variable that says them, for the error's message.

    Raises:
        ConfigurationError: an entry is none of these.
    """

    def __init__(self, entries: Sequence[str], *, setting: str) -> None:
        self._has_unix = UNIX_SOCKET in entries
        self._networks = tuple(_network(entry, setting) for entry in entries if entry != UNIX_SOCKET)

    def has(self, peer: str) -> bool:
        """Whether this peer, an address or empty on a UNIX socket, is among them."""
        address = read_address(peer)
        if address is None:
            return self._has_unix
        return any(address in network for network in self._networks)


def names_everybody(entries: Sequence[str], *, setting: str) -> list[str]:
    """Those of the entries that are the whole internet: `0.0.0.0/0`, `::/0`, or the first written as IPv6.

    Args:
        entries, setting: as AddressList takes them.

    Raises:
        ConfigurationError: an entry is none that it takes.
    """
    return [it for it in entries if it != UNIX_SOCKET and _network(it, setting).prefixlen == 0]


def peer_of(req: Request) -> str:
    """Who connected: an address, or empty on a UNIX socket."""
    client = req.scope.get("client")
    return client[0] if client else ""


@lru_cache(_REMEMBERED_MAX)
def counted_as(peer: str) -> str:
    """The name under which this peer's calls are counted; `unix` where it has no address."""
    address = read_address(peer)
    if address is None:
        return UNIX_SOCKET
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), IPV6_PREFIX_BITS), strict=False))
    return str(address)


def read_address(text: str) -> Address | None:
    """The address in `text`, without an IPv6 zone; an IPv4 address written as IPv6 is IPv4. None for anything else."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _hop(entry: str) -> str | None:
    """An entry of X-Forwarded-For as an address, without its port; None for anything else."""
    text = entry.strip().strip('"')
    if len(text) > _ADDRESS_CHARS_MAX:
        return None
    found = _BRACKETED.fullmatch(text) or _WITH_PORT.fullmatch(text)
    if found is not None:
        text = found[1]
    return text if read_address(text) is not None else None


def _network(entry: str, setting: str) -> Network:
    try:
        network = ip_network(entry, strict=False)
    except ValueError:
        raise ConfigurationError(
            f"{setting}: {entry!r} is no address, no network such as 10.0.0.0/8, and not `unix`"
        ) from None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None and network.prefixlen >= 96:
        return IPv4Network((int(network.network_address.ipv4_mapped), network.prefixlen - 96))
    return network
