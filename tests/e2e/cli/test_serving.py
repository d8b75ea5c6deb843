"""A server's life: it starts, survives a killed store, stops cleanly, and starts again with its holds."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import redis

from tests.support.living import is_living
from tests.support.server import RunningServer, run_frontrow, running_server

EVENT = "64f123456789abcd12345678"
CHANGES = f"/api/v1/events/{EVENT}/changes"
WAIT_SECONDS_MAX = 60.0


def test_a_hold_survives_stopping_and_starting_the_server_and_streams_end_as_whole_answers(tmp_path: Path) -> None:
    run_frontrow("seed", data_dir=tmp_path)
    with running_server(tmp_path) as server, httpx.stream("GET", f"{server.url}{CHANGES}", timeout=60) as stream:
        lines = stream.iter_lines()
        assert "event: snapshot" in (next(lines) for _ in range(4))
        held = _hold(server, server.token("ann"), "seat_A1")
        assert held.status_code == 201, held.text
        assert server.stop() == 0
        for _ in lines:  # a stream that was cut would raise
            pass
    with running_server(tmp_path) as server:
        answer = httpx.get(
            f"{server.url}/api/v1/events/{EVENT}/holds/{held.json()['holdId']}",
            headers=_bearer(server.token("ann")),
            timeout=60,
        )
        assert answer.status_code == 200
        assert answer.json()["expiresAt"] == held.json()["expiresAt"]
        refused = _hold(server, server.token("bob"), "seat_A1")
        assert refused.json()["seats"] == [{"seatId": "seat_A1", "reason": "held"}]


def test_one_ctrl_c_stops_everything(tmp_path: Path) -> None:
    with running_server(tmp_path, extra={"FRONTROW_HOLD_MINUTS": "5"}) as server:
        assert "FRONTROW_HOLD_MINUTS" in server.output, "a setting that nothing reads is warned of"
        children = psutil.Process(server.process.pid).children(recursive=True)
        assert children, "the embedded Valkey runs as a child"
        assert server.stop(signal.SIGINT) == 0
        _wait_for(lambda: not any(is_living(child.pid) for child in children), "the children to end")
        assert "Traceback" not in server.output


def test_a_killed_server_takes_its_valkey_with_it(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        children = psutil.Process(server.process.pid).children(recursive=True)
        server.stop(signal.SIGKILL)
        _wait_for(lambda: not any(is_living(child.pid) for child in children), "the children to end")


def test_a_killed_valkey_is_answered_503_and_comes_back_with_its_holds(tmp_path: Path) -> None:
    run_frontrow("seed", data_dir=tmp_path)
    with running_server(tmp_path) as server:
        ann, bob = server.token("ann"), server.token("bob")
        held = _hold(server, ann, "seat_A1")
        assert held.status_code == 201, held.text
        [valkey] = psutil.Process(server.process.pid).children(recursive=True)
        store = redis.Redis(unix_socket_path=str(tmp_path / "valkey" / "valkey.sock"))
        # While a disk is slow to force what was written before, the server keeps what comes after for a moment.
        _wait_for(lambda: store.info("persistence")["aof_buffer_length"] == 0, "the hold to be written")
        store.close()
        os.kill(valkey.pid, signal.SIGKILL)
        statuses = set()

        def is_back() -> bool:
            answer = _hold(server, bob, "seat_A1")
            statuses.add(answer.status_code)
            if answer.status_code == 503:
                assert answer.json()["code"] == "store_unavailable"
                assert int(answer.headers["Retry-After"]) >= 1
            return answer.status_code == 409

        _wait_for(is_back, "the store to come back with Ann's hold")
        assert statuses <= {503, 409}


def test_the_demo_opens_with_a_page_and_buyers(tmp_path: Path) -> None:
    with running_server(tmp_path, ("demo", "--buyers", "4")) as server:
        _wait_for(lambda: "operator:" in server.output, "the demo to print its links")
        assert httpx.get(server.url, timeout=60).status_code == 200
        events = httpx.get(f"{server.url}/api/v1/events", timeout=60).json()["items"]
        assert EVENT in [event["eventId"] for event in events]

        def somebody_holds() -> bool:
            states = (
                httpx.get(f"{server.url}/api/v1/events/{event['eventId']}/seat-states", timeout=60) for event in events
            )
            return any("h" in answer.json()["states"] for answer in states)

        _wait_for(somebody_holds, "a simulated buyer to hold seats")
        assert server.stop(signal.SIGINT) == 0
        assert "Traceback" not in server.output


def _hold(server: RunningServer, token: str, *seat_ids: str) -> httpx.Response:
    return httpx.post(
        f"{server.url}/api/v1/events/{EVENT}/holds", json={"seatIds": seat_ids}, headers=_bearer(token), timeout=60
    )


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _wait_for(condition: Callable[[], bool], description: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, f"waited {WAIT_SECONDS_MAX} s for {description}"
        time.sleep(0.05)
