"""A seeded installation with its server running, shared by the tests that only talk to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server import FORKED, RunningServer, run_frontrow, running_server


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    data_dir: Path = tmp_path_factory.mktemp("installation")
    assert run_frontrow("seed", data_dir=data_dir).returncode == 0
    with running_server(data_dir, extra={"FRONTROW_DIRECT_BOOKING": "anyone"}, forked=FORKED) as server:
        yield server
