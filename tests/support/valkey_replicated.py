"""A real primary with a replica for tests, watched by three sentinels that make the replica the primary."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.support.free_ports import HOST, free_ports
from tests.support.valkey_node import ValkeyNode

SERVICE = "frontrow"
DOWN_AFTER_MS = 1_000
"""How long the primary is silent before the sentinels fail it over."""
FAILOVER_TIMEOUT_MS = 30_000
"""Sentinels also leave a replica that follows by way of a proxy alone for so long."""
WAIT_SECONDS_MAX = 60.0
_POLL_SECONDS = 0.02

Route = Callable[[ValkeyNode], int]
"""The port by which a replica reaches a primary: a proxy's."""


class Sentinel(ValkeyNode):
    """One sentinel; it keeps what it knows in a file of its own, so it can be started again."""

    def __init__(self, folder: Path, port: int, primary: ValkeyNode, *, program: Path | None = None) -> None:
        super().__init__(folder, port, program=program)
        self._primary = primary
        self._configuration = folder / "sentinel.conf"

    def command_line(self) -> list[str]:
        if not self._configuration.exists():
            self._configuration.write_text(
                f"port {self.port}\n"
                f"bind {HOST}\n"
                "protected-mode no\n"
                f"dir {self.folder}\n"
                f"sentinel monitor {SERVICE} {HOST} {self._primary.port} 2\n"
                f"sentinel down-after-milliseconds {SERVICE} {DOWN_AFTER_MS}\n"
                f"sentinel failover-timeout {SERVICE} {FAILOVER_TIMEOUT_MS}\n"
                f"sentinel parallel-syncs {SERVICE} 1\n"
            )
        return [str(self._program), str(self._configuration), "--sentinel"]


class ValkeyReplicated:
    """`servers` are the first primary and its replica; which of them is the primary changes with every failover.

    Args:
        route: where the first replica finds its primary, when it is not to go there directly.
    """

    def __init__(
        self,
        folder: Path,
        *,
        route: Route | None = None,
        program: Path | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        ports = free_ports(5)
        self.servers = [
            ValkeyNode(
                folder / str(port),
                port,
                ["--appendonly", "yes", "--repl-diskless-sync-delay", "0", *arguments],
                program=program,
            )
            for port in ports[:2]
        ]
        self.sentinels = [Sentinel(folder / str(port), port, self.servers[0], program=program) for port in ports[2:]]
        self.url = f"redis+sentinel://{','.join(f'{HOST}:{port}' for port in ports[2:])}/{SERVICE}"
        self._route = route

    def start(self) -> None:
        """Start everything, and wait until the replica follows and every sentinel knows it and the other sentinels."""
        primary, replica = self.servers
        for server in self.servers:
            server.start()
        replica.command("REPLICAOF", HOST, primary.port if self._route is None else self._route(primary))
        self._until(lambda: self.is_following(replica), "the replica follows")
        for sentinel in self.sentinels:
            sentinel.start()
        self._until(self._know_each_other, "every sentinel knows the replica and the others")

    def primary(self) -> ValkeyNode:
        """The server that most sentinels name."""
        named = [sentinel.command("SENTINEL GET-MASTER-ADDR-BY-NAME", SERVICE) for sentinel in self._running()]
        ports = [int(port) for _, port in named]
        port = max(set(ports), key=ports.count)
        return next(server for server in self.servers if server.port == port)

    def replica(self) -> ValkeyNode:
        """The other one."""
        primary = self.primary()
        return next(server for server in self.servers if server is not primary)

    def is_following(self, replica: ValkeyNode) -> bool:
        """Whether it is connected to its primary and has its data."""
        return replica.raw.info("replication").get("master_link_status") == "up"

    def wait_until_caught_up(self) -> None:
        """Wait until the replica has everything that is written by now."""
        offset = int(self.primary().raw.info("replication")["master_repl_offset"])
        replica = self.replica()
        self._until(
            lambda: int(replica.raw.info("replication")["slave_repl_offset"]) >= offset, "the replica has caught up"
        )

    def failover(self) -> ValkeyNode:
        """Have the sentinels make the replica the primary, both being well; the new primary."""
        before = self.primary()
        self.sentinels[0].command("SENTINEL FAILOVER", SERVICE)
        return self.wait_until_taken_over(before)

    def wait_until_taken_over(self, before: ValkeyNode) -> ValkeyNode:
        """Wait until every running sentinel names another primary, and it is one; which it is."""

        def has_taken_over() -> bool:
            named = {
                int(sentinel.command("SENTINEL GET-MASTER-ADDR-BY-NAME", SERVICE)[1]) for sentinel in self._running()
            }
            return before.port not in named and self.primary().raw.info("replication")["role"] == "master"

        self._until(has_taken_over, "the replica has taken over")
        return self.primary()

    def wait_until_whole(self) -> None:
        """Wait until everything runs and the server that is not the primary follows."""
        self._until(lambda: self.is_following(self.replica()), "the replica follows")

    def end(self) -> None:
        """End every process, whatever state it is in."""
        for node in [*self.sentinels, *self.servers]:
            node.end()

    def _running(self) -> list[Sentinel]:
        return [sentinel for sentinel in self.sentinels if sentinel.is_running]

    def _know_each_other(self) -> bool:
        for sentinel in self.sentinels:
            known = sentinel.command("SENTINEL MASTERS")[SERVICE]
            if (int(known["num-slaves"]), int(known["num-other-sentinels"])) != (1, len(self.sentinels) - 1):
                return False
        return True

    def _until(self, condition: Callable[[], bool], description: str) -> None:
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while True:
            try:
                if condition():
                    return
            except redis.exceptions.RedisError:
                if time.monotonic() > deadline:
                    raise
            assert time.monotonic() < deadline, f"not within {WAIT_SECONDS_MAX:g} s: {description}"
            time.sleep(_POLL_SECONDS)


@contextmanager
def running_replicated(
    *, route: Route | None = None, program: Path | None = None, arguments: Sequence[str] = ()
) -> Iterator[ValkeyReplicated]:
    """A primary, a replica and three sentinels for as long as the block runs; nothing is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="fr-vr-"))
    replicated = ValkeyReplicated(folder, route=route, program=program, arguments=arguments)
    try:
        replicated.start()
        yield replicated
    finally:
        replicated.end()
        shutil.rmtree(folder, ignore_errors=True)
