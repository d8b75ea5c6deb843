"""What the engine needs of a hold store's server, and what a look at one found."""

import msgspec
import structlog

from frontrow.adapters.redis.client import StoreClient
from frontrow.domain.errors import ConfigurationError
from frontrow.ports import Clock

VERSION_MIN = (7, 0)
POLICY_WANTED = "noeviction"
CLOCK_SKEW_WARNED_MS = 500
CLOCK_SKEW_MAX_MS = 5_000
"""Beyond this the expiries people are told would be off by more than they could understand."""

_log = structlog.get_logger(__name__)


class StoreReport(msgspec.Struct, frozen=True):
    """A server as it was found. `clock_skew_ms` is its clock less ours, give or take half of `round_trip_ms`."""

    server: str
    version: str
    redis_version: str
    maxmemory_policy: str
    memory_used_bytes: int
    clock_skew_ms: int
    round_trip_ms: int

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
        return faults

    def warnings(self) -> list[str]:
        """What should be seen to, and does not keep the engine from running."""
        if CLOCK_SKEW_WARNED_MS < abs(self.clock_skew_ms) <= CLOCK_SKEW_MAX_MS:
            return [f"its clock differs from this machine's by {self.clock_skew_ms} ms: synchronise both"]
        return []


async def inspect_store(client: StoreClient, clock: Clock) -> StoreReport:
    """Look at the server behind `client`.

    Raises:
        StoreUnavailable: it does not answer.
    """
    info = _fields(await client.execute(("INFO", "everything")))
    before_ms, started_ms = clock.now_ms(), clock.monotonic_ms()
    time_reply = await client.execute(("TIME",))
    round_trip_ms = clock.monotonic_ms() - started_ms
    assert isinstance(time_reply, list)
    seconds, microseconds = (int(part) for part in time_reply if isinstance(part, bytes))
    store_ms = seconds * 1_000 + microseconds // 1_000
    return StoreReport(
        server=info.get("server_name", "redis"),
        version=info.get("valkey_version", info.get("redis_version", "unknown")),
        redis_version=info.get("redis_version", "0"),
        maxmemory_policy=info.get("maxmemory_policy", "unknown"),
        memory_used_bytes=int(info.get("used_memory", "0")),
        clock_skew_ms=store_ms - before_ms - round_trip_ms // 2,
        round_trip_ms=round_trip_ms,
    )


async def check_store(client: StoreClient, clock: Clock) -> None:
    """Refuse a server that would lose holds, and warn of what should be seen to.

    Raises:
        ConfigurationError: the server is too old, evicts, or has another time; the message says the remedy.
        StoreUnavailable: it does not answer.
    """
    report = await inspect_store(client, clock)
    if faults := report.faults():
        raise ConfigurationError("the hold store cannot be used: " + "; ".join(faults))
    for warning in report.warnings():
        _log.warning("store_warning", advice=warning)


def _fields(reply: object) -> dict[str, str]:
    assert isinstance(reply, bytes)
    pairs = (line.partition(":") for line in reply.decode(errors="replace").splitlines() if ":" in line)
    return {name: value for name, _, value in pairs}


def _version_tuple(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
