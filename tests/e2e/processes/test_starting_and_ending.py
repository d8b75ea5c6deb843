"""How servers of one or several processes begin and end: what they refuse, and what they say while they leave."""

import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.processes.conftest import put
from tests.support.eventually import eventually
from tests.support.free_ports import free_port
from tests.support.house import small_layout
from tests.support.http_stack import EVENT, SECRET, bearer, event_body
from tests.support.living import is_living
from tests.support.postgres import PostgresServer
from tests.support.server import run_frontrow, running_server
from tests.support.workers import running_workers

pytestmark = pytest.mark.timeout(300)

WAIT_SECONDS_MAX = 60.0
DRAINING = {"FRONTROW_DRAIN_SECONDS": "600", "FRONTROW_JWT_SECRET": SECRET}


async def test_a_server_that_is_to_stop_says_so_and_serves_on_until_its_time_is_over(tmp_path: Path) -> None:
    with running_server(tmp_path, extra=DRAINING) as server:
        put(server.url, "layouts", small_layout())
        put(server.url, "events", event_body())
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            assert "connection" not in (await client.get("/health/ready")).headers
            server.process.send_signal(signal.SIGTERM)
            await eventually(lambda: _is_draining(client), "it drains", seconds_max=WAIT_SECONDS_MAX)
            held = await client.post(
                f"/api/v1/events/{EVENT}/holds", json={"seatIds": ["A1"]}, headers=bearer("late"), timeout=60
            )
            assert held.status_code == 201, held.text
            assert held.headers["connection"] == "close", "its clients are to go elsewhere"
            async with client.stream("GET", f"/api/v1/events/{EVENT}/changes") as stream:
                lines = stream.aiter_lines()
                assert "event: snapshot" in [await anext(lines) for _ in range(4)]
                server.process.send_signal(signal.SIGTERM)  # that is long enough
                async for _ in lines:  # one that was cut would raise
                    pass
        assert server.process.wait(WAIT_SECONDS_MAX) == 0


async def test_a_server_of_one_process_says_what_a_hangup_does_not_do_and_serves_on(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        server.process.send_signal(signal.SIGHUP)
        await eventually(lambda: "hangup_ignored" in server.output, "it says so", seconds_max=WAIT_SECONDS_MAX)
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            assert (await client.get("/health/live")).status_code == 200
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(WAIT_SECONDS_MAX) == 0


async def test_draining_workers_serve_on_and_end_when_their_supervisor_is_gone(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    with running_workers(postgres, tmp_path, workers=2, extra=DRAINING) as workers:
        pids = await workers.all_serve()
        async with httpx.AsyncClient(base_url=workers.url, timeout=60) as client:
            workers.server.process.send_signal(signal.SIGTERM)
            await eventually(lambda: _is_draining(client), "they drain", seconds_max=WAIT_SECONDS_MAX)
        assert workers.pids() == pids
        workers.server.stop(signal.SIGKILL)
        await eventually(lambda: not any(map(is_living, pids)), "the workers end", seconds_max=WAIT_SECONDS_MAX)
        with socket.create_server(("127.0.0.1", urlsplit(workers.url).port or 0)):
            pass


def test_workers_that_cannot_start_are_told_of_once(tmp_path: Path) -> None:
    settings = {
        "FRONTROW_DATABASE_URL": "postgresql://frontrow:hidden@127.0.0.1:1/frontrow",
        "FRONTROW_REDIS_URL": "redis://:hidden@127.0.0.1:1",
        "FRONTROW_JWT_SECRET": SECRET,
    }
    folder = tmp_path / "data"
    done = run_frontrow("serve", "--workers", "3", "--port", str(free_port()), data_dir=folder, extra=settings)
    assert done.returncode == 2
    assert done.stderr.count("error:") == 1
    assert "hidden" not in done.stderr
    assert "Traceback" not in done.stderr
    assert not folder.exists(), "nothing lies on this machine"


def test_a_server_on_postgresql_makes_no_secret_of_its_own(tmp_path: Path) -> None:
    settings = {"FRONTROW_DATABASE_URL": "postgresql://frontrow@127.0.0.1:1/frontrow"}
    done = run_frontrow("serve", "--workers", "2", "--port", str(free_port()), data_dir=tmp_path, extra=settings)
    assert done.returncode == 2
    assert "FRONTROW_JWT_SECRET" in done.stderr
    assert not (tmp_path / "jwt-secret").exists()


async def _is_draining(client: httpx.AsyncClient) -> bool:
    answer = await client.get("/health/ready")
    return answer.status_code == 503 and answer.json()["status"] == "draining"
