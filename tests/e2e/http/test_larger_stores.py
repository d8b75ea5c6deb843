"""The API on a cluster, and on a primary with a replica that sentinels watch."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.eventually import eventually
from tests.support.http_stack import EVENT, api_of, running_application
from tests.support.valkey_cluster import ValkeyCluster
from tests.support.valkey_replicated import ValkeyReplicated, running_replicated

SECONDS_MAX = 60.0
HOLDS = f"/api/v1/events/{EVENT}/holds"


@pytest.fixture(scope="module")
def replicated() -> Iterator[ValkeyReplicated]:
    with running_replicated() as servers:
        yield servers


async def test_seats_are_held_watched_and_sold_on_a_cluster(folder: Path, cluster: ValkeyCluster) -> None:
    async with (
        running_application(cluster.url, folder, redis_url=cluster.url, rate_limit_enabled=True) as application,
        api_of(application) as api,
    ):
        hold = await api.hold("A1", "A2")
        assert (await api.post(HOLDS, {"seatIds": ["A2"]}, by=("another",))).code == "seats_unavailable"
        booking = await api.book(hold["holdId"])
        assert booking["seatIds"] == ["A1", "A2"]
        answer = await api.get(f"/api/v1/events/{EVENT}/seats")
        states = {seat["seatId"]: seat["state"] for seat in answer.body["seats"]}
        assert (states["A1"], states["A2"], states["A3"]) == ("booked", "booked", "available")
        assert (await api.get("/health/ready")).body["status"] == "ready"


async def test_a_hold_that_no_replica_has_is_answered_503_and_its_seats_are_given_back(
    folder: Path, replicated: ValkeyReplicated
) -> None:
    asked = {"hold_replicas": 1, "hold_replicas_wait_ms": 20}
    async with running_application(replicated.url, folder, **asked) as application, api_of(application) as api:
        replicated.replica().stop()
        try:
            refused = await api.post(HOLDS, {"seatIds": ["A1"]})
            assert (refused.status, refused.code) == (503, "store_unavailable")
        finally:
            replicated.replica().resume()

        async def held_by_another() -> bool:
            return (await api.post(HOLDS, {"seatIds": ["A1"]}, by=("another",))).status == 201

        await eventually(held_by_another, "somebody else holds the seat", seconds_max=SECONDS_MAX)
