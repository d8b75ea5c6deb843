"""What scripts did to the server, by its MONITOR: each script's declared keys and every key its commands touched."""

import re
from dataclasses import dataclass, field

from redis.crc import key_slot

from tests.support.valkey import StoreServer

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SOURCE = re.compile(r"^\+[\d.]+ \[\d+ (\S+)\] ")
_SENTINEL = "the recorder has seen it all"
_KEYLESS = {"TIME"}
_ALL_ARGUMENTS_ARE_KEYS = {"MGET", "DEL", "UNLINK", "EXISTS"}
_FIRST_ARGUMENT_IS_THE_KEY = {
    *("GET", "SET", "INCRBY", "PEXPIRE", "PEXPIREAT", "PEXPIRETIME"),
    *("HGET", "HGETALL", "HMGET", "HSET", "HSETNX", "HDEL"),
    *("ZADD", "ZCOUNT", "ZMSCORE", "ZRANGE", "ZREM", "ZREMRANGEBYSCORE", "ZSCORE"),
    *("XADD", "XREVRANGE"),
}


@dataclass
class ScriptRun:
    """One run of a script (by its digest, or source): the keys it was given, its commands, and the keys they named."""

    name: str
    declared: list[str]
    commands: list[str] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)

    @property
    def undeclared(self) -> set[str]:
        return self.touched - set(self.declared)

    @property
    def slots(self) -> set[int]:
        """The cluster slots of the declared keys."""
        return {key_slot(name.encode()) for name in self.declared}


class ScriptRecorder:
    """Records from its creation on; each call of `runs` answers with what came since the one before."""

    def __init__(self, server: StoreServer) -> None:
        self._client = server.raw()
        self._connection = server.open_socket()
        self._lines = self._connection.makefile("r", encoding="utf-8", newline="\r\n")
        self._connection.sendall(b"MONITOR\r\n")
        assert self._lines.readline().startswith("+OK")

    def runs(self) -> list[ScriptRun]:
        """Every run since the last call."""
        self._client.echo(_SENTINEL)
        runs: list[ScriptRun] = []
        while True:
            line = self._lines.readline()
            words = _WORD.findall(line)
            if words[-1] == _SENTINEL:
                return runs
            source = _SOURCE.match(line)
            if words[0].upper() in {"EVALSHA", "EVAL"}:
                runs.append(ScriptRun(words[1], declared=words[3 : 3 + int(words[2])]))
            elif source is not None and source.group(1) == "lua":
                runs[-1].commands.append(words[0].upper())
                runs[-1].touched |= _keys_of(words)

    def close(self) -> None:
        self._lines.close()
        self._connection.close()
        self._client.close()


def _keys_of(words: list[str]) -> set[str]:
    command = words[0].upper()
    if command in _KEYLESS:
        return set()
    if command in _ALL_ARGUMENTS_ARE_KEYS:
        return set(words[1:])
    assert command in _FIRST_ARGUMENT_IS_THE_KEY, f"a script used {command}: say here which of its arguments are keys"
    return {words[1]}
