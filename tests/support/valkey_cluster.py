"""A real Valkey Cluster for tests: primaries and replicas on loopback, moved, killed and failed over at will."""

import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from redis.crc import key_slot

from tests.support.free_ports import HOST, free_ports
from tests.support.valkey import SOCKET_SECONDS_MAX
from tests.support.valkey_node import ValkeyNode

SLOTS = 16_384
PRIMARIES = 3
NODE_TIMEOUT_MS = 2_000
"""How long a node is silent before the others fail it over: long enough for a busy machine, short enough for a test."""
WAIT_SECONDS_MAX = 60.0
_POLL_SECONDS = 0.02


class ValkeyCluster:
    """Three primaries with a replica each. `url` names three nodes; `nodes` are all, the first primaries first.

    Node `n` and node `n + 3` are of one shard. Which of them is the primary changes with every failover.
    """

    def __init__(self, folder: Path, *, program: Path | None = None, arguments: Sequence[str] = ()) -> None:
        ports = free_ports(4 * PRIMARIES)
        self.nodes = [
            ValkeyNode(
                folder / str(port),
                port,
                [
                    *("--cluster-enabled", "yes", "--cluster-port", str(bus_port)),
                    *("--cluster-node-timeout", str(NODE_TIMEOUT_MS)),
                    *("--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0"),
                    *("--appendonly", "yes"),
                    *arguments,
                ],
                program=program,
            )
            for port, bus_port in zip(ports[::2], ports[1::2], strict=True)
        ]
        self.url = "redis+cluster://" + ",".join(f"{HOST}:{node.port}" for node in self.nodes[:PRIMARIES])

    # Life

    def start(self) -> None:
        """Start every node, join them, and wait until all slots are served and every replica follows."""
        for node in self.nodes:
            node.spawn()
        for node in self.nodes:
            node.wait_until_it_answers()
        primaries, replicas = self.nodes[:PRIMARIES], self.nodes[PRIMARIES:]
        share = SLOTS // PRIMARIES + 1
        for number, node in enumerate(primaries):
            node.command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            first, last = number * share, min((number + 1) * share, SLOTS) - 1
            node.command("CLUSTER", "ADDSLOTSRANGE", first, last)
        for node in self.nodes[1:]:
            bus_port = node_argument(self.nodes[0], "--cluster-port")
            node.command("CLUSTER", "MEET", HOST, self.nodes[0].port, bus_port)
        for primary, replica in zip(primaries, replicas, strict=True):
            primary_id = self.node_id(primary)
            self._until(lambda: primary_id in self._known_to(replica), "the replica knows its primary")  # noqa: B023
            replica.command("CLUSTER", "REPLICATE", primary_id)
        self.wait_until_whole()

    def wait_until_whole(self) -> None:
        """Every node runs, all of them agree on who has which slots, and every replica follows its primary."""
        self._until(self._is_whole, "the cluster is whole")

    def mend(self) -> None:
        """Bring back what is down or stopped, empty everything, and wait until the cluster is whole."""
        for node in self.nodes:
            if node.is_running:
                node.resume()
            else:
                node.spawn()
        for node in self.nodes:
            node.wait_until_it_answers()
        self.wait_until_whole()
        self.flush()

    def flush(self) -> None:
        """Empty every primary."""
        for node in self.primaries():
            node.raw.flushall()

    def end(self) -> None:
        """End every node, whatever state it is in."""
        for node in self.nodes:
            node.end()

    # Who is what

    def node_id(self, node: ValkeyNode) -> str:
        """The node's name in the cluster."""
        return str(node.command("CLUSTER", "MYID"))

    def primaries(self) -> list[ValkeyNode]:
        """The nodes that have slots now, as the first running node sees it."""
        return list({id(node): node for _, _, node in self._ranges(self._any())}.values())

    def primary_of(self, key: str | int) -> ValkeyNode:
        """The node that has the key's (or this) slot now."""
        slot = key if isinstance(key, int) else key_slot(key.encode())
        return next(node for first, last, node in self._ranges(self._any()) if first <= slot <= last)

    def replica_of(self, primary: ValkeyNode) -> ValkeyNode:
        """The other node of the shard."""
        place = self.nodes.index(primary)
        return self.nodes[(place + PRIMARIES) % len(self.nodes)]

    def other_primary(self, node: ValkeyNode) -> ValkeyNode:
        """A primary that is not this one."""
        return next(other for other in self.primaries() if other is not node)

    # Interference

    def begin_moving(self, slot: int, to: ValkeyNode) -> None:
        """Open a slot's move: from here to `end_moving` its absent keys answer ASK and TRYAGAIN."""
        source = self.primary_of(slot)
        to.command("CLUSTER", "SETSLOT", slot, "IMPORTING", self.node_id(source))
        source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", self.node_id(to))

    def move_keys(self, slot: int, to: ValkeyNode, *, keys_max: int = 1_000_000) -> int:
        """Move some or all of the keys that are in the slot now; how many that were."""
        source = self.primary_of(slot)
        names: Any = source.command("CLUSTER", "GETKEYSINSLOT", slot, keys_max)
        if names:
            source.command("MIGRATE", HOST, to.port, "", 0, 10_000, "KEYS", *names)
        return len(names)

    def end_moving(self, slot: int, to: ValkeyNode) -> None:
        """Give the slot to `to` and tell every primary."""
        while self.move_keys(slot, to):
            pass
        target_id = self.node_id(to)
        source = self.primary_of(slot)
        for node in [to, source, *(node for node in self.primaries() if node not in (to, source))]:
            node.command("CLUSTER", "SETSLOT", slot, "NODE", target_id)
        self._until(lambda: all(self._owner(node, slot) is to for node in self.primaries()), f"slot {slot} has moved")

    def reshard(self, slot: int, to: ValkeyNode) -> None:
        """Move a slot with its keys, as the tools that reshard do."""
        self.begin_moving(slot, to)
        self.end_moving(slot, to)

    def failover(self, primary: ValkeyNode, *, how: str = "") -> ValkeyNode:
        """Make the primary's replica the primary: without losing a write, or at once with `how` FORCE or TAKEOVER.

        Returns:
            The new primary.
        """
        replica = self.replica_of(primary)
        replica.command("CLUSTER", "FAILOVER", *([how] if how else []))
        self._until(lambda: replica in self.primaries(), "the replica has taken over")
        return replica

    def wait_until_taken_over(self, primary: ValkeyNode) -> ValkeyNode:
        """After a primary was killed or stopped: wait until its replica serves; the replica."""
        replica = self.replica_of(primary)

        def serves() -> bool:
            views = [node for node in self.nodes if node.is_running and node is not primary]
            return all(replica in [node for _, _, node in self._ranges(view)] for view in views)

        self._until(serves, "the replica has taken over")
        return replica

    # How it knows

    def _any(self) -> ValkeyNode:
        for node in self.nodes:
            if node.is_running:
                try:
                    node.raw.ping()
                except redis.exceptions.RedisError:
                    continue
                return node
        raise AssertionError("no node of the cluster answers")

    def _ranges(self, view: ValkeyNode) -> list[tuple[int, int, ValkeyNode]]:
        by_port = {node.port: node for node in self.nodes}
        ranges: Any = view.command("CLUSTER SLOTS")
        return [(first, last, by_port[int(port)]) for first, last, port in map(_range_of, _items(ranges))]

    def _owner(self, view: ValkeyNode, slot: int) -> ValkeyNode | None:
        return next((node for first, last, node in self._ranges(view) if first <= slot <= last), None)

    def _known_to(self, node: ValkeyNode) -> str:
        return str(node.command("CLUSTER NODES"))

    def _is_whole(self) -> bool:
        owners = None
        for node in self.nodes:
            info: Any = node.command("CLUSTER INFO")
            state = info["cluster_state"] if isinstance(info, dict) else str(info)
            if "ok" not in str(state):
                return False
            ranges = self._ranges(node)
            if sum(last - first + 1 for first, last, _ in ranges) != SLOTS:
                return False
            seen = sorted((first, last, primary.port) for first, last, primary in ranges)
            if owners is None:
                owners = seen
            if seen != owners:
                return False
            replication: Any = node.raw.info("replication")
            if replication["role"] != "master" and replication["master_link_status"] != "up":
                return False
        return all(self.primary_has_replica(node) for node in self.primaries())

    def primary_has_replica(self, node: ValkeyNode) -> bool:
        """Whether a replica follows the primary now."""
        replication: Any = node.raw.info("replication")
        replicas = [
            found for name, found in replication.items() if name.startswith("slave") and isinstance(found, dict)
        ]
        return any(found.get("state") == "online" for found in replicas)

    def _until(self, condition: Callable[[], bool], description: str) -> None:
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while True:
            try:
                if condition():
                    return
            except (redis.exceptions.RedisError, AssertionError):
                if time.monotonic() > deadline:
                    raise
            assert time.monotonic() < deadline, f"not within {WAIT_SECONDS_MAX:g} s: {description}"
            time.sleep(_POLL_SECONDS)


class Shard:
    """The node that has an event's slot now, as a server like any other; its client knows the cluster."""

    def __init__(self, cluster: ValkeyCluster, event_id: str) -> None:
        self.url = cluster.url
        self.node = cluster.primary_of(f"{{{event_id}}}")

    def raw(self) -> redis.Redis:
        """A connection to that node; to be closed."""
        return redis.Redis(host=HOST, port=self.node.port, decode_responses=True)

    def open_socket(self) -> socket.socket:
        """The same, of plain bytes."""
        return socket.create_connection(self.node.address, timeout=SOCKET_SECONDS_MAX)


def node_argument(node: ValkeyNode, name: str) -> str:
    """The value that a server was started with."""
    arguments = list(node._arguments)
    return arguments[arguments.index(name) + 1]


def _items(reply: Any) -> list[Any]:
    """CLUSTER SLOTS as redis-py gives it: a dict of ranges, or a list where it leaves the reply alone."""
    return list(reply.items()) if isinstance(reply, dict) else list(reply)


def _range_of(item: Any) -> tuple[int, int, int]:
    if isinstance(item, tuple):
        (first, last), found = item
        return int(first), int(last), int(found["primary"][1])
    return int(item[0]), int(item[1]), int(item[2][1])


@contextmanager
def running_cluster(*, program: Path | None = None, arguments: Sequence[str] = ()) -> Iterator[ValkeyCluster]:
    """A cluster for as long as the block runs; nothing of it is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="fr-vc-"))
    cluster = ValkeyCluster(folder, program=program, arguments=arguments)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.end()
        shutil.rmtree(folder, ignore_errors=True)
