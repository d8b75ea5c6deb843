"""Whom a request is counted for: the peer, or whom trusted proxies name, and never whom a client names."""

import pytest
from falcon.asgi import Request
from falcon.testing import create_asgi_req
from hypothesis import given
from hypothesis import strategies as st

from frontrow.domain.errors import ConfigurationError
from frontrow.http.client_address import HOPS_MAX, ClientAddresses, counted_as


def asked(peer: str | None, *forwarded: str) -> Request:
    """A request from that peer, None for one on a UNIX socket, with these X-Forwarded-For lines."""
    req: Request = create_asgi_req(headers=[("X-Forwarded-For", line) for line in forwarded])
    req.scope["client"] = None if peer is None else [peer, 4711]
    return req


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert ClientAddresses().of(asked("127.0.0.1", "203.0.113.9")) == "127.0.0.1"


@pytest.mark.parametrize("trusted", ["10.0.0.7", "10.0.0.0/8", "0.0.0.0/0", "::ffff:10.0.0.0/104"])
def test_a_trusted_proxy_is_believed(trusted: str) -> None:
    assert ClientAddresses((trusted,)).of(asked("10.0.0.7", "203.0.113.9")) == "203.0.113.9"


def test_a_peer_that_is_not_trusted_is_not_believed() -> None:
    assert ClientAddresses(("10.0.0.7",)).of(asked("10.0.0.8", "203.0.113.9")) == "10.0.0.8"


def test_a_trusted_proxy_that_names_nobody_is_counted_itself() -> None:
    assert ClientAddresses(("10.0.0.7",)).of(asked("10.0.0.7")) == "10.0.0.7"


@pytest.mark.parametrize(
    "lines",
    [
        ("1.1.1.1, 2.2.2.2, 203.0.113.9, 10.0.0.2",),
        ("1.1.1.1", "203.0.113.9, 10.0.0.2"),
        ("unknown, <script>, 203.0.113.9:51234 ,10.0.0.2:80",),
        (", ".join(["1.1.1.1"] * 5_000) + ", 203.0.113.9, 10.0.0.2",),
    ],
)
def test_what_a_client_puts_left_of_itself_is_not_read(lines: tuple[str, ...]) -> None:
    assert ClientAddresses(("10.0.0.0/8",)).of(asked("10.0.0.1", *lines)) == "203.0.113.9"


@pytest.mark.parametrize(
    "entry", ["", " ", "unknown", "_hidden", "999.1.1.1", "1.2.3", "[::1", "a" * 10_000, "1.1.1.1:x", "é", "[1.1]:5"]
)
def test_where_an_entry_cannot_be_read_the_last_hop_that_could_is_counted(entry: str) -> None:
    assert ClientAddresses(("10.0.0.0/8",)).of(asked("10.0.0.1", f"1.1.1.1, {entry}, 10.0.0.2")) == "10.0.0.2"


def test_where_every_hop_is_trusted_the_furthest_is_counted() -> None:
    assert ClientAddresses(("10.0.0.0/8",)).of(asked("10.0.0.1", "10.0.0.3, 10.0.0.2")) == "10.0.0.3"


def test_a_chain_of_trusted_proxies_is_followed_only_so_far() -> None:
    chain = ", ".join(["10.0.0.9"] + ["10.0.0.2"] * HOPS_MAX)
    assert ClientAddresses(("10.0.0.0/8",)).of(asked("10.0.0.1", chain)) == "10.0.0.2"


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
    ],
)
def test_ipv6_is_counted_by_network_and_ipv4_by_address(peer: str, counted: str) -> None:
    assert ClientAddresses().of(asked(peer)) == counted


@pytest.mark.parametrize(
    "entry", ["2001:db8:1:2::1", "[2001:db8:1:2::1]", '"[2001:db8:1:2::1]:443"', "[2001:db8:1:2::1]:443"]
)
def test_a_forwarded_ipv6_address_may_be_written_in_any_usual_way(entry: str) -> None:
    assert ClientAddresses(("10.0.0.1", "fd00::/8")).of(asked("10.0.0.1", f"{entry}, fd00::2")) == "2001:db8:1:2::/64"


def test_peers_on_a_unix_socket_are_one_and_are_believed_where_that_is_said() -> None:
    assert ClientAddresses().of(asked(None, "203.0.113.9")) == "unix"
    assert ClientAddresses(("10.0.0.1",)).of(asked(None, "203.0.113.9")) == "unix"
    assert ClientAddresses(("unix", "10.0.0.1")).of(asked(None, "203.0.113.9, 10.0.0.1")) == "203.0.113.9"
    assert ClientAddresses(("unix",)).of(asked("10.0.0.1", "203.0.113.9")) == "10.0.0.1"


@pytest.mark.parametrize("entry", ["proxy.example", "10.0.0.0/33", "10.0.0", "*"])
def test_a_trusted_proxy_that_is_no_address_is_refused_by_name(entry: str) -> None:
    with pytest.raises(ConfigurationError, match=r"FRONTROW_TRUSTED_PROXIES.*is no address"):
        ClientAddresses((entry,))


@given(st.text(st.characters(max_codepoint=255, min_codepoint=32)))
def test_no_header_hides_the_client_that_the_proxy_saw(sent: str) -> None:
    addresses = ClientAddresses(("10.0.0.0/8",))
    assert addresses.of(asked("10.0.0.1", f"{sent}, 203.0.113.9")) == "203.0.113.9"
    assert addresses.of(asked("198.51.100.1", sent)) == "198.51.100.1"


def test_what_is_remembered_of_addresses_is_bounded() -> None:
    for number in range(20_000):
        counted_as(f"2001:db8:0:{number:x}::1")
    assert counted_as.cache_info().currsize < 10_000
