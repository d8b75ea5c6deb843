"""Fixtures every tier may use. Servers are per test process; each test starts on an empty store."""

import os
from collections.abc import Iterator

import pytest
import redis

from tests.support.missing import skip_for_want_of
from tests.support.postgres import NoPostgres, PostgresServer, running_postgres
from tests.support.valkey import ValkeyServer, running_valkey
from tests.support.valkey_cluster import ValkeyCluster, running_cluster

os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = os.devnull
"""No authority is trusted: nothing here is asked beyond this machine, and every HTTP client would read them all."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests come first: none is begun when all other workers have nothing left to do."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def _valkey_session() -> Iterator[ValkeyServer]:
    with running_valkey() as server:
        yield server


@pytest.fixture
def valkey(_valkey_session: ValkeyServer) -> ValkeyServer:
    """A real Valkey, empty."""
    client = redis.Redis(unix_socket_path=str(_valkey_session.socket))
    client.flushall()
    client.close()
    return _valkey_session


@pytest.fixture(scope="session")
def _cluster_session() -> Iterator[ValkeyCluster]:
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster(_cluster_session: ValkeyCluster) -> ValkeyCluster:
    """A real cluster, whole and empty, started for whoever needs it first; to be left whole."""
    _cluster_session.flush()
    return _cluster_session


@pytest.fixture
def broken_cluster(cluster: ValkeyCluster) -> Iterator[ValkeyCluster]:
    """The same, for tests that break it: it is mended afterwards."""
    yield cluster
    cluster.mend()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL, started for whoever needs it first; every test makes databases of its own in it."""
    try:
        with running_postgres() as server:
            yield server
    except NoPostgres as error:
        skip_for_want_of(str(error))
