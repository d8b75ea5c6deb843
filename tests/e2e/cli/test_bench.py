"""`frontrow bench`: what it reports, what it leaves behind, and what it says where it cannot run."""

import json
import os
import shutil
from pathlib import Path

import pytest

from frontrow.bench.own_server import own_server
from frontrow.cli.token import sign_token
from frontrow.client import Client
from frontrow.settings import Settings
from tests.support.missing import skip_for_want_of
from tests.support.server import run_frontrow

pytestmark = pytest.mark.timeout(240)


def test_a_running_server_is_measured_by_every_load_and_left_without_an_event_on_sale(tmp_path: Path) -> None:
    if shutil.which("wrk") is None:
        skip_for_want_of("wrk is not installed")
    report = tmp_path / "report.json"
    with own_server() as server:
        token = sign_token(Settings(jwt_secret=server.secret), user="ann", roles=["admin"], ttl_minutes=60)
        loads = ("--seconds", "1", "--connections", "8", "--seats", "1000", "--watchers", "5")
        done = run_frontrow(
            *("bench", "--url", server.url, "--token", token, "--purchases", *loads, "--json", str(report)),
            data_dir=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        with Client(server.url) as anyone:
            left = {event.event_id.rpartition("-")[0]: event.sale_status.value for event in anyone.events()}
    assert left == {"bench-holds": "cancelled", "bench-sales": "cancelled"}
    granted, refused, read, watched, bought = json.loads(report.read_text())["measured"]
    assert granted["perS"] > 0
    assert "refused" not in granted
    assert refused["refused"] == refused["requests"] > 0
    assert read["perS"] > 0
    assert watched["p99Ms"] >= watched["p50Ms"] > 0
    assert bought["requests"] > 0
    assert "refused" not in bought
    for measured in (granted, refused, read, watched, bought):
        assert measured["name"] in done.stdout
        assert "note" not in measured


def test_without_the_load_generator_it_is_said_where_to_get_it(tmp_path: Path) -> None:
    done = run_frontrow("bench", data_dir=tmp_path, extra={"PATH": str(tmp_path)})
    assert done.returncode == 2
    assert "apt-get install wrk" in done.stderr


def test_a_server_is_not_measured_without_a_token_of_its_admin(tmp_path: Path) -> None:
    done = run_frontrow("bench", "--url", "http://127.0.0.1:1", data_dir=tmp_path, extra={"PATH": os.environ["PATH"]})
    assert done.returncode == 2
    assert "--token" in done.stderr
