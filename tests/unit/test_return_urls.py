"""Where a payment's page may send the buyer back to, and where it may not."""

import pytest

from frontrow.http.return_urls import fault_of_return_url
from frontrow.http.settings import HttpSettings

STRICT = HttpSettings(jwt_secret="s" * 32, cors_origins=("https://shop.example",))
OPEN = HttpSettings(jwt_secret="s" * 32, cors_origins=("*", "https://shop.example"))
HEADERS = {"host": "tickets.example:8443"}


@pytest.mark.parametrize(
    "url",
    [
        "/events/gala?order=1-a#paid",
        "/",
        "https://tickets.example:8443/events/gala",
        "http://TICKETS.example:8443/",
        "https://shop.example/basket",
        "https://SHOP.example",
    ],
)
def test_this_site_and_allowed_origins_are_good(url: str) -> None:
    assert fault_of_return_url(url, STRICT, HEADERS) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://tickets.example/",
        "http://shop.example/",
        "https://shop.example:444/",
        "https://shop.example.evil.example/",
        "https://shop.example@evil.example/",
        "https://tickets.example:8443@evil.example/",
        "https://user@tickets.example:8443/",
        "//evil.example/",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        " https://shop.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "https:evil.example",
        "https:///evil.example",
        "events/gala",
        "?order=1",
        "",
        "https://[evil",
        "https://shop.example\u3002evil.example",
    ],
)
def test_nobody_is_sent_anywhere_else(url: str) -> None:
    fault = fault_of_return_url(url, STRICT, HEADERS)
    assert fault is not None
    assert fault.field == "returnUrl"


def test_where_any_origin_may_call_only_named_ones_have_the_buyer_back() -> None:
    assert fault_of_return_url("https://shop.example/basket", OPEN, HEADERS) is None
    assert fault_of_return_url("/events/gala", OPEN, HEADERS) is None
    for strange in ("https://anywhere.example/", "https://*/", "*", "javascript:alert(1)"):
        assert fault_of_return_url(strange, OPEN, HEADERS) is not None


def test_behind_a_proxy_that_changes_the_host_the_public_address_is_this_site() -> None:
    behind = HttpSettings(jwt_secret="s" * 32, public_url="https://Tickets.example/shop/")
    assert fault_of_return_url("https://tickets.example/events/gala", behind, {"host": "10.0.0.7:8000"}) is None
    assert fault_of_return_url("http://tickets.example/", behind, {"host": "10.0.0.7:8000"}) is not None


def test_without_a_host_header_only_paths_and_allowed_origins_are_good() -> None:
    assert fault_of_return_url("/events/gala", STRICT, {}) is None
    assert fault_of_return_url("https:///", STRICT, {}) is not None
