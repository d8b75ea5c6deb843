"""Rate limits of the program as it is started: real sockets, real headers."""

import socket
from pathlib import Path

import httpx
import pytest

from tests.support.server import FORKED, run_frontrow, running_server

LIMITS = {"FRONTROW_RATE_LIMIT_ADDRESS_CALLS_PER_MINUTE": "3"}


def statuses(url: str, *forwarded_for: str) -> list[int]:
    """The answers to one call for each of these X-Forwarded-For headers."""
    with httpx.Client(base_url=url, timeout=60) as client:
        return [
            client.get("/api/v1/events", headers={"x-forwarded-for": client_address}).status_code
            for client_address in forwarded_for
        ]


def test_a_header_is_not_believed_unless_its_proxy_is_trusted(tmp_path: Path) -> None:
    with running_server(tmp_path / "data", extra=LIMITS, forked=FORKED) as server:
        addresses = [f"203.0.113.{number}" for number in range(5)]
        assert statuses(server.url, *addresses) == [200, 200, 200, 429, 429]


def test_behind_a_trusted_proxy_each_client_is_counted_by_itself(tmp_path: Path) -> None:
    with running_server(
        tmp_path / "data", extra={**LIMITS, "FRONTROW_TRUSTED_PROXIES": "127.0.0.1, ::1"}, forked=FORKED
    ) as server:
        assert statuses(server.url, *["203.0.113.1"] * 4) == [200, 200, 200, 429]
        assert statuses(server.url, "203.0.113.2", "203.0.113.1, 203.0.113.2") == [200, 200]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("FRONTROW_TRUSTED_PROXIES", "proxy.example", "is no address"),
        ("FRONTROW_RATE_LIMIT_USER_CALLS_PER_MINUTE", "none", "all other calls by one user"),
    ],
)
def test_a_setting_that_means_nothing_keeps_the_server_from_starting(
    tmp_path: Path, variable: str, value: str, said: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    done = run_frontrow("serve", "--port", str(port), data_dir=tmp_path / "data", extra={variable: value})
    assert done.returncode != 0
    assert variable in done.stderr
    assert said in done.stderr
