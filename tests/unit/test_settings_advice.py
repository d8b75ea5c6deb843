"""What settings may lead to unnoticed is said; what is usual is not remarked on."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from frontrow.cli.process_setup import warn_of_settings
from frontrow.settings import Settings
from frontrow.settings_advice import advice_on
from tests.support.server import run_frontrow

POSTGRES = "postgresql://frontrow:hunter2@db.example/frontrow"
REDIS = "redis://:hunter2@store.example"


def named(settings: Settings) -> list[str]:
    """The variables that something is said of."""
    return [it.variable for it in advice_on(settings)]


@pytest.mark.parametrize("entry", ["0.0.0.0/0", "::/0", "::ffff:0:0/96", "10.0.0.7/0"])
def test_a_network_of_everybody_is_no_list_of_proxies(entry: str) -> None:
    assert named(Settings(trusted_proxies=("10.0.0.7", "unix", entry))) == ["FRONTROW_TRUSTED_PROXIES"]


def test_an_embedded_store_beside_a_ledger_that_several_hosts_may_use_is_remarked_on() -> None:
    assert named(Settings(database_url=POSTGRES)) == ["FRONTROW_REDIS_URL"]


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(redis_url=REDIS),
        Settings(redis_url=REDIS, database_url=POSTGRES),
        Settings(trusted_proxies=("10.0.0.0/8", "unix", "::1", "fd00::/8")),
    ],
)
def test_of_what_is_usual_nothing_is_said(settings: Settings) -> None:
    assert named(settings) == []


def test_a_server_says_it_in_a_line_of_its_log_and_never_with_a_url() -> None:
    with capture_logs() as lines:
        warn_of_settings(Settings(database_url=POSTGRES, trusted_proxies=("0.0.0.0/0",)))
    said = [line for line in lines if line["event"] == "setting_worth_a_look"]
    assert [line["name"] for line in said] == ["FRONTROW_TRUSTED_PROXIES", "FRONTROW_REDIS_URL"]
    assert {line["log_level"] for line in said} == {"warning"}
    assert "hunter2" not in str(lines)


def test_the_doctor_says_it_and_names_a_proxy_that_is_no_address(tmp_path: Path) -> None:
    extra = {"FRONTROW_TRUSTED_PROXIES": "0.0.0.0/0", "FRONTROW_DATABASE_URL": "postgresql://127.0.0.1:1/frontrow"}
    said = " ".join(run_frontrow("doctor", data_dir=tmp_path, extra=extra).stdout.split())
    assert "look settings FRONTROW_TRUSTED_PROXIES: 0.0.0.0/0 trusts everybody" in said
    assert "look settings FRONTROW_REDIS_URL: it is not set" in said
    wrong = run_frontrow("doctor", data_dir=tmp_path, extra={"FRONTROW_TRUSTED_PROXIES": "proxy.example"})
    assert "is no address" in wrong.stdout
    assert wrong.returncode == 1
