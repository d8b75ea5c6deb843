"""An event on a real server, and on a real cluster, for each test of a script; around it what holds for every script,
whatever a test does."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.support.event_on_valkey import EVENT, EventOnValkey
from tests.support.script_recorder import ScriptRecorder
from tests.support.valkey import StoreServer, ValkeyServer
from tests.support.valkey_cluster import Shard, ValkeyCluster

PERMANENT_KEYS = {
    "booking_marks",
    "event_epoch",
    "freed_seats",
    "held_seats",
    "seat_changes",
    "sold_seats",
}
"""The kinds of keys that stay until their event is retired; every other key has a time to live."""


@pytest.fixture(params=["one server", "cluster"])
def server(request: pytest.FixtureRequest) -> StoreServer:
    """Where the test's event is, empty."""
    if request.param == "cluster":
        cluster: ValkeyCluster = request.getfixturevalue("cluster")
        return Shard(cluster, EVENT)
    valkey: ValkeyServer = request.getfixturevalue("valkey")
    return valkey


@pytest.fixture
def recorder(server: StoreServer) -> Iterator[ScriptRecorder]:
    """No script touches a key that it wasn't given, and all it is given is in one slot of a cluster."""
    recorder = ScriptRecorder(server)
    yield recorder
    runs = recorder.runs()
    recorder.close()
    for run in runs:
        assert not run.undeclared, f"touched without having been passed: {run.undeclared}"
        assert len(run.slots) <= 1, f"keys of several slots: {run.declared}"


@pytest_asyncio.fixture
async def cold(server: StoreServer, recorder: ScriptRecorder) -> AsyncIterator[EventOnValkey]:
    """An event that nobody has warmed. Afterwards every key of it has a time to live or is listed as permanent."""
    event = EventOnValkey(server)
    yield event
    leaked = [
        name
        for name, (_, runs_out_at_ms) in event.everything().items()
        if runs_out_at_ms < 0 and name.partition(":")[0] not in PERMANENT_KEYS
    ]
    await event.close()
    assert not leaked, f"keys that would stay for ever: {leaked}"


@pytest_asyncio.fixture
async def event(cold: EventOnValkey) -> EventOnValkey:
    """A warm event with nothing sold."""
    await cold.warm()
    return cold
