"""The data folder: made private, owned by one process at a time, with a secret that never changes."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from frontrow.data_folder import DataFolder, RunningServer
from frontrow.domain.errors import ConfigurationError


def test_the_folder_is_made_private(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "deep" / "data")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_the_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    secret = DataFolder(tmp_path).jwt_secret()
    assert len(secret) >= 32
    assert DataFolder(tmp_path).jwt_secret() == secret
    assert stat.S_IMODE((tmp_path / "jwt-secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["jwt-secret"]


def test_a_folder_that_cannot_be_written_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ConfigurationError, match="--data-dir or FRONTROW_DATA_DIR"):
        DataFolder(tmp_path / "file" / "data")


def test_an_owned_folder_is_refused_to_others_naming_its_owner(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with folder.owned():
        folder.announce(RunningServer(url="http://localhost:8000", pid=os.getpid()))
        with pytest.raises(ConfigurationError, match=f"process {os.getpid()}, http://localhost:8000"):
            DataFolder(tmp_path).owned().__enter__()


def test_a_folder_can_be_owned_again_after_its_owner_left(tmp_path: Path) -> None:
    with DataFolder(tmp_path).owned():
        pass
    with DataFolder(tmp_path).owned():
        assert DataFolder(tmp_path).running_server() is None


def test_a_running_server_is_found_by_the_commands_beside_it(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with folder.owned():
        folder.announce(RunningServer(url="http://localhost:8000", pid=os.getpid()))
        assert DataFolder(tmp_path).running_server() == RunningServer(url="http://localhost:8000", pid=os.getpid())
    assert folder.running_server() is None


def test_a_server_that_died_without_a_word_is_not_taken_for_running(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as died:
        pass
    DataFolder(tmp_path).announce(RunningServer(url="http://localhost:8000", pid=died.pid))
    assert DataFolder(tmp_path).running_server() is None
