"""What the engine needs of the hold store's servers, and what a look at each of them found."""

from collections.abc import Mapping

import msgspec
import structlog
from redis.exceptions import ResponseError

from frontrow.adapters.redis.client import StoreClient
from frontrow.adapters.redis.gathering import Reply
from frontrow.adapters.redis.info import info_fields
from frontrow.adapters.redis.replies import texts_of
from frontrow.domain.errors import ConfigurationError, StoreUnavailable
from frontrow.ports import Clock

VERSION_MIN = (7, 0)
POLICY_WANTED = "noeviction"
CLOCK_SKEW_WARNED_MS = 500
CLOCK_SKEW_MAX_MS = 5_000
"""Beyond this the expiries people are told would be off by more than they could understand."""

_log = structlog.get_logger(__name__)


class StoreReport(msgspec.Struct, frozen=True):
    """A primary as it was found. `clock_skew_ms` is its clock less ours, give or take half of `round_trip_ms`.

    `address` is '' for a server that is no node of a cluster. `wants_every_slot` is cluster-require-full-coverage;
    None where there is no cluster, or the user may not read it.
    """

    address: str
    server: str
    version: str
    redis_version: str
    maxmemory_policy: str
    memory_used_bytes: int
    clock_skew_ms: int
    round_trip_ms: int
    replicas: int
    is_node_of_cluster: bool
    wants_every_slot: bool | None = None

    def faults(self) -> list[str]:
        """Why this server must not be used, each with the remedy; empty when it may."""
        faults = []
        if _version_tuple(self.redis_version) < VERSION_MIN:
            faults.append(f"{self.server} {self.version} is too old: Valkey, or Redis 7.0 or newer, is needed")
        if self.maxmemory_policy != POLICY_WANTED:
            faults.append(
                f"maxmemory-policy is {self.maxmemory_policy}, which loses holds under memory pressure: "
                f"set it to {POLICY_WANTED}"
            )
        if abs(self.clock_skew_ms) > CLOCK_SKEW_MAX_MS:
            faults.append(
                f"its clock differs from this machine's by {self.clock_skew_ms} ms: synchronise both (at most "
                f"{CLOCK_SKEW_MAX_MS} ms)"
            )
        if self.is_node_of_cluster and not self.address:
            faults.append("it is a node of a cluster: FRONTROW_REDIS_URL must begin with redis+cluster://")
        return [self._of_it(fault) for fault in faults]

    def warnings(self, *, replicas_wanted: int = 0) -> list[str]:
        """What should be seen to, and does not keep the engine from running."""
        warnings = []
        if CLOCK_SKEW_WARNED_MS < abs(self.clock_skew_ms) <= CLOCK_SKEW_MAX_MS:
            warnings.append(f"its clock differs from this machine's by {self.clock_skew_ms} ms: synchronise both")
        if self.replicas < replicas_wanted:
            warnings.append(
                f"FRONTROW_HOLD_REPLICAS asks for {replicas_wanted} replicas, and {self.replicas} are connected: holds "
                "are refused until there are as many"
            )
        if self.wants_every_slot:
            warnings.append(
                "cluster-require-full-coverage is yes: where one shard is lost the events of all shards wait for it; "
                "set it to no"
            )
        return [self._of_it(warning) for warning in warnings]

    def _of_it(self, said: str) -> str:
        return f"{self.address}: {said}" if self.address else said


async def inspect_store(client: StoreClient, clock: Clock) -> list[StoreReport]:
    """Look at every primary behind `client`; those that do not answer are left out, unless none does.

    Raises:
        StoreUnavailable: none answers.
    """
    infos = _answered(await client.execute_on_all(("INFO", "everything")))
    before_ms, started_ms = clock.now_ms(), clock.monotonic_ms()
    times = _answered(await client.execute_on_all(("TIME",)))
    round_trip_ms = clock.monotonic_ms() - started_ms
    fields = {address: info_fields(info) for address, info in infos.items()}
    is_cluster = any(info.get("cluster_enabled") == "1" for info in fields.values())
    coverage = await _coverage(client) if is_cluster else {}
    reports = []
    for address in fields.keys() & times.keys():
        info = fields[address]
        seconds, microseconds = map(int, texts_of(times[address]))
        store_ms = seconds * 1_000 + microseconds // 1_000
        reports.append(
            StoreReport(
                address=address,
                server=info.get("server_name", "redis"),
                version=info.get("valkey_version", info.get("redis_version", "unknown")),
                redis_version=info.get("redis_version", "0"),
                maxmemory_policy=info.get("maxmemory_policy", "unknown"),
                memory_used_bytes=int(info.get("used_memory", "0")),
                clock_skew_ms=store_ms - before_ms - round_trip_ms // 2,
                round_trip_ms=round_trip_ms,
                replicas=int(info.get("connected_slaves", "0")),
                is_node_of_cluster=info.get("cluster_enabled") == "1",
                wants_every_slot=coverage.get(address),
            )
        )
    return sorted(reports, key=lambda report: report.address)


async def check_store(client: StoreClient, clock: Clock, *, replicas_wanted: int = 0) -> None:
    """Refuse servers that would lose holds, and warn of what should be seen to.

    Raises:
        ConfigurationError: a server is too old, evicts, or has another time; the message says the remedy.
        StoreUnavailable: none answers.
    """
    reports = await inspect_store(client, clock)
    if faults := [fault for report in reports for fault in report.faults()]:
        raise ConfigurationError("the hold store cannot be used: " + "; ".join(faults))
    for report in reports:
        for warning in report.warnings(replicas_wanted=replicas_wanted):
            _log.warning("store_warning", advice=warning)


def _answered(replies: Mapping[str, Reply | StoreUnavailable]) -> dict[str, Reply]:
    """The replies of those that gave one.

    Raises:
        StoreUnavailable: none did.
    """
    answered: dict[str, Reply] = {}
    unavailable: StoreUnavailable | None = None
    for address, reply in replies.items():
        if isinstance(reply, StoreUnavailable):
            unavailable = reply
        else:
            answered[address] = reply
    if not answered:
        raise unavailable or StoreUnavailable("the store has no primary")
    return answered


async def _coverage(client: StoreClient) -> dict[str, bool]:
    """cluster-require-full-coverage of every node of a cluster, where the user may read it."""
    try:
        replies = _answered(await client.execute_on_all(("CONFIG", "GET", "cluster-require-full-coverage")))
    except (ResponseError, StoreUnavailable):
        return {}
    return {address: texts_of(reply)[-1:] == ["yes"] for address, reply in replies.items() if address}


def _version_tuple(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
