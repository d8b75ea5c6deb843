"""The embedded store's own folder: private, writable, owned by one process, and where its socket goes."""

import errno
import fcntl
import hashlib
import os
import stat
import tempfile
import time
from pathlib import Path

from frontrow.domain.errors import ConfigurationError

SOCKET_PATH_BYTES_MAX = 100
"""Below what kernels take for a UNIX socket's path: 108 bytes on Linux, 104 on macOS, the last a zero."""
_ORPHAN_SECONDS_MAX = 5.0
_POLL_SECONDS = 0.02
_PROBE = bytes(64 * 1024)


def socket_path(folder: Path) -> Path:
    """Where the server of `folder` listens: inside it, or in a short private folder where that path is too long."""
    inside = folder / "valkey.sock"
    if len(os.fsencode(inside)) <= SOCKET_PATH_BYTES_MAX:
        return inside
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    name = f"frontrow-{os.getuid()}-{digest}"
    outside = Path(tempfile.gettempdir()) / name / "valkey.sock"
    if len(os.fsencode(outside)) <= SOCKET_PATH_BYTES_MAX:
        return outside
    return Path("/tmp") / name / "valkey.sock"  # nosec B108  # `prepare` takes no folder that is another user's


def prepare(folder: Path) -> None:
    """Make the folder, for its owner only, and see that it can be written.

    Raises:
        ConfigurationError: it can't, or it belongs to someone else; the message says what to do.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
            raise ConfigurationError(f"{folder} belongs to another user: remove it, or name another data folder")
        if stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)
        probe = folder / f".probe-{os.getpid()}"
        try:
            probe.write_bytes(_PROBE)
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        remedy = "free some space there" if full else "make it writable"
        raise ConfigurationError(
            f"cannot write to {folder}: {error.strerror}; {remedy}, or name another data folder "
            "(--data-dir or FRONTROW_DATA_DIR)"
        ) from None


def remove_outside(socket: Path, folder: Path) -> None:
    """Remove the socket's folder where it is not the server's own."""
    if socket.parent != folder and socket.parent.exists():
        socket.unlink(missing_ok=True)
        socket.parent.rmdir()


class FolderLock:
    """The folder is ours until `release`, or until this process and every child that was given `fileno` ended.

    Raises:
        ConfigurationError: another process has it. The server that a dead one left behind is waited for.
    """

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "lock").open("a+b")
        deadline = time.monotonic() + _ORPHAN_SECONDS_MAX
        while not self._taken():
            owner = self._owner()
            if (owner is not None and _is_alive(owner)) or time.monotonic() > deadline:
                self._file.close()
                raise ConfigurationError(
                    f"the data folder {folder.parent} is in use by another Frontrow (process {owner}): stop it, or "
                    "name another folder (--data-dir or FRONTROW_DATA_DIR)"
                )
            time.sleep(_POLL_SECONDS)
        self._file.truncate(0)
        self._file.write(str(os.getpid()).encode())
        self._file.flush()

    def fileno(self) -> int:
        """The lock's descriptor: a child that inherits it shares the lock."""
        return self._file.fileno()

    def release(self) -> None:
        """Let go of the folder."""
        self._file.close()

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _owner(self) -> int | None:
        self._file.seek(0)
        text = self._file.read()
        return int(text) if text.isdigit() else None


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # alive, and another user's
    return True
