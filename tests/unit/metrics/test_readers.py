"""Who may read metrics without a token: listed peers that ask for themselves, and nobody who is asked for."""

import pytest

from frontrow.domain.errors import ConfigurationError
from frontrow.http.client_address import ClientAddresses
from frontrow.http.metrics_readers import MetricsReaders
from frontrow.settings import Settings

DEFAULT = Settings().metrics_from


def may_read(
    peer: str,
    headers: dict[str, str] | None = None,
    *,
    metrics_from: tuple[str, ...] = DEFAULT,
    proxies: tuple[str, ...] = (),
) -> bool:
    """Whether this peer may, with these headers."""
    return MetricsReaders(metrics_from, ClientAddresses(proxies)).may_read(peer, headers or {})


@pytest.mark.parametrize(
    ("peer", "may"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("203.0.113.7", False),
        ("fe80::1%eth0", False),
        ("", False),
        ("garbage", False),
    ],
)
def test_the_loopback_may_unless_told_otherwise(peer: str, *, may: bool) -> None:
    assert may_read(peer) is may


def test_whoever_is_listed_may_and_nobody_else() -> None:
    listed = ("10.1.0.0/16", "unix")
    assert may_read("10.1.2.3", metrics_from=listed)
    assert may_read("", metrics_from=listed)
    assert not may_read("127.0.0.1", metrics_from=listed)
    assert not may_read("10.2.0.1", metrics_from=listed)
    assert not may_read("127.0.0.1", metrics_from=())


@pytest.mark.parametrize(
    "header", ["x-forwarded-for", "x-real-ip", "x-forwarded-host", "x-forwarded-proto", "forwarded", "via"]
)
def test_a_balancer_on_this_machine_brings_nobody_in(header: str) -> None:
    for value in ("203.0.113.7", "127.0.0.1", "", "garbage"):
        assert not may_read("127.0.0.1", {header: value})


def test_of_a_trusted_proxy_the_address_behind_it_is_judged() -> None:
    proxies, listed = ("127.0.0.1",), ("10.0.0.0/8", "127.0.0.1")
    assert may_read("127.0.0.1", {"x-forwarded-for": "10.1.1.1"}, metrics_from=listed, proxies=proxies)
    assert may_read("127.0.0.1", metrics_from=listed, proxies=proxies), "the proxy itself, asking for itself"
    for forwarded in ("203.0.113.7", "10.1.1.1, 203.0.113.7", "", "garbage", "127.0.0.1"):
        assert not may_read("127.0.0.1", {"x-forwarded-for": forwarded}, metrics_from=listed, proxies=proxies)
    assert not may_read("127.0.0.1", {"forwarded": "for=10.1.1.1"}, metrics_from=listed, proxies=proxies)


@pytest.mark.parametrize("said", ["127.0.0.1", "127.8.9.10", "::1", "[::1]:443", "::ffff:127.0.0.1", "1.2.3.4, ::1"])
@pytest.mark.parametrize("proxies", [("0.0.0.0/0", "::/0"), ("10.0.0.7",)])
def test_a_loopback_address_is_believed_of_no_proxy(said: str, proxies: tuple[str, ...]) -> None:
    for metrics_from in (DEFAULT, ("10.0.0.0/8", *DEFAULT)):
        assert not may_read("10.0.0.7", {"x-forwarded-for": said}, metrics_from=metrics_from, proxies=proxies)


def test_what_is_no_address_is_refused_by_the_settings_name() -> None:
    with pytest.raises(ConfigurationError, match=r"FRONTROW_METRICS_FROM: 'everywhere'"):
        MetricsReaders(("everywhere",), ClientAddresses())
