"""Readings of several workers of one server, which share a folder: each writes its own, whoever is asked adds them up.

A worker's file is replaced as a whole, about once a second, so that no request ever waits for it; one that is killed
loses what it counted since. What a worker that has ended had counted stays in the sums, or they would go back: the next
worker to start takes it over, so there are never more files than workers and recent deaths. Whether a worker lives is
told by a lock it holds for as long as it does, which no kill can leave behind.
Source: docs/decisions/0015-plain-figures.md.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from frontrow.metrics.family import Family, Readings, sums_of, together

_READINGS, _LOCK = ".readings", ".lock"
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Readings)


class SharedReadings:
    """This worker's place in the folder, from now until `close`, or until the process ends, however it does.

    Raises:
        OSError: by every method: the folder is not there or cannot be written.
    """

    def __init__(self, folder: Path, families: Sequence[Family]) -> None:
        self._folder = folder
        self._families = families
        self._name = secrets.token_hex(8)
        with self._folder_locked(fcntl.LOCK_EX):
            self._own_lock = os.open(self._path(self._name, _LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._own_lock, fcntl.LOCK_EX)
            self._taken_over = self._take_over()
            self.publish(Readings())

    def publish(self, own: Readings) -> None:
        """Let the others know what this worker reads now."""
        whole = sums_of(own, self._taken_over)
        whole.gauges = own.gauges
        unfinished = self._path(self._name, ".unfinished")
        unfinished.write_bytes(_encoder.encode(whole))
        unfinished.replace(self._path(self._name, _READINGS))

    def with_others(self, own: Readings) -> Readings:
        """What all workers read together: this one what it published last, the others what they did."""
        alive, ended = [own], [self._taken_over]
        with self._folder_locked(fcntl.LOCK_SH):
            for name in self._others():
                (alive if self._lives(name) else ended).append(self._read(name))
        return together(alive, ended, self._families)

    def close(self) -> None:
        """Give the place up; what was counted stays."""
        os.close(self._own_lock)

    def _take_over(self) -> Readings:
        ended = [name for name in self._others() if not self._lives(name)]
        readings = sums_of(*(self._read(name) for name in ended))
        for name in ended:
            self._path(name, _READINGS).unlink(missing_ok=True)
            self._path(name, _LOCK).unlink(missing_ok=True)
        return readings

    def _others(self) -> list[str]:
        return [path.stem for path in self._folder.glob(f"*{_READINGS}") if path.stem != self._name]

    def _lives(self, name: str) -> bool:
        try:
            lock = os.open(self._path(name, _LOCK), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def _read(self, name: str) -> Readings:
        try:
            return _decoder.decode(self._path(name, _READINGS).read_bytes())
        except msgspec.MsgspecError:  # written by another version
            return Readings()

    def _path(self, name: str, ending: str) -> Path:
        return self._folder / f"{name}{ending}"

    @contextmanager
    def _folder_locked(self, how: int) -> Iterator[None]:
        lock = os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, how)
            yield
        finally:
            os.close(lock)
