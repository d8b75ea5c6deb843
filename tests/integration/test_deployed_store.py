"""The store as compose.yaml starts it: the API's user there may do what the API does, and nothing else."""

import os
import shlex
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from frontrow.adapters.clock import SystemClock
from frontrow.adapters.redis.client import connect
from frontrow.adapters.redis.requirements import check_store, inspect_store
from tests.support.free_ports import HOST, free_port
from tests.support.valkey import server_binary
from tests.support.valkey_node import START_SECONDS_MAX

DEPLOY = Path(__file__).parents[2] / "deploy"
OPERATIONS_PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
PASSWORD, ADMIN_PASSWORD = "of-the-api", "of-the-admin"


class Store:
    """A store that deploy/start-store.sh started."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    def client(self, user: str, password: str) -> redis.Redis:
        return redis.Redis(host=HOST, port=self.port, username=user, password=password, decode_responses=True)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One for all tests."""
    tmp_path = tmp_path_factory.mktemp("store")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "valkey-server").symlink_to(server_binary())
    port = free_port()
    environment = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "STORE_PASSWORD": PASSWORD,
        "STORE_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "RUNTIME_FOLDER": str(tmp_path),
        "DATA_FOLDER": str(tmp_path),
    }
    process = subprocess.Popen(
        ["sh", str(DEPLOY / "start-store.sh"), "--port", str(port), "--bind", HOST],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    made = Store(tmp_path, port)
    try:
        _wait_until_it_answers(made, process)
        yield made
    finally:
        process.kill()
        process.wait()


def _wait_until_it_answers(store: Store, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        with store.client("admin", ADMIN_PASSWORD) as admin:
            try:
                admin.ping()
            except redis.exceptions.ConnectionError:
                assert process.poll() is None, "the store ended"
                assert time.monotonic() < deadline, "the store does not answer"
                time.sleep(0.02)
            else:
                return


def test_its_user_has_the_rights_that_the_operations_page_gives() -> None:
    said = OPERATIONS_PAGE.read_text(encoding="utf-8").partition("ACL SETUSER frontrow reset on '>a-long-password' ")[2]
    assert (DEPLOY / "store-user.acl").read_text(encoding="ascii").split() == shlex.split(
        said.partition("```")[0].replace("\\\n", " ")
    )


async def test_the_deployed_store_is_one_that_a_server_starts_with(store: Store) -> None:
    client = connect(f"redis://frontrow:{PASSWORD}@{HOST}:{store.port}")
    try:
        await check_store(client, SystemClock())
        [report] = await inspect_store(client, SystemClock())
        assert report.faults() == []
    finally:
        await client.close()


@pytest.mark.parametrize(
    "command", ["FLUSHALL", "KEYS *", "CONFIG SET maxmemory-policy allkeys-lru", "GET secrets", "SHUTDOWN", "ACL LIST"]
)
def test_the_user_of_the_api_may_do_nothing_else(store: Store, command: str) -> None:
    with store.client("frontrow", PASSWORD) as client, pytest.raises(redis.exceptions.NoPermissionError):
        client.execute_command(*command.split())


def test_without_a_password_nobody_is_let_in_and_passwords_are_written_nowhere(store: Store) -> None:
    with redis.Redis(host=HOST, port=store.port) as client, pytest.raises(redis.exceptions.AuthenticationError):
        client.ping()
    written = (store.folder / "users.acl").read_text(encoding="ascii")
    assert PASSWORD not in written
    assert ADMIN_PASSWORD not in written
