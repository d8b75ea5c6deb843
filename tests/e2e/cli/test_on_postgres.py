"""The commands on a PostgreSQL ledger, run as their users run them."""

from pathlib import Path

import pytest

from frontrow.adapters.sql.tables import SCHEMA_VERSION
from tests.support.free_ports import free_port
from tests.support.http_stack import SECRET
from tests.support.postgres import PostgresServer
from tests.support.server import run_frontrow


def test_a_ledger_is_migrated_seeded_and_looked_at(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.new_database()
    extra = {"FRONTROW_DATABASE_URL": url, "FRONTROW_JWT_SECRET": SECRET}
    unmigrated = run_frontrow("doctor", data_dir=tmp_path, extra=extra)
    assert unmigrated.returncode == 1
    assert "run `frontrow migrate`" in " ".join(unmigrated.stdout.split())
    migrated = run_frontrow("migrate", data_dir=tmp_path, extra=extra)
    assert f"The ledger's schema is at version {SCHEMA_VERSION}." in migrated.stdout, migrated.stderr
    seeded = run_frontrow("seed", data_dir=tmp_path, extra=extra)
    assert "64f123456789abcd12345678" in seeded.stdout.split(), seeded.stderr
    assert run_frontrow("seed", data_dir=tmp_path, extra=extra).stdout == seeded.stdout
    looked = run_frontrow("doctor", data_dir=tmp_path, extra=extra)
    said = " ".join(looked.stdout.split())
    assert looked.returncode == 0, said
    assert f"schema {SCHEMA_VERSION} on PostgreSQL" in said
    assert "fsync is off" in said  # in the server of the tests
    postgres.drop_database(url)


@pytest.mark.parametrize("command", ["serve", "doctor"])
@pytest.mark.parametrize(
    ("setting", "url"),
    [
        ("FRONTROW_REDIS_URL", "redis://frontrow:hunter2@127.0.0.1:1/0"),
        ("FRONTROW_DATABASE_URL", "postgresql://frontrow:hunter2@127.0.0.1:1/frontrow"),
    ],
)
def test_of_a_store_that_is_not_there_the_setting_is_named(
    command: str, setting: str, url: str, tmp_path: Path
) -> None:
    at = ("--port", str(free_port())) if command == "serve" else ()
    extra = {setting: url, "FRONTROW_JWT_SECRET": SECRET}
    done = run_frontrow(command, *at, data_dir=tmp_path, extra=extra)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode in (1, 2)
    assert f"that {setting} names cannot be used: " in said
    assert "hunter2" not in said
    assert "Traceback" not in said


def test_a_ledger_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    extra = {
        "FRONTROW_DATABASE_URL": "postgresql://frontrow:hunter2@127.0.0.1:1/frontrow",
        "FRONTROW_JWT_SECRET": SECRET,
    }
    done = run_frontrow("migrate", data_dir=tmp_path, extra=extra)
    assert done.returncode != 0
    assert "the ledger that FRONTROW_DATABASE_URL names" in done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
