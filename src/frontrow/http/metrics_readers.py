"""Who may read the metrics without a token: peers from listed addresses, asking for themselves."""

from collections.abc import Mapping, Sequence

from frontrow.http.client_address import AddressList, ClientAddresses, read_address

_FORWARDED_FOR = "x-forwarded-for"
_SAID_BY_PROXIES = frozenset(
    {"forwarded", "via", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto", "x-real-ip", _FORWARDED_FOR}
)
"""A balancer on this machine connects from the loopback, for anybody: what it adds gives it away."""


class MetricsReaders:
    """Judges requests for metrics.

    Args:
        metrics_from: addresses, networks or `unix` that may read them.
        proxies: of whom it is believed for whom they ask; then that address is judged. A loopback address is never
            believed: whoever asks from this machine reaches a proxy elsewhere by another, and needs none here.

    Raises:
        ConfigurationError: an entry is none of these.
    """

    def __init__(self, metrics_from: Sequence[str], proxies: ClientAddresses) -> None:
        self._allowed = AddressList(metrics_from, setting="FRONTROW_METRICS_FROM")
        self._proxies = proxies

    def may_read(self, peer: str, headers: Mapping[str, str]) -> bool:
        """Whether metrics are for this peer, an address or empty on a UNIX socket. `headers` have small letters."""
        if not _SAID_BY_PROXIES.intersection(headers):
            return self._allowed.has(peer)
        forwarded = headers.get(_FORWARDED_FOR)
        if forwarded is None or not self._proxies.trusts(peer):
            return False
        client = self._proxies.behind(peer, forwarded)
        if client == peer or _is_loopback(client):
            return False
        return self._allowed.has(client)


def _is_loopback(client: str) -> bool:
    address = read_address(client)
    return address is not None and address.is_loopback
