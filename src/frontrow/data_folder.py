"""The data folder of a Frontrow installation: its owner's lock, its generated secret, and where its server listens.

One server owns a data folder at a time. A command that finds it owned speaks HTTP to the owner instead of opening
the ledger behind its back.
"""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from frontrow.domain.errors import ConfigurationError

_SECRET_BYTES = 48


class RunningServer(msgspec.Struct, frozen=True):
    """What an owning server writes about itself for the commands beside it."""

    url: str
    pid: int


class DataFolder:
    """A folder that exists, is private and can be written.

    Raises:
        ConfigurationError: it cannot be made or written; the message says why and what to do.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            probe = self.path / f".probe-{os.getpid()}"
            probe.write_bytes(b"written to see that this folder can be written\n")
            probe.unlink()
        except OSError as error:
            raise _unusable(self.path, error) from None

    @property
    def ledger_url(self) -> str:
        """The embedded ledger's database URL."""
        return f"sqlite:///{self.path / 'ledger.sqlite3'}"

    @property
    def _server_file(self) -> Path:
        return self.path / "server.json"

    def jwt_secret(self) -> str:
        """The installation's secret: made once, readable by its owner only, the same ever after."""
        path = self.path / "jwt-secret"
        if not path.exists():
            draft = path.with_suffix(f".{os.getpid()}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(_SECRET_BYTES) + "\n")
            with suppress(FileExistsError):  # two first starts at once: a link never replaces, so one secret wins
                path.hardlink_to(draft)
            draft.unlink()
        return path.read_text(encoding="ascii").strip()

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Own the folder for as long as the block runs; the lock goes with the process, however it ends.

        Raises:
            ConfigurationError: another process owns it.
        """
        with (self.path / "owner.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = self.running_server()
                where = f" (process {owner.pid}, {owner.url})" if owner else ""
                raise ConfigurationError(
                    f"the data folder {self.path} is in use by another Frontrow{where}: stop it, "
                    "or name another folder with --data-dir or FRONTROW_DATA_DIR"
                ) from None
            self._server_file.unlink(missing_ok=True)
            try:
                yield
            finally:
                self._server_file.unlink(missing_ok=True)

    def announce(self, server: RunningServer) -> None:
        """Tell the commands beside us where this folder's server listens."""
        draft = self._server_file.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode(server))
        draft.replace(self._server_file)

    def running_server(self) -> RunningServer | None:
        """The server that owns the folder, if it is alive and has said where it listens."""
        try:
            server = msgspec.json.decode(self._server_file.read_bytes(), type=RunningServer)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        try:
            os.kill(server.pid, 0)
        except ProcessLookupError:
            return None
        except PermissionError:
            pass  # alive, and another user's
        return server


def _unusable(path: Path, error: OSError) -> ConfigurationError:
    remedy = "free some space" if error.errno == errno.ENOSPC else "make it writable, or name another"
    return ConfigurationError(
        f"cannot write to the data folder {path}: {error.strerror}; {remedy} (--data-dir or FRONTROW_DATA_DIR)"
    )
