"""What settings that are allowed may lead to unnoticed: said by `serve` when it starts, and by `doctor`."""

from collections.abc import Iterator
from typing import NamedTuple

from frontrow.http.client_address import TRUSTED_PROXIES, names_everybody
from frontrow.settings import Settings, variable_of


class Advice(NamedTuple):
    """The variable it is about, and what to think of."""

    variable: str
    said: str


def advice_on(settings: Settings) -> Iterator[Advice]:
    """What is worth a look; nothing of it keeps a server from running.

    Raises:
        ConfigurationError: a trusted proxy is no address.
    """
    for entry in names_everybody(settings.trusted_proxies, setting=TRUSTED_PROXIES):
        yield Advice(
            TRUSTED_PROXIES,
            f"{entry} trusts everybody: whoever connects chooses the address he is counted by and judged by for "
            "metrics; list the addresses of your proxies alone",
        )
    if settings.has_postgres and settings.redis_url is None:
        yield Advice(
            variable_of("redis_url"),
            "it is not set: holds are in an embedded store of this host alone, and a second host on this ledger would "
            "grant seats that are held here (the ledger still sells each once); that is fine for one host, set it for "
            "several",
        )
