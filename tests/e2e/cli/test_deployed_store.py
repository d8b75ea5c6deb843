"""The store as compose.yaml starts it: the API's user there may do all that the API does, and nothing else."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import redis

from tests.support.server import START_SECONDS_MAX, free_port, run_frontrow, running_server
from tests.support.valkey import server_binary
from tests.support.valkey_node import HOST

START_STORE = Path(__file__).parents[3] / "deploy" / "start-store.sh"
EVENT = "64f123456789abcd12345678"
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
        ["sh", str(START_STORE), "--port", str(port), "--bind", HOST],
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


def test_a_server_sells_with_the_rights_of_the_deployed_store_and_lacks_none(store: Store, tmp_path: Path) -> None:
    url = f"redis://frontrow:{PASSWORD}@{HOST}:{store.port}"
    data = tmp_path / "data"
    extra = {"FRONTROW_REDIS_URL": url, "FRONTROW_DIRECT_BOOKING": "anyone", "FRONTROW_JWT_SECRET": "s" * 32}
    assert run_frontrow("seed", data_dir=data, extra=extra).returncode == 0
    with store.client("admin", ADMIN_PASSWORD) as admin:
        admin.acl_log_reset()
    with running_server(data, extra=extra) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        holds = f"/api/v1/events/{EVENT}/holds"
        http.headers["Authorization"] = f"Bearer {http.post('/api/v1/guest-tokens').json()['token']}"
        with http.stream("GET", f"/api/v1/events/{EVENT}/changes") as stream:
            lines = stream.iter_lines()
            assert "event: snapshot" in (next(lines) for _ in range(4))
            held = http.post(holds, json={"seatIds": ["seat_A1", "seat_A2"]}, headers={"Idempotency-Key": "once"})
            assert held.status_code == 201, held.text
            hold_id = held.json()["holdId"]
            assert any('"h"' in next(lines) for _ in range(20))
        assert http.post(f"{holds}/{hold_id}/extend", json={"durationMinutes": 20}).is_success
        assert http.post(f"{holds}/{hold_id}/release", json={"seatIds": ["seat_A2"]}).is_success
        sale = {"eventId": EVENT, "holdId": hold_id, "contactInfo": {"name": "Ada", "email": "ada@example.com"}}
        booked = http.post("/api/v1/bookings", json=sale)
        assert booked.status_code == 201, booked.text
        assert http.post(f"/api/v1/bookings/{booked.json()['bookingId']}/cancel", json={}).is_success
    with store.client("admin", ADMIN_PASSWORD) as admin:
        # How a cluster is configured is asked for advice's sake, and done without where that is refused.
        assert {denied["object"] for denied in admin.acl_log()} <= {"config|get"}


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
